"""What one feed holds, and what the formats have in common."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from syndicate.content.text import clean_name, plain, same_name, slugify
from syndicate.feeds.foreign.dates import parse_date
from syndicate.importers.records import ExportedPost, ExportedRedirect, ExportedReply, ImportNote, SkippedItem
from syndicate.model.post import Term, TermKind
from syndicate.urls import Urls, split

_CUT = re.compile(
    r"(?:\[(?:…|\.\.\.|&#8230;|&hellip;)\]|\bread more\W*|\bcontinue reading\b.{0,200})\s*\Z", re.IGNORECASE
)
_EXTENSION = re.compile(r"\.(?:html?|php|aspx?)\Z", re.IGNORECASE)


@dataclass(slots=True)
class ExportedFeed:
    """A feed. `home` is the address of the blog; `others` are redirects and remarks."""

    title: str = ""
    description: str = ""
    home: str = ""
    posts: list[ExportedPost] = field(default_factory=list)
    replies: list[ExportedReply] = field(default_factory=list)
    others: list[ExportedRedirect | ImportNote | SkippedItem] = field(default_factory=list)

    def add(self, found: ExportedPost | SkippedItem) -> None:
        """Add a post, or the remark that it was left out."""
        if isinstance(found, ExportedPost):
            self.posts.append(found)
        else:
            self.others.append(found)

    def redirect(self, address: str, leads_to: str) -> None:
        """Let an old address of the feed lead to ours."""
        path = split(address).path if "?" not in address else address
        if path and path != "/" and not Urls.is_list(path):
            self.others.append(ExportedRedirect(address=path, leads_to=leads_to))

    def note_further_pages(self, name: str, address: str) -> None:
        if address:
            self.others.append(ImportNote(text=f"{name}: there is more in {address[:200]}, which was not given"))

    def note_cut_texts(self, name: str) -> None:
        cut = sum(bool(_CUT.search(plain(post.text)[-300:])) for post in self.posts)
        if cut:
            self.others.append(ImportNote(text=f"{name}: {cut} × post of which the feed holds the beginning only"))


def date(text: str) -> datetime | None:
    """Return a date in any form that is clear; None if it is missing or invalid."""
    return parse_date(text)


def tags(names: list[str]) -> tuple[Term, ...]:
    """Return terms for the tags of a post, each once."""
    found: dict[str, Term] = {}
    for given in names:
        name = clean_name(given).removeprefix("#")
        if slug := slugify(name):
            found.setdefault(same_name(name), Term(kind=TermKind.TAG, slug=slug, name=name))
    return tuple(found.values())


def slug_in(address: str) -> str:
    """Return the slug that an address ends in, without an extension; empty for an address without one."""
    last = split(address).path.rstrip("/").rpartition("/")[2]
    return slugify(_EXTENSION.sub("", last))


def summary_beside(text: str, summary: str) -> str:
    """Return a summary unless it is the beginning of the text or was cut off by a program."""
    summary = " ".join(plain(summary).split())
    whole = " ".join(plain(text).split())
    is_made = _CUT.search(summary) or summary.endswith(("…", "...")) or whole.startswith(summary.rstrip("….[] "))
    return "" if is_made else summary
