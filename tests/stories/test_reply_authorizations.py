"""Who may reply is said on each post, kept at the inbox, and stamped for those who ask."""

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.storage.authorizations import AuthorizationKind
from tests.instances import ACTIVITY, RunningInstance
from tests.peer import PUBLIC, Peer

GTS = "https://gotosocial.org/ns#"


async def ask(peer: Peer, target: str, content: str = "<p>May I?</p>") -> tuple[str, str]:
    """A ReplyRequest as GoToSocial sends it; the ids of request and reply."""
    note = peer.note(target, content)
    request = peer.activity("ReplyRequest", target, instrument=note, to=["https://blog.example/actor"])
    request["@context"] = [request["@context"], GTS]
    assert (await peer.send(request, path="/actor/inbox")).status == 202
    return request["id"], note["id"]


@pytest.mark.parametrize(
    ("comments_open", "expected"),
    [
        (True, {"automaticApproval": ["https://blog.example/actor"], "manualApproval": [PUBLIC]}),
        (False, {"automaticApproval": ["https://blog.example/actor"]}),
    ],
)
async def test_the_policy_says_what_the_inbox_does(
    instance: RunningInstance, comments_open: bool, expected: dict[str, list[str]]
) -> None:
    post = await instance.publish("Tea", comments_open=comments_open)
    policy = (await instance.document(post.uri))["interactionPolicy"]
    assert policy["canReply"] == expected
    assert policy["canLike"] == policy["canAnnounce"] == {"automaticApproval": [PUBLIC]}


