"""Where on her own server a visitor can follow the blog, or answer something: what that server offers for it.

Servers say so by WebFinger: activity intents (FEP-3b86), and before those the subscribe template of OStatus.
"""

import re
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from syndicate.federation.actors.webfinger import Schemes, account_of, links_of
from syndicate.transport.message import Transport
from syndicate.urls import split

FEP_3B86 = "https://w3id.org/fep/3b86/"
SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"
PLACE = re.compile(r"\{([A-Za-z-]{1,30})\}")
LONGEST = 2000


class Intent(StrEnum):
    FOLLOW = "follow"
    REPLY = "reply"


RELATIONS = {
    Intent.FOLLOW: ((f"{FEP_3B86}Follow", "object"), (f"{FEP_3B86}Object", "object"), (SUBSCRIBE, "uri")),
    Intent.REPLY: ((f"{FEP_3B86}Create", "inReplyTo"), (f"{FEP_3B86}Object", "object"), (SUBSCRIBE, "uri")),
}
"""Relation, and the place in its template that takes what it is about; the best first."""


class RemoteInteraction:
    """`schemes` are https, and http among private peers."""

    def __init__(self, transport: Transport, *, schemes: Schemes) -> None:
        self._transport, self._schemes = transport, schemes

    async def find(self, account: str, intent: Intent, object: str) -> str:
        """The address on the visitor's server where she can go on; empty where that server offers none.

        Raises AddressUnusable for what is no account, RemoteError where its server does not answer.
        """
        links = await links_of(account_of(account), self._transport, schemes=self._schemes)
        for relation, place in RELATIONS[intent]:
            for link in links:
                address = self._filled(link, place, object) if link.get("rel") == relation else ""
                if address:
                    return address
        return ""

    def _filled(self, link: dict[str, Any], place: str, object: str) -> str:
        """A template with its places filled: ours with the object, all others with nothing."""
        template = link.get("template")
        if not isinstance(template, str) or f"{{{place}}}" not in template or len(template) > LONGEST:
            return ""
        values = {place: quote(object, safe=""), "type": "Note"}
        address = PLACE.sub(lambda match: values.get(match.group(1), ""), template)
        parts = split(address)
        if parts.scheme not in self._schemes or not parts.hostname or "@" in parts.netloc or not address.isascii():
            return ""
        return "" if any(letter in address for letter in '\r\n\t <>"') else address
