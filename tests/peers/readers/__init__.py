"""Real feed readers and the parsers that they are built upon, each told in one way: a feed goes in, what it reads comes out."""

import email
import email.policy
import json
import os
import subprocess
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from tests.waiting import LONGEST

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What a reader shows of a post. `date` is in seconds since 1970."""

    title: str
    url: str
    author: str
    date: int
    content: str
    enclosure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a parser reads in a feed; `site` is the page that it takes the feed to be of, empty where it does not say."""

    site: str
    items: tuple[Item, ...]


def simplepie(php: Path, feed: bytes, place: Path) -> Read:
    return _printed([str(php), str(HERE / "simplepie.php")], feed, place)


def rss_parser(node: Path, feed: bytes, place: Path) -> Read:
    return _printed([str(node), str(HERE / "rss_parser.mjs")], feed, place)


def _printed(command: list[str], feed: bytes, place: Path) -> Read:
    """What a program of ours prints about a feed."""
    file = place / "feed.xml"
    file.write_bytes(feed)
    read = json.loads(_run([*command, str(file)], place))
    return Read(site=read["site"], items=tuple(Item(**item) for item in read["items"]))


def sfeed(program: Path, feed: bytes, place: Path) -> Read:
    """sfeed(1) turns a feed into lines of fields, which its reader shows."""
    items = []
    for line in _run([str(program)], place, feed).splitlines():
        date, title, url, content, _, _, author, enclosure, *_ = line.split("\t")
        words = content.replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\")
        items.append(Item(title=title, url=url, author=author, date=int(date), content=words, enclosure=enclosure))
    return Read(site="", items=tuple(items))


class Rss2Email:
    """rss2email with a home of its own: each new item becomes a mail."""

    def __init__(self, program: Path, home: Path, feed: str) -> None:
        self._command = [str(program), "--config", str(home / "config"), "--data", str(home / "data.json")]
        self._home, self._mails = home, home / "mails"
        self._mails.mkdir()
        (home / "config").write_text(
            "[DEFAULT]\nfrom = reader@example.org\nto = me@example.org\nemail-protocol = maildir\n"
            f"maildir-path = {self._mails}\nmaildir-mailbox = read\nhtml-mail = True\ndate-header = True\nname-format = {{author}}\nuse-publisher-email = False\n"
        )
        self._do("add", "blog", feed)

    def reload(self) -> None:
        self._do("run")

    def _do(self, *arguments: str) -> None:
        _run([*self._command, *arguments], self._home)

    def items(self) -> list[Item]:
        """Every mail that came."""
        files = sorted(path for path in self._mails.rglob("*") if path.is_file())
        messages = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files]
        return [self._item(message) for message in messages if isinstance(message, EmailMessage)]

    def _item(self, message: EmailMessage) -> Item:
        body = message.get_body(("html", "plain"))
        assert body is not None
        return Item(
            title=str(message["Subject"]),
            url=str(message["X-RSS-URL"]),
            author=message["From"].addresses[0].display_name,
            date=int(parsedate_to_datetime(str(message["Date"])).timestamp()),
            content=body.get_content(),
        )


def _run(command: list[str], place: Path, given: bytes | None = None) -> str:
    environment = {"HOME": str(place), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TZ": "UTC"}
    done = subprocess.run(
        command, cwd=place, env=environment, input=given, capture_output=True, timeout=LONGEST, check=False
    )
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout.decode()
