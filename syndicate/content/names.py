"""Turn `@user@host` and `#word` in the author's text into links, in the form that the fediverse uses.

Before sanitizing: HTML in, HTML out, one pass over its tokens. Text in links, code or preformatted text stays as it
is. The caller provides the accounts and the tags.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from html import escape

from syndicate.content.tags import Tag, escaped, prose_tokens, resolved

MAX_PEOPLE = 30
"""Maximum number of mentions in a text that are resolved: more would be spam."""

_LABEL = r"[^\W_] (?: [\w-]{0,61} [^\W_] )?"
_NAME = rf"""
    (?<![\w@./+-]) @ (?P<user> [A-Za-z0-9_] (?: [A-Za-z0-9_.-]{{0,98}} [A-Za-z0-9_] )? )
    @ (?P<host> (?: {_LABEL} \. ){{1,10}} {_LABEL} (?: :[0-9]{{1,5}} )? ) (?![\w@-])
    """
_WORD = r"(?<![\w&/#]) [#] (?P<word> \w{1,100} )"
_PERSON = re.compile(_NAME, re.VERBOSE)
_EITHER = re.compile(f"{_NAME} | {_WORD}", re.VERBOSE)


def people(html: str) -> tuple[str, ...]:
    """Return the mentions in a text as `user@host` in lower case, each once, in order."""
    found: dict[str, None] = {}
    for token, is_text in prose_tokens(html):
        if is_text and isinstance(token, str):
            found.update(dict.fromkeys(_handle(name) for name in _PERSON.finditer(token)))
    return tuple(found)[:MAX_PEOPLE]


def linked(
    html: str,
    *,
    people: Mapping[str, str],
    tags: Mapping[str, str],
    is_tag: Callable[[str], bool],
) -> str:
    """Return `html` with mentions and hashtags as links.

    `people` maps `user@host` to a profile, `tags` a lower-case word to its page; others stay text. A link whose
    address `is_tag` gets the classes of a hashtag.
    """
    return "".join(_linked(html, people, tags, is_tag))


def _linked(
    html: str, people: Mapping[str, str], tags: Mapping[str, str], is_tag: Callable[[str], bool]
) -> Iterator[str]:
    def link(found: re.Match[str]) -> str:
        if found["user"]:
            return _person(found[0], people.get(_handle(found)))
        return _tag(found[0], tags.get(found["word"].lower()))

    for token, is_text in prose_tokens(html):
        if isinstance(token, str):
            yield _EITHER.sub(link, escaped(token)) if is_text else escaped(token)
        elif token.name == "a" and not token.closing and is_tag(token.value("href").strip()):
            yield str(_as_hashtag(token))
        else:
            yield str(token)


def _handle(found: re.Match[str]) -> str:
    return f"{found['user']}@{found['host']}".lower()


def _person(text: str, address: str | None) -> str:
    """Return a mention as Mastodon writes it, but with the host: the readers of a blog are on many servers."""
    if address is None:
        return text
    name = f'<a class="u-url mention" href="{escape(address)}">@<span>{text[1:]}</span></a>'
    return f'<span class="h-card" translate="no">{name}</span>'


def _tag(text: str, address: str | None) -> str:
    if address is None:
        return text
    return f'<a class="mention hashtag" href="{escape(address)}" rel="tag">#<span>{text[1:]}</span></a>'


def _as_hashtag(link: Tag) -> Tag:
    """Add the classes by which servers distinguish a hashtag from a link that gets a preview card."""
    classes = _with_words(link.get("class"), "mention", "hashtag")
    rel = _with_words(link.get("rel"), "tag")
    others = tuple(pair for pair in link.attributes if pair[0] not in ("class", "rel"))
    return replace(link, attributes=(("class", classes), ("rel", rel), *others))


def _with_words(value: str, *words: str) -> str:
    return " ".join(dict.fromkeys([*resolved(value).split(), *words]))
