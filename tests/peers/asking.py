"""Plain HTTP for tests that watch real programs."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from tests.waiting import LONGEST


class _Stay(HTTPRedirectHandler):
    """Redirects are answers."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_opener = build_opener(ProxyHandler({}), _Stay)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


def ask(address: str, *, accept: str = "*/*", data: Any = None, **headers: str) -> Answer:
    """GET, or POST of JSON where there is `data`. Raises OSError where nobody answers."""
    sent = {"Accept": accept, **{name.replace("_", "-"): value for name, value in headers.items()}}
    body = None
    if data is not None:
        sent["Content-Type"] = "application/json"
        body = json.dumps(data).encode()
    try:
        with _opener.open(Request(address, data=body, headers=sent), timeout=LONGEST) as response:
            return Answer(response.status, dict(response.headers), response.read())
    except HTTPError as error:
        with error:
            return Answer(error.code, dict(error.headers), error.read())
