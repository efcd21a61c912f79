"""What an import did, for the report to the author."""

from collections import Counter
from dataclasses import dataclass, field

from syndicate.importers.records import ExportedSite, SkippedItem
from syndicate.model.comment import CommentState
from syndicate.model.post import PostKind, PostState, TermKind
from syndicate.publishing.publisher import Change, Published


@dataclass(slots=True)
class ImportReport:
    """The result of an import. `edited` are the slugs of posts that were edited here and therefore not updated;
    `twins` are posts whose guid another post also has; `kinds` and `hidden` count the posts; `comments` counts new
    ones, `comment_states` their states; `shortcodes` counts those that were removed, `linked` the embedded content
    that became a link, `likes` the likes and boosts that came in, `reactions` those of other kinds or of nobody by name. `held_back` are the reasons why a post is a draft, `moved` the
    posts that have another address here.
    """

    site: ExportedSite | None = None
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kinds: Counter[PostKind] = field(default_factory=Counter)
    hidden: Counter[PostState] = field(default_factory=Counter)
    pinned: int = 0
    terms: Counter[TermKind] = field(default_factory=Counter)
    shortcodes: Counter[str] = field(default_factory=Counter)
    linked: Counter[str] = field(default_factory=Counter)
    comments: int = 0
    comments_updated: int = 0
    comment_states: Counter[CommentState] = field(default_factory=Counter)
    likes: Counter[str] = field(default_factory=Counter)
    reactions: Counter[str] = field(default_factory=Counter)
    pictures_kept: int = 0
    pictures_wanted: int = 0
    edited: list[str] = field(default_factory=list)
    twins: list[str] = field(default_factory=list)
    held_back: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left_out: list[SkippedItem] = field(default_factory=list)
    passed_over: list[SkippedItem] = field(default_factory=list)
    counted: Counter[tuple[str, str]] = field(default_factory=Counter)
    """What was skipped of several posts, with the reason."""

    def skip(self, item: SkippedItem) -> None:
        if item.count:
            self.counted[item.what, item.reason] += item.count
            return
        (self.passed_over if item.is_ordinary else self.left_out).append(item)

    def count(self, published: Published) -> None:
        post = published.post
        self.kinds[post.kind] += 1
        self.pinned += post.pinned
        if not post.is_public:
            self.hidden[post.state] += 1
        match published.change:
            case Change.CREATED:
                self.created += 1
            case Change.UPDATED:
                self.updated += 1
            case Change.UNCHANGED:
                self.unchanged += 1
