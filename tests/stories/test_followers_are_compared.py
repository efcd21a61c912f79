"""Two servers compare whom they believe to follow whom (FEP-8fcf), in both directions."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.activitypub.synchronization import digest_of
from syndicate.clock import to_text
from syndicate.model.blogroll import BlogrollEntry, FollowState
from syndicate.model.ids import new_id
from syndicate.signatures import Dialect
from syndicate.storage import Tables
from syndicate.storage.followers import Follower
from syndicate.transport.message import Request, Response
from tests.instances import RunningInstance
from tests.peer import AS2, Peer
from tests.signatures import senders
from tests.wire import Wire

BLOG = "https://blog.example/actor"
NOBODY = digest_of([])
THE_BLOG = digest_of([BLOG])
FOLLOW = "https://blog.example/activities/follow-1"


async def followed(instance: RunningInstance, peer: Peer, state: FollowState = FollowState.ACCEPTED) -> BlogrollEntry:
    """An entry of the blogroll."""
    entry = BlogrollEntry(id=new_id(instance.clock()), name=peer.name, url=f"{peer.base}/", actor=peer.actor)

    async def body(tx: Tables) -> None:
        await tx.blogroll.save(entry, added=to_text(instance.clock()))
        await tx.blogroll.set_follow(entry.id, state, FOLLOW)

    await instance.store.transaction(body)
    await instance.server.actors.refresh(peer.actor)
    return entry


def lists(peer: Peer, *ids: str) -> str:
    address = f"{peer.actor}/followers_synchronization"
    peer.documents[address] = {
        "@context": AS2,
        "id": address,
        "type": "OrderedCollection",
        "orderedItems": list(ids),
    }
    return address


async def say(
    peer: Peer, digest: str, *, dialect: Dialect = Dialect.CAVAGE, signed: bool = True, **more: str
) -> Response:
    """Send something, with the header."""
    values = {"collectionId": f"{peer.actor}/followers", "url": f"{peer.actor}/followers_synchronization"} | more
    header = ", ".join(f'{name}="{value}"' for name, value in {**values, "digest": digest}.items())
    body = json.dumps(peer.create(peer.note("https://elsewhere.example/notes/1", "<p>Hm.</p>"))).encode()
    headers = {"date": senders.http_date(peer.clock()), "collection-synchronization": header}
    headers["content-type"] = "application/activity+json"
    if dialect is Dialect.CAVAGE:
        covered = senders.MASTODON + (" collection-synchronization" if signed else "")
        message = senders.cavage(peer.key, covered=covered, key_id=peer.key_id, body=body, headers=headers)
    else:
        covered = '"@method" "@target-uri" "content-digest"' + (' "collection-synchronization"' if signed else "")
        parameters = f';created={int(peer.clock().timestamp())};keyid="{peer.key_id}"'
        message = senders.rfc9421(peer.key, covered=covered, parameters=parameters, body=body, headers=headers)
    sent = tuple((name, value) for name, value in message.headers if name not in ("host", "content-length"))
    response = await peer.wire.fetch(Request(method="POST", url=message.url, headers=sent, body=body))
    assert response.status == 202, response.body
    return response


async def state_of(instance: RunningInstance, peer: Peer) -> FollowState:
    entry = await instance.store.blogroll.find_by_actor(peer.actor)
    assert entry is not None
    return entry.follow


@pytest.mark.parametrize("dialect", Dialect)
async def test_who_no_longer_lists_the_blog_is_followed_no_longer(
    instance: RunningInstance, ann: Peer, dialect: Dialect
) -> None:
    await followed(instance, ann)
    address = lists(ann)
    await say(ann, NOBODY, dialect=dialect)
    assert ann.fetched(address) == 0  # nothing is asked while the sender waits
    await instance.settle()
    [asked] = [request for request in ann.requests if request.url == address]
    assert any(name.lower() == "signature" for name, _ in asked.headers)
    assert await state_of(instance, ann) is FollowState.REJECTED
    assert ann.received == []


async def test_a_server_that_lists_a_follow_that_does_not_exist_gets_an_undo(
    instance: RunningInstance, ann: Peer
) -> None:
    await followed(instance, ann, FollowState.NONE)
    lists(ann, BLOG)
    await say(ann, THE_BLOG)
    await instance.settle()
    [undo] = ann.of_type("Undo")
    assert undo["object"] == {"id": FOLLOW, "type": "Follow", "actor": BLOG, "object": ann.actor}


async def test_the_list_is_read_page_by_page(instance: RunningInstance, ann: Peer) -> None:
    await followed(instance, ann, FollowState.REJECTED)
    address = lists(ann)
    ann.documents[address] = {"@context": AS2, "id": address, "type": "OrderedCollection", "first": f"{address}?page=1"}
    for number, items in enumerate(([], [BLOG]), start=1):
        page = f"{address}?page={number}"
        ann.documents[page] = {"@context": AS2, "id": page, "type": "OrderedCollectionPage", "orderedItems": items}
    ann.documents[f"{address}?page=1"]["next"] = f"{address}?page=2"
    await say(ann, THE_BLOG)
    await instance.settle()
    assert len(ann.of_type("Undo")) == 1


@pytest.mark.parametrize(
    ("state", "digest"),
    [
        (FollowState.ACCEPTED, THE_BLOG),
        (FollowState.NONE, NOBODY),
        (FollowState.PENDING, THE_BLOG),
        (FollowState.PENDING, NOBODY),
    ],
)
async def test_who_agrees_is_not_asked(instance: RunningInstance, ann: Peer, state: FollowState, digest: str) -> None:
    await followed(instance, ann, state)
    address = lists(ann)
    await say(ann, digest)
    await instance.settle()
    assert ann.fetched(address) == 0
    assert await state_of(instance, ann) is state


async def test_a_header_that_is_not_signed_says_nothing(instance: RunningInstance, ann: Peer) -> None:
    await followed(instance, ann)
    address = lists(ann)
    for dialect in Dialect:
        await say(ann, NOBODY, dialect=dialect, signed=False)
    await instance.settle()
    assert ann.fetched(address) == 0
    assert await state_of(instance, ann) is FollowState.ACCEPTED


async def test_a_header_about_another_collection_or_another_server_says_nothing(
    instance: RunningInstance, wire: Wire, ann: Peer, bob: Peer
) -> None:
    await followed(instance, ann)
    lists(ann)
    await say(ann, NOBODY, collectionId=f"{bob.actor}/followers")
    await say(ann, NOBODY, url=f"{bob.actor}/followers_synchronization")
    await say(ann, NOBODY, url="https://social.example.evil.example/followers_synchronization")
    await instance.settle()
    assert not [request for request in wire.log if "followers_synchronization" in request.url]
    assert await state_of(instance, ann) is FollowState.ACCEPTED


async def test_of_whom_the_blog_does_not_know_nothing_is_asked(instance: RunningInstance, mallory: Peer) -> None:
    address = lists(mallory, BLOG)
    await say(mallory, THE_BLOG)
    await instance.settle()
    assert mallory.fetched(address) == 0
    assert mallory.received == []


async def test_a_followers_list_with_another_digest_changes_nothing(instance: RunningInstance, ann: Peer) -> None:
    await followed(instance, ann)
    lists(ann, "https://blog.example/actors/1")
    await say(ann, NOBODY)
    await instance.settle()
    assert await state_of(instance, ann) is FollowState.ACCEPTED


async def test_one_actor_is_asked_once_an_hour(instance: RunningInstance, ann: Peer) -> None:
    await followed(instance, ann)
    address = lists(ann, "https://blog.example/actors/1")
    for _ in range(3):
        await say(ann, NOBODY)
        await instance.settle()
    assert ann.fetched(address) == 1
    instance.clock.advance(hours=1, seconds=1)
    await say(ann, NOBODY)
    await instance.settle()
    assert ann.fetched(address) == 2


async def test_a_server_that_is_down_is_asked_later(instance: RunningInstance, ann: Peer) -> None:
    await followed(instance, ann)
    address = lists(ann)
    ann.statuses[address] = 503
    await say(ann, NOBODY)
    await instance.settle()
    assert await state_of(instance, ann) is FollowState.ACCEPTED
    del ann.statuses[address]
    instance.clock.advance(minutes=6)
    await instance.settle()
    assert await state_of(instance, ann) is FollowState.REJECTED


# the other way round


async def test_each_server_gets_the_digest_of_its_own_followers(
    instance: RunningInstance, ann: Peer, bob: Peer, rsa_keys: list[RSAPrivateKey], wire: Wire
) -> None:
    lookalike = Peer(wire, instance.clock, rsa_keys[4], host="social.example.evil.example", name="eve")
    ported = Peer(wire, instance.clock, rsa_keys[4], host="social.example:8443", name="eve")
    zoe = ann.neighbour("zoe", rsa_keys[5])
    for peer in (ann, bob, lookalike, ported, zoe):
        await peer.follow()
    await instance.settle()
    address = f"{BLOG}/followers_synchronization"
    for dialect in Dialect:
        answer = await ann.read(address, dialect=dialect)
        assert answer.status == 200
        document = json.loads(answer.body)
        assert (document["id"], document["type"]) == (address, "OrderedCollection")
        assert document["orderedItems"] == [ann.actor, zoe.actor]
        assert answer.headers["Cache-Control"] == "private, no-store"
    assert json.loads((await lookalike.read(address)).body)["orderedItems"] == [lookalike.actor]


async def test_an_unsigned_request_notifies_nobody(instance: RunningInstance, ann: Peer) -> None:
    await ann.follow()
    await instance.settle()
    answer = await instance.get("/actor/followers_synchronization", accept="application/activity+json")
    assert answer.status == 401
    assert ann.actor not in answer.text


async def test_a_server_with_many_followers_reads_on(instance: RunningInstance, ann: Peer) -> None:
    ids = [f"{ann.base}/users/{number:04}" for number in range(1500)]

    async def fill(tx: Tables) -> None:
        for id in ids:
            await tx.followers.save(
                Follower(local_actor="blog", actor=id, follow=id, inbox=ann.shared_inbox, since=instance.clock())
            )

    await instance.store.transaction(fill)
    found: list[str] = []
    document = json.loads((await ann.read(f"{BLOG}/followers_synchronization")).body)
    assert "orderedItems" not in document
    page = document["first"]
    while True:
        found += page["orderedItems"]
        if "next" not in page:
            break
        page = json.loads((await ann.read(page["next"])).body)
    assert found == ids
