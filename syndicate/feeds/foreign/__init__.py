"""Parse the feeds of other blogs."""
