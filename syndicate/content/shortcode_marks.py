"""Marks Hugo's shortcodes as text: `{{</* x */>}}` is shown as `{{< x >}}` and not run. Pure."""

import re

SHORTCODE = re.compile(r"\{\{([<%])")
SHORTCODE_END = re.compile(r"([>%])\}\}")
ESCAPED = re.compile(r"\{\{([<%])/\*")
ESCAPED_END = re.compile(r"\*/([>%])\}\}")


def escape_shortcodes(text: str) -> str:
    """Write `{{< x >}}` so that Hugo shows it instead of running it."""
    if not SHORTCODE.search(text):
        return text
    return SHORTCODE_END.sub(r"*/\1}}", SHORTCODE.sub(r"{{\1/*", text))


def unescape_shortcodes(text: str) -> str:
    """The inverse of `escape_shortcodes`."""
    if not ESCAPED.search(text):
        return text
    return ESCAPED_END.sub(r"\1}}", ESCAPED.sub(r"{{\1", text))
