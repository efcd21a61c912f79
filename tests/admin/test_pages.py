"""The HTML of the desk: every page can be rendered, escapes what was typed, and has named fields."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest
from lxml import html

from syndicate.blogroll.finder import FoundFeed
from syndicate.blogroll.web_page import LinkedFeed
from syndicate.federation.actors.outside_checks import CheckKind, OutsideCheck
from syndicate.model.actor import RemoteActor
from syndicate.model.blogroll import BlogrollEntry, FeedState, FollowedPost, FollowState, LatestPost
from syndicate.model.comment import CommentState
from syndicate.model.post import Post, PostKind, PostState, SourceFormat, Visibility
from syndicate.storage.access_tokens import AccessToken, Scope
from syndicate.storage.admin_account import Passkey
from syndicate.storage.admin_events import AdminEvent
from syndicate.storage.admin_media import ListedFile, MediaUse
from syndicate.storage.admin_people import BlockRow
from syndicate.storage.admin_posts import PostRow
from syndicate.storage.admin_sessions import StoredSession
from syndicate.storage.citations import Citation, CitationState
from syndicate.storage.feed_entries import RiverPost
from syndicate.storage.imports import StoredImport
from syndicate.storage.media import MediaFile
from syndicate.storage.notifications import StoredMail
from syndicate.storage.reports import Report
from syndicate.storage.revisions import Revision
from syndicate.storage.tombstones import Tombstone
from syndicate.web.admin import pages
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.access_tokens import TokensPage
from syndicate.web.admin.pages.account import (
    AccountPage,
    CodesPage,
    LoginPage,
    RefusedPage,
    ReloadPage,
    ResumePage,
    SetupPage,
    WelcomePasskeyPage,
)
from syndicate.web.admin.pages.blogroll import BlogrollEntryPage, BlogrollListPage, FoundPage, ReadingPage
from syndicate.web.admin.pages.comments import CommentCard, CommentPage, CommentsPage, MentionCard, MentionsPage
from syndicate.web.admin.pages.consent import ConsentPage, ConsentRefusedPage
from syndicate.web.admin.pages.frame import AdminPage, Frame, Tab
from syndicate.web.admin.pages.look import LookPage, ShownPicture
from syndicate.web.admin.pages.media import FileCard, FilePage, MediaPage
from syndicate.web.admin.pages.notifications import MailsOffPage, NotificationsPage
from syndicate.web.admin.pages.people import BlocksPage, FollowerCard, PeoplePage
from syndicate.web.admin.pages.post_lists import (
    ChosenDonePage,
    ChosenPage,
    ChosenPost,
    ChosenResult,
    PostsPage,
    QuickEdit,
)
from syndicate.web.admin.pages.posts import (
    ConflictPage,
    DeletePostPage,
    Difference,
    EditPage,
    PreviewPage,
    PublishAudience,
    PublishedPage,
    PublishPage,
    RevisionsPage,
    UnpublishPage,
)
from syndicate.web.admin.pages.quotes import QuoteCard, QuotesPage
from syndicate.web.admin.pages.start import (
    StartPage,
    WelcomeBlogPage,
    WelcomeChecksPage,
    WelcomeImportPage,
    WelcomeSteps,
)
from syndicate.web.admin.pages.transfer import ExportPage, ImportPage
from syndicate.web.admin.post_form import FIELDS
from syndicate.web.admin.rendering import NAVIGATION
from syndicate.web.site.pages import Paging
from syndicate.web.site.safe_html import SafeHtml
from tests.admin.overview_samples import overview_samples
from tests.settings import pages_of

HOSTILE = "<script>alert(1)</script>\"><img src=x onerror='alert(2)'>\u202egnp {{ 7 * 7 }}"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
RENDERER = pages_of(timezone="Europe/Paris")
FRAME = Frame(
    blog=HOSTILE,
    home="https://blog.example/",
    navigation=NAVIGATION,
    path="/admin/",
    csrf="t",
    notice=HOSTILE,
    waiting=3,
)
POST = Post(id="p", uri="u", guid="g", slug="s", path="/s/", title=HOSTILE, published=NOON, updated=NOON)
ROW = PostRow(
    id="p",
    title=HOSTILE,
    kind=PostKind.PAGE,
    state=PostState.DRAFT,
    visibility=Visibility.PUBLIC,
    published=NOON,
    comments=2,
    terms=(HOSTILE,),
)
REVISION = Revision(number=1, title=HOSTILE, source=HOSTILE, source_format=SourceFormat.HTML, replaced=NOON)
DIFFERENCES = tuple(Difference(kind=kind, text=HOSTILE) for kind in ("added", "removed", "gap", ""))
TYPED = dict.fromkeys(FIELDS, HOSTILE)
WRITTEN = Form(TYPED, dict.fromkeys(FIELDS, HOSTILE))
FORM = Form(
    {"password": HOSTILE, "code": HOSTILE},
    dict.fromkeys(("password", "repeat", "current", "code", "passkey"), HOSTILE),
)
COMMENTS = [
    CommentCard(
        id=str(number),
        author=HOSTILE,
        handle=HOSTILE,
        author_url=HOSTILE,
        avatar="/media/a.png",
        server=HOSTILE,
        source=HOSTILE,
        record=HOSTILE,
        reason=HOSTILE,
        html=SafeHtml("<p>Safe</p>"),
        published=NOON,
        url=HOSTILE,
        post="p",
        post_title=HOSTILE,
        place="/s/#c",
        answers=HOSTILE,
        state=state,
        is_own=state is CommentState.WITHDRAWN,
        takes_reply=state is not CommentState.SPAM,
        can_block=True,
    )
    for number, state in enumerate(CommentState)
]

ENTRY = BlogrollEntry(
    id="e",
    name=HOSTILE,
    tagline=HOSTILE,
    url=HOSTILE,
    feed_url=HOSTILE,
    actor=HOSTILE,
    handle=HOSTILE,
    category=HOSTILE,
    follow_reason=HOSTILE,
    latest=LatestPost(title=HOSTILE, url=HOSTILE, at=NOON - timedelta(days=1)),
)
STATES = tuple(zip(FeedState, FollowState, strict=True))
QUOTE = QuoteCard(
    uri=HOSTILE,
    author=HOSTILE,
    handle=HOSTILE,
    html=SafeHtml("<p>Safe</p>"),
    url=HOSTILE,
    post="p",
    post_title=HOSTILE,
    at=NOON,
    state="allowed",
)
LOOK = ("title", "tagline", "author", "about", "picture_file", "picture_alt", "header_file", "label1", "content1")
CARD = FileCard(
    listed=ListedFile(file=MediaFile(id="m", source_url="", alt=HOSTILE, width=8, due=NOON), uses=3, is_public=False),
    address=HOSTILE,
    thumbnail="/media/a.png",
    name=HOSTILE,
    size="1 KB",
)
IMPORT_STATES: tuple[dict[str, Any], ...] = (
    {},
    {"attempts": 1},
    {"attempts": 1, "kind": "a feed", "done": 3, "total": 5},
    {"attempts": 1, "ended": NOON, "report": (HOSTILE, "2 posts are new.")},
    {"attempts": 1, "ended": NOON, "problem": HOSTILE},
)
SAMPLES: dict[str, AdminPage] = {
    "setup": SetupPage(form=FORM),
    "setup again": SetupPage(is_again=True),
    "codes": CodesPage(action="/admin/account/codes", next="/admin/account/"),
    "codes shown": CodesPage(action="/x", next="/y", is_first_run=True, codes=(HOSTILE, "b")),
    "welcome passkey": WelcomePasskeyPage(next="/admin/"),
    "login": LoginPage(form=FORM, next=HOSTILE, resume=HOSTILE, has_passkeys=True),
    "login by code": LoginPage(form=FORM, mode="code", two_factors=True, is_confirmation=True),
    "login without an account": LoginPage(has_account=False),
    "resume": ResumePage(action="/admin/", fields=((HOSTILE, HOSTILE),)),
    "refused": RefusedPage(text=HOSTILE),
    "reload": ReloadPage(address=HOSTILE),
    "start": StartPage(drafts=1, scheduled=2, failing=(HOSTILE,) * 6, backup_days=9),
    "start of a new blog": StartPage(quiet_feeds=1, failing_feeds=2, welcome=WelcomeSteps(has_name=True)),
    "welcome: name": WelcomeBlogPage(
        form=Form(dict.fromkeys(("title", "tagline", "author", "about"), HOSTILE), {"title": HOSTILE}),
        handle=HOSTILE,
        locked=frozenset({"author"}),
        picture=ShownPicture(address=HOSTILE, alt=HOSTILE),
        next="/admin/",
    ),
    "welcome: import": WelcomeImportPage(next="/admin/"),
    "welcome: checks": WelcomeChecksPage(
        next="/admin/",
        checks=(
            OutsideCheck(kind=CheckKind.PAGE, url=HOSTILE),
            OutsideCheck(kind=CheckKind.NAME, url=HOSTILE, problem=HOSTILE),
        ),
    ),
    "start without anything": StartPage(backup_days=1, is_backup_due=False),
    "account": AccountPage(
        form=FORM,
        current="a",
        codes_left=0,
        passkeys=(Passkey(id="i", name=HOSTILE, public_key="", sign_count=0, created=NOON, used=NOON),),
        sessions=tuple(StoredSession(token_hash=id, browser=HOSTILE, created=NOON, seen=NOON) for id in "ab"),
        events=(AdminEvent(id="i", at=NOON, kind="signed in", detail=HOSTILE),),
    ),
    "look": LookPage(
        form=Form(dict.fromkeys(LOOK, HOSTILE), dict.fromkeys(LOOK, HOSTILE)),
        handle=HOSTILE,
        fields=2,
        picture=ShownPicture(address=HOSTILE, alt=HOSTILE),
        header=ShownPicture(address=HOSTILE, alt=""),
        locked=frozenset({"author"}),
    ),
    "look unset": LookPage(form=Form(), handle="@notes@blog.example", fields=4),
    "notifications": NotificationsPage(
        form=Form(dict.fromkeys(("smtp", "from", "to"), HOSTILE), dict.fromkeys(("smtp", "from", "to"), HOSTILE)),
        kinds=(("comment", "Comments", True),),
        mode="daily",
        has_mail=True,
        feed=HOSTILE,
        last=StoredMail(id="m", created=NOON, due=NOON, problem=HOSTILE),
    ),
    "notifications locked": NotificationsPage(
        kinds=(),
        mode="off",
        has_mail=False,
        feed="",
        last=StoredMail(id="m", created=NOON, due=None, sent=NOON),
        locked=frozenset({"smtp", "from", "to"}),
    ),
    "mails off": MailsOffPage(),
    "mails are off": MailsOffPage(is_off=True),
    "quotes": QuotesPage(quotes=tuple(replace(QUOTE, state=state) for state in ("allowed", "revoked", "unasked"))),
    "no quotes": QuotesPage(quotes=(replace(QUOTE, html=SafeHtml(""), is_shown=True, post="", at=None),)),
    "quotes of nobody": QuotesPage(),
    "tokens": TokensPage(
        form=FORM,
        endpoint=HOSTILE,
        tokens=(
            AccessToken(id="i", token_hash="h", name=HOSTILE, scopes=frozenset(Scope), created=NOON, used=NOON),
            AccessToken(id="j", token_hash="g", name="b", scopes=frozenset(), created=NOON),
            AccessToken(
                id="k",
                token_hash="f",
                name="c",
                scopes=frozenset(),
                created=NOON,
                client_id=HOSTILE,
                expires=NOON,
                refresh_expires=NOON,
            ),
        ),
        token=HOSTILE,
    ),
    "no tokens": TokensPage(form=Form({}, {"name": HOSTILE, "scopes": HOSTILE}), endpoint="e"),
    "consent": ConsentPage(
        form=Form({"create": "1"}, {"scopes": HOSTILE}),
        name=HOSTILE,
        client_id=HOSTILE,
        is_found=False,
        back=HOSTILE,
        me=HOSTILE,
        scopes=tuple(Scope),
        unknown=HOSTILE,
        action=HOSTILE,
    ),
    "consent to signing in": ConsentPage(form=FORM, name="a", client_id="https://a/", back="a", me="b", action="/"),
    "consent refused": ConsentRefusedPage(text=HOSTILE, back=HOSTILE, host=HOSTILE),
    "consent refused for good": ConsentRefusedPage(text=HOSTILE),
    "media": MediaPage(
        form=FORM, max_size="64 MB", words=HOSTILE, files=(CARD, replace(CARD, thumbnail="")), older="?b"
    ),
    "no media": MediaPage(max_size="64 MB", newest="/admin/media/"),
    "file": FilePage(
        form=Form({"alt": HOSTILE}, {"alt": HOSTILE, "delete": HOSTILE}),
        card=CARD,
        uses=tuple(MediaUse(post="p", title=HOSTILE, state=state, is_aside=True) for state in PostState),
        more=2,
    ),
    "unused file": FilePage(form=Form(), card=replace(CARD, thumbnail="")),
    "file of the look": FilePage(form=Form(), card=replace(CARD, listed=replace(CARD.listed, is_in_look=True))),
    "no posts": PostsPage(tabs=(), state="all", words=HOSTILE),
    "posts": PostsPage(
        tabs=(Tab(label="All", href="/admin/posts/", count=1, is_current=True),),
        state="all",
        posts=(ROW,),
        edited=frozenset("p"),
        tag=HOSTILE,
        year="2026",
        tags=(HOSTILE,),
        years=("2026",),
        address="/admin/posts/?q=x",
        quick=QuickEdit(id="p", form=WRITTEN, base_revision=1, has_date=True, is_live=True),
        paging=Paging(page=2, pages=3, newer="?page=1", older="?page=3"),
    ),
    "posts with one that cannot be changed": PostsPage(
        tabs=(),
        state="pages",
        posts=(ROW,),
        quick=QuickEdit(id="p", form=Form(TYPED), base_revision=1, is_possible=False),
    ),
    **{
        f"{do} chosen posts": ChosenPage(
            do=do,
            form=WRITTEN,
            next=HOSTILE,
            posts=(
                ChosenPost(post=POST, revision=1, note=HOSTILE),
                ChosenPost(post=POST, revision=1, problem=HOSTILE),
            ),
        )
        for do in ("publish", "unpublish", "tag", "delete")
    },
    "chosen posts that stay as they are": ChosenPage(do="publish"),
    "chosen posts done": ChosenDonePage(
        id="i",
        text=HOSTILE,
        due=NOON,
        results=tuple(
            ChosenResult(id=id, title=HOSTILE, text=HOSTILE, is_done=is_done)
            for id, is_done in (("p", True), ("", False))
        ),
    ),
    "deleted posts": PostsPage(
        tabs=(),
        state="deleted",
        deleted=(Tombstone(uri="u", path=HOSTILE, origin="o", type="Note", published=None, gone_at=NOON),),
    ),
    "new page": EditPage(form=Form(dict.fromkeys(FIELDS, "")), form_id="f", is_page=True),
    "new post": EditPage(form=Form(dict.fromkeys(FIELDS, "")), form_id="f"),
    "post": EditPage(
        form=WRITTEN,
        id="p",
        post=POST,
        is_live=True,
        saved=NOON,
        due=NOON,
        address="https://blog.example/s/",
        citation=Citation(address=HOSTILE, state=CitationState.FOUND, author=HOSTILE, excerpt=HOSTILE, looked_up=NOON),
        can_boost=True,
        has_date=False,
    ),
    "post of a file": EditPage(form=WRITTEN, id="p", post=POST, is_in_folder=True, is_html=True),
    "publish": PublishPage(
        form=Form({}, {"at": HOSTILE, "look": HOSTILE}),
        id="p",
        title=HOSTILE,
        audience=PublishAudience(followers=42, servers=17, push=3),
        missing=(HOSTILE,),
    ),
    "update": PublishPage(
        form=Form(), id="p", title=HOSTILE, is_update=True, is_changed=False, audience=PublishAudience(is_local=True)
    ),
    "published": PublishedPage(
        post=POST, address=HOSTILE, audience=PublishAudience(followers=3, servers=2, push=1), due=NOON
    ),
    "published and fetched": PublishedPage(
        post=POST, address="/s/", audience=PublishAudience(is_page=True), due=NOON, is_fetched=True, is_quiet=True
    ),
    "published long ago": PublishedPage(
        post=POST, address="/s/", audience=PublishAudience(is_quiet=True, hubs=1, has_more_servers=True), is_late=True
    ),
    "unpublish": UnpublishPage(post=POST, is_unsent=True),
    "delete": DeletePostPage(post=POST),
    "conflict": ConflictPage(id="p", mine=TYPED, theirs=TYPED | {"title": "t"}, revision=2, differences=DIFFERENCES),
    "revisions": RevisionsPage(id="p", title=HOSTILE, revisions=(REVISION,), chosen=REVISION, differences=DIFFERENCES),
    "no revisions": RevisionsPage(id="p", title=HOSTILE),
    "preview": PreviewPage(id="p", title=HOSTILE, link="https://blog.example/preview/x/", links=2),
    "import": ImportPage(
        form=Form({"origin": HOSTILE}, {"file": HOSTILE, "origin": HOSTILE}),
        max_size="512 MB",
        imports=tuple(
            StoredImport(id=f"i{at}", name=HOSTILE, created=NOON, **more) for at, more in enumerate(IMPORT_STATES)
        ),
    ),
    "import that runs": ImportPage(max_size="512 MB", is_running=True),
    "export": ExportPage(),
    "export after a backup": ExportPage(last_backup=NOON),
    "comments": CommentsPage(
        tabs=(Tab(label="Waiting", href="/admin/comments/", count=1, is_current=True),),
        state="waiting",
        comments=tuple(COMMENTS),
        next=HOSTILE,
        newest="?",
        older="?before=x",
        undo="u",
        done=HOSTILE,
    ),
    "mentions": MentionsPage(
        mentions=tuple(
            MentionCard(
                uri=HOSTILE,
                author=HOSTILE,
                handle=HOSTILE,
                is_private=is_private,
                html=SafeHtml("<p>Safe</p>"),
                url=HOSTILE,
                published=NOON,
            )
            for is_private in (True, False)
        ),
        reports=(
            Report(id="r", reporter=HOSTILE, about=("https://blog.example/x", HOSTILE), words=HOSTILE, received=NOON),
        ),
    ),
    **overview_samples(HOSTILE, NOON),
    "no mentions": MentionsPage(is_all=True),
    "no comments": CommentsPage(tabs=(), state="deleted", next="/admin/comments/"),
    "reply": CommentPage(comment=COMMENTS[0], form=Form({"text": HOSTILE}, {"text": HOSTILE}), next=HOSTILE),
    "edit a reply": CommentPage(comment=COMMENTS[1], form=Form({"text": HOSTILE}), next=HOSTILE, is_edit=True),
    "reply that nobody would see": CommentPage(comment=COMMENTS[3], form=Form(), next="/admin/comments/"),
    "people": PeoplePage(
        account="blog",
        handle=HOSTILE,
        host=HOSTILE,
        total=1,
        accounts=(Tab(label=HOSTILE, href="?", count=1, is_current=True),),
        words=HOSTILE,
        followers=(
            FollowerCard(
                actor=HOSTILE,
                name=HOSTILE,
                handle=HOSTILE,
                url=HOSTILE,
                avatar="/media/a.png",
                server=HOSTILE,
                software=HOSTILE,
                since=NOON,
            ),
        ),
        next=HOSTILE,
        newest="?",
        older="?before=x",
    ),
    "no people": PeoplePage(account="blog", handle=HOSTILE, host=HOSTILE, total=0),
    "blocks": BlocksPage(
        form=Form({"who": HOSTILE, "reason": HOSTILE}, {"who": HOSTILE}),
        tabs=(),
        kind="actor",
        blocks=(
            BlockRow(pattern=HOSTILE, reason=HOSTILE, created=NOON, handle=HOSTILE, name=HOSTILE),
            BlockRow(pattern="@a@b.example", reason="", created=NOON),
        ),
        next=HOSTILE,
        older="?after=x",
    ),
    "no blocks": BlocksPage(form=Form(), tabs=(), kind="domain", words=HOSTILE),
    "blogroll": BlogrollListPage(
        form=Form({"address": HOSTILE}, {"address": HOSTILE}),
        tabs=(),
        entries=tuple(replace(ENTRY, id=state, state=state, follow=follow) for state, follow in STATES),
        quiet_before=NOON,
        paging=Paging(page=2, pages=3, newer="?page=1", older="?page=3"),
    ),
    "no blogroll": BlogrollListPage(tabs=(), quiet_before=NOON, is_every=False),
    "found": FoundPage(
        form=Form({"address": HOSTILE}),
        found=FoundFeed(
            name=HOSTILE,
            tagline=HOSTILE,
            url=HOSTILE,
            feed_url=HOSTILE,
            other_feeds=(LinkedFeed(title=HOSTILE, url=HOSTILE),),
            actor=RemoteActor(uri=HOSTILE, type="Person", handle=HOSTILE, name=HOSTILE, url="", inbox="", fetched=NOON),
        ),
        categories=(HOSTILE,),
    ),
    "found already": FoundPage(form=Form(), found=FoundFeed(), known=ENTRY),
    "entry": BlogrollEntryPage(
        form=Form({"name": HOSTILE, "tagline": HOSTILE, "hidden": "1"}, {"name": HOSTILE}),
        entry=replace(ENTRY, state=FeedState.MOVED, reason=HOSTILE),
        categories=(HOSTILE,),
        read=NOON,
        failing_since=NOON,
    ),
    "reading": ReadingPage(
        posts=(
            RiverPost(
                id="i",
                post=FollowedPost(guid="g", url=HOSTILE, title=HOSTILE, excerpt=HOSTILE, published=NOON),
                published=NOON,
                found=NOON,
                blog=HOSTILE,
                blog_url=HOSTILE,
                language="en",
                picture="/media/p.png",
            ),
        ),
        newest="?",
        older="?before=x",
    ),
    "nothing to read": ReadingPage(),
    "account without passkeys": AccountPage(current="a", codes_left=3, offers_passkeys=False),
}


def rendered(name: str) -> str:
    return RENDERER.render_template(SAMPLES[name].template, page=SAMPLES[name], frame=FRAME).decode()


IN_FIELDS = re.compile(r"<textarea.*?</textarea>|<input [^>]*>", re.DOTALL)
"""What fields hold comes back as it is, every character of it."""


def test_every_page_has_a_sample() -> None:
    modules = [import_module(f"{pages.__name__}.{module.name}") for module in iter_modules(pages.__path__)]
    kinds = {kind for module in modules for name, kind in vars(module).items() if name.endswith("Page")}
    assert kinds - {AdminPage} == {type(sample) for sample in SAMPLES.values()}


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/admin/", [("Start", "page")]),
        ("/admin/posts/", [("Posts", "page")]),
        ("/admin/posts/new", [("Write", "page")]),
        ("/admin/posts/p/revisions", [("Posts", "true")]),
        ("/admin/people/blocks/", [("People", "true")]),
        ("/admin/activity/", []),
    ],
)
def test_the_navigation_shows_where_a_page_lies(path: str, current: list[tuple[str, str]]) -> None:
    page: Any = html.fromstring(
        RENDERER.render_template("admin/mails_off.html", page=MailsOffPage(), frame=replace(FRAME, path=path)).decode()
    )
    links = page.xpath("//nav//a[@aria-current]")
    assert [(link.text_content(), link.get("aria-current")) for link in links] == current


@pytest.mark.parametrize("name", SAMPLES)
def test_what_was_typed_is_text(name: str) -> None:
    text = rendered(name)
    assert "<script>alert" not in text
    assert "onerror='" not in text
    assert "\u202e" not in IN_FIELDS.sub("", text)
    assert "49" not in re.sub(r"/static/\S+", "", text)


@pytest.mark.parametrize("name", SAMPLES)
def test_pages_are_valid_for_the_content_policy_and_for_screen_readers(name: str) -> None:
    page: Any = html.fromstring(rendered(name))
    assert page.xpath("//script[not(@src)] | //style | //@style | //@onclick") == []
    ids = [str(id) for id in page.xpath("//@id")]
    assert len(ids) == len(set(ids))
    described = " ".join(page.xpath("//@aria-describedby | //@aria-labelledby | //label/@for"))
    assert set(described.split()) <= set(ids)
    for control in page.xpath("//input[not(@type='hidden')] | //select | //textarea"):
        assert page.xpath("//label[@for=$id]", id=control.get("id")), html.tostring(control)
    if name != "reload":
        assert len(page.xpath("//h1")) == 1
        assert re.search(r"<html lang=\"\w", rendered(name))
    for form in page.xpath("//form[@method='post']"):
        is_public = form.get("action") == "/admin/login" or name.startswith(("setup", "mails"))
        assert is_public or form.xpath(".//input[@name='csrf'][@value='t']"), form.get("action")
