"""A blog in a directory, and its command line."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click.testing
import pytest

from syndicate.cli.main import main
from tests.clocks import FakeClock
from tests.instances import RunningInstance

SETTINGS = """\
[site]
url = "https://blog.example"
handle = "notes"
title = "Field Notes"
author = "Mara Lind"
"""


@dataclass(frozen=True)
class Blog:
    """`run` is a command as it is typed; paths count from the blog's directory."""

    directory: Path

    @property
    def settings(self) -> Path:
        return self.directory / "syndicate.toml"

    def run(self, *arguments: str | Path) -> click.testing.Result:
        runner = click.testing.CliRunner(env={"COLUMNS": "200"})
        typed = ["--config", str(self.settings), *map(str, arguments)]
        return runner.invoke(main, typed, prog_name="syndicate")

    def ok(self, *arguments: str | Path) -> str:
        """What a command that succeeds prints."""
        result = self.run(*arguments)
        assert result.exit_code == 0, (result.output, result.exception)
        return result.stdout

    def refuses(self, *arguments: str | Path, status: int = 1) -> str:
        """The one line that a command that fails prints."""
        result = self.run(*arguments)
        assert result.exit_code == status, (result.output, result.exception)
        assert isinstance(result.exception, SystemExit | None)
        assert "Traceback" not in result.output
        if status == 1:
            assert result.stderr.startswith("syndicate: ")
            assert result.stderr.count("\n") == 1
        return result.stderr

    def write(self, name: str, text: str) -> Path:
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path


@pytest.fixture
def blog(tmp_path: Path, database_address: str, monkeypatch: pytest.MonkeyPatch) -> Blog:
    """A blog whose settings stand and which has nothing else yet, on either database."""
    monkeypatch.setenv("SYNDICATE_STORAGE__DATABASE", database_address)
    blog = Blog(tmp_path / "blog")
    blog.write("syndicate.toml", SETTINGS)
    return blog


@pytest.fixture
def bare(tmp_path: Path) -> Blog:
    """A directory that is to become a blog."""
    return Blog(tmp_path / "bare")


class Desk:
    """The author's terminal beside the running server. Commands go by the machine's clock, so the server's clock follows
    it after each of them, however long it took."""

    def __init__(self, blog: Blog, clock: FakeClock) -> None:
        self.blog, self._clock = blog, clock

    async def ok(self, *arguments: str | Path) -> str:
        return await self._run(self.blog.ok, *arguments)

    async def refuses(self, *arguments: str | Path, status: int = 1) -> str:
        return await self._run(partial(self.blog.refuses, status=status), *arguments)

    async def _run(self, command: Callable[..., str], *arguments: str | Path) -> str:
        try:
            return await asyncio.to_thread(command, *arguments)
        finally:
            self._clock.catch_up()

    async def lists(self, *arguments: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(await self.ok(*arguments, "--json"))
        return rows


@pytest.fixture
def desk(instance: RunningInstance, tmp_path: Path) -> Desk:
    instance.clock.catch_up()
    return Desk(Blog(tmp_path / "blog"), instance.clock)


def process(blog: Blog, *arguments: str) -> subprocess.Popen[str]:
    """A command in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SYNDICATE_")}
    return subprocess.Popen(
        [sys.executable, "-m", "syndicate", "--config", str(blog.settings), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=blog.directory,
        start_new_session=True,
    )
