"""Parse the header of a Markdown file in any syntax into typed values, and a file into a post draft.

Errors name file, line and field, and say what is expected.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, tzinfo

import yaml

from syndicate.content.dialect import OURS, HeaderDialect
from syndicate.content.header_fields import (
    DATES,
    IMAGES,
    READ,
    RELEASES,
    SUMMARIES,
    UPDATED,
)
from syndicate.content.header_model import FieldContext, FrontMatter
from syndicate.content.headers import Header, Pairs, split_header
from syndicate.content.hidden_text import before_more, without_hidden
from syndicate.content.markdown import split_title, to_html
from syndicate.content.not_public import LOCKED, NESTED, PRIVATE_FIELDS, name_of, sign
from syndicate.content.text import clean, clean_name, plain, same_name, slugify
from syndicate.content.yaml_values import WrongValue, is_null, raw
from syndicate.errors import FrontMatterInvalid, InputError
from syndicate.model.post import PostDraft, PostKind, PostState, SourceFormat, Term, TermKind
from syndicate.translation import _

__all__ = ["FrontMatter", "read_front_matter", "split", "terms", "to_post_draft"]

_PRIVATE = frozenset({"draft", "visibility", "sensitive", "state"})
"""Fields of ours whose invalid values hold the post back."""
_NEVER_EMPTY = frozenset({"draft", "visibility", "state"})
_READ_EMPTY = frozenset({"title", *SUMMARIES})
_NOT_REPEATED = PRIVATE_FIELDS | {"state"}


def split(
    text: str, *, file: str, timezone: tzinfo, now: datetime | None = None, dialect: HeaderDialect = OURS
) -> tuple[FrontMatter, str]:
    """Split a Markdown text into header and body; a text without a header is all body.

    `file` is named in errors; dates without a zone are in `timezone`; `now` decides which dates are past. Raises
    FrontMatterInvalid.
    """
    header = split_header(clean(text.removeprefix("\ufeff")), file=file, dialect=dialect)
    return read_front_matter(header, file=file, timezone=timezone, now=now, dialect=dialect), header.body


def read_front_matter(
    header: Header, *, file: str, timezone: tzinfo, now: datetime | None = None, dialect: HeaderDialect = OURS
) -> FrontMatter:
    """Read the fields of a header. Raises FrontMatterInvalid."""
    return _HeaderReader(file, header.line, timezone, now, dialect).read(header.fields)


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
            _(
                "The file's name {slug_from_file!r} contains no letter or digit: please give the post a 'slug'.",
                slug_from_file=slug_from_file,
            )
        )
    date = front.date or date_from_file
    doubts = [*front.doubts, *draft_reasons, *([front.date_problem] if front.date_problem and date is None else [])]
    opening = before_more(body)
    title, source = (front.title, body) if front.title or front.has_title else split_title(body)
    return PostDraft(
        slug=slug,
        source=without_hidden(source),
        source_format=SourceFormat.MARKDOWN,
        kind=PostKind.PAGE if front.is_page else None,
        title=title,
        date=date,
        modified=front.updated,
        terms=(*terms(TermKind.CATEGORY, front.categories), *terms(TermKind.TAG, front.tags)),
        summary=front.summary,
        excerpt=plain(to_html(without_hidden(opening))) if opening else "",
        teaser=front.teaser,
        unsummarized=front.has_empty_summary and not front.summary,
        language=front.language,
        state=state_of(front, bool(doubts)),
        draft_reasons=() if front.is_taken_back else tuple(doubts),
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
        reference=front.reference,
        hashtags=front.hashtags,
        enclosure=front.enclosure,
        local_files=local_files,
    )


def state_of(front: FrontMatter, has_doubts: bool) -> PostState:
    """Return the state that the header asks for: of several, the most private one."""
    if front.draft:
        return front.state if front.state in (PostState.PRIVATE, PostState.PASSWORD) else PostState.DRAFT
    if front.state is PostState.PUBLISHED and has_doubts:
        return PostState.PRIVATE if front.is_locked else PostState.DRAFT
    return front.state


def terms(kind: TermKind, names: tuple[str, ...]) -> tuple[Term, ...]:
    """Return terms with slugs for the names, each name once. Slugs may repeat: .NET is not net."""
    first_named: dict[str, str] = {}
    for name in names:
        first_named.setdefault(same_name(name), name)
    named = ((name, _term_slug(name)) for name in first_named.values())
    return tuple(Term(kind=kind, slug=slug, name=name) for name, slug in named if slug)


def _term_slug(name: str) -> str:
    """Return the slug of a term: C++ and C# are distinct from C, and a name of symbols only is still a name."""
    spelled = re.sub(r"(?<=\w)\++", lambda plus: "plus" * len(plus[0]), name)
    spelled = re.sub(r"(?<=\w)#", "sharp", spelled)
    return slugify(spelled) or "-".join(f"{ord(char):x}" for char in name[:8] if not char.isspace())


