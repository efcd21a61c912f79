"""The web layer: translates HTTP requests and responses; decisions are made in other packages."""
