"""Prepare the author's HTML for sanitizing: list its pictures, and repair their addresses and embedded frames.

Posts of an older blog refer to lost pictures, have attributes of lazy-loading plugins, and embed videos in frames
that feeds must not contain. Here they become what every reader can show. HTML in, HTML out, one pass over its tags;
the result is as unsafe as the input.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from urllib.parse import unquote, urlsplit

from syndicate.content.tags import Tag, escaped, tokens
from syndicate.content.text import plain

_LAZY = ("data-src", "data-lazy-src", "data-original", "data-orig-file")
_PICTURE_FILE = re.compile(r"\.(?:avif|bmp|gif|jpe?g|png|svg|webp)$", re.IGNORECASE)
_NO_FILE = re.compile("(?:data|about|blob):", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"(?:placeholder|blank|spacer|lazy[-_.]?load|1x1|pixel)[\w-]{0,40}\.(?:gif|png|svg)$", re.IGNORECASE
)
_ALIGNED = re.compile(r"\b(?:align(?:left|right|center|none|wide|full)|size-(?!thumbnail\b)\w+)\b")
_WIDTH = re.compile("[0-9]{1,5}")
_MIN_BLOCK_WIDTH = 100
_PLAYERS = frozenset({"audio", "video"})
_ADDRESSES = frozenset({"href", "src", "poster"})
_DROPPED = frozenset({"srcset", "sizes", "imagesizes", "imagesrcset"})
_FOR_BROWSERS = _DROPPED | {"loading"}
_FORMS, _SIZES = "our-srcset", "our-sizes"
_OURS = {_FORMS: "srcset", _SIZES: "sizes"}
"""The attributes of the smaller forms until those of the author are dropped."""
COLUMN_WIDTH = "34rem"
"""How wide the text of a page is at most, as the stylesheet says."""
_COLUMN_CLASS = re.compile(r"\bhas-text-align-(left|center|right)\b")
_COLUMN = re.compile(r"<t[dh] [^>]*has-text-align-")
_WEB = re.compile(r"(?:https?:)?//", re.IGNORECASE)


def pictures(html: str) -> tuple[str, ...]:
    """Return the addresses of all pictures as written, each once: of every `img`, and of links around one to a
    picture file.
    """
    found: dict[str, None] = {}
    link = ""
    for tag in _tags(html):
        if tag.name == "a":
            link = "" if tag.closing else tag.value("href").strip()
        elif tag.name == "img" and not tag.closing and (source := _source(tag)):
            found[source] = None
            if _is_picture_file(link):
                found[link] = None
    return tuple(found)


def links(html: str) -> tuple[str, ...]:
    """Return the targets of links as written, each once."""
    found = (tag.value("href").strip() for tag in _tags(html) if tag.name == "a" and not tag.closing)
    return tuple(dict.fromkeys(filter(None, found)))


def words(html: str) -> str:
    """Return the text of HTML (see `plain`), or the alternative texts of its pictures if it has no other."""
    if text := plain(html):
        return text
    texts = (" ".join(tag.value("alt").split()) for tag in _tags(html) if tag.name == "img" and not tag.closing)
    return ", ".join(dict.fromkeys(filter(None, texts)))


def played(html: str) -> tuple[str, ...]:
    """Return the sources of audio and video players as written, each once."""
    found: dict[str, None] = {}
    in_player = False
    for tag in _tags(html):
        if tag.name in _PLAYERS:
            in_player = not tag.closing
        if not tag.closing and (tag.name in _PLAYERS or (tag.name == "source" and in_player)):
            found |= dict.fromkeys(tag.value(name).strip() for name in ("src", "poster"))
    return tuple(filter(None, found))


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedPicture:
    """A picture in a text. Sizes in pixels, 0 if not given."""

    address: str
    alt: str
    width: int
    height: int
    srcset: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureForms:
    """What is known of a picture that is served here: its size in pixels, its smaller forms as a `srcset`, and the
    description that stands for it where the text gives none."""

    width: int
    height: int
    srcset: str
    alt: str = ""


def shown(html: str) -> tuple[EmbeddedPicture, ...]:
    """Return the pictures of a rendered text, in order, each once."""
    found: dict[str, EmbeddedPicture] = {}
    for tag in _tags(html):
        address = tag.value("src")
        if tag.name == "img" and not tag.closing and address:
            width, height = (int(size) if (size := tag.get(name)).isdecimal() else 0 for name in ("width", "height"))
            found.setdefault(
                address,
                EmbeddedPicture(
                    address=address, alt=tag.value("alt"), width=width, height=height, srcset=tag.value("srcset")
                ),
            )
    return tuple(found.values())


def rewrite(
    html: str,
    *,
    url: Callable[[str], str | None] = lambda _address: None,
    missing: Callable[[str], bool] = lambda _address: False,
    lost: Callable[[str], bool] = lambda _address: False,
    forms: Callable[[str], PictureForms | None] = lambda _address: None,
) -> str:
    """Return `html` with `url` applied to every address, and without what needs scripts.

    `url` and `missing` get addresses as written, with entities resolved; `url` returns None to keep one. A `missing`
    picture becomes its alternative text, or its file name, linked to its address (no link within a link). A `lost`
    picture will never be available and gets no link. A frame becomes a paragraph with a link to its content. `forms`
    returns the forms of a picture, of which browsers choose one; pictures after the first are loaded lazily.
    """
    return "".join(_rewritten(html, url, missing, lost, forms))


def without_forms(html: str) -> str:
    """Return `html` without what only browsers need to choose the form of a picture: for feeds and other servers."""
    return _mapped(html, lambda tag: _without(tag.attributes, _FOR_BROWSERS)) if " srcset=" in html else html


def for_readers(html: str) -> str:
    """Return `html` for feed readers, which have no style sheet of ours: without the forms of pictures, and with the
    alignment of columns as an attribute.
    """
    return _mapped(html, _aligned) if " srcset=" in html or _COLUMN.search(html) else html


def shows(html: str, picture: str) -> bool:
    """Return whether a rendered text shows the picture at an address."""
    return picture in html and any(one.address == picture for one in shown(html))


def _mapped(html: str, attributes: Callable[[Tag], tuple[tuple[str, str], ...]]) -> str:
    return "".join(
        escaped(token)
        if isinstance(token, str)
        else str(Tag(name=token.name, closing=token.closing, attributes=attributes(token)))
        for token in tokens(html)
    )


def _aligned(tag: Tag) -> tuple[tuple[str, str], ...]:
    kept = _without(tag.attributes, _FOR_BROWSERS)
    found = _COLUMN_CLASS.search(tag.get("class")) if tag.name in ("td", "th") else None
    return (*kept, ("align", found[1])) if found else kept


def largest_within(srcset: str, limit: int) -> tuple[str, int] | None:
    """Return address and width of the largest form of a picture of at most `limit` pixels, if there is one."""
    forms = (form.rpartition(" ") for form in srcset.split(", ") if form.endswith("w"))
    sized = [(int(width[:-1]), address) for address, _, width in forms if width[:-1].isdecimal()]
    best = max((form for form in sized if form[0] <= limit), default=None)
    return (best[1], best[0]) if best else None


def _rewritten(
    html: str,
    url: Callable[[str], str | None],
    missing: Callable[[str], bool],
    lost: Callable[[str], bool],
    forms: Callable[[str], PictureForms | None],
) -> Iterator[str]:
    in_link = in_picture = in_lost_link = is_later = False
    for token in tokens(html):
        if isinstance(token, str):
            yield escaped(token)
            continue
        if token.name == "a":
            was_lost, in_lost_link = in_lost_link, not token.closing and lost(token.value("href").strip())
            in_link = not token.closing and not in_lost_link
            if in_lost_link or (token.closing and was_lost):
                continue
        if token.name == "picture":
            in_picture = not token.closing
            continue
        if token.name == "source" and in_picture:
            continue
        if token.name == "iframe":
            yield "" if token.closing else _frame(token, url, in_link=in_link)
            continue
        if token.name == "img" and not token.closing:
            found = forms(_source(token))
            picture = _with_forms(token, found, is_lazy=is_later) if found else token
            is_later = is_later or found is not None
            yield _picture(picture, url, missing, unlinked=in_link or lost(_source(token)))
            continue
        yield str(_with_addresses(token, url))


def _picture(image: Tag, url: Callable[[str], str | None], missing: Callable[[str], bool], *, unlinked: bool) -> str:
    source = _source(image)
    if not source:
        return escaped(image.get("alt"))
    if missing(source):
        text = _link(url(source) or source, f"[{image.value('alt').strip() or _file_name(source)}]", in_link=unlinked)
        return f"{text}<br>" if _stands_alone(image) else f"{text} "  # it must not run into the text around it
    others = tuple(pair for pair in image.attributes if pair[0] != "src")
    return str(_with_addresses(Tag(name="img", attributes=(("src", escape(source)), *others)), url))


def _with_forms(image: Tag, forms: PictureForms, *, is_lazy: bool) -> Tag:
    """Return a picture with its size, unless the author gave one, and its smaller forms."""
    attributes = _without(image.attributes, _DROPPED)
    given = {name for name, _ in attributes}
    if not given & {"width", "height"} and forms.width and forms.height:
        attributes += (("width", str(forms.width)), ("height", str(forms.height)))
    if forms.alt and not image.value("alt").strip():
        attributes = (*_without(attributes, frozenset({"alt"})), ("alt", escape(forms.alt)))
    if forms.srcset:
        width = _WIDTH.fullmatch(image.value("width").strip().removesuffix("px"))
        shown = f"{width[0]}px" if width else COLUMN_WIDTH
        attributes += ((_FORMS, escape(forms.srcset)), (_SIZES, f"(max-width: {shown}) 100vw, {shown}"))
    if is_lazy and "loading" not in given:
        attributes += (("loading", "lazy"),)
    return Tag(name="img", attributes=attributes)


def _without(attributes: tuple[tuple[str, str], ...], names: frozenset[str]) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in attributes if pair[0] not in names)


def _frame(frame: Tag, url: Callable[[str], str | None], *, in_link: bool) -> str:
    source = _source(frame)
    if not _WEB.match(source):
        return ""
    link = _link(url(source) or source, _host(source), in_link=in_link)
    return link if in_link else f"<p>{link}</p>"


def _stands_alone(image: Tag) -> bool:
    """Whether a picture is separate from the text, by WordPress's classes or else by its size."""
    if _ALIGNED.search(image.value("class")):
        return True
    width = _WIDTH.match(image.value("width").strip())
    return width is not None and int(width[0]) >= _MIN_BLOCK_WIDTH


