"""fediverse-pasture's 22 sets of odd objects, each sent as a reply to a post of its own: what is shown, and what becomes
of the rest.

`pasture/expected.json` is the table: for each object the verdict, and the text as it is shown. Whoever changes the
sanitizer or the reading of notes sees there what changes for readers.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from syndicate.model.activity import Outcome
from syndicate.storage import Store
from tests.peers.asking import ask
from tests.peers.blog import Blog, Post
from tests.waiting import eventually

TABLE = Path(__file__).parent / "pasture" / "expected.json"
EXPECTED: dict[str, list[list[str]]] = json.loads(TABLE.read_text(encoding="utf-8"))


def test_the_table_knows_every_set(pasture_inputs: str) -> None:
    assert {name: len(rows) for name, rows in EXPECTED.items()} == ask(f"{pasture_inputs}/ctl/sets").json()


@pytest.fixture(scope="module")
def posts(blog: Blog) -> dict[str, Post]:
    """A post for each set."""
    for name in EXPECTED:
        blog.drop(_slug(name), "Answer this.")

    def found() -> dict[str, Post | None]:
        return {name: blog.find(_slug(name)) for name in EXPECTED}

    seen = eventually(found, until=lambda found: all(found.values()), what="the posts in the folder")
    return {name: post for name, post in seen.items() if post is not None}


def _slug(name: str) -> str:
    return name.replace("_", "-")


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_odd_objects_become_what_the_table_says(
    blog: Blog, pasture_inputs: str, posts: dict[str, Post], name: str
) -> None:
    post = posts[name]
    sent = ask(f"{pasture_inputs}/ctl/send", data={"set": name, "post": post.id, "inbox": f"{blog.url}/inbox"}).json()
    assert [row["status"] for row in sent if row["status"] != 202 and row["status"] // 100 != 4] == []

    def become() -> list[list[str]]:
        return blog.look(lambda store: _become(store, sent))

    became = eventually(become, until=lambda rows: not any(row[0].startswith("waiting") for row in rows), what="work")
    assert became == EXPECTED[name]
    assert blog.get("/readyz").status == 200

    shown = {comment.original for comment in blog.comments(post)}
    kept = [row["note"] for row, (verdict, _) in zip(sent, became, strict=True) if verdict.startswith("done")]
    assert len(shown) == len(kept)


async def _become(store: Store, sent: list[dict[str, Any]]) -> list[list[str]]:
    """For each object the verdict about it, and how it is shown."""
    rows = []
    for row in sent:
        arrival = await store.inbox_queue.find(row["activity"])
        if arrival is None:
            rows.append([str(row["status"]), ""])
            continue
        comment = await store.comments.find_by_uri(row["note"]) if row["note"] else None
        is_shown = comment is not None and arrival.verdict.outcome is Outcome.DONE
        verdict = f"{arrival.verdict.outcome.value} {arrival.verdict.reason}"
        rows.append([verdict, comment.html if comment and is_shown else ""])
    return rows
