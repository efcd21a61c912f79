"""The settings of one blog: `syndicate.toml` and `SYNDICATE_*`, checked once, frozen.

`load` takes a path (and the environment, which no other module reads) and returns a `Config`, or raises a
`ConfigurationError` whose one line names the setting. Relative paths are relative to the file.
"""

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)
from yarl import URL

from syndicate.errors import ConfigurationError
from syndicate.permalinks import DEFAULT, checked

DEFAULT_FILE = "syndicate.toml"
PREFIX = "SYNDICATE_"
KUBERNETES_VARIABLES = re.compile(rf"{PREFIX}(?:SERVICE_(?:HOST|PORT)(?:_.*)?|PORT(?:_[0-9]+_(?:TCP|UDP)(?:_.*)?)?)")
"""Variables that Kubernetes sets in every container beside a service that is called `syndicate`."""
BOOLEANS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
HANDLE = re.compile(r"[a-z0-9_]{1,30}")
PICTURE = re.compile(r"https?://[^\s?#]+\.(jpe?g|png)", re.IGNORECASE)
MAIL_ADDRESS = re.compile(r"[^\s@<>(),;:\"\\]{1,64}@[^\s@<>(),;:\"\\]{1,253}")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def _site_url(value: str) -> str:
    if value != "".join(value.split()):
        raise ValueError("must hold no blanks")
    url = URL(value)
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError("must be an address such as https://blog.example")
    if url.user or url.path not in ("", "/") or url.query_string or url.fragment:
        raise ValueError("must be only scheme and host (and a port), without a path")
    host = url.raw_host or ""
    if host.endswith("."):
        raise ValueError("must not end with a dot")
    if ":" not in host and not all(LABEL.fullmatch(label) for label in host.split(".")):
        raise ValueError(f"{host} is no name of a host: its parts are of a-z, 0-9 and -")
    return str(url.origin())


def _handle(value: str) -> str:
    if not HANDLE.fullmatch(value):
        raise ValueError("must be 1 to 30 of the characters a-z, 0-9 and _ (Mastodon refuses others)")
    return value


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("is no time zone that this machine knows, such as Europe/London") from error
    return value


def _language(value: str) -> str:
    if not LANGUAGE.fullmatch(value):
        raise ValueError("must be a language tag such as en-GB")
    return value


def _network(value: str) -> str:
    try:
        return str(ip_network(value, strict=False))
    except ValueError as error:
        raise ValueError(f"{value!r} is no address or network") from error


def _addresses(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_network(value) for value in values)


def _actor_ids(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if not value.startswith(("https://", "http://")):
            raise ValueError(f"{value!r} is not the address of an account, such as https://social.example/users/ann")
    return values


def _hubs(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_hub(value) for value in values)


def _hub(value: str) -> str:
    url = URL(value)
    if url.scheme not in ("http", "https") or not url.host or url.user or url.fragment:
        raise ValueError(f"{value!r} is no address of a hub, such as https://hub.example/")
    return str(url)


def _mail_address(value: str) -> str:
    if value and not re.fullmatch(r"[^@\s<>,]+@[^@\s<>,]+\.[^@\s<>,]+", value):
        raise ValueError("must be a mail address, such as ann@blog.example")
    return value


def _picture(value: str) -> str:
    if value and not PICTURE.fullmatch(value):
        raise ValueError("must be the address of a JPEG or PNG picture, such as https://blog.example/cover.jpg")
    return value


def _smtp(value: str) -> str:
    try:
        parts = urlsplit(value)
        is_server = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_server = False
    if value and not is_server:
        raise ValueError("must be the address of a mail server, such as smtp://user:password@mail.example:587")
    return value


def _mailbox(value: str) -> str:
    """Unlike what feeds show, this may be a mailbox of the local network, whose host has no dot."""
    if value and not MAIL_ADDRESS.fullmatch(value):
        raise ValueError("must be an address such as author@mail.example")
    return value


def _database(value: str) -> str:
    scheme, separator, _ = value.partition("://")
    if not value or (separator and scheme not in ("postgresql", "postgres")):
        raise ValueError("must be the path of a file, such as data/syndicate.db, or begin with postgresql://")
    return value


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

Networks = Annotated[tuple[str, ...], AfterValidator(_addresses)]


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

    url: Annotated[str, AfterValidator(_site_url)]
    handle: Annotated[str, AfterValidator(_handle)]
    title: str = ""
    tagline: str = ""
    language: Annotated[str, AfterValidator(_language)] = "en-GB"
    timezone: Annotated[str, AfterValidator(_timezone)] = "UTC"
    author: str = ""
    permalinks: Annotated[str, AfterValidator(checked)] = DEFAULT
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

    database: Annotated[str, AfterValidator(_database)] = "data/syndicate.db"
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
    hubs: Annotated[tuple[str, ...], AfterValidator(_hubs)] = ()
    content: Literal["full", "excerpt"] = "full"
    length: Annotated[int, Field(ge=10, le=50)] = 20
    source_blogroll: bool = False
    podcast_category: str = ""
    podcast_image: Annotated[str, AfterValidator(_picture)] = ""
    podcast_explicit: bool = False
    podcast_email: Annotated[str, AfterValidator(_mail_address)] = ""


class FederationConfig(Section):
    """How the blog takes part in the fediverse."""

    allow_private_addresses: bool = False
    show_followers: bool = False
    category_actors: tuple[str, ...] = ()
    tag_actors: tuple[str, ...] = ()
    also_known_as: Annotated[tuple[str, ...], AfterValidator(_actor_ids)] = ()
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

    smtp: Annotated[str, AfterValidator(_smtp)] = ""
    sender: Annotated[str, Field(alias="from"), AfterValidator(_mailbox)] = ""
    to: Annotated[str, AfterValidator(_mailbox)] = ""

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


def config_path(given: str | None) -> Path:
    """Return the path of the settings: `given`, else `$SYNDICATE_CONFIG`, else `./syndicate.toml`."""
    return Path(given or os.environ.get("SYNDICATE_CONFIG") or DEFAULT_FILE)


def load(path: Path, environment: dict[str, str] | None = None) -> Config:
    """Read and validate the settings. `environment` replaces that of the process. Raises ConfigurationError."""
    settings = _read(path)
    file = path.absolute()
    environment = dict(os.environ) if environment is None else environment
    _require_known_names(environment)
    try:
        config = _with_environment(environment)(**settings, file=file)
    except ValidationError as error:
        raise ConfigurationError(_explain(error, path, environment)) from error
    except SettingsError as error:
        raise ConfigurationError(f"environment: {error}; lists are given as JSON") from error
    return config.model_copy(update={"storage": _resolve(config.storage, file.parent)})


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")  # some editors begin a file with a byte order mark
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path}: no such file; `syndicate init` writes one") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read: {error}") from error
    try:
        settings = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: is not TOML: {error}") from error
    if "file" in settings:
        raise ConfigurationError(f"{path}: file: is not a setting; please remove it")
    return settings


