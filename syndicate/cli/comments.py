"""`syndicate comments`: moderation."""

from typing import Any

import click

from syndicate.app import Study
from syndicate.cli.session import Session, as_json, tell_rows
from syndicate.content.text import excerpt, plain
from syndicate.conversation import moderation
from syndicate.model.comment import Comment, CommentState

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

    async def work(study: Study) -> list[dict[str, Any]]:
        found = await study.store.comments.in_states(states, SHOWN)
        return [await _row(study, comment, whole=as_json) for comment in found]

    rows = session.run(work)
    columns = ("id", "state", "author", "post", "text")
    tell_rows(rows, as_json=as_json, columns=columns, nothing="No comment waits." if not every else "No comments.")


async def _row(study: Study, comment: Comment, *, whole: bool) -> dict[str, Any]:
    post = await study.store.posts.find(comment.post)
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
        async def work(study: Study) -> list[Comment]:
            return [await moderation.decide(study.store, id, name) for id in ids]

        for comment in session.run(work):
            click.echo(f"{comment.id}: {done}")


_decision("approve", "approved", "Show these comments.")
_decision("reject", "rejected", "Do not show these comments.")
_decision("spam", "called spam", "Do not show these comments, and remember their authors for it.")
