"""Updates blogroll entries from the profiles of their accounts: name, tagline and picture, as far as the account
supplied them. What the author wrote or imported stays.
"""

from dataclasses import replace
from typing import Any

from syndicate.clock import to_text
from syndicate.content.text import clean_name, plain
from syndicate.model.actor import RemoteActor
from syndicate.model.ids import new_id
from syndicate.storage import Tables
from syndicate.storage.media import MediaFile, MediaState, Purpose

MAX_TAGLINE = 300
SUPPLIED = ("name", "tagline", "icon")


def supplied_by(actor: RemoteActor) -> dict[str, Any]:
    """Return the members of an entry that an account supplies."""
    tagline = clean_name(plain(actor.summary), limit=MAX_TAGLINE)
    return {"name": actor.name or actor.handle, "tagline": tagline, "icon": actor.icon}


async def follow_update(tx: Tables, actor: RemoteActor) -> bool:
    """Update the entry of an account; return False if there is none or nothing has changed."""
    entry = await tx.blogroll.find_by_actor(actor.uri)
    if entry is None:
        return False
    now = supplied_by(actor)
    now["name"] = now["name"] or entry.name
    renewed = replace(entry, **{member: now[member] for member in SUPPLIED if member in entry.supplied})
    if renewed == entry:
        return False
    if renewed.icon != entry.icon:
        renewed = replace(renewed, picture=await request_picture(tx, renewed.icon))
    await tx.blogroll.save(renewed, added=to_text(tx.clock()))
    if not entry.hidden:
        await tx.versions.move("blogroll", "river")
    return True


async def request_picture(tx: Tables, icon: str) -> str:
    """Return the path of our copy of a picture; enqueue its download if there is none."""
    if not icon:
        return ""
    file = await tx.media.find_by_source(icon)
    if file is None:
        now = tx.clock()
        await tx.media.save(MediaFile(id=new_id(now), source_url=icon, purpose=Purpose.BLOGROLL, due=now))
    return f"/media/{file.name}" if file is not None and file.state is MediaState.KEPT else ""
