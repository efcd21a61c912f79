"""Whether the blog can be reached at its public address as others would: its page, its name, its account with the key
that it has here, and the endpoint of programs that write for the author."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from syndicate.activitypub.vocabulary import ACTIVITY_JSON
from syndicate.config import SiteConfig
from syndicate.errors import RemoteError
from syndicate.model.actor import LocalActor
from syndicate.transport.message import OBJECT, PAGE, WEBFINGER, Request, Response, Transport

Judge = Callable[[Response], str]
"""Returns what is wrong with a response, or an empty string."""
ASKS_FOR_SIGNATURES = 401
NO_TOKEN = (("Authorization", "Bearer none"),)


class CheckKind(StrEnum):
    PAGE = "page"
    NAME = "name"
    ACCOUNT = "account"
    PROGRAMS = "programs"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideCheck:
    """What was fetched. `problem` is empty if it is as it should be; `is_unreached`: there was no answer."""

    kind: CheckKind
    url: str
    problem: str = ""
    is_unreached: bool = False


async def check_outside(transport: Transport, site: SiteConfig, actor: LocalActor) -> list[OutsideCheck]:
    """Fetch what other servers fetch. After the first address that does not answer at all, no other is tried."""
    resource = f"{site.url}/.well-known/webfinger?resource=acct:{site.account}"
    accept = (("Accept", ACTIVITY_JSON),)
    requests: tuple[tuple[CheckKind, Request, Judge], ...] = (
        (CheckKind.PAGE, Request(url=f"{site.url}/", budget=PAGE), _status),
        (CheckKind.NAME, Request(url=resource, budget=WEBFINGER), lambda answer: _name(answer, actor)),
        (CheckKind.ACCOUNT, Request(url=actor.uri, budget=OBJECT, headers=accept), lambda one: _account(one, actor)),
        (CheckKind.PROGRAMS, Request(url=f"{site.url}/indieauth/token", budget=OBJECT, headers=NO_TOKEN), _programs),
    )
    checks: list[OutsideCheck] = []
    for kind, request, judge in requests:
        try:
            problem = judge(await transport.fetch(request))
        except RemoteError as error:
            reason = str(error).removeprefix(f"{request.url}: ")
            return [*checks, OutsideCheck(kind=kind, url=request.url, problem=reason, is_unreached=True)]
        checks.append(OutsideCheck(kind=kind, url=request.url, problem=problem))
    return checks


def _status(answer: Response) -> str:
    return "" if answer.status == 200 else f"answers {answer.status}; other servers need 200 here"


def _name(answer: Response, actor: LocalActor) -> str:
    links = _document(answer).get("links")
    ids = [link.get("href") for link in links if isinstance(link, dict)] if isinstance(links, list) else []
    return _status(answer) or (
        "" if actor.uri in ids else "another program answers here: it does not name this account"
    )


def _account(answer: Response, actor: LocalActor) -> str:
    if answer.status == ASKS_FOR_SIGNATURES:  # authorized fetch: this request has none
        return ""
    document = _document(answer)
    key = document.get("publicKey")
    pem = key.get("publicKeyPem") if isinstance(key, dict) else None
    if problem := _status(answer):
        return problem
    if document.get("id") != actor.uri:
        return "another account answers here"
    if not isinstance(pem, str) or pem.split() != actor.public_key_pem.split():
        return "the account has another key there than here; is that another copy of the blog?"
    return ""


def _programs(answer: Response) -> str:
    """A token that is not valid is refused as such; one that did not arrive is missed."""
    if answer.status != 401:
        return f"answers {answer.status}; the blog itself answers 401 to a token that is not valid"
    if "invalid_token" in answer.headers.get("WWW-Authenticate", ""):
        return ""
    return "the header Authorization does not arrive, so apps cannot write; the proxy has to pass it on"


def _document(answer: Response) -> dict[str, object]:
    try:
        document = json.loads(answer.body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
