"""Parse the header of a Markdown file: YAML between two lines of `---` in, typed values out.

Errors name file, line and field, and say what is expected.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from functools import reduce

import yaml

from syndicate.content.foreign_headers import foreign_header
from syndicate.content.markdown import split_title
from syndicate.content.media_types import media_type_of
from syndicate.content.not_public import LOCKED, is_true, name_of, sign
from syndicate.content.text import clean, clean_name, slugify
from syndicate.content.written_dates import NoDate, parse_date
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
    ObjectType,
    PostDraft,
    PostKind,
    PostState,
    QuotePolicy,
    SourceFormat,
    Term,
    TermKind,
    Visibility,
)

_FENCE = re.compile(r"\s*?^[ \t]{0,3}---[ \t]*(?:\n|\Z)", re.MULTILINE)
_END = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_NO_CHARACTER = "the header is not YAML: a character that is not allowed"
_MAX_HEADER_LENGTH = 64_000
_WHAT_IS_READ = (
    "please write it as YAML between two lines of '---' (two such lines alone at the top say: there is no header)"
)
_PRIVATE = frozenset({"draft", "visibility", "sensitive", "state"})
"""Fields of ours whose invalid values hold the post back."""
_NEVER_EMPTY = frozenset({"draft", "visibility", "state"})
_RELEASES = frozenset({"publishdate", "pubdate", "pubdatetime"})
_STATES = {
    "published": PostState.PUBLISHED,
    "public": PostState.PUBLISHED,
    "draft": PostState.DRAFT,
    "private": PostState.PRIVATE,
    "password": PostState.PASSWORD,
}

_EXCERPTS = frozenset({"description", "excerpt"})
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """The header of a file.

    `date` is UTC; `hashtags` of None means all tags; `unknown` lists the fields without a meaning here. `released` is
    the date at which another program would publish it. `doubts` are signs that the post may not be public, with file
    and line; `is_locked` means that only some people may read it. `date_problem` says what is wrong with a date.
    `has_excerpt`: there is a summary of another program.
    """

    title: str = ""
    slug: str = ""
    date: datetime | None = None
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    summary: str = ""
    teaser: str = ""
    has_empty_summary: bool = False
    has_excerpt: bool = False
    language: str = ""
    comments_open: bool = True
    visibility: Visibility = Visibility.PUBLIC
    sensitive: bool = False
    warning: str = ""
    pinned: bool = False
    minor: bool = False
    is_page: bool = False
    draft: bool = False
    state: PostState = PostState.PUBLISHED
    image: str = ""
    image_alt: str = ""
    hashtags: tuple[str, ...] | None = None
    type: ObjectType | None = None
    quotes: QuotePolicy = QuotePolicy.ANYONE
    enclosure: Enclosure | None = None
    released: datetime | None = None
    date_problem: str = ""
    doubts: tuple[str, ...] = ()
    is_locked: bool = False
    unknown: tuple[str, ...] = ()

    @property
    def is_taken_back(self) -> bool:
        """Whether its own fields clearly say that the post is not published."""
        return self.draft or self.state is not PostState.PUBLISHED


def split(text: str, *, file: str, timezone: tzinfo, now: datetime | None = None) -> tuple[FrontMatter, str]:
    """Split a Markdown text into header and body; a text without a header is all body.

    `file` is named in errors; dates without a zone are in `timezone`; `now` decides which dates are past. Raises
    FrontMatterInvalid, also for a header in another program's format: such a file is not a text.
    """
    text = clean(text.removeprefix("\ufeff"))
    opening = _FENCE.match(text)
    if not opening:
        if form := foreign_header(text):
            raise FrontMatterInvalid(f"the header is {form}; {_WHAT_IS_READ}", file=file, line=1)
        return FrontMatter(), text
    line = text.count("\n", 0, opening.end())
    end = _END.search(text, opening.end())
    if not end:
        raise FrontMatterInvalid("the line '---' that ends the header is missing", file=file, line=line)
    reader = _Reader(file, line, timezone, now)
    return reader.read(text[opening.end() : end.start()]), text[end.end() :].lstrip("\n")


def to_post_draft(
    front: FrontMatter,
    body: str,
    *,
    slug_from_file: str,
    date_from_file: datetime | None = None,
    draft_reasons: tuple[str, ...] = (),
    local_files: str | None = None,
) -> PostDraft:
    """Return a Markdown file as a post draft.

    Without a title in `front`, a heading at the start of the body is the title; without a valid date, that of the
    file is used. `draft_reasons` are additional reasons not to publish it yet. A future date stays unchanged: the
    publisher decides. Raises InputError if no slug can be derived.
    """
    slug = front.slug or slugify(slug_from_file)
    if not slug:
        raise InputError(
            f"The file's name {slug_from_file!r} contains no letter or digit: please give the post a 'slug'."
        )
    date = front.date or date_from_file
    doubts = (*front.doubts, *draft_reasons, *([front.date_problem] if front.date_problem and date is None else []))
    title, source = (front.title, body) if front.title else split_title(body)
    return PostDraft(
        slug=slug,
        source=source,
        source_format=SourceFormat.MARKDOWN,
        kind=PostKind.PAGE if front.is_page else None,
        title=title,
        date=date,
        terms=(*terms(TermKind.CATEGORY, front.categories), *terms(TermKind.TAG, front.tags)),
        summary=front.summary,
        teaser=front.teaser,
        unsummarized=front.has_empty_summary and not front.has_excerpt,
        language=front.language,
        state=_state_of(front, doubts),
        draft_reasons=() if front.is_taken_back else doubts,
        visibility=front.visibility,
        sensitive=front.sensitive,
        warning=front.warning,
        comments_open=front.comments_open,
        pinned=front.pinned,
        minor=front.minor,
        image=front.image,
        image_alt=front.image_alt,
        type=front.type,
        quotes=front.quotes,
        hashtags=front.hashtags,
        enclosure=front.enclosure,
        local_files=local_files,
    )


def _state_of(front: FrontMatter, doubts: tuple[str, ...]) -> PostState:
    if front.draft:
        return PostState.DRAFT
    if front.state is PostState.PUBLISHED and doubts:
        return PostState.PRIVATE if front.is_locked else PostState.DRAFT
    return front.state


def terms(kind: TermKind, names: tuple[str, ...]) -> tuple[Term, ...]:
    """Return terms with slugs for the names, each slug once."""
    first_named: dict[str, str] = {}
    for name in names:
        first_named.setdefault(_term_slug(name), name)
    return tuple(Term(kind=kind, slug=slug, name=name) for slug, name in first_named.items() if slug)


def _term_slug(name: str) -> str:
    """Return the slug of a term: C++ and C# are distinct from C, and a name of symbols only is still a name."""
    spelled = re.sub(r"(?<=\w)\++", lambda plus: "plus" * len(plus[0]), name)
    spelled = re.sub(r"(?<=\w)#", "sharp", spelled)
    return slugify(spelled) or "-".join(f"{ord(char):x}" for char in name[:8] if not char.isspace())


