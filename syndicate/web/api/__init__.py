"""The entrances for programs that act for the author: Micropub."""
