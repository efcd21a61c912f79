"""A whole server for stories: the real store, the real application on loopback, and only the network faked."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.comments import moderation
from syndicate.config import Config, load
from syndicate.model.comment import Comment, CommentState
from syndicate.model.post import Post, PostDraft
from syndicate.publishing import Published
from syndicate.services.commands import open_services
from syndicate.services.server import Server, build_server
from syndicate.signatures import private_pem
from syndicate.storage import Store
from syndicate.web.http.keys import REFUSALS
from syndicate.web.http.server import listening
from tests.clocks import FakeClock
from tests.wire import Wire

ACTIVITY = "application/activity+json"


@dataclass
class Answer:
    """What a client got."""

    status: int
    headers: Any
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class RunningInstance:
    """A server that listens. Its workers work when the test calls `settle`, so that stories have no waits."""

    server: Server
    port: int
    client: aiohttp.ClientSession
    clock: FakeClock

    @property
    def store(self) -> Store:
        return self.server.services.store

    @property
    def config(self) -> Config:
        return self.server.services.config

    @property
    def host(self) -> str:
        return self.config.site.host

    async def publish(self, title: str = "Hello", source: str = "A few words.", **more: Any) -> Post:
        return (await self.publish_draft(title=title, source=source, **more)).post

    async def publish_draft(self, **fields: Any) -> Published:
        fields.setdefault("slug", fields.get("title", "note").lower().replace(" ", "-") or "note")
        return await self.server.services.post_importer.publish(PostDraft(**fields), origin="publish")

    async def delete(self, slug: str) -> Post:
        post = await self.store.posts.find_by_slug(slug)
        assert post is not None
        return await self.server.services.publisher.delete(post.id)

    async def settle(self) -> None:
        """Let every worker do all that is due now."""
        busy = True
        while busy:
            busy = await self.server.inbox_worker.work()
            busy = await self.server.pushes.work() or busy
            busy = await self.server.mentions.work() or busy
            busy = await self.server.synchronization.work() or busy
            busy = await self.server.software.work() or busy
            await self.server.deliveries.drain()
            busy = await self.server.pictures.work() or busy
            busy = await self.server.poller.work() or busy
            busy = await self.server.blogroll_announcer.work() or busy
            busy = await self.server.archive_builder.work() or busy

    async def comments(self, post: Post, state: CommentState | None = None) -> list[Comment]:
        found = await self.store.comments.list_by_state(tuple(CommentState), 500)
        return [comment for comment in found if comment.post == post.id and state in (None, comment.state)]

    async def outputs(self, post: Post) -> str:
        """All that the public can read about a post and what is said under it, as one text."""
        formats = ("feed/", "feed/atom/", "feed/json/")
        paths = [
            *("/", "/sitemap.xml", "/actor/outbox?page=true", post.path),
            *(f"{base}{format}" for base in ("/", "/comments/", post.path) for format in formats),
        ]
        answers = [await self.get(path) for path in paths]
        answers += [await self.get(address, accept=ACTIVITY) for address in (post.uri, f"{post.uri}/replies")]
        assert all(answer.status < 500 for answer in answers), [answer.status for answer in answers]
        return "\n".join(answer.text for answer in answers)

    async def decide(self, id: str, decision: str) -> Comment:
        """`syndicate comments approve`, `reject` or `spam`."""
        return await moderation.decide(
            self.store, id, decision, on_decision=self.server.services.authorizations.decided
        )

    async def verdicts(self) -> list[tuple[str, str, str]]:
        """(type, outcome, reason) of all that arrived, oldest first."""
        arrivals = await self.store.inbox_queue.list_newest(500)
        return [
            (arrival.activity.type, arrival.verdict.outcome.value, arrival.verdict.reason)
            for arrival in reversed(arrivals)
        ]

    def refusals(self) -> list[tuple[int, str]]:
        """(status, reason) of what the inbox refused, oldest first."""
        return [(refusal.status, refusal.reason) for refusal in self.server.app[REFUSALS]]

    async def get(self, path: str, *, accept: str = "text/html", method: str = "GET", **headers: str) -> Answer:
        """Request a path of the server; redirects are not followed."""
        path = path.removeprefix(self.config.site.url)
        sent = {
            "Host": self.host,
            "Accept": accept,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        url = f"http://127.0.0.1:{self.port}{path}"
        async with self.client.request(method, url, headers=sent, allow_redirects=False) as answer:
            return Answer(answer.status, answer.headers, await answer.read())

    async def document(self, address: str) -> Any:
        """An ActivityStreams document."""
        answer = await self.get(address, accept=ACTIVITY)
        assert answer.status == 200, (address, answer.status)
        return answer.json()


def settings(directory: Path, database: str, host: str, **more: Any) -> Config:
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "syndicate.toml"
    site = {"title": "Field Notes", "author": "Mara Lind", "tagline": "Gardens and libraries"} | more.pop("site", {})
    lines = [
        "[site]",
        f'url = "https://{host}"',
        'handle = "notes"',
        *(f'{key} = "{value}"' for key, value in site.items() if value is not None),
    ]
    server = {"port": 0} | more.pop("server", {})
    for section, values in {"server": server, **more}.items():
        lines += [f"[{section}]", *(f"{key} = {_toml(value)}" for key, value in values.items())]
    path.write_text("\n".join([*lines, "[storage]", f'database = "{database}"']), encoding="utf-8")
    return load(path, {})


def _toml(value: Any) -> str:
    return json.dumps(value)


@asynccontextmanager
async def running_instance(
    directory: Path,
    database: str,
    wire: Wire,
    clock: FakeClock,
    key: RSAPrivateKey,
    *,
    host: str = "blog.example",
    **more: Any,
) -> AsyncIterator[RunningInstance]:
    """Build a server in `directory` and let it listen; `more` are sections of settings."""
    config = settings(directory, database, host, **more)
    config.storage.keys.mkdir(parents=True, exist_ok=True)
    (config.storage.keys / "blog.pem").write_text(private_pem(key))
    async with open_services(config, clock=clock) as services:
        instance = build_server(services, transport=wire, pause=clock.pause, stopwatch=clock.stopwatch)
        async with (
            listening(instance.app, config, None) as port,
            aiohttp.ClientSession(auto_decompress=False, skip_auto_headers=["Accept-Encoding"]) as client,
        ):
            wire.connect_port(host, port)
            yield RunningInstance(server=instance, port=port, client=client, clock=clock)
        await instance.close()
