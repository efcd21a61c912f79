"""The columns of the posts table, and rows as posts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from syndicate.model.post import (
    Counts,
    Enclosure,
    Mention,
    ObjectType,
    Picture,
    Post,
    PostKind,
    PostState,
    QuotePolicy,
    Reference,
    ReferenceKind,
    SourceFormat,
    Term,
    TermKind,
    Visibility,
)
from syndicate.storage.columns import Columns, choice, document, flag, instant, text, upsert
from syndicate.storage.engine.database import Queryable, Row

Key = tuple[datetime, str]
"""(published, id): the place of a post in every list, newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostSource:
    """The source of a post, and its origin. `image` is the featured picture's address as its author gave it. `digest`
    tells whether the way in has changed it since; `month` is `YYYY-MM` of its publication in the site's time zone;
    `released` is when it was first shown to readers, or None; `base` is what relative references to pictures in the
    source are resolved against, empty for the permalink; `minor` says that its header asked to tell nobody of this
    text; `revision` counts its texts, from 1; `edited` is the `updated` of the last change that readers of the released
    post were notified of, or None."""

    source: str
    source_format: SourceFormat
    origin: str
    digest: str
    renderer: int
    month: str
    base: str = ""
    image: str = ""
    image_alt: str = ""
    released: datetime | None = None
    minor: bool = False
    revision: int = 1
    edited: datetime | None = None


def dump_picture(picture: Picture | None) -> str | None:
    return None if picture is None else _json(asdict(picture))


def dump_mentions(mentions: Sequence[Mention]) -> str:
    return _json([asdict(mention) for mention in mentions])


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def dump_reference(reference: Reference) -> str:
    return _json(asdict(reference))


def load_reference(value: str) -> Reference:
    fields = json.loads(value)
    return Reference(kind=ReferenceKind(fields["kind"]), address=fields["address"], object=fields["object"])


POST = Columns(
    "posts",
    (
        text("id", is_fixed=True),
        text("uri"),
        text("guid", is_fixed=True),
        choice("kind", PostKind),
        text("slug"),
        text("path"),
        text("html"),
        text("title"),
        text("excerpt"),
        text("summary"),
        text("teaser"),
        flag("unsummarized"),
        text("language"),
        text("author"),
        choice("state", PostState),
        choice("visibility", Visibility),
        instant("published"),
        instant("updated"),
        flag("sensitive"),
        text("warning"),
        flag("comments_open"),
        flag("pinned"),
        document("picture", load=lambda value: Picture(**json.loads(value)), dump=dump_picture),
        choice("type", ObjectType),
        choice("quotes", QuotePolicy),
        document("hashtags", load=lambda value: tuple(json.loads(value)), dump=_json),
        document("mentions", load=lambda value: tuple(Mention(**one) for one in json.loads(value)), dump=dump_mentions),
        document(
            "enclosure", load=lambda value: Enclosure(**json.loads(value)), dump=lambda value: _json(asdict(value))
        ),
        text("news"),
        document("reference", load=load_reference, dump=dump_reference),
    ),
)
SOURCE = Columns(
    "posts",
    (
        text("source"),
        choice("source_format", SourceFormat),
        text("origin"),
        text("origin_digest", field="digest"),
        text("renderer"),
        text("month"),
        text("base"),
        text("image"),
        text("image_alt"),
        instant("released"),
        flag("minor"),
        text("revision"),
        instant("edited"),
    ),
)
"""What only the writers of posts read."""
COUNTS = Columns(
    "posts",
    (
        text("comment_count", field="comments"),
        text("told_comments", field="announced_comments"),
        text("like_count", field="likes"),
        text("share_count", field="shares"),
    ),
)
SELECTED = f"{POST.selected}, {COUNTS.selected}"
UPSERT = upsert(POST, SOURCE, constants={column.name: "0" for column in COUNTS.columns})


def parameters(post: Post, made: PostSource) -> dict[str, Any]:
    return {**POST.dump(post), **SOURCE.dump(made)}


def source_of(row: Row) -> PostSource:
    return PostSource(**SOURCE.load(row))


async def posts_of(query: Queryable, rows: Sequence[Row]) -> list[Post]:
    """Return rows as posts, with their terms."""
    if not rows:
        return []
    names, parameters = any_of([row["id"] for row in rows])
    terms = await query.all(
        f"""
        SELECT post_terms.post_id, terms.kind, terms.slug, terms.name, terms.parent, terms.description
        FROM post_terms JOIN terms ON terms.kind = post_terms.kind AND terms.slug = post_terms.slug
        WHERE post_terms.post_id IN ({names})
        ORDER BY post_terms.position
        """,
        **parameters,
    )
    terms_of: dict[str, list[Term]] = {row["id"]: [] for row in rows}
    for term in terms:
        terms_of[term["post_id"]].append(term_of(term))
    return [_post(row, tuple(terms_of[row["id"]])) for row in rows]


def any_of(values: Sequence[str], *, prefix: str = "v") -> tuple[str, Mapping[str, str]]:
    """Return the list for `IN (…)` and its parameters."""
    parameters = {f"{prefix}{at}": value for at, value in enumerate(values)}
    return ", ".join(f":{name}" for name in parameters), parameters


def _post(row: Row, terms: tuple[Term, ...]) -> Post:
    return Post(**POST.load(row), terms=terms, counts=Counts(**COUNTS.load(row)))


def term_of(row: Row) -> Term:
    return Term(
        kind=TermKind(row["kind"]),
        slug=row["slug"],
        name=row["name"],
        parent=row["parent"],
        description=row["description"],
    )
