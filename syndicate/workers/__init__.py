"""How background workers run: the loop, and workers that lease rows from a queue."""