async def test_where_nobody_waits_everybody_may_reply(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Tea")
    assert (await open_instance.document(post.uri))["interactionPolicy"]["canReply"] == {"automaticApproval": [PUBLIC]}
    request, reply = await ask(ann, post.uri)
    await open_instance.settle()
    (accept,) = ann.of_type("Accept")
    assert accept["object"]["id"] == request
    stamp = await open_instance.document(accept["result"])
    assert stamp["type"] == "ReplyAuthorization"
    assert (stamp["interactingObject"], stamp["interactionTarget"]) == (reply, post.uri)
    assert stamp["attributedTo"] == "https://blog.example/actor"


async def test_a_reply_request_is_answered_when_the_author_has_decided(
    instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    post = await instance.publish("Tea")
    request, reply = await ask(ann, post.uri)
    other, spam = await ask(bob, post.uri, "<p>Buy!</p>")
    await instance.settle()
    assert not ann.of_type("Accept")
    await instance.decide(reply, "approve")
    await instance.decide(spam, "spam")
    await instance.settle()
    assert [accept["object"]["id"] for accept in ann.of_type("Accept")] == [request]
    assert [reject["object"]["id"] for reject in bob.of_type("Reject")] == [other]
    assert "May I?" in (await instance.get(post.path)).text


async def test_where_comments_are_closed_the_answer_is_no(instance: RunningInstance, ann: Peer) -> None:
    post = await instance.publish("Tea", comments_open=False)
    request, _ = await ask(ann, post.uri)
    await instance.settle()
    assert [reject["object"]["id"] for reject in ann.of_type("Reject")] == [request]


async def test_a_reply_that_is_rejected_later_loses_its_stamp(instance: RunningInstance, ann: Peer) -> None:
    post = await instance.publish("Tea")
    _, reply = await ask(ann, post.uri)
    await instance.settle()
    await instance.decide(reply, "approve")
    await instance.settle()
    stamp = ann.of_type("Accept")[0]["result"]
    assert (await instance.get(stamp, accept=ACTIVITY)).status == 200
    await instance.decide(reply, "reject")
    await instance.settle()
    assert [delete["object"] for delete in ann.of_type("Delete")] == [stamp]
    assert (await instance.get(stamp, accept=ACTIVITY)).status == 410


async def test_leave_for_somebody_elses_reply_cannot_be_asked(
    open_instance: RunningInstance, ann: Peer, mallory: Peer
) -> None:
    post = await open_instance.publish("Tea")
    note = ann.note(post.uri, "<p>Never said.</p>")
    await mallory.send(mallory.activity("ReplyRequest", post.uri, instrument=note))
    await mallory.send(mallory.activity("ReplyRequest", post.uri, instrument={**note, "id": "https://evil.example/1"}))
    await open_instance.settle()
    assert await open_instance.comments(post) == []
    assert {outcome for _, outcome, _ in await open_instance.verdicts()} == {"refused"}
    assert not mallory.of_type("Accept")


@pytest.fixture
def neighbour(ann: Peer, rsa_keys: list[RSAPrivateKey]) -> Peer:
    """@bea@social.example, on Ann's server."""
    bea = ann.neighbour("bea", rsa_keys[3])
    bea.documents[bea.actor] = bea.actor_document()
    return bea


async def test_leave_is_given_for_what_is_answered_and_for_nothing_else(
    open_instance: RunningInstance, ann: Peer
) -> None:
    opened, closed = await open_instance.publish("Tea"), await open_instance.publish("Closed", comments_open=False)
    note = await ann.reply(opened.uri)
    under = await ann.reply(note["id"])
    await open_instance.settle()
    for target, reply in ((closed.uri, note), (opened.uri, under), (note["id"], note)):
        await ann.send(ann.activity("ReplyRequest", target, instrument=reply["id"]), path="/actor/inbox")
    await open_instance.settle()
    assert not ann.of_type("Accept")
    assert len(ann.of_type("Reject")) == 3
    for target, reply in ((opened.uri, note), (note["id"], under)):
        await ann.send(ann.activity("ReplyRequest", target, instrument=reply["id"]), path="/actor/inbox")
        await open_instance.settle()
        stamp = await open_instance.document(ann.of_type("Accept")[-1]["result"])
        assert (stamp["interactingObject"], stamp["interactionTarget"]) == (reply["id"], target)


async def test_nobody_asks_in_place_of_a_neighbour(instance: RunningInstance, ann: Peer, neighbour: Peer) -> None:
    post = await instance.publish("Tea")
    note = ann.note(post.uri, "<p>May I?</p>")
    await neighbour.send(neighbour.activity("ReplyRequest", post.uri, instrument=note["id"]), path="/actor/inbox")
    await instance.settle()
    request = ann.activity("ReplyRequest", post.uri, instrument=note)
    await ann.send(request, path="/actor/inbox")
    await neighbour.send(neighbour.activity("ReplyRequest", post.uri, instrument=note["id"]), path="/actor/inbox")
    await instance.settle()
    await instance.decide(note["id"], "approve")
    await instance.settle()
    assert [(accept["to"], accept["object"]["id"]) for accept in ann.of_type("Accept")] == [
        ([ann.actor], request["id"])
    ]
    stamp = await instance.store.authorizations.find_by_object(note["id"], AuthorizationKind.REPLY)
    assert stamp is not None
    assert stamp.actor == ann.actor


@pytest.mark.parametrize("before", ["a Create", "a request", "nothing"])
async def test_a_repeated_reply_request_gets_the_decision(instance: RunningInstance, ann: Peer, before: str) -> None:
    post = await instance.publish("Tea")
    note = ann.note(post.uri, "<p>May I?</p>")
    if before == "a Create":
        await ann.send(ann.create(note))
    elif before == "a request":
        await ann.send(ann.activity("ReplyRequest", post.uri, instrument=note), path="/actor/inbox")
    await instance.settle()
    request = ann.activity("ReplyRequest", post.uri, instrument=note)
    await ann.send(request, path="/actor/inbox")
    await instance.settle()
    assert ann.received == []
    await instance.decide(note["id"], "approve")
    await instance.settle()
    assert [activity["type"] for activity in ann.received] == ["Accept"]
    assert ann.received[0]["object"]["id"] == request["id"]


async def test_every_stamp_that_is_handed_out_can_be_fetched(instance: RunningInstance, ann: Peer) -> None:
    post = await instance.publish("Tea")
    _, reply = await ask(ann, post.uri)
    await instance.settle()
    for decision in ("approve", "reject", "approve"):
        await instance.decide(reply, decision)
        await ann.send(ann.activity("ReplyRequest", post.uri, instrument=reply), path="/actor/inbox")
        await instance.settle()
    given = [accept["result"] for accept in ann.of_type("Accept")]
    assert len(given) >= 3
    assert (await instance.document(given[-1]))["interactingObject"] == reply


async def test_leave_to_reply_is_none_to_quote(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Tea")
    _, reply = await ask(ann, post.uri)
    await open_instance.settle()
    await ann.send(ann.activity("QuoteRequest", post.uri, instrument=reply), path="/actor/inbox")
    await open_instance.settle()
    stamps = [await open_instance.document(accept["result"]) for accept in ann.of_type("Accept")]
    assert [stamp["type"] for stamp in stamps] == ["ReplyAuthorization", "QuoteAuthorization"]
    assert len(await open_instance.store.authorizations.list_newest(AuthorizationKind.QUOTE, 10)) == 1


async def test_a_stamp_goes_with_the_reply(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Tea")
    _, reply = await ask(ann, post.uri)
    await open_instance.settle()
    stamp = ann.of_type("Accept")[0]["result"]
    await ann.delete({"id": reply})
    await open_instance.settle()
    assert (await open_instance.get(stamp, accept=ACTIVITY)).status == 404
