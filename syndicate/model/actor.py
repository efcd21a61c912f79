"""Actors: those of this blog, and those of other servers."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What a local actor represents."""

    BLOG = "blog"
    SERVER = "server"
    """It signs fetches and publishes nothing (FEP-2677)."""
    CATEGORY = "category"
    TAG = "tag"
    BLOGROLL = "blogroll"

    @property
    def type(self) -> str:
        """The type of its actor (AS2 §3.3): automated accounts are marked as such."""
        return {Role.BLOG: "Person", Role.SERVER: "Application"}.get(self, "Service")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofKey:
    """An Ed25519 key of a local actor under its id, as a Multikey (FEP-521a)."""

    id: str
    multikey: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalActor:
    """An actor of this blog. `id` names its key files; `uri` is stored, `/actor` for the blog and `/actors/<id>` for
    the others, and its collections lie below that (`/inbox`, `/outbox`, …). `proof_keys` are its Ed25519 keys, the
    one that it uses first; none where it makes no proofs."""

    id: str
    uri: str
    handle: str
    name: str
    summary: str
    url: str
    published: datetime
    key_id: str
    public_key_pem: str
    role: Role = Role.BLOG
    proof_keys: tuple[ProofKey, ...] = ()

    @property
    def inbox(self) -> str:
        return f"{self.uri}/inbox"

    @property
    def outbox(self) -> str:
        return f"{self.uri}/outbox"

    @property
    def followers(self) -> str:
        return f"{self.uri}/followers"

    @property
    def following(self) -> str:
        return f"{self.uri}/following"

    @property
    def featured(self) -> str:
        return f"{self.uri}/featured"

    @property
    def featured_tags(self) -> str:
        return f"{self.uri}/featured-tags"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A key that `owner` claims in its own document (FEP-fe34: the claim holds in both directions)."""

    id: str
    owner: str
    pem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteActor:
    """An actor of another server, as its own document says. `handle` is `@user@host`, confirmed by WebFinger or
    with the host of its id; `shared_inbox` is empty where there is none; `icon` is the remote address of the
    avatar, `avatar` the path of our copy; `claimed_handle` is a handle that its document claims and that is not confirmed
    yet, else empty; `opted_out` says that the profile asks not to be shown on blogs."""

    uri: str
    type: str
    handle: str
    claimed_handle: str = ""
    name: str
    url: str
    inbox: str
    shared_inbox: str = ""
    followers: str = ""
    icon: str = ""
    avatar: str = ""
    summary: str = ""
    opted_out: bool = False
    published: datetime | None = None
    keys: tuple[PublicKey, ...] = ()
    fetched: datetime