class _HeaderReader:
    """Reads one header, whose first line is below `line` of a file named in errors."""

    def __init__(self, file: str, line: int, timezone: tzinfo, now: datetime | None, dialect: HeaderDialect) -> None:
        self._file, self._line = file, line
        self._timezone, self._now, self._dialect = timezone, now, dialect

    def read(self, fields: Pairs) -> FrontMatter:
        front = FrontMatter()
        seen: dict[str, str] = {}
        pairs = list(_flattened(fields))
        for key, value in reversed(pairs) if self._dialect.first_key_wins else pairs:
            field = clean_name(raw(key))
            name = name_of(field)
            if name in seen:
                front = self._with_repeated(front, key, name, field, raw(value) != seen[name])
            seen[name] = raw(value)
            front = self._with_field(front, field, name, value)
        return self._settled(front)

    def _with_repeated(
        self, front: FrontMatter, key: yaml.Node, name: str, field: str, is_different: bool
    ) -> FrontMatter:
        """Report a field that is given twice; one that keeps a post private must not say two things."""
        if name in DATES:
            front = replace(front, dates=tuple(pair for pair in front.dates if pair[0] != name))
        if name in ("tags", "tag", "categories", "category"):
            kind = "tags" if name.startswith("tag") else "categories"
            front = replace(front, tags=()) if kind == "tags" else replace(front, categories=())
        problem = str(self._invalid("it is given twice", key, field))
        if name in _NOT_REPEATED and is_different:
            return replace(front, doubts=(*front.doubts, problem))
        return replace(front, problems=(*front.problems, problem))

    def _with_field(self, front: FrontMatter, field: str, name: str, value: yaml.Node) -> FrontMatter:
        read = READ.get(name)
        reason = sign(name, value, self._timezone, self._now) if read is None or name in _SIGNS_AND_MORE else ""
        if reason:
            doubt = str(self._invalid(reason, value, field))
            return replace(front, doubts=(*front.doubts, doubt), is_locked=front.is_locked or name in LOCKED)
        if read is None:
            return front if reason is not None else replace(front, unknown=(*front.unknown, field))
        if self._says_nothing(name, value):
            return front
        try:
            return read(front, value, FieldContext(name=name, zone=self._timezone, dialect=self._dialect))
        except WrongValue as wrong:
            return self._with_problem(front, name, self._invalid(str(wrong), value, field))

    def _says_nothing(self, name: str, value: yaml.Node) -> bool:
        """Whether a field is empty, or only says that there is something."""
        word = raw(value).strip().lower()
        if name in _SIGNS_AND_MORE:
            return is_null(value) or word in _SWITCHES
        return (is_null(value) and name not in _NEVER_EMPTY | _READ_EMPTY) or (
            name in DATES and word in self._dialect.no_dates
        )

    def _with_problem(self, front: FrontMatter, name: str, error: FrontMatterInvalid) -> FrontMatter:
        """Handle a value that is not understood: it may hold the post back, be passed over, or refuse the file."""
        if name in DATES:
            return replace(front, date_problem=front.date_problem or str(error))
        if name in _PRIVATE:
            return replace(front, doubts=(*front.doubts, str(error)))
        if self._dialect.is_lenient or name in _PASSED_OVER:
            return replace(front, problems=(*front.problems, str(error)))
        raise error

    def _settled(self, front: FrontMatter) -> FrontMatter:
        """Choose among the fields that say the same thing."""
        dates = dict(front.dates)
        date = next((dates[name] for name in self._dialect.date_fields if name in dates), None)
        released = max((dates[name] for name in RELEASES if name in dates), default=None)
        if date is not None and released is not None and (self._now is None or released > self._now):
            date = max(date, released)
        images = {name: (address, alt) for name, address, alt in reversed(front.images)}
        image, alt = next((images[name] for name in IMAGES if name in images), ("", ""))
        summaries = dict(front.summaries)
        unused = (front.date_problem,) if front.date_problem and date is not None else ()
        return replace(
            front,
            date=date,
            updated=next((dates[name] for name in UPDATED if name in dates), None),
            summary=next((summaries[name] for name in SUMMARIES if summaries.get(name)), ""),
            image=image,
            image_alt=alt or front.image_alt,
            problems=(*front.problems, *unused),
        )

    def _invalid(self, message: str, node: yaml.Node, field: str = "") -> FrontMatterInvalid:
        return FrontMatterInvalid(message, file=self._file, line=node.start_mark.line + self._line + 1, field=field)


def _flattened(fields: Pairs) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """Yield the fields, those of tables that only group them as well, and all of them before those at the top."""
    is_group = [name_of(raw(key)) in NESTED and isinstance(value, yaml.MappingNode) for key, value in fields]
    top = {name_of(raw(key)) for (key, _rest), group in zip(fields, is_group, strict=True) if not group}
    for (_rest, table), group in zip(fields, is_group, strict=True):
        if group:
            inner = ((key, value) for key, value in table.value if isinstance(key, yaml.ScalarNode))
            yield from (pair for pair in inner if (name := name_of(raw(pair[0]))) not in top or name in _NOT_REPEATED)
    yield from (pair for pair, group in zip(fields, is_group, strict=True) if not group)


_SIGNS_AND_MORE = frozenset({"published", "permalink"})
"""Fields that say either that a post is (not) public, or when or where it is."""
_SWITCHES = frozenset({"true", "false", "yes", "no", "on", "off", "1", "0", "y", "n"})
_PASSED_OVER = frozenset({"comments", "comment", *UPDATED})
"""Fields of which an unusable value never refuses a file."""
