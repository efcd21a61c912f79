"""The language of ActivityStreams: documents in, values out, and back. Pure."""
