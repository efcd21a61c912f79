"""Who takes part: our own actors, and other servers'."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalActor:
    """An actor of ours: the blog itself today. `id` names its key file; `uri` is stored, `/actor` for the blog, and
    everything of it lies behind that (`/inbox`, `/outbox`, …)."""

    id: str
    uri: str
    handle: str
    name: str
    summary: str
    url: str
    published: datetime
    public_key_pem: str

    @property
    def key_id(self) -> str:
        return f"{self.uri}#main-key"

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
    avatar, `avatar` the path of our copy."""

    uri: str
    type: str
    handle: str
    name: str
    url: str
    inbox: str
    shared_inbox: str = ""
    followers: str = ""
    icon: str = ""
    avatar: str = ""
    summary: str = ""
    published: datetime | None = None
    keys: tuple[PublicKey, ...] = ()
    fetched: datetime
