"""`syndicate init`: create a new blog in this directory."""

import asyncio
import json
import re
from pathlib import Path

import click
from click.core import ParameterSource
from yarl import URL

from syndicate.cli.session import CommandSession
from syndicate.clock import utc_now
from syndicate.config import Config, load
from syndicate.errors import InputError
from syndicate.services.commands import Services, reset_identity
from syndicate.translation import _

DEFAULT_PORT = 8080
TEMPLATE = """\
# The settings of this blog. docs/configuration.md explains every one.

[site]
{url}  # what the public sees; fixed for life
{handle}  # @{bare}@{host}, fixed for life
# What follows can be changed at the desk, /admin/; a line that is set here (without its "#") wins over it.
{title}
# tagline = ""
# author = ""
# language = "en-GB"
# timezone = "UTC"

[server]
host = "127.0.0.1"
port = {port}
# trusted_proxies = ["127.0.0.1", "::1"]  # where a reverse proxy stands in front: its addresses

[comments]
# moderation = "first-time"
"""


@click.command()
@click.option("--url", default="", help="The public address, such as https://blog.example.")
@click.option("--handle", default="", help="The account name in @name@blog.example: a-z, 0-9 and _.")
@click.option("--title", default="", help="The title of the blog.")
@click.option("--keep-keys", is_flag=True, help="Create a new blog with the existing keys.")
@click.option("--again", is_flag=True, help="Change the address or handle, as long as the blog is unknown to others.")
@click.pass_obj
def init(session: CommandSession, url: str, handle: str, title: str, keep_keys: bool, again: bool) -> None:
    """Create a blog: write syndicate.toml, keys and directories. Nothing is overwritten."""
    path = session.path
    if again:
        _change_identity(session, url, handle)
        return
    if keep_keys and path.exists():
        _create_with_keys(session, url, handle)
        return
    for name, value in (("--url", url), ("--handle", handle)):
        if not value and not _is_given(name):
            raise click.UsageError(_("Missing option '{name}'.", name=name))
    if path.exists():
        raise InputError(_("{path}: already exists; nothing was changed", path=path))
    if not keep_keys:
        _require_clean(path.parent)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_settings(url, handle, title), encoding="utf-8")
    try:
        config = load(path)
        _create_storage(session, config, keep_keys=keep_keys)
    except Exception:
        path.unlink()
        raise
    click.echo(_("{path} written. The blog will be @{account}.", path=path, account=config.site.account))
    click.echo(_("Next: `syndicate import wordpress FILE`, or write a post in data/posts; then `syndicate serve`."))


def _is_given(option: str) -> bool:
    """Whether an option was given, even if empty."""
    source = click.get_current_context().get_parameter_source(option.lstrip("-"))
    return source is ParameterSource.COMMANDLINE


def _create_with_keys(session: CommandSession, url: str, handle: str) -> None:
    """Create a new database for existing settings and keys."""
    config = session.config()
    for name, value in (("url", url), ("handle", handle)):
        if value and value.rstrip("/") != getattr(config.site, name):
            raise InputError(
                _(
                    "{path}: site.{name} is {known}; nothing was changed",
                    path=session.path,
                    name=name,
                    known=getattr(config.site, name),
                )
            )
    before = utc_now().replace(microsecond=0)

    async def work(services: Services) -> None:
        if services.local_actors.blog.actor.published < before:
            raise InputError(_("the database holds the blog of these keys; nothing was changed"))

    session.run(work, keep_keys=True)
    click.echo(
        _(
            "A new blog was created with the keys in {keys}: @{account}.",
            keys=config.storage.keys,
            account=config.site.account,
        )
    )


def _change_identity(session: CommandSession, url: str, handle: str) -> None:
    """Change the address or handle both in the settings and in the database, or in neither."""
    path, before = session.path, session.path.read_text(encoding="utf-8")
    text = before
    for name, value in (("url", url), ("handle", handle)):
        text = _with_setting(text, name, value) if value else text
    path.write_text(text, encoding="utf-8")
    try:
        config = load(path)
        if not asyncio.run(reset_identity(config)):
            raise InputError(
                _(
                    "the blog has posts or follows, or is known to other servers: its address and handle cannot change; "
                    "nothing was changed (to choose others, create a blog in another directory and import the posts "
                    "there)"
                )
            )
    except Exception:
        path.write_text(before, encoding="utf-8")
        raise
    session.run(_identity, keep_keys=True)
    click.echo(_("{path} changed. The blog will be @{account}.", path=path, account=config.site.account))


def _with_setting(text: str, name: str, value: str) -> str:
    """Return the settings with another value in its line of the section `[site]`."""
    changed, count = re.subn(
        rf"(?ms)(^\[site\][^\[]*?^[ \t]*{name}[ \t]*=[ \t]*)\"[^\"\n]*\"",
        lambda found: found[1] + json.dumps(value, ensure_ascii=False),
        text,
        count=1,
    )
    if not count:
        raise InputError(
            _("site.{name}: is not on a line of its own in the settings; please change it there by hand", name=name)
        )
    return changed


def _settings(url: str, handle: str, title: str) -> str:
    where, who = f"url = {json.dumps(url)}", f"handle = {json.dumps(handle)}"
    width = max(len(where), len(who))
    return TEMPLATE.format(
        url=where.ljust(width),
        handle=who.ljust(width),
        title=f"title = {json.dumps(title, ensure_ascii=False)}" if title else '# title = ""',
        bare=handle,
        host=" ".join(url.partition("://")[2].rstrip("/").split()),
        port=_port(url),
    )


def _port(url: str) -> int:
    """Return the port to listen on: that of a local address; behind a proxy the default."""
    try:
        address = URL(url)
    except ValueError:  # reported with the setting's name when the settings are read
        return DEFAULT_PORT
    here = address.host in ("localhost", "127.0.0.1", "::1")
    return address.explicit_port or DEFAULT_PORT if here and address.scheme == "http" else DEFAULT_PORT


def _create_storage(session: CommandSession, config: Config, *, keep_keys: bool) -> None:
    """Create directories, database and key."""
    for directory in (config.storage.media, config.storage.posts, config.storage.keys):
        directory.mkdir(parents=True, exist_ok=True)
    session.run(_identity, keep_keys=keep_keys)


def _require_clean(directory: Path) -> None:
    """A database without settings belongs to a blog with an unknown identity. Raises InputError."""
    if (directory / "data" / "syndicate.db").exists():
        raise InputError(
            _("{database}: a blog already exists; nothing was changed", database=directory / "data" / "syndicate.db")
        )


async def _identity(_: Services) -> None:
    """Opening the services creates the database and the key."""
