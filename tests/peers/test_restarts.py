"""A conversation with a strict server while ours is stopped, cut off and started again: what was acknowledged is not lost,
and what was to be said is said."""

from tests.peers.blog import Blog
from tests.peers.people import Person
from tests.waiting import eventually


def test_a_conversation_goes_on_after_a_restart(own_blog: Blog, alice: Person) -> None:
    alice.do("follow", actor=own_blog.actor)
    eventually(lambda: alice.state()["following"].get(own_blog.actor) == "accepted", what="the Accept")
    post = own_blog.publish("before", "Before.")
    alice.received("Create", post.id)
    note = alice.reply(post.id, "<p>Said before.</p>")
    own_blog.wait_for_comment(post, note, "Said before.")

    assert own_blog.end() == 0
    later = own_blog.publish("meanwhile", "Published while nobody serves.")
    own_blog.serve()

    assert "Published while nobody serves." in alice.received("Create", later.id)["object"]["content"]
    assert [shown.original for shown in own_blog.comments(post)] == [note]
    answer = alice.reply(note, "<p>Said after.</p>", own_blog.actor)
    assert own_blog.wait_for_comment(post, answer, "Said after.").answers == note
    alice.do("edit", note=note, content="<p>Said before, edited after.</p>")
    own_blog.wait_for_comment(post, note, "Said before, edited after.")
    creates = [entry for entry in alice.log() if entry["type"] == "Create" and entry["json"]["object"]["id"] == post.id]
    assert len(creates) == 1


def test_what_was_acknowledged_survives_a_power_cut(own_blog: Blog, alice: Person) -> None:
    """A server that only listens acknowledges, does no work, and is killed; the next one does it."""
    post = own_blog.publish("cut", "Mind the gap.")
    assert own_blog.end() == 0
    own_blog.serve("--only", "web")
    notes = [alice.reply(post.id, f"<p>Number {number}.</p>") for number in range(3)]
    alice.do("follow", actor=own_blog.actor)
    alice.do("like", object=post.id)
    assert own_blog.comments(post) == []
    own_blog.kill()

    own_blog.serve()
    for number, note in enumerate(notes):
        own_blog.wait_for_comment(post, note, f"Number {number}.")
    eventually(lambda: own_blog.document(post.id)["likes"]["totalItems"] == 1, what="the like")
    eventually(lambda: alice.state()["following"].get(own_blog.actor) == "accepted", what="the Accept")


def test_a_server_killed_at_work_neither_loses_nor_repeats(own_blog: Blog, alice: Person) -> None:
    post = own_blog.publish("work", "Busy days.")
    notes = [alice.reply(post.id, f"<p>Number {number}.</p>") for number in range(5)]
    own_blog.kill()
    own_blog.serve()
    for number, note in enumerate(notes):
        own_blog.wait_for_comment(post, note, f"Number {number}.")
    assert sorted(shown.original for shown in own_blog.comments(post)) == sorted(notes)