class _Reader:
    """Reads one header, which begins below `line` of a file named in errors."""

    def __init__(self, file: str, line: int, timezone: tzinfo, now: datetime | None) -> None:
        self._file, self._line = file, line
        self._timezone, self._now = timezone, now

    def read(self, header: str) -> FrontMatter:
        front = FrontMatter()
        seen: set[str] = set()
        for key, value in self._fields(header):
            field = clean_name(raw(key))
            name = name_of(field)
            if name in seen:
                raise self._invalid("it is given twice", key, field)
            seen.add(name)
            front = self._with_field(front, field, name, value)
        return self._with_release(front)

    def _with_field(self, front: FrontMatter, field: str, name: str, value: yaml.Node) -> FrontMatter:
        read = _READ.get(name) or (_released if name in _RELEASES else None)
        if read is None:
            return self._with_foreign(front, field, name, value)
        if is_null(value) and name not in _NEVER_EMPTY:
            return front
        try:
            return read(front, value, self._timezone)
        except WrongValue as wrong:
            error = self._invalid(str(wrong), value, field)
            if name in _RELEASES or name == "date":
                return replace(front, date_problem=front.date_problem or str(error))
            if name in _PRIVATE:
                return replace(front, doubts=(*front.doubts, str(error)))
            raise error from None

    def _with_foreign(self, front: FrontMatter, field: str, name: str, value: yaml.Node) -> FrontMatter:
        """Handle a field of another program: a sign that the post is not public, or an unknown field."""
        if name in _EXCERPTS and raw(value).strip() and not is_null(value):
            front = replace(front, has_excerpt=True)
        reason = sign(name, value, self._timezone, self._now)
        if reason is None:
            return replace(front, unknown=(*front.unknown, field))
        if name == "published" and not reason and is_true(value) is None:
            front = _released(front, value, self._timezone)
        if not reason:
            return front
        doubt = str(self._invalid(reason, value, field))
        return replace(front, doubts=(*front.doubts, doubt), is_locked=front.is_locked or name in LOCKED)

    def _with_release(self, front: FrontMatter) -> FrontMatter:
        """Another program's publication date is used if there is no other date, and if it is in the future."""
        if front.released is None:
            return front
        is_ahead = self._now is None or front.released > self._now
        date = front.released if front.date is None else max(front.date, front.released) if is_ahead else front.date
        return replace(front, date=date)

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
        if len(header) > _MAX_HEADER_LENGTH:
            raise FrontMatterInvalid("the header is longer than 64 kB", file=self._file, line=self._line)
        try:
            return FlatLoader(header).get_single_node()
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + self._line + 1 if error.problem_mark else self._line
            raise FrontMatterInvalid(_explained(error), file=self._file, line=line) from None
        except yaml.reader.ReaderError as error:
            line = header.count("\n", 0, error.position) + self._line + 1
            raise FrontMatterInvalid(_NO_CHARACTER, file=self._file, line=line) from None
        except (ValueError, OverflowError):  # PyYAML passes "\UFFFFFFFF" to chr() unchecked
            raise FrontMatterInvalid(_NO_CHARACTER, file=self._file, line=self._line) from None

    def _invalid(self, message: str, node: yaml.Node, field: str = "") -> FrontMatterInvalid:
        return FrontMatterInvalid(message, file=self._file, line=node.start_mark.line + self._line + 1, field=field)


