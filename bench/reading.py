"""What readers cost: documents from memory, with everything on that an operator has on.

G1 a document with all its bytes · G2 "you have it already" · G3 the distance to a server written in C · G4 packed.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from bench.blogs import NEWEST_PATH
from bench.load import Round, Target, interleaved, ratio, told
from bench.results import Result, judged, skipped
from bench.servers import HOST, NGINX, Answer, Server, ServerFailed, nginx, reference, syndicate
from syndicate.clock import to_text, utc_now
from syndicate.federation.actors.founding import FETCHED
from syndicate.storage import Store

ROUNDS = 5
SECONDS = 1.0
ACTIVITY = "application/activity+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A document, and how it is asked for."""

    what: str
    path: str
    accept: str = "*/*"

    @property
    def headers(self) -> dict[str, str]:
        return {"Host": HOST, "Accept": self.accept, "Accept-Encoding": "identity"}


FEED = Reading(what="feed of a category", path="/category/workshop/feed/")
DOCUMENTS = (
    FEED,
    Reading(what="feed of the blog", path="/feed/"),
    Reading(what="actor", path="/actor", accept=ACTIVITY),
    Reading(what="page of a post", path=NEWEST_PATH, accept="text/html"),
)


def measure(blog: Path, directory: Path) -> list[Result]:
    """G1 to G4. Raises ServerFailed, LoadFailed."""
    asyncio.run(_make_known(blog))
    with syndicate(blog) as ours:
        ours.wait("/")
        return _measure(ours, directory)


async def _make_known(blog: Path) -> None:
    """Record that other servers have fetched the account, as those of every blog in use have: its document is cached by
    its address from then on."""
    store = await Store.open(str(blog / "data" / "syndicate.db"), utc_now)
    try:
        await store.transaction(lambda tx: tx.key_values.save(FETCHED, to_text(utc_now())))
    finally:
        await store.close()


def _measure(ours: Server, directory: Path) -> list[Result]:
    answers = [_answer(ours, document) for document in DOCUMENTS]
    targets: list[Target] = []
    with reference(directory, answers) as bare:
        for number, document in enumerate(DOCUMENTS):
            targets += [
                Target(name=document.what, server=ours, path=document.path, headers=document.headers),
                Target(name=f"bare {document.what}", server=bare, path=f"/{number}", headers=document.headers),
            ]
        unchanged = FEED.headers | {"If-None-Match": answers[0].headers["ETag"]}
        packed = FEED.headers | {"Accept-Encoding": "gzip"}
        targets += [
            Target(name="304", server=ours, path=FEED.path, headers=unchanged),
            Target(name="gzip", server=ours, path=FEED.path, headers=packed),
        ]
        _require(ours.get(FEED.path, unchanged).status == 304, "the feed's ETag is not answered with 304")
        packed_answer = ours.get(FEED.path, packed)
        _require(packed_answer.headers.get("Content-Encoding") == "gzip", "the feed is not packed")
        if NGINX is None:
            rounds = interleaved(targets, rounds=ROUNDS, seconds=SECONDS)
        else:
            with nginx(directory, directory) as static:
                static.wait("/0.body")
                targets.append(Target(name="nginx", server=static, path="/0.body", headers=FEED.headers))
                rounds = interleaved(targets, rounds=ROUNDS, seconds=SECONDS)
    return _results(answers, rounds)


def _answer(server: Server, document: Reading) -> Answer:
    answer = server.get(document.path, document.headers)
    _require(answer.status == 200, f"{document.path} is answered with {answer.status}")
    return answer


def _require(claim: bool, otherwise: str) -> None:
    if not claim:
        raise ServerFailed(otherwise)


def _results(answers: list[Answer], rounds: dict[str, list[Round]]) -> list[Result]:
    results = [
        judged(
            "G1",
            f"{document.what}, {len(answer.body) / 1000:.0f} KB",
            ratio(rounds[document.what], rounds[f"bare {document.what}"]),
            must=0.95,
            stretch=1.05,
            measured=told(rounds[document.what]),
            reference=f"aiohttp {told(rounds[f'bare {document.what}'])}",
        )
        for document, answer in zip(DOCUMENTS, answers, strict=True)
    ]
    ours, bare = rounds[FEED.what], rounds[f"bare {FEED.what}"]
    results.append(
        judged(
            "G2",
            "304",
            ratio(rounds["304"], bare),
            must=0.95,
            stretch=1.5,
            measured=told(rounds["304"]),
            reference=f"aiohttp's 200 {told(bare)}",
        )
    )
    if "nginx" in rounds:
        results.append(
            judged(
                "G3",
                f"{FEED.what} as a static file of nginx",
                ratio(ours, rounds["nginx"]),
                must=0.22,
                stretch=0.4,
                measured=told(ours),
                reference=f"nginx {told(rounds['nginx'])}",
            )
        )
    else:
        results.append(skipped("G3", "beside nginx", "nginx is not installed"))
    results.append(
        judged(
            "G4",
            f"gzip, {FEED.what}",
            ratio(rounds["gzip"], ours),
            must=0.95,
            measured=told(rounds["gzip"]),
            reference=f"identity {told(ours)}",
        )
    )
    return results
