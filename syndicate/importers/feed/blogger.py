"""Read Blogger's exports: `blog-….xml`, and `feed.atom` of Google Takeout.

One Atom feed holds posts, pages and comments, and in older files also settings and templates. What is not surely live
is a draft; comments that were not live wait.
"""

import re
from collections.abc import Iterator, Sequence

from syndicate.content.text import clean, clean_name, plain
from syndicate.importers.feed.documents import ExportedFeed, date, slug_in, tags
from syndicate.importers.feed.elements import Element, child, children, text
from syndicate.importers.records import ExportedComment, ExportedPost, ExportedRedirect, ExportedReply, SkippedItem
from syndicate.model.comment import CommentState
from syndicate.model.post import PostKind, PostState, Term
from syndicate.urls import Urls, join, split

_NAMESPACE = "http://schemas.google.com/blogger/2018"
_KIND_SCHEME = "#kind"
_STATES = {"LIVE": PostState.PUBLISHED, "SCHEDULED": PostState.SCHEDULED, "DRAFT": PostState.DRAFT}
_HOSTS = r"https?://[^\s\"'<>/]*(?:blogger\.googleusercontent|bp\.blogspot|lh\d+\.googleusercontent|ggpht)\.com/"
_SIZE_IN_PATH = re.compile(
    rf"({_HOSTS}[^\s\"'<>]*?)/(?:s\d+|w\d+(?:-h\d+)?|h\d+)(?:-[a-z0-9-]+)?/(?=[^\s\"'<>/]+[\"'\s<>])"
)
_SIZE_AT_END = re.compile(rf"({_HOSTS}[^\s\"'<>=]*)=(?:s\d+|w\d+(?:-h\d+)?|h\d+)(?:-[a-z0-9-]+)?(?=[\"'\s<>])")
_NUMBER = re.compile(r"\d+\Z")
_FEEDS = {
    "/feeds/posts/default": "/feed/atom/",
    "/feeds/posts/default?alt=rss": "/feed/",
    "/feeds/posts/summary": "/feed/atom/",
    "/atom.xml": "/feed/atom/",
    "/rss.xml": "/feed/",
    "/feeds/comments/default": "/comments/feed/atom/",
}


def is_entry(entry: Element) -> bool:
    """Whether an entry is one of Blogger's exports."""
    return bool(_kind(entry))


def read(entries: Sequence[Element], document: ExportedFeed) -> None:
    """Add the posts, pages and comments among the entries, and the addresses of Blogger's lists and feeds."""
    labels: dict[str, Term] = {}
    binned = 0
    for entry in entries:
        kind = _kind(entry)
        if _status(entry) == "SOFT_TRASHED" or text(entry, "trashed"):
            binned += 1
        elif kind in ("post", "page"):
            post = _post(entry, kind)
            document.posts.append(post)
            labels |= {term.name: term for term in post.terms}
        elif kind == "comment":
            found = _reply(entry)
            if isinstance(found, SkippedItem):
                document.others.append(found)
            else:
                document.replies.append(found)
    if binned:
        document.others.append(SkippedItem(what=f"{binned} × entry", reason="it is in Blogger's bin", is_ordinary=True))
    if not document.home:
        document.home = next((join(post.link, "/") for post in document.posts if post.link.startswith("http")), "")
    document.others += [ExportedRedirect(address=old, leads_to=new) for old, new in _FEEDS.items()]
    document.others += [
        ExportedRedirect(address=f"/search/label/{name}", leads_to=Urls.tag(term.slug)) for name, term in labels.items()
    ]


def _kind(entry: Element) -> str:
    """Return `post`, `page`, `comment` or another kind of entry in lower case; empty for entries of other programs."""
    found = child(entry, "type", _NAMESPACE)
    if found is not None:
        return (found.text or "").strip().lower()
    for category in children(entry, "category"):
        if category.get("scheme", "").endswith(_KIND_SCHEME):
            return category.get("term", "").rpartition("#")[2]
    return ""


def _status(entry: Element) -> str:
    return text(entry, "status").upper()


def _post(entry: Element, kind: str) -> ExportedPost:
    id = text(entry, "id")
    state, reason = _state(entry)
    link = text(entry, "filename") or _alternate(entry)
    html = _SIZE_AT_END.sub(r"\1=s0", _SIZE_IN_PATH.sub(r"\1/s0/", clean(text(entry, "content"))))
    author = child(entry, "author")
    return ExportedPost(
        source_id=f"blogger {id}",
        kind=PostKind.PAGE if kind == "page" else PostKind.POST,
        title=clean_name(plain(text(entry, "title")), limit=500),
        link=link,
        guid=id,
        creator=_name(author),
        text=html,
        excerpt=plain(text(entry, "metaDescription")),
        published=date(text(entry, "published")),
        modified=date(text(entry, "updated")),
        slug=slug_in(link),
        state=state,
        draft_reasons=(reason,) if reason else (),
        terms=tags(list(_labels(entry))),
    )


def _labels(entry: Element) -> Iterator[str]:
    for category in children(entry, "category"):
        if not category.get("scheme", "").endswith(_KIND_SCHEME):
            yield category.get("term", "")


def _state(entry: Element) -> tuple[PostState, str]:
    """Return the state of a post, and why it is a draft if Blogger does not call it one."""
    status = _status(entry)
    control = child(entry, "control")
    if control is not None and text(control, "draft").lower() == "yes":
        return PostState.DRAFT, ""
    if child(entry, "type", _NAMESPACE) is None and not status:
        return PostState.PUBLISHED, ""
    if status not in _STATES:
        return PostState.DRAFT, f"its status “{status[:40]}” is unknown"
    return _STATES[status], ""


def _alternate(entry: Element) -> str:
    links = (link.get("href", "") for link in children(entry, "link") if link.get("rel") == "alternate")
    return next(links, "")


def _reply(entry: Element) -> ExportedReply | SkippedItem:
    id, published = text(entry, "id"), date(text(entry, "published"))
    answered = child(entry, "in-reply-to")
    targets = [text(entry, "parent")]
    if answered is not None:
        targets += [answered.get("ref", ""), answered.get("href", "")]
    if not id or published is None:
        return SkippedItem(what=f"comment {id}".strip(), reason="it has no id or no date")
    author, number = child(entry, "author"), _NUMBER.search(id)
    parent = text(entry, "inReplyTo") or next(
        (_id_of(link.get("href", "")) for link in children(entry, "link") if link.get("rel") == "related"), ""
    )
    is_live = _status(entry) in ("LIVE", "")
    return ExportedReply(
        targets=tuple(filter(None, targets)),
        comment=ExportedComment(
            id=_comment_number(id),
            parent=_comment_number(parent) if parent else None,
            anchor=f"c{number[0]}" if number else id,
            guid=id,
            author_name=_name(author),
            author_url=text(author, "uri") if author is not None else "",
            published=published,
            html=clean(text(entry, "content")),
            state=CommentState.APPROVED if is_live else CommentState.PENDING,
        ),
    )


def _comment_number(id: str) -> str:
    """Return the number at the end of an id: the ids of a comment differ between the elements that name it."""
    found = _NUMBER.search(id)
    return found[0] if found else id


def _id_of(address: str) -> str:
    return split(address).path.rstrip("/").rpartition("/")[2]


def _name(author: Element | None) -> str:
    name = clean_name(text(author, "name")) if author is not None else ""
    return "" if "@" in name else name
