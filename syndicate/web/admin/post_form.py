"""The form of a post: what it shows of a stored post, and the draft that follows from what was typed.

A field that comes back as it was shown changes nothing of the post, whatever spelling the stored value has: browsers
send other line ends, and a list of tags is shown as one line.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from syndicate.content.addresses import is_web_address
from syndicate.content.cut import opening_of_edited
from syndicate.content.frontmatter import terms
from syndicate.content.line_ends import as_edited, with_line_ends_of
from syndicate.content.markdown import to_html
from syndicate.content.text import plain, slugify
from syndicate.model.post import (
    SENSITIVE,
    Post,
    PostDraft,
    PostState,
    Reference,
    ReferenceKind,
    SourceFormat,
    Term,
    TermKind,
    Visibility,
)
from syndicate.publishing.publisher import AUTHOR_ORIGIN
from syndicate.storage.post_rows import PostSource
from syndicate.translation import _
from syndicate.web.admin.forms import Form

FIELDS = (
    "title",
    "text",
    "slug",
    "date",
    "tags",
    "category",
    "summary",
    "teaser",
    "warning",
    "language",
    "visibility",
    "pinned",
    "comments",
    "picture",
    "picture_description",
    "reference_kind",
    "reference",
)
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
MAX_SLUG_LENGTH = 100
MAX_OPENING_LENGTH = 4000
"""How much of a text is looked at for the words of a slug."""
NO_SUCH_ADDRESS = _("Please give the address of the post, such as https://blog.example/post.")
NO_SUCH_DATE = _("Please give a date and a time, such as 2026-12-24T18:00.")


def fields_of(post: Post, made: PostSource, zone: ZoneInfo, now: datetime) -> dict[str, str]:
    """Return what the form shows of a post."""
    return {
        "title": post.title,
        "text": as_edited(made.source),
        "slug": post.slug,
        "date": "" if is_undated(post, made, now) else shown_date(post.published, zone),
        "tags": _names(post.tags),
        "category": _names(post.categories),
        "summary": as_edited(post.summary),
        "teaser": as_edited(post.teaser),
        "warning": post.content_warning,
        "language": post.language,
        "visibility": post.visibility.value,
        "pinned": "1" if post.pinned else "",
        "comments": "open" if post.comments_open else "closed",
        "picture": made.image,
        "picture_description": made.image_alt,
        "reference_kind": post.reference.kind.value if post.reference else "",
        "reference": post.reference.address if post.reference else "",
    }


def fields_of_new(language: str) -> dict[str, str]:
    """Return what the form of a new post shows."""
    return dict.fromkeys(FIELDS, "") | {"language": language, "visibility": "public", "comments": "open"}


def reference_in(query: Mapping[str, str]) -> dict[str, str]:
    """Return what the form shows if an address says what the new post answers, likes or boosts."""
    kind = next((kind.value for kind in ReferenceKind if query.get(kind.value)), "")
    return {"reference_kind": kind, "reference": as_edited(query[kind])} if kind else {}


def typed_fields(form: Form, shown: Mapping[str, str]) -> dict[str, str]:
    """Return the fields as they were sent; what the form cannot send stays as shown."""
    typed = {name: as_edited(form.values.get(name, shown.get(name, ""))) for name in FIELDS}
    return typed | {"pinned": "1" if form.has("pinned") else ""}


def errors_in(typed: Mapping[str, str], zone: ZoneInfo) -> dict[str, str]:
    """Return what is wrong with the fields, by field."""
    errors = {}
    if typed["slug"].strip() and not slugify(typed["slug"]):
        errors["slug"] = _("Please use letters or digits, such as my-first-post.")
    if typed["date"] and parsed_date(typed["date"], zone) is None:
        errors["date"] = NO_SUCH_DATE
    if typed["language"] and not LANGUAGE.fullmatch(typed["language"].strip()):
        errors["language"] = _("Please give a language as a code, such as en or de-AT.")
    if problem := _problem_of_reference(typed):
        errors["reference"] = problem
    if typed["visibility"] not in set(Visibility):
        errors["visibility"] = _("Please choose one of these.")
    return errors


def draft_from(typed: Mapping[str, str], shown: Mapping[str, str], base: PostDraft, zone: ZoneInfo) -> PostDraft:
    """Return `base` with the fields that were changed. The fields have no errors."""
    changed = {name: value for name, value in typed.items() if value != shown.get(name, "")}
    if changed.keys() & {"reference", "reference_kind"}:
        base = replace(base, reference=_reference(typed))
    draft = replace(base, terms=_changed_terms(base.terms, changed))
    for name in changed.keys() & _CHANGES.keys():
        draft = _CHANGES[name](draft, changed[name])
    if changed.get("date"):
        draft = replace(draft, date=parsed_date(changed["date"], zone))
    return draft


def _reference(typed: Mapping[str, str]) -> Reference | None:
    kind, address = typed["reference_kind"], typed["reference"].strip()
    return Reference(kind=ReferenceKind(kind), address=address) if kind and address else None


def _problem_of_reference(typed: Mapping[str, str]) -> str:
    kind, address = typed["reference_kind"], typed["reference"].strip()
    if not kind and not address:
        return ""
    if kind not in set(ReferenceKind):
        return _("Please choose whether the post answers, likes or boosts this.")
    return "" if is_web_address(address) else NO_SUCH_ADDRESS


def _with_warning(draft: PostDraft, value: str) -> PostDraft:
    warning = value.strip()
    return replace(draft, sensitive=bool(warning), warning="" if warning == SENSITIVE else warning)


def _with_text(draft: PostDraft, value: str) -> PostDraft:
    source = with_line_ends_of(draft.source, value)
    opening = opening_of_edited(draft.excerpt, draft.source, source, draft.source_format)
    return replace(draft, source=source, excerpt=opening)


_CHANGES: Mapping[str, Callable[[PostDraft, str], PostDraft]] = {
    "title": lambda draft, value: replace(draft, title=value.strip()),
    "text": _with_text,
    "slug": lambda draft, value: replace(draft, slug=slugify(value) or draft.slug),
    "summary": lambda draft, value: replace(draft, summary=value.strip()),
    "teaser": lambda draft, value: replace(draft, teaser=value.strip()),
    "warning": _with_warning,
    "language": lambda draft, value: replace(draft, language=value.strip()),
    "visibility": lambda draft, value: replace(draft, visibility=Visibility(value)),
    "pinned": lambda draft, value: replace(draft, pinned=bool(value)),
    "comments": lambda draft, value: replace(draft, comments_open=value == "open"),
    "picture": lambda draft, value: replace(draft, image=value.strip()),
    "picture_description": lambda draft, value: replace(draft, image_alt=value.strip()),
}


def base_of_new(typed: Mapping[str, str], form: str, source_format: SourceFormat) -> PostDraft:
    """Return an empty draft. Its slug is made of the title, else of the text, else of the id of its form."""
    slug = slug_for(typed) or f"note-{form[-12:]}"
    return PostDraft(slug=slug, source="", source_format=source_format, state=PostState.DRAFT)


def slug_for(typed: Mapping[str, str]) -> str:
    """Return the slug that follows from the title, or from the first words that a note shows; empty if there are none."""
    words = plain(to_html(typed["text"][:MAX_OPENING_LENGTH])).split()
    first_words = " ".join([word for word in words if "://" not in word][:8] or words[:1])
    return slugify(typed["title"] or first_words)[:MAX_SLUG_LENGTH].strip("-")


def parsed_date(text: str, zone: ZoneInfo) -> datetime | None:
    """Return the instant of a local date and time, or None."""
    try:
        local = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)


def shown_date(instant: datetime, zone: ZoneInfo) -> str:
    """Return a date as a `datetime-local` field has it and sends it back: the seconds only where they are not zero."""
    local = instant.astimezone(zone).replace(tzinfo=None, microsecond=0)
    return local.isoformat(timespec="seconds" if local.second else "minutes")


def is_undated(post: Post, made: PostSource, now: datetime) -> bool:
    """Return whether a draft gets its date when it is published: its author has set none here."""
    is_draft = made.released is None and post.state is PostState.DRAFT and post.published <= now
    return is_draft and (made.origin != AUTHOR_ORIGIN or post.published == created_at(post))


def created_at(post: Post) -> datetime:
    """Return when the id of a post was made (a UUIDv7, RFC 9562)."""
    return datetime.fromtimestamp((UUID(post.id).int >> 80) // 1000, UTC)


def _changed_terms(before: tuple[Term, ...], changed: Mapping[str, str]) -> tuple[Term, ...]:
    kinds = {TermKind.CATEGORY: "category", TermKind.TAG: "tags"}
    kept: list[Term] = []
    for kind, name in kinds.items():
        old = [term for term in before if term.kind is kind]
        kept += _terms(kind, changed[name], old) if name in changed else old
    if not any(name in changed for name in kinds.values()):
        return before
    return tuple(kept)


def _terms(kind: TermKind, typed: str, old: list[Term]) -> list[Term]:
    """Return terms by their names; those that the post has already keep their slugs."""
    known = {term.name: term for term in old}
    names = dict.fromkeys(name.strip() for name in typed.split(",") if name.strip())
    made = {term.name: term for term in terms(kind, tuple(name for name in names if name not in known))}
    return [one for name in names if (one := known.get(name) or made.get(name)) is not None]


def _names(found: tuple[Term, ...]) -> str:
    return ", ".join(term.name for term in found)
