"""Commands change rows while the server runs, and the next request sees it."""

import csv
import json

from syndicate.model.comment import CommentState
from tests.cli.conftest import Desk
from tests.feeds import lint
from tests.instances import ACTIVITY, Answer, RunningInstance
from tests.old_blog import OldBlog
from tests.peer import Peer
from tests.subscriber import FakeSubscriber
from tests.waiting import becomes
from tests.wire import Wire


async def until(instance: RunningInstance, path: str, text: str, *, there: bool = True) -> Answer:
    """The page, once it holds a text (or holds it no more). SQLite shows it at once; PostgreSQL tells us in a moment."""
    return await becomes(lambda: instance.get(path), until=lambda answer: (text in answer.text) is there, what=text)


async def test_a_published_post_is_there_for_the_next_reader(instance: RunningInstance, desk: Desk) -> None:
    await instance.store.database.listen()
    assert "Leaves" not in (await instance.get("/")).text
    said = await desk.ok("publish", desk.blog.write("tea.md", "# On tea\n\nLeaves."))
    path = said.split(", ")[1].removeprefix("at https://blog.example")
    await until(instance, "/", "On tea")
    assert "Leaves." in (await instance.get(path)).text
    assert "On tea" in (await instance.get("/feed/")).text
    desk.blog.write("tea.md", "# On tea\n\nBags.")
    await desk.ok("publish", desk.blog.directory / "tea.md")
    await until(instance, path, "Bags.")
    await desk.ok("delete", "tea")
    await until(instance, "/feed/", "On tea", there=False)
    assert (await instance.get(path)).status == 410


async def test_what_a_command_says_to_followers_the_server_sends(
    instance: RunningInstance, desk: Desk, ann: Peer
) -> None:
    await ann.follow()
    await instance.settle()
    await desk.ok("publish", desk.blog.write("tea.md", "# Tea\n\nLeaves."))
    instance.clock.advance(seconds=5)
    await instance.settle()
    [create] = ann.of_type("Create")
    assert create["object"]["name"] == "Tea"
    [row] = await desk.lists("deliveries", "tea")
    assert (row["server"], row["what"], row["state"], row["status"]) == ("social.example", "Create", "delivered", 202)
    assert "social.example" in await desk.ok("deliveries")
    assert "'nothing'" in await desk.refuses("deliveries", "nothing")
    await desk.ok("delete", "tea")
    instance.clock.advance(seconds=5)
    await instance.settle()
    assert ann.of_type("Delete")


async def test_the_author_decides_about_comments(instance: RunningInstance, desk: Desk, ann: Peer, bob: Peer) -> None:
    await instance.store.database.listen()
    post = await instance.publish("Hello")
    await ann.reply(post.uri, "<p>Kind words.</p>")
    await bob.reply(post.uri, "<p>Cheap pills.</p>")
    await instance.settle()
    assert "Kind words" not in (await instance.get(post.path)).text
    rows = await desk.lists("comments", "list")
    assert {row["text"]: (row["state"], row["post"]) for row in rows} == {
        "Kind words.": ("pending", "hello"),
        "Cheap pills.": ("pending", "hello"),
    }
    ids = {row["text"]: row["id"] for row in rows}
    assert "there is no comment" in await desk.refuses("comments", "approve", "nothing")
    number = next(row["number"] for row in rows if row["text"] == "Kind words.")
    assert await desk.ok("comments", "approve", ids["Kind words."]) == f"{number}: approved\n"
    await until(instance, post.path, "Kind words.")
    await desk.ok("comments", "spam", ids["Cheap pills."])
    assert "Cheap pills" not in (await instance.get(post.path)).text
    assert await desk.lists("comments", "list") == []
    assert len(await desk.lists("comments", "list", "--all")) == 2
    await desk.ok("comments", "reject", ids["Kind words."])
    await until(instance, post.path, "Kind words.", there=False)
    assert {comment.state for comment in await instance.comments(post)} == {CommentState.REJECTED, CommentState.SPAM}
    assert "there is no comment" in await desk.refuses("comments", "approve", "nothing")


