"""The author's interface below `/admin/`: sign-in, account, and writing.

A request passes `access.py`, which alone decides who may go on; then a view of `routes.py`, which answers with a page
of `pages.py` or with a redirect.
"""
