"""Change the addresses in a text whose code is masked: of links, pictures, definitions, and attributes of HTML."""

import re
from collections.abc import Callable

from syndicate.importers.markdown.writing import UNKNOWN, destination

Rewrite = Callable[[str, bool], str | None]
"""From an address, and whether it is shown or played, to another one; None to keep it, UNKNOWN for no link."""

_INLINE = re.compile(
    r"""(?P<bang>!?)\[(?P<text>(?:[^\[\]\\]|\\.|\[[^\[\]]*\]){0,2000})\]
        \([ \t]*\n?(?P<to><[^<>\n]*>|(?:[^\s()\\<]|\\.|\((?:[^\s()\\]|\\.)*\))*)
        (?P<title>\s+(?:"[^"]{0,1000}"|'[^']{0,1000}'|\([^()]{0,1000}\)))?\s*\)""",
    re.VERBOSE,
)
_DEFINITION = re.compile(r"^(?P<start>[ ]{0,3}\[(?!\^)[^\]\n]+\]:[ \t]*)(?P<to><[^<>\n]*>|\S+)", re.MULTILINE)
_TAG = re.compile(r"<(?P<name>a|img|video|audio|source|iframe|embed|track)\b[^<>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"""\s(?P<name>href|src|poster)\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s>"']+))""",
    re.IGNORECASE,
)
_AUTOLINK = re.compile(r"<(?P<to>https?://[^\s<>]+)>")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def rewrite_references(text: str, rewrite: Rewrite) -> str:
    """Return a text with every address rewritten."""

    def inline(found: re.Match[str]) -> str:
        inner = _INLINE.sub(inline, found["text"]) if "](" in found["text"] else found["text"]
        to = _bare(found["to"])
        new = rewrite(to, bool(found["bang"])) if to else None
        if new is None and inner == found["text"]:
            return found[0]
        if new is not None and UNKNOWN in new:
            return inner
        return f"{found['bang']}[{inner}]({destination(new) if new is not None else found['to']}{found['title'] or ''})"

    def definition(found: re.Match[str]) -> str:
        new = rewrite(_bare(found["to"]), False)
        if new is None:
            new = rewrite(_bare(found["to"]), True)
        return found[0] if new is None else found["start"] + (destination(new) if UNKNOWN not in new else "#")

    def tag(found: re.Match[str]) -> str:
        is_shown = found["name"].lower() not in ("a", "iframe")

        def attribute(pair: re.Match[str]) -> str:
            value = pair["double"] or pair["single"] or pair["bare"] or ""
            new = rewrite(value.strip().replace("&amp;", "&"), is_shown) if value.strip() else None
            if new is None:
                return pair[0]
            return "" if UNKNOWN in new else f' {pair["name"]}="{new.replace("&", "&amp;").replace(chr(34), "%22")}"'

        return _ATTRIBUTE.sub(attribute, found[0])

    def autolink(found: re.Match[str]) -> str:
        new = rewrite(found["to"], False)
        return found[0] if new is None else found["to"] if UNKNOWN in new else f"[{found['to']}]({destination(new)})"

    text = _AUTOLINK.sub(autolink, text)
    return _TAG.sub(tag, _DEFINITION.sub(definition, _INLINE.sub(inline, text))).replace(UNKNOWN, "")


def _bare(written: str) -> str:
    inner = written[1:-1] if written.startswith("<") and written.endswith(">") else written
    return _ESCAPED.sub(r"\1", inner)
