"""The queue of things to bring to other servers."""
