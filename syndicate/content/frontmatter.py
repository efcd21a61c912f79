"""The header of a Markdown file: YAML between two lines of `---` in, typed values out.

Every value is read from the text that the author wrote, not from what YAML makes of it, so that a title may be
`2024` or `No` and a language `no`. A mistake is answered with file, line, field and what would be right.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from functools import reduce
from typing import TypeVar

import yaml

from syndicate.content.markdown import split_title
from syndicate.content.text import clean, clean_name, slugify
from syndicate.errors import FrontMatterInvalid, InputError
from syndicate.model.post import (
    Enclosure,
    Manuscript,
    ObjectType,
    PostState,
    QuotePolicy,
    SourceFormat,
    Term,
    TermKind,
    Visibility,
)

_FENCE = re.compile(r"---[ \t]*\n")
_END = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_NO_CHARACTER = "the header is not YAML: a character that is not allowed"
_LONGEST_HEADER = 64_000
_DEEPEST = 8

_DATE = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)"
    r"(?:(?:[Tt]|[ \t]+)(?P<time>\d\d:\d\d(?::\d\d)?)(?:\.(?P<fraction>\d+))?[ \t]*(?P<zone>[Zz]|[+-]\d\d(?::?\d\d)?)?)?"
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]*")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_NO_NAMES = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("int", "float", "bool", "timestamp"))
"""What stands alone for a list of names by mistake; within a list, and for a title, a number is a word like any other."""
_TRUE = frozenset({"true", "yes", "on"})
_FALSE = frozenset({"false", "no", "off"})
_MEDIA_TYPES = {
    "aac": "audio/aac",
    "flac": "audio/flac",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "m4a": "audio/mp4",
    "m4v": "video/mp4",
    "mov": "video/quicktime",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "oga": "audio/ogg",
    "ogg": "audio/ogg",
    "ogv": "video/ogg",
    "opus": "audio/ogg",
    "pdf": "application/pdf",
    "png": "image/png",
    "wav": "audio/wav",
    "webm": "video/webm",
    "webp": "image/webp",
    "zip": "application/zip",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """The header of a file. `date` is UTC; `hashtags` of None means: all tags; `unknown` names the fields that mean
    nothing here."""

    title: str = ""
    slug: str = ""
    date: datetime | None = None
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    summary: str = ""
    teaser: str = ""
    language: str = ""
    comments_open: bool = True
    visibility: Visibility = Visibility.PUBLIC
    sensitive: bool = False
    warning: str = ""
    pinned: bool = False
    draft: bool = False
    image: str = ""
    image_alt: str = ""
    hashtags: tuple[str, ...] | None = None
    type: ObjectType | None = None
    quotes: QuotePolicy = QuotePolicy.ANYONE
    enclosure: Enclosure | None = None
    unknown: tuple[str, ...] = ()


def split(text: str, *, file: str, timezone: tzinfo) -> tuple[FrontMatter, str]:
    """The header of a Markdown text and its body; a text without a header is all body.

    `file` is named in errors; `timezone` is meant by dates that name none. Raises FrontMatterInvalid.
    """
    text = clean(text.removeprefix("\ufeff"))
    opening = _FENCE.match(text)
    if not opening:
        return FrontMatter(), text
    end = _END.search(text, opening.end())
    if not end:
        raise FrontMatterInvalid("the line '---' that ends the header is missing", file=file, line=1)
    reader = _Reader(file, timezone)
    return reader.read(text[opening.end() : end.start()]), text[end.end() :].lstrip("\n")


def to_manuscript(front: FrontMatter, body: str, *, slug_from_file: str, local_files: str | None = None) -> Manuscript:
    """A Markdown file as a post. Without a title in `front`, a heading that opens the body is the title.

    A date that lies ahead stays as it is: publishing decides. Raises InputError where no slug can be had.
    """
    slug = front.slug or slugify(slug_from_file)
    if not slug:
        raise InputError(f"The file's name {slug_from_file!r} holds no letter or digit: give the post a 'slug'.")
    title, source = (front.title, body) if front.title else split_title(body)
    return Manuscript(
        slug=slug,
        source=source,
        source_format=SourceFormat.MARKDOWN,
        title=title,
        date=front.date,
        terms=(*terms(TermKind.CATEGORY, front.categories), *terms(TermKind.TAG, front.tags)),
        summary=front.summary,
        teaser=front.teaser,
        language=front.language,
        state=PostState.DRAFT if front.draft else PostState.PUBLISHED,
        visibility=front.visibility,
        sensitive=front.sensitive,
        warning=front.warning,
        comments_open=front.comments_open,
        pinned=front.pinned,
        image=front.image,
        image_alt=front.image_alt,
        type=front.type,
        quotes=front.quotes,
        hashtags=front.hashtags,
        enclosure=front.enclosure,
        local_files=local_files,
    )


def terms(kind: TermKind, names: tuple[str, ...]) -> tuple[Term, ...]:
    """Names as terms with slugs, each slug once."""
    first_named: dict[str, str] = {}
    for name in names:
        first_named.setdefault(_term_slug(name), name)
    return tuple(Term(kind=kind, slug=slug, name=name) for slug, name in first_named.items() if slug)


def _term_slug(name: str) -> str:
    """C++ and C# are not C, and a name of symbols alone is still a name."""
    spelled = re.sub(r"(?<=\w)\++", lambda plus: "plus" * len(plus[0]), name)
    spelled = re.sub(r"(?<=\w)#", "sharp", spelled)
    return slugify(spelled) or "-".join(f"{ord(char):x}" for char in name[:8] if not char.isspace())


