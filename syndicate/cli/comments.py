"""`syndicate comments`: moderation, and the author's own answers."""

from typing import Any, TextIO

import click

from syndicate.cli.session import Session, as_json, tell_rows
from syndicate.comments import moderation
from syndicate.content.text import excerpt, plain
from syndicate.errors import CommentNotFound, InputError
from syndicate.model.comment import Comment, CommentState
from syndicate.services import Services

SHOWN = 200


@click.group()
def comments() -> None:
    """See comments, and decide about them."""


@comments.command("list")
@click.option("--all", "every", is_flag=True, help="Those too that were decided about.")
@as_json
@click.pass_obj
def list_(session: Session, every: bool, as_json: bool) -> None:
    """The comments that wait."""
    states = tuple(CommentState) if every else (CommentState.PENDING,)

    async def work(services: Services) -> list[dict[str, Any]]:
        found = await services.store.comments.list_by_state(states, SHOWN)
        return [await _row(services, comment, whole=as_json) for comment in found]

    rows = session.run(work)
    columns = ("id", "state", "author", "post", "text")
    tell_rows(rows, as_json=as_json, columns=columns, nothing="No comment waits." if not every else "No comments.")


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
            """What went wrong, each as a line."""
            wrong = []
            for id in ids:
                try:
                    comment = await moderation.decide(
                        services.store, id, name, on_decision=services.authorizations.decided
                    )
                    click.echo(f"{comment.id}: {done}")
                except (CommentNotFound, InputError) as error:
                    wrong.append(str(error))
            return wrong

        if wrong := session.run(work):
            raise InputError("; ".join(wrong))


_decision("approve", "approved", "Show these comments.")
_decision("reject", "rejected", "Do not show these comments.")
_decision("spam", "called spam", "Do not show these comments, and remember their authors for it.")


# the author's own


@comments.command()
@click.argument("id")
@click.argument("text", required=False)
@click.option("--file", type=click.File(encoding="utf-8"), help="Read the text from a file; - for standard input.")
@click.option("--only", is_flag=True, help="Address nobody but the one who is answered.")
@click.pass_obj
def answer(session: Session, id: str, text: str | None, file: TextIO | None, only: bool) -> None:
    """Answer the comment ID, or say something under the post with the slug ID, in Markdown."""
    words = _words(text, file)
    comment = session.run(lambda services: services.author_replies.answer(id, words, only=only))
    click.echo(f"{comment.id}: said, at {comment.url}")


@comments.command()
@click.argument("id")
@click.argument("text", required=False)
@click.option("--file", type=click.File(encoding="utf-8"), help="Read the text from a file; - for standard input.")
@click.pass_obj
def edit(session: Session, id: str, text: str | None, file: TextIO | None) -> None:
    """Give your own answer ID another text."""
    words = _words(text, file)
    comment = session.run(lambda services: services.author_replies.edit(id, words))
    click.echo(f"{comment.id}: changed")


@comments.command()
@click.argument("id")
@click.pass_obj
def delete(session: Session, id: str) -> None:
    """Take back your own answer ID."""
    session.run(lambda services: services.author_replies.delete(id))
    click.echo(f"{id}: taken back")


def _words(text: str | None, file: TextIO | None) -> str:
    if (text is None) == (file is None):
        raise click.UsageError("Give the text, or --file FILE.")
    return file.read() if file is not None else text or ""
