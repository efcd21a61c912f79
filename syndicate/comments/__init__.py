"""Comments: their rows, their moderation, and when they are refetched."""
