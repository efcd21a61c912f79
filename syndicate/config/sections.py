"""The settings: one class per section of `syndicate.toml`, one field per key, with its type and default."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from yarl import URL

from syndicate.config.values import (
    ActorIds,
    DatabaseUrl,
    Handle,
    HubUrls,
    Language,
    MailAddress,
    Networks,
    PermalinkPattern,
    PictureUrl,
    SiteUrl,
    SmtpUrl,
    Timezone,
)
from syndicate.permalinks import DEFAULT

DEFAULT_FILE = "syndicate.toml"
PREFIX = "SYNDICATE_"


@dataclass(frozen=True, slots=True)
class ExpectedType:
    """How values of a type look after parsing TOML, and how to describe that."""

    fits: Callable[[Any], bool]
    words: str


TYPES: Mapping[tuple[Any, ...], ExpectedType] = {
    (bool,): ExpectedType(lambda value: isinstance(value, bool), "must be true or false; in the file without quotes"),
    (int,): ExpectedType(
        lambda value: isinstance(value, int) and not isinstance(value, bool),
        "must be a whole number; in the file without quotes",
    ),
    (str, Path): ExpectedType(lambda value: isinstance(value, str | Path), 'must be text in quotes, such as "a"'),
    (tuple[str, ...],): ExpectedType(
        lambda value: isinstance(value, list | tuple) and all(isinstance(item, str) for item in value),
        'must be a list, such as ["a", "b"]',
    ),
}


class Section(BaseModel):
    """One table of the file; a key that it does not know is an error, and so is a value of another type."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _is_of_its_type(cls, value: Any, about: ValidationInfo) -> Any:
        """Check the type: Pydantic alone would accept `"8080"` and `true` as a number."""
        kind = cls.model_fields[about.field_name or ""].annotation
        for types, wanted in TYPES.items():
            if kind in types and not wanted.fits(value):
                raise ValueError(wanted.words)
        return value


class SiteConfig(Section):
    """The blog: its address, names and language."""

    url: SiteUrl
    handle: Handle
    title: str = ""
    tagline: str = ""
    language: Language = "en-GB"
    timezone: Timezone = "UTC"
    author: str = ""
    permalinks: PermalinkPattern = DEFAULT
    rel_me: tuple[str, ...] = ()
    licence: str = ""
    posts_per_page: Annotated[int, Field(ge=1, le=100)] = 10

    @property
    def host(self) -> str:
        """Host and, where it is not the default, port: the right side of the handle."""
        url = URL(self.url)
        host = url.raw_host or ""
        host = f"[{host}]" if ":" in host else host
        return host if url.is_default_port() else f"{host}:{url.port}"

    @property
    def account(self) -> str:
        """`notes@blog.example`, without the leading @."""
        return f"{self.handle}@{self.host}"

    @property
    def name(self) -> str:
        """The title of the blog, or its host where it has none."""
        return self.title or self.host

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class ServerConfig(Section):
    """Where the process listens."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    trusted_proxies: Networks = ()
    metrics_from: Networks = ("127.0.0.1/32", "::1/128")
    access_log: bool = True

    @field_validator("host")
    @classmethod
    def _is_host(cls, value: str) -> str:
        if value != "localhost":
            try:
                ip_address(value)
            except ValueError as error:
                raise ValueError("must be an address of this machine, such as 127.0.0.1 or 0.0.0.0") from error
        return value


class StorageConfig(Section):
    """Where data is stored."""

    database: DatabaseUrl = "data/syndicate.db"
    media: Path = Path("data/media")
    keys: Path = Path("keys")
    posts: Path = Path("data/posts")

    @property
    def originals(self) -> Path:
        """The directory of the original pictures; cleaned copies are served from `media`."""
        return self.media.parent / "originals"

    @property
    def transfers(self) -> Path:
        """The directory of what is being uploaded and downloaded at the desk; no backup holds it."""
        return self.media.parent / "transfers"

    @property
    def deletions(self) -> Path:
        """The log of deletions, which no backup holds: `restore` applies what was deleted after the backup."""
        return self.media.parent / "deletions.log"

    @property
    def is_postgresql(self) -> bool:
        return self.database.startswith(("postgresql://", "postgres://"))


class FeedsConfig(Section):
    """What feeds contain, and which hubs are notified."""

    hub: bool = True
    hubs: HubUrls = ()
    content: Literal["full", "excerpt"] = "full"
    length: Annotated[int, Field(ge=10, le=50)] = 20
    source_blogroll: bool = False
    podcast_category: str = ""
    podcast_image: PictureUrl = ""
    podcast_explicit: bool = False
    podcast_email: MailAddress = ""


class FederationConfig(Section):
    """How the blog takes part in the fediverse."""

    allow_private_addresses: bool = False
    show_followers: bool = False
    category_actors: tuple[str, ...] = ()
    tag_actors: tuple[str, ...] = ()
    also_known_as: ActorIds = ()
    blogroll_actor: bool = False
    authorized_fetch: bool = False
    integrity_proofs: bool = True


class CommentsConfig(Section):
    """How readers can comment, what is held for moderation, and whether missing replies are fetched."""

    form: bool = False
    webmentions: bool = True
    moderation: Literal["off", "first-time", "all"] = "first-time"
    backfill: bool = True


class MailConfig(Section):
    """The mail server by which the author is notified of what waits."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    smtp: SmtpUrl = ""
    sender: Annotated[MailAddress, Field(alias="from")] = ""
    to: MailAddress = ""

    @property
    def is_complete(self) -> bool:
        return bool(self.smtp and self.sender and self.to)


class BlogrollConfig(Section):
    """How the blogroll is shown."""

    order: Literal["manual", "name", "latest"] = "manual"
    quiet_after: Annotated[int, Field(ge=1, le=36_500)] = 180
    webmention: bool = False


class Config(BaseSettings):
    """All settings of one blog. `file` is where they were read from."""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        env_prefix=PREFIX,
        env_nested_delimiter="__",
    )

    site: SiteConfig
    server: ServerConfig = ServerConfig()
    storage: StorageConfig = StorageConfig()
    feeds: FeedsConfig = FeedsConfig()
    federation: FederationConfig = FederationConfig()
    comments: CommentsConfig = CommentsConfig()
    mail: MailConfig = MailConfig()
    blogroll: BlogrollConfig = BlogrollConfig()
    file: Path = Path(DEFAULT_FILE)

    @property
    def directory(self) -> Path:
        return self.file.parent
