"""`syndicate comments`: moderate comments and write replies."""

import json
import textwrap
from typing import Any, TextIO

import click

from syndicate.cli.session import CommandSession, as_json
from syndicate.comments import moderation
from syndicate.comments.reasons import in_words
from syndicate.content.scripts import marked
from syndicate.content.text import excerpt, plain
from syndicate.errors import CommentNotFound, InputError
from syndicate.model.comment import Comment, CommentSource, CommentState
from syndicate.services.commands import Services
from syndicate.translation import _

SOURCES = {"form": "by the form", "webmention": "by Webmention", "import": "imported", "own": "yours"}
MAX_ROWS = 200
LINE_WIDTH = 78


@click.group()
def comments() -> None:
    """List and moderate comments, and write replies."""


@comments.command("list")
@click.option("--all", "every", is_flag=True, help="Include comments that are already decided.")
@as_json
@click.pass_obj
def list_(session: CommandSession, every: bool, as_json: bool) -> None:
    """List the comments that wait for moderation."""
    states = tuple(CommentState) if every else (CommentState.PENDING,)

    async def work(services: Services) -> list[dict[str, Any]]:
        found = await services.store.comments.list_by_state(states, MAX_ROWS)
        return [await _row(services, comment, whole=as_json) for comment in found]

    rows = session.run(work)
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    nothing = _("No comments.") if every else _("No comments are waiting.")
    click.echo("\n\n".join(map(_block, rows)) if rows else nothing)


@comments.command()
@click.argument("id")
@as_json
@click.pass_obj
def show(session: CommandSession, id: str, as_json: bool) -> None:
    """Show the comment ID whole, with why it is in its state, and what it said before it was changed."""
    row = session.run(lambda services: _whole(services, id))
    if as_json:
        click.echo(json.dumps(row, indent=2, ensure_ascii=False))
        return
    parts = [
        _block(row),
        *(f"  {name}: {row[name]}" for name in ("why", "answers", "notice", "url", "id") if row[name]),
    ]
    for earlier in row["earlier"]:
        parts += ["", f"  before, written {_minute(earlier['written'])}:", _wrapped(earlier["text"])]
    click.echo("\n".join(parts))


async def _whole(services: Services, id: str) -> dict[str, Any]:
    """Return everything about a comment. Raises CommentNotFound."""
    comment = await services.store.comments.find_by_reference(id)
    if comment is None:
        raise CommentNotFound(f"there is no comment {id}; `syndicate comments list --all` shows them")
    _source, reason = await services.store.comments.get_source(comment.id)
    parent = await services.store.comments.find(comment.parent or "")
    earlier = await services.store.comment_revisions.list(comment.id)
    notice = await services.store.answer_notices.find(comment.id)
    return {
        **await _row(services, comment, whole=True),
        "why": in_words(reason),
        "notice": "wanted, by mail" if notice is not None and notice.confirmed is not None else "",
        "answers": f"comment {parent.number}, by {parent.author.name}" if parent else "",
        "earlier": [{"written": text.written.isoformat(), "text": plain(text.html)} for text in earlier],
    }


async def _row(services: Services, comment: Comment, *, whole: bool) -> dict[str, Any]:
    post = await services.store.posts.find(comment.post)
    text = plain(comment.html) or (f"({comment.kind.value})" if comment.kind.is_reaction else "")
    return {
        "number": comment.number,
        "id": comment.id,
        "state": comment.state.value,
        "name": comment.author.name,
        "source": comment.source.value,
        "kind": comment.kind.value,
        "author": comment.author.handle or comment.author.name,
        "post": post.slug if post else "",
        "text": text if whole else excerpt(text, words=40),
        "published": comment.published.isoformat(),
        "edited": comment.updated.isoformat() if comment.is_edited else "",
        "uri": comment.uri,
        "url": comment.url,
    }


