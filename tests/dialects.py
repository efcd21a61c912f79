"""Servers that speak as their own software does: what they say and serve stands in `tests/documents/<software>/`."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.model.post import Post
from syndicate.signatures import Message, public_pem
from syndicate.transport.message import Request, Response
from tests.clocks import FakeClock
from tests.peer import ACTIVITY
from tests.signatures import senders
from tests.wire import Wire

DOCUMENTS = Path(__file__).parent / "documents"
SIGNED = {
    "mastodon": ("host date content-type digest (request-target)", "rsa-sha256"),
    "gotosocial": ("(request-target) host date digest", "hs2019"),
    "misskey": ("(request-target) date host digest", "rsa-sha256"),
    "pleroma": ("(request-target) content-length date digest host", "rsa-sha256"),
    "lemmy": ("(request-target) content-type date digest host", "hs2019"),
    "peertube": ("(request-target) host date digest content-type", "rsa-sha256"),
    "pixelfed": ("(request-target) date host accept digest content-type user-agent", "rsa-sha256"),
    "wordpress": ("(request-target) host date digest", "rsa-sha256"),
    "akkoma": ("(request-target) content-length date digest host", "rsa-sha256"),
    "friendica": ("(request-target) date content-length digest host", "rsa-sha256"),
    "threads": ("(request-target) host date digest content-type", "rsa-sha256"),
    "ghost": ('"@method" "@target-uri" "@authority" "host" "date" "content-digest"', "rfc9421"),
}
"""What each covers, in its order, and what it calls the algorithm; Fedify signs by RFC 9421 first."""


@dataclass
class Speaker:
    """One actor of a server of the kind `software`, who talks about `post`. `received` is what was sent to it; `served` in
    its documents is what else can be had there, by address."""

    wire: Wire
    clock: FakeClock
    key: RSAPrivateKey
    software: str
    post: Post
    file: str = "conversation.json"
    received: list[dict[str, Any]] = field(default_factory=list)
    documents: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.documents = self._read("account.json") | self._read(self.file)
        for address in (self.actor, *self.documents.get("served", {})):
            self.wire.connect_server(urlsplit(address).netloc, self.answer)

    def _read(self, file: str) -> dict[str, Any]:
        text = (DOCUMENTS / self.software / file).read_text(encoding="utf-8")
        text = text.replace("{{post}}", self.post.uri)
        text = text.replace("{{permalink}}", f"https://blog.example{self.post.path}")
        found: dict[str, Any] = json.loads(text.replace("{{key}}", public_pem(self.key).replace("\n", "\\n")))
        return found

    @property
    def actor(self) -> str:
        id: str = self.documents["actor"]["id"]
        return id

    @property
    def key_id(self) -> str:
        return self.key_of(self.actor)

    def key_of(self, actor: str) -> str:
        """The id of the key of an actor there: some say things as their server."""
        document = self.documents["actor"] if actor == self.actor else self.documents["served"][actor]
        id: str = document["publicKey"]["id"]
        return id

    def says(self, name: str) -> bool:
        return name in self.documents

    async def answer(self, request: Request) -> Response:
        if request.method == "POST":
            self.received.append(json.loads(request.body or b"{}"))
            return Response(status=202, headers={}, url=request.url)
        served = {self.actor: self.documents["actor"], **self.documents.get("served", {})}
        if "stub" in self.documents:
            served[self.key_id] = self.documents["stub"]
        document = served.get(request.url)
        if document is None:
            return Response(status=404, headers={}, url=request.url)
        return Response(
            status=200, headers={"Content-Type": ACTIVITY}, body=json.dumps(document).encode(), url=request.url
        )

    async def say(self, name: str, *, path: str = "/inbox") -> Response:
        """Send one of the documents, signed as this software signs."""
        signed = self._signed(self.documents[name], f"https://blog.example{path}")
        headers = tuple((name, value) for name, value in signed.headers if name not in ("host", "content-length"))
        return await self.wire.fetch(Request(method="POST", url=signed.url, headers=headers, body=signed.body))

    def _signed(self, document: dict[str, Any], url: str) -> Message:
        covered, algorithm = SIGNED[self.software]
        body = json.dumps(document, ensure_ascii=False).encode()
        key_id = self.key_of(document["actor"])
        headers = {"date": senders.http_date(self.clock()), "user-agent": f"{self.software} (test)"}
        if algorithm == "rfc9421":
            headers["content-type"] = ACTIVITY
            parameters = f';alg="rsa-v1_5-sha256";keyid="{key_id}";created={int(self.clock().timestamp())}'
            return senders.rfc9421(
                self.key, covered=covered, parameters=parameters, url=url, body=body, headers=headers
            )
        return senders.cavage(
            self.key, covered=covered, algorithm=algorithm, key_id=key_id, url=url, body=body, headers=headers
        )