async def test_a_comment_is_called_by_its_number_and_shown_whole(
    instance: RunningInstance, desk: Desk, ann: Peer
) -> None:
    await instance.store.database.listen()
    post = await instance.publish("Hello")
    note = await ann.reply(post.uri, "<p>" + "Ward " * 60 + "</p><p>End.</p>")
    await instance.settle()
    instance.clock.advance(minutes=3)
    await ann.edit(note, "<p>" + "Word " * 60 + "</p><p>End.</p>")
    await instance.settle()
    listed = await desk.ok("comments", "list")
    assert listed.startswith("1  pending  Ann @ann@social.example\n  20")
    assert max(map(len, listed.splitlines())) <= 80
    assert "End." not in listed
    shown = await desk.ok("comments", "show", "1")
    assert (shown.count("Word"), shown.count("Ward"), shown.count("End.")) == (60, 60, 2)
    assert "why: The first comment of this person." in shown
    assert max(len(line) for line in shown.splitlines() if "://" not in line) <= 80
    [row] = await desk.lists("comments", "list")
    assert (await desk.ok("comments", "show", row["id"][:35])) == shown
    assert "there is no comment" in await desk.refuses("comments", "show", "2")
    assert await desk.ok("comments", "approve", "1") == "1: approved\n"
    await desk.ok("comments", "answer", "1", "Thank you.")
    [own] = [row for row in await desk.lists("comments", "list", "--all") if row["number"] == 2]
    assert "answers: comment 1, by Ann" in await desk.ok("comments", "show", "2")
    await desk.ok("comments", "delete", "2")
    await desk.ok("comments", "answer", own["post"], "Again.")
    assert {row["number"] for row in await desk.lists("comments", "list", "--all")} == {1, 3}, "none is given twice"
    assert await desk.ok("comments", "delete", "1") == "1: deleted\n"
    assert "End." not in (await instance.get(post.path)).text
    assert "why: You deleted it." in await desk.ok("comments", "show", "1")
    assert await desk.ok("comments", "approve", "1") == "1: approved\n"


async def test_followers_and_what_arrived_are_listed(instance: RunningInstance, desk: Desk, ann: Peer) -> None:
    await ann.follow()
    await instance.settle()
    [follower] = await desk.lists("followers")
    assert (follower["actor"], follower["inbox"]) == (ann.actor, ann.shared_inbox)
    [arrival] = await desk.lists("activity")
    assert (arrival["type"], arrival["outcome"], arrival["reason"]) == ("Follow", "done", "follow.accepted")
    whole = json.loads(await desk.ok("activity", arrival["id"]))
    assert whole["raw"]["actor"] == ann.actor
    assert "there is no activity" in await desk.refuses("activity", "nothing")
    assert await desk.lists("activity", "--refused") == []
    assert "@ann@social.example" in await desk.ok("followers")


async def test_a_block_applies_from_the_next_request_on(instance: RunningInstance, desk: Desk, ann: Peer) -> None:
    await instance.publish("Hello")
    assert (await ann.follow()).status == 202
    await desk.ok("block", "social.example", "--reason", "noise")
    assert (await ann.follow()).status == 403
    [row] = await desk.lists("blocks")
    assert (row["who"], row["kind"], row["reason"]) == ("social.example", "domain", "noise")
    await desk.ok("unblock", "SOCIAL.example.")
    assert (await ann.follow()).status == 202
    assert "is not blocked" in await desk.refuses("unblock", "social.example")
    assert await desk.ok("block", "https://Social.example/") == "social.example is blocked\n"
    assert (await ann.follow()).status == 403
    await desk.ok("unblock", "http://social.example")
    assert "no account here has this address" in await desk.refuses("block", "https://social.example/@nobody")
    assert await desk.ok("block", "eve@social.example") == "@eve@social.example is blocked\n"
    await desk.ok("unblock", "@Eve@social.example")
    await desk.ok("block", ann.actor)
    assert (await ann.send(ann.activity("Like", "https://blog.example/actor"))).status == 403
    assert (await ann.follow()).status == 202
    await instance.settle()
    assert ann.of_type("Reject")
    assert await desk.lists("followers") == []
    for nonsense in (
        "",
        "localhost",
        "a b",
        "/x",
        "not..a..domain",
        ".example",
        "a-.example",
        "a.example/x",
        "a,b.example",
    ):
        await desk.refuses("block", nonsense)


