"""Telling a page that a page of ours links to it (W3C Webmention)."""
