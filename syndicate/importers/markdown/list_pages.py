"""Recognize pages that a generator made of other pages: the home page, archives, lists of a tag, results of a search.

A folder of built HTML holds them beside the articles; they have no text of their own and are made anew here.
"""

import re

from lxml import html

MIN_LINKS = 5
MAX_WORDS_PER_LINK = 3
"""A page with fewer words outside of links than this for each link is a list of links."""
_ARTICLES = (
    "self::article or contains(concat(' ', @class, ' '), ' h-entry ') or contains(concat(' ', @class, ' '), ' hentry ')"
)
_AROUND = "ancestor::nav or ancestor::header or ancestor::footer or ancestor::aside"
_LIST_CLASS = re.compile(
    r"(?:^|[\s_-])(?:archives?|category|tag|taxonomy|search|paged|blog-index|home)(?:$|[\s_-])", re.IGNORECASE
)
_SCHEMA_ARTICLE = re.compile(r'"@type"\s*:\s*"(?:Blog|News)?(?:Posting|Article)"')
_SCHEMA_LIST = re.compile(r'"@type"\s*:\s*"(?:CollectionPage|SearchResultsPage|Blog|ItemList)"')


def why_a_list(document: html.HtmlElement) -> str:
    """Return why a page is a list of other pages; empty if it is an article, or nothing says what it is."""
    articles = _count_articles(document)
    if articles > 1:
        return f"it is a list of {articles} articles"
    schema = " ".join(document.xpath("//script[@type='application/ld+json']/text()"))
    if (
        _says(document, "og:type") == "article"
        or _SCHEMA_ARTICLE.search(schema)
        or _says(document, "article:published_time")
    ):
        return ""
    if _SCHEMA_LIST.search(schema):
        return "it says that it is a list of pages"
    if articles == 1 or not _is_built(document):
        return ""
    if _LIST_CLASS.search(document.xpath("string(//body/@class)")):
        return "it says that it is a list of pages"
    return "it is a list of links" if _is_mostly_links(document) else ""


def _count_articles(document: html.HtmlElement) -> int:
    """Count the articles that are in no other, not those in the margin (a box of related posts)."""
    return len(document.xpath(f"//body//*[{_ARTICLES}][not(ancestor::*[{_ARTICLES}])][not({_AROUND})]"))


def _says(document: html.HtmlElement, name: str) -> str:
    return (
        next(iter(document.xpath("//head/meta[@property=$name or @name=$name]/@content", name=name)), "")
        .strip()
        .lower()
    )


def _is_built(document: html.HtmlElement) -> bool:
    """Whether a generator made the page, rather than a person: it names itself, or describes the page to machines."""
    return bool(
        _says(document, "generator")
        or _says(document, "og:type")
        or document.xpath("//head/link[@rel='canonical' or @rel='next' or @rel='prev' or contains(@type, '+xml')]")
    )


def _is_mostly_links(document: html.HtmlElement) -> bool:
    links = document.xpath(f"//body//a[@href][not({_AROUND})]")
    text = document.xpath(f"//body//text()[not(ancestor::a or ancestor::script or ancestor::style or {_AROUND})]")
    return len(links) >= MIN_LINKS and len(" ".join(text).split()) < MAX_WORDS_PER_LINK * len(links)
