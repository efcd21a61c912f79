"""Imports a file that the author uploads: told by its content, with a report in plain words."""
