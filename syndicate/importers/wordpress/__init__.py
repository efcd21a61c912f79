"""WordPress exports (WXR): read as a stream of values, and imported."""
