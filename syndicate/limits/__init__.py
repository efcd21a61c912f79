"""Limits: how fast something may be done, how much of it at once, and how long to wait after a failure."""
