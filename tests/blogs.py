"""Other people's blogs, for stories about reading them: a home page, a feed, and a server that can be difficult."""

from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from html import escape
from typing import Any

from syndicate.blogroll.finder import FeedFinder
from syndicate.blogroll.following import BlogrollEditor
from syndicate.model.blogroll import BlogrollEntry
from syndicate.transport.message import Request, Response
from tests.clocks import FakeClock
from tests.instances import RunningInstance
from tests.wire import Wire

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"


@dataclass
class Blog:
    """`headers` come with its feed; `status` is what that answers; with `body` it is something else than its posts."""

    wire: Wire
    clock: FakeClock
    host: str = "garden.example"
    title: str = "Garden Days"
    tagline: str = "Roses, mostly"
    head: str = ""
    posts: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    body: bytes | None = None
    channel: str = ""
    moved: str = ""
    validators: bool = True
    asked: list[Request] = field(default_factory=list)
    pages: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.wire.connect_server(self.host, self.answer)

    @property
    def home(self) -> str:
        return f"https://{self.host}/"

    @property
    def feed(self) -> str:
        return f"https://{self.host}/feed.xml"

    def write(self, title: str, *, at: datetime | None = None, dated: bool = True, **more: str) -> None:
        """A post, on top of the feed."""
        name = title.lower().replace(" ", "-")
        values = {"title": title, "link": f"{self.home}{name}", "guid": f"{self.home}?p={name}"}
        if dated:
            values["pubDate"] = format_datetime(at or self.clock())
        values |= {"description": f"About {title}."} | more
        tags = "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in values.items() if text)
        self.posts.insert(0, f"<item>{tags}</item>")

    def document(self) -> bytes:
        if self.body is not None:
            return self.body
        channel = f"<title>{escape(self.title)}</title><link>{self.home}</link><description>From the feed</description>"
        return (
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
            f"{channel}{self.channel}{''.join(self.posts)}</channel></rss>"
        ).encode()

    def page(self) -> bytes:
        return (
            f'<html lang="en"><head><title>{escape(self.title)}</title><meta name="description" content="{self.tagline}">'
            f'<link rel="alternate" type="application/rss+xml" href="/feed.xml">{self.head}</head><body></body></html>'
        ).encode()

    async def answer(self, request: Request) -> Response:
        if request.url == self.feed:
            return self._feed(request)
        url = f"{request.url}/" if request.url.count("/") == 2 else request.url  # as the real client spells it
        path = url.removeprefix(self.home)
        if path in self.pages:
            media_type, body = self.pages[path]
        elif not path:
            media_type, body = "text/html", self.page()
        else:
            return Response(status=404, headers={}, url=request.url)
        return Response(status=200, headers={"Content-Type": media_type}, body=body, url=url)

    def _feed(self, request: Request) -> Response:
        self.asked.append(request)
        sent = dict(request.headers)
        status, body = self.status, self.document()
        etag = self.headers.get("ETag") or (f'"{sha256(body).hexdigest()}"' if self.validators else "")
        known = etag and sent.get("If-None-Match") == etag
        if status == 200 and known:
            status, body = 304, b""
        if status != 200:
            body = b""
        return Response(
            status=status,
            headers={"Content-Type": "application/rss+xml", **({"ETag": etag} if etag else {}), **self.headers},
            body=body,
            url=self.moved or request.url,
            moved=self.moved,
        )


async def follow(instance: RunningInstance, address: str, **how: Any) -> BlogrollEntry:
    """What `syndicate follow` does."""
    finder = FeedFinder(instance.server.transport, instance.server.actors, instance.clock, schemes=("https",))
    following = BlogrollEditor(instance.store, instance.server.services.outbox, instance.clock)
    return await following.follow(address, finder, **how)


async def edit(instance: RunningInstance, address: str, *, seen: bool = False, **changes: Any) -> BlogrollEntry:
    """What `syndicate blogroll edit` does."""
    return await BlogrollEditor(instance.store, instance.server.services.outbox, instance.clock).edit(
        address, changes, seen=seen
    )


async def entry_of(instance: RunningInstance, address: str) -> BlogrollEntry:
    entry = await instance.store.blogroll.find(address)
    assert entry is not None
    return entry


async def wait(instance: RunningInstance, **time: float) -> None:
    """Let time pass, and do what is due then."""
    instance.clock.advance(**time)
    await instance.settle()


async def titles(instance: RunningInstance) -> list[str]:
    """What stands in the river, newest first."""
    return [one.post.heading for one in await instance.store.feed_entries.list_river(before=None, limit=500)]
