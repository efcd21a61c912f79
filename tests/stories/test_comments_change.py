"""A comment is edited, narrowed, deleted; and only by the one who wrote it."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.comments import records as conversation
from syndicate.model.comment import Comment, CommentState
from syndicate.model.post import Post
from tests.clocks import FakeClock
from tests.instances import RunningInstance
from tests.peer import AS2, PUBLIC, Peer


async def shown(instance: RunningInstance, post: Post) -> list[str]:
    """The text of what stands under a post; what is counted agrees with it."""
    await instance.settle()
    comments = await instance.store.shown_comments.list_shown(post.id, limit=100, skip=0)
    current = await instance.store.posts.find(post.id)
    assert current is not None
    assert current.counts.comments == len(comments)
    return [comment.html for comment in comments]


async def test_a_comment_is_on_the_page_in_the_feeds_and_among_the_replies(
    open_instance: RunningInstance, ann: Peer
) -> None:
    post = await open_instance.publish("Hello")
    note = await ann.reply(post.uri, "<p>Well said.</p>")
    await open_instance.settle()
    assert "Well said." in (await open_instance.get(post.path)).text
    for feed in ("/comments/feed/", "/comments/feed/atom/", f"{post.path}feed/", f"{post.path}feed/json/"):
        assert "Well said." in (await open_instance.get(feed)).text, feed
    replies = await open_instance.document(f"{post.uri}/replies")
    assert (replies["totalItems"], replies["first"]["items"]) == (1, [note["id"]])
    assert (await open_instance.document(post.uri))["replies"]["totalItems"] == 1


@pytest.mark.parametrize("form", ["id", "permalink", "no slash", "fragment", "embedded", "list", "query"])
async def test_a_post_is_answered_under_each_of_its_addresses(
    open_instance: RunningInstance, ann: Peer, form: str
) -> None:
    post = await open_instance.publish("Hello")
    permalink = f"https://blog.example{post.path}"
    target: dict[str, Any] = {
        "id": post.uri,
        "permalink": permalink,
        "no slash": permalink.rstrip("/"),
        "fragment": f"{permalink}#comments",
        "embedded": {"id": post.uri, "type": "Article"},
        "list": [post.uri],
        "query": f"{post.uri}#replies",
    }
    await ann.reply(target[form], "<p>Found it.</p>")
    assert await shown(open_instance, post) == ["<p>Found it.</p>"]


@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.example/notes/1",
        "https://blog.example/",
        "https://blog.example/posts/none",
        "https://blog.example.evil.example/posts/1",
        "https://[broken",
        "nonsense",
        "",
        None,
        7,
        ["https://blog.example/a", "https://blog.example/b"],
    ],
)
async def test_an_answer_to_something_else_is_let_pass(open_instance: RunningInstance, ann: Peer, target: Any) -> None:
    post = await open_instance.publish("Hello")
    await ann.reply(target, "<p>Elsewhere.</p>")
    assert await shown(open_instance, post) == []
    assert await open_instance.verdicts() == [("Create", "ignored", "reply.elsewhere")]


async def test_an_answer_to_a_comment_stands_under_it(open_instance: RunningInstance, ann: Peer, bob: Peer) -> None:
    post = await open_instance.publish("Hello")
    first = await ann.reply(post.uri, "<p>First.</p>")
    await open_instance.settle()
    open_instance.clock.advance(seconds=1)
    await bob.reply(first["id"], "<p>Second.</p>")
    await open_instance.settle()
    one, two = await open_instance.store.shown_comments.list_shown(post.id, limit=10, skip=0)
    assert (two.html, two.parent) == ("<p>Second.</p>", one.id)


async def test_an_answer_to_the_place_of_a_comment_stands_under_it(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Hello")
    own = await open_instance.server.services.author_replies.reply(post.slug, "A word of mine.")
    await open_instance.settle()
    open_instance.clock.advance(seconds=1)
    await ann.reply(own.url, "<p>To you.</p>")
    await ann.reply(f"https://blog.example{post.path}#comment-999999", "<p>To nobody.</p>")
    await open_instance.settle()
    parents = {comment.html: comment.parent for comment in await open_instance.comments(post)}
    assert (parents["<p>To you.</p>"], parents["<p>To nobody.</p>"]) == (own.id, None)


async def test_what_is_sent_is_cleaned(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Hello")
    text = (
        '<p onclick="x()" style="color:red">Hi <a href="javascript:x()">there</a> '
        '<a href="https://ok.example/">link</a><script>bad()</script><img src="https://t.example/1.gif"></p>'
    )
    await ann.reply(post.uri, text)
    [html] = await shown(open_instance, post)
    for bad in ("onclick", "style", "javascript", "script", "img", "bad()"):
        assert bad not in html
    assert 'href="https://ok.example/"' in html


# editing


async def test_a_newer_edit_is_shown_everywhere(open_instance: RunningInstance, ann: Peer, clock: FakeClock) -> None:
    post = await open_instance.publish("Hello")
    note = await ann.reply(post.uri, "<p>Frist.</p>")
    await open_instance.settle()
    clock.advance(minutes=1)
    assert (await ann.edit(note, "<p>First.</p>")).status == 202
    assert await shown(open_instance, post) == ["<p>First.</p>"]
    outputs = await open_instance.outputs(post)
    assert "First." in outputs
    assert "Frist." not in outputs


async def test_an_edited_comment_says_so_and_keeps_its_earlier_texts_for_the_author(
    open_instance: RunningInstance, ann: Peer, clock: FakeClock
) -> None:
    post = await open_instance.publish("Hello")
    note = await ann.reply(post.uri, "<p>Frist.</p>")
    await open_instance.settle()
    assert "edited" not in (await open_instance.get(post.path)).text
    [comment] = await open_instance.comments(post)
    for at, text in enumerate(("<p>First.</p>", "<p>First.</p>", "<p>Third.</p>")):
        clock.advance(minutes=1)
        await ann.edit(note, text)
        await open_instance.settle()
        assert len(await open_instance.store.comment_revisions.list(comment.id)) == (1, 1, 2)[at], (
            "as often as it changed"
        )
    texts = await open_instance.store.comment_revisions.list(comment.id)
    assert [text.html for text in texts] == ["<p>First.</p>", "<p>Frist.</p>"]
    assert texts[-1].written == comment.updated
    page = (await open_instance.get(post.path)).text
    assert 'edited <time class="dt-updated"' in page
    assert "Frist." not in page
    await ann.send(ann.activity("Delete", note["id"], to=[PUBLIC]))
    await open_instance.settle()
    assert await open_instance.store.comment_revisions.list(comment.id) == []


@pytest.mark.parametrize("days", [0, -1, -1000])
async def test_an_edit_that_is_not_newer_changes_nothing(open_instance: RunningInstance, ann: Peer, days: int) -> None:
    post = await open_instance.publish("Hello")
    note = await ann.reply(post.uri, "<p>As it is.</p>")
    await open_instance.settle()
    dated = (open_instance.clock() + timedelta(days=days)).isoformat()
    await ann.send(ann.activity("Update", {**note, "content": "<p>As it was.</p>", "updated": dated}, to=[PUBLIC]))
    assert await shown(open_instance, post) == ["<p>As it is.</p>"]
    assert (await open_instance.verdicts())[-1] == ("Update", "ignored", "object.not-newer")


async def test_an_edit_from_the_far_future_does_not_forbid_later_ones(
    open_instance: RunningInstance, ann: Peer, clock: FakeClock
) -> None:
    post = await open_instance.publish("Hello")
    note = await ann.reply(post.uri, "<p>One.</p>")
    await open_instance.settle()
    clock.advance(minutes=1)
    future = {**note, "content": "<p>Two.</p>", "updated": "9999-12-31T23:59:59Z"}
    await ann.send(ann.activity("Update", future, to=[PUBLIC]))
    assert await shown(open_instance, post) == ["<p>Two.</p>"]
    clock.advance(minutes=1)
    await ann.edit(note, "<p>Three.</p>")
    assert await shown(open_instance, post) == ["<p>Three.</p>"]


@pytest.mark.parametrize(
    "when",
    [
        "0001-01-01T00:00:00Z",
        "0999-12-31T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00+14:00",
        "yesterday",
        "2026-02-30T00:00:00Z",
        "",
        -1,
        None,
        ["2026-11-22T00:00:00Z"],
    ],
)
async def test_whatever_a_date_says_the_page_stands(open_instance: RunningInstance, ann: Peer, when: Any) -> None:
    post = await open_instance.publish("Hello")
    await ann.reply(post.uri, "<p>Dated oddly.</p>", published=when, updated=when)
    assert await shown(open_instance, post) == ["<p>Dated oddly.</p>"]
    assert "Dated oddly." in await open_instance.outputs(post)
    [comment] = await open_instance.comments(post)
    assert comment.published <= open_instance.clock()


async def test_an_account_of_any_age_can_speak(open_instance: RunningInstance, ann: Peer) -> None:
    ann.documents[ann.actor] = ann.actor_document(published="0001-01-01T00:00:00Z")
    post = await open_instance.publish("Hello")
    await ann.reply(post.uri, "<p>Ancient.</p>")
    await ann.reply(post.uri, "<p>And again.</p>")
    assert len(await shown(open_instance, post)) == 2


async def test_nobody_edits_or_deletes_what_another_wrote(
    open_instance: RunningInstance, ann: Peer, mallory: Peer, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> None:
    post = await open_instance.publish("Hello")
    note = await ann.reply(post.uri, "<p>Mine.</p>")
    await open_instance.settle()
    eve = ann.neighbour("eve", rsa_keys[4])
    clock.advance(minutes=1)
    now = clock().isoformat()
    for other in (mallory, eve):
        for forged in (
            {**note, "content": "<p>Forged.</p>", "updated": now},
            {**note, "content": "<p>Forged.</p>", "updated": now, "attributedTo": other.actor},
            {**note, "content": "<p>Forged.</p>", "updated": now, "attributedTo": [ann.actor, other.actor]},
        ):
            for type in ("Update", "Create"):
                await other.send(other.activity(type, forged, to=[PUBLIC]))
        for object in (note["id"], {"id": note["id"], "type": "Tombstone"}, {**note}, [note["id"]]):
            await other.send(other.activity("Delete", object, to=[PUBLIC]))
        for inner in (note["id"], ann.create(note)):
            await other.send(other.activity("Undo", inner))
        await other.send(other.activity("Update", {**note, "to": [ann.actor], "cc": [], "updated": now}))
    assert await shown(open_instance, post) == ["<p>Mine.</p>"]
    assert {outcome for type, outcome, _ in await open_instance.verdicts() if type in ("Update", "Delete")} <= {
        "refused",
        "ignored",
    }
    assert "Forged" not in await open_instance.outputs(post)


async def test_an_edit_does_not_move_a_comment_to_another_post(
    open_instance: RunningInstance, ann: Peer, clock: FakeClock
) -> None:
    one, two = await open_instance.publish("One"), await open_instance.publish("Two")
    note = await ann.reply(one.uri, "<p>Under one.</p>")
    await open_instance.settle()
    clock.advance(minutes=1)
    for at, target in enumerate((two.uri, "https://elsewhere.example/notes/1", note["id"])):
        clock.advance(minutes=1)
        moved = {**note, "inReplyTo": target, "content": f"<p>Edited {at}.</p>", "updated": clock().isoformat()}
        await ann.send(ann.activity("Update", moved, to=[PUBLIC]))
        assert await shown(open_instance, one) == [f"<p>Edited {at}.</p>"]
        assert await shown(open_instance, two) == []


async def test_an_edit_with_many_links_is_held_and_the_counts_agree(
    instance: RunningInstance, ann: Peer, clock: FakeClock
) -> None:
    one, two = await instance.publish("One"), await instance.publish("Two")
    note = await ann.reply(one.uri, "<p>Harmless.</p>")
    await instance.settle()
    await instance.decide(note["id"], "approve")
    assert await shown(instance, one) == ["<p>Harmless.</p>"]
    links = "".join(f'<a href="https://spam{at}.example/">buy</a>' for at in range(9))
    for target in (one.uri, two.uri):
        clock.advance(minutes=1)
        edited = {**note, "inReplyTo": target, "content": f"<p>{links}</p>", "updated": clock().isoformat()}
        await ann.send(ann.activity("Update", edited, to=[PUBLIC]))
        assert await shown(instance, one) == []
        assert await shown(instance, two) == []
    [comment] = await instance.comments(one)
    assert comment.state is CommentState.PENDING


async def test_an_edit_of_a_rejected_comment_does_not_bring_it_back(
    open_instance: RunningInstance, ann: Peer, clock: FakeClock
) -> None:
    post = await open_instance.publish("Hello")
    note = await ann.reply(post.uri, "<p>Rude.</p>")
    await open_instance.settle()
    for decision in ("reject", "spam"):
        await open_instance.decide(note["id"], decision)
        clock.advance(minutes=1)
        await ann.edit(note, "<p>Ruder.</p>")
        assert await shown(open_instance, post) == []


async def test_comments_that_are_closed_can_still_be_edited_and_deleted(
    open_instance: RunningInstance, ann: Peer, bob: Peer, clock: FakeClock
) -> None:
    post = await open_instance.publish("Hello")
    note = await ann.reply(post.uri, "<p>In time.</p>")
    await open_instance.settle()
    post = await open_instance.publish("Hello", comments_open=False)
    await bob.reply(post.uri, "<p>Too late.</p>")
    clock.advance(minutes=1)
    await ann.edit(note, "<p>In good time.</p>")
    assert await shown(open_instance, post) == ["<p>In good time.</p>"]
    assert ("Create", "refused", "comment.closed") in await open_instance.verdicts()
    await ann.delete(note)
    assert await shown(open_instance, post) == []


async def test_an_account_that_takes_a_new_name_is_shown_with_it(
    open_instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    post = await open_instance.publish("Hello")
    await ann.reply(post.uri)
    await bob.reply(post.uri)
    await open_instance.settle()
    believed_not = ann.actor_document(name="In the body")
    ann.documents[ann.actor] = ann.actor_document(name="Ann the Gardener")
    await ann.send(ann.activity("Update", believed_not, to=[PUBLIC]))
    await open_instance.settle()
    outputs = await open_instance.outputs(post)
    assert "Ann the Gardener" in outputs
    assert "In the body" not in outputs
    assert "Bob" in outputs


async def test_nobody_renames_another(
    open_instance: RunningInstance, ann: Peer, mallory: Peer, rsa_keys: list[RSAPrivateKey]
) -> None:
    post = await open_instance.publish("Hello")
    await ann.reply(post.uri)
    await open_instance.settle()
    eve = ann.neighbour("eve", rsa_keys[4])
    ann.requests.clear()
    for other in (mallory, eve):
        await other.send(other.activity("Update", ann.actor_document(name="Fool"), to=[PUBLIC]))
    await open_instance.settle()
    assert "Fool" not in await open_instance.outputs(post)
    assert ann.fetched(ann.actor) == 0


# going


@pytest.mark.parametrize("form", ["tombstone", "id", "object"])
async def test_a_deleted_comment_is_gone_from_everything(open_instance: RunningInstance, ann: Peer, form: str) -> None:
    post = await open_instance.publish("Hello")
    note = await ann.reply(post.uri, "<p>Canary words.</p>")
    await open_instance.settle()
    object: Any = {"tombstone": {"id": note["id"], "type": "Tombstone"}, "id": note["id"], "object": note}
    await ann.send(ann.activity("Delete", object[form], to=[PUBLIC]))
    assert await shown(open_instance, post) == []
    outputs = await open_instance.outputs(post)
    assert "Canary" not in outputs
    assert note["id"] not in outputs
    assert (await open_instance.document(f"{post.uri}/replies"))["totalItems"] == 0
    arrivals = await open_instance.store.inbox_queue.list_newest(10)
    assert "Canary" not in str([arrival.activity.raw for arrival in arrivals])


async def test_a_deleted_comment_does_not_come_back(
    open_instance: RunningInstance, ann: Peer, clock: FakeClock
) -> None:
    post = await open_instance.publish("Hello")
    note = await ann.reply(post.uri, "<p>Canary words.</p>")
    await open_instance.settle()
    await ann.delete(note)
    await open_instance.settle()
    clock.advance(minutes=1)
    await ann.send(ann.create(note))
    await ann.edit(note, "<p>Canary again.</p>")
    assert await shown(open_instance, post) == []
    assert ("Create", "ignored", "object.gone") in await open_instance.verdicts()


async def test_answers_to_a_deleted_comment_stay_one_step_up(
    open_instance: RunningInstance, ann: Peer, bob: Peer, clock: FakeClock
) -> None:
    post = await open_instance.publish("Hello")
    notes = [await ann.reply(post.uri, "<p>One.</p>")]
    await open_instance.settle()
    for text in ("<p>Two.</p>", "<p>Three.</p>"):
        clock.advance(seconds=1)
        notes.append(await bob.reply(notes[-1]["id"], text))
        await open_instance.settle()
    await bob.delete(notes[1])
    assert await shown(open_instance, post) == ["<p>One.</p>", "<p>Three.</p>"]
    one, three = await open_instance.store.shown_comments.list_shown(post.id, limit=10, skip=0)
    assert three.parent == one.id


async def test_an_account_that_is_deleted_takes_all_of_its_words_along(
    open_instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    post, other = await open_instance.publish("Hello"), await open_instance.publish("Other")
    await ann.follow()
    for target in (post, other):
        await ann.reply(target.uri, "<p>Canary words.</p>")
        await ann.like(target.uri)
        await ann.boost(target.uri)
    await ann.send(
        ann.create(ann.note(post.uri, "<p>Canary in private.</p>", to=["https://blog.example/actor"], cc=[]))
    )
    await bob.reply(post.uri, "<p>Bob stays.</p>")
    await open_instance.settle()
    ann.documents.clear()
    ann.statuses[ann.actor] = 410
    await ann.send(ann.activity("Delete", ann.actor, to=[PUBLIC]))
    assert await shown(open_instance, post) == ["<p>Bob stays.</p>"]
    assert await shown(open_instance, other) == []
    outputs = await open_instance.outputs(post) + await open_instance.outputs(other)
    assert "Canary" not in outputs
    assert ann.actor not in outputs
    for target in (post, other):
        current = await open_instance.store.posts.find(target.id)
        assert current is not None
        assert (current.counts.likes, current.counts.shares) == (0, 0)
    assert await open_instance.store.followers.count("blog") == 0
    arrivals = await open_instance.store.inbox_queue.list_newest(50)
    assert "Canary" not in str([arrival.activity.raw for arrival in arrivals if arrival.activity.actor == ann.actor])


async def test_what_goes_twice_is_counted_once(open_instance: RunningInstance, ann: Peer) -> None:
    """The author may have decided, or another process worked, between the reading and the writing."""
    post = await open_instance.publish("Hello")
    await ann.reply(post.uri, "<p>One.</p>")
    await ann.reply(post.uri, "<p>Two.</p>")
    await open_instance.settle()
    stale = next(comment for comment in await open_instance.comments(post) if "One" in comment.html)

    async def twice(comment: Comment) -> None:
        for _ in range(2):
            await open_instance.store.transaction(lambda tx: conversation.delete(tx, comment))

    await twice(stale)
    assert await shown(open_instance, post) == ["<p>Two.</p>"]


async def test_what_is_decided_twice_is_counted_once(instance: RunningInstance, ann: Peer) -> None:
    post = await instance.publish("Hello")
    await ann.reply(post.uri, "<p>One.</p>")
    await instance.settle()
    [pending] = await instance.comments(post)
    for _ in range(2):
        await instance.store.transaction(
            lambda tx: conversation.decide(tx, pending, CommentState.APPROVED, "author.approved")
        )
    assert await shown(instance, post) == ["<p>One.</p>"]


async def test_a_decision_is_seen_by_the_next_reader(instance: RunningInstance, ann: Peer) -> None:
    """On the page, in the feeds, among the replies, without a second's delay."""
    post = await instance.publish("Hello")
    note = await ann.reply(post.uri, "<p>Seen or not.</p>")
    await instance.settle()
    addresses = (post.path, "/comments/feed/", f"{post.path}feed/", "/comments/feed/json/")
    for decision, is_seen in (("approve", True), ("reject", False), ("approve", True), ("spam", False)):
        await instance.decide(note["id"], decision)
        for address in addresses:
            assert ("Seen or not." in (await instance.get(address)).text) is is_seen, (decision, address)
        assert (await instance.document(f"{post.uri}/replies"))["totalItems"] == int(is_seen)


