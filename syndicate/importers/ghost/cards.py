"""Convert the two formats of Ghost's editors, Lexical and Mobiledoc, to HTML.

Used only for posts of which the export holds no HTML. Text and the common cards are kept; a card of another kind
becomes the text in it. The HTML is not sanitized yet. Nothing raises.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from syndicate.content import markdown

MAX_DEPTH = 60
_FORMATS = ((1, "strong"), (2, "em"), (4, "s"), (8, "u"), (16, "code"), (32, "sub"), (64, "sup"))
"""The bits of Lexical's text formats."""
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_SECTIONS = _HEADINGS | {"p", "blockquote", "aside", "pull-quote"}
_LISTS = frozenset({"ul", "ol"})
_MARKUPS = frozenset({"strong", "b", "em", "i", "code", "s", "u", "sub", "sup", "a"})


def from_lexical(source: str) -> str:
    """Return the HTML of a Lexical document, or an empty string if it is none."""
    root = _object(_parsed(source).get("root"))
    return "\n".join(filter(None, (_lexical(node, 0) for node in _objects(root.get("children")))))


def from_mobiledoc(source: str) -> str:
    """Return the HTML of a Mobiledoc document (0.3), or an empty string if it is none."""
    document = _parsed(source)
    sections = (_section(section, document) for section in _list(document.get("sections")))
    return "\n".join(filter(None, sections))


def _parsed(source: str) -> dict[str, Any]:
    try:
        return _object(json.loads(source))
    except (ValueError, RecursionError):
        return {}


# Lexical


def _lexical(node: Mapping[str, Any], depth: int) -> str:
    kind = _text(node.get("type"))
    if depth > MAX_DEPTH:
        return ""
    if kind in ("text", "extended-text"):
        return _formatted(node)
    if kind == "linebreak":
        return "<br>"
    if kind in _CARDS:
        return _card(kind, node)
    inner = "".join(_lexical(child, depth + 1) for child in _objects(node.get("children")))
    match kind:
        case "paragraph":
            return f"<p>{inner}</p>" if inner else ""
        case "heading" | "extended-heading":
            tag = _text(node.get("tag"))
            return f"<{tag}>{inner}</{tag}>" if tag in _HEADINGS else f"<p>{inner}</p>"
        case "quote" | "extended-quote" | "aside":
            return f"<blockquote>{inner}</blockquote>"
        case "list":
            tag = "ol" if node.get("listType") == "number" else "ul"
            return f"<{tag}>{inner}</{tag}>"
        case "listitem":
            return f"<li>{inner}</li>"
        case "link" | "autolink":
            return f'<a href="{escape(_text(node.get("url")))}">{inner}</a>'
        case _:
            return inner or escape(_text(node.get("text")))


def _formatted(node: Mapping[str, Any]) -> str:
    text = escape(_text(node.get("text")), quote=False)
    bits = node.get("format")
    for bit, tag in _FORMATS:
        if isinstance(bits, int) and bits & bit:
            text = f"<{tag}>{text}</{tag}>"
    return text


# Mobiledoc


def _section(section: object, document: Mapping[str, Any]) -> str:
    match section:
        case [1, str(tag), list(markers), *_]:
            inner = _markers(markers, document)
            tag = tag.lower() if tag.lower() in _SECTIONS else "p"
            tag = "blockquote" if tag in ("aside", "pull-quote") else tag
            return f"<{tag}>{inner}</{tag}>" if inner else ""
        case [2, str(source), *_]:
            return _figure(f'<img src="{escape(source)}" alt="">', "")
        case [3, str(tag), list(items), *_]:
            tag = tag if tag in _LISTS else "ul"
            return f"<{tag}>{''.join(f'<li>{_markers(_list(item), document)}</li>' for item in items)}</{tag}>"
        case [10, int(index), *_]:
            cards = _list(document.get("cards"))
            card = cards[index] if 0 <= index < len(cards) else None
            match card:
                case [str(name), dict(payload), *_]:
                    return _card(name, payload)
    return ""


def _markers(markers: Sequence[object], document: Mapping[str, Any]) -> str:
    parts: list[str] = []
    opened: list[str] = []
    for marker in markers:
        match marker:
            case [int(kind), list(opening), int(closing), value, *_]:
                for index in opening:
                    tag, attributes = _markup(index, document)
                    opened.append(tag)
                    parts.append(f"<{tag}{attributes}>" if tag else "")
                parts.append(escape(_text(value), quote=False) if kind == 0 else _atom(value, document))
                for _ in range(min(closing, len(opened))):
                    tag = opened.pop()
                    parts.append(f"</{tag}>" if tag else "")
    return "".join(parts)


