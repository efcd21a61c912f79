"""What the author writes, and what strangers write, as safe HTML and typed values. Pure."""
