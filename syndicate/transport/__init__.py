"""Guarded and bounded HTTP requests to other servers; nothing else connects to them."""
