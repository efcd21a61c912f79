"""`syndicate posts`: what posts there are, one as a whole, publishing a draft, and editing."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from syndicate.cli.posts import files_in_folder
from syndicate.cli.session import CommandSession, as_json, print_rows
from syndicate.content import frontmatter
from syndicate.content.header_writer import header_of
from syndicate.errors import InputError, SyndicateError
from syndicate.model.post import Post, PostDraft, PostKind, PostState, Term
from syndicate.publishing import Change, Published
from syndicate.publishing.drafts import draft_of
from syndicate.services.commands import Services
from syndicate.storage.post_overview import PostSummary
from syndicate.translation import _

BATCH_SIZE = 500
FILTERS = {
    "drafts": (PostState.DRAFT,),
    "private": (PostState.PRIVATE, PostState.PASSWORD),
    "scheduled": (PostState.SCHEDULED,),
}
"""Options and the states of the posts that they list."""


@click.group(invoke_without_command=True)
@click.option("--drafts", is_flag=True, help="Only drafts.")
@click.option("--private", is_flag=True, help="Only private posts and those with a password.")
@click.option("--scheduled", is_flag=True, help="Only posts that are published later.")
@click.option("--pages", is_flag=True, help="Only pages.")
@click.option("--deleted", is_flag=True, help="The public posts that were deleted.")
@click.option("--search", metavar="WORDS", default="", help="Only those whose title and text hold all of these words.")
@as_json
@click.pass_context
def posts(context: click.Context, /, pages: bool, deleted: bool, search: str, as_json: bool, **chosen: bool) -> None:
    """List posts and pages, newest first, also those that are not public."""
    if context.invoked_subcommand is not None:
        return
    session: CommandSession = context.obj
    states = tuple(state for name, states in FILTERS.items() if chosen[name] for state in states)
    if deleted:
        if states or pages or search:
            raise click.UsageError(
                _("--deleted cannot be combined with other options: of deleted posts no text is kept.")
            )
        rows = session.run(_deleted)
        print_rows(rows, as_json=as_json, columns=("deleted", "type", "path"), nothing=_("No post was deleted."))
        return
    kinds = (PostKind.PAGE,) if pages else tuple(PostKind)
    rows = session.run(lambda services: _rows(services, states or tuple(PostState), kinds, search))
    columns = ("slug", "state", "kind", "published", "title")
    print_rows(rows, as_json=as_json, columns=columns, nothing=_("No posts."))


async def _rows(
    services: Services, states: tuple[PostState, ...], kinds: tuple[PostKind, ...], search: str
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    before = None
    while found := await services.store.post_overview.list_newest(states, kinds, before=before, limit=BATCH_SIZE):
        rows += [_row(services, post) for post in found if post.has_words(search)]
        before = (found[-1].published, found[-1].id)
    return rows


def _row(services: Services, post: PostSummary) -> dict[str, Any]:
    return {
        "slug": post.slug,
        "state": post.state.value,
        "kind": post.kind.value,
        "published": post.published.isoformat(),
        "updated": post.updated.isoformat(),
        "title": post.title or post.excerpt,
        "origin": post.origin,
        "url": services.urls.absolute(post.path),
    }


async def _deleted(services: Services) -> list[dict[str, Any]]:
    return [
        {
            "deleted": tombstone.gone_at.isoformat(),
            "type": tombstone.type,
            "path": tombstone.path,
            "published": tombstone.published.isoformat() if tombstone.published else None,
            "id": tombstone.uri,
        }
        for tombstone in await services.store.tombstones.list_of_posts(services.urls.base)
    ]


@posts.command()
@click.argument("slug")
@as_json
@click.pass_obj
def show(session: CommandSession, slug: str, as_json: bool) -> None:
    """Show the post SLUG: what is known of it, and its text."""
    fields = session.run(lambda services: _fields(services, slug))
    if as_json:
        click.echo(json.dumps(fields, indent=2, ensure_ascii=False))
        return
    source = fields.pop("source")
    for name, value in fields.items():
        if value not in (None, "", [], False):
            click.echo(f"{name}: {', '.join(value) if isinstance(value, list) else value}")
    click.echo(f"\n{source}")


async def _fields(services: Services, slug: str) -> dict[str, Any]:
    post = await services.store.posts.get_by_slug(slug)
    made = await services.store.posts.find_source(post.id)
    assert made is not None
    return {
        "slug": post.slug,
        "title": post.title,
        "state": post.state.value,
        "kind": post.kind.value,
        "visibility": post.visibility.value,
        "published": post.published.isoformat(),
        "updated": post.updated.isoformat(),
        "url": services.urls.absolute(post.path),
        "id": post.uri,
        "guid": post.guid,
        "aliases": await services.store.posts.list_aliases(post.id),
        "author": post.author,
        "language": post.language,
        "categories": [term.name for term in post.categories],
        "tags": [term.name for term in post.tags],
        "summary": post.summary,
        "teaser": post.teaser,
        "warning": post.content_warning,
        "pinned": post.pinned,
        "comments_open": post.comments_open,
        "comments": post.counts.comments,
        "likes": post.counts.likes,
        "shares": post.counts.shares,
        "origin": made.origin,
        "files": await services.store.source_files.list_of(post.id),
        "revision": made.revision,
        "source_format": made.source_format.value,
        "source": made.source,
    }


@posts.command()
@click.argument("slug")
@click.pass_obj
def release(session: CommandSession, slug: str) -> None:
    """Publish the draft or private post SLUG. A draft is dated now, unless its date lies ahead."""

    async def work(services: Services) -> Published:
        post = await services.store.posts.get_by_slug(slug)
        return await services.publisher.release(post.id)

    published = session.run(work)
    post, url = published.post, session.config().site.url
    if post.state is PostState.SCHEDULED:
        click.echo(_("{slug}: scheduled for {date}", slug=slug, date=post.published.isoformat()))
    elif published.change is Change.UNCHANGED:
        click.echo(_("{slug}: public already, at {url}{path}", slug=slug, url=url, path=post.path))
    else:
        announcement = _(", announced to followers") if published.announced else ""
        click.echo(
            _(
                "{slug}: published, at {url}{path}{announcement}",
                slug=slug,
                url=url,
                path=post.path,
                announcement=announcement,
            )
        )


@dataclass(frozen=True, slots=True)
class _Edited:
    """A post as it was read for editing."""

    post: Post
    draft: PostDraft
    revision: int

    @property
    def text(self) -> str:
        return f"{header_of(self.draft)}\n{self.draft.source}\n"


@posts.command()
@click.argument("slug")
@click.option("--minor", is_flag=True, help="Do not announce the change: no Update is sent, and no feed is pushed.")
@click.pass_obj
def edit(session: CommandSession, slug: str, minor: bool) -> None:
    """Edit the post SLUG in $EDITOR. Its properties stand at the top of the text."""
    before = session.run(lambda services: _read(services, slug))
    with _edited_file(before.text) as path:
        text = path.read_text(encoding="utf-8")
        if text == before.text or not text.strip():
            click.echo(_("{slug}: unchanged", slug=slug))
            return

        async def work(services: Services) -> tuple[Published, list[Path]]:
            draft = _draft(services, before, text, path)
            published = await services.publisher.update(
                before.post.id, draft, base_revision=before.revision, minor=minor, complete=True
            )
            return published, await files_in_folder(services, published.post)

        published, files = session.run(work)
    post = published.post
    click.echo(
        _(
            "{slug}: {change}, {state}, at {url}{path}",
            slug=post.slug,
            change=published.change.value,
            state=post.state.value,
            url=session.config().site.url,
            path=post.path,
        )
    )
    for file in files:
        click.echo(_("{slug}: changes of its file are no longer taken: {file}", slug=post.slug, file=file), err=True)


async def _read(services: Services, slug: str) -> _Edited:
    post = await services.store.posts.get_by_slug(slug)
    made = await services.store.posts.find_source(post.id)
    assert made is not None
    return _Edited(post, draft_of(post, made), made.revision)


def _draft(services: Services, before: _Edited, text: str, path: Path) -> PostDraft:
    """Return the edited text as a draft. Raises InputError."""
    zone, now = services.settings.site.zone, services.clock()
    header, body = frontmatter.split(text, file=str(path), timezone=zone, now=now)
    read = frontmatter.to_post_draft(header, body, slug_from_file=before.draft.slug)
    for problem in (*read.draft_reasons, *header.problems):
        raise InputError(problem)
    if header.unknown:
        raise InputError(_("{path}: the field '{field}' is unknown", path=path, field=header.unknown[0]))
    return replace(
        read,
        source=body.removesuffix("\n"),
        source_format=before.draft.source_format,
        kind=before.draft.kind if read.kind is None else read.kind,
        excerpt=read.excerpt or before.draft.excerpt,
        terms=tuple(_known(term, before.draft.terms) for term in read.terms),
        author=before.draft.author,
        base=before.draft.base,
    )


def _known(term: Term, known: tuple[Term, ...]) -> Term:
    """Return the term of this name that the post has already: its slug may come from another program."""
    return next((one for one in known if (one.kind, one.name) == (term.kind, term.name)), term)


@contextmanager
def _edited_file(text: str) -> Iterator[Path]:
    """Let the author edit a text, and yield the file. It is removed, unless the text cannot be used: then it is kept, and
    named in the error.
    """
    descriptor, name = tempfile.mkstemp(suffix=".md")
    path = Path(name)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    try:
        click.edit(filename=name)
        yield path
    except (SyndicateError, click.ClickException, UnicodeDecodeError) as error:
        problem = error.message if isinstance(error, click.ClickException) else str(error)
        if path.read_bytes() == text.encode():
            path.unlink()
            raise InputError(problem) from error
        raise InputError(
            _("{problem}; nothing was changed, and your text is in {path}", problem=problem, path=path)
        ) from error
    path.unlink()
