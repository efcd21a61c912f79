"""Somebody wants to quote a post: allowed with a stamp, or not, as its author has chosen."""

from typing import Any

import pytest

from syndicate.comments import quotes
from syndicate.errors import InputError, QuoteNotFound
from syndicate.model.post import Post, QuotePolicy
from syndicate.storage.authorizations import AuthorizationKind
from syndicate.storage.blocks import Block
from tests.instances import ACTIVITY, RunningInstance
from tests.peer import PUBLIC, Peer


def asking(peer: Peer, post: Post, *, quoted: str | None = None, author: str | None = None) -> dict[str, object]:
    note = {
        "id": f"{peer.base}/notes/quote-1",
        "type": "Note",
        "attributedTo": author or peer.actor,
        "quote": quoted or post.uri,
        "content": "<p>Read this.</p>",
    }
    return peer.activity("QuoteRequest", post.uri, instrument=note)


async def test_a_quote_is_allowed_with_a_stamp_that_anybody_can_fetch(instance: RunningInstance, ann: Peer) -> None:
    post = await instance.publish("Hello")
    policy = (await instance.document(post.uri))["interactionPolicy"]
    assert policy["canQuote"] == {"automaticApproval": ["https://www.w3.org/ns/activitystreams#Public"]}
    request = asking(ann, post)
    assert (await ann.send(request, path="/actor/inbox")).status == 202
    await instance.settle()
    [accept] = ann.of_type("Accept")
    assert accept["object"]["id"] == request["id"]
    stamp = await instance.document(accept["result"])
    assert (stamp["type"], stamp["id"], stamp["attributedTo"]) == (
        "QuoteAuthorization",
        accept["result"],
        "https://blog.example/actor",
    )
    assert (stamp["interactingObject"], stamp["interactionTarget"]) == (f"{ann.base}/notes/quote-1", post.uri)


@pytest.mark.parametrize("named", ["permalink", "id"])
async def test_a_request_may_name_any_address_of_the_post(instance: RunningInstance, ann: Peer, named: str) -> None:
    post = await instance.publish("Hello")
    addresses = {"permalink": f"https://blog.example{post.path}?utm_source=x", "id": post.uri}
    other = next(address for name, address in addresses.items() if name != named)
    request = {**asking(ann, post, quoted=other), "object": addresses[named]}
    await ann.send(request, path="/actor/inbox")
    await instance.settle()
    [accept] = ann.of_type("Accept")
    assert accept["object"]["object"] == addresses[named], "as it was asked"
    assert (await instance.document(accept["result"]))["interactionTarget"] == post.uri


@pytest.mark.parametrize(("quotes", "follows", "answer"), [
    (QuotePolicy.NOBODY, True, "Reject"),
    (QuotePolicy.FOLLOWERS, False, "Reject"),
    (QuotePolicy.FOLLOWERS, True, "Accept"),
])  # fmt: skip
async def test_the_author_chooses_who_may_quote(
    instance: RunningInstance, ann: Peer, quotes: QuotePolicy, follows: bool, answer: str
) -> None:
    post = await instance.publish("Hello", quotes=quotes)
    if follows:
        await ann.follow()
        await instance.settle()
        ann.received.clear()
    await ann.send(asking(ann, post))
    await instance.settle()
    [received] = ann.received
    assert (received["type"], received["object"]["type"]) == (answer, "QuoteRequest")
    assert ("result" in received) is (answer == "Accept")