def _explained(error: yaml.MarkedYAMLError) -> str:
    hint = " (text that holds ': ' must stand in quotes)" if "mapping values" in (error.problem or "") else ""
    return f"the header is not YAML: {error.problem or 'it cannot be read'}{hint}"


def _instant(node: yaml.Node, timezone: tzinfo) -> datetime:
    try:
        return parse_date(text_of(node), timezone)
    except NoDate as error:
        raise WrongValue(str(error)) from None


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


def _state(node: yaml.Node) -> PostState:
    word = raw(node).strip().lower()
    if word not in _STATES:
        raise WrongValue(f"it must be one of: {', '.join(state.value for state in dict.fromkeys(_STATES.values()))}")
    return _STATES[word]


def _released(front: FrontMatter, node: yaml.Node, timezone: tzinfo) -> FrontMatter:
    """Read `publishDate`, when another program would publish the post; of several, the latest counts."""
    released = _instant(node, timezone)
    return replace(front, released=max(front.released or released, released))


def _summary(front: FrontMatter, node: yaml.Node, _timezone: tzinfo) -> FrontMatter:
    summary = text_of(node)
    return replace(front, summary=summary, has_empty_summary=not summary)


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
    media_type = text_of(parts["type"]).lower() if "type" in parts else media_type_of(url)
    length = text_of(parts["length"]) if "length" in parts else "0"
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise WrongValue("'type' must be a media type such as audio/mpeg")
    if not re.fullmatch("[0-9]{1,15}", length):
        raise WrongValue("'length' must be a number of bytes")
    duration = _duration(text_of(parts["duration"])) if "duration" in parts else 0
    return replace(front, enclosure=Enclosure(url=url, media_type=media_type, length=int(length), duration=duration))


def _duration(text: str) -> int:
    """Parse `1870`, `31:10` or `0:31:10`."""
    if not re.fullmatch("(?:[0-9]{1,3}:)?(?:[0-9]{1,6}:)?[0-9]{1,6}", text):
        raise WrongValue("'duration' must be seconds, or such as 31:10 or 1:02:30")
    return reduce(lambda seconds, part: seconds * 60 + int(part), text.split(":"), 0)


def _hashtags(front: FrontMatter, node: yaml.Node, _timezone: tzinfo) -> FrontMatter:
    names = (name.lstrip("#").strip() for name in names_of(node))
    return replace(front, hashtags=tuple(filter(None, names)))


_READ: dict[str, _Read] = {
    "title": lambda front, node, _: replace(front, title=line_of(node)),
    "slug": _slug,
    "date": lambda front, node, timezone: replace(front, date=_instant(node, timezone)),
    "state": lambda front, node, _: replace(front, state=_state(node)),
    "tags": lambda front, node, _: replace(front, tags=names_of(node)),
    "category": lambda front, node, _: replace(front, categories=names_of(node, alone=True)),
    "summary": _summary,
    "teaser": lambda front, node, _: replace(front, teaser=text_of(node)),
    "language": _language,
    "comments": _comments,
    "visibility": lambda front, node, _: replace(front, visibility=one_of(Visibility, node)),
    "sensitive": _sensitive,
    "page": lambda front, node, _: replace(front, is_page=bool_of(node)),
    "pinned": lambda front, node, _: replace(front, pinned=bool_of(node)),
    "minor": lambda front, node, _: replace(front, minor=bool_of(node)),
    "draft": lambda front, node, _: replace(front, draft=bool_of(node)),
    "image": _image,
    "hashtags": _hashtags,
    "type": lambda front, node, _: replace(front, type=one_of(ObjectType, node)),
    "quotes": lambda front, node, _: replace(front, quotes=one_of(QuotePolicy, node)),
    "enclosure": _enclosure,
}
