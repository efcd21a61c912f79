"""`syndicate init`: a new blog in this directory."""

import json
from pathlib import Path

import click
from yarl import URL

from syndicate.app import Study
from syndicate.cli.session import Session
from syndicate.config import Config, load
from syndicate.errors import InputError

PORT = 8080
TEMPLATE = """\
# The settings of this blog. docs/configuration.md explains every one.

[site]
{url}  # what the public sees; fixed for life
{handle}  # @{bare}@{host}, fixed for life
title = {title}
tagline = ""
author = ""
language = "en-GB"
timezone = "UTC"

[server]
host = "127.0.0.1"
port = {port}

[comments]
moderation = "first-time"
"""


@click.command()
@click.option("--url", required=True, help="Where the public will read it, such as https://blog.example.")
@click.option("--handle", required=True, help="The name in @name@blog.example: a-z, 0-9 and _.")
@click.option("--title", default="", help="What the blog is called.")
@click.pass_obj
def init(session: Session, url: str, handle: str, title: str) -> None:
    """Write syndicate.toml, keys and directories. Refuses to overwrite."""
    path = session.path
    if path.exists():
        raise InputError(f"{path}: is there already; nothing was changed")
    _require_clean(path.parent)
    where, who = f"url = {json.dumps(url)}", f"handle = {json.dumps(handle)}"
    width = max(len(where), len(who))
    text = TEMPLATE.format(
        url=where.ljust(width),
        handle=who.ljust(width),
        title=json.dumps(title, ensure_ascii=False),
        bare=handle,
        host=url.partition("://")[2].rstrip("/"),
        port=_port(url),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    try:
        config = load(path)
    except Exception:
        path.unlink()
        raise
    try:
        _furnish(session, config)
    except Exception:
        path.unlink()
        raise
    click.echo(f"{path} written. The blog will be @{config.site.account}.")
    click.echo("Next: `syndicate import wordpress FILE`, or write a post in data/posts; then `syndicate serve`.")


def _port(url: str) -> int:
    """On this machine, the port that the address says is the one to listen on; elsewhere a proxy stands in between."""
    try:
        address = URL(url)
    except ValueError:  # which reading the settings will say, with its name
        return PORT
    here = address.host in ("localhost", "127.0.0.1", "::1")
    return address.explicit_port or PORT if here and address.scheme == "http" else PORT


def _furnish(session: Session, config: Config) -> None:
    """Directories, database and key."""
    for directory in (config.storage.media, config.storage.posts, config.storage.keys):
        directory.mkdir(parents=True, exist_ok=True)
    session.run(_identity)


def _require_clean(directory: Path) -> None:
    """A database without its settings belongs to a blog whose identity we do not know."""
    if (directory / "data" / "syndicate.db").exists():
        raise InputError(f"{directory / 'data' / 'syndicate.db'}: a blog is there already; nothing was changed")


async def _identity(_: Study) -> None:
    """Opening the study makes database and key."""
