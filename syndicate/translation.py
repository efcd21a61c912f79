"""Marks the texts that people see, so that they can be translated (gettext).

There are no catalogues yet: every text is English. `make messages` collects the marked ones.
"""

from gettext import NullTranslations

CATALOGUE = NullTranslations()


def _(message: str) -> str:
    """Return a text in the language of the site."""
    return CATALOGUE.gettext(message)
