"""Read the fields of a header, in the spellings of all programs, into a `FrontMatter`.

Each reader takes what was read so far and a value, and returns it with the field set; WrongValue says what is
expected.
"""

import re
from dataclasses import replace
from datetime import datetime

import yaml

from syndicate.content.addresses import is_web_address
from syndicate.content.dialect import zone_of
from syndicate.content.header_media import read_enclosure, read_image, read_image_alt
from syndicate.content.header_model import FieldContext, FrontMatter, Read
from syndicate.content.text import slugify
from syndicate.content.written_dates import NoDate, parse_date
from syndicate.content.yaml_values import (
    FALSE,
    TRUE,
    WrongValue,
    bool_of,
    is_null,
    line_of,
    names_of,
    one_of,
    raw,
    text_of,
)
from syndicate.model.post import ObjectType, PostState, QuotePolicy, Reference, ReferenceKind, Visibility

STATES = {
    "published": PostState.PUBLISHED,
    "public": PostState.PUBLISHED,
    "draft": PostState.DRAFT,
    "private": PostState.PRIVATE,
    "password": PostState.PASSWORD,
}
UPDATED = ("updated", "lastmod", "modified", "lastmodifiedat", "lastmodified", "updateddate", "moddatetime")
"""Fields that give the date of the last change; the first valid one counts."""
RELEASES = ("publishdate", "pubdate", "pubdatetime", "published")
"""Fields that give the date at which another program publishes a post."""
DATES = frozenset({"date", "created", *RELEASES})
SUMMARIES = ("summary", "excerpt", "description", "subtitle", "abstract", "desc")
IMAGES = (
    "image",
    "cover",
    "featuredimage",
    "featureimage",
    "heroimage",
    "coverimage",
    "ogimage",
    "socialimage",
    "thumbnail",
    "banner",
    "previewimage",
    "header",
    "images",
    "photos",
)
"""Fields that name the picture of a post; the first one with an address counts."""
REFERENCES = {kind.value.replace("_", ""): kind for kind in ReferenceKind}
"""The normalized fields that name an address elsewhere."""
ADDRESSES = ("url", "permalink", "path", "saveas")
_SECONDS = re.compile(r":\d\d:\d\d")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_MAX_GUID_LENGTH = 2_000
MIN_YEAR, MAX_YEAR = 1000, 9000
"""Some programs write the year 1 for no date; a year near the ends of the calendar has no time in every zone."""


def instant(node: yaml.Node, context: FieldContext) -> datetime:
    text = text_of(node)
    seconds = bool(_SECONDS.search(text))
    zone = zone_of(context.dialect, context.zone, is_plain=_is_plain(node), has_seconds=seconds)
    try:
        found = parse_date(text, zone)
    except NoDate as error:
        raise WrongValue(str(error)) from None
    if not MIN_YEAR <= found.year <= MAX_YEAR:
        raise WrongValue(f"it must lie between the years {MIN_YEAR} and {MAX_YEAR}")
    return found


