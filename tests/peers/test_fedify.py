"""A blog and people on Fedify, which is strict, verifies everything, and signs in both dialects."""

from itertools import count

import pytest

from tests.peers.asking import ask
from tests.peers.blog import Blog
from tests.peers.people import Person
from tests.waiting import eventually

numbers = count(1)


@pytest.fixture(params=["alice", "carol"])
def reader(request: pytest.FixtureRequest, blog: Blog) -> Person:
    """Somebody who follows the blog: alice signs by RFC 9421 first, carol by draft-cavage."""
    person: Person = request.getfixturevalue(request.param)
    if person.state()["following"].get(blog.actor) != "accepted":
        person.do("follow", actor=blog.actor)
        eventually(lambda: person.state()["following"].get(blog.actor) == "accepted", what="the Accept")
    return person


def a_slug() -> str:
    return f"post-{next(numbers)}"


def test_fedify_finds_the_blog_and_its_handle(blog: Blog, alice: Person) -> None:
    found = alice.do("lookup", address=blog.actor)
    assert (found["id"], found["type"], found["preferredUsername"]) == (blog.actor, "Person", "notes")
    assert found["name"] == "Field Notes"
    told = alice.do("webfinger", address=blog.actor)
    assert told["subject"] == f"acct:{blog.handle.lstrip('@')}"
    assert [link["href"] for link in told["links"] if link["rel"] == "self"] == [blog.actor]


def test_who_follows_is_accepted_and_listed(blog: Blog, reader: Person) -> None:
    accept = reader.received("Accept", _follow_of(reader, blog))
    assert accept["actor"] == blog.actor
    assert [row["handle"] for row in blog.listed("followers") if row["actor"] == reader.actor] == [reader.handle]


def _follow_of(reader: Person, blog: Blog) -> str:
    """The id of the Follow that the blog keeps."""
    followers = blog.look(lambda store: store.followers.list_page("blog", before=None, limit=10))
    return next(one.follow for one in followers if one.actor == reader.actor)


def test_a_follower_receives_a_new_post_its_change_and_its_deletion(blog: Blog, reader: Person) -> None:
    slug = a_slug()
    post = blog.publish(slug, "Seen from the *library*.", title="A window")
    article = reader.received("Create", post.id)["object"]
    assert (article["type"], article["name"], article["url"]) == ("Article", "A window", post.url)
    assert "Seen from the <em>library</em>." in article["content"]

    blog.publish(slug, "Seen from the garden.", title="A window")
    assert "garden" in reader.received("Update", post.id)["object"]["content"]

    blog.command("delete", slug)
    assert reader.received("Delete", post.id)["actor"] == blog.actor
    assert blog.get(post.url).status == 410


def test_all_that_the_blog_sends_is_verified_at_the_first_knock(blog: Blog, reader: Person) -> None:
    before = len(reader.log())
    post = blog.publish(a_slug(), "Words.")
    reader.received("Create", post.id)
    assert {entry["verified"] for entry in reader.log() if entry["type"] != "HTTP"} == {True}
    knocks = eventually(lambda: reader.knocks(before), what="the knock, which is noted after its answer")
    assert set(knocks) == {("cavage", 202)}


def test_a_conversation_grows_changes_and_shrinks_on_the_page(
    blog: Blog, reader: Person, alice: Person, carol: Person
) -> None:
    other = carol if reader is alice else alice
    post = blog.publish(a_slug(), "What do you think?")

    first = reader.reply(post.id, "<p>I <b>agree</b>.<script>alert(1)</script></p>")
    shown = blog.wait_for_comment(post, first, "I agree.")
    assert (shown.author, shown.answers) == (reader.handle, "")

    second = other.reply(first, "<p>So do I.</p>", blog.actor)
    shown = blog.wait_for_comment(post, second, "So do I.")
    assert (shown.author, shown.answers) == (other.handle, first)

    reader.do("edit", note=first, content="<p>On reflection, I do not.</p>")
    blog.wait_for_comment(post, first, "On reflection, I do not.")

    other.do("delete", note=second)
    eventually(lambda: [shown.original for shown in blog.comments(post)] == [first], what="the end of a comment")
    assert blog.document(f"{post.id}/replies")["first"]["items"] == [first]


def test_likes_and_boosts_are_counted_and_taken_back(blog: Blog, reader: Person) -> None:
    post = blog.publish(a_slug(), "Something to like.")

    def counted() -> tuple[int, int]:
        document = blog.document(post.id)
        return document["likes"]["totalItems"], document["shares"]["totalItems"]

    reader.do("like", object=post.id)
    reader.do("boost", object=post.id)
    eventually(counted, until=lambda seen: seen == (1, 1), what="a like and a boost")
    reader.do("unlike", object=post.id)
    reader.do("unboost", object=post.id)
    eventually(counted, until=lambda seen: seen == (0, 0), what="the end of both")


def test_both_dialects_are_taken_at_the_first_knock(blog: Blog, reader: Person) -> None:
    post = blog.publish(a_slug(), "Knock, knock.")
    reader.do("like", object=post.id)
    assert ask(f"{blog.url}/inbox", data={}).status == 415

    def refused() -> set[str]:
        return {row["reason"] for row in blog.listed("activity", "--refused")}

    assert eventually(refused, what="the refusal of what is no activity") == {"inbox.type"}


def test_a_former_follower_receives_nothing_more(blog: Blog, reader: Person) -> None:
    reader.do("unfollow", actor=blog.actor)
    eventually(
        lambda: all(row["actor"] != reader.actor for row in blog.listed("followers")), what="the end of a follow"
    )
    slug = a_slug()
    blog.publish(slug, "Nobody is told.")
    assert all(reader.base not in row["inbox"] for row in blog.listed("deliveries", slug))


# the blog as the one who follows


def test_the_blog_follows_by_handle_and_is_accepted_at_once(blog: Blog, alice: Person) -> None:
    blog.command("follow", alice.handle)
    _entry(blog, alice, "accepted")
    assert blog.actor in alice.state()["followers"]
    assert alice.actor in blog.document(f"{blog.actor}/following?page=true")["orderedItems"]

    blog.command("unfollow", alice.handle)
    eventually(lambda: blog.actor not in alice.state()["followers"], what="the Undo")
    assert blog.listed("blogroll") == []


def test_the_blog_waits_for_an_answer_and_takes_no_for_one(blog: Blog, dora: Person) -> None:
    blog.command("follow", dora.actor)
    dora.received("Follow", dora.actor)
    _entry(blog, dora, "pending")
    dora.do("accept", actor=blog.actor)
    _entry(blog, dora, "accepted")

    blog.command("unfollow", dora.actor)
    dora.received("Undo", _follows(dora)[0])
    blog.command("follow", dora.actor)
    eventually(lambda: len(_follows(dora)) == 2, what="another Follow")
    dora.do("reject", actor=blog.actor)
    _entry(blog, dora, "rejected")


def _follows(person: Person) -> list[str]:
    """The ids of every Follow that a person received."""
    return [entry["json"]["id"] for entry in person.log() if entry["type"] == "Follow"]


def _entry(blog: Blog, person: Person, follow: str) -> None:
    """Wait until the blogroll tells this of following a person."""

    def states() -> list[str]:
        return [entry["follow"] for entry in blog.listed("blogroll") if entry["actor"] == person.actor]

    eventually(states, until=lambda states: states == [follow], what=f"{follow} in the blogroll")
