"""Writes everything that is the author's in open forms, for other programs and for another Syndicate."""
