"""Maintenance: regular jobs of the server."""
