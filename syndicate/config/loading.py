"""Reads the settings from `syndicate.toml` and the environment, which no other module reads.

`load` returns a `Config`, or raises a `ConfigurationError` whose one line names the setting. Relative paths are
relative to the file.
"""

import os
import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsError

from syndicate.config.explanations import explain
from syndicate.config.sections import DEFAULT_FILE, PREFIX, Config, Section, StorageConfig
from syndicate.errors import ConfigurationError

KUBERNETES_VARIABLES = re.compile(rf"{PREFIX}(?:SERVICE_(?:HOST|PORT)(?:_.*)?|PORT(?:_[0-9]+_(?:TCP|UDP)(?:_.*)?)?)")
"""Variables that Kubernetes sets in every container beside a service that is called `syndicate`."""
BOOLEANS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


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
        raise ConfigurationError(explain(error, path, environment)) from error
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


def _resolve(storage: StorageConfig, directory: Path) -> StorageConfig:
    update: dict[str, Any] = {name: directory / getattr(storage, name) for name in ("media", "keys", "posts")}
    if not storage.is_postgresql:
        update["database"] = str(directory / storage.database)
    return storage.model_copy(update=update)