async def test_the_author_of_a_quote_receives_changes_and_the_deletion_of_the_post(
    instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    post = await instance.publish("Hello", quotes=QuotePolicy.FOLLOWERS)
    await ann.follow()
    for peer in (ann, bob):
        await peer.send(asking(peer, post))
        await instance.settle()
    await ann.unfollow()
    instance.clock.advance(minutes=1)
    await instance.publish("Hello", source="Other words.")
    await instance.settle()
    await instance.delete("hello")
    await instance.settle()
    assert (len(ann.of_type("Update")), len(ann.of_type("Delete"))) == (1, 1)
    assert bob.of_type("Update") == bob.of_type("Delete") == []  # whose quote was not allowed


async def test_a_stamp_goes_with_the_quote_and_with_the_post(instance: RunningInstance, ann: Peer) -> None:
    post = await instance.publish("Hello")
    await ann.send(asking(ann, post))
    await instance.settle()
    stamp = ann.of_type("Accept")[0]["result"]
    await ann.delete({"id": f"{ann.base}/notes/quote-1"})
    await instance.settle()
    assert (await instance.get(stamp, accept="application/activity+json")).status == 404

    await ann.send({**asking(ann, post), "id": f"{ann.base}/activities/again"})
    await instance.settle()
    stamp = ann.of_type("Accept")[-1]["result"]
    assert (await instance.document(stamp))["interactionTarget"] == post.uri
    await instance.delete(post.slug)
    assert (await instance.get(stamp, accept="application/activity+json")).status == 404


async def test_nobody_gets_a_stamp_for_anothers_words(instance: RunningInstance, ann: Peer, bob: Peer) -> None:
    post = await instance.publish("Hello")
    await ann.send(asking(ann, post, author=bob.actor))
    await ann.send({**asking(ann, post, quoted=f"{bob.base}/notes/9"), "id": f"{ann.base}/activities/other"})
    await instance.settle()
    assert [reason for _, _, reason in await instance.verdicts()] == ["quote.not-theirs", "quote.not-theirs"]
    assert ann.received == []


async def test_the_author_takes_leave_back_and_it_is_not_given_again(
    instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    await bob.follow()
    post = await instance.publish("Quotable")
    await ann.send(asking(ann, post))
    quote = f"{ann.base}/notes/quote-1"
    await instance.settle()
    stamp = ann.of_type("Accept")[0]["result"]
    authorizations = instance.server.services.authorizations
    kept = await instance.store.authorizations.find_by_object(quote, AuthorizationKind.QUOTE)
    assert kept is not None
    await instance.store.transaction(lambda tx: authorizations.revoke(tx, kept, post))
    await instance.settle()
    for peer in (ann, bob):
        assert [delete["object"] for delete in peer.of_type("Delete")] == [stamp]
    assert (await instance.get(stamp, accept=ACTIVITY)).status == 410
    await ann.send(asking(ann, post))
    await instance.settle()
    assert len(ann.of_type("Accept")) == 1
    assert ann.of_type("Reject")
    await instance.store.transaction(lambda tx: tx.authorizations.delete(kept.uri))
    await ann.send(asking(ann, post))
    await instance.settle()
    assert len(ann.of_type("Accept")) == 2


async def quoting(instance: RunningInstance, peer: Peer, post: Post, text: str, **more: Any) -> dict[str, Any]:
    """A public post that quotes, without asking."""
    note = peer.note("", text, quoteUrl=post.uri, **more)
    await peer.send(peer.create(note))
    await instance.settle()
    return note


async def test_the_author_shows_a_quote_under_the_post_until_either_side_ends_that(
    open_instance: RunningInstance, ann: Peer
) -> None:
    instance, post = open_instance, await open_instance.publish("Hello")
    note = await quoting(instance, ann, post, "<p>Read <script>x</script>this.</p>")
    assert "Read" not in (await instance.get(post.path)).text, "it waits for the author's consent"
    await quotes.show(instance.store, note["id"])
    page = (await instance.get(post.path)).text
    assert '<section class="comments quotes" id="quotes">' in page
    assert "<p>Read this.</p>" in page
    assert f'href="{note["url"]}"' in page
    assert ">Ann</bdi>" in page
    await quotes.hide(instance.store, note["id"])
    assert "Read this." not in (await instance.get(post.path)).text
    await quotes.show(instance.store, note["id"])
    instance.clock.advance(minutes=1)
    await ann.edit(note, "<p>Read it all.</p>")
    await instance.settle()
    assert "Read it all." in (await instance.get(post.path)).text, "an edit keeps what was decided"
    await ann.send(ann.activity("Delete", note["id"], to=[PUBLIC]))
    await instance.settle()
    assert "quotes" not in (await instance.get(post.path)).text
    with pytest.raises(QuoteNotFound):
        await quotes.show(instance.store, note["id"])


@pytest.mark.parametrize("end", ["no blog", "private", "not quoting", "blocked", "account deleted"])
async def test_a_shown_quote_goes_when_it_may_no_longer_be_shown(
    open_instance: RunningInstance, ann: Peer, end: str
) -> None:
    instance, post = open_instance, await open_instance.publish("Hello")
    note = await quoting(instance, ann, post, "<p>Read this.</p>")
    await quotes.show(instance.store, note["id"])
    assert "Read this." in (await instance.get(post.path)).text
    instance.clock.advance(minutes=1)
    match end:
        case "no blog":
            await ann.edit(note, "<p>Read this. #noblog</p>")
        case "private":
            await ann.edit({**note, "to": [f"{ann.actor}/followers"], "cc": []}, "<p>Read this.</p>")
        case "not quoting":
            await ann.edit({**note, "quoteUrl": None}, "<p>Read this.</p>")
        case "blocked":
            blocked = Block(pattern=ann.host, reason="", created=instance.clock())
            await instance.server.services.blocking.block(blocked)
        case _:
            await ann.send(ann.activity("Delete", ann.actor, to=[PUBLIC]))
    await instance.settle()
    assert "Read this." not in (await instance.get(post.path)).text
    if end == "blocked":
        await instance.server.services.blocking.unblock(ann.host)
        assert "Read this." in (await instance.get(post.path)).text
    if end == "no blog":
        with pytest.raises(InputError, match="noblog"):
            await quotes.show(instance.store, note["id"])


async def test_a_quote_that_is_a_comment_stands_there_once(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Hello")
    note = ann.note(post.uri, "<p>Read this.</p>", quoteUrl=post.uri)
    await ann.send(ann.create(note))
    await open_instance.settle()
    await quotes.show(open_instance.store, note["id"])
    assert (await open_instance.get(post.path)).text.count("<p>Read this.</p>") == 1
