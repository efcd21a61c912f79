"""The only way out of the house: guarded, bounded HTTP to other servers."""
