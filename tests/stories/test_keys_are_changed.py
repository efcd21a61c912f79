"""Another key for the blog: told with the old one, then used, and nobody is lost."""

import json
import re
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from syndicate.errors import SignatureRejected
from syndicate.federation.actors.local_actors import LocalActors
from syndicate.signatures import Message, load_public_key, parse_signature, private_pem, public_pem
from syndicate.storage.hosts import Host
from syndicate.transport.message import Request, Response
from tests.clocks import FakeClock
from tests.instances import RunningInstance
from tests.peer import Peer


def is_signed_with(request: Request, pem: str, clock: FakeClock) -> bool:
    headers = (*request.headers, ("Host", request.url.split("/")[2]))
    message = Message(method=request.method, url=request.url, headers=headers, body=request.body or b"")
    try:
        parse_signature(message, now=clock()).verify(load_public_key(pem))
    except SignatureRejected:
        return False
    return True


async def key_of(instance: RunningInstance) -> str:
    pem: str = (await instance.document("/actor"))["publicKey"]["publicKeyPem"]
    load_pem_public_key(pem.encode())
    return pem


async def ask(instance: RunningInstance) -> bool:
    asked = await instance.store.transaction(lambda tx: tx.local_actors.request_rotation("blog"))
    await instance.server.services.local_actors.renew()
    return asked


async def test_the_news_is_signed_with_the_old_key_and_everything_later_with_the_new(
    instance: RunningInstance, ann: Peer, clock: FakeClock
) -> None:
    await ann.follow()
    await instance.settle()
    old = await key_of(instance)
    assert await ask(instance)
    await instance.server.rotation.step()
    assert await key_of(instance) == old
    await instance.publish("In between")
    await instance.settle()
    (update,) = ann.of_type("Update")
    new = update["object"]["publicKey"]["publicKeyPem"]
    assert update["object"]["id"] == "https://blog.example/actor"
    assert new != old
    assert is_signed_with(ann.requests[-1], old, clock)
    assert not ann.of_type("Create")
    await instance.server.rotation.step()
    clock.advance(seconds=15)
    await instance.settle()
    assert await key_of(instance) == new
    assert len(ann.of_type("Create")) == 1
    assert is_signed_with(ann.requests[-1], new, clock)
    assert not is_signed_with(ann.requests[-1], old, clock)


async def test_a_server_that_was_away_gets_the_news_with_the_old_key_later(
    instance: RunningInstance, ann: Peer, clock: FakeClock
) -> None:
    await ann.follow()
    await instance.settle()
    old = await key_of(instance)
    ann.inbox_status = 503
    await ask(instance)
    await instance.server.rotation.step()
    await instance.settle()
    await instance.server.rotation.step()
    assert await key_of(instance) != old
    ann.inbox_status = 202
    clock.advance(seconds=3600)
    await instance.settle()
    assert len(ann.of_type("Update")) == 1
    assert is_signed_with(ann.requests[-1], old, clock)


async def test_a_change_waits_for_nobody_longer_than_ten_minutes(instance: RunningInstance, clock: FakeClock) -> None:
    old = await key_of(instance)
    await ask(instance)
    await instance.server.rotation.step()
    await instance.server.rotation.step()
    assert await key_of(instance) == old, "the news is not spread yet"
    clock.advance(seconds=601)
    await instance.server.rotation.step()
    assert await key_of(instance) != old


async def test_a_change_does_not_wait_for_a_server_that_is_paused(
    instance: RunningInstance, ann: Peer, bob: Peer, clock: FakeClock
) -> None:
    for peer in (ann, bob):
        await peer.follow()
    await instance.settle()
    old = await key_of(instance)
    paused = Host(host=bob.host, failures=5, paused_until=clock() + timedelta(hours=12), failing_since=clock())
    await instance.store.transaction(lambda tx: tx.hosts.save(paused, now=clock()))
    await ask(instance)
    await instance.server.rotation.step()
    await instance.settle()
    assert len(ann.of_type("Update")) == 1
    assert not bob.of_type("Update")
    await instance.server.rotation.step()
    assert await key_of(instance) != old


async def test_a_second_change_cannot_be_asked_for_while_one_is_under_way(instance: RunningInstance) -> None:
    assert await ask(instance)
    assert not await ask(instance)
    await instance.server.rotation.step()
    assert not await ask(instance)


async def test_a_change_that_broke_off_between_database_and_disk_is_ended_by_the_next_start(
    instance: RunningInstance, ann: Peer, clock: FakeClock
) -> None:
    await ask(instance)
    await instance.server.rotation.step()
    await instance.store.transaction(lambda tx: tx.local_actors.end_rotation("blog", clock()))
    local_actors = instance.server.services.local_actors
    await local_actors.renew()
    stored = next(actor for actor in await instance.store.local_actors.list_all() if actor.id == "blog")
    assert local_actors.blog.actor.public_key_pem == stored.public_key_pem
    assert not (instance.config.storage.keys / "blog.next.pem").exists()
    assert [path for path in instance.config.storage.keys.iterdir() if path.name.startswith("blog.earlier-")]