def _with_environment(environment: dict[str, str]) -> type[Config]:
    """`Config`, with `SYNDICATE_<SECTION>__<KEY>` of this environment winning over the file."""

    class Configured(Config):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            *_others: PydanticBaseSettingsSource,
            **_more: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            source = Environment(settings_cls)
            source.env_vars = {name.lower(): value for name, value in environment.items()}
            return (source, init_settings)

    return Configured


def _require_known_names(environment: dict[str, str]) -> None:
    """Raise for unknown names, which Pydantic would ignore; a misspelt one must not be."""
    for given in environment:
        name = given.upper()
        if not name.startswith(PREFIX) or name == f"{PREFIX}CONFIG" or KUBERNETES_VARIABLES.fullmatch(name):
            continue
        section, separator, _ = name.removeprefix(PREFIX).partition("__")
        if not separator:
            raise ConfigurationError(f"environment: {name}: is not a setting; they are {PREFIX}<SECTION>__<KEY>")
        if section.lower() not in Config.model_fields:
            raise ConfigurationError(f"environment: {name}: there is no section {section.lower()}")


class Environment(EnvSettingsSource):
    """Reads numbers and booleans from text, and lists from JSON; any other text is kept, so that validation
    reports it by its name."""

    def __call__(self) -> dict[str, Any]:
        return {section: _typed(section, values) for section, values in super().__call__().items()}

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            return value


def _typed(section: str, values: Any) -> Any:
    kind = Config.model_fields[section].annotation
    if not isinstance(values, dict) or not isinstance(kind, type) or not issubclass(kind, Section):
        return values
    kinds = {name: field.annotation for name, field in kind.model_fields.items()}
    return {name: _converted(value, kinds.get(name)) for name, value in values.items()}


def _converted(value: Any, kind: Any) -> Any:
    if not isinstance(value, str):
        return value
    word = value.strip().lower()
    if kind is bool and word in BOOLEANS:
        return BOOLEANS[word]
    return int(word) if kind is int and re.fullmatch("[0-9]{1,9}", word) else value


def _explain(error: ValidationError, path: Path, environment: dict[str, str]) -> str:
    """Return the first error as one line that names the setting and where it is set."""
    first = error.errors()[0]
    names = [str(part) for part in first["loc"]][:2]
    spelled = f"{PREFIX}{'__'.join(names)}".upper()
    given = next((name for name in environment if name.upper() == spelled), None)
    where = f"environment: {given}" if given else f"{path}: {'.'.join(names)}"
    return f"{where}: {_words(first)}"


def words_of(error: ValidationError) -> str:
    """Return the first error as words about the value, without the name of the setting."""
    return _words(error.errors()[0])


def _words(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            return "is not a setting that this version knows"
        case "missing":
            return "is required"
        case "literal_error":
            return f"must be one of {context['expected']}"
        case "greater_than_equal":
            return f"must be {context['ge']} or more"
        case "less_than_equal":
            return f"must be {context['le']} or less"
        case "model_type" | "model_attributes_type" | "dict_type":
            return "must be a section with settings below it"
        case _:
            return error["msg"].removeprefix("Value error, ")


def _resolve(storage: StorageConfig, directory: Path) -> StorageConfig:
    update: dict[str, Any] = {name: directory / getattr(storage, name) for name in ("media", "keys", "posts")}
    if not storage.is_postgresql:
        update["database"] = str(directory / storage.database)
    return storage.model_copy(update=update)
