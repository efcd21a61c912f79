"""`syndicate blogroll`, `import following`, and what the doctor says of blogs that died or moved."""

import asyncio
import csv
import io
import json
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicate.clock import utc_now
from syndicate.config import load
from syndicate.model.blogroll import FeedState, LatestPost
from syndicate.storage import Store
from tests.cli.conftest import Blog

LIST = Path(__file__).parents[1] / "feeds" / "documents" / "wordpress.opml"
SALT = "https://salt.example/"


@pytest.fixture
def roll(blog: Blog) -> Blog:
    """With four blogs."""
    assert blog.ok("import", "opml", LIST) == "4 added, 0 updated, 0 unchanged\n"
    return blog


def change(blog: Blog, body: Any) -> None:
    """What the server would have written meanwhile."""

    async def work() -> None:
        store = await Store.open(load(blog.settings).storage.database, utc_now)
        try:
            await store.transaction(body)
        finally:
            await store.close()

    run: Coroutine[Any, Any, None] = work()
    asyncio.run(run)


def rows(blog: Blog) -> dict[str, Any]:
    return {row["url"]: row for row in json.loads(blog.ok("blogroll", "--json"))}


def test_an_entry_is_changed_in_every_respect(roll: Blog) -> None:
    said = roll.ok(
        *("blogroll", "edit", SALT, "--name", "Salt", "--tagline", "Of ropes", "--category", "Sea", "--position", "9"),
        *("--rel", "Friend met", "--note", "ask about knots", "--hidden", "--language", "de"),
        *("--picture", "https://salt.example/me.png", "--feed", "https://salt.example/new.xml"),
    )
    assert said == "Salt has been changed\n"
    row = rows(roll)[SALT]
    changed = ("name", "tagline", "category", "position", "rel", "notes", "hidden", "language", "icon", "feed_url")
    assert [row[key] for key in changed] == [
        "Salt",
        "Of ropes",
        "Sea",
        9,
        "friend met",
        "ask about knots",
        True,
        "de",
        "https://salt.example/me.png",
        "https://salt.example/new.xml",
    ]
    roll.ok("blogroll", "edit", "https://salt.example/new.xml", "--public", "--feed", "", "--picture", "")
    row = rows(roll)[SALT]
    assert (row["hidden"], row["feed_url"], row["icon"], row["name"]) == (False, "", "", "Salt")


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        ((), 2, "at least one option"),
        (("--rel", "friend stylesheet"), 1, "stylesheet: not an XFN term"),
        (("--name", " "), 1, "--name"),
        (("--language", "English!"), 1, "en-GB"),
        (("--feed", "javascript:alert(1)"), 1, "not a web address"),
        (("--picture", "me.png"), 1, "not a web address"),
        (("--position", "-1"), 2, "--position"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    roll: Blog, options: tuple[str, ...], status: int, said: str
) -> None:
    before = rows(roll)
    assert said in roll.refuses("blogroll", "edit", SALT, *options, status=status)
    assert rows(roll) == before


def test_who_is_not_there_cannot_be_changed(roll: Blog) -> None:
    assert "is not in the blogroll" in roll.refuses("blogroll", "edit", "https://nobody.example/", "--name", "X")


def test_an_import_leaves_what_was_edited(roll: Blog) -> None:
    roll.ok("blogroll", "edit", SALT, "--name", "Salt")
    assert roll.ok("import", "opml", LIST) == (
        "0 added, 0 updated, 3 unchanged\nnot updated, since it was edited here: Salt\n"
    )


def test_the_list_shows_the_newest_post_and_how_they_fare(roll: Blog) -> None:
    async def body(tx: Any) -> None:
        entry = await tx.blogroll.find(SALT)
        await tx.blogroll.set_latest(
            entry.id, LatestPost(title="On knots", url=f"{SALT}knots", at=utc_now() - timedelta(days=1))
        )
        await tx.blogroll.set_state(entry.id, FeedState.FAILING, "It answers 500.")

    change(roll, body)
    table = roll.ok("blogroll")
    (line,) = [line for line in table.splitlines() if "Salt" in line]
    assert "On knots" in line
    assert "failing" in line
    assert "It answers 500." in line
    row = rows(roll)[SALT]
    assert row["latest"]["title"] == "On knots"
    assert row["latest"]["at"].endswith("Z")
    assert (row["state"], row["reason"]) == ("failing", "It answers 500.")


