"""Importers: posts from files (WordPress exports, folders of Markdown, the watched posts folder)."""
