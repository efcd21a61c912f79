"""Obsidian's own marks, and those for callouts in other programs, as Markdown."""

import re
from collections.abc import Callable

from syndicate.content.code_blocks import Masked
from syndicate.importers.markdown.tags import Resolver
from syndicate.importers.markdown.writing import UNKNOWN, MarkdownWriter

_WIKI = re.compile(
    r"(?P<bang>!?)\[\[(?P<target>[^\[\]|#\n]*)(?:#(?P<part>[^\[\]|\n]*))?(?:\\?\|(?P<text>[^\[\]\n]*))?\]\]"
)
_FILE = re.compile(r"\.(?!md$)[A-Za-z0-9]{2,5}$")
_PICTURE = re.compile(r"\.(?:avif|bmp|gif|jpe?g|png|svg|webp)$", re.IGNORECASE)
_SIZE = re.compile(r"(\d{1,5})(?:x\d{1,5})?")
_MARK = re.compile(r"==(?=\S)([^=\n]{1,500}?)(?<=\S)==")
_BLOCK_ID = re.compile(r"(?:^|[ \t]+)\^[A-Za-z0-9-]+[ \t]*$", re.MULTILINE)
_CALLOUT = re.compile(
    r"^(?P<start>[ \t]*(?:>[ \t]*)+)\[!(?P<type>[\w-]+)(?:\|[^\]]*)?\][+-]?[ \t]*(?P<title>[^\n]*)$", re.MULTILINE
)
_FENCED = re.compile(
    r"^:::+[ \t]*(?P<type>[A-Za-z][\w-]*)[ \t]*(?:\[(?P<title>[^\]\n]*)\]|(?P<bare>[^\n{]*))(?:\{[^}\n]*\})?[ \t]*\n(?P<text>.*?)^:::+[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
_FENCE_END = re.compile(r"^:::+[ \t]*$", re.MULTILINE)
_ADMONITION = re.compile(
    r"^(?:!!!|\?\?\?\+?)[ \t]+(?P<type>[\w-]+)[^\n\"]*(?:\"(?P<title>[^\"\n]*)\")?[ \t]*\n(?P<text>(?:(?:[ ]{4}|\t)[^\n]*(?:\n|\Z)|[ \t]*\n(?=[ ]{4}|\t))*)",
    re.MULTILINE,
)
_IAL = re.compile(r"^[ \t]*\{:[^}\n]*\}[ \t]*$\n?|\{:(?:toc|[ \t]*[.#\w][^}\n]*)\}", re.MULTILINE)
_TOC = re.compile(
    r"^[ \t]*(?:[*+-]|1\.)[ \t][^\n]*\n[ \t]*\{:[ \t]*toc[^}\n]*\}[ \t]*$|^[ \t]*\[(?:TOC|toc|\[_?TOC_?\])\][ \t]*$",
    re.MULTILINE,
)
_HEADING_ATTRIBUTES = re.compile(r"^(#{1,6}[ \t][^\n]*?)[ \t]*\{[#.][^}\n]*\}[ \t]*$", re.MULTILINE)


def without_layout(text: str) -> str:
    """Return a text without attribute lists, tables of contents and the like."""
    text = _TOC.sub("", text)
    return _HEADING_ATTRIBUTES.sub(r"\1", _IAL.sub("", text))


def with_callouts(text: str, writer: MarkdownWriter, masked: Masked) -> str:
    """Return callouts as quotations with their title in bold."""
    if writer.is_html:
        return text

    def quote(found: re.Match[str]) -> str:
        groups = found.groupdict()
        title = groups.get("title") or (groups.get("bare") or "").strip() or found["type"].capitalize()
        inner = found["text"]
        if "bare" not in groups:
            inner = re.sub(r"^(?: {4}|\t)", "", inner, flags=re.MULTILINE)
        return writer.quote(masked, inner, title=title)

    def callout(found: re.Match[str]) -> str:
        start = found["start"]
        return f"{start}**{found['title'].strip() or found['type'].capitalize()}**\n{start.rstrip()}"

    end = max((fence.end() for fence in _FENCE_END.finditer(text)), default=0)  # what is open there is never closed
    text = _FENCED.sub(quote, text[:end]) + text[end:]
    return _CALLOUT.sub(callout, _ADMONITION.sub(quote, text))


def with_wiki_links(
    text: str, writer: MarkdownWriter, masked: Masked, resolver: Resolver, lose: Callable[[str], None]
) -> str:
    """Return `[[links]]`, `![[embeds]]`, `==marks==` and block ids as Markdown."""

    def link(found: re.Match[str]) -> str:
        target, part, shown = found["target"].strip(), (found["part"] or "").strip(), (found["text"] or "").strip()
        if found["bang"] and _PICTURE.search(target):
            size = _SIZE.fullmatch(shown)
            return writer.picture(target, "" if size else shown, width=size[1] if size else "")
        if _FILE.search(target) and resolver.page(target) == UNKNOWN:
            return writer.link(target, shown or target)
        if found["bang"]:
            included = resolver.included(target)
            if included is None:
                lose("![[…]]")
                return shown
            return f"\n\n{masked.add(included)}\n\n"
        name = shown or " > ".join(filter(None, (target.rpartition("/")[2].removesuffix(".md"), part)))
        address = resolver.page(target) if target else UNKNOWN
        return name if address == UNKNOWN else writer.link(address, name)

    text = _WIKI.sub(link, text)
    return _BLOCK_ID.sub("", _MARK.sub(r"<mark>\1</mark>", text))
