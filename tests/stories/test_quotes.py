"""Somebody wants to quote a post: allowed with a stamp, or not, as its author has chosen."""

import pytest

from syndicate.model.post import Post, QuotePolicy
from syndicate.storage.authorizations import AuthorizationKind
from tests.instances import ACTIVITY, RunningInstance
from tests.peer import Peer


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


async def test_who_quotes_a_post_hears_of_its_changes_and_of_its_end(
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
