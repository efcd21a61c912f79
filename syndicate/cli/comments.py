"""`syndicate comments`: moderate comments and write replies."""

from typing import Any, TextIO

import click

from syndicate.cli.session import Session, as_json, print_rows
from syndicate.comments import moderation
from syndicate.content.text import excerpt, plain
from syndicate.errors import CommentNotFound, InputError
from syndicate.model.comment import Comment, CommentState
from syndicate.services import Services

MAX_ROWS = 200


@click.group()
def comments() -> None:
    """List and moderate comments, and write replies."""


@comments.command("list")
@click.option("--all", "every", is_flag=True, help="Include comments that are already decided.")
@as_json
@click.pass_obj
def list_(session: Session, every: bool, as_json: bool) -> None:
    """List the comments that wait for moderation."""
    states = tuple(CommentState) if every else (CommentState.PENDING,)

    async def work(services: Services) -> list[dict[str, Any]]:
        found = await services.store.comments.list_by_state(states, MAX_ROWS)
        return [await _row(services, comment, whole=as_json) for comment in found]

    rows = session.run(work)
    columns = ("id", "state", "author", "post", "text")
    print_rows(
        rows, as_json=as_json, columns=columns, nothing="No comments are waiting." if not every else "No comments."
    )


async def _row(services: Services, comment: Comment, *, whole: bool) -> dict[str, Any]:
    post = await services.store.posts.find(comment.post)
    text = plain(comment.html)
    return {
        "id": comment.id,
        "state": comment.state.value,
        "author": comment.author.handle or comment.author.name,
        "post": post.slug if post else "",
        "text": text if whole else excerpt(text, words=20),
        "published": comment.published.isoformat(),
        "uri": comment.uri,
        "url": comment.url,
    }


def _decision(name: str, done: str, help: str) -> None:
    @comments.command(name, help=help)
    @click.argument("ids", nargs=-1, required=True, metavar="ID…")
    @click.pass_obj
    def decide(session: Session, ids: tuple[str, ...]) -> None:
        async def work(services: Services) -> list[str]:
            """Return the errors, one line each."""
            errors = []
            for id in ids:
                try:
                    comment = await moderation.decide(
                        services.store, id, name, on_decision=services.authorizations.decided
                    )
                    click.echo(f"{comment.id}: {done}")
                except (CommentNotFound, InputError) as error:
                    errors.append(str(error))
            return errors

        if errors := session.run(work):
            raise InputError("; ".join(errors))


_decision("approve", "approved", "Approve these comments.")
_decision("reject", "rejected", "Reject these comments.")
_decision("spam", "marked as spam", "Mark these comments as spam, and remember their authors.")


# the author's own replies


@comments.command()
@click.argument("id")
@click.argument("text", required=False)
@click.option(
    "--file", type=click.File(encoding="utf-8"), help="Read the text from a file, or from standard input with -."
)
@click.option("--only", is_flag=True, help="Mention only the author of the comment.")
@click.pass_obj
def answer(session: Session, id: str, text: str | None, file: TextIO | None, only: bool) -> None:
    """Reply to the comment ID, or comment on the post with the slug ID. TEXT is Markdown."""
    words = _words(text, file)
    comment = session.run(lambda services: services.author_replies.reply(id, words, only=only))
    click.echo(f"{comment.id}: published at {comment.url}")


@comments.command()
@click.argument("id")
@click.argument("text", required=False)
@click.option(
    "--file", type=click.File(encoding="utf-8"), help="Read the text from a file, or from standard input with -."
)
@click.pass_obj
def edit(session: Session, id: str, text: str | None, file: TextIO | None) -> None:
    """Change the text of your reply ID."""
    words = _words(text, file)
    comment = session.run(lambda services: services.author_replies.edit(id, words))
    click.echo(f"{comment.id}: changed")


@comments.command()
@click.argument("id")
@click.pass_obj
def delete(session: Session, id: str) -> None:
    """Delete your reply ID."""
    session.run(lambda services: services.author_replies.delete(id))
    click.echo(f"{id}: deleted")


def _words(text: str | None, file: TextIO | None) -> str:
    if (text is None) == (file is None):
        raise click.UsageError("Please give the text or --file FILE.")
    return file.read() if file is not None else text or ""
