"""Renders local actors."""

import re
from dataclasses import dataclass
from html import escape

from syndicate.activitypub.render.parts import Document, identified_picture
from syndicate.activitypub.vocabulary import ACTOR_CONTEXT
from syndicate.clock import to_wire
from syndicate.model.actor import LocalActor, Role
from syndicate.model.post import Picture

WEB_SCHEME = re.compile("https?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A local actor with the other members of its document. `about` is safe HTML that stands for its summary, or empty;
    `icon` and `image` are its picture and header picture. `fields` are pairs of label and address or text;
    `also_known_as` are the ids of accounts that may move here; `moved_to` is the account that this one moved to."""

    actor: LocalActor
    shared_inbox: str
    account: str
    domain: str
    language: str
    about: str = ""
    icon: Picture | None = None
    image: Picture | None = None
    fields: tuple[tuple[str, str], ...] = ()
    also_known_as: tuple[str, ...] = ()
    moved_to: str = ""


def actor(profile: Profile) -> Document:
    """Render a local actor (ActivityPub §4.1, with Mastodon's extensions)."""
    local_actor = profile.actor
    document: Document = {
        "@context": ACTOR_CONTEXT,
        "id": local_actor.uri,
        "type": local_actor.role.type,
        "preferredUsername": local_actor.handle,
        "webfinger": profile.account,
        "name": local_actor.name,
        "summary": profile.about or (f"<p>{escape(local_actor.summary)}</p>" if local_actor.summary else ""),
        "url": local_actor.url,
        "published": to_wire(local_actor.published),
        "inbox": local_actor.inbox,
        "outbox": local_actor.outbox,
        "followers": local_actor.followers,
        "following": local_actor.following,
        "featured": local_actor.featured,
        "endpoints": {"sharedInbox": profile.shared_inbox},
        "manuallyApprovesFollowers": False,
        "discoverable": True,
        "indexable": True,
        "interactionPolicy": {"canFeature": {"automaticApproval": [], "manualApproval": []}},
        "attributionDomains": [profile.domain],
        "attachment": [
            {"type": "PropertyValue", "name": label, "value": _field(value)} for label, value in profile.fields
        ],
        "tag": [],
        "publicKey": {"id": local_actor.key_id, "owner": local_actor.uri, "publicKeyPem": local_actor.public_key_pem},
        "generator": {
            "type": "Application",
            "implements": [
                {"href": "https://datatracker.ietf.org/doc/html/rfc9421", "name": "RFC-9421: HTTP Message Signatures"}
            ],
        },
    }
    if local_actor.role is Role.BLOG:
        document["featuredTags"] = local_actor.featured_tags
    if profile.also_known_as:
        document["alsoKnownAs"] = list(profile.also_known_as)
    if profile.moved_to:
        document["movedTo"] = profile.moved_to
    if local_actor.proof_keys:
        document["assertionMethod"] = [
            {"id": key.id, "type": "Multikey", "controller": local_actor.uri, "publicKeyMultibase": key.multikey}
            for key in local_actor.proof_keys
        ]
    if profile.icon:
        document["icon"] = identified_picture(profile.icon)
    if profile.image:
        document["image"] = identified_picture(profile.image)
    return document


def _field(value: str) -> str:
    """Render a profile field as HTML. Mastodon verifies a link only if the value is a single `<a>` whose text is its
    `href`; it does not show what is `invisible`."""
    scheme = WEB_SCHEME.match(value)
    if scheme is None or len(value.split()) != 1:
        return escape(value)
    rest = escape(value[scheme.end() :])
    return f'<a href="{escape(value)}" rel="me"><span class="invisible">{scheme[0]}</span>{rest}</a>'
