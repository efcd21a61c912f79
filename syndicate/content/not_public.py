"""Detect signs in a header that the post is not meant to be public yet, in the fields of this program and of others.

In come fields and values, out go reasons. A post with a possible sign is never published on a guess.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo

import yaml

from syndicate.content.header_fields import ADDRESSES, DATES, IMAGES, SUMMARIES, UPDATED
from syndicate.content.text import clean_name
from syndicate.content.written_dates import NoDate, parse_date
from syndicate.content.yaml_values import FALSE, TRUE, is_null, raw

NESTED = frozenset({"params", "extra", "taxonomies"})
"""Tables of a header whose fields count as if they stood at the top."""
PRIVATE_FIELDS = frozenset({"draft", "visibility", "sensitive", "password"})
"""Fields whose misspellings hold a post back."""
LIKE_THEM: Mapping[str, str] = {
    **dict.fromkeys(("drafts", "isdraft", "drafted", "wip", "workinprogress", "unpublished"), "draft"),
    **dict.fromkeys(("privacy", "secret"), "visibility"),
    **dict.fromkeys(("nsfw", "cw", "contentwarning", "spoiler", "spoilertext", "spoilers", "issensitive"), "sensitive"),
    **dict.fromkeys(("passwd", "passphrase", "postpassword", "encrypted", "passwordprotected"), "password"),
}
"""The names of these fields in other programs."""
NAMES_ELSEWHERE = frozenset(
    [
        *ADDRESSES,
        *DATES,
        *UPDATED,
        *SUMMARIES,
        *IMAGES,
        "title",
        "slug",
        "basename",
        "aliases",
        "alias",
        "redirectfrom",
        "redirectto",
        "guid",
        "publish",
        "tags",
        "tag",
        "category",
        "categories",
        "comments",
        "comment",
        "nocomments",
        "disablecomments",
        "lang",
        "language",
        "locale",
        "pinned",
        "pin",
        "sticky",
        "top",
        "featured",
        "page",
        "type",
        "layout",
        "author",
        "authors",
        "weight",
        "math",
        "toc",
        "series",
        "menu",
        "status",
        "state",
        "expirydate",
        "unpublishdate",
        "encrypt",
        "protected",
        "private",
        "hidden",
        "unlisted",
        "build",
        "headless",
        "render",
        "eleventyexcludefromcollections",
        "teaser",
        "hashtags",
        "quotes",
        "enclosure",
        "minor",
        "inreplyto",
        "likeof",
        "repostof",
        "template",
        "keywords",
        "id",
        "params",
        "extra",
        "taxonomies",
        "cssclasses",
        "imagealt",
        "mathjax",
        "link",
        "save",
        "name",
        "nolist",
    ]
)
"""Fields that other programs know, as normalized by `name_of`: none of them is a misspelling."""
_PUBLIC_STATUS = frozenset({"published", "publish", "public", "live", "featured"})
_NOT_PUBLIC = frozenset(
    [
        "draft",
        "drafts",
        "private",
        "hidden",
        "unlisted",
        "unpublished",
        "secret",
        "password",
        "protected",
        "pending",
        "embargoed",
        "wip",
        "trash",
        "archived",
    ]
)

_Sign = Callable[[yaml.Node, tzinfo, datetime | None], str]


def name_of(field: str) -> str:
    """Normalize the name of a field: case, `-`, `_` and spaces do not count."""
    return re.sub(r"[-_\s]", "", clean_name(field)).lower()


def nearly(name: str) -> str:
    """Return the private field that an unknown one may be a misspelling of; empty if none."""
    if name in NAMES_ELSEWHERE:
        return ""
    return next((field for field in sorted(PRIVATE_FIELDS) if _one_edit(name, field)), "")


def _one_edit(one: str, other: str) -> bool:
    """Whether the words differ by one missing, added, wrong or transposed letter."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[start:], other[start:]
    swapped = len(a) > 1 and len(b) > 1 and a[:2] == b[1::-1] and a[2:] == b[2:]
    return swapped or a[1:] == b or a == b[1:] or a[1:] == b[1:]


