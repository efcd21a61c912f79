"""Notifications of the author: what waits at the desk, as a private feed and by mail.

A notification is a row that names its subject, written in the transaction of what it is about. Its words are read from
there when they are shown: what was erased in the meantime is in no feed and in no mail.
"""
