"""A blog and somebody on pubby, a server in Python that knows draft-cavage signatures only."""

import pytest

from syndicate.clock import utc_now
from syndicate.storage import Store
from syndicate.storage.hosts import Host
from tests.peers.blog import Blog
from tests.peers.people import Person
from tests.waiting import eventually


@pytest.fixture(scope="module", autouse=True)
def a_follow(blog: Blog, paul: Person) -> None:
    paul.do("follow", actor=blog.actor)
    eventually(lambda: [row["actor"] for row in blog.listed("followers")] == [paul.actor], what="a follower")


def test_a_follow_is_accepted_and_the_follower_receives_posts(blog: Blog, paul: Person) -> None:
    eventually(lambda: [entry for entry in paul.log() if entry["type"] == "Accept"], what="the Accept")
    post = blog.publish("first", "Hello, pubby.")
    assert "Hello, pubby." in paul.received("Create", post.id)["object"]["content"]
    blog.publish("first", "Hello again, pubby.")
    paul.received("Update", post.id)


def test_a_server_that_refuses_one_dialect_is_met_with_the_other_at_the_second_knock(blog: Blog, paul: Person) -> None:
    host = paul.base.removeprefix("http://")

    async def believe(store: Store) -> None:
        """As if it had taken RFC 9421 until today."""
        await store.transaction(lambda tx: tx.hosts.save(Host(host=host, dialect="rfc9421"), now=utc_now()))

    blog.look(believe)
    before = len(paul.log())
    post = blog.publish("knock", "Who is there?")
    paul.received("Create", post.id)
    eventually(lambda: paul.knocks(before), until=lambda knocks: len(knocks) == 2, what="two knocks")
    assert [dialect for dialect, _ in paul.knocks(before)] == ["rfc9421", "cavage"]
    assert [status // 100 for _, status in paul.knocks(before)] == [4, 2]
    eventually(lambda: blog.look(lambda store: store.hosts.find(host)).dialect == "cavage", what="what was learned")

    before = len(paul.log())
    blog.command("delete", "knock")
    paul.received("Delete", post.id)
    knocks = eventually(lambda: paul.knocks(before), what="the knock, which is noted after its answer")
    assert {dialect for dialect, _ in knocks} == {"cavage"}


def test_a_reply_is_shown_changed_and_taken_back(blog: Blog, paul: Person) -> None:
    post = blog.publish("talk", "What do you think?")
    note = paul.reply(post.id, "<p>Much.</p>")
    assert blog.wait_for_comment(post, note, "Much.").author == paul.handle
    paul.do("edit", note=note, content="<p>Not so much.</p>")
    blog.wait_for_comment(post, note, "Not so much.")
    paul.do("delete", note=note)
    eventually(lambda: blog.comments(post) == [], what="the end of a comment")


def test_a_like_is_counted_and_taken_back(blog: Blog, paul: Person) -> None:
    post = blog.publish("likeable", "Something to like.")
    for command, likes in (("like", 1), ("unlike", 0)):
        paul.do(command, object=post.id)
        eventually(lambda n=likes: blog.document(post.id)["likes"]["totalItems"] == n, what=command)  # type: ignore[misc]


def test_the_blog_follows_by_handle_and_is_accepted(blog: Blog, paul: Person) -> None:
    blog.command("follow", paul.handle)

    def follows() -> list[str]:
        return [entry["follow"] for entry in blog.listed("blogroll")]

    eventually(follows, until=lambda follows: follows == ["accepted"], what="the Accept")
    assert blog.actor in paul.state()["followers"]
    blog.command("unfollow", paul.handle)
    eventually(lambda: blog.actor not in paul.state()["followers"], what="the Undo")
