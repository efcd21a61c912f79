"""Remote interaction: finds the page on a reader's own server to follow the blog, or to reply to, like or boost something.

Servers publish it by WebFinger: activity intents (FEP-3b86), or the older subscribe template of OStatus.
"""

import re
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from syndicate.activitypub.discovery import FEP_3B86
from syndicate.federation.actors.webfinger import Schemes, account_of, links_of
from syndicate.transport.message import Transport
from syndicate.urls import split

SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"
VARIABLE = re.compile(r"\{([A-Za-z-]{1,30})\}")
MAX_TEMPLATE_LENGTH = 2000


class Intent(StrEnum):
    """What people do from their own server: follow the blog, or reply to, like or boost a post."""

    FOLLOW = "follow"
    REPLY = "reply"
    LIKE = "like"
    BOOST = "boost"


RELATIONS = {
    Intent.FOLLOW: ((f"{FEP_3B86}Follow", "object"), (f"{FEP_3B86}Object", "object"), (SUBSCRIBE, "uri")),
    Intent.REPLY: ((f"{FEP_3B86}Create", "inReplyTo"), (f"{FEP_3B86}Object", "object"), (SUBSCRIBE, "uri")),
    Intent.LIKE: ((f"{FEP_3B86}Like", "object"), (f"{FEP_3B86}Object", "object"), (SUBSCRIBE, "uri")),
    Intent.BOOST: ((f"{FEP_3B86}Announce", "object"), (f"{FEP_3B86}Object", "object"), (SUBSCRIBE, "uri")),
}
"""Link relations, each with the template variable for the object; the best first."""


class RemoteInteraction:
    """Looks up the templates. `schemes` are https, and http among private peers."""

    def __init__(self, transport: Transport, *, schemes: Schemes) -> None:
        self._transport, self._schemes = transport, schemes

    async def find(self, account: str, intent: Intent, object: str) -> str:
        """Return the address on the reader's server; empty if that server offers none.

        Raises AddressUnusable for an invalid account, RemoteError if its server does not answer.
        """
        links = await links_of(account_of(account), self._transport, schemes=self._schemes)
        for relation, variable in RELATIONS[intent]:
            for link in links:
                address = self._expand(link, variable, object) if link.get("rel") == relation else ""
                if address:
                    return address
        return ""

    def _expand(self, link: dict[str, Any], variable: str, object: str) -> str:
        """Expand a template: our variable with the object, all others empty."""
        template = link.get("template")
        if not isinstance(template, str) or f"{{{variable}}}" not in template or len(template) > MAX_TEMPLATE_LENGTH:
            return ""
        values = {variable: quote(object, safe=""), "type": "Note"}
        address = VARIABLE.sub(lambda match: values.get(match.group(1), ""), template)
        parts = split(address)
        if parts.scheme not in self._schemes or not parts.hostname or "@" in parts.netloc or not address.isascii():
            return ""
        return "" if any(letter in address for letter in '\r\n\t <>"') else address