def test_the_doctor_names_those_that_died_moved_or_fail_for_days(roll: Blog) -> None:
    async def body(tx: Any) -> None:
        for number, (url, state) in enumerate(
            ((SALT, FeedState.GONE), ("https://tides.example/", FeedState.MOVED), ("https://lamp.example/rss", None))
        ):
            entry = await tx.blogroll.find(url)
            if state is not None:
                await tx.blogroll.set_state(entry.id, state, f"Reason {number}.")
                continue
            await tx.blogroll.set_state(entry.id, FeedState.FAILING, f"Reason {number}.")
            poll = await tx.feed_polls.find(entry.id)
            await tx.feed_polls.save(
                type(poll)(
                    entry=poll.entry,
                    host=poll.host,
                    due=poll.due,
                    failures=5,
                    failing_since=utc_now() - timedelta(days=4),
                )
            )

    change(roll, body)
    said = roll.run("doctor").stdout
    assert "Salt & Rope (https://salt.example/feed/): gone: Reason 0." in said
    assert "tides.example (https://tides.example/feed/): moved: Reason 1." in said
    assert "Lamp (https://lamp.example/rss): failing since " in said
    for url in (SALT, "https://tides.example/"):
        assert " is unchanged\n" in roll.ok("blogroll", "edit", url, "--seen")
    assert "Reason 0" not in roll.run("doctor").stdout


def test_follows_of_mastodon_come_in_and_go_out(blog: Blog) -> None:
    exported = blog.write(
        "following_accounts.csv",
        "Account address,Show boosts,Notify on new posts,Languages\n"
        "ann@social.example,true,false,\nBob@Elsewhere.example,true,false,de\nnot an account,,,\nann@social.example,,,\n",
    )
    result = blog.run("import", "following", exported)
    assert result.stdout == "2 added, 0 updated, 0 unchanged\n"
    assert result.stderr == "not imported: not an account: not an account\n"
    assert result.exit_code == 1
    again = blog.run("import", "following", exported)
    assert again.stdout == "0 added, 0 updated, 2 unchanged\n"
    out = list(csv.reader(io.StringIO(blog.ok("blogroll", "--csv"))))
    assert out[0] == ["Account address", "Show boosts", "Notify on new posts", "Languages"]
    assert sorted(row[0] for row in out[1:]) == ["Bob@elsewhere.example", "ann@social.example"]


@pytest.mark.parametrize("text", ["", "Account address\n", "a,b\nc,d\n"])
def test_what_is_no_list_of_follows_is_refused(blog: Blog, text: str) -> None:
    assert "lists no accounts" in blog.refuses("import", "following", blog.write("x.csv", text))


def test_a_list_of_subscriptions_is_sent_to_its_own_command(blog: Blog) -> None:
    assert "use `syndicate import opml`" in blog.refuses("import", "following", blog.write("x.csv", "<opml/>"))


def test_an_old_list_of_names_alone_is_taken(blog: Blog) -> None:
    assert blog.ok("import", "following", blog.write("x.csv", "\ufeff@ann@social.example\r\n")).startswith("1 added")


def test_the_blog_cannot_follow_itself_and_does_not_move_to_a_word(blog: Blog) -> None:
    for own in ("@notes@blog.example", "https://blog.example", "blog.example", "https://blog.example/actor"):
        assert "this blog itself" in blog.refuses("follow", own)
    for nobody in ("ann", "@ann", "social.example"):
        assert "is not an account" in blog.refuses("move", nobody)


def test_a_list_that_cannot_be_read_is_named(blog: Blog) -> None:
    assert "list.opml" in blog.refuses("import", "opml", blog.write("list.opml", "no list"))
