"""Tell exports of other programs apart by their content, to name the right command for a file given to another."""

import re
from collections.abc import Sequence

_COMMANDS = (
    (r'xmlns:[\w.-]+\s*=\s*["\']https?://wordpress\.org/export/1\.\d/', "a WordPress export", "import wordpress"),
    (r"<opml\b", "a list of subscriptions (OPML)", "import opml"),
    (r"<(?:rdf:RDF|rss)\b", "an ordinary RSS feed", "import feed"),
    (r"<(?:\w+:)?feed\b[^<>]*Atom", "an Atom feed", "import feed"),
    (r'"version"\s*:\s*"https?:\\?/\\?/jsonfeed\.org', "a JSON feed", "import feed"),
    (r'"(?:wm-property|wm-id|wm-source)"\s*:', "a list of Webmentions", "import webmentions"),
    (r'"posts_tags"\s*:|"posts_authors"\s*:|"exported_on"\s*:|"mobiledoc"\s*:', "a Ghost export", "import ghost"),
)
_LATER = (
    (r"\A\ufeff?post_id,post_date,is_published", "a Substack export"),
    (r"<tumblr\b|<post\s[^<>]*url-with-slug=", "a Tumblr export"),
    (r'"collections"\s*:\s*\[\s*\{\s*"alias"', "a WriteFreely export"),
    (r'"orderedItems"\s*:.*"(?:Create|Announce)"', "an archive of a Mastodon account"),
    (r"\A(?:[A-Z ]+: .*\n)*(?:TITLE|AUTHOR|BASENAME): .*\n(?:.*\n)*?-----\r?\nBODY:", "a Movable Type export"),
    (r'class="[^"]*\bgraf--', "a Medium export"),
)
_CSV = (
    (r"\A\ufeff?Account address,\s*Show boosts", "a list of accounts that you follow", "import following"),
    (r"\A\ufeff?Account address,\s*Hide notifications", "a list of accounts that you mute", "block"),
    (r"\A\ufeff?#?domain,\s*#?severity", "a list of blocked servers", "blocks import"),
)
_KNOWN = tuple(
    (re.compile(pattern), what, command)
    for pattern, what, command in (*_COMMANDS, *((*one, "") for one in _LATER), *_CSV)
)
_LATER_ARCHIVE = "is {}; this version cannot import it."
MAX_HEAD_LENGTH = 64 * 1024


def kind_of_export(head: str, *, but: str = "") -> str:
    """Return what a file is, by its beginning, and the command for it: "is a Ghost export; use `syndicate import
    ghost`."; empty if it is unknown, or if `but` is the command: then it is the right one, and the file is damaged.
    """
    what, command = known_kind(head)
    if command and command == but:
        return ""
    advice = f"use `syndicate {command}`." if command else "this version cannot import it."
    return f"is {what}; {advice}" if what else ""


def known_kind(head: str) -> tuple[str, str]:
    """Return what a file is, by its beginning ("a Ghost export"), and the command for it ("import ghost"), which is empty
    where this version cannot import it; both are empty if the file is unknown.
    """
    head = head[:MAX_HEAD_LENGTH]
    return next(((what, command) for pattern, what, command in _KNOWN if pattern.search(head)), ("", ""))


def kind_of_archive(names: Sequence[str]) -> str:
    """Return the same for an archive, by the names of the files in it."""
    bare = {name.rpartition("/")[2] for name in names}
    if "posts.csv" in bare:
        return _LATER_ARCHIVE.format("a Substack export")
    if "outbox.json" in bare:
        return _LATER_ARCHIVE.format("an archive of a Mastodon account")
    if "posts.xml" in bare or "posts.zip" in bare:
        return _LATER_ARCHIVE.format("a Tumblr export")
    if "profile.html" in bare and any(name.startswith("posts/") for name in names):
        return _LATER_ARCHIVE.format("a Medium export")
    if any(name.endswith((".md", ".markdown")) for name in names):
        return "holds Markdown files; unpack it and use `syndicate import markdown`."
    return ""
