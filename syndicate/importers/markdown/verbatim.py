"""Code and verbatim text in the tags of other programs: `{% highlight %}`, `{% raw %}`, `{{< highlight >}}`."""

import re

from syndicate.content.code_blocks import Construct
from syndicate.importers.markdown.arguments import parse_arguments
from syndicate.importers.markdown.programs import Program
from syndicate.importers.markdown.writing import MarkdownWriter

_RAW_MARK = re.compile(r"\{%-?\s*(?:end)?(?:raw|verbatim)\s*-?%\}")
_ESCAPED_SHORTCODE = re.compile(r"\{\{([<%])\s?/\*(.*?)\*/\s?([>%])\}\}", re.DOTALL)
_ESCAPED_TERA = re.compile(r"(\{\{|\{%)/\*(.*?)\*/(\}\}|%\})", re.DOTALL)
_NOT_END = r"(?:(?!%\})[^\n])*"


def constructs(program: Program, writer: MarkdownWriter) -> tuple[Construct, ...]:
    """Return what a program takes for code or verbatim text."""

    def liquid(opening: re.Match[str], text: str) -> str:
        tag = re.match(r"\{%-?\s*(\w+)(.*?)-?%\}", opening[0])
        name, words = (tag[1], tag[2]) if tag else ("", "")
        if name in ("raw", "verbatim"):
            return text
        return "" if name == "comment" else writer.code(_without_raw(text), _language(name, words))

    def shortcode(opening: re.Match[str], text: str) -> str:
        words = re.sub(r"^\{\{[<%]\s*highlight|[%>]\}\}$", "", opening[0])
        return writer.code(text, parse_arguments(words).first("lang", "type", "language"))

    found: list[Construct] = []
    if program.has_liquid:
        name = "highlight|codeblock|code|raw|verbatim|comment"
        found.append(
            Construct(
                opening=rf"\{{%-?\s*(?:{name})\b{_NOT_END}%\}}",
                closing=lambda opening: rf"\{{%-?\s*end{_name(opening[0])}\s*-?%\}}",
                render=liquid,
            )
        )
    if program.has_shortcodes:
        found.append(
            Construct(
                opening=r"\{\{[<%]\s*highlight\b[^\n]*?[>%]\}\}",
                closing=lambda _: r"\{\{[<%]\s*/\s*highlight\s*[>%]\}\}",
                render=shortcode,
            )
        )
        found.append(
            Construct(
                opening=r"\{\{[<%]\s?/\*",
                closing=lambda _: r"\*/\s?[>%]\}\}",
                render=lambda opening, text: unescaped(
                    program, f"{opening[0]}{text}*/{'>' if '<' in opening[0] else '%'}}}}}"
                ),
            )
        )
    return tuple(found)


def _name(opening: str) -> str:
    found = re.match(r"\{%-?\s*(\w+)", opening)
    return found[1] if found else ""


def _language(name: str, words: str) -> str:
    named = re.search(r"\blang:(\S+)", words)
    if named:
        return named[1]
    return words.split()[0] if name != "codeblock" and words.split() else ""


def _without_raw(text: str) -> str:
    return _RAW_MARK.sub("", text)


def unescaped(program: Program, code: str) -> str:
    """Return code without the marks by which a program shows its own tags."""
    if program.has_liquid:
        code = _without_raw(code)
    if program.has_shortcodes:
        code = _ESCAPED_SHORTCODE.sub(lambda found: f"{{{{{found[1]}{_spaced(found[2])}{found[3]}}}}}", code)
        code = _ESCAPED_TERA.sub(lambda found: f"{found[1]}{_spaced(found[2])}{found[3]}", code)
    return code


def _spaced(inner: str) -> str:
    return f" {inner.strip()} "