class _Flat(yaml.SafeLoader):
    """YAML without aliases and deep nesting: no header needs them, and a bomb is made of them."""

    def __init__(self, header: str) -> None:
        super().__init__(header)
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise self._refused("aliases are not allowed")
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._refused("it is nested too deeply")
        node: yaml.Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def _refused(self, problem: str) -> yaml.MarkedYAMLError:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs give it no type
        return yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)


class _Wrong(Exception):
    """What would be right; becomes a FrontMatterInvalid where field and line are known."""


_Member = TypeVar("_Member", bound=StrEnum)


class _Reader:
    """Reads one header; knows the file for its errors."""

    def __init__(self, file: str, timezone: tzinfo) -> None:
        self._file = file
        self._timezone = timezone

    def read(self, header: str) -> FrontMatter:
        front = FrontMatter()
        seen: set[str] = set()
        unknown: list[str] = []
        for key, value in self._fields(header):
            field = clean_name(_raw(key))
            if field in seen:
                raise self._invalid("it is given twice", key, field)
            seen.add(field)
            read = _READ.get(field)
            if read is None:
                unknown.append(field)
                continue
            if _is_null(value):
                continue
            try:
                front = read(front, value, self._timezone)
            except _Wrong as wrong:
                raise self._invalid(str(wrong), value, field) from None
        return replace(front, unknown=tuple(unknown))

    def _fields(self, header: str) -> Iterator[tuple[yaml.Node, yaml.Node]]:
        root = self._parsed(header)
        if root is None or _is_null(root):
            return
        if not isinstance(root, yaml.MappingNode):
            raise self._invalid("the header must be lines of 'field: value'", root)
        for key, value in root.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._invalid("the name of a field must be a word", key)
            yield key, value

    def _parsed(self, header: str) -> yaml.Node | None:
        if len(header) > _LONGEST_HEADER:
            raise FrontMatterInvalid("the header is longer than 64 kB", file=self._file, line=1)
        try:
            return _Flat(header).get_single_node()
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 2 if error.problem_mark else 1
            raise FrontMatterInvalid(_explained(error), file=self._file, line=line) from None
        except yaml.reader.ReaderError as error:
            line = header.count("\n", 0, error.position) + 2
            raise FrontMatterInvalid(_NO_CHARACTER, file=self._file, line=line) from None
        except (ValueError, OverflowError):  # PyYAML hands "\UFFFFFFFF" to chr() as it is
            raise FrontMatterInvalid(_NO_CHARACTER, file=self._file, line=1) from None

    def _invalid(self, message: str, node: yaml.Node, field: str = "") -> FrontMatterInvalid:
        return FrontMatterInvalid(message, file=self._file, line=node.start_mark.line + 2, field=field)


