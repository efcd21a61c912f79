"""Names, contexts and media types of ActivityStreams 2.0 and ActivityPub."""

from typing import Any, Final

AS2: Final = "https://www.w3.org/ns/activitystreams"
PUBLIC: Final = f"{AS2}#Public"
PUBLIC_NAMES: Final = frozenset({PUBLIC, "as:Public", "Public"})
"""JSON-LD lets the Public collection be spelled in three ways (ActivityPub §5.6)."""

ACTIVITY_JSON: Final = "application/activity+json"
ACTOR_TYPES: Final = frozenset({"Application", "Group", "Organization", "Person", "Service"})

CORE_TERMS: Final[dict[str, tuple[str, ...]]] = {
    name: (f"as:{name}", f"{AS2}#{name}")
    for name in ("actor", "object", "to", "cc", "attributedTo", "inReplyTo", "content")
} | {
    "id": ("@id",),
    "type": ("@type",),
    "publicKey": ("sec:publicKey", "https://w3id.org/security#publicKey"),
    "inbox": ("ldp:inbox", "http://www.w3.org/ns/ldp#inbox"),
}
"""Terms that an inline context must not redefine: we read JSON, not JSON-LD."""

BUNDLED_CONTEXTS: Final = frozenset(
    {
        AS2,
        "https://w3id.org/security/v1",
        "https://w3id.org/security/multikey/v1",
        "https://w3id.org/security/data-integrity/v1",
        "https://purl.archive.org/socialweb/webfinger",
    }
)
"""The contexts that JSON-LD servers have built in. Any other would have to be fetched, and while its host is down no
document with it could be read; so all other terms are defined inline."""

ACTOR_CONTEXT: Final[list[Any]] = [
    AS2,
    "https://w3id.org/security/v1",
    "https://w3id.org/security/multikey/v1",
    "https://purl.archive.org/socialweb/webfinger",
    {
        "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
        "toot": "http://joinmastodon.org/ns#",
        "discoverable": "toot:discoverable",
        "indexable": "toot:indexable",
        "assertionMethod": {"@id": "https://w3id.org/security#assertionMethod", "@type": "@id", "@container": "@set"},
        "featured": {"@id": "toot:featured", "@type": "@id"},
        "featuredTags": {"@id": "toot:featuredTags", "@type": "@id"},
        "Hashtag": "as:Hashtag",
        "gts": "https://gotosocial.org/ns#",
        "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
        "canFeature": {"@id": "https://w3id.org/fep/7aa9#canFeature", "@type": "@id"},
        "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
        "manualApproval": {"@id": "gts:manualApproval", "@type": "@id"},
        "attributionDomains": {"@id": "toot:attributionDomains", "@container": "@set"},
        "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
        "movedTo": {"@id": "as:movedTo", "@type": "@id"},
        "schema": "http://schema.org#",
        "PropertyValue": "schema:PropertyValue",
        "value": "schema:value",
        "implements": {"@id": "https://w3id.org/fep/844e/implements", "@type": "@id", "@container": "@list"},
    },
]

OBJECT_CONTEXT: Final[list[Any]] = [
    AS2,
    {
        "Hashtag": "as:Hashtag",
        "sensitive": "as:sensitive",
        "ostatus": "http://ostatus.org#",
        "conversation": "ostatus:conversation",
        "size": "https://joinpeertube.org/ns#size",
        "gts": "https://gotosocial.org/ns#",
        "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
        "canAnnounce": {"@id": "gts:canAnnounce", "@type": "@id"},
        "canLike": {"@id": "gts:canLike", "@type": "@id"},
        "canQuote": {"@id": "gts:canQuote", "@type": "@id"},
        "canReply": {"@id": "gts:canReply", "@type": "@id"},
        "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
        "manualApproval": {"@id": "gts:manualApproval", "@type": "@id"},
    },
]

AUTHORIZATION_CONTEXT: Final[list[Any]] = [
    AS2,
    {
        "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
        "gts": "https://gotosocial.org/ns#",
        "ReplyAuthorization": "gts:ReplyAuthorization",
        "interactingObject": {"@id": "gts:interactingObject", "@type": "@id"},
        "interactionTarget": {"@id": "gts:interactionTarget", "@type": "@id"},
    },
]
QUOTE_CONTEXT: Final[list[Any]] = [AS2, {"QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest"}]
REPLY_CONTEXT: Final[list[Any]] = [AS2, {"ReplyRequest": "https://gotosocial.org/ns#ReplyRequest"}]
FEATURE_CONTEXT: Final[list[Any]] = [AS2, {"FeatureRequest": "https://w3id.org/fep/7aa9#FeatureRequest"}]
