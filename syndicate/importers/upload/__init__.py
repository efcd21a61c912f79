"""Imports a file that the author uploads: its kind is recognized by its content, and a report says what came in."""
