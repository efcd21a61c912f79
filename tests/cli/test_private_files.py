"""What a blog keeps is its author's alone, whoever starts a command."""

import os
import stat
import subprocess
import sys

from tests.cli.conftest import Blog
from tests.pictures import encoded


def started(blog: Blog, *arguments: str) -> None:
    """A command of somebody whose files others may read."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SYNDICATE_")}
    subprocess.run(
        [sys.executable, "-m", "syndicate", "--config", str(blog.settings), *arguments],
        check=True,
        capture_output=True,
        env=environment,
        umask=0o022,
    )


def test_files_are_the_author_s_alone(bare: Blog) -> None:
    bare.directory.mkdir()
    started(bare, "init", "--url", "https://blog.example", "--handle", "notes")
    picture = bare.directory / "leaf.png"
    picture.write_bytes(encoded("PNG"))
    started(bare, "publish", str(bare.write("tea.md", "![Leaf](leaf.png)")))
    made = [path for name in ("data", "keys") for path in (bare.directory / name, *(bare.directory / name).rglob("*"))]
    made.append(bare.settings)
    assert any("media" in path.parts and path.is_file() for path in made)
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in made} == {
        path.name: 0o700 if path.is_dir() else 0o600 for path in made
    }


def test_the_doctor_names_what_others_may_read(bare: Blog) -> None:
    bare.ok("init", "--url", "https://blog.example", "--handle", "notes")
    assert "other users of this machine" not in bare.run("doctor").stdout
    for path, mode in (
        (bare.settings, 0o644),
        (bare.directory / "keys", 0o755),
        (bare.directory / "keys" / "blog.pem", 0o640),
        (bare.directory / "data" / "syndicate.db", 0o666),
        (bare.directory / "data" / "media", 0o711),
    ):
        path.chmod(mode)
        said = bare.run("doctor").stdout
        assert f"! {path}: other users of this machine can access it (mode {mode:04o}); `chmod " in said
