"""fediverse-pasture's collection of odd objects, and people who send them.

    python inputs.py ADDRESS PORT

`GET /ctl/sets` tells how many objects each set has. `POST /ctl/send` with a `set`, the `post` to be answered and its
`inbox` sends each of them as a reply, in a Create signed by one of ten people, and tells their ids and what the
inbox answered. Where an object names its author or what it answers, that becomes this person and that post, so that
it is about how such things may be written.
"""

# mypy: ignore-errors

import asyncio
import json
import sys
import uuid
from datetime import UTC, datetime
from itertools import cycle
from typing import Any

import aiohttp
from fediverse_pasture.data_provider import bovine_actor_for_actor_data
from fediverse_pasture.data_provider.generate import generate_key_pair
from fediverse_pasture.data_provider.models import ActorData
from fediverse_pasture.server import BlueprintForActors
from fediverse_pasture_inputs import available
from hypercorn.asyncio import serve
from hypercorn.config import Config
from quart import Quart, request

ADDRESS, PORT = sys.argv[1], int(sys.argv[2])
BASE = f"http://{ADDRESS}:{PORT}"
AS2 = "https://www.w3.org/ns/activitystreams"
AUTHOR, ANSWERED = "http://pasture-one-actor/actor", "http://pasture-one-actor/assets/note1.jsonap"

NAMES = ("ada", "ben", "cleo", "dan", "eva", "finn", "gina", "hugo", "ines", "jan")
KEYS = [generate_key_pair("main")]
PEOPLE = [ActorData(actor_name=name, user_part=name, key_pairs=KEYS) for name in NAMES]
"""Several, since one who says 261 things within minutes is a flood."""
SENDERS = dict(zip(sorted(available), cycle(PEOPLE)))

app = Quart(__name__)
app.register_blueprint(BlueprintForActors(PEOPLE).blueprint)


def activity(example: dict[str, Any], actor: str, post: str) -> dict[str, Any]:
    """The example as a note of this person in answer to that post, in its Create."""
    note = {
        "type": "Note",
        "attributedTo": actor,
        "inReplyTo": post,
        "to": [f"{AS2}#Public"],
        "id": f"{BASE}/notes/{uuid.uuid4()}",
        "published": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        **json.loads(json.dumps(example).replace(AUTHOR, actor).replace(ANSWERED, post)),
    }
    return {
        "@context": note.get("@context", AS2) if "@context" in note else [AS2, {"Hashtag": "as:Hashtag"}],
        "type": "Create",
        "id": f"{BASE}/activities/{uuid.uuid4()}",
        "actor": actor,
        "to": note["to"],
        "object": note,
    }


@app.get("/ctl/sets")
async def tell_sets() -> dict[str, int]:
    return {name: len(found.examples) for name, found in sorted(available.items())}


@app.post("/ctl/send")
async def send() -> list[dict[str, Any]]:
    asked = await request.get_json()
    sender = SENDERS[asked["set"]]
    actor = f"{BASE}/{sender.actor_name}"
    person, _ = bovine_actor_for_actor_data(actor, sender)
    sent = []
    async with aiohttp.ClientSession() as session:
        await person.init(session=session)
        for example in available[asked["set"]].examples:
            create = activity(example, actor, asked["post"])
            body = json.dumps(create)
            response = await person.client.post(asked["inbox"], body, content_type="application/activity+json")
            sent.append({"activity": create["id"], "note": create["object"]["id"], "status": response.status})
            response.release()
    return sent


config = Config()
config.bind = [f"{ADDRESS}:{PORT}"]
asyncio.run(serve(app, config))
