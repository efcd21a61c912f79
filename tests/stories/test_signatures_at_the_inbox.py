"""Who may speak at the inbox: signatures of every dialect, keys that change, and keys that are not what they claim."""

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from hashlib import sha512
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_curve_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from syndicate.services.commands import open_services
from syndicate.services.server import build_server
from syndicate.signatures import Dialect, Message, load_public_key, parse_signature
from syndicate.transport.message import Request, Response
from syndicate.web.http.server import listening
from tests.clocks import FakeClock
from tests.instances import RunningInstance, settings
from tests.peer import AS2, Peer
from tests.signatures import senders
from tests.wire import Wire

INBOX = "https://blog.example/inbox"


def body_of(activity: Mapping[str, Any]) -> bytes:
    return json.dumps(activity).encode()


def follow_of(peer: Peer) -> bytes:
    return body_of(peer.activity("Follow", "https://blog.example/actor"))


def letter(
    peer: Peer, body: bytes, *, late: float = 0, headers: Mapping[str, str | None] | None = None, **how: Any
) -> Message:
    """A POST signed as other servers do it, by code that is not ours; `late` seconds after it was written."""
    written = peer.clock() - timedelta(seconds=late)
    dated: dict[str, str | None] = {"date": senders.http_date(written), **(headers or {})}
    return senders.cavage(peer.key, key_id=how.pop("key_id", peer.key_id), body=body, headers=dated, **how)


async def post(wire: Wire, message: Message) -> Response:
    """Send what was signed, with the headers that it was signed with."""
    left_to_the_client = ("host", "content-length")
    headers = tuple((name, value) for name, value in message.headers if name not in left_to_the_client)
    return await wire.fetch(Request(method="POST", url=message.url, headers=headers, body=message.body))


async def followers(instance: RunningInstance) -> int:
    await instance.settle()
    return await instance.store.followers.count("blog")


# what every server sends


@pytest.mark.parametrize(
    ("covered", "algorithm"),
    [
        pytest.param("(request-target) host date digest content-type", "rsa-sha256", id="most servers"),
        pytest.param("host date content-type digest (request-target)", "rsa-sha256", id="Mastodon"),
        pytest.param("(request-target) content-length date digest host", "rsa-sha256", id="Pleroma"),
        pytest.param("(request-target) date host digest", "rsa-sha256", id="Misskey"),
        pytest.param("(request-target) host date digest", "hs2019", id="GoToSocial"),
        pytest.param("(request-target) content-type date digest host", "hs2019", id="Lemmy"),
        pytest.param("(request-target) host date digest", None, id="no algorithm at all"),
    ],
)
async def test_each_servers_way_of_signing_is_understood(
    instance: RunningInstance, ann: Peer, wire: Wire, covered: str, algorithm: str | None
) -> None:
    response = await post(wire, letter(ann, follow_of(ann), covered=covered, algorithm=algorithm))
    assert response.status == 202, instance.refusals()
    assert await followers(instance) == 1


async def test_a_time_may_be_given_as_created_and_expires(instance: RunningInstance, ann: Peer, wire: Wire) -> None:
    now = int(ann.clock().timestamp())
    covered = "(request-target) (created) (expires) host digest"
    how: dict[str, Any] = {"covered": covered, "algorithm": "hs2019", "headers": {"date": None}}
    stale = letter(ann, follow_of(ann), created=str(now - 7200), expires=str(now - 3700), **how)
    assert (await post(wire, stale)).status == 401
    fresh = letter(ann, follow_of(ann), created=str(now), expires=str(now + 300), **how)
    assert (await post(wire, fresh)).status == 202
    assert await followers(instance) == 1


@pytest.mark.parametrize(
    ("minutes", "status"), [(-70, 401), (-66, 401), (-64, 202), (-50, 202), (50, 202), (64, 202), (66, 401), (70, 401)]
)
async def test_clocks_may_differ_by_an_hour_and_five_minutes(
    instance: RunningInstance, ann: Peer, wire: Wire, minutes: int, status: int
) -> None:
    response = await post(wire, letter(ann, follow_of(ann), late=-60 * minutes))
    assert response.status == status
    assert await followers(instance) == (1 if status == 202 else 0)


@pytest.mark.parametrize("date", [None, "yesterday", "2026-11-22T19:00:00Z"])
async def test_a_signature_without_a_readable_date_is_refused(
    instance: RunningInstance, ann: Peer, wire: Wire, date: str | None
) -> None:
    assert (await post(wire, letter(ann, follow_of(ann), headers={"date": date}))).status == 401
    assert await followers(instance) == 0


