"""The header of a Markdown file: YAML between two lines of `---` in, typed values out.

A mistake is answered with file, line, field and what would be right.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from functools import reduce

import yaml

from syndicate.content.markdown import split_title
from syndicate.content.text import clean, clean_name, slugify
from syndicate.content.yaml_values import (
    FALSE,
    TRUE,
    FlatLoader,
    WrongValue,
    address_of,
    bool_of,
    is_null,
    line_of,
    mapping_of,
    names_of,
    one_of,
    raw,
    text_of,
)
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

_DATE = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)"
    r"(?:(?:[Tt]|[ \t]+)(?P<time>\d\d:\d\d(?::\d\d)?)(?:\.(?P<fraction>\d+))?[ \t]*(?P<zone>[Zz]|[+-]\d\d(?::?\d\d)?)?)?"
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]*")
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
            field = clean_name(raw(key))
            if field in seen:
                raise self._invalid("it is given twice", key, field)
            seen.add(field)
            read = _READ.get(field)
            if read is None:
                unknown.append(field)
                continue
            if is_null(value):
                continue
            try:
                front = read(front, value, self._timezone)
            except WrongValue as wrong:
                raise self._invalid(str(wrong), value, field) from None
        return replace(front, unknown=tuple(unknown))

    def _fields(self, header: str) -> Iterator[tuple[yaml.Node, yaml.Node]]:
        root = self._parsed(header)
        if root is None or is_null(root):
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
            return FlatLoader(header).get_single_node()
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


def _date(node: yaml.Node, timezone: tzinfo) -> datetime:
    found = _DATE.fullmatch(text_of(node))
    if not found:
        raise WrongValue("it must be a date such as 2024-05-31 or 2024-05-31T18:30:00+02:00")
    zone = (found["zone"] or "").upper()
    fraction = f".{found['fraction'][:6]:0<6}" if found["fraction"] else ""
    try:
        moment = datetime.fromisoformat(f"{found['day']}T{found['time'] or '00:00'}{_seconds(found, fraction)}{zone}")
        moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise WrongValue("there is no such day or time") from None


def _seconds(found: re.Match[str], fraction: str) -> str:
    if not found["time"] or len(found["time"]) == len("00:00"):
        return ":00" + fraction
    return fraction


# -- fields ----------------------------------------------------------------------------------------------------------

_Read = Callable[[FrontMatter, yaml.Node, tzinfo], FrontMatter]


def _slug(front: FrontMatter, node: yaml.Node, _timezone: tzinfo) -> FrontMatter:
    text = text_of(node)
    if any(mark in text for mark in "/\\?#%"):
        raise WrongValue("it must be one part of an address, without / ? # %")
    slug = slugify(text)
    if not slug:
        raise WrongValue("it must hold a letter or a digit")
    return replace(front, slug=slug)


def _language(front: FrontMatter, node: yaml.Node, _timezone: tzinfo) -> FrontMatter:
    language = text_of(node).replace("_", "-")
    if not _LANGUAGE.fullmatch(language):
        raise WrongValue("it must be a language tag such as en or de-AT")
    return replace(front, language=language)


def _comments(front: FrontMatter, node: yaml.Node, _timezone: tzinfo) -> FrontMatter:
    word = raw(node).strip().lower()
    if word not in TRUE | FALSE | {"open", "closed"}:
        raise WrongValue("it must be open or closed")
    return replace(front, comments_open=word == "open" or word in TRUE)


def _sensitive(front: FrontMatter, node: yaml.Node, _timezone: tzinfo) -> FrontMatter:
    if isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:bool":
        return replace(front, sensitive=bool_of(node))
    if not isinstance(node, yaml.ScalarNode):
        raise WrongValue("it must be true, false, or the text of the warning")
    warning = line_of(node)
    return replace(front, sensitive=bool(warning), warning=warning)


def _image(front: FrontMatter, node: yaml.Node, _timezone: tzinfo) -> FrontMatter:
    if isinstance(node, yaml.ScalarNode):
        return replace(front, image=address_of(node))
    parts = mapping_of(node, "src", "alt")
    if "src" not in parts:
        raise WrongValue("'src' is missing")
    return replace(front, image=address_of(parts["src"]), image_alt=text_of(parts["alt"]) if "alt" in parts else "")


def _enclosure(front: FrontMatter, node: yaml.Node, _timezone: tzinfo) -> FrontMatter:
    parts = (
        {"url": node} if isinstance(node, yaml.ScalarNode) else mapping_of(node, "url", "type", "length", "duration")
    )
    if "url" not in parts:
        raise WrongValue("'url' is missing")
    url = address_of(parts["url"])
    media_type = text_of(parts["type"]).lower() if "type" in parts else _media_type_of(url)
    length = text_of(parts["length"]) if "length" in parts else "0"
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise WrongValue("'type' must be a media type such as audio/mpeg")
    if not re.fullmatch("[0-9]{1,15}", length):
        raise WrongValue("'length' must be a number of bytes")
    duration = _duration(text_of(parts["duration"])) if "duration" in parts else 0
    return replace(front, enclosure=Enclosure(url=url, media_type=media_type, length=int(length), duration=duration))


def _duration(text: str) -> int:
    """`1870`, `31:10` or `0:31:10`."""
    if not re.fullmatch("(?:[0-9]{1,3}:)?(?:[0-9]{1,6}:)?[0-9]{1,6}", text):
        raise WrongValue("'duration' must be seconds, or such as 31:10 or 1:02:30")
    return reduce(lambda seconds, part: seconds * 60 + int(part), text.split(":"), 0)


def _media_type_of(url: str) -> str:
    extension = re.split("[?#]", url, maxsplit=1)[0].rpartition(".")[2].lower()
    return _MEDIA_TYPES.get(extension, "application/octet-stream")


def _hashtags(front: FrontMatter, node: yaml.Node, _timezone: tzinfo) -> FrontMatter:
    names = (name.lstrip("#").strip() for name in names_of(node))
    return replace(front, hashtags=tuple(filter(None, names)))


_READ: dict[str, _Read] = {
    "title": lambda front, node, _: replace(front, title=line_of(node)),
    "slug": _slug,
    "date": lambda front, node, timezone: replace(front, date=_date(node, timezone)),
    "tags": lambda front, node, _: replace(front, tags=names_of(node)),
    "category": lambda front, node, _: replace(front, categories=names_of(node, alone=True)),
    "summary": lambda front, node, _: replace(front, summary=text_of(node)),
    "teaser": lambda front, node, _: replace(front, teaser=text_of(node)),
    "language": _language,
    "comments": _comments,
    "visibility": lambda front, node, _: replace(front, visibility=one_of(Visibility, node)),
    "sensitive": _sensitive,
    "pinned": lambda front, node, _: replace(front, pinned=bool_of(node)),
    "draft": lambda front, node, _: replace(front, draft=bool_of(node)),
    "image": _image,
    "hashtags": _hashtags,
    "type": lambda front, node, _: replace(front, type=one_of(ObjectType, node)),
    "quotes": lambda front, node, _: replace(front, quotes=one_of(QuotePolicy, node)),
    "enclosure": _enclosure,
}
