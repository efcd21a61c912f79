"""Comparing with other servers: replies that were never sent here, and lists of followers."""