# objects that came by name, or by other hands


async def test_an_object_that_is_only_named_is_fetched_with_a_signature(
    open_instance: RunningInstance, ann: Peer
) -> None:
    post = await open_instance.publish("Hello")
    note = ann.note(post.uri, "<p>By name.</p>")
    await ann.send(ann.activity("Create", note["id"], to=[PUBLIC]))
    assert await shown(open_instance, post) == ["<p>By name.</p>"]
    [get] = [request for request in ann.requests if request.url == note["id"]]
    assert any(name.lower() == "signature" for name, _ in get.headers)


async def test_an_object_named_on_another_server_is_not_fetched(
    open_instance: RunningInstance, ann: Peer, mallory: Peer
) -> None:
    post = await open_instance.publish("Hello")
    note = ann.note(post.uri, "<p>Hers.</p>")
    for type in ("Create", "Update"):
        await mallory.send(mallory.activity(type, note["id"], to=[PUBLIC]))
    assert await shown(open_instance, post) == []
    assert ann.requests == []


async def test_a_server_that_fails_for_a_while_does_not_lose_a_comment(
    open_instance: RunningInstance, ann: Peer, clock: FakeClock
) -> None:
    """The activity was answered with 202: it is ours to keep."""
    post = await open_instance.publish("Hello")
    note = ann.note(post.uri, "<p>Patience.</p>")
    ann.statuses[note["id"]] = 503
    await ann.send(ann.activity("Create", note["id"], to=[PUBLIC]))
    assert await shown(open_instance, post) == []
    assert (await open_instance.verdicts())[-1][1] == "waiting"
    del ann.statuses[note["id"]]
    clock.advance(hours=1)
    assert await shown(open_instance, post) == ["<p>Patience.</p>"]


