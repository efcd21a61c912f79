"""Lead the old addresses of feeds and lists to those here."""

from collections.abc import Iterable, Iterator

from syndicate.content.frontmatter import terms
from syndicate.content.text import canonical_path
from syndicate.importers.markdown.patterns import hugo_path
from syndicate.importers.markdown.project import Project
from syndicate.importers.markdown.reading import MarkdownEntry
from syndicate.model.post import PostState, TermKind
from syndicate.storage import Store, Tables
from syndicate.urls import Urls

_LISTS = {
    TermKind.TAG: ("/tags/{}/", "/tag/{}/", "/tag/{}.html", "/blog/tags/{}/", "/blog/tag/{}/", "/tags/{}.html"),
    TermKind.CATEGORY: (
        "/categories/{}/",
        "/category/{}/",
        "/category/{}.html",
        "/blog/categories/{}/",
        "/blog/category/{}/",
        "/categories/{}.html",
    ),
}


async def save_redirects(store: Store, urls: Urls, project: Project, entries: Iterable[MarkdownEntry]) -> None:
    """Save the redirects of the lists of public posts, of the feeds, and of the directory of the old blog."""
    found = dict(_of_lists(urls, entries))
    found.update(project.program.feeds)

    async def body(tx: Tables) -> None:
        if project.prefix:
            await tx.legacy_redirects.add_root(project.prefix)
        for address, path in found.items():
            if address != path:
                await tx.legacy_redirects.save(address, path)

    await store.transaction(body)


def _of_lists(urls: Urls, entries: Iterable[MarkdownEntry]) -> Iterator[tuple[str, str]]:
    for entry in entries:
        if entry.state is not PostState.PUBLISHED:
            continue
        for kind, names in ((TermKind.TAG, entry.front.tags), (TermKind.CATEGORY, entry.categories)):
            for term in terms(kind, names):
                path = urls.tag(term.slug) if kind is TermKind.TAG else urls.category(term.slug)
                spelled = dict.fromkeys((term.slug, hugo_path(term.name).lower(), hugo_path(term.name), term.name))
                for form in _LISTS[kind]:
                    for name in spelled:
                        yield canonical_path(form.format(name)), path
