"""An account claims a handle on another host than its id (FEP-2c59): that host has to confirm it."""

from tests.clocks import FakeClock
from tests.instances import RunningInstance
from tests.peer import ACTIVITY, Peer


def claims(ann: Peer, links_to: str) -> str:
    """She claims a handle on another host, whose WebFinger links to `links_to`; returns the address that is asked."""
    address = "https://handles.example/.well-known/webfinger?resource=acct:ann.lee@handles.example"
    ann.documents[ann.actor] = ann.actor_document(webfinger="acct:ann.lee@Handles.example")
    ann.documents[address] = {"links": [{"rel": "self", "type": ACTIVITY, "href": links_to}]}
    ann.wire.connect_server("handles.example", ann.answer)
    return address


async def handles(instance: RunningInstance, ann: Peer, *texts: str) -> list[str]:
    """The handles under which her comments stand, a day between them."""
    post = await instance.publish("Hello")
    for text in texts:
        await ann.reply(post.uri, f"<p>{text}</p>")
        await instance.settle()
        instance.clock.advance(days=2)
    return [comment.author.handle for comment in await instance.comments(post)]


async def test_a_confirmed_handle_is_used_and_not_asked_for_again(open_instance: RunningInstance, ann: Peer) -> None:
    asked = claims(ann, ann.actor)
    assert await handles(open_instance, ann, "One", "Two") == ["@ann.lee@handles.example"] * 2
    assert ann.fetched(asked) == 1
    actor = await open_instance.store.remote_actors.find_by_handle("@ann.lee@handles.example")
    assert actor is not None
    assert actor.uri == ann.actor


async def test_a_handle_of_somebody_else_is_not_used(open_instance: RunningInstance, ann: Peer, bob: Peer) -> None:
    claims(ann, bob.actor)
    assert await handles(open_instance, ann, "One", "Two") == ["@ann@social.example"] * 2


async def test_a_handle_is_confirmed_later_if_its_host_is_down(
    open_instance: RunningInstance, ann: Peer, clock: FakeClock
) -> None:
    asked = claims(ann, ann.actor)
    ann.statuses[asked] = 503
    assert await handles(open_instance, ann, "One") == ["@ann@social.example"]
    del ann.statuses[asked]
    assert await handles(open_instance, ann, "Two") == ["@ann.lee@handles.example"] * 2, "the first comment, too"