async def test_digests_are_found_however_they_are_spelled(instance: RunningInstance, ann: Peer, wire: Wire) -> None:
    body = follow_of(ann)
    lower = f"sha-256={senders.base64_sha256(body)}"
    both = f"SHA-512={b64encode(sha512(body).digest()).decode()},SHA-256={senders.base64_sha256(body)}"
    for digest in (lower, both):
        assert (await post(wire, letter(ann, body, headers={"digest": digest}))).status == 202


async def test_the_literal_word_signature_before_a_signature_is_forgiven(
    instance: RunningInstance, ann: Peer, wire: Wire
) -> None:
    assert (await post(wire, letter(ann, follow_of(ann), prefix="Signature "))).status == 202


@pytest.mark.parametrize("dialect", list(Dialect))
async def test_both_dialects_of_signatures_are_understood(
    instance: RunningInstance, ann: Peer, dialect: Dialect
) -> None:
    assert (await ann.send(ann.activity("Follow", "https://blog.example/actor"), dialect=dialect)).status == 202
    assert await followers(instance) == 1


async def test_a_second_knock_by_rfc_9421_is_the_same_activity(
    instance: RunningInstance, ann: Peer, wire: Wire
) -> None:
    """Mastodon 4.7 answers our 401 by signing the same body anew, in the other dialect."""
    body = follow_of(ann)
    refused = letter(ann, body, covered="(request-target) host date")
    assert (await post(wire, refused)).status == 401
    for _ in range(2):
        assert (await wire.fetch(ann.signed(body, dialect=Dialect.RFC9421))).status == 202
    assert await followers(instance) == 1
    assert await instance.verdicts() == [("Follow", "done", "follow.accepted")]
    assert len(ann.of_type("Accept")) == 1


async def test_an_ed25519_key_signs_as_well_as_an_rsa_key(instance: RunningInstance, ann: Peer, wire: Wire) -> None:
    key = Ed25519PrivateKey.generate()
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    ann.documents[ann.actor] = ann.actor_document(publicKey={"id": ann.key_id, "owner": ann.actor, "publicKeyPem": pem})
    body = follow_of(ann)
    created = int(ann.clock().timestamp())
    signed = senders.rfc9421(
        key,
        body=body,
        parameters=f';created={created};keyid="{ann.key_id}"',
        headers={"content-type": "application/activity+json", "date": senders.http_date(ann.clock())},
    )
    assert (await post(wire, signed)).status == 202
    assert await followers(instance) == 1


# what no server sends


def _tampered(message: Message) -> Message:
    return senders.sent_to(message, body=message.body.replace(b"Follow", b"Folloe"))


def _without_digest(message: Message) -> Message:
    headers = tuple(header for header in message.headers if header[0] != "digest")
    return Message(method=message.method, url=message.url, headers=headers, body=message.body)


TAMPERED: dict[str, Any] = {
    "body": (_tampered, "signature.digest"),
    "digest taken away": (_without_digest, "signature.coverage"),
    "another path": (
        lambda message: senders.sent_to(message, url="https://blog.example/actor/inbox"),
        "signature.wrong",
    ),
    "digest of another body": (
        lambda message: senders.with_header(message, "digest", f"SHA-256={senders.base64_sha256(b'x')}"),
        "signature.digest",
    ),
    "another date": (
        lambda message: senders.with_header(message, "date", "Sun, 22 Nov 2026 19:00:01 GMT"),
        "signature.wrong",
    ),
    "another content type": (
        lambda message: senders.with_header(message, "content-type", 'application/ld+json; profile="x"'),
        None,
    ),
    "no signature": (lambda message: senders.with_header(message, "signature", ""), None),
    "not base64": (
        lambda message: senders.with_header(
            message, "signature", f'keyId="{senders.KEY_ID}",headers="(request-target) host date digest",signature="!"'
        ),
        "signature.syntax",
    ),
    "two signatures": (lambda message: senders.with_second_header(message, "signature", "x"), "signature.syntax"),
}


@pytest.mark.parametrize("change", TAMPERED)
async def test_what_was_changed_after_signing_is_refused(
    instance: RunningInstance, ann: Peer, wire: Wire, change: str
) -> None:
    tamper, reason = TAMPERED[change]
    response = await post(wire, tamper(letter(ann, follow_of(ann))))
    assert response.status == (415 if change == "another content type" else 401)
    if reason:
        assert instance.refusals() == [(401, reason)]
    assert await followers(instance) == 0
    assert await instance.verdicts() == []


