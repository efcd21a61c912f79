"""fediverse-pasture's six senders, who differ in what they require and in how they sign.

    python senders.py ADDRESS PORT

`GET /?actor_uri=…` lets them all read an actor and post to its inbox, and tells what each met with. Its keys are
written into the working directory.
"""

# mypy: ignore-errors

import asyncio
import sys

from fediverse_pasture.verify_actor import build_app
from hypercorn.asyncio import serve
from hypercorn.config import Config

ADDRESS, PORT = sys.argv[1], int(sys.argv[2])
SECONDS = 120

app = build_app(False, f"{ADDRESS}:{PORT}", False, SECONDS)
config = Config()
config.bind = [f"{ADDRESS}:{PORT}"]
asyncio.run(serve(app, config))