async def test_a_list_of_blocks_comes_in_as_mastodon_exports_it(
    instance: RunningInstance, desk: Desk, ann: Peer
) -> None:
    file = desk.blog.directory / "blocks.csv"
    with file.open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["#domain", "#severity", "#reject_media", "#reject_reports", "#public_comment", "#obfuscate"])
        rows.writerow(["social.example", "suspend", "False", "False", "Noise, and more", "False"])
        rows.writerow(["spam.example", "suspend", "True", "True", "", "False"])
    assert "2 blocked\n" in await desk.ok("blocks", "import", file)
    assert (await ann.follow()).status == 403
    assert {row["who"] for row in await desk.lists("blocks")} == {"social.example", "spam.example"}
    file.write_text("#domain,#severity\nmild.example,silence\nworse.example,suspend\n")
    assert await desk.ok("blocks", "import", file) == "1 blocked\nskipped: 1 that the list does not suspend\n"
    for foreign in ("name,mail\nx,y\n", "worst.example,suspend\nAnn Author,12 Garden Lane\n"):
        file.write_text(foreign)
        assert "not a list of blocked domains" in await desk.refuses("blocks", "import", file)
    assert "worst.example" not in {row["who"] for row in await desk.lists("blocks")}
    assert "blocks.csv" in await desk.refuses("blocks", "import", desk.blog.directory / "no-blocks.csv")


async def test_an_imported_blogroll_is_read_at_once(instance: RunningInstance, desk: Desk) -> None:
    await instance.store.database.listen()
    before = await instance.get("/blogroll.opml")
    await desk.ok(
        "import",
        "opml",
        desk.blog.write(
            "list.opml",
            '<opml version="2.0"><head/><body><outline text="Ida" title="Ida" type="rss" description="Hens"'
            ' xmlUrl="https://ida.example/feed/" htmlUrl="https://ida.example/"/></body></opml>',
        ),
    )
    after = await until(instance, "/blogroll.opml", "https://ida.example/feed/")
    assert after.headers["ETag"] != before.headers["ETag"]
    assert [*lint.opml(after.body)] == []
    assert "Hens" in (await instance.get("/blogroll/")).text
    assert [row["name"] for row in await desk.lists("blogroll")] == ["Ida"]
    await desk.ok("unfollow", "https://ida.example/")
    await until(instance, "/blogroll.opml", "ida.example", there=False)
    assert "is not in the blogroll" in await desk.refuses("unfollow", "https://ida.example/")


async def test_an_imported_blog_is_read_at_once(instance: RunningInstance, desk: Desk) -> None:
    await instance.store.database.listen()
    assert (await instance.get("/2014/07/31/post-7/")).status == 404
    await desk.ok("import", "wordpress", OldBlog().post(7, html="Long ago.").write(desk.blog.directory / "old.xml"))
    await until(instance, "/", "Post 7")
    assert "Long ago." in (await instance.get("/2014/07/31/post-7/")).text
    post = await instance.store.posts.find_by_slug("post-7")
    assert post is not None
    assert (await instance.get(post.uri, accept=ACTIVITY)).status == 200


async def test_who_is_subscribed_is_listed_with_what_came_of_it(
    instance: RunningInstance, desk: Desk, wire: Wire
) -> None:
    assert "No WebSub subscriptions" in await desk.ok("subscriptions")
    reader = FakeSubscriber(wire)
    await reader.ask("https://blog.example/feed/", secret="not to be shown")
    await instance.settle()
    [row] = await desk.lists("subscriptions")
    assert (row["topic"], row["host"], row["last result"]) == ("https://blog.example/feed/", "reader.example", "")
    reader.status = 503
    instance.clock.advance(seconds=2)
    await instance.publish("News")
    await instance.settle()
    [row] = await desk.lists("subscriptions")
    assert row["last result"] == "503"
    assert row["failing since"]
    assert "not to be shown" not in await desk.ok("subscriptions", "--json")
    assert "reader.example" in await desk.ok("subscriptions")
    kinds = {row["what"]: (row["server"], row["state"]) for row in await desk.lists("deliveries")}
    assert kinds == {"intent": ("reader.example", "delivered"), "websub": ("reader.example", "waiting")}


async def test_handles_that_mix_alphabets_are_marked_in_lists(
    instance: RunningInstance, desk: Desk, ann: Peer, bob: Peer
) -> None:
    post = await instance.publish("Hello")
    ann.documents[ann.actor] = ann.actor_document(preferredUsername="\u0430nn")
    await ann.reply(post.uri, "<p>Kind words.</p>")
    await bob.reply(post.uri, "<p>Other words.</p>")
    await instance.settle()
    rows = (await desk.ok("comments", "list")).splitlines()
    assert ["mixed alphabets" in row for row in rows].count(True) == 1
    assert "\u0430nn@social.example (mixed alphabets)" in "\n".join(rows)
