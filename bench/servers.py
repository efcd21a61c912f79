"""Starts servers as an operator would, watches what they use, and stops them.

What a process uses is read from /proc, so the measurements need Linux.
"""

import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
PATIENCE = 30.0
HOST = "blog.example"


class ServerFailed(Exception):
    """It did not start, or did not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def head_size(self) -> int:
        """Bytes of its header, without the status line."""
        return sum(len(name) + len(value) + 4 for name, value in self.headers.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A process that listens. `started` is when it was called, on the monotonic clock."""

    process: "subprocess.Popen[bytes]"
    port: int
    started: float
    log: Path

    def cpu_seconds(self) -> float:
        """What it has used of the processors until now, in the kernel and outside."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def memory(self) -> float:
        """Resident megabytes."""
        return self._status("VmRSS")

    def peak_memory(self) -> float:
        """The most that it ever had resident, in megabytes."""
        return self._status("VmHWM")

    def _status(self, name: str) -> float:
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) / 1024
        raise ServerFailed(f"no {name} in /proc")

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """One answer. Raises OSError while it does not listen."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers={"Host": HOST, "Connection": "close"} | dict(headers or {}))
            answer = connection.getresponse()
            return Answer(status=answer.status, headers=dict(answer.getheaders()), body=answer.read())
        finally:
            connection.close()

    def wait(self, path: str) -> float:
        """Wait for the first 200; the seconds since the start. Raises ServerFailed."""
        while time.monotonic() - self.started < PATIENCE:
            try:
                if self.get(path).status == 200:
                    return time.monotonic() - self.started
            except (OSError, http.client.HTTPException):
                pass
            if self.process.poll() is not None:
                break
            time.sleep(0.005)
        raise ServerFailed(f"{self.process.args!r} does not answer: {self.log.read_text()[-2000:]}")


@contextmanager
def _running(
    command: list[str], port: int, log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[Server]:
    with log.open("wb") as output:
        started = time.monotonic()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=dict(environment or os.environ)
        )
    try:
        yield Server(process=process, port=port, started=started, log=log)
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def syndicate(directory: Path) -> Iterator[Server]:
    """`syndicate serve` for the blog in a directory, with its lines in a file, as a service manager would keep them."""
    port = free_port()
    command = [sys.executable, "-m", "syndicate", "--config", str(directory / "syndicate.toml"), "serve"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SYNDICATE_")}
    with _running(command, port, directory / "server.log", clean | {"SYNDICATE_SERVER__PORT": str(port)}) as server:
        yield server


OWN_HEAD = 190
"""Bytes of header that the reference sends by itself: type, length, date and server."""


@contextmanager
def reference(directory: Path, answers: Sequence[Answer]) -> Iterator[Server]:
    """The bare aiohttp Application (see `bench.reference`), giving answers like these at /0, /1, …"""
    port = free_port()
    command = [sys.executable, "-m", "bench.reference", str(port)]
    for number, answer in enumerate(answers):
        file = directory / f"{number}.body"
        file.write_bytes(answer.body)
        command += [answer.headers["Content-Type"], str(max(0, answer.head_size - OWN_HEAD)), str(file)]
    with _running(command, port, directory / "reference.log") as server:
        server.wait("/0")
        yield server


NGINX_CONF = """
daemon off;
master_process off;
pid {directory}/nginx.pid;
error_log {directory}/nginx.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000000;
  client_body_temp_path {directory}/nginx-body;
  proxy_temp_path {directory}/nginx-proxy;
  fastcgi_temp_path {directory}/nginx-fastcgi;
  uwsgi_temp_path {directory}/nginx-uwsgi;
  scgi_temp_path {directory}/nginx-scgi;
  server {{
    listen 127.0.0.1:{port};
    root {root};
  }}
}}
"""


@contextmanager
def nginx(directory: Path, root: Path) -> Iterator[Server]:
    """nginx in one process, serving the files of a directory."""
    assert NGINX is not None
    port = free_port()
    configuration = directory / "nginx.conf"
    configuration.write_text(NGINX_CONF.format(directory=directory, port=port, root=root))
    command = [NGINX, "-e", str(directory / "nginx.log"), "-c", str(configuration)]
    with _running(command, port, directory / "nginx-output.log") as server:
        yield server


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
