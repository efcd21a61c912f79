"""What each template is told: one frozen dataclass per page, its signature.

In come values that the views have already decided upon; nothing here reads the database or the request.
Instants are aware datetimes, and `rendering.Pages` writes them in the zone of the site. Text is plain and is
escaped where it is written; only `SafeHtml` goes out as it is. Addresses of ours may be relative to the root,
except where a field says that they are absolute.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from syndicate.model.post import Enclosure, Picture

INDENTED = 6
"""Replies deeper than this stand beside one another: a phone has no room for more steps."""
FOLDED = 12
"""Replies deeper than this stay folded until a reader opens them."""


class SafeHtml(str):
    """HTML that the sanitizer made. Anything else that is made from it is plain text again."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


class CommentsState(StrEnum):
    """Whether something can be said under a post."""

    OPEN = "open"
    """Anyone in the fediverse can reply."""
    CLOSED = "closed"
    """Nothing more is taken, and the page says so."""
    NONE = "none"
    """The post is not in the fediverse: nothing is said about replying."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A label and where it leads."""

    label: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedLink:
    """A link to posts, and how many there are."""

    label: str
    href: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLink:
    """A feed. `href` is absolute; `about` says what is in it, where a page lists feeds, and `readers` are links that
    open it in common feed readers."""

    title: str
    media_type: str
    href: str
    about: str = ""
    readers: tuple["Link", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The head of a page, for browsers, feed readers, search engines and link previews.

    `title` is the page's own, empty for the home page. `feeds` come in the order RSS, Atom, JSON. `activity_id`
    is the ActivityPub id of what the page shows. `kind` is the OpenGraph type, `article` or `website`. `creator`
    is the handle behind `fediverse:creator`. `prev` and `next` lead through a series: of pages from the newest on, of
    posts in the order of their dates. `robots` is empty where everything is allowed. All addresses are
    absolute.
    """

    title: str = ""
    description: str = ""
    canonical: str = ""
    language: str = "en"
    robots: str = ""
    prev: str = ""
    next: str = ""
    feeds: tuple[FeedLink, ...] = ()
    activity_id: str = ""
    comments_feed: FeedLink | None = None
    blogroll: str = ""
    rel_me: tuple[str, ...] = ()
    creator: str = ""
    kind: str = "website"
    image: Picture | None = None
    published: datetime | None = None
    modified: datetime | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What every page says of the blog. `url` is absolute and ends in a slash; `handle` is `@notes@blog.example`;
    `avatar` is the address of a picture of ours, or empty."""

    title: str
    tagline: str = ""
    author: str = ""
    language: str = "en"
    url: str
    handle: str = ""
    navigation: tuple[Link, ...] = ()
    licence: Link | None = None
    avatar: str = ""

    @property
    def byline(self) -> str:
        """Who stands behind the blog: the author, or else the blog."""
        return self.author or self.title


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Where a page stands among its neighbours; pages count from 1, the newest."""

    page: int
    pages: int
    newer: str = ""
    older: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostView:
    """A post, ready to be shown.

    `url` is the absolute permalink; `uri` the ActivityPub id, empty where the post does not federate. `picture`
    is shown beside or above the text: None where the text holds it already. `summary` is the author's own, shown
    as a lead; `excerpt` stands for the text in lists. `is_note` posts have no title and are shown whole.
    """

    title: str = ""
    html: SafeHtml
    url: str
    uri: str = ""
    author: str = ""
    author_href: str = ""
    language: str = "en"
    published: datetime
    updated: datetime
    summary: str = ""
    excerpt: str = ""
    categories: tuple[Link, ...] = ()
    tags: tuple[Link, ...] = ()
    picture: Picture | None = None
    enclosure: Enclosure | None = None
    sensitive: bool = False
    warning: str = ""
    is_note: bool = False
    pinned: bool = False
    comments: int = 0
    likes: int = 0
    shares: int = 0
    comments_state: CommentsState = CommentsState.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentView:
    """A comment. `anchor` is the id of its element, `parent` the anchor of the comment that it answers, empty for
    an answer to the post. `url` is where the original can be read, or empty; `avatar` a picture of ours, or empty:
    the initial stands in for it. `is_own` says that the blog's author wrote it;
    `reply_to` is its id, empty where nobody can answer it."""

    anchor: str
    parent: str = ""
    author: str
    author_url: str = ""
    handle: str = ""
    avatar: str = ""
    url: str = ""
    is_own: bool = False
    reply_to: str = ""
    html: SafeHtml
    published: datetime

    @property
    def initial(self) -> str:
        """The first letter or digit of the name."""
        return next((character.upper() for character in self.author if character.isalnum()), "?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A comment with what was said in answer. `answers` names the comment that it answers where its place on the
    page does not show it; `folded` are answers too deep to be shown at once."""

    comment: CommentView
    answers: CommentView | None = None
    replies: tuple["Thread", ...] = ()
    folded: tuple["Thread", ...] = ()


def threads_of(comments: Iterable[CommentView]) -> tuple[Thread, ...]:
    """The conversation as it is shown: at most `INDENTED` steps deep, whatever strangers send.

    Comments keep the order in which they come. One whose parent is not here stands at the top. Each is shown
    once, also where parents form a ring; the work grows with the number of comments alone.
    """
    comments = tuple(comments)
    anchors = {comment.anchor for comment in comments}
    roots: list[CommentView] = []
    replies: dict[str, list[CommentView]] = {}
    for comment in comments:
        siblings = replies.setdefault(comment.parent, []) if comment.parent in anchors else roots
        siblings.append(comment)

    threads = [_thread(root, replies, depth=0) for root in roots]
    while replies:
        ring = replies.pop(next(iter(replies)))
        threads += [_thread(comment, replies, depth=0) for comment in ring]
    return tuple(threads)


def _thread(comment: CommentView, replies: dict[str, list[CommentView]], *, depth: int) -> Thread:
    """Takes its answers out of `replies`, so that none is met twice."""
    if depth == INDENTED - 1:
        return Thread(comment=comment, replies=_beside_one_another(comment, replies, depth=depth))
    answers = replies.pop(comment.anchor, ())
    return Thread(comment=comment, replies=tuple(_thread(answer, replies, depth=depth + 1) for answer in answers))


def _beside_one_another(top: CommentView, replies: dict[str, list[CommentView]], *, depth: int) -> tuple[Thread, ...]:
    shown: list[tuple[CommentView, CommentView, list[Thread]]] = []
    for comment, parent, level in _descendants(top, replies, depth=depth):
        if level <= FOLDED:
            shown.append((comment, parent, []))
        else:
            shown[-1][2].append(Thread(comment=comment, answers=parent))
    return tuple(
        Thread(comment=comment, answers=None if parent is top else parent, folded=tuple(folded))
        for comment, parent, folded in shown
    )


def _descendants(
    top: CommentView, replies: dict[str, list[CommentView]], *, depth: int
) -> Iterator[tuple[CommentView, CommentView, int]]:
    """Every answer below `top`, its parent and its depth, in reading order; without recursion, for a chain of
    thousands is easily sent."""
    waiting = [(answer, top, depth + 1) for answer in reversed(replies.pop(top.anchor, ()))]
    while waiting:
        comment, parent, level = waiting.pop()
        yield comment, parent, level
        waiting += [(answer, comment, level + 1) for answer in reversed(replies.pop(comment.anchor, ()))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What every template is told."""

    site: Site
    head: Head


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage(Page):
    """The latest posts, pinned ones first."""

    posts: tuple[PostView, ...] = ()
    paging: Paging | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostPage(Page):
    """One post and the conversation under it. `newer` and `older` lead to its neighbours in time."""

    post: PostView
    comments: tuple[CommentView, ...] = ()
    comments_paging: Paging | None = None
    newer: Link | None = None
    older: Link | None = None

    @property
    def threads(self) -> tuple[Thread, ...]:
        return threads_of(self.comments)


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePage(Page):
    """A page that belongs to no date. Comments come from an import; none are added."""

    post: PostView
    comments: tuple[CommentView, ...] = ()
    comments_paging: Paging | None = None

    @property
    def threads(self) -> tuple[Thread, ...]:
        return threads_of(self.comments)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivePage(Page):
    """The posts of a category, tag, author, year, month or day. `kind` is that word, as readers see it."""

    kind: str
    heading: str
    description: str = ""
    posts: tuple[PostView, ...] = ()
    paging: Paging | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage(Page):
    """What holds the words that somebody looks for; `words` are empty before she has said any."""

    words: str
    posts: tuple[PostView, ...] = ()
    newer: str = ""
    older: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivesPage(Page):
    """Every way into the archives: years with their months, newest first, categories and tags."""

    years: tuple["ArchiveYear", ...] = ()
    categories: tuple[CountedLink, ...] = ()
    tags: tuple[CountedLink, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveYear:
    """A year that has posts; `months` carry the month's name alone."""

    year: CountedLink
    months: tuple[CountedLink, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlogrollPage(Page):
    """Whom the author reads. `opml` is the address of the same list for machines, `river` of what they published, and
    `account` the handle under which that can be followed, or empty."""

    groups: tuple["BlogrollGroup", ...] = ()
    paging: Paging | None = None
    opml: str = ""
    river: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlogrollGroup:
    """A category; `title` is empty for entries without one."""

    title: str = ""
    entries: tuple["BlogrollItem", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BlogrollItem:
    """A blog or account. `rel` is XFN, `profile` the address of the page behind the handle, `picture` one of
    ours; what it has not is empty. `latest` is its newest post, written at `latest_at`; `is_quiet` says that this is
    long ago."""

    name: str
    tagline: str = ""
    url: str = ""
    feed_url: str = ""
    handle: str = ""
    profile: str = ""
    rel: str = ""
    language: str = ""
    picture: str = ""
    latest: Link | None = None
    latest_at: datetime | None = None
    is_quiet: bool = False

    @property
    def initial(self) -> str:
        """The first letter or digit of the name."""
        return next((character.upper() for character in self.name if character.isalnum()), "?")


@dataclass(frozen=True, slots=True, kw_only=True)
class RiverPage(Page):
    """What those whom the author reads have published, newest first. `older` leads on, or is empty."""

    posts: tuple["RiverItem", ...] = ()
    is_first: bool = True
    older: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiverItem:
    """A post of somebody else: an excerpt, in plain text. `title` is empty for a note; `picture` is one of ours."""

    title: str = ""
    heading: str
    url: str
    blog: str
    blog_url: str = ""
    author: str = ""
    excerpt: str = ""
    language: str = ""
    picture: str = ""
    published: datetime

    @property
    def initial(self) -> str:
        """The first letter or digit of the blog's name."""
        return next((character.upper() for character in self.blog if character.isalnum()), "?")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribePage(Page):
    """How to go on reading: every feed, the account in the fediverse, the blogroll as OPML; and all posts from the first
    one on (`series`), one every `every` days from the day `start`."""

    feeds: tuple[FeedLink, ...] = ()
    opml: str = ""
    series: tuple[FeedLink, ...] = ()
    start: str
    every: int
    paces: tuple[tuple[int, str], ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogPage(Page):
    """A question with one field, and what came of the answer. `about` is what it is about, kept in the form; `value`
    what the visitor gave; `problem` why it cannot be used; `onward` leads to her own server; `copy` is what she can
    put into its search field by herself; `verdict` the answer to a question."""

    heading: str
    text: str
    action: str
    method: str
    label: str
    name: str
    placeholder: str
    button: str
    about: str = ""
    value: str = ""
    problem: str = ""
    onward: str = ""
    copy: str = ""
    verdict: str = ""
    verdict_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutPage(Page):
    """What is said of the blog where the author has written nothing."""

    since: datetime | None = None
    post_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage(Page):
    """Why there is nothing to read. Never says what was asked for."""

    status: int
    heading: str
    text: str = ""
