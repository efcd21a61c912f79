"""Programs that run beside the tests, on loopback, each with its own log; ended by their own id."""

import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.peers.asking import ask
from tests.waiting import LONGEST, eventually


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
        def answers() -> bool:
            assert self.popen.poll() is None, f"{self.popen.args!r} ended at once:\n{self.words()}"
            try:
                ask(address)
            except OSError:
                return False
            return True

        try:
            eventually(answers, what=f"an answer at {address}")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.words()}") from None

    def words(self) -> str:
        """The last of what it said."""
        return self.log.read_text(errors="replace")[-4000:]

    def end(self) -> int:
        """Ask it to end, as an init system does; its exit status."""
        self.popen.send_signal(signal.SIGTERM)
        return self.popen.wait(timeout=LONGEST)

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