def _link(address: str, text: str, *, in_link: bool) -> str:
    shown = escape(text)
    return shown if in_link else f'<a href="{escape(address)}">{shown}</a>'


def _with_addresses(tag: Tag, url: Callable[[str], str | None]) -> Tag:
    kept = []
    for name, value in tag.attributes:
        if name in _DROPPED or name.startswith("data-"):
            continue
        name = _OURS.get(name, name)
        if name in _ADDRESSES and (moved := url(tag.value(name).strip())) is not None:
            kept.append((name, escape(moved)))
        else:
            kept.append((name, value))
    return Tag(name=tag.name, attributes=tuple(kept), closing=tag.closing)


def _source(tag: Tag) -> str:
    """Return the real address of a picture or frame: lazy-loading plugins keep it beside a placeholder."""
    source = tag.value("src").strip()
    if _NO_FILE.match(source):
        source = ""
    if source and not _PLACEHOLDER.match(_file_name(source)):
        return source
    lazy = (tag.value(name).strip() for name in _LAZY)
    return next(filter(None, lazy), source)


def _tags(html: str) -> Iterator[Tag]:
    return (token for token in tokens(html) if isinstance(token, Tag))


def _is_picture_file(address: str) -> bool:
    return bool(_PICTURE_FILE.search(_path(address)))


def _file_name(address: str) -> str:
    return unquote(_path(address).rstrip("/").rpartition("/")[2]) or _host(address) or address


def _path(address: str) -> str:
    return re.split("[?#]", address, maxsplit=1)[0]


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:  # an unclosed bracket of an IPv6 address
        return ""
