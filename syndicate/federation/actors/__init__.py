"""Actors and keys: ours, and those of other servers. The lowest layer of federation."""