def _block(row: dict[str, Any]) -> str:
    """Return a comment as a block of lines that fit a terminal of 80 columns."""
    handle = row["author"] if row["author"] != row["name"] else ""
    edited = f", edited {_minute(row['edited'])}" if row["edited"] else ""
    return "\n".join(
        (
            f"{row['number']}  {row['state']}  {row['name']} {marked(handle)}".rstrip(),
            f"  {_minute(row['published'])}{edited}{_way(row)}, on {row['post']}",
            _wrapped(row["text"]),
        )
    )


def _way(row: dict[str, Any]) -> str:
    """Return how a comment came in, unless it is a reply of the fediverse."""
    kind = "" if row["kind"] == "reply" else f" ({row['kind']})"
    return "" if row["source"] == "reply" else f", {SOURCES.get(row['source'], row['source'])}{kind}"


def _minute(instant: str) -> str:
    return instant[:16].replace("T", " ")


def _wrapped(text: str) -> str:
    lines = (textwrap.fill(line, LINE_WIDTH, initial_indent="  ", subsequent_indent="  ") for line in text.split("\n"))
    return "\n".join(lines)


def _decision(name: str, done: str, help: str) -> None:
    @comments.command(name, help=help)
    @click.argument("ids", nargs=-1, required=True, metavar="ID…")
    @click.pass_obj
    def decide(session: CommandSession, ids: tuple[str, ...]) -> None:
        async def work(services: Services) -> list[str]:
            """Return the errors, one line each."""
            errors = []
            for id in ids:
                try:
                    comment = await moderation.decide(
                        services.store, id, name, on_decision=services.authorizations.decided
                    )
                    click.echo(f"{comment.number}: {done}")
                except (CommentNotFound, InputError) as error:
                    errors.append(str(error))
            return errors

        if errors := session.run(work):
            raise InputError("; ".join(errors))


_decision("approve", "approved", _("Approve these comments."))
_decision("reject", "rejected", _("Reject these comments."))
_decision("spam", "marked as spam", _("Mark these comments as spam, and remember their authors."))


# the author's own replies


@comments.command()
@click.argument("id")
@click.argument("text", required=False)
@click.option(
    "--file", type=click.File(encoding="utf-8"), help="Read the text from a file, or from standard input with -."
)
@click.option("--only", is_flag=True, help="Mention only the author of the comment.")
@click.pass_obj
def answer(session: CommandSession, id: str, text: str | None, file: TextIO | None, only: bool) -> None:
    """Reply to the comment ID, or comment on the post with the slug ID. TEXT is Markdown."""
    words = _words(text, file)
    comment = session.run(lambda services: services.author_replies.reply(id, words, only=only))
    click.echo(_("published at {url}", url=comment.url))


@comments.command()
@click.argument("id")
@click.argument("text", required=False)
@click.option(
    "--file", type=click.File(encoding="utf-8"), help="Read the text from a file, or from standard input with -."
)
@click.pass_obj
def edit(session: CommandSession, id: str, text: str | None, file: TextIO | None) -> None:
    """Change the text of your reply ID."""
    words = _words(text, file)
    comment = session.run(lambda services: services.author_replies.edit(id, words))
    click.echo(_("{number}: changed", number=comment.number))


@comments.command()
@click.argument("id")
@click.pass_obj
def delete(session: CommandSession, id: str) -> None:
    """Delete your reply ID, or the comment of somebody else, which `approve` brings back within 30 days."""

    async def work(services: Services) -> None:
        comment = await services.store.comments.find_by_reference(id)
        if comment is None or comment.source is CommentSource.OWN:
            await services.author_replies.delete(id)
        else:
            await moderation.decide(services.store, id, "delete", on_decision=services.authorizations.decided)

    session.run(work)
    click.echo(_("{id}: deleted", id=id))


def _words(text: str | None, file: TextIO | None) -> str:
    if (text is None) == (file is None):
        raise click.UsageError(_("Please give the text or --file FILE."))
    return file.read() if file is not None else text or ""