async def test_an_unsigned_activity_is_refused(instance: RunningInstance, ann: Peer, wire: Wire) -> None:
    headers = (("Content-Type", "application/activity+json"),)
    response = await wire.fetch(Request(method="POST", url=INBOX, headers=headers, body=follow_of(ann)))
    assert response.status == 401
    assert ann.requests == []


@pytest.mark.parametrize(
    ("covered", "why"),
    [
        ("(request-target) host date", "the body could be exchanged"),
        ("host date digest", "it could be sent to another address"),
        ("(request-target) date digest", "it could be sent to another server"),
        ("(request-target) host digest", "it could be kept for ever"),
        ("date", "all of it"),
        (None, "all of it"),
    ],
)
async def test_a_signature_that_covers_too_little_is_refused(
    instance: RunningInstance, ann: Peer, wire: Wire, covered: str | None, why: str
) -> None:
    assert (await post(wire, letter(ann, follow_of(ann), covered=covered))).status == 401, why
    assert instance.refusals() == [(401, "signature.coverage")]
    assert ann.requests == []


@pytest.mark.parametrize(
    "how",
    [
        {"method": "GET"},
        {"target": "/actor/inbox"},
        {"headers": {"host": "other.example"}},
    ],
    ids=["for a GET", "for another path", "for another host"],
)
async def test_a_signature_that_was_made_for_another_request_is_refused(
    instance: RunningInstance, ann: Peer, wire: Wire, how: dict[str, Any]
) -> None:
    made = letter(ann, follow_of(ann), **how)
    request = Message(method="POST", url=INBOX, headers=made.headers, body=follow_of(ann))
    assert (await post(wire, request)).status == 401
    assert await instance.verdicts() == []


@pytest.mark.parametrize(
    "extra",
    [',keyId="https://evil.example/users/mallory#main-key"', ',KEYID="x"', ',headers="date"', ',Algorithm="none"'],
)
async def test_a_signature_that_can_be_read_in_two_ways_is_refused(
    instance: RunningInstance, ann: Peer, wire: Wire, extra: str
) -> None:
    assert (await post(wire, letter(ann, follow_of(ann), extra=extra))).status == 401
    assert instance.refusals() == [(401, "signature.syntax")]


@pytest.mark.parametrize("algorithm", ["hmac-sha256", "none", "rsa-sha1", "ecdsa-sha256", "ed25519"])
async def test_an_algorithm_that_we_do_not_take_is_refused(
    instance: RunningInstance, ann: Peer, wire: Wire, algorithm: str
) -> None:
    assert (await post(wire, letter(ann, follow_of(ann), algorithm=algorithm))).status == 401
    assert instance.refusals() == [(401, "signature.algorithm")]
    assert await followers(instance) == 0


@pytest.mark.parametrize(
    ("covered", "parameters", "reason"),
    [
        ('"@method" "@target-uri"', ';created={now};keyid="{key}"', "signature.coverage"),
        ('"@method" "@target-uri" "content-digest"', ';keyid="{key}"', "signature.coverage"),
        ('"@method" "@target-uri" "content-digest"', ';created={now};expires={past};keyid="{key}"', "signature.time"),
        (
            '"@method" "@target-uri" "content-digest"',
            ';created={now};keyid="{key}";alg="ed25519"',
            "signature.algorithm",
        ),
    ],
    ids=["no digest", "no time", "expired", "another algorithm than the key's"],
)
async def test_rfc_9421_has_to_cover_as_much(
    instance: RunningInstance, ann: Peer, wire: Wire, covered: str, parameters: str, reason: str
) -> None:
    now = int(ann.clock().timestamp())
    signed = senders.rfc9421(
        ann.key,
        body=follow_of(ann),
        covered=covered,
        parameters=parameters.format(now=now, past=now - 7200, key=ann.key_id),
        headers={"content-type": "application/activity+json"},
    )
    assert (await post(wire, signed)).status == 401
    assert instance.refusals() == [(401, reason)]


async def test_rfc_9421_with_a_wrong_digest_is_refused(instance: RunningInstance, ann: Peer, wire: Wire) -> None:
    request = ann.signed(follow_of(ann), dialect=Dialect.RFC9421)
    other = Request(method="POST", url=request.url, headers=request.headers, body=follow_of(ann))
    assert (await wire.fetch(other)).status == 401
    assert instance.refusals() == [(401, "signature.digest")]