def is_true(node: yaml.Node) -> bool | None:
    """Return the boolean that a value means, in any case; None if it means none."""
    word = raw(node).strip().lower()
    return True if word in TRUE | {"1", "y"} else False if word in FALSE | {"0", "n"} else None


# -- one reason each, or none ----------------------------------------------------------------------------------------


def _unless_false(node: yaml.Node, _zone: tzinfo, _now: datetime | None) -> str:
    """`hidden: …`: anything except an explicit no."""
    return "" if is_null(node) or is_true(node) is False else "it is not for everybody"


def _unless_empty(node: yaml.Node, _zone: tzinfo, _now: datetime | None) -> str:
    """`password: …`: a password that looks like a number or boolean also counts."""
    empty = is_null(node) or (isinstance(node, yaml.ScalarNode) and not raw(node).strip())
    return "" if empty or is_true(node) is False else "it is not for everybody"


def _unless_true(node: yaml.Node, zone: tzinfo, _now: datetime | None) -> str:
    """`published: …`: true, or the date of publication."""
    if is_true(node):
        return ""
    try:
        parse_date(raw(node), zone)
    except NoDate:
        return "it is not published" if is_true(node) is False else "it must be true or false"
    return ""


def _unless_public(node: yaml.Node, _zone: tzinfo, _now: datetime | None) -> str:
    word = raw(node).strip().lower()
    return "" if word in _PUBLIC_STATUS else f"'{clean_name(raw(node))}' is not public"


def _if_past(node: yaml.Node, zone: tzinfo, now: datetime | None) -> str:
    if is_null(node):
        return ""
    try:
        ends = parse_date(raw(node), zone)
    except NoDate as error:
        return str(error)
    return "it has ended" if now is None or ends <= now else ""


def _if_filled(node: yaml.Node, _zone: tzinfo, _now: datetime | None) -> str:
    """`redirect_to: …`: the post is somewhere else."""
    return "" if is_null(node) or raw(node).strip() == "" else "it leads to another address"


def _if_false(node: yaml.Node, _zone: tzinfo, _now: datetime | None) -> str:
    """`render: false`: the post has no page."""
    return "it has no page" if is_true(node) is False else ""


def _if_never(node: yaml.Node, zone: tzinfo, now: datetime | None) -> str:
    """`build: never`, or a mapping with `list` and `render`."""
    values = [value for _, value in node.value] if isinstance(node, yaml.MappingNode) else [node]
    is_never = any(raw(value).strip().lower() == "never" or _if_false(value, zone, now) for value in values)
    return "it is in no list or has no page" if is_never else ""


_SIGNS: Mapping[str, _Sign] = {
    **dict.fromkeys(("published", "publish", "public", "visible", "listed"), _unless_true),
    "status": _unless_public,
    **dict.fromkeys(("expirydate", "expires", "expiry", "unpublishdate"), _if_past),
    **dict.fromkeys(("hidden", "unlisted", "private", "headless", "eleventyexcludefromcollections"), _unless_false),
    **dict.fromkeys(("password", "encrypt", "protected"), _unless_empty),
    **dict.fromkeys(("render", "permalink"), _if_false),
    "build": _if_never,
    "redirectto": _if_filled,
}
LOCKED = frozenset({"password", "encrypt", "protected"})
"""Signs of posts that only some people may read, which become private; the others become drafts."""


def sign(name: str, node: yaml.Node, zone: tzinfo, now: datetime | None) -> str | None:
    """Return why a field of another program holds the post back; empty if it does not, None if it is not such a
    field.
    """
    if read := _SIGNS.get(name):
        return read(node, zone, now)
    if meant := nearly(name) or ("" if is_true(node) is False else LIKE_THEM.get(name, "")):
        return f"it may be meant for '{meant}'"
    if name not in NAMES_ELSEWHERE and raw(node).strip().lower() in _NOT_PUBLIC:
        return f"'{clean_name(raw(node))}' is not public"
    return None
