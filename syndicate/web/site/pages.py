"""The input of each template: one frozen dataclass per page.

The values come from the page builder; nothing here reads the database or the request. Instants are aware datetimes,
which `rendering.Pages` formats in the time zone of the site. Text is plain and is escaped on output; only `SafeHtml` is
inserted unchanged. Addresses on this site may be relative to the root unless a field is documented as absolute.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from syndicate.model.post import Enclosure, Picture

MAX_INDENTED_DEPTH = 6
"""Deeper replies are not indented further: a phone has no space for more levels."""
MAX_UNFOLDED_DEPTH = 12
"""Deeper replies stay folded until the reader opens them."""


class SafeHtml(str):
    """HTML from the sanitizer. Any other string derived from it is plain text again."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


class CommentsState(StrEnum):
    """Whether a post takes replies."""

    OPEN = "open"
    """Anyone in the fediverse can reply."""
    CLOSED = "closed"
    """No further replies are accepted, and the page says so."""
    NONE = "none"
    """The post is not federated, and the page does not mention replies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A label and its target."""

    label: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedLink:
    """A link to a list of posts, and their number."""

    label: str
    href: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLink:
    """A feed. `href` is absolute. `about` describes its content where a page lists feeds, and `readers` are links that
    open it in common feed readers."""

    title: str
    media_type: str
    href: str
    about: str = ""
    readers: tuple["Link", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The head of a page, for browsers, feed readers, search engines and link previews.

    `title` is the page's own title, empty for the home page. `feeds` are in the order RSS, Atom, JSON. `activity_id` is
    the ActivityPub id of what the page shows. `kind` is the OpenGraph type, `article` or `website`. `creator` is the
    handle for `fediverse:creator`. `prev` and `next` are the neighbours in a series: pages from the newest on, or posts
    by date. `robots` is empty if everything is allowed. All addresses are absolute.
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
    """What every page shows of the blog. `url` is absolute and ends in a slash; `handle` is `@notes@blog.example`;
    `avatar` is the address of a local picture, or empty."""

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
        """The name of the author or, without one, of the blog."""
        return self.author or self.title


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """The position of a page in a series; page 1 is the newest."""

    page: int
    pages: int
    newer: str = ""
    older: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostView:
    """A post as it is shown.

    `url` is the absolute permalink; `uri` is the ActivityPub id, empty if the post is not federated. `picture` is shown
    beside or above the text, and is None if the text contains it. `summary` is written by the author and shown as a
    lead; `excerpt` replaces the text in lists. Posts with `is_note` have no title and are shown in full.
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
    """A comment.

    `anchor` is the id of its element, and `parent` the anchor of the comment that it replies to, empty for a reply to
    the post. `url` is the address of the original, or empty; `avatar` is a local picture, or empty, and then the
    initial is shown. `is_own` marks comments of the blog's author. `reply_to` is its ActivityPub id, empty if it takes
    no replies.
    """

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
    """A comment with its replies. `answers` is the comment that it replies to, if the layout does not show that;
    `folded` are replies too deep to be shown at once."""

    comment: CommentView
    answers: CommentView | None = None
    replies: tuple["Thread", ...] = ()
    folded: tuple["Thread", ...] = ()


def threads_of(comments: Iterable[CommentView]) -> tuple[Thread, ...]:
    """Return the conversation as it is shown, at most `MAX_INDENTED_DEPTH` levels deep for any input.

    Comments keep their order. A comment whose parent is missing is shown at the top level. Each is shown once, even if
    parents form a cycle; the work is linear in the number of comments.
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
        cycle = replies.pop(next(iter(replies)))
        threads += [_thread(comment, replies, depth=0) for comment in cycle]
    return tuple(threads)


def _thread(comment: CommentView, replies: dict[str, list[CommentView]], *, depth: int) -> Thread:
    """Remove the replies of a comment from `replies`, so that none is visited twice, and return its thread."""
    if depth == MAX_INDENTED_DEPTH - 1:
        return Thread(comment=comment, replies=_flattened(comment, replies, depth=depth))
    answers = replies.pop(comment.anchor, ())
    return Thread(comment=comment, replies=tuple(_thread(answer, replies, depth=depth + 1) for answer in answers))


def _flattened(top: CommentView, replies: dict[str, list[CommentView]], *, depth: int) -> tuple[Thread, ...]:
    shown: list[tuple[CommentView, CommentView, list[Thread]]] = []
    for comment, parent, level in _descendants(top, replies, depth=depth):
        if level <= MAX_UNFOLDED_DEPTH:
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
    """Yield every reply below `top` with its parent and depth, in reading order. Not recursive, since anybody can send
    a chain of thousands of replies."""
    pending = [(answer, top, depth + 1) for answer in reversed(replies.pop(top.anchor, ()))]
    while pending:
        comment, parent, level = pending.pop()
        yield comment, parent, level
        pending += [(answer, comment, level + 1) for answer in reversed(replies.pop(comment.anchor, ()))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The fields that every template uses."""

    site: Site
    head: Head


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage(Page):
    """The latest posts, pinned ones first."""

    posts: tuple[PostView, ...] = ()
    paging: Paging | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostPage(Page):
    """A post and its conversation. `newer` and `older` are its neighbours in time."""

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
    """A page without a date. Its comments come from an import; none are added."""

    post: PostView
    comments: tuple[CommentView, ...] = ()
    comments_paging: Paging | None = None

    @property
    def threads(self) -> tuple[Thread, ...]:
        return threads_of(self.comments)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivePage(Page):
    """The posts of a category, tag, author, year, month or day. `kind` is that word as readers see it."""

    kind: str
    heading: str
    description: str = ""
    posts: tuple[PostView, ...] = ()
    paging: Paging | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage(Page):
    """The results of a search; `words` is empty before the visitor has entered any."""

    words: str
    posts: tuple[PostView, ...] = ()
    newer: str = ""
    older: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivesPage(Page):
    """The index of the archives: years with their months, newest first, categories and tags."""

    years: tuple["ArchiveYear", ...] = ()
    categories: tuple[CountedLink, ...] = ()
    tags: tuple[CountedLink, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveYear:
    """A year with posts; the labels of `months` are the names of the months alone."""

    year: CountedLink
    months: tuple[CountedLink, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlogrollPage(Page):
    """The blogs that the author reads. `opml` is the address of the OPML list, `river` that of their newest posts, and
    `account` the handle under which the river can be followed, or empty."""

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
    """A blog or account. `rel` is XFN, `profile` the page of the account, `picture` a local copy; absent values are
    empty. `latest` is its newest post, written at `latest_at`; `is_quiet` marks a blog without a recent post."""

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
    """The newest posts of the blogroll, newest first. `older` is the address of the next page, or empty."""

    posts: tuple["RiverItem", ...] = ()
    is_first: bool = True
    older: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiverItem:
    """An excerpt of a post of the blogroll, in plain text. `title` is empty for a note; `picture` is a local copy."""

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
    """The ways to subscribe: every feed, the account in the fediverse, the blogroll as OPML, and `series`, the feeds
    that replay all posts, one every `every` days from the day `start`."""

    feeds: tuple[FeedLink, ...] = ()
    opml: str = ""
    series: tuple[FeedLink, ...] = ()
    start: str
    every: int
    paces: tuple[tuple[int, str], ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogPage(Page):
    """A form with one field, and the result of sending it.

    `about` is the object of the form, sent as a hidden field; `value` is the visitor's input and `problem` why it
    cannot be used. `onward` is the address on the visitor's own server; `copy` is what visitors can paste into the
    search field there; `verdict` is the answer to a question.
    """

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
    """The built-in about page, for blogs whose author has not written one."""

    since: datetime | None = None
    post_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage(Page):
    """An error page. It never repeats the request."""

    status: int
    heading: str
    text: str = ""
