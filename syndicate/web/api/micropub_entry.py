"""What the properties of a microformats2 entry say of a post, and the properties that a post has (W3C Micropub §3)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from html import escape, unescape
from typing import Any
from zoneinfo import ZoneInfo

from syndicate.content.addresses import is_web_address
from syndicate.content.foreign_text import to_html
from syndicate.content.frontmatter import terms
from syndicate.content.links import linked
from syndicate.content.text import slugify
from syndicate.model.post import (
    Post,
    PostDraft,
    PostState,
    Reference,
    ReferenceKind,
    SourceFormat,
    TermKind,
    Visibility,
)
from syndicate.storage.post_rows import PostSource
from syndicate.urls import Urls
from syndicate.web.admin.post_form import parsed_date, slug_for
from syndicate.web.api.micropub_request import Properties, invalid

COMMANDS = "mp-"
MAX_PHOTOS = 20
MAX_CATEGORIES = 100
PRIVATE = "private"
VISIBILITIES = {
    "public": Visibility.PUBLIC,
    "unlisted": Visibility.QUIET,
    **{one.value: one for one in (Visibility.QUIET, Visibility.LOCAL)},
}
"""The names of clients, and our own."""
BOOKMARK = "bookmark-of"
DATE = "published"
EMPTY = PostDraft(slug="", source="", source_format=SourceFormat.HTML)
DESCRIPTIONS = "mp-photo-alt"
"""The descriptions of photos in forms, in their order."""
Values = list[Any]
Setter = Callable[[PostDraft, Values], PostDraft]


def new_draft(properties: Properties, zone: ZoneInfo, *, name_of_note: str) -> PostDraft:
    """Return the draft of a new post; its slug is made of its words, else it is `name_of_note`. Raises
    MicropubRefused."""
    draft = with_properties(EMPTY, properties, zone)
    if not (draft.source or draft.title or draft.image or draft.reference):
        raise invalid(
            "The post is empty: it has to have content, a name, a photo, or what it answers, likes or links to."
        )
    words = {"title": draft.title, "text": draft.source}
    return draft if draft.slug else replace(draft, slug=slug_for(words) or name_of_note)


def with_properties(draft: PostDraft, properties: Properties, zone: ZoneInfo) -> PostDraft:
    """Return a draft with these properties; one without values is taken away. Raises MicropubRefused, which names what
    means nothing here."""
    for name in properties:
        if name not in _SETTERS and name != DATE and not name.startswith(COMMANDS):
            raise invalid(f"{name[:50]} has no place in a post of this blog, so nothing has been done.")
    for name, setter in _SETTERS.items():
        if name in properties:
            draft = setter(draft, properties[name])
    return _with_date(draft, properties[DATE], zone) if DATE in properties else draft


def with_descriptions(properties: Properties, files: int) -> tuple[Properties, list[str]]:
    """Return the properties in which addresses of photos have their descriptions, and the descriptions of as many files,
    which come first."""
    photos = properties.get("photo", [])
    alts = [str(alt) for alt in properties.get(DESCRIPTIONS, [])] + [""] * (files + len(photos))
    described = [
        {"value": photo, "alt": alt} if isinstance(photo, str) and alt else photo
        for photo, alt in zip(photos, alts[files:], strict=False)
    ]
    return {**properties, "photo": described} if photos else properties, alts[:files]


def properties_of(post: Post, made: PostSource, urls: Urls) -> Properties:
    """Return the properties of a stored post. Setting them again changes nothing."""
    state, image = post.state, made.image
    photo = urls.absolute(image) if image.startswith("/") else image
    properties: Properties = {
        "name": [post.title] if post.title else [],
        "content": [_content(made)] if made.source else [],
        "summary": [post.summary] if post.summary else [],
        "category": [term.name for term in post.tags],
        "photo": [{"value": photo, "alt": made.image_alt} if made.image_alt else photo] if photo else [],
        "published": [post.published.isoformat()],
        "post-status": ["draft" if state is PostState.DRAFT else "published"],
        "visibility": [_visibility(post)],
    }
    if post.reference is not None:
        properties[_name_of(post.reference.kind)] = [post.reference.address]
    return {name: values for name, values in properties.items() if values}


def _content(made: PostSource) -> Any:
    if made.source_format is SourceFormat.MARKDOWN:
        return {"markdown": made.source}
    words = _plain(made.source)
    return words if _of_plain(words) == made.source else {"html": made.source}


def _of_plain(text: str) -> str:
    return linked(to_html(text, "text/plain"))


def _plain(html: str) -> str:
    """Return the words of which `_of_plain` makes this HTML, if there are any such."""
    lines = html.removeprefix("<p>").removesuffix("</p>").replace("</p><p>", "\n\n").replace("<br>", "\n")
    return unescape("".join(part.rpartition(">")[2] for part in lines.split("<")))


def _visibility(post: Post) -> str:
    if post.state in (PostState.PRIVATE, PostState.PASSWORD):
        return PRIVATE
    return "unlisted" if post.visibility is Visibility.QUIET else post.visibility.value


# the value of each property


def _one(name: str, values: Values) -> Any:
    if len(values) != 1:
        raise invalid(f"{name} has {len(values)} values; it has to have one.")
    return values[0]


def _text(name: str, values: Values) -> str:
    """Return the text of a property, or an empty one where it has no value."""
    value = _one(name, values) if values else ""
    if not isinstance(value, str):
        raise invalid(f"{name} has to be a text.")
    return value.strip()


def _with_content(draft: PostDraft, values: Values) -> PostDraft:
    value = _one("content", values) if values else ""
    if isinstance(value, str):
        return replace(draft, source=_of_plain(value), source_format=SourceFormat.HTML, excerpt="")
    for kind in SourceFormat:
        if isinstance(value, dict) and isinstance(source := value.get(kind.value), str):
            return replace(draft, source=source, source_format=kind, excerpt="")
    raise invalid("content has to be a text, or an object with html or markdown.")


def _with_bookmark(draft: PostDraft, values: Values) -> PostDraft:
    address = _address(BOOKMARK, _one(BOOKMARK, values))
    link = f'<p><a href="{escape(address)}">{escape(draft.title or address, quote=False)}</a></p>'
    return replace(draft, source=_joined(link, draft.source))


def _name_of(kind: ReferenceKind) -> str:
    return kind.value.replace("_", "-")


def _reference_setter(kind: ReferenceKind) -> Setter:
    """Return the setter of what a post answers, likes or boosts, of which it has one at most."""

    def with_reference(draft: PostDraft, values: Values) -> PostDraft:
        before = draft.reference if draft.reference and draft.reference.kind is not kind else None
        if not values:
            return replace(draft, reference=before)
        if before is not None:
            raise invalid(f"A post has one of in-reply-to, like-of and repost-of; it has {_name_of(before.kind)}.")
        address = _address(_name_of(kind), _cited(_one(_name_of(kind), values)))
        return replace(draft, reference=Reference(kind=kind, address=address))

    return with_reference


def _cited(value: Any) -> Any:
    """Return the address of an h-cite, or the value itself."""
    urls = value.get("properties", {}) if isinstance(value, dict) else {}
    found = urls.get("url", []) if isinstance(urls, dict) else []
    return found[0] if isinstance(found, list) and found else value


def _with_photos(draft: PostDraft, values: Values) -> PostDraft:
    """The first photo is the picture of the post; the others stand at the end of its text."""
    if len(values) > MAX_PHOTOS:
        raise invalid(f"There are {len(values)} photos; a post takes {MAX_PHOTOS}.")
    photos = [_photo(value) for value in values] or [("", "")]
    draft = replace(draft, image=photos[0][0], image_alt=photos[0][1])
    for address, alt in photos[1:]:
        picture = f'<p><img src="{escape(address)}" alt="{escape(alt)}"></p>'
        draft = replace(draft, source=_joined(draft.source, picture))
    return draft


def _photo(value: Any) -> tuple[str, str]:
    if isinstance(value, dict):
        alt = value.get("alt", "")
        return _address("photo", value.get("value")), " ".join(alt.split()) if isinstance(alt, str) else ""
    return _address("photo", value), ""


def _address(name: str, value: Any) -> str:
    if not isinstance(value, str) or not is_web_address(value):
        raise invalid(f"{name} has to be an address with http or https.")
    return value


def _joined(before: str, after: str) -> str:
    return f"{before}\n\n{after}" if before and after else before or after


def _with_categories(draft: PostDraft, values: Values) -> PostDraft:
    """Categories of clients are tags here; the categories of the blog stay."""
    if not all(isinstance(value, str) for value in values) or len(values) > MAX_CATEGORIES:
        raise invalid(f"category has to be a list of at most {MAX_CATEGORIES} texts.")
    kept = tuple(term for term in draft.terms if term.kind is not TermKind.TAG)
    known = {term.name: term for term in draft.terms if term.kind is TermKind.TAG}
    names = dict.fromkeys(value.strip() for value in values if value.strip())
    made = {term.name: term for term in terms(TermKind.TAG, tuple(name for name in names if name not in known))}
    return replace(draft, terms=(*kept, *(term for name in names if (term := known.get(name) or made.get(name)))))


def _with_date(draft: PostDraft, values: Values, zone: ZoneInfo) -> PostDraft:
    text = _text("published", values)
    try:
        date: datetime | None = parsed_date(text, zone)
    except OverflowError:
        date = None
    if date is None:
        raise invalid("published has to be a date and a time, such as 2026-12-24T18:00:00+01:00.")
    return replace(draft, date=date)


def _with_slug(draft: PostDraft, values: Values) -> PostDraft:
    text = _text("mp-slug", values)
    if text and not slugify(text):
        raise invalid("mp-slug has to have letters or digits, such as my-first-post.")
    return replace(draft, slug=slugify(text) or draft.slug)


def _with_status(draft: PostDraft, values: Values) -> PostDraft:
    match _text("post-status", values):
        case "draft":
            return replace(draft, state=PostState.DRAFT)
        case "published":
            is_draft = draft.state is PostState.DRAFT
            return replace(draft, state=PostState.PUBLISHED) if is_draft else draft
        case _:
            raise invalid("post-status has to be published or draft.")


def _with_visibility(draft: PostDraft, values: Values) -> PostDraft:
    """A draft that shall be private stays unread as a private post: to publish it would show it."""
    text = _text("visibility", values)
    if text == PRIVATE:
        return draft if draft.state is PostState.PASSWORD else replace(draft, state=PostState.PRIVATE)
    if text not in VISIBILITIES:
        raise invalid("visibility has to be public, unlisted or private.")
    is_private = draft.state in (PostState.PRIVATE, PostState.PASSWORD)
    state = PostState.PUBLISHED if is_private else draft.state
    return replace(draft, state=state, visibility=VISIBILITIES[text])


_SETTERS: Mapping[str, Setter] = {
    "name": lambda draft, values: replace(draft, title=_text("name", values)),
    "summary": lambda draft, values: replace(draft, summary=_text("summary", values)),
    "content": _with_content,
    BOOKMARK: _with_bookmark,
    **{_name_of(kind): _reference_setter(kind) for kind in ReferenceKind},
    "photo": _with_photos,
    "category": _with_categories,
    "mp-slug": _with_slug,
    "post-status": _with_status,
    "visibility": _with_visibility,
}
"""In the order in which they are applied."""
