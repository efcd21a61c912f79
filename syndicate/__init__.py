"""Syndicate: the posts of a blog as feeds and as an account of the fediverse."""

__version__ = "0.1.0"
