"""Translate a text from another program: its tags, callouts and addresses become Markdown that every program reads."""

import re
from collections import Counter
from dataclasses import dataclass

from syndicate.content.code_blocks import mask
from syndicate.content.hidden_text import without_comments
from syndicate.importers.markdown.project import Project
from syndicate.importers.markdown.references import Rewrite, rewrite_references
from syndicate.importers.markdown.tags import Resolver, TagTranslator
from syndicate.importers.markdown.verbatim import constructs, unescaped
from syndicate.importers.markdown.wiki import with_callouts, with_wiki_links, without_layout
from syndicate.importers.markdown.writing import MarkdownWriter

_COMPONENT = re.compile(r"</?(?P<name>[A-Z]\w*)(?:\s[^<>]*)?/?>")


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslatedText:
    """A translated text, and how often each tag that nothing stands for was removed."""

    text: str
    lost: Counter[str]


def translate(
    text: str,
    *,
    project: Project,
    resolver: Resolver,
    rewrite: Rewrite,
    title: str = "",
    is_html: bool,
    is_mdx: bool = False,
) -> TranslatedText:
    """Translate a text without its header."""
    writer = MarkdownWriter(is_html)
    masked = mask(text, constructs(project.program, writer))
    masked.code[:] = [unescaped(project.program, code) for code in masked.code]
    tags = TagTranslator(project, writer, resolver, title, masked)
    body = tags.translate(without_comments(masked.text))
    if project.program.has_wiki_links:
        body = with_wiki_links(body, writer, masked, resolver, lambda what: tags.lost.update([what]))
    if not is_html:
        body = without_layout(with_callouts(body, writer, masked))
    if is_mdx:
        body = _COMPONENT.sub(lambda found: _component(found, tags.lost), body)
    body = rewrite_references(body, rewrite)
    body = re.sub(r"\n{4,}", "\n\n\n", body)
    return TranslatedText(text=masked.unmask(body).lstrip("\n"), lost=tags.lost)


def _component(found: re.Match[str], lost: Counter[str]) -> str:
    if not found[0].startswith("</"):
        lost[f"<{found['name']}>"] += 1
    return ""