def _is_plain(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.style


def _title(front: FrontMatter, node: yaml.Node, _context: FieldContext) -> FrontMatter:
    return replace(front, has_title=True, title="" if is_null(node) else line_of(node))


def _slug(front: FrontMatter, node: yaml.Node, _context: FieldContext) -> FrontMatter:
    text = text_of(node).strip("/").rpartition("/")[2]
    if any(mark in text for mark in "\\?#%"):
        raise WrongValue("it must be one part of an address, without \\ ? # %")
    slug = slugify(text)
    if not slug:
        raise WrongValue("it must hold a letter or a digit")
    return replace(front, slug=slug, written_slug=text)


def _address(front: FrontMatter, node: yaml.Node, context: FieldContext) -> FrontMatter:
    """Read the permalink; of several fields, the first in `ADDRESSES` counts."""
    return replace(front, address=text_of(node) if context.name == "url" or not front.address else front.address)


def _aliases(front: FrontMatter, node: yaml.Node, context: FieldContext) -> FrontMatter:
    found = [text_of(item) for item in (node.value if isinstance(node, yaml.SequenceNode) else [node])]
    is_title = context.name == "aliases" and context.dialect.titles_as_aliases
    kept = [one for one in found if one and (not is_title or "/" in one)]
    return replace(front, aliases=tuple(dict.fromkeys((*front.aliases, *kept))))


def _guid(front: FrontMatter, node: yaml.Node, _context: FieldContext) -> FrontMatter:
    guid = text_of(node)
    if len(guid) > _MAX_GUID_LENGTH:
        raise WrongValue(f"it must be at most {_MAX_GUID_LENGTH} characters long")
    return replace(front, guid=guid)


def _date(front: FrontMatter, node: yaml.Node, context: FieldContext) -> FrontMatter:
    return replace(front, dates=(*front.dates, (context.name, instant(node, context))))


def _tags(front: FrontMatter, node: yaml.Node, context: FieldContext) -> FrontMatter:
    names = _names(node, context)
    hidden = any(name.lower() in context.dialect.draft_tags for name in names)
    kept = tuple(name for name in names if name.lower() not in context.dialect.collections)
    return replace(front, tags=tuple(dict.fromkeys((*front.tags, *kept))), draft=front.draft or hidden)


def _categories(front: FrontMatter, node: yaml.Node, context: FieldContext) -> FrontMatter:
    if context.dialect.category_paths and isinstance(node, yaml.SequenceNode):
        items = node.value if any(isinstance(item, yaml.SequenceNode) for item in node.value) else [node]
        paths = (names_of(item) for item in items)
        names: tuple[str, ...] = tuple(path[-1] for path in paths if path)
    else:
        names = _names(node, context)
    kept = tuple(name for name in names if name.lower() != "uncategorized")
    return replace(front, categories=tuple(dict.fromkeys((*front.categories, *kept))))


def _names(node: yaml.Node, context: FieldContext) -> tuple[str, ...]:
    has_semicolon = context.dialect.semicolons and ";" in raw(node)
    is_plural = context.name in ("tags", "categories")
    return names_of(node, separator=";" if has_semicolon else ",", words=context.dialect.words_are_tags and is_plural)


def _summary(front: FrontMatter, node: yaml.Node, context: FieldContext) -> FrontMatter:
    summary = "" if is_null(node) else text_of(node)
    is_empty = context.name == "summary" and not summary and not is_null(node)
    return replace(
        front,
        summaries=(*front.summaries, (context.name, summary)),
        has_empty_summary=front.has_empty_summary or is_empty,
    )


def _language(front: FrontMatter, node: yaml.Node, _context: FieldContext) -> FrontMatter:
    language = text_of(node).partition(".")[0].replace("_", "-")
    if not _LANGUAGE.fullmatch(language):
        raise WrongValue("it must be a language tag such as en or de-AT")
    return replace(front, language=language)


def _comments(front: FrontMatter, node: yaml.Node, _context: FieldContext) -> FrontMatter:
    """Read whether comments are open: closed is `false`, `closed`, or an object that says so."""
    if isinstance(node, yaml.MappingNode):
        values = [value for key, value in node.value if raw(key).lower() in ("enable", "enabled", "show")]
    else:
        values = [node]
    words = {raw(value).strip().lower() for value in values}
    if words & (FALSE | {"closed", "0"}):
        return replace(front, comments_open=False)
    if not words <= TRUE | {"open", "1"}:
        raise WrongValue("it must be open or closed")
    return front


def _no_comments(front: FrontMatter, node: yaml.Node, _context: FieldContext) -> FrontMatter:
    return replace(front, comments_open=front.comments_open and not bool_of(node))


def _visibility(front: FrontMatter, node: yaml.Node, _context: FieldContext) -> FrontMatter:
    is_quiet = raw(node).strip().lower() == "unlisted"
    return replace(front, visibility=Visibility.QUIET if is_quiet else one_of(Visibility, node))


def _sensitive(front: FrontMatter, node: yaml.Node, _context: FieldContext) -> FrontMatter:
    if isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:bool":
        return replace(front, sensitive=bool_of(node))
    if not isinstance(node, yaml.ScalarNode):
        raise WrongValue("it must be true, false, or the text of the warning")
    warning = line_of(node)
    return replace(front, sensitive=bool(warning), warning=warning)


def _pinned(front: FrontMatter, node: yaml.Node, context: FieldContext) -> FrontMatter:
    word = raw(node).strip()
    is_number = bool(re.fullmatch(r"-?[0-9]{1,9}", word))
    if not is_number and context.name in ("top", "featured") and word.lower() not in TRUE | FALSE:
        return front
    return replace(front, pinned=front.pinned or (int(word) > 0 if is_number else bool_of(node)))


def _reference(front: FrontMatter, node: yaml.Node, context: FieldContext) -> FrontMatter:
    """Read what a post answers, likes or boosts. There is one at most: two would have two meanings."""
    address = text_of(node)
    if not is_web_address(address):
        raise WrongValue("it must be an address such as https://blog.example/post")
    if front.reference is not None:
        raise WrongValue(f"a post has one of in_reply_to, like_of and repost_of; it has {front.reference.kind.value}")
    return replace(front, reference=Reference(kind=REFERENCES[context.name], address=address))


def _hashtags(front: FrontMatter, node: yaml.Node, _context: FieldContext) -> FrontMatter:
    return replace(front, hashtags=names_of(node))


def _type(front: FrontMatter, node: yaml.Node, context: FieldContext) -> FrontMatter:
    """Read `type` and `layout`: a page, an article or a note; any other word is a theme's."""
    word = raw(node).strip().lower()
    if word == "page":
        return replace(front, is_page=True)
    types = {member.value.lower(): member for member in ObjectType}
    return replace(front, type=types.get(word, front.type)) if context.name == "type" else front


def _state(front: FrontMatter, node: yaml.Node, _context: FieldContext) -> FrontMatter:
    word = raw(node).strip().lower()
    if word not in STATES:
        raise WrongValue(f"it must be one of: {', '.join(state.value for state in dict.fromkeys(STATES.values()))}")
    return replace(front, state=STATES[word])


READ: dict[str, Read] = {
    "title": _title,
    **dict.fromkeys(("slug", "basename"), _slug),
    **dict.fromkeys(ADDRESSES, _address),
    **dict.fromkeys(("aliases", "alias", "redirectfrom"), _aliases),
    "guid": _guid,
    **dict.fromkeys((*DATES, *UPDATED), _date),
    **dict.fromkeys(("tags", "tag"), _tags),
    **dict.fromkeys(("category", "categories"), _categories),
    **dict.fromkeys(SUMMARIES, _summary),
    "teaser": lambda front, node, _: replace(front, teaser=text_of(node)),
    **dict.fromkeys(("language", "lang", "locale"), _language),
    **dict.fromkeys(("comments", "comment"), _comments),
    **dict.fromkeys(("nocomments", "disablecomments"), _no_comments),
    "visibility": _visibility,
    "sensitive": _sensitive,
    "page": lambda front, node, _: replace(front, is_page=bool_of(node)),
    **dict.fromkeys(("pinned", "pin", "sticky", "top", "featured"), _pinned),
    "minor": lambda front, node, _: replace(front, minor=bool_of(node)),
    "draft": lambda front, node, _: replace(front, draft=front.draft or bool_of(node)),
    "state": _state,
    **dict.fromkeys(IMAGES, read_image),
    **dict.fromkeys(("imagealt", "featuredimagealt", "coveralt"), read_image_alt),
    "hashtags": _hashtags,
    **dict.fromkeys(("type", "layout"), _type),
    "quotes": lambda front, node, _: replace(front, quotes=one_of(QuotePolicy, node)),
    "enclosure": read_enclosure,
    **dict.fromkeys(REFERENCES, _reference),
}

OWN = frozenset(
    {"title", "slug", "date", "updated", "tags", "category", "summary", "teaser", "language", "comments", "visibility"}
    | {"sensitive", "page", "pinned", "draft", "state", "image", "hashtags", "type", "quotes", "enclosure", "minor"}
    | {"aliases", "guid", "url", *REFERENCES}
)
"""The fields that are documented as this program's own."""
