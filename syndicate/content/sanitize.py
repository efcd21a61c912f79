"""The only sanitizer: HTML of any origin in, HTML that is safe on pages and in feeds out.

There are two policies: `for_author` keeps what a blog post consists of, `for_stranger` what a comment needs.
`SafeHtml` is created only here and never changed afterwards: limits, absolute addresses and the host behind a link
are handled before or during sanitizing. Each result is a fixed point: sanitizing it again changes nothing, so no
parser can see another document in it (mutation XSS).
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html import escape, unescape
from typing import NewType

import nh3

from syndicate.content import mathml
from syndicate.content.addresses import absolute, ascii_host, host_of
from syndicate.content.balance import Bounds, Finish, balanced
from syndicate.content.links import linked
from syndicate.content.tags import Tag
from syndicate.content.text import clean, plain, visible, without_disguise

SafeHtml = NewType("SafeHtml", str)

SANITIZER_VERSION = 4
"""Stored beside the results; when it increases, they are made again from their source."""

_MAX_ROUNDS = 8
_FALLBACK_LENGTH = 100_000


def for_author(html: str, *, base: str) -> SafeHtml:
    """Sanitize the author's HTML: no scripts, styles, forms or frames; every address absolute, resolved against
    `base`.

    Valid ids stay, unless the page has one of that name, and the name of an anchor (`<a name>` of HTML 4.01) becomes
    its id. The classes of WordPress's alignments, captions, footnotes and code languages stay, and so do formulas in
    MathML.
    """
    around, formulas = mathml.set_aside(clean(html, marks=_AUTHOR.marks))
    return SafeHtml(mathml.put_back(_settled(around, _AUTHOR, base), formulas))


def for_stranger(html: str, *, base: str = "") -> SafeHtml:
    """Sanitize other people's HTML: paragraphs, emphasis, lists, quotes, code, and links with `nofollow`.

    Headings become paragraphs, pictures their alternative text, and formulas their TeX (FEP-dc88). A link whose text is
    an address on another host gets its true host appended, a bare web address becomes a link. Without `base`, relative
    links lose their address.
    """
    return _settled(mathml.as_text(html), _STRANGER, base)


_Attributes = Mapping[str, frozenset[str]]
_Check = Callable[[str, str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Policy:
    """A policy. `checks` decide about attribute values by the attribute's name; others pass unchanged. `prepare` is
    applied to the text before it is parsed. `max_bytes` is
    the limit of input and output in bytes, the same for both so that a result is never cut again.
    """

    bounds: Bounds
    attributes: _Attributes
    checks: Mapping[str, _Check]
    classes: Callable[[str, str], bool]
    schemes: frozenset[str]
    link_rel: str | None
    marks: int
    prepare: Callable[[str], str]
    max_bytes: int | None
    finish_link: Finish | None


def _settled(html: str, policy: _Policy, base: str) -> SafeHtml:
    if policy.max_bytes is None:
        return SafeHtml(_fixed_point(html, policy, base))
    html = _cut(html, policy.max_bytes)
    result = _fixed_point(html, policy, base)
    kept = len(html) * policy.max_bytes // (len(result.encode()) + 1000)
    while len(result.encode()) > policy.max_bytes:
        html, kept = html[:kept], kept // 2
        result = _fixed_point(html, policy, base)
    return SafeHtml(result)


def _fixed_point(html: str, policy: _Policy, base: str) -> str:
    """Sanitize until the result is stable; if it never is, return only the text."""
    for _ in range(_MAX_ROUNDS):
        again = _once(html, policy, base)
        if again == html:
            return again
        html = again
    text = escape(plain(html)[:_FALLBACK_LENGTH], quote=False)
    return _once(_once(text, policy, base), policy, base)


def _once(html: str, policy: _Policy, base: str) -> str:
    tame = balanced(policy.prepare(clean(html, marks=policy.marks)), policy.bounds, finish_link=policy.finish_link)
    return nh3.clean(
        tame,
        tags=set(policy.bounds.tags),
        clean_content_tags=_HIDDEN,
        attributes={tag: set(names) for tag, names in policy.attributes.items()},
        attribute_filter=_filter(policy, base),
        link_rel=policy.link_rel,
        url_schemes=set(policy.schemes),
        url_relative="pass_through" if base else "deny",
        strip_comments=True,
    )


def _filter(policy: _Policy, base: str) -> Callable[[str, str, str], str | None]:
    def check(tag: str, name: str, value: str) -> str | None:
        if name in _ADDRESSES:
            schemes = policy.schemes if tag == "a" else _WEB_ONLY
            return absolute(value, base=base, schemes=schemes)
        if name == "srcset":
            return _srcset(value, base)
        if name == "class":
            return " ".join(word for word in dict.fromkeys(value.split()) if policy.classes(tag, word)) or None
        verdict = policy.checks.get(name)
        return verdict(tag, value) if verdict else value

    return check


def _srcset(value: str, base: str) -> str | None:
    """Return a `srcset` whose addresses are absolute and of the web, or None."""
    forms = [form.rpartition(" ") for form in value.split(", ")]
    addresses = [absolute(address, base=base, schemes=_WEB_ONLY) for address, _, _ in forms]
    if not all(addresses) or not all(_FORM_WIDTH.fullmatch(width) for _, _, width in forms):
        return None
    return ", ".join(f"{address} {width}" for address, (_, _, width) in zip(addresses, forms, strict=True))


_FORM_WIDTH = re.compile("[0-9]{1,5}w")


def _cut(html: str, max_bytes: int) -> str:
    if len(html) * 4 <= max_bytes:
        return html
    return html.encode(errors="ignore")[:max_bytes].decode(errors="ignore")


_HIDDEN = {"script", "style"}
_ADDRESSES = frozenset({"href", "src", "poster", "cite"})
_WEB_ONLY = frozenset({"http", "https"})


def _matching(pattern: str) -> _Check:
    known = re.compile(pattern, re.IGNORECASE)
    return lambda _tag, value: value if known.fullmatch(value) else None


def _flag(_tag: str, _value: str) -> str:
    return ""


def _names(bounds: _Attributes) -> Callable[[str], frozenset[str]]:
    everywhere = bounds.get("*", frozenset())
    return lambda tag: bounds.get(tag, frozenset()) | everywhere


# -- the author ------------------------------------------------------------------------------------------------------

_SAFE_ID = re.compile(r"\w[\w:.-]{0,199}")
"""Word's footnote ids begin with `_`, WordPress's ids are UUIDs, and half of those begin with a digit."""
_ID_OF_THE_PAGE = re.compile(r"main|comments|comment-.*|reply", re.IGNORECASE)
_REL = frozenset(
    {"acquaintance", "author", "bookmark", "child", "co-resident", "co-worker", "colleague", "contact", "crush", "date"}
    | {"external", "friend", "help", "kin", "license", "me", "met", "muse", "neighbor", "next", "nofollow", "noopener"}
    | {"noreferrer", "parent", "prev", "sibling", "sponsored", "spouse", "sweetheart", "tag", "ugc"}
)


def _id(_tag: str, value: str) -> str | None:
    """An element of a post must not replace one of the page's own."""
    return value if _SAFE_ID.fullmatch(value) and not _ID_OF_THE_PAGE.fullmatch(value) else None


