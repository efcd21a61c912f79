"""A small remote server with one actor and its keys: the other side of every conversation in the stories."""

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.signatures import Dialect, Message, public_pem, sign
from syndicate.transport.message import Request, Response
from tests.clocks import FakeClock
from tests.wire import Wire

AS2 = "https://www.w3.org/ns/activitystreams"
PUBLIC = f"{AS2}#Public"
ACTIVITY = "application/activity+json"


@dataclass
class Peer:
    """`documents` are what it serves, by address; `received` is what was POSTed to it, parsed."""

    wire: Wire
    clock: FakeClock
    key: RSAPrivateKey
    host: str = "social.example"
    name: str = "ann"
    instance: str = "blog.example"
    documents: dict[str, Any] = field(default_factory=dict)
    received: list[dict[str, Any]] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    inbox_status: int = 202
    inbox_headers: dict[str, str] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.wire.connect_server(self.host, self.answer)
        self.documents[self.actor] = self.actor_document()

    @property
    def base(self) -> str:
        return f"https://{self.host}"

    @property
    def actor(self) -> str:
        return f"{self.base}/users/{self.name}"

    @property
    def inbox(self) -> str:
        return f"{self.actor}/inbox"

    @property
    def shared_inbox(self) -> str:
        return f"{self.base}/inbox"

    @property
    def key_id(self) -> str:
        return f"{self.actor}#main-key"

    def actor_document(self, **changes: Any) -> dict[str, Any]:
        return {
            "@context": [AS2, "https://w3id.org/security/v1"],
            "id": self.actor,
            "type": "Person",
            "preferredUsername": self.name,
            "name": self.name.title(),
            "url": f"{self.base}/@{self.name}",
            "inbox": self.inbox,
            "outbox": f"{self.actor}/outbox",
            "followers": f"{self.actor}/followers",
            "endpoints": {"sharedInbox": self.shared_inbox},
            "published": "2019-01-01T00:00:00Z",
            "publicKey": {"id": self.key_id, "owner": self.actor, "publicKeyPem": public_pem(self.key)},
            **changes,
        }

    def neighbour(self, name: str, key: RSAPrivateKey) -> "Peer":
        """Another actor on the same server."""
        beside = Peer(
            wire=self.wire,
            clock=self.clock,
            key=key,
            host=self.host,
            name=name,
            instance=self.instance,
            documents=self.documents,
            received=self.received,
            requests=self.requests,
            statuses=self.statuses,
            _numbers=self._numbers,
        )
        self.wire.connect_server(self.host, self.answer)
        return beside

    def is_found_by_name(self) -> str:
        """From now on its server answers WebFinger for it; returns what it is asked for."""
        account = f"{self.name}@{self.host}"
        address = f"{self.base}/.well-known/webfinger?resource=acct:{account}"
        links = [{"rel": "self", "type": ACTIVITY, "href": self.actor}]
        self.documents[address] = {"subject": f"acct:{account}", "links": links}
        return address

    def fetched(self, address: str) -> int:
        """How often an address was asked for."""
        return sum(1 for request in self.requests if request.method == "GET" and request.url == address)

    # as a server

    async def answer(self, request: Request) -> Response:
        self.requests.append(request)
        if request.method == "POST":
            if self.inbox_status < 300:
                self.received.append(json.loads(request.body or b"{}"))
            return self._response(request, self.inbox_status, b"", self.inbox_headers)
        address = request.url.partition("#")[0]
        status = self.statuses.get(address)
        if status is not None:
            return self._response(request, status, b"", {})
        document = self.documents.get(address)
        if document is None:
            return self._response(request, 404, b"", {})
        return self._response(request, 200, json.dumps(document).encode(), {"Content-Type": ACTIVITY})

    def _response(self, request: Request, status: int, body: bytes, headers: Mapping[str, str]) -> Response:
        return Response(status=status, headers=dict(headers), body=body, url=request.url)

    def of_type(self, type: str) -> list[dict[str, Any]]:
        return [activity for activity in self.received if activity.get("type") == type]

    # as a reader and sender

    async def read(self, address: str, *, dialect: Dialect = Dialect.CAVAGE) -> Response:
        """A signed GET of something of the blog's."""
        message = Message(method="GET", url=address, headers=(), body=b"")
        made = sign(message, dialect=dialect, key_id=self.key_id, key=self.key, now=self.clock())
        signature = tuple((name, value) for name, value in made if name.lower() != "host")
        return await self.wire.fetch(Request(url=address, headers=(("Accept", ACTIVITY), *signature)))

    def activity(self, type: str, object: Any, **more: Any) -> dict[str, Any]:
        return {
            "@context": AS2,
            "id": f"{self.base}/activities/{next(self._numbers)}",
            "type": type,
            "actor": self.actor,
            "object": object,
            **more,
        }

    def signed(
        self,
        body: bytes,
        *,
        path: str = "/inbox",
        dialect: Dialect = Dialect.CAVAGE,
        key: RSAPrivateKey | None = None,
        key_id: str | None = None,
        content_type: str = ACTIVITY,
    ) -> Request:
        """A signed POST to the blog, to be sent or to be tampered with."""
        url = f"https://{self.instance}{path}"
        headers = (("Content-Type", content_type),)
        message = Message(method="POST", url=url, headers=headers, body=body)
        made = sign(message, dialect=dialect, key_id=key_id or self.key_id, key=key or self.key, now=self.clock())
        signature = tuple((name, value) for name, value in made if name.lower() != "host")
        return Request(method="POST", url=url, headers=headers + signature, body=body)

    async def send(self, activity: dict[str, Any], **how: Any) -> Response:
        return await self.wire.fetch(self.signed(json.dumps(activity).encode(), **how))

    async def follow(self) -> Response:
        return await self.send(self.activity("Follow", f"https://{self.instance}/actor"), path="/actor/inbox")

    async def unfollow(self) -> Response:
        follow = {"type": "Follow", "actor": self.actor, "object": f"https://{self.instance}/actor"}
        return await self.send(self.activity("Undo", {"id": f"{self.base}/follows/0", **follow}), path="/actor/inbox")

    def note(self, in_reply_to: str, content: str, **more: Any) -> dict[str, Any]:
        id = f"{self.base}/notes/{next(self._numbers)}"
        note = {
            "id": id,
            "type": "Note",
            "attributedTo": self.actor,
            "inReplyTo": in_reply_to,
            "content": content,
            "url": f"{self.base}/@{self.name}/{urlsplit(id).path.rpartition('/')[2]}",
            "published": self.clock().isoformat(),
            "to": [PUBLIC],
            "cc": [f"{self.actor}/followers"],
            **more,
        }
        self.documents[id] = {"@context": AS2, **note}
        return note

    def create(self, note: dict[str, Any]) -> dict[str, Any]:
        return self.activity("Create", note, to=note.get("to", []), cc=note.get("cc", []))

    async def reply(self, to: str, content: str = "<p>Well said.</p>", **more: Any) -> dict[str, Any]:
        """Say something in answer; returns the note."""
        note = self.note(to, content, **more)
        response = await self.send(self.create(note))
        assert response.status == 202, response.body
        return note

    async def edit(self, note: dict[str, Any], content: str) -> Response:
        edited = {**note, "content": content, "updated": self.clock().isoformat()}
        self.documents[note["id"]] = {"@context": AS2, **edited}
        return await self.send(self.activity("Update", edited, to=note["to"], cc=note["cc"]))

    async def delete(self, note: dict[str, Any]) -> Response:
        self.documents.pop(note["id"], None)
        self.statuses[note["id"]] = 410
        return await self.send(self.activity("Delete", {"id": note["id"], "type": "Tombstone"}, to=[PUBLIC]))

    async def like(self, object: str, **more: Any) -> dict[str, Any]:
        like = self.activity("Like", object, **more)
        await self.send(like, path="/actor/inbox")
        return like

    async def boost(self, object: str) -> dict[str, Any]:
        boost = self.activity("Announce", object, to=[PUBLIC], cc=[f"https://{self.instance}/actor"])
        await self.send(boost)
        return boost

    async def undo(self, activity: dict[str, Any]) -> Response:
        return await self.send(self.activity("Undo", activity))