async def test_a_covered_content_length_that_is_not_sent_is_refused(instance: RunningInstance, ann: Peer) -> None:
    """A body in chunks has no Content-Length: what is signed is then not there."""
    message = letter(ann, follow_of(ann), covered="(request-target) content-length date digest host")
    headers = {name: value for name, value in message.headers if name != "content-length"}

    async def chunks() -> AsyncIterator[bytes]:
        yield message.body

    url = f"http://127.0.0.1:{instance.port}/inbox"
    async with instance.client.post(url, headers=headers, data=chunks()) as response:
        assert response.status == 401
    assert instance.refusals() == [(401, "signature.coverage")]


# keys


async def test_a_server_that_hides_its_actors_is_asked_with_a_signature_of_ours(
    instance: RunningInstance, ann: Peer
) -> None:
    """GoToSocial: a key id without fragment leads to a stub of the actor, and the actor itself wants to know who
    asks."""
    key_id = f"{ann.actor}/main-key"
    listed = {**ann.actor_document()["publicKey"], "id": key_id}
    stub = {"@context": AS2, "id": ann.actor, "type": "Person", "preferredUsername": "ann", "publicKey": listed}
    ann.documents |= {key_id: stub, ann.actor: ann.actor_document(publicKey=listed)}
    follow = ann.activity("Follow", "https://blog.example/actor")
    assert (await ann.send(follow, key_id=key_id)).status == 202
    assert await followers(instance) == 1
    ours = load_public_key((await instance.document("/actor"))["publicKey"]["publicKeyPem"])
    gets = [request for request in ann.requests if request.method == "GET"]
    assert {request.url for request in gets} == {key_id, ann.actor}
    for request in gets:
        headers = (*request.headers, ("Host", ann.host))
        signature = parse_signature(Message(method="GET", url=request.url, headers=headers), now=instance.clock())
        assert signature.key_id == "https://blog.example/actor#main-key"
        signature.verify(ours)


async def test_a_new_key_under_the_old_id_is_asked_for_once(
    instance: RunningInstance, ann: Peer, rsa_keys: list[RSAPrivateKey]
) -> None:
    await ann.send(ann.activity("Follow", "https://blog.example/actor"))
    ann.key = rsa_keys[4]
    ann.documents[ann.actor] = ann.actor_document()
    ann.requests.clear()
    assert (await ann.send(ann.activity("Undo", {"type": "Follow", "actor": ann.actor}))).status == 202
    asked = ann.fetched(ann.actor)
    assert asked in (1, 2)  # the key's document, and its owner's
    for _ in range(20):
        forged = await ann.send(ann.activity("View", "https://x.example/"), key=rsa_keys[5])
        assert forged.status == 401
    assert ann.fetched(ann.actor) == asked
    assert (await ann.send(ann.activity("View", "https://x.example/"))).status == 202


async def test_the_key_of_a_bad_signature_of_an_unknown_actor_is_fetched_once(
    instance: RunningInstance, mallory: Peer, rsa_keys: list[RSAPrivateKey]
) -> None:
    for _ in range(20):
        assert (await mallory.send(mallory.activity("View", "https://x.example/"), key=rsa_keys[5])).status == 401
    assert mallory.fetched(mallory.actor) <= 4


async def test_a_sender_whose_server_is_down_is_asked_to_come_back(
    instance: RunningInstance, ann: Peer, wire: Wire, clock: FakeClock
) -> None:
    wire.cut(ann.host)
    body = follow_of(ann)
    response = await wire.fetch(ann.signed(body))
    assert response.status == 503
    assert int(response.headers["Retry-After"]) > 0
    assert await instance.verdicts() == []
    wire.mend(ann.host)
    clock.advance(minutes=5)
    assert (await wire.fetch(ann.signed(body))).status == 202
    assert await followers(instance) == 1


def _pem(key: Any) -> str:
    pem: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem.decode()


@pytest.fixture(scope="module")
def odd_keys() -> dict[str, str]:
    return {
        "RSA of 1024 bits": _pem(generate_rsa_key(65537, 1024)),
        "an elliptic curve": _pem(generate_curve_key(SECP256R1())),
        "half a PEM": "-----BEGIN PUBLIC KEY-----\nMIIB",
        "no PEM": "hello",
        "a megabyte": "-----BEGIN PUBLIC KEY-----\n" + "A" * 900_000 + "\n-----END PUBLIC KEY-----\n",
    }


