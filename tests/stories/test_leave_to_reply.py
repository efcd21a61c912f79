"""Who may reply is said on each post, kept at the inbox, and stamped for those who ask."""

import pytest

from tests.houses import ACTIVITY, RunningHouse
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
    house: RunningHouse, comments_open: bool, expected: dict[str, list[str]]
) -> None:
    post = await house.publish("Tea", comments_open=comments_open)
    policy = (await house.document(post.uri))["interactionPolicy"]
    assert policy["canReply"] == expected
    assert policy["canLike"] == policy["canAnnounce"] == {"automaticApproval": [PUBLIC]}


async def test_where_nobody_waits_everybody_may_reply(open_house: RunningHouse, ann: Peer) -> None:
    post = await open_house.publish("Tea")
    assert (await open_house.document(post.uri))["interactionPolicy"]["canReply"] == {"automaticApproval": [PUBLIC]}
    request, reply = await ask(ann, post.uri)
    await open_house.settle()
    (accept,) = ann.of_type("Accept")
    assert accept["object"]["id"] == request
    stamp = await open_house.document(accept["result"])
    assert stamp["type"] == "ReplyAuthorization"
    assert (stamp["interactingObject"], stamp["interactionTarget"]) == (reply, post.uri)
    assert stamp["attributedTo"] == "https://blog.example/actor"


async def test_who_asks_hears_when_the_author_has_decided(house: RunningHouse, ann: Peer, bob: Peer) -> None:
    post = await house.publish("Tea")
    request, reply = await ask(ann, post.uri)
    other, spam = await ask(bob, post.uri, "<p>Buy!</p>")
    await house.settle()
    assert not ann.of_type("Accept")
    await house.decide(reply, "approve")
    await house.decide(spam, "spam")
    await house.settle()
    assert [accept["object"]["id"] for accept in ann.of_type("Accept")] == [request]
    assert [reject["object"]["id"] for reject in bob.of_type("Reject")] == [other]
    assert "May I?" in (await house.get(post.path)).text


async def test_where_comments_are_closed_the_answer_is_no(house: RunningHouse, ann: Peer) -> None:
    post = await house.publish("Tea", comments_open=False)
    request, _ = await ask(ann, post.uri)
    await house.settle()
    assert [reject["object"]["id"] for reject in ann.of_type("Reject")] == [request]


async def test_a_reply_that_is_rejected_later_loses_its_stamp(house: RunningHouse, ann: Peer) -> None:
    post = await house.publish("Tea")
    _, reply = await ask(ann, post.uri)
    await house.settle()
    await house.decide(reply, "approve")
    await house.settle()
    stamp = ann.of_type("Accept")[0]["result"]
    assert (await house.get(stamp, accept=ACTIVITY)).status == 200
    await house.decide(reply, "reject")
    await house.settle()
    assert [delete["object"] for delete in ann.of_type("Delete")] == [stamp]
    assert (await house.get(stamp, accept=ACTIVITY)).status == 410


async def test_leave_for_somebody_elses_reply_cannot_be_asked(
    open_house: RunningHouse, ann: Peer, mallory: Peer
) -> None:
    post = await open_house.publish("Tea")
    note = ann.note(post.uri, "<p>Never said.</p>")
    await mallory.send(mallory.activity("ReplyRequest", post.uri, instrument=note))
    await mallory.send(mallory.activity("ReplyRequest", post.uri, instrument={**note, "id": "https://evil.example/1"}))
    await open_house.settle()
    assert await open_house.comments(post) == []
    assert {outcome for _, outcome, _ in await open_house.verdicts()} == {"refused"}
    assert not mallory.of_type("Accept")
