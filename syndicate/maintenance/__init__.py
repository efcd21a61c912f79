"""Regular jobs of the server."""
