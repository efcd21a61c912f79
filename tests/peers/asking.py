"""Plain HTTP for tests that watch real programs, and patience: they answer when they are ready."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

T = TypeVar("T")

SECONDS = 30.0
"""How long something may take that takes a second. No test looks at the time that passed."""


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
        with _opener.open(Request(address, data=body, headers=sent), timeout=SECONDS) as response:
            return Answer(response.status, dict(response.headers), response.read())
    except HTTPError as error:
        with error:
            return Answer(error.code, dict(error.headers), error.read())


def eventually(look: Callable[[], T], *, until: Callable[[T], Any] = bool, what: str = "") -> T:
    """Look again and again until what is seen is what was awaited; then it is returned."""
    deadline = time.monotonic() + SECONDS
    while not until(seen := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what or 'it'} did not come about; in the end there was {seen!r}")
        time.sleep(0.05)
    return seen
