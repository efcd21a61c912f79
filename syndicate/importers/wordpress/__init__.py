"""Read WordPress exports (WXR) as a stream of values, and import them."""
