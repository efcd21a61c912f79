"""A server built on pubby, with one person who does as the tests ask.

    python peer.py ADDRESS PORT USER

pubby (AGPL-3.0) does the protocol, and knows draft-cavage signatures only: a request signed by RFC 9421 is answered
401. It runs as a process of its own. `GET /ctl/log` is all that was received, `POST /ctl/<command>` does something.
"""

# mypy: ignore-errors

import sys
import tempfile
import uuid
from datetime import UTC, datetime
from typing import Any

import requests
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pubby import ActivityPubHandler, deliver_activity
from pubby.crypto import generate_rsa_keypair
from pubby.server.adapters.fastapi import bind_activitypub
from pubby.storage.adapters.file import FileActivityPubStorage

ADDRESS, PORT, USER = sys.argv[1], int(sys.argv[2]), sys.argv[3]
BASE = f"http://{ADDRESS}:{PORT}"
AS2 = "https://www.w3.org/ns/activitystreams"
PUBLIC = f"{AS2}#Public"

log: list[dict[str, Any]] = []
notes: dict[str, dict[str, Any]] = {}
said: dict[str, dict[str, Any]] = {}

storage = FileActivityPubStorage(data_dir=tempfile.mkdtemp(prefix="pubby-"))
key, _ = generate_rsa_keypair()
handler = ActivityPubHandler(
    storage=storage,
    actor_config={"base_url": BASE, "username": USER, "name": f"Pubby {USER}"},
    private_key=key,
    webfinger_domain=f"{ADDRESS}:{PORT}",
    async_delivery=False,
    max_retries=1,
    allow_private_targets=True,
    on_activity=lambda activity, raw: log.append({"type": activity.type, "verified": True, "json": raw}),
)
app = FastAPI()
bind_activitypub(app, handler)


@app.middleware("http")
async def record(request: Request, call_next: Any) -> Any:
    """Every knock at the inbox, with the dialect of its signature and what came of it."""
    response = await call_next(request)
    if request.method == "POST" and request.url.path.endswith("inbox"):
        dialect = "rfc9421" if "signature-input" in request.headers else "cavage"
        log.append({"type": "HTTP", "status": response.status_code, "dialect": dialect})
    return response


def fetch(address: str) -> dict[str, Any]:
    return requests.get(address, headers={"accept": "application/activity+json"}, timeout=120).json()


def author_of(address: str) -> str:
    return fetch(address)["attributedTo"]


def send(activity: dict[str, Any], recipients: list[str]) -> dict[str, Any]:
    """To the inboxes of these actors and of the followers."""
    activity = {"@context": AS2, "id": f"{BASE}/activities/{uuid.uuid4()}", "actor": handler.actor_id, **activity}
    inboxes = {fetch(actor)["inbox"] for actor in recipients} | {one.inbox for one in storage.get_followers()}
    for inbox in inboxes:
        status = deliver_activity(activity, inbox, key_id=handler.key_id, private_key=key)
        if status >= 300:
            raise RuntimeError(f"{inbox} answered {status}")
    return activity


class Commands:
    """One method per command; what the tests send are its arguments."""

    def follow(self, actor: str) -> None:
        said[f"Follow {actor}"] = send({"type": "Follow", "object": actor, "to": [actor]}, [actor])

    def unfollow(self, actor: str) -> None:
        send({"type": "Undo", "object": said[f"Follow {actor}"], "to": [actor]}, [actor])

    def note(self, content: str, inReplyTo: str, mentions: tuple[str, ...] = ()) -> dict[str, str]:  # noqa: N803
        recipients = [author_of(inReplyTo), *mentions]
        id = f"{BASE}/notes/{uuid.uuid4()}"
        note = {
            "id": id,
            "url": id,
            "type": "Note",
            "attributedTo": handler.actor_id,
            "inReplyTo": inReplyTo,
            "content": content,
            "published": now(),
            "to": [PUBLIC],
            "cc": [*recipients, handler.followers_url],
        }
        notes[note["id"]] = note
        send({"type": "Create", "to": note["to"], "cc": note["cc"], "object": note}, recipients)
        return {"note": note["id"]}

    def edit(self, note: str, content: str) -> None:
        notes[note] |= {"content": content, "updated": now()}
        send({"type": "Update", "to": [PUBLIC], "object": notes[note]}, [author_of(notes[note]["inReplyTo"])])

    def delete(self, note: str) -> None:
        gone = notes.pop(note)
        send({"type": "Delete", "to": [PUBLIC], "object": gone["id"]}, [author_of(gone["inReplyTo"])])

    def like(self, object: str) -> None:
        said[f"Like {object}"] = send({"type": "Like", "object": object}, [author_of(object)])

    def unlike(self, object: str) -> None:
        send({"type": "Undo", "object": said[f"Like {object}"]}, [author_of(object)])


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


@app.get("/ctl/log")
def tell_log() -> list[dict[str, Any]]:
    return log


@app.get("/ctl/state")
def tell_state() -> dict[str, Any]:
    return {"handle": f"@{USER}@{ADDRESS}:{PORT}", "followers": [one.actor_id for one in storage.get_followers()]}


@app.post("/ctl/{command}")
def command(command: str, arguments: dict[str, Any]) -> JSONResponse:
    try:
        return JSONResponse(getattr(Commands(), command)(**arguments))
    except Exception as error:  # noqa: BLE001 - the tests are to see it
        return JSONResponse({"error": repr(error)}, status_code=500)


@app.get("/notes/{name}")
def note(name: str) -> JSONResponse:
    found = notes.get(f"{BASE}/notes/{name}")
    if found is None:
        return JSONResponse({}, status_code=410)
    return JSONResponse({"@context": AS2, **found}, media_type="application/activity+json")


uvicorn.run(app, host=ADDRESS, port=PORT, log_level="warning")
