"""The domain model: frozen values without I/O."""
