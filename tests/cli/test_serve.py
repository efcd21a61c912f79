"""`syndicate serve` and `doctor`, as processes."""

import signal
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Blog, process
from tests.ports import free_port
from tests.waiting import LONGEST, eventually


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    """A blog on this machine. One database is enough: the other has no file that two servers could fight over."""
    port = free_port()
    blog = Blog(tmp_path / "blog")
    settings = blog.write(
        "syndicate.toml",
        f'[site]\nurl = "http://127.0.0.1:{port}"\nhandle = "notes"\ntitle = "Notes"\n[server]\nport = {port}\n',
    )
    settings.chmod(0o600)
    return blog


def address(blog: Blog) -> str:
    return blog.settings.read_text().split('"')[1]


@pytest.fixture
def server(blog: Blog) -> Iterator[subprocess.Popen[str]]:
    server = process(blog, "serve")
    try:
        eventually(lambda: server.poll() is not None or status_of(f"{address(blog)}/readyz") == 200, what="a server")
        assert server.poll() is None, server.communicate()
        yield server
    finally:
        server.kill()
        server.communicate()


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=LONGEST) as answer:
            status: int = answer.status
            return status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except urllib.error.URLError:
        return 0


def finished(started: subprocess.Popen[str]) -> tuple[int, str, str]:
    stdout, stderr = started.communicate(timeout=LONGEST)
    return started.returncode, stdout, stderr


def test_while_the_desk_has_no_account_the_server_and_a_command_print_where_to_set_it_up(
    blog: Blog, server: subprocess.Popen[str]
) -> None:
    linked = finished(process(blog, "admin-link"))
    assert linked[0] == 0
    assert status_of(linked[1].strip()) == 200
    assert "30 minutes" in linked[2]
    server.send_signal(signal.SIGTERM)
    printed = finished(server)[1]
    assert f"{address(blog)}/admin/setup/" in printed


def test_a_blog_is_served_until_the_server_is_stopped(blog: Blog, server: subprocess.Popen[str]) -> None:
    base = address(blog)
    assert [status_of(f"{base}{path}") for path in ("/", "/feed/", "/healthz", "/readyz")] == [200] * 4
    file = blog.write("tea.md", "# Tea\n\nLeaves.")
    status, said, _ = finished(process(blog, "publish", str(file)))
    assert status == 0
    assert status_of(said.split(", ")[1].removeprefix("at ")) == 200
    assert finished(process(blog, "delete", "tea"))[0] == 0
    assert status_of(said.split(", ")[1].removeprefix("at ")) == 410
    server.send_signal(signal.SIGTERM)
    status, said, _ = finished(server)
    assert status == 0
    lines = [line for line in said.splitlines() if line]
    assert len({len(line) - len(line[2:].partition("   ")[2].lstrip()) for line in lines}) == 1
    for told in (f"{base}/subscribe/", f"@notes@{base.removeprefix('http://')}"):
        assert told in said


def test_ctrl_c_is_an_orderly_end(server: subprocess.Popen[str]) -> None:
    server.send_signal(signal.SIGINT)
    status, _, stderr = finished(server)
    assert status == 0
    assert "Traceback" not in stderr


def test_a_second_server_on_the_same_file_is_refused_and_the_first_goes_on(
    blog: Blog, server: subprocess.Popen[str]
) -> None:
    status, _, stderr = finished(process(blog, "serve"))
    assert status == 1
    assert stderr.startswith("syndicate: ")
    assert "another `syndicate serve`" in stderr
    assert stderr.count("\n") == 1
    assert status_of(f"{address(blog)}/healthz") == 200


def test_a_port_that_is_taken_is_named(blog: Blog) -> None:
    port = int(address(blog).rpartition(":")[2])
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        status, _, stderr = finished(process(blog, "serve"))
    assert status == 1
    assert f"port {port}" in stderr
    assert "Traceback" not in stderr


def test_the_doctor_finds_nothing_wrong_with_a_blog_that_is_served(blog: Blog, server: subprocess.Popen[str]) -> None:
    status, said, _ = finished(process(blog, "doctor"))
    assert (status, said.splitlines()[-1]) == (0, "No problems found.")


def test_the_doctor_says_what_is_wrong(blog: Blog) -> None:
    blog.write("data/posts/tea.md", "Leaves.")
    assert finished(process(blog, "import", "markdown", "data/posts"))[0] == 0
    status, said, _ = finished(process(blog, "doctor"))
    assert status == 1
    assert f"! {address(blog)}/: cannot be reached from here: " in said
    assert "nothing listens there; is `syndicate serve` running?" in said
    assert "Errno" not in said


def test_a_command_that_is_cut_off_by_its_reader_says_nothing(blog: Blog) -> None:
    started = process(blog, "--help")
    assert started.stdout is not None
    started.stdout.close()
    assert started.stderr is not None
    assert "Traceback" not in started.stderr.read()
    started.wait(LONGEST)
    started.stderr.close()
