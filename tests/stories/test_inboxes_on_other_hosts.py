"""An actor whose inbox lies on another host than its id, as WordPress.com has it: it takes part, within limits."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.signatures import public_pem
from syndicate.transport.message import Request, Response
from tests.clocks import FakeClock
from tests.instances import RunningInstance
from tests.peer import Peer
from tests.wire import Wire

DOCUMENT = Path(__file__).parents[1] / "documents" / "wordpress" / "actor-inbox-on-another-host.json"
Make = Callable[..., Peer]


class Inboxes:
    """A server that has nothing but inboxes."""

    def __init__(self, wire: Wire, host: str = "api.blogs.example") -> None:
        self.host, self.status = host, 202
        self.taken: list[dict[str, Any]] = []
        self.requests = 0
        wire.connect_server(host, self.answer)

    async def answer(self, request: Request) -> Response:
        self.requests += 1
        if self.status == 202:
            self.taken.append(json.loads(request.body or b"{}"))
        return Response(status=self.status, headers={}, url=request.url)

    def types(self) -> list[str]:
        return [activity["type"] for activity in self.taken]


@pytest.fixture
def inboxes(wire: Wire) -> Inboxes:
    return Inboxes(wire)


@pytest.fixture
def make(wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]) -> Make:
    def make(inbox: str = "", host: str = "someone.blogs.example", name: str = "someone") -> Peer:
        """An actor in the form of WordPress.com's, with its inbox there."""
        peer = Peer(wire, clock, rsa_keys[4], host=host, name=name)
        document = json.loads(DOCUMENT.read_text())
        key = {"id": peer.key_id, "owner": peer.actor, "publicKeyPem": public_pem(peer.key)}
        document |= {"id": peer.actor, "preferredUsername": name, "publicKey": key}
        peer.documents[peer.actor] = document | ({"inbox": inbox} if inbox else {})
        return peer

    return make


async def test_it_follows_and_comments_and_gets_posts(instance: RunningInstance, make: Make, inboxes: Inboxes) -> None:
    someone = make()
    assert (await someone.follow()).status == 202
    await instance.settle()
    assert inboxes.types() == ["Accept"]
    post = await instance.publish("Tea")
    await instance.settle()
    assert inboxes.types() == ["Accept", "Create"]
    await someone.reply(post.uri)
    await instance.settle()
    assert len(await instance.comments(post)) == 1
    assert not [request for request in someone.requests if request.method == "POST"], (
        "nothing goes to the host of its id"
    )


async def test_a_shared_inbox_on_another_host_is_ignored(
    instance: RunningInstance, make: Make, inboxes: Inboxes
) -> None:
    someone = make()
    document = someone.documents[someone.actor]
    document["endpoints"] = {"sharedInbox": "https://victim.example/inbox"}
    await someone.follow()
    await instance.settle()
    [follower] = await instance.store.followers.list_page("blog", before=None, limit=9)
    assert follower.inbox == document["inbox"]


@pytest.mark.parametrize(
    "inbox", ["https://127.0.0.2/inbox", "https://10.0.0.1/inbox", "https://[::1]/inbox", "https://blog.example/inbox"]
)
async def test_a_follow_with_an_inbox_where_nothing_is_sent_is_refused(
    instance: RunningInstance, make: Make, inbox: str
) -> None:
    await make(inbox).follow()
    await instance.settle()
    assert await instance.verdicts() == [("Follow", "refused", "follow.inbox-refused")]
    assert await instance.store.followers.count("blog") == 0


async def test_a_key_on_another_host_is_none_of_the_actors(instance: RunningInstance, make: Make, ann: Peer) -> None:
    someone = make()
    key = {"id": f"{ann.actor}#stolen", "owner": someone.actor, "publicKeyPem": public_pem(someone.key)}
    someone.documents[someone.actor]["publicKey"] = key
    follow = someone.activity("Follow", "https://blog.example/actor")
    assert (await someone.send(follow, path="/actor/inbox", key_id=key["id"])).status == 401


async def test_posts_go_there_only_after_the_host_has_taken_an_accept(
    instance: RunningInstance, make: Make, inboxes: Inboxes
) -> None:
    inboxes.status = 404
    someone = make()
    await someone.follow()
    await instance.settle()
    post = await instance.publish("Tea")
    await someone.like(post.uri)
    await instance.settle()
    await instance.publish("Tea", source="Changed.")
    await instance.settle()
    assert inboxes.requests == 1
    inboxes.status = 202
    await make(host="other.blogs.example", name="other").follow()
    await instance.settle()
    await instance.publish("Buns")
    await instance.settle()
    assert inboxes.types() == ["Accept", "Create"], "both have the same inbox, and it is one"


async def test_made_up_actors_do_not_make_us_flood_somebody(instance: RunningInstance, make: Make, wire: Wire) -> None:
    victim = Inboxes(wire, "victim.example")
    victim.status = 404
    peers = [make(f"https://victim.example/{number}", "evil.example", f"m{number}") for number in range(40)]
    for peer in peers:
        peer._numbers = peers[0]._numbers  # they are on one server
    documents = {address: document for peer in peers for address, document in peer.documents.items()}
    peers[-1].documents |= documents
    for _ in range(2):
        for peer in peers:
            instance.clock.advance(minutes=1)  # as fast as we ask for a stranger's keys
            await peer.follow()
            await peer.unfollow()
            await peer.follow()
        await instance.settle()
    assert victim.requests <= 20
    reasons = [reason for _, _, reason in await instance.verdicts()]
    assert "follow.inbox-refused" in reasons