def _pixels(_tag: str, value: str) -> str | None:
    number = value.strip().lower().removesuffix("px").strip()
    return number if re.fullmatch("[0-9]{1,5}", number) else None


def _rel(_tag: str, value: str) -> str | None:
    return " ".join(word for word in dict.fromkeys(value.lower().split()) if word in _REL) or None


_number = _matching("-?[0-9]{1,9}")
_span = _matching("[0-9]{1,3}")
_language = _matching("[a-z]{1,8}(-[a-z0-9]{1,8})*")

_AUTHOR_CLASSES = frozenset(
    {"alignleft", "alignright", "aligncenter", "alignnone", "alignwide", "alignfull", "gallery", "wp-caption"}
    | {"wp-caption-text", "wp-element-caption", "wp-block-audio", "wp-block-embed", "wp-block-gallery"}
    | {"wp-block-image", "wp-block-pullquote", "wp-block-quote", "wp-block-table", "wp-block-verse", "wp-block-video"}
    | {"has-text-align-left", "has-text-align-center", "has-text-align-right"}
    | {"footnote-ref", "footnotes-sep", "footnotes", "footnotes-list", "footnote-item", "footnote-backref"}
    | {"mention", "hashtag", "u-url", "h-card"}
)
_CODE_LANGUAGE = re.compile(r"language-[\w+#.-]{1,40}")

