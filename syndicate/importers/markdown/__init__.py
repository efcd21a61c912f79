"""Imports folders of Markdown that other blog programs were made from."""
