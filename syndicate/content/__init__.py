"""Process text of the author and of other people into sanitized HTML and typed values. Pure."""