_AUTHOR_ATTRIBUTES: _Attributes = {
    "*": frozenset({"class", "dir", "id", "lang", "title", "translate"}),
    "a": frozenset({"href", "hreflang", "rel", "type"}),
    "audio": frozenset({"controls", "loop", "muted", "preload", "src"}),
    "blockquote": frozenset({"cite"}),
    "col": frozenset({"span"}),
    "colgroup": frozenset({"span"}),
    "del": frozenset({"cite", "datetime"}),
    "details": frozenset({"open"}),
    "img": frozenset({"alt", "height", "loading", "sizes", "src", "srcset", "width"}),
    "ins": frozenset({"cite", "datetime"}),
    "li": frozenset({"value"}),
    "ol": frozenset({"reversed", "start", "type"}),
    "q": frozenset({"cite"}),
    "source": frozenset({"src", "type"}),
    "td": frozenset({"colspan", "rowspan"}),
    "th": frozenset({"abbr", "colspan", "rowspan", "scope"}),
    "time": frozenset({"datetime"}),
    "track": frozenset({"default", "kind", "label", "src", "srclang"}),
    "video": frozenset({"controls", "height", "loop", "muted", "poster", "preload", "src", "width"}),
}

_AUTHOR_TAGS = frozenset(
    {"a", "abbr", "address", "article", "aside", "audio", "b", "bdi", "blockquote", "br", "caption", "cite"}
    | {"code", "col", "colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure"}
    | {"footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol"}
    | {"p", "pre", "q", "rp", "rt", "ruby", "s", "samp", "section", "small", "source", "span", "strong", "sub"}
    | {"summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "track", "u", "ul", "var"}
    | {"video", "wbr"}
)

_AUTHOR = _Policy(
    bounds=Bounds(
        tags=_AUTHOR_TAGS,
        attributes=_names(_AUTHOR_ATTRIBUTES),
        renamed={"strike": "s", "tt": "code", "acronym": "abbr", "center": "div", "bdo": "span"},
        renamed_attributes={("a", "name"): "id"},
        depth=100,
        elements=200_000,
    ),
    attributes=_AUTHOR_ATTRIBUTES,
    checks={
        "colspan": _span,
        "controls": _flag,
        "datetime": _matching(r"[0-9TWZPYMDHS:+. -]{1,40}"),
        "default": _flag,
        "dir": _matching("ltr|rtl|auto"),
        "height": _pixels,
        "hreflang": _language,
        "id": _id,
        "kind": _matching("subtitles|captions|descriptions|chapters"),
        "lang": _language,
        "loading": _matching("lazy|eager"),
        "loop": _flag,
        "muted": _flag,
        "open": _flag,
        "preload": _matching("none|metadata|auto"),
        "rel": _rel,
        "reversed": _flag,
        "rowspan": _span,
        "sizes": _matching(r"\(max-width: [0-9]{1,5}(px|rem)\) 100vw, [0-9]{1,5}(px|rem)"),
        "scope": _matching("row|col|rowgroup|colgroup"),
        "span": _span,
        "srclang": _language,
        "start": _number,
        "translate": _matching("yes|no"),
        "type": _matching(r"[1ai]|[a-z]+/[\w.+-]+(;\s*codecs=[\w.,\"' -]+)?"),
        "value": _number,
        "width": _pixels,
    },
    classes=lambda tag, word: (
        word in _AUTHOR_CLASSES or (tag in ("code", "pre") and bool(_CODE_LANGUAGE.fullmatch(word)))
    ),
    schemes=frozenset({"http", "https", "mailto", "tel"}),
    link_rel=None,
    marks=30,
    prepare=str,
    max_bytes=None,
    finish_link=None,
)


# -- remote HTML -------------------------------------------------------------------------------------------------------

_ADDRESS_IN_TEXT = re.compile(r"https?:/{1,9}([^\s/?#\\<>\"]{1,300})|\bwww\.([^\s/?#\\<>\"]{1,300})", re.IGNORECASE)
_WHOLLY_A_HOST = re.compile(r"((?:[^\W_][\w-]{0,62}[.\u3002])+[^\W\d_]{2,24}(?::[0-9]{1,5})?)(?:[/?#]\S*)?")


_MAX_LINK_TEXT_LENGTH = 4_000
"""Longer link texts are not searched for hosts, which would take too long; the true host is always appended."""


def _true_host(link: Tag, inside: list[Tag | str]) -> str:
    """Return ` (host)` for a link whose text names another host than its target, else an empty string.

    Both forms are checked: as displayed when a class hides the long part of an address, as Mastodon does, and in
    full.
    """
    target = host_of(link.value("href"))
    if not target:
        return ""
    whole, shown = _text(inside), _text(_visible(inside))
    if whole.endswith(note := f" ({target})") and shown.endswith(note):
        return ""
    if len(whole) > _MAX_LINK_TEXT_LENGTH:
        return escape(note)
    claimed = {_bare(ascii_host(host)) for text in (whole, shown) for host in _hosts_in(text)}
    return escape(note) if claimed - {_bare(target)} else ""


def _hosts_in(text: str) -> Iterable[str]:
    text = visible(unicodedata.normalize("NFKC", text)).strip()
    for found in _ADDRESS_IN_TEXT.finditer(text):
        yield (found[1] or found[2]).rstrip(".,;:!?)")
    if whole := _WHOLLY_A_HOST.fullmatch(text.rstrip(".")):
        yield whole[1]


def _bare(host: str) -> str:
    return re.sub(":(80|443)$", "", host.removeprefix("www."))


def _text(inside: Iterable[Tag | str]) -> str:
    return unescape("".join(token if isinstance(token, str) else "" for token in inside)).strip()


def _visible(inside: Iterable[Tag | str]) -> Iterable[Tag | str]:
    hidden = 0
    for token in inside:
        if isinstance(token, Tag) and token.name == "span":
            if hidden:
                hidden += -1 if token.closing else 1
            elif not token.closing and "invisible" in token.get("class").split():
                hidden = 1
        if not hidden:
            yield token


_STRANGER_CLASSES: Mapping[str, frozenset[str]] = {
    "a": frozenset({"mention", "hashtag", "u-url"}),
    "span": frozenset({"mention", "hashtag", "h-card", "invisible", "ellipsis", "quote-inline"}),
}

_STRANGER_ATTRIBUTES: _Attributes = {
    "a": frozenset({"class", "href"}),
    "li": frozenset({"value"}),
    "ol": frozenset({"reversed", "start"}),
    "span": frozenset({"class"}),
}

_STRANGER = _Policy(
    bounds=Bounds(
        tags=frozenset(
            {"a", "b", "blockquote", "br", "code", "del", "em", "i", "li", "ol", "p", "pre", "s", "span", "strong", "u"}
            | {"ul"}
        ),
        attributes=_names(_STRANGER_ATTRIBUTES),
        renamed={"h1": "p", "h2": "p", "h3": "p", "h4": "p", "h5": "p", "h6": "p", "strike": "s"},
        depth=64,
        elements=5_000,
    ),
    attributes=_STRANGER_ATTRIBUTES,
    checks={"reversed": _flag, "start": _number, "value": _number},
    classes=lambda tag, word: word in _STRANGER_CLASSES.get(tag, frozenset()),
    schemes=_WEB_ONLY,
    link_rel="nofollow ugc noopener noreferrer",
    marks=4,
    prepare=lambda html: linked(without_disguise(html)),
    max_bytes=80_000,
    finish_link=_true_host,
)
