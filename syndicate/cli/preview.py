"""`syndicate preview`: what publishing a file would do, without doing it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from syndicate.cli.posts import file_version, print_header_notes
from syndicate.cli.session import CommandSession
from syndicate.federation.actors.local_actors import BLOG
from syndicate.importers import markdown_files
from syndicate.importers.markdown_files import MarkdownFile
from syndicate.importers.post_importer import FileVersion, named
from syndicate.media.places import LOCATION_WARNING
from syndicate.model.post import Post, PostKind, PostState
from syndicate.publishing.cited import is_cited
from syndicate.publishing.post_writer import PostChange
from syndicate.services.commands import Services
from syndicate.translation import _


@dataclass(frozen=True, slots=True)
class _Preview:
    """What a file would do. `change` is None if it would change nothing."""

    read: MarkdownFile
    change: PostChange | None
    followers: int
    subscribers: int
    is_announced: bool
    """Whether followers know the post already."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--replace", is_flag=True, help="As with `publish`: also a post that came in another way.")
@click.option("--minor", is_flag=True, help="As with `publish`: a change that is not announced.")
@click.option("--html", is_flag=True, help="Print the rendered text, too.")
@click.pass_obj
def preview(session: CommandSession, file: Path, replace: bool, minor: bool, html: bool) -> None:
    """Show what `publish` would do with a Markdown FILE. Nothing is stored and nothing is sent."""
    seen = session.run(lambda services: _preview(services, file, replace=replace, minor=minor))
    print_header_notes(file, seen.read)
    if seen.change is None:
        click.echo(_("{slug}: would be unchanged", slug=seen.read.post_draft.slug))
        return
    for film in seen.change.rendered.with_location:
        click.echo(f"{film.source_url}: {LOCATION_WARNING}", err=True)
    for line in _lines(seen, seen.change, session.config().site.url):
        click.echo(line)
    if html:
        click.echo(f"\n{seen.change.post.html}")


async def _preview(services: Services, file: Path, *, replace: bool, minor: bool) -> _Preview:
    store, origin, version = services.store, "folder", FileVersion(name="", digest="")
    if services.posts_folder.holds(file):
        read, version = await services.posts_folder.read(file)
    else:
        origin, read = "publish", markdown_files.read(file, services.settings.site.zone, services.clock())
        version = file_version(file)
    with named(file), TemporaryDirectory() as directory:
        change = await services.post_importer.preview(
            read.post_draft,
            origin=origin,
            file=version,
            replace=replace,
            minor=minor,
            composer=services.composer.storing_in(Path(directory)),
        )
    return _Preview(
        read,
        change,
        followers=await store.followers.count(BLOG),
        subscribers=await store.subscriptions.count(),
        is_announced=change is not None and await store.outbox.is_sent(change.post.id),
    )


def _lines(seen: _Preview, change: PostChange, site: str) -> Iterator[str]:
    post = change.post
    kind = "updated" if change.before else "created"
    state = "" if post.is_public else f" as {post.state.value}"
    yield _(
        "{slug}: would be {kind}{state}, at {site}{path}",
        slug=post.slug,
        kind=kind,
        state=state,
        site=site,
        path=post.path,
    )
    if post.title:
        yield f"title: {post.title}"
    yield f"date: {post.published.isoformat()}"
    yield f"visibility: {_visibility(post)}"
    if post.federates:
        yield f"fediverse: {post.object_type.value}"
    if post.terms:
        yield _("categories and tags: {names}", names=", ".join(term.name for term in post.terms))
    if post.content_warning:
        yield f"warning: {post.content_warning}"
    if post.reference is not None:
        yield f"{post.reference.kind.value.replace('_', ' ')}: {post.reference.address}"
    named = [f"@{handle}" for handle in change.rendered.named if not is_cited(handle)]
    if post.is_public and named:
        yield f"mentioned: {', '.join(named)}"
    yield _("notified: {names}", names=", ".join(_notified(seen, change)) or _("nobody"))


def _visibility(post: Post) -> str:
    if post.state is PostState.SCHEDULED:
        return _("{visibility}, from {date} on", visibility=post.visibility.value, date=post.published.isoformat())
    return post.visibility.value if post.is_public else _("none, since it is {state}", state=post.state.value)


def _notified(seen: _Preview, change: PostChange) -> Iterator[str]:
    """Yield who would be notified of the change now."""
    before, post = change.old, change.post
    was, is_now = before is not None and before.federates, post.federates
    if was and not is_now:
        yield _("{counted}, to delete it", counted=_counted(seen.followers, "follower"))
    elif (was and seen.is_announced and not change.is_minor) or (is_now and not was and change.announced):
        yield _counted(seen.followers, "follower")
    if post.reference is not None and post.reaches_others and change.announced and not (before and before.is_public):
        yield _("the author of {address}", address=post.reference.address)
    if post.is_public and not change.is_minor and post.kind is PostKind.POST:
        yield f"{_counted(seen.subscribers, 'subscriber')} of feeds"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