@pytest.mark.parametrize("kind", ["RSA of 1024 bits", "an elliptic curve", "half a PEM", "no PEM", "a megabyte"])
async def test_a_key_of_an_odd_kind_or_size_is_refused(
    instance: RunningInstance, ann: Peer, odd_keys: dict[str, str], kind: str
) -> None:
    key = {"id": ann.key_id, "owner": ann.actor, "publicKeyPem": odd_keys[kind]}
    ann.documents[ann.actor] = ann.actor_document(publicKey=key)
    assert (await ann.follow()).status == 401
    assert await followers(instance) == 0


@pytest.mark.parametrize(
    "key_id",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "/users/ann#main-key",
        "https://user:word@social.example/users/ann#main-key",
        "https://social.example/" + "x" * 10_000,
        "",
    ],
    ids=["javascript", "file", "relative", "userinfo", "endless", "empty"],
)
async def test_a_key_id_that_is_no_plain_address_is_refused(
    instance: RunningInstance, ann: Peer, wire: Wire, key_id: str
) -> None:
    asked = len(wire.log)
    response = await post(wire, letter(ann, follow_of(ann), key_id=key_id))
    assert response.status in (400, 401)  # a header of 10 kB does not even come so far
    assert len(wire.log) == asked + 1


async def test_nobody_signs_as_the_blog_itself(instance: RunningInstance, ann: Peer, wire: Wire) -> None:
    ours = "https://blog.example/actor"
    response = await post(wire, letter(ann, follow_of(ann), key_id=f"{ours}#main-key"))
    assert response.status in (401, 403)
    forged = {**ann.activity("Follow", ours), "actor": ours, "id": "https://blog.example/activities/1"}
    assert (await ann.send(forged)).status in (401, 403)
    assert ann.requests == []
    assert await instance.verdicts() == []


async def test_who_signs_for_another_is_refused_and_nobody_is_asked(
    instance: RunningInstance, ann: Peer, mallory: Peer
) -> None:
    forged = ann.activity("Follow", "https://blog.example/actor")
    assert (await mallory.send(forged)).status == 401
    assert instance.refusals() == [(401, "activity.actor")]
    assert ann.requests == mallory.requests == []


async def test_a_neighbour_does_not_sign_for_another(
    instance: RunningInstance, ann: Peer, rsa_keys: list[RSAPrivateKey]
) -> None:
    eve = ann.neighbour("eve", rsa_keys[4])
    assert (await eve.send(ann.activity("Follow", "https://blog.example/actor"))).status == 401
    assert await followers(instance) == 0
    assert await instance.verdicts() == []


async def test_a_key_that_claims_an_owner_who_does_not_list_it_is_refused(
    instance: RunningInstance, ann: Peer, mallory: Peer
) -> None:
    """The key's own word about its owner is worth nothing (Fedify GHSA-q9f8-5hc7-898f)."""
    elsewhere = "https://evil.example/keys/1"
    mallory.documents[elsewhere] = {
        "@context": AS2,
        "id": elsewhere,
        "type": "Key",
        "owner": ann.actor,
        "publicKeyPem": mallory.actor_document()["publicKey"]["publicKeyPem"],
    }
    forged = ann.activity("Follow", "https://blog.example/actor")
    assert (await mallory.send(forged, key_id=elsewhere)).status == 401
    own = mallory.activity("Follow", "https://blog.example/actor")
    assert (await mallory.send(own, key_id=elsewhere)).status == 401
    assert ann.requests == []
    assert await followers(instance) == 0


async def test_a_key_that_its_owner_does_not_list_is_refused(
    instance: RunningInstance, ann: Peer, rsa_keys: list[RSAPrivateKey]
) -> None:
    eve = ann.neighbour("eve", rsa_keys[4])
    bare = {**eve.actor_document()["publicKey"], "owner": ann.actor}
    ann.documents[f"{ann.base}/keys/1"] = {"@context": AS2, **bare, "id": f"{ann.base}/keys/1"}
    forged = ann.activity("Follow", "https://blog.example/actor")
    assert (await eve.send(forged, key_id=f"{ann.base}/keys/1")).status == 401
    assert instance.refusals() == [(401, "key.owner")]


async def test_a_key_id_that_is_listed_twice_is_nobodys(instance: RunningInstance, ann: Peer, mallory: Peer) -> None:
    mine, theirs = ann.actor_document()["publicKey"], mallory.actor_document()["publicKey"]
    twice = [mine, {**mine, "publicKeyPem": theirs["publicKeyPem"]}]
    ann.documents[ann.actor] = ann.actor_document(publicKey=twice)
    assert (await ann.follow()).status == 401


