"""Synchronization with other servers: replies that were never delivered here, and lists of followers."""