async def test_a_server_that_fails_for_good_is_given_up(
    open_instance: RunningInstance, ann: Peer, clock: FakeClock
) -> None:
    post = await open_instance.publish("Hello")
    note = ann.note(post.uri, "<p>Never.</p>")
    ann.statuses[note["id"]] = 503
    await ann.send(ann.activity("Create", note["id"], to=[PUBLIC]))
    for _ in range(20):
        assert await shown(open_instance, post) == []
        clock.advance(days=1)
    assert (await open_instance.verdicts())[-1] == ("Create", "failed", "arrival.failed")


def forwarded(activity: dict[str, Any]) -> dict[str, Any]:
    """As Mastodon forwards answers to its own people's posts: with a signature of linked data, which we ignore."""
    signature = {"type": "RsaSignature2017", "creator": f"{activity['actor']}#main-key", "signatureValue": "eA=="}
    return {**activity, "signature": signature}


async def test_a_forwarded_answer_is_read_where_it_was_written(
    open_instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    post = await open_instance.publish("Hello")
    note = ann.note(post.uri, "<p>As she wrote it.</p>")
    altered = {**note, "content": "<p>As he tells it.</p>"}
    await bob.send(forwarded(ann.create(altered)))
    assert await shown(open_instance, post) == ["<p>As she wrote it.</p>"]
    [comment] = await open_instance.comments(post)
    assert comment.author.uri == ann.actor


@pytest.mark.parametrize("status", [404, 410])
async def test_a_forwarded_answer_that_its_server_does_not_have_is_dropped(
    open_instance: RunningInstance, ann: Peer, mallory: Peer, status: int
) -> None:
    post = await open_instance.publish("Hello")
    note = ann.note(post.uri, "<p>Never written.</p>")
    ann.statuses[note["id"]] = status
    await mallory.send(forwarded(ann.create(note)))
    assert await shown(open_instance, post) == []
    assert await open_instance.verdicts() == [("Create", "ignored", "object.unavailable")]


@pytest.mark.parametrize(("status", "may_return"), [(404, True), (410, False)])
async def test_what_only_cannot_be_found_may_come_back(
    open_instance: RunningInstance, ann: Peer, bob: Peer, status: int, may_return: bool
) -> None:
    post = await open_instance.publish("Tea")
    note = await ann.reply(post.uri, "<p>Here.</p>")
    await open_instance.settle()
    ann.statuses[note["id"]] = status
    await bob.send(forwarded(ann.activity("Delete", note["id"], to=[PUBLIC])))
    assert await shown(open_instance, post) == []
    del ann.statuses[note["id"]]
    await ann.send(ann.create(note))
    assert await shown(open_instance, post) == (["<p>Here.</p>"] if may_return else [])


async def test_a_forwarded_edit_and_a_forwarded_delete_are_asked_for(
    open_instance: RunningInstance, ann: Peer, bob: Peer, clock: FakeClock
) -> None:
    post = await open_instance.publish("Hello")
    note = await ann.reply(post.uri, "<p>One.</p>")
    await open_instance.settle()
    clock.advance(minutes=1)
    edited = {**note, "content": "<p>Two.</p>", "updated": clock().isoformat()}
    ann.documents[note["id"]] = {"@context": AS2, **edited}
    await bob.send(forwarded(ann.activity("Update", {**edited, "content": "<p>Twisted.</p>"}, to=[PUBLIC])))
    assert await shown(open_instance, post) == ["<p>Two.</p>"]
    await bob.send(forwarded(ann.activity("Delete", {"id": note["id"], "type": "Tombstone"}, to=[PUBLIC])))
    assert await shown(open_instance, post) == ["<p>Two.</p>"]
    assert (await open_instance.verdicts())[-1] == ("Delete", "refused", "delete.not-gone")
    ann.documents[note["id"]] = {"@context": AS2, "id": note["id"], "type": "Tombstone"}
    await bob.send(forwarded(ann.activity("Delete", note["id"], to=[PUBLIC])))
    assert await shown(open_instance, post) == []


@pytest.mark.parametrize("content", [{"content": ""}, {"content": None}, {"content": None, "contentMap": {}}])
async def test_an_answer_that_is_only_a_picture_is_its_description(
    open_instance: RunningInstance, ann: Peer, content: dict[str, Any]
) -> None:
    post = await open_instance.publish("Hello")
    picture = {"type": "Document", "mediaType": "image/png", "url": f"{ann.base}/cat.png", "name": "A cat, asleep"}
    note = {**ann.note(post.uri, ""), **content, "attachment": [picture]}
    assert (await ann.send(ann.create(note))).status == 202
    [html] = await shown(open_instance, post)
    assert "A cat, asleep" in html
    assert f'href="{ann.base}/cat.png"' in html
    assert "<img" not in html


async def test_a_group_passes_on_what_its_members_wrote_elsewhere(
    open_instance: RunningInstance, ann: Peer, bob: Peer, clock: FakeClock
) -> None:
    post = await open_instance.publish("Hello")
    bob.documents[bob.actor] = bob.actor_document(type="Group")
    note = ann.note(post.uri, "<p>In the group.</p>")
    twisted = ann.create({**note, "content": "<p>Twisted.</p>"})
    await bob.send(bob.activity("Announce", twisted, to=[PUBLIC], cc=[f"{bob.actor}/followers"]))
    assert await shown(open_instance, post) == ["<p>In the group.</p>"]
    current = await open_instance.store.posts.find(post.id)
    assert current is not None
    assert current.counts.shares == 0


@pytest.mark.parametrize(
    "change",
    [
        {"content": ""},
        {"content": "<p>Hijacked.</p>"},
        {"to": ["https://blog.example/actor"], "cc": []},
        {"tag": [{"type": "Hashtag", "name": "#noblog"}]},
        {"name": "a vote", "content": None},
        {"inReplyTo": "https://elsewhere.example/1"},
    ],
)
@pytest.mark.parametrize("type", ["Create", "Update", "Announce", "ReplyRequest"])
async def test_a_neighbour_cannot_touch_a_comment(
    open_instance: RunningInstance, ann: Peer, rsa_keys: list[RSAPrivateKey], type: str, change: dict[str, Any]
) -> None:
    bea = ann.neighbour("bea", rsa_keys[3])
    bea.documents[bea.actor] = bea.actor_document()
    post = await open_instance.publish("Tea")
    note = await ann.reply(post.uri, "<p>Precious words.</p>")
    await open_instance.settle()
    forged = {**note, "attributedTo": bea.actor, "updated": "2099-01-01T00:00:00Z", **change}
    activity = bea.activity(type, forged, to=forged["to"])
    if type == "ReplyRequest":
        activity = bea.activity(type, post.uri, instrument=forged)
    await bea.send(activity)
    open_instance.clock.advance(days=1)
    await open_instance.settle()
    assert await shown(open_instance, post) == ["<p>Precious words.</p>"]
    await ann.edit(note, "<p>More precious words.</p>")
    await open_instance.settle()
    assert await shown(open_instance, post) == ["<p>More precious words.</p>"]
