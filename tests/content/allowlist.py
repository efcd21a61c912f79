"""What sanitised HTML may hold, written down a second time and checked with parsers that are not the sanitizer's."""

import re
from html.parser import HTMLParser

from lxml import html as lxml_html

SAFE_ADDRESS = re.compile(r"https?://[^\s\"<>\\]+")
AUTHOR_ADDRESS = re.compile(r"(?:https?://|mailto:|tel:)[^\s\"<>\\]*")

STRANGER = {
    "a": {"class", "href", "rel"},
    "ol": {"reversed", "start"},
    "li": {"value"},
    "span": {"class"},
    **{
        tag: set[str]()
        for tag in ("b", "blockquote", "br", "code", "del", "em", "i", "p", "pre", "s", "strong", "u", "ul")
    },
}
STRANGER_CLASSES = {"mention", "hashtag", "u-url", "h-card", "invisible", "ellipsis", "quote-inline"}

NEVER_FOR_AUTHORS = {
    *("script", "style", "iframe", "object", "embed", "form", "input", "button", "select", "option", "textarea"),
    *("svg", "template", "noscript", "link", "meta", "base", "title", "applet", "frame", "frameset", "marquee"),
    *("picture", "portal", "dialog", "slot", "xmp", "plaintext", "noembed", "noframes", "html", "head", "body"),
}
AUTHOR_ATTRIBUTES = {
    *("class", "dir", "id", "lang", "title", "href", "hreflang", "rel", "type", "controls", "loop", "muted", "preload"),
    *("src", "cite", "span", "datetime", "open", "alt", "height", "loading", "width", "value", "reversed", "start"),
    *("colspan", "rowspan", "abbr", "scope", "default", "kind", "label", "srclang", "poster", "translate"),
}
ADDRESSES = {"href", "src", "poster", "cite"}


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"a processing instruction: {data}")


def tags_of(html: str) -> list[tuple[str, dict[str, str]]]:
    """The start tags as Python's parser sees them, after those that libxml2 sees have been found to be the same set."""
    parser = _Tags()
    parser.feed(html)
    parser.close()
    if html.strip():
        wrapped = lxml_html.fragment_fromstring(html, create_parent="main")
        seen = {(str(node.tag), frozenset(map(str, node.attrib))) for node in wrapped.iterdescendants()}
        assert {tag for tag, _ in seen} <= {tag for tag, _ in parser.found} | {"p", "tbody"}
        for _, names in seen:
            assert not [name for name in names if name.startswith("on")]
    return parser.found


def assert_fit_for_strangers(html: str) -> None:
    for tag, attributes in tags_of(html):
        assert tag in STRANGER, html
        assert attributes.keys() <= STRANGER[tag], html
        if tag == "a":
            assert attributes["rel"] == "nofollow ugc noopener noreferrer"
        if "href" in attributes:
            assert SAFE_ADDRESS.fullmatch(attributes["href"]), html
        assert set(attributes.get("class", "").split()) <= STRANGER_CLASSES, html


def assert_fit_for_the_author(html: str) -> None:
    for tag, attributes in tags_of(html):
        assert tag not in NEVER_FOR_AUTHORS, html
        assert attributes.keys() <= AUTHOR_ATTRIBUTES, html
        for name in attributes.keys() & ADDRESSES:
            allowed = AUTHOR_ADDRESS if tag == "a" else SAFE_ADDRESS
            assert allowed.fullmatch(attributes[name]), html
        assert attributes.get("id", "") not in ("main", "comments", "reply"), html