def _markup(index: object, document: Mapping[str, Any]) -> tuple[str, str]:
    markups = _list(document.get("markups"))
    markup = markups[index] if isinstance(index, int) and 0 <= index < len(markups) else None
    match markup:
        case [str(tag), *rest] if tag.lower() in _MARKUPS:
            given = _list(rest[0]) if rest else []
            pairs = dict(zip(given[::2], given[1::2], strict=False))
            href = _text(pairs.get("href"))
            return tag.lower(), f' href="{escape(href)}"' if href else ""
    return "", ""


def _atom(index: object, document: Mapping[str, Any]) -> str:
    atoms = _list(document.get("atoms"))
    atom = atoms[index] if isinstance(index, int) and 0 <= index < len(atoms) else None
    match atom:
        case ["soft-return", *_]:
            return "<br>"
        case [_, str(text), *_]:
            return escape(text, quote=False)
    return ""


# cards, which both have


def _card(name: str, card: Mapping[str, Any]) -> str:
    render = _CARDS.get(name)
    if render is not None:
        return render(card)
    return _text(card.get("html")) or escape(_text(card.get("text")))


def _figure(content: str, caption: str) -> str:
    return f"<figure>{content}<figcaption>{caption}</figcaption></figure>" if caption else f"<figure>{content}</figure>"


def _image(card: Mapping[str, Any]) -> str:
    source = _text(card.get("src"))
    image = f'<img src="{escape(source)}" alt="{escape(_text(card.get("alt")))}">'
    link = _text(card.get("href"))
    content = f'<a href="{escape(link)}">{image}</a>' if link else image
    return _figure(content, _text(card.get("caption"))) if source else ""


def _gallery(card: Mapping[str, Any]) -> str:
    images = "".join(
        f'<img src="{escape(_text(image.get("src")))}" alt="{escape(_text(image.get("alt")))}">'
        for image in _objects(card.get("images"))
    )
    return _figure(images, _text(card.get("caption"))) if images else ""


def _code(card: Mapping[str, Any]) -> str:
    language = _text(card.get("language"))
    opening = f'<code class="language-{escape(language)}">' if language else "<code>"
    return f"<pre>{opening}{escape(_text(card.get('code')), quote=False)}</code></pre>"


def _link(card: Mapping[str, Any]) -> str:
    meta = _object(card.get("metadata"))
    address = _text(card.get("url")) or _text(card.get("buttonUrl")) or _text(meta.get("url"))
    label = _text(meta.get("title")) or _text(card.get("buttonText")) or address
    caption = _text(card.get("caption"))
    link = f'<p><a href="{escape(address)}">{escape(label)}</a></p>' if address else ""
    return link + (f"<p>{caption}</p>" if caption else "")


def _player(element: str) -> Callable[[Mapping[str, Any]], str]:
    def player(card: Mapping[str, Any]) -> str:
        source = escape(_text(card.get("src")))
        link = f'<a href="{source}">{escape(_text(card.get("title")) or "Listen")}</a>'
        content = f'<{element} controls preload="none" src="{source}">{link}</{element}>'
        return _figure(content, _text(card.get("caption"))) if source else ""

    return player


def _file(card: Mapping[str, Any]) -> str:
    label = _text(card.get("fileTitle")) or _text(card.get("title")) or _text(card.get("fileName"))
    return f'<p><a href="{escape(_text(card.get("src")))}">{escape(label)}</a></p>'


def _callout(card: Mapping[str, Any]) -> str:
    text = _text(card.get("calloutText")) or _text(card.get("text"))
    emoji = _text(card.get("calloutEmoji")) or _text(card.get("emoji"))
    return f"<blockquote>{f'{escape(emoji)} ' if emoji else ''}{text}</blockquote>"


def _toggle(card: Mapping[str, Any]) -> str:
    return f"<details><summary>{_text(card.get('heading'))}</summary>{_text(card.get('content'))}</details>"


def _header(card: Mapping[str, Any]) -> str:
    lines = [_text(card.get(name)) for name in ("header", "subheader")]
    return "".join(f"<p><strong>{line}</strong></p>" for line in lines if line) + _link(card)


def _nothing(_: Mapping[str, Any]) -> str:
    return ""


_CARDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "image": _image,
    "gallery": _gallery,
    "html": lambda card: _text(card.get("html")),
    "markdown": lambda card: markdown.to_html(_text(card.get("markdown"))),
    "card-markdown": lambda card: markdown.to_html(_text(card.get("markdown"))),
    "code": _code,
    "codeblock": _code,
    "bookmark": _link,
    "embed": _link,
    "button": _link,
    "signup": _nothing,
    "email": _nothing,
    "email-cta": _nothing,
    "paywall": _nothing,
    "horizontalrule": lambda _: "<hr>",
    "hr": lambda _: "<hr>",
    "audio": _player("audio"),
    "video": _player("video"),
    "file": _file,
    "callout": _callout,
    "toggle": _toggle,
    "header": _header,
}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[dict[str, Any]]:
    return [each for each in _list(value) if isinstance(each, dict)]
