"""The look at the blog from outside: what other servers would get at its public address."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from syndicate.config import SiteConfig
from syndicate.errors import RemoteUnavailable
from syndicate.federation.actors.outside_checks import CheckKind, check_outside
from syndicate.model.actor import LocalActor
from syndicate.transport.message import Request, Response

SITE = SiteConfig(url="https://blog.example", handle="notes")
ACTOR = LocalActor(
    id="blog",
    uri="https://blog.example/actor",
    handle="notes",
    name="Notes",
    summary="",
    url="https://blog.example/",
    published=datetime(2026, 1, 1, tzinfo=UTC),
    key_id="https://blog.example/actor#main-key",
    public_key_pem="-----BEGIN PUBLIC KEY-----\nAB\n-----END PUBLIC KEY-----\n",
)
NAME: dict[str, Any] = {"links": [{"rel": "self", "href": ACTOR.uri}]}
INVALID = 'Bearer error="invalid_token"'
ACCOUNT: dict[str, Any] = {"id": ACTOR.uri, "publicKey": {"publicKeyPem": ACTOR.public_key_pem.replace("\n", "\r\n")}}


class FakeServer:
    """Answers the four requests in their order."""

    def __init__(self, *answers: tuple[int, bytes]) -> None:
        self.answers = list(answers)

    async def fetch(self, request: Request) -> Response:
        if not self.answers:
            raise RemoteUnavailable(f"{request.url}: no such host")
        status, body = self.answers.pop(0)
        headers = {"WWW-Authenticate": body.decode()} if status == 401 else {}
        return Response(status=status, headers=headers, body=body, url=request.url)


def answers(
    *, name: object = NAME, account: object = ACCOUNT, page: int = 200, last: int = 200, token: str = INVALID
) -> FakeServer:
    found = ((page, b"<p>"), (200, json.dumps(name).encode()), (last, json.dumps(account).encode()))
    return FakeServer(*found, (401 if token else 404, token.encode()))


@pytest.mark.parametrize(
    ("server", "kind", "problem"),
    [
        (answers(), None, ""),
        (answers(last=401, account={}), None, ""),
        (answers(page=503), CheckKind.PAGE, "503"),
        (answers(name={"links": [{"href": "https://old.example/actor"}, 7]}), CheckKind.NAME, "another program"),
        (answers(name=[]), CheckKind.NAME, "another program"),
        (answers(account=ACCOUNT | {"id": "https://blog.example/?author=1"}), CheckKind.ACCOUNT, "another account"),
        (answers(account=ACCOUNT | {"publicKey": {"publicKeyPem": "other"}}), CheckKind.ACCOUNT, "another key"),
        (answers(account="x"), CheckKind.ACCOUNT, "another account"),
        (answers(last=500), CheckKind.ACCOUNT, "500"),
        (answers(token="Bearer"), CheckKind.PROGRAMS, "Authorization"),
        (answers(token=""), CheckKind.PROGRAMS, "404"),
    ],
)
async def test_what_is_wrong_outside_is_named(server: FakeServer, kind: CheckKind | None, problem: str) -> None:
    checks = await check_outside(server, SITE, ACTOR)
    assert [check.kind for check in checks] == list(CheckKind)
    wrong = [check for check in checks if check.problem]
    assert [check.kind for check in wrong] == ([kind] if kind else [])
    assert problem in "".join(check.problem for check in wrong)


async def test_where_nothing_answers_nothing_else_is_tried() -> None:
    [check] = await check_outside(FakeServer(), SITE, ACTOR)
    assert check.is_unreached
    assert check.problem == "no such host"
