"""The middleware, one module per concern. `web/app.py` says in which order they see a request."""
