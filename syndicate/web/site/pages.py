"""The input of each template: one frozen dataclass per page.

The values come from the page builder; nothing here reads the database or the request. Instants are aware datetimes,
which `rendering.Pages` formats in the time zone of the site. Text is plain and is escaped on output; only `SafeHtml` is
inserted unchanged. Addresses on this site may be relative to the root unless a field is documented as absolute.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from syndicate.comments.reader_form import TypedComment
from syndicate.model.post import Enclosure, Picture, Reference
from syndicate.storage.citations import Citation
from syndicate.web.site.safe_html import SafeHtml
from syndicate.web.site.threads import CommentView, ReactionView, Thread, initial_of, threads_of


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
    handle for `fediverse:creator`. `webmention` is the endpoint for Webmentions, empty if the page takes none;
    `programs` are those for programs of the author, by their `rel`, on the home page. `prev` and `next` are the neighbours in a series: pages from the newest on, or posts
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
    webmention: str = ""
    programs: tuple[tuple[str, str], ...] = ()
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
    `avatar` is the address of a local picture, or empty, and `avatar_alt` its description; `header` is a picture above
    the home page. It no longer `federates` once its account was deleted."""

    title: str
    tagline: str = ""
    author: str = ""
    language: str = "en"
    url: str
    handle: str = ""
    navigation: tuple[Link, ...] = ()
    licence: Link | None = None
    avatar: str = ""
    federates: bool = True
    avatar_alt: str = ""
    header: Picture | None = None

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

    `url` is the absolute permalink; `uri` is the ActivityPub id, empty if the post is not federated. `form` is the address that the comment form sends, empty if
    there is no form, which asks for a mail address if it `takes_mail`. `picture` is shown
    beside or above the text, and is None if the text contains it. `summary` is written by the author and shown as a
    lead; `excerpt` replaces the text in lists. Posts with `is_note` have no title and are shown in full. `reference` is
    what the post answers, likes or boosts; `citation` is what is known of that, on the post's own page alone.
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
    form: str = ""
    takes_mail: bool = False
    reference: Reference | None = None
    citation: Citation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The fields that every template uses. `template` is the file in `templates/` that shows it."""

    template: ClassVar[str]

    site: Site
    head: Head


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage(Page):
    """The latest posts, pinned ones first."""

    template: ClassVar[str] = "home.html"
    posts: tuple[PostView, ...] = ()
    paging: Paging | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostPage(Page):
    """A post and its conversation. `quotes` are those that the author shows; `newer` and `older` are its neighbours in
    time."""

    template: ClassVar[str] = "post.html"
    post: PostView
    comments: tuple[CommentView, ...] = ()
    quotes: tuple[CommentView, ...] = ()
    comments_paging: Paging | None = None
    reactions: tuple[ReactionView, ...] = ()
    newer: Link | None = None
    older: Link | None = None

    @property
    def threads(self) -> tuple[Thread, ...]:
        return threads_of(self.comments)


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePage(Page):
    """A page without a date, and its comments. The fediverse adds none."""

    template: ClassVar[str] = "page.html"
    post: PostView
    comments: tuple[CommentView, ...] = ()
    comments_paging: Paging | None = None
    reactions: tuple[ReactionView, ...] = ()

    @property
    def threads(self) -> tuple[Thread, ...]:
        return threads_of(self.comments)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivePage(Page):
    """The posts of a category, tag, author, year, month or day. `kind` is that word as readers see it."""

    template: ClassVar[str] = "archive.html"
    kind: str
    heading: str
    description: str = ""
    posts: tuple[PostView, ...] = ()
    paging: Paging | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage(Page):
    """The results of a search; `words` is empty before the reader has entered any."""

    template: ClassVar[str] = "search.html"
    words: str
    posts: tuple[PostView, ...] = ()
    newer: str = ""
    older: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivesPage(Page):
    """The index of the archives: years with their months, newest first, categories and tags."""

    template: ClassVar[str] = "archives.html"
    years: tuple["ArchiveYear", ...] = ()
    categories: tuple[CountedLink, ...] = ()
    tags: tuple[CountedLink, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveYear:
    """A year with posts; the labels of `months` are the names of the months alone."""

    year: CountedLink
    months: tuple[CountedLink, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribePage(Page):
    """The ways to subscribe: every feed, the account in the fediverse, the blogroll as OPML, and `series`, the feeds
    that replay all posts, one every `every` days from the day `start`."""

    template: ClassVar[str] = "subscribe.html"
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

    `about` is the object of the form, sent as a hidden field; `value` is the reader's input and `problem` why it
    cannot be used. `onward` is the address on the reader's own server; `copy` is what readers can paste into the
    search field there; `verdict` is the answer to a question. `others` are what else can be done with the same input, by further buttons.
    """

    template: ClassVar[str] = "dialog.html"
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
    others: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentFormPage(Page):
    """The form for a comment on the post `about`, and its preview, which has a `token` and can be sent.

    `to` is the address that the form is about, `answers` the author of the comment that is answered, or empty; `errors`
    are by field, and `problem` is one of the whole. `html` is how the comment will look. `sent` thanks for a comment: `yes`,
    or `mail` for one with a mail address, for which the form asks if it `takes_mail`.
    """

    template: ClassVar[str] = "comment_form.html"
    about: Link
    to: str
    answers: str = ""
    typed: TypedComment = field(default_factory=TypedComment)
    errors: Mapping[str, str] = field(default_factory=dict)
    token: str = ""
    problem: str = ""
    sent: str = ""
    takes_mail: bool = False

    @property
    def html(self) -> SafeHtml:
        return SafeHtml(self.typed.html)

    @property
    def initial(self) -> str:
        return initial_of(self.typed.author)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerNoticePage(Page):
    """Where the link in a mail leads: the notice of an answer is `unconfirmed`, `confirmed` or `ended`, just now if that
    `is_done`."""

    template: ClassVar[str] = "answer_notice.html"
    state: str
    is_done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutPage(Page):
    """The built-in about page, for blogs whose author has not written one. `about` is what the author says at the
    desk."""

    template: ClassVar[str] = "about.html"
    about: SafeHtml | None = None
    since: datetime | None = None
    post_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage(Page):
    """An error page. It never repeats the request."""

    template: ClassVar[str] = "error.html"
    status: int
    heading: str
    text: str = ""
