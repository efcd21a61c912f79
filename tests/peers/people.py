"""People on other servers, who do as the tests ask and tell what they received."""

from dataclasses import dataclass
from typing import Any

from tests.peers.asking import ask
from tests.waiting import eventually


@dataclass(frozen=True)
class Person:
    """Somebody on a server at `base`. The server has a desk under /ctl/."""

    base: str
    actor: str

    @property
    def handle(self) -> str:
        handle: str = self.state()["handle"]
        return handle

    def do(self, command: str, **arguments: Any) -> Any:
        """Have something done; what came of it."""
        answer = ask(f"{self.base}/ctl/{command}", data=arguments)
        assert answer.status == 200, (command, arguments, answer.text)
        return answer.json()

    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = ask(f"{self.base}/ctl/state").json()
        return state

    def log(self) -> list[dict[str, Any]]:
        log: list[dict[str, Any]] = ask(f"{self.base}/ctl/log").json()
        return log

    def reply(self, to: str, content: str, *mentions: str) -> str:
        """Answer something; the id of the note."""
        note: str = self.do("note", content=content, inReplyTo=to, mentions=mentions)["note"]
        return note

    def received(self, type: str, about: str) -> dict[str, Any]:
        """Wait for an activity of a type about an object; its JSON. Its signature held."""
        entry = eventually(lambda: self._find(type, about), what=f"{type} of {about}")
        assert entry is not None
        assert entry["verified"], entry
        activity: dict[str, Any] = entry["json"]
        return activity

    def _find(self, type: str, about: str) -> dict[str, Any] | None:
        for entry in self.log():
            if entry["type"] == type and _id(entry["json"].get("object")) == about:
                return entry
        return None

    def knocks(self, since: int = 0) -> list[tuple[str, int]]:
        """(dialect of the signature, status that was answered) of what came to the inboxes, after `since` log entries."""
        return [(entry["dialect"], entry["status"]) for entry in self.log()[since:] if entry["type"] == "HTTP"]


def _id(object: Any) -> Any:
    return object.get("id") if isinstance(object, dict) else object
