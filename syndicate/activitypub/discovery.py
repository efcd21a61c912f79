"""Documents of discovery: WebFinger (RFC 7033), host-meta (RFC 6415) and NodeInfo 2.0/2.1."""

from typing import Any
from urllib.parse import unquote
from xml.sax.saxutils import quoteattr

from syndicate.activitypub.render import Profile
from syndicate.activitypub.vocabulary import ACTIVITY_JSON
from syndicate.model.actor import Role

Document = dict[str, Any]
NODEINFO = "http://nodeinfo.diaspora.software/ns/schema/"
NODEINFO_VERSIONS = ("2.1", "2.0")
FEP_3B86 = "https://w3id.org/fep/3b86/"
INTENTS = {
    "Follow": "/admin/blogroll/?address={object}",
    "Create": "/admin/posts/new?in_reply_to={inReplyTo}",
    "Like": "/admin/posts/new?like_of={object}",
    "Announce": "/admin/posts/new?repost_of={object}",
}
"""Where the author goes on who does something on another site (FEP-3b86)."""


def jrd(profile: Profile, *, server: str, base: str) -> Document:
    """Render the WebFinger answer for an account. It has a single `self` link: Misskey takes the first of any type.
    `server` is the id of the actor that stands for the server (FEP-d556), `base` the beginning of our addresses."""
    local_actor = profile.actor
    links: list[Document] = [
        {"rel": "self", "type": ACTIVITY_JSON, "href": local_actor.uri},
        {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": local_actor.url},
    ]
    if local_actor.role is Role.BLOG:  # the home page is its page, and the server's address
        links.append({"rel": "https://www.w3.org/ns/activitystreams#Service", "type": ACTIVITY_JSON, "href": server})
        links += [{"rel": f"{FEP_3B86}{name}", "template": f"{base}{path}"} for name, path in INTENTS.items()]
    if profile.icon:
        links.append(
            {"rel": "http://webfinger.net/rel/avatar", "type": profile.icon.media_type, "href": profile.icon.url}
        )
    return {"subject": f"acct:{profile.account}", "aliases": [local_actor.url, local_actor.uri], "links": links}


def names(resource: str, profile: Profile) -> bool:
    """Whether a WebFinger `resource` means this account: its handle in any case, its id or its home page."""
    text = unquote(resource) if resource.lower().startswith("acct%3a") else resource
    scheme, _, rest = text.partition(":")
    if scheme.lower() == "acct":
        return rest.lstrip("@").lower() == profile.account.lower()
    if text.lstrip("@").lower() == profile.account.lower():
        return True
    local_actor = profile.actor
    is_page = local_actor.role is not Role.SERVER and text.rstrip("/") == local_actor.url.rstrip("/")
    return is_page or text == local_actor.uri


def host_meta(base: str) -> bytes:
    """Render the XRD with the WebFinger template, which only old software requests."""
    template = quoteattr(f"{base}/.well-known/webfinger?resource={{uri}}")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">\n'
        f'  <Link rel="lrdd" type="application/jrd+json" template={template}/>\n'
        "</XRD>\n"
    ).encode()


def nodeinfo_links(base: str, actor: str) -> Document:
    """Render `/.well-known/nodeinfo`, with the link to the actor that fetches on our behalf (FEP-2677)."""
    links = [{"rel": f"{NODEINFO}{version}", "href": f"{base}/nodeinfo/{version}"} for version in NODEINFO_VERSIONS]
    return {"links": [*links, {"rel": "https://www.w3.org/ns/activitystreams#Application", "href": actor}]}


def nodeinfo(version: str, *, software_version: str, posts: int, comments: int, name: str) -> Document:
    """Render the NodeInfo document (FEP-f1d5, FEP-0151)."""
    software = {"name": "syndicate", "version": software_version}
    return {
        "version": version,
        "software": software,
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": ["atom1.0", "rss2.0"]},
        "openRegistrations": False,
        "usage": {"users": {"total": 1}, "localPosts": posts, "localComments": comments},
        "metadata": {"nodeName": name},
    }