def _explained(error: yaml.MarkedYAMLError) -> str:
    hint = " (text that holds ': ' must stand in quotes)" if "mapping values" in (error.problem or "") else ""
    return f"the header is not YAML: {error.problem or 'it cannot be read'}{hint}"


# -- values ----------------------------------------------------------------------------------------------------------


def _raw(node: yaml.Node) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _text(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise _Wrong("it must be text")
    return clean(str(node.value)).strip()


def _line(node: yaml.Node) -> str:
    return clean_name(_text(node), limit=500)


def _bool(node: yaml.Node) -> bool:
    word = _raw(node).strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise _Wrong("it must be true or false")


def _one_of(kind: type[_Member], node: yaml.Node) -> _Member:
    word = _raw(node).strip().lower()
    for member in kind:
        if member.value.lower() == word:
            return member
    raise _Wrong(f"it must be one of: {', '.join(member.value.lower() for member in kind)}")


def _names(node: yaml.Node, *, alone: bool = False) -> tuple[str, ...]:
    """A list of names, or one text with commas. `alone`: one name, whatever it looks like, is as good."""
    if isinstance(node, yaml.ScalarNode):
        if node.tag in _NO_NAMES and not alone:
            raise _Wrong("it must be a list of names, such as [garden, 2026]")
        names = _text(node).split(",")
    elif isinstance(node, yaml.SequenceNode) and all(isinstance(item, yaml.ScalarNode) for item in node.value):
        names = [_raw(item) for item in node.value if not _is_null(item)]
    else:
        raise _Wrong("it must be a list of names")
    return tuple(dict.fromkeys(filter(None, map(clean_name, names))))


def _mapping(node: yaml.Node, *allowed: str) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise _Wrong(f"it must be an address, or hold {', '.join(allowed)}")
    found = {_raw(key): value for key, value in node.value if not _is_null(value)}
    if strange := found.keys() - set(allowed):
        raise _Wrong(f"it may hold {', '.join(allowed)}, not '{clean_name(min(strange))}'")
    return found


def _address(node: yaml.Node) -> str:
    """A web address, or one relative to the post. Which base it has is decided in publishing."""
    address = _text(node)
    scheme = _SCHEME.match(address)
    if (
        not address
        or any(char.isspace() for char in address)
        or (scheme and scheme[1].lower() not in ("http", "https"))
    ):
        raise _Wrong("it must be an http or https address, or a path")
    return address


def _date(node: yaml.Node, timezone: tzinfo) -> datetime:
    found = _DATE.fullmatch(_text(node))
    if not found:
        raise _Wrong("it must be a date such as 2024-05-31 or 2024-05-31T18:30:00+02:00")
    zone = (found["zone"] or "").upper()
    fraction = f".{found['fraction'][:6]:0<6}" if found["fraction"] else ""
    try:
        moment = datetime.fromisoformat(f"{found['day']}T{found['time'] or '00:00'}{_seconds(found, fraction)}{zone}")
        moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _Wrong("there is no such day or time") from None


def _seconds(found: re.Match[str], fraction: str) -> str:
    if not found["time"] or len(found["time"]) == len("00:00"):
        return ":00" + fraction
    return fraction


# -- fields ----------------------------------------------------------------------------------------------------------

_Read = Callable[[FrontMatter, yaml.Node, tzinfo], FrontMatter]


def _slug(front: FrontMatter, node: yaml.Node, _timezone: tzinfo) -> FrontMatter:
    text = _text(node)
    if any(mark in text for mark in "/\\?#%"):
        raise _Wrong("it must be one part of an address, without / ? # %")
    slug = slugify(text)
    if not slug:
        raise _Wrong("it must hold a letter or a digit")
    return replace(front, slug=slug)


def _language(front: FrontMatter, node: yaml.Node, _timezone: tzinfo) -> FrontMatter:
    language = _text(node).replace("_", "-")
    if not _LANGUAGE.fullmatch(language):
        raise _Wrong("it must be a language tag such as en or de-AT")
    return replace(front, language=language)


def _comments(front: FrontMatter, node: yaml.Node, _timezone: tzinfo) -> FrontMatter:
    word = _raw(node).strip().lower()
    if word not in _TRUE | _FALSE | {"open", "closed"}:
        raise _Wrong("it must be open or closed")
    return replace(front, comments_open=word == "open" or word in _TRUE)


def _sensitive(front: FrontMatter, node: yaml.Node, _timezone: tzinfo) -> FrontMatter:
    if isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:bool":
        return replace(front, sensitive=_bool(node))
    if not isinstance(node, yaml.ScalarNode):
        raise _Wrong("it must be true, false, or the text of the warning")
    warning = _line(node)
    return replace(front, sensitive=bool(warning), warning=warning)


def _image(front: FrontMatter, node: yaml.Node, _timezone: tzinfo) -> FrontMatter:
    if isinstance(node, yaml.ScalarNode):
        return replace(front, image=_address(node))
    parts = _mapping(node, "src", "alt")
    if "src" not in parts:
        raise _Wrong("'src' is missing")
    return replace(front, image=_address(parts["src"]), image_alt=_text(parts["alt"]) if "alt" in parts else "")


def _enclosure(front: FrontMatter, node: yaml.Node, _timezone: tzinfo) -> FrontMatter:
    parts = {"url": node} if isinstance(node, yaml.ScalarNode) else _mapping(node, "url", "type", "length", "duration")
    if "url" not in parts:
        raise _Wrong("'url' is missing")
    url = _address(parts["url"])
    media_type = _text(parts["type"]).lower() if "type" in parts else _media_type_of(url)
    length = _text(parts["length"]) if "length" in parts else "0"
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise _Wrong("'type' must be a media type such as audio/mpeg")
    if not re.fullmatch("[0-9]{1,15}", length):
        raise _Wrong("'length' must be a number of bytes")
    duration = _duration(_text(parts["duration"])) if "duration" in parts else 0
    return replace(front, enclosure=Enclosure(url=url, media_type=media_type, length=int(length), duration=duration))


def _duration(text: str) -> int:
    """`1870`, `31:10` or `0:31:10`."""
    if not re.fullmatch("(?:[0-9]{1,3}:)?(?:[0-9]{1,6}:)?[0-9]{1,6}", text):
        raise _Wrong("'duration' must be seconds, or such as 31:10 or 1:02:30")
    return reduce(lambda seconds, part: seconds * 60 + int(part), text.split(":"), 0)


def _media_type_of(url: str) -> str:
    extension = re.split("[?#]", url, maxsplit=1)[0].rpartition(".")[2].lower()
    return _MEDIA_TYPES.get(extension, "application/octet-stream")


def _hashtags(front: FrontMatter, node: yaml.Node, _timezone: tzinfo) -> FrontMatter:
    names = (name.lstrip("#").strip() for name in _names(node))
    return replace(front, hashtags=tuple(filter(None, names)))


_READ: dict[str, _Read] = {
    "title": lambda front, node, _: replace(front, title=_line(node)),
    "slug": _slug,
    "date": lambda front, node, timezone: replace(front, date=_date(node, timezone)),
    "tags": lambda front, node, _: replace(front, tags=_names(node)),
    "category": lambda front, node, _: replace(front, categories=_names(node, alone=True)),
    "summary": lambda front, node, _: replace(front, summary=_text(node)),
    "teaser": lambda front, node, _: replace(front, teaser=_text(node)),
    "language": _language,
    "comments": _comments,
    "visibility": lambda front, node, _: replace(front, visibility=_one_of(Visibility, node)),
    "sensitive": _sensitive,
    "pinned": lambda front, node, _: replace(front, pinned=_bool(node)),
    "draft": lambda front, node, _: replace(front, draft=_bool(node)),
    "image": _image,
    "hashtags": _hashtags,
    "type": lambda front, node, _: replace(front, type=_one_of(ObjectType, node)),
    "quotes": lambda front, node, _: replace(front, quotes=_one_of(QuotePolicy, node)),
    "enclosure": _enclosure,
}
