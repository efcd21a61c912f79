"""Marks the texts that people see, so that they can be translated (gettext).

There are no catalogues yet: every text is English. `make messages` collects the marked ones.
"""

from gettext import NullTranslations

CATALOGUE = NullTranslations()


def _(message: str, /, **values: object) -> str:
    """Return a text in the language of the site, with `values` in the places of their names: `{name}`, `{count:,}`."""
    text = CATALOGUE.gettext(message)
    return text.format(**values) if values else text


def ngettext(one: str, several: str, /, count: int, **values: object) -> str:
    """Return the text for `count` things, in which `{count}` is that number."""
    return CATALOGUE.ngettext(one, several, count).format(count=count, **values)
