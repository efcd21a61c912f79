"""ActivityStreams documents: parsing, rendering, and the rules of both. Pure."""