# ids of keys


def key_id_of(request: Request) -> str:
    headers = " ".join(value for name, value in request.headers if name.lower() in ("signature", "signature-input"))
    found = re.search(r'keyid="([^"]+)"', headers, re.IGNORECASE)
    assert found is not None
    return found[1]


async def change(instance: RunningInstance) -> None:
    """From asking for other keys to using them."""
    assert await ask(instance)
    await instance.server.rotation.step()
    await instance.settle()
    await instance.server.rotation.step()
    instance.clock.advance(seconds=15)
    await instance.settle()


async def test_a_new_blog_has_the_key_ids_that_blogs_always_had(instance: RunningInstance) -> None:
    actor = await instance.document("/actor")
    assert actor["publicKey"]["id"] == "https://blog.example/actor#main-key"
    assert [key["id"] for key in actor["assertionMethod"]] == ["https://blog.example/actor#ed25519-key"]


async def test_a_changed_key_has_an_id_of_its_own(instance: RunningInstance, ann: Peer, clock: FakeClock) -> None:
    """Misskey remembers a key by its id for half a day."""
    await ann.follow()
    await instance.settle()
    ids = ["https://blog.example/actor#main-key"]
    for _ in range(2):
        await change(instance)
        ids.append((await instance.document("/actor"))["publicKey"]["id"])
        assert key_id_of(ann.requests[-1]) == ids[-2], "the news is signed with the key before, under its id"
        await instance.publish(f"Tea {len(ids)}")
        await instance.settle()
        assert key_id_of(ann.requests[-1]) == ids[-1]
        assert is_signed_with(ann.requests[-1], await key_of(instance), clock)
    assert len(set(ids)) == 3
    assert {id.partition("#")[0] for id in ids} == {"https://blog.example/actor"}


async def test_the_key_of_proofs_changes_along_and_the_old_one_stays_listed_for_two_days(
    instance: RunningInstance, ann: Peer
) -> None:
    """Mastodon 4.7 takes an actor of whose keys it knows none for another identity."""
    await ann.follow()
    await instance.settle()
    [old] = (await instance.document("/actor"))["assertionMethod"]
    await change(instance)
    new, still = (await instance.document("/actor"))["assertionMethod"]
    assert still == old
    assert (new["id"] == old["id"], new["publicKeyMultibase"] == old["publicKeyMultibase"]) == (False, False)
    assert ann.of_type("Update")[-1]["object"]["assertionMethod"] == [new, old]
    await instance.publish("Tea")
    await instance.settle()
    assert ann.of_type("Create")[-1]["proof"]["verificationMethod"] == new["id"]
    instance.clock.advance(hours=47)
    await instance.server.rotation.step()
    assert (await instance.document("/actor"))["assertionMethod"] == [new, old]
    instance.clock.advance(hours=2)
    await instance.server.rotation.step()
    await instance.settle()
    assert (await instance.document("/actor"))["assertionMethod"] == [new]
    assert ann.of_type("Update")[-1]["object"]["assertionMethod"] == [new]


async def test_followers_receive_a_change_once(instance: RunningInstance, ann: Peer) -> None:
    await ann.follow()
    await instance.server.rotation.publish_changes()
    await instance.settle()
    await change(instance)
    await instance.server.rotation.publish_changes()
    await instance.settle()
    assert len(ann.of_type("Update")) == 1


# servers that know an earlier key


class Remembering:
    """In front of a server: it keeps the key that it saw first until an Update signed with it tells of another, as
    GoToSocial does; all else is answered 401."""

    def __init__(self, peer: Peer, instance: RunningInstance, pem: str, key_id: str) -> None:
        self.peer, self.instance, self.known = peer, instance, {key_id: pem}
        self.refused = 0
        self.protects_documents = False
        peer.wire.connect_server(peer.host, self.answer)

    async def answer(self, request: Request) -> Response:
        if request.method != "POST" and not self.protects_documents:
            return await self.peer.answer(request)
        pem = self.known.get(key_id_of(request))
        if pem is None or not is_signed_with(request, pem, self.peer.clock):
            self.refused += 1
            return Response(status=401, headers={}, url=request.url)
        if request.method != "POST":
            return await self.peer.answer(request)
        activity = json.loads(request.body or b"{}")
        if activity["type"] == "Update" and activity["object"]["id"] == activity["actor"]:
            key = activity["object"]["publicKey"]
            self.known = {key["id"]: key["publicKeyPem"]}
        return await self.peer.answer(request)


