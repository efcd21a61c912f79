"""What a reply costs, from its request to the comment that is shown.

G20: the processor's time of the server for one reply, with all work that follows, as a multiple of what the bare
aiohttp Application needs to read and answer a request of the same size.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import aiohttp
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from bench import blogs
from bench.results import Result, judged
from bench.servers import HOST, Server, reference, syndicate
from syndicate.clock import utc_now
from syndicate.model.actor import PublicKey, RemoteActor
from syndicate.model.comment import CommentState
from syndicate.signatures import Dialect, Message, generate_private_key, public_pem, sign
from syndicate.storage import Store, Tables

ROUNDS = 3
REPLIES = 500
"""In each round."""
ACTORS = 200
CONNECTIONS = 16
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
INBOX = f"https://{HOST}/inbox"
WORKED_OFF_SECONDS = 60.0
MUST, STRETCH = 32.0, 22.0


def measure(directory: Path) -> list[Result]:
    """Raises ServerFailed, OSError."""
    blog = blogs.small(directory / "replying", posts=1)
    settings = blog / "syndicate.toml"
    settings.write_text(settings.read_text().replace('# moderation = "first-time"', 'moderation = "off"'))
    key = generate_private_key()
    post = asyncio.run(_prepare(blog, key))
    with syndicate(blog) as server:
        server.wait("/readyz")
        with reference(directory, [server.get("/healthz")]) as null:
            rounds = [asyncio.run(_round(server, null, blog, post, key, turn)) for turn in range(ROUNDS)]
    replies, nulls = median(one for one, _ in rounds), median(other for _, other in rounds)
    return [
        judged(
            "G20",
            "a reply, with all work that follows",
            median(one / other for one, other in rounds),
            must=MUST,
            stretch=STRETCH,
            at_least=False,
            measured=f"{replies * 1e6:.0f} µs",
            reference=f"{nulls * 1e6:.0f} µs, bare aiohttp POST",
        )
    ]


async def _prepare(blog: Path, key: RSAPrivateKey) -> str:
    """People with a key are known to the blog; the id of its post."""
    store = await Store.open(str(blog / "data" / "syndicate.db"), utc_now)
    try:
        await store.transaction(lambda tx: _put_actors(tx, public_pem(key)))
        [post] = await store.post_lists.list_newest(limit=1)
        return post.uri
    finally:
        await store.close()


async def _put_actors(tx: Tables, pem: str) -> None:
    for number in range(ACTORS):
        uri = _actor(number)
        await tx.remote_actors.save(
            RemoteActor(
                uri=uri,
                type="Person",
                handle=f"@reader@server-{number}.example",
                name=f"Reader {number}",
                url=uri,
                inbox=f"{uri}/inbox",
                fetched=utc_now(),
                keys=(PublicKey(id=f"{uri}#key", owner=uri, pem=pem),),
            ),
            host=f"server-{number}.example",
        )


def _actor(number: int) -> str:
    return f"https://server-{number}.example/users/reader"


def _request(number: int, post: str, key: RSAPrivateKey) -> tuple[dict[str, str], bytes]:
    actor, now = _actor(number % ACTORS), datetime.now(UTC)
    note = {
        "id": f"{actor}/notes/{number}",
        "type": "Note",
        "attributedTo": actor,
        "inReplyTo": post,
        "content": f"<p>Reply {number}: it was a pleasure to read this.</p>",
        "published": now.isoformat(timespec="seconds"),
        "to": [PUBLIC],
    }
    create = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{note['id']}/activity",
        "type": "Create",
        "actor": actor,
        "to": [PUBLIC],
        "object": note,
    }
    body = json.dumps(create).encode()
    plain = Message(method="POST", url=INBOX, headers=(("Content-Type", "application/activity+json"),), body=body)
    added = sign(plain, dialect=Dialect.CAVAGE, key_id=f"{actor}#key", key=key, now=now)
    return dict((*plain.headers, *added)), body


async def _round(
    server: Server, null: Server, blog: Path, post: str, key: RSAPrivateKey, turn: int
) -> tuple[float, float]:
    """Seconds of the processor for a reply, and for a request that only is answered."""
    requests = [_request(turn * REPLIES + number, post, key) for number in range(REPLIES)]
    before = server.cpu_seconds()
    await _send(f"http://127.0.0.1:{server.port}/inbox", requests, 202)
    await _worked_off(blog, (turn + 1) * REPLIES)
    replied = server.cpu_seconds() - before
    before = null.cpu_seconds()
    for _ in range(10):
        await _send(f"http://127.0.0.1:{null.port}/0", requests, 200)
    return replied / REPLIES, (null.cpu_seconds() - before) / REPLIES / 10


async def _send(url: str, requests: Sequence[tuple[dict[str, str], bytes]], status: int) -> None:
    """Send from as many addresses as there are connections, since the server limits how much one address may send."""
    waiting = iter(requests)

    async def send(address: str) -> None:
        connector = aiohttp.TCPConnector(local_addr=(address, 0))
        async with aiohttp.ClientSession(connector=connector) as client:
            for headers, body in waiting:
                async with client.post(url, headers=headers, data=body) as answer:
                    if answer.status != status:
                        raise OSError(f"{url}: {answer.status} {await answer.text()}")

    await asyncio.gather(*(send(f"127.0.1.{number + 1}") for number in range(CONNECTIONS)))


async def _worked_off(blog: Path, comments: int) -> None:
    store = await Store.open(str(blog / "data" / "syndicate.db"), utc_now)
    try:
        ends = time.monotonic() + WORKED_OFF_SECONDS
        while len(await store.comments.list_by_state((CommentState.APPROVED,), comments)) < comments:
            if time.monotonic() > ends:
                raise OSError("the replies were not worked off")
            await asyncio.sleep(0.2)
    finally:
        await store.close()