async def test_an_actor_who_leads_on_to_another_is_not_that_one(
    instance: RunningInstance, ann: Peer, mallory: Peer
) -> None:
    ann.documents[ann.actor] = mallory.actor_document()
    assert (await ann.send(ann.activity("Follow", "https://blog.example/actor"), key=mallory.key)).status == 401
    assert await instance.store.remote_actors.find(ann.actor) is None


async def test_an_actor_who_lists_anothers_key_does_not_take_it_over(
    instance: RunningInstance, ann: Peer, mallory: Peer
) -> None:
    """Key ids are rows of one table: who could write another's there would silence that other."""
    assert (await ann.follow()).status == 202
    hijacked = {
        "id": ann.key_id,
        "owner": mallory.actor,
        "publicKeyPem": mallory.actor_document()["publicKey"]["publicKeyPem"],
    }
    mallory.documents[mallory.actor] = mallory.actor_document(
        publicKey=[mallory.actor_document()["publicKey"], hijacked]
    )
    assert (await mallory.send(mallory.activity("View", "https://x.example/"))).status == 202
    key = await instance.store.remote_actors.find_key(ann.key_id)
    assert key is not None
    assert key.owner == ann.actor
    ann.requests.clear()
    assert (await ann.send(ann.activity("View", "https://x.example/"))).status == 202
    assert ann.requests == []


@pytest.mark.parametrize(
    "spelling",
    ["https://SOCIAL.example/users/ann", "https://social.example./users/ann", "https://social.example:443/users/ann"],
)
async def test_an_actor_has_one_spelling(instance: RunningInstance, ann: Peer, spelling: str) -> None:
    """However its host is written, there are never two of it."""
    follow = {**ann.activity("Follow", "https://blog.example/actor"), "actor": spelling}
    assert (await ann.send(follow)).status in (202, 401)
    assert (await ann.send(follow, key_id=f"{spelling}#main-key")).status in (202, 401)
    assert (await ann.follow()).status == 202
    assert await followers(instance) == 1


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "169.254.169.254", "10.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"]
)
async def test_a_key_inside_our_own_network_is_never_asked_for(
    tmp_path: Path, database_address: str, clock: FakeClock, ann: Peer, host: str
) -> None:
    """With the real way out, and a listener that must not hear anything."""
    heard = 0

    async def hear(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal heard
        heard += 1
        writer.close()

    canary = await asyncio.start_server(hear, "127.0.0.1", 0)
    port = canary.sockets[0].getsockname()[1]
    config = settings(tmp_path / "blog", database_address, "blog.example")
    actor = f"https://{host}/users/ann"
    ported = f"http://{host}:{port}/users/ann"
    async with open_services(config, clock=clock) as services:
        instance = build_server(services)
        async with listening(instance.app, config, None) as own:
            wire = Wire()
            wire.connect_port("blog.example", own)
            for address in (actor, ported):
                body = body_of(
                    {**ann.activity("Follow", "https://blog.example/actor"), "actor": address, "id": f"{address}#1"}
                )
                response = await post(wire, letter(ann, body, key_id=f"{address}#main-key"))
                assert response.status in (400, 401), response.body
            await wire.close()
        await instance.close()
        assert await services.store.inbox_queue.list_newest(1) == []
    canary.close()
    await canary.wait_closed()
    assert heard == 0


# replays


async def test_a_replay_has_no_second_effect(
    instance: RunningInstance, ann: Peer, wire: Wire, clock: FakeClock
) -> None:
    request = ann.signed(follow_of(ann))
    for minutes, status in ((0, 202), (1, 202), (59, 202), (10, 401)):
        clock.advance(minutes=minutes)
        assert (await wire.fetch(request)).status == status
        assert await followers(instance) == 1
    assert await instance.verdicts() == [("Follow", "done", "follow.accepted")]


async def test_a_replay_after_the_undo_does_not_follow_again(
    instance: RunningInstance, ann: Peer, wire: Wire, clock: FakeClock
) -> None:
    request = ann.signed(follow_of(ann))
    await wire.fetch(request)
    await instance.settle()
    await ann.unfollow()
    assert await followers(instance) == 0
    clock.advance(minutes=30)
    assert (await wire.fetch(request)).status == 202
    assert await followers(instance) == 0