@pytest.mark.parametrize("changes", [1, 3])
async def test_a_server_without_followers_is_notified_of_a_new_key_when_it_refuses_it(
    instance: RunningInstance, ann: Peer, changes: int
) -> None:
    """However many changes ago it was."""
    server = Remembering(ann, instance, await key_of(instance), "https://blog.example/actor#main-key")
    for _ in range(changes):
        await change(instance)
    await ann.follow()
    await instance.settle()
    assert [activity["type"] for activity in ann.received] == ["Update", "Accept"]
    assert server.known == {
        key["id"]: key["publicKeyPem"] for key in [(await instance.document("/actor"))["publicKey"]]
    }
    refused = server.refused
    await instance.publish("Tea")
    await instance.settle()
    assert len(ann.of_type("Create")) == 1
    assert server.refused == refused


async def test_a_server_that_refuses_a_signed_fetch_is_notified_of_the_new_key(
    open_instance: RunningInstance, ann: Peer
) -> None:
    instance, post = open_instance, await open_instance.publish("Tea")
    await ann.reply(post.uri, "<p>One.</p>")
    await instance.settle()
    server = Remembering(ann, instance, await key_of(instance), "https://blog.example/actor#main-key")
    server.protects_documents = True
    await change(instance)
    instance.clock.advance(days=2)
    note = ann.note(post.uri, "<p>Two.</p>")
    await ann.send(ann.activity("Create", note["id"]))  # has to be fetched
    await instance.settle()
    assert [activity["type"] for activity in ann.received] == ["Update"]
    assert {comment.html for comment in await instance.comments(post)} == {"<p>One.</p>", "<p>Two.</p>"}
    ann.statuses[note["id"]] = 401
    instance.clock.advance(hours=3)
    await ann.send(ann.activity("Update", note["id"]))
    await instance.settle()
    assert len(ann.received) == 1, "it refuses for another reason"


async def test_a_server_that_missed_a_change_takes_the_next_one(instance: RunningInstance, ann: Peer) -> None:
    await ann.follow()
    await instance.settle()
    server = Remembering(ann, instance, await key_of(instance), "https://blog.example/actor#main-key")
    ann.wire.cut(ann.host)
    await change(instance)
    instance.clock.advance(minutes=30)
    ann.wire.mend(ann.host)
    await change(instance)
    instance.clock.advance(hours=1)
    await instance.settle()
    await instance.publish("Tea")
    await instance.settle()
    assert list(server.known) == [(await instance.document("/actor"))["publicKey"]["id"]]
    assert len(ann.of_type("Create")) == 1


async def test_a_server_that_refuses_for_other_reasons_is_not_notified_repeatedly(
    instance: RunningInstance, ann: Peer
) -> None:
    await ann.follow()
    await instance.settle()
    await change(instance)
    ann.inbox_status = 401
    ann.requests.clear()
    for number in range(3):
        await instance.publish(f"Tea {number}")
        await instance.settle()
        instance.clock.advance(hours=1)
    updates = [request for request in ann.requests if b'"type":"Update"' in (request.body or b"")]
    assert len(updates) == 2, "one key, in both dialects"


async def test_an_earlier_key_signs_nothing_but_the_update_of_the_actor(
    instance: RunningInstance, ann: Peer, clock: FakeClock
) -> None:
    await ann.follow()
    await instance.settle()
    old = await key_of(instance)
    await change(instance)
    ann.inbox_status = 401
    ann.requests.clear()
    await instance.publish("Tea")
    await instance.settle()
    signed = [json.loads(request.body or b"{}") for request in ann.requests if is_signed_with(request, old, clock)]
    assert signed
    assert {(activity["type"], activity["object"]["id"]) for activity in signed} == {
        ("Update", "https://blog.example/actor")
    }


async def test_the_key_before_the_last_change_of_an_earlier_version_is_kept(
    instance: RunningInstance, ann: Peer, rsa_keys: list[RSAPrivateKey]
) -> None:
    """It lay in a file of its own, and had the id that the key has today."""
    main_key = "https://blog.example/actor#main-key"
    (instance.config.storage.keys / "blog.previous.pem").write_text(private_pem(rsa_keys[5]))
    await LocalActors.open(instance.server.services.settings, instance.store, instance.clock)
    [earlier] = await instance.store.earlier_keys.list_by_actor("blog")
    assert (earlier.key_id, earlier.public_key_pem) == (main_key, public_pem(rsa_keys[5]))
    await change(instance)
    server = Remembering(ann, instance, public_pem(rsa_keys[5]), main_key)
    await ann.follow()
    await instance.settle()
    assert len(ann.of_type("Accept")) == 1
    assert main_key not in server.known
