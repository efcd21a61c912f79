"""Mark text of another language or direction than what is around it: feed readers know those of the feed only."""

from html import escape

_LANGUAGES = frozenset(
    {
        "ar",
        "arc",
        "ary",
        "arz",
        "azb",
        "bal",
        "bgn",
        "ckb",
        "dv",
        "fa",
        "glk",
        "he",
        "iw",
        "ji",
        "ks",
        "lrc",
        "mzn",
        "nqo",
    }
    | {"pnb", "prs", "ps", "rhg", "sd", "skr", "syr", "ug", "ur", "yi"}
)
_SCRIPTS = frozenset({"adlm", "arab", "aran", "hebr", "mand", "nkoo", "rohg", "samr", "syrc", "thaa"})


def is_right_to_left(language: str) -> bool:
    """Return whether text in a language (BCP 47) runs from right to left: its script decides, if it names one."""
    primary, *others = language.lower().split("-")
    script = next((part for part in others if len(part) == 4 and part.isalpha()), "")
    return script in _SCRIPTS if script else primary in _LANGUAGES


def in_language(html: str, language: str, around: str) -> str:
    """Return HTML that says its language and direction, unless they are left to right and those `around` it."""
    if not html or not language or (language == around and not is_right_to_left(language)):
        return html
    direction = "rtl" if is_right_to_left(language) else "ltr"
    return f'<div lang="{escape(language)}" dir="{direction}">{html}</div>'
