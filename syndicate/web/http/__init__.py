"""The HTTP server: middleware, limits, cached responses."""
