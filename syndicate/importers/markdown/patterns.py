"""Fill the patterns of addresses: `/:year/:title/`, `{date:%Y}/{slug}.html`, `/{{ page.fileSlug }}/`.

Pure functions; a token that is not known makes no address at all.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime

from syndicate.content.text import slugify

_TOKEN = re.compile(r"\{date:(?P<format>[^{}]+)\}|\{(?P<braced>\w+)\}|:(?P<colon>[A-Za-z_]\w*)")
_LIQUID = re.compile(
    r"""\{\{-?\s*(?P<name>[\w.]+)\s*(?:\|\s*(?P<filter>\w+)(?:\s*[:(]\s*["'](?P<argument>[^"']*)["']\)?)?\s*)?-?\}\}"""
)
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_SLUGS = frozenset({"slug", "slugify", "slugize", "urlize"})


def fill(pattern: str, values: Mapping[str, str], date: datetime | None) -> str | None:
    """Return a pattern with its tokens replaced; None if one is not known."""
    known = {**values, **(date_values(date) if date else {})}
    missing = False

    def value(token: re.Match[str]) -> str:
        nonlocal missing
        if token["format"]:
            found = formatted(date, token["format"]) if date else None
        else:
            found = known.get((token["braced"] or token["colon"]).lower())
        missing = missing or found is None
        return found or ""

    filled = _TOKEN.sub(value, pattern)
    return None if missing or "{" in filled else filled


def fill_liquid(pattern: str, values: Mapping[str, str], date: datetime | None) -> str | None:
    """Return a pattern of Eleventy with its expressions replaced; None if one is not known."""
    missing = False

    def value(expression: re.Match[str]) -> str:
        nonlocal missing
        name, filter = expression["name"].lower(), expression["filter"] or ""
        found = values.get(name)
        if name in ("page.date", "date") and filter == "date" and expression["argument"] and date:
            found = formatted(date, expression["argument"])
        elif found is not None and filter in _SLUGS:
            found = ascii_slug(found) or slugify(found)
        elif filter:
            found = None
        missing = missing or found is None
        return found or ""

    filled = _LIQUID.sub(value, pattern)
    return None if missing or "{" in filled else filled


def date_values(date: datetime) -> dict[str, str]:
    """Return the tokens that a date fills, as Jekyll, Hexo and Hugo name them."""
    return {
        "year": f"{date:%Y}",
        "short_year": f"{date:%y}",
        "month": f"{date:%m}",
        "i_month": str(date.month),
        "short_month": _MONTHS[date.month - 1][:3],
        "long_month": _MONTHS[date.month - 1],
        "monthname": _MONTHS[date.month - 1].lower(),
        "day": f"{date:%d}",
        "i_day": str(date.day),
        "y_day": f"{date:%j}",
        "yearday": str(int(f"{date:%j}")),
        "weekday": str(date.isoweekday() % 7),
        "weekdayname": _DAYS[date.weekday()].lower(),
        "short_day": _DAYS[date.weekday()][:3],
        "long_day": _DAYS[date.weekday()],
        "w_year": f"{date:%G}",
        "week": f"{date:%V}",
        "w_day": str(date.isoweekday()),
        "hour": f"{date:%H}",
        "minute": f"{date:%M}",
        "second": f"{date:%S}",
        "timestamp": str(int(date.timestamp())),
    }


def formatted(date: datetime, form: str) -> str | None:
    """Return a date by a `strftime` form, with English names whatever the locale; None for letters not known."""
    names = {"%B": _MONTHS[date.month - 1], "%b": _MONTHS[date.month - 1][:3]}
    for code, name in names.items():
        form = form.replace(code, name)
    if re.search(r"%(?![YmdHMSyj])", form):
        return None
    return date.strftime(form)


def ascii_slug(text: str) -> str:
    """Return a slug as Pelican and Zola make it, in ASCII; empty if the text has letters of other scripts."""
    spelled = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ø", "o").replace("æ", "ae"))
    plain = "".join(char for char in spelled if not unicodedata.combining(char))
    if any(char.isalpha() and not char.isascii() for char in plain):
        return ""
    kept = re.sub(r"[^\w\s-]", "", plain, flags=re.ASCII).strip().lower()
    return re.sub(r"[-\s]+", "-", kept).strip("-")


def hugo_path(text: str) -> str:
    """Return a path as Hugo spells it: letters of any script, spaces as hyphens."""
    kept = "".join(
        char
        if char.isalnum() or char in "./_#+~@-" or unicodedata.category(char)[0] == "M"
        else " "
        if char.isspace()
        else ""
        for char in text
    )
    return re.sub(r" *- *| +", "-", kept.strip())


def jekyll_slug(text: str) -> str:
    """Return a slug as Jekyll spells it in addresses: case and most signs are kept."""
    return re.sub(r"[^\w.~!$&'()+,;=@]+", "-", text).strip("-")
