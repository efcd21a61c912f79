"""Programs that run beside the tests, on loopback, each with its own log; ended by their own id."""

import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tests.peers.asking import SECONDS, ask


def free_port(address: str) -> int:
    """A port of this loopback address that nobody uses."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Process:
    """A program that was started and answers."""

    popen: subprocess.Popen[bytes]
    log: Path

    @classmethod
    def start(cls, command: list[str], *, directory: Path, ready: str, name: str) -> "Process":
        """Start `command`, and wait until the address `ready` answers."""
        log = directory / f"{name}.log"
        with log.open("ab") as output:
            popen = subprocess.Popen(
                command, cwd=directory, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )
        process = cls(popen, log)
        try:
            process._wait_for(ready)
        except BaseException:
            process.kill()
            raise
        return process

    def _wait_for(self, address: str) -> None:
        deadline = time.monotonic() + SECONDS
        while True:
            if self.popen.poll() is not None:
                raise AssertionError(f"{self.popen.args!r} ended at once:\n{self.words()}")
            try:
                ask(address)
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise AssertionError(f"nobody answers at {address}:\n{self.words()}") from None
                time.sleep(0.05)

    def words(self) -> str:
        """The last of what it said."""
        return self.log.read_text(errors="replace")[-4000:]

    def end(self) -> int:
        """Ask it to end, as an init system does; its exit status. Raises TimeoutExpired after 10 seconds."""
        self.popen.send_signal(signal.SIGTERM)
        return self.popen.wait(timeout=10)

    def kill(self) -> None:
        """End it on the spot, as a power cut does."""
        self.popen.kill()
        self.popen.wait()

    def dismiss(self) -> None:
        """End it, politely if it listens."""
        if self.popen.poll() is not None:
            return
        try:
            self.end()
        except subprocess.TimeoutExpired:
            self.kill()
