"""Another key for the blog: told with the old one, then used, and nobody is lost."""

from datetime import timedelta

from cryptography.hazmat.primitives.serialization import load_pem_public_key

from syndicate.errors import SignatureRejected
from syndicate.signatures import Message, load_public_key, read_signature
from syndicate.storage.hosts import Host
from syndicate.transport.message import Request
from tests.clocks import FakeClock
from tests.houses import RunningHouse
from tests.peer import Peer


def is_signed_with(request: Request, pem: str, clock: FakeClock) -> bool:
    headers = (*request.headers, ("Host", request.url.split("/")[2]))
    message = Message(method=request.method, url=request.url, headers=headers, body=request.body or b"")
    try:
        read_signature(message, now=clock()).verify(load_public_key(pem))
    except SignatureRejected:
        return False
    return True


async def key_of(house: RunningHouse) -> str:
    pem: str = (await house.document("/actor"))["publicKey"]["publicKeyPem"]
    load_pem_public_key(pem.encode())
    return pem


async def ask(house: RunningHouse) -> bool:
    asked = await house.store.transaction(lambda tx: tx.local_actors.ask_rotation("blog"))
    await house.house.study.identities.renew()
    return asked


async def test_the_news_is_signed_with_the_old_key_and_everything_later_with_the_new(
    house: RunningHouse, ann: Peer, clock: FakeClock
) -> None:
    await ann.follow()
    await house.settle()
    old = await key_of(house)
    assert await ask(house)
    await house.house.rotation.step()
    assert await key_of(house) == old
    await house.publish("In between")
    await house.settle()
    (update,) = ann.of_type("Update")
    new = update["object"]["publicKey"]["publicKeyPem"]
    assert update["object"]["id"] == "https://blog.example/actor"
    assert update["object"]["publicKey"]["id"] == "https://blog.example/actor#main-key"
    assert new != old
    assert is_signed_with(ann.requests[-1], old, clock)
    assert not ann.of_type("Create")
    await house.house.rotation.step()
    clock.advance(seconds=15)
    await house.settle()
    assert await key_of(house) == new
    assert len(ann.of_type("Create")) == 1
    assert is_signed_with(ann.requests[-1], new, clock)
    assert not is_signed_with(ann.requests[-1], old, clock)


async def test_a_server_that_was_away_gets_the_news_with_the_old_key_later(
    house: RunningHouse, ann: Peer, clock: FakeClock
) -> None:
    await ann.follow()
    await house.settle()
    old = await key_of(house)
    ann.inbox_status = 503
    await ask(house)
    await house.house.rotation.step()
    await house.settle()
    await house.house.rotation.step()
    assert await key_of(house) != old
    ann.inbox_status = 202
    clock.advance(seconds=3600)
    await house.settle()
    assert len(ann.of_type("Update")) == 1
    assert is_signed_with(ann.requests[-1], old, clock)


async def test_a_change_waits_for_nobody_longer_than_ten_minutes(house: RunningHouse, clock: FakeClock) -> None:
    old = await key_of(house)
    await ask(house)
    await house.house.rotation.step()
    await house.house.rotation.step()
    assert await key_of(house) == old, "the news is not spread yet"
    clock.advance(seconds=601)
    await house.house.rotation.step()
    assert await key_of(house) != old


async def test_a_change_does_not_wait_for_a_server_that_is_paused(
    house: RunningHouse, ann: Peer, bob: Peer, clock: FakeClock
) -> None:
    for peer in (ann, bob):
        await peer.follow()
    await house.settle()
    old = await key_of(house)
    paused = Host(host=bob.host, failures=5, paused_until=clock() + timedelta(hours=12), failing_since=clock())
    await house.store.transaction(lambda tx: tx.hosts.put(paused, now=clock()))
    await ask(house)
    await house.house.rotation.step()
    await house.settle()
    assert len(ann.of_type("Update")) == 1
    assert not bob.of_type("Update")
    await house.house.rotation.step()
    assert await key_of(house) != old


async def test_a_second_change_cannot_be_asked_for_while_one_is_under_way(house: RunningHouse) -> None:
    assert await ask(house)
    assert not await ask(house)
    await house.house.rotation.step()
    assert not await ask(house)


async def test_a_change_that_broke_off_between_database_and_disk_is_ended_by_the_next_start(
    house: RunningHouse, ann: Peer, clock: FakeClock
) -> None:
    await ask(house)
    await house.house.rotation.step()
    await house.store.transaction(lambda tx: tx.local_actors.end_rotation("blog"))
    identities = house.house.study.identities
    await identities.renew()
    stored = next(actor for actor in await house.store.local_actors.all() if actor.id == "blog")
    assert identities.blog.actor.public_key_pem == stored.public_key_pem
    assert not (house.config.storage.keys / "blog.next.pem").exists()
    assert (house.config.storage.keys / "blog.previous.pem").exists()
