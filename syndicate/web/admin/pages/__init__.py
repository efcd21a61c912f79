"""The input of the templates of the author's interface: one frozen dataclass per page.

`template` is its file below `templates/`. Texts are plain and are escaped on output. `Frame` is what every page shows
around its own content.
"""
