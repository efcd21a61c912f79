"""The HTML of pages, as browsers, feed readers and other servers read it."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from syndicate.comments.reader_form import TypedComment
from syndicate.model.post import Enclosure, Picture, Reference, ReferenceKind
from syndicate.storage.citations import Citation, CitationState
from syndicate.web.site.blogroll_pages import BlogrollGroup, BlogrollItem, BlogrollPage, RiverItem, RiverPage
from syndicate.web.site.bundle import built_files
from syndicate.web.site.pages import (
    AboutPage,
    AnswerNoticePage,
    ArchivePage,
    ArchivesPage,
    ArchiveYear,
    CommentFormPage,
    CommentsState,
    CountedLink,
    DialogPage,
    ErrorPage,
    FeedLink,
    Head,
    HomePage,
    Link,
    Page,
    PagePage,
    Paging,
    PostPage,
    PostView,
    SearchPage,
    Site,
    SubscribePage,
)
from syndicate.web.site.rendering import ADMIN_FILES, STATIC_FILES, Calendar
from syndicate.web.site.safe_html import SafeHtml
from syndicate.web.site.threads import MAX_INDENTED_DEPTH, MAX_UNFOLDED_DEPTH, CommentView, Thread, threads_of
from tests.settings import pages_of

HOSTILE = "<script>alert(1)</script>\"><img src=x onerror='alert(2)'>\u202egnp.\u2066 {{ 7 * 7 }} \x00\x1b\ud800"
BLOG = "https://blog.example"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TEMPLATE_FILES = Path(__file__).parents[2] / "syndicate" / "web" / "site" / "templates"

PAGES = pages_of(timezone="Europe/Paris")
QUESTION: dict[str, Any] = {
    "heading": "Follow",
    "text": "Follow from your own account.",
    "action": "/follow/",
    "method": "post",
    "label": "Your name",
    "name": "account",
    "placeholder": "@ann@social.example",
    "button": "Go",
}
BARE_SITE = Site(title="Marginalia", url=f"{BLOG}/")
BARE_POST = PostView(html=SafeHtml("<p>Text</p>"), url=f"{BLOG}/2026/11/22/text/", published=NOON, updated=NOON)

BARE: dict[str, Page] = {
    "home": HomePage(site=BARE_SITE, head=Head()),
    "home with a post": HomePage(site=BARE_SITE, head=Head(), posts=(BARE_POST,)),
    "post": PostPage(site=BARE_SITE, head=Head(), post=BARE_POST),
    "page": PagePage(site=BARE_SITE, head=Head(), post=BARE_POST),
    "archive": ArchivePage(site=BARE_SITE, head=Head(), kind="Tag", heading="rain"),
    "archives": ArchivesPage(site=BARE_SITE, head=Head()),
    "blogroll": BlogrollPage(site=BARE_SITE, head=Head()),
    "river": RiverPage(site=BARE_SITE, head=Head()),
    "subscribe": SubscribePage(start="2026-11-22", every=2, site=BARE_SITE, head=Head()),
    "search": SearchPage(site=BARE_SITE, head=Head(), words=""),
    "about": AboutPage(site=BARE_SITE, head=Head()),
    "dialog": DialogPage(site=BARE_SITE, head=Head(), **QUESTION),
    "comment form": CommentFormPage(site=BARE_SITE, head=Head(), about=Link(label="Hello", href="/x/"), to="/x/"),
    "notice of an answer": AnswerNoticePage(site=BARE_SITE, head=Head(), state="unconfirmed"),
    "error": ErrorPage(site=BARE_SITE, head=Head(), status=404, heading="There is nothing here"),
}


def full_pages(text: str = "words", address: str = f"{BLOG}/x/") -> dict[str, Page]:
    """Return every page with all fields set: texts to `text`, remote addresses to `address`."""
    picture = Picture(url="/media/a.jpg", alt=text, media_type="image/jpeg", width=640, height=480)
    link = Link(label=text, href="/x/")
    site = Site(
        title=text,
        tagline=text,
        author=text,
        language="en-GB",
        url=f"{BLOG}/",
        handle=text,
        navigation=(link, Link(label="About", href="/about/")),
        licence=Link(label=text, href="https://licence.example/"),
        avatar="/media/me.jpg",
    )
    head = Head(
        title=text,
        description=text,
        canonical=f"{BLOG}/about/",
        robots="noindex",
        prev=f"{BLOG}/",
        next=f"{BLOG}/page/3/",
        feeds=(
            FeedLink(title=text, media_type="application/rss+xml", href=f"{BLOG}/feed/", about=text),
            FeedLink(title=text, media_type="application/atom+xml", href=f"{BLOG}/feed/atom/"),
            FeedLink(title=text, media_type="application/feed+json", href=f"{BLOG}/feed/json/"),
        ),
        activity_id=f"{BLOG}/posts/1",
        comments_feed=FeedLink(title=text, media_type="application/rss+xml", href=f"{BLOG}/comments/feed/"),
        blogroll=f"{BLOG}/blogroll.opml",
        rel_me=("https://social.example/@ada",),
        creator=text,
        kind="article",
        image=picture,
        published=NOON,
        modified=NOON + timedelta(days=1),
        tags=(text,),
    )
    article = PostView(
        title=text,
        html=SafeHtml("<p>Safe <b>words</b></p>"),
        url=f"{BLOG}/2026/11/22/words/",
        uri=f"{BLOG}/posts/1",
        author=text + " II",
        author_href="/author/ada/",
        language="en",
        published=NOON,
        updated=NOON + timedelta(days=1),
        summary=text,
        excerpt=text,
        categories=(link,),
        tags=(link,),
        picture=picture,
        enclosure=Enclosure(url="/media/a.mp3", media_type="audio/mpeg", length=12_345_678),
        pinned=True,
        comments=2,
        likes=1,
        shares=3,
        reference=Reference(kind=ReferenceKind.REPLY, address="https://elsewhere.example/1"),
        citation=Citation(
            address="",
            state=CitationState.FOUND,
            author=text,
            author_url=text,
            title=text,
            excerpt=text,
            looked_up=NOON,
        ),
    )
    note = replace(article, title="", summary="", is_note=True, author="", pinned=False)
    warned = replace(article, sensitive=True, warning=text)
    posts = (article, note, warned, replace(note, sensitive=True, warning=text))
    paging = Paging(page=2, pages=3, newer="/", older="/page/3/")
    comments = tuple(
        CommentView(
            anchor=f"comment-{number}",
            parent=f"comment-{number - 1}" if number else "",
            author=text,
            author_url=address,
            handle=text,
            avatar="/media/b.jpg" if number % 2 else "",
            url=address,
            html=SafeHtml("<p>Hello</p>"),
            published=NOON,
        )
        for number in range(MAX_UNFOLDED_DEPTH + 4)
    )
    item = BlogrollItem(
        name=text,
        tagline=text,
        url=address,
        feed_url=address,
        handle=text,
        profile=address,
        rel=f"friend met {text}",
        language="en",
        picture="/media/c.jpg",
        latest=Link(label=text, href=address),
        latest_at=NOON,
        is_quiet=True,
    )
    read = RiverItem(
        title=text,
        heading=text,
        url=address,
        blog=text,
        blog_url=address,
        author=text,
        excerpt=text,
        language="en",
        picture="/media/c.jpg",
        published=NOON,
    )
    counted = CountedLink(label=text, href="/x/", count=2)
    return {
        "home": HomePage(site=site, head=head, posts=posts, paging=paging),
        "post": PostPage(
            site=site, head=head, post=article, comments=comments, comments_paging=paging, newer=link, older=link
        ),
        "note": PostPage(site=site, head=head, post=note),
        "warned": PostPage(site=site, head=head, post=warned),
        "page": PagePage(site=site, head=head, post=article, comments=comments, comments_paging=paging),
        "archive": ArchivePage(
            site=site, head=head, kind=text, heading=text, description=text, posts=posts, paging=paging
        ),
        "archives": ArchivesPage(
            site=site,
            head=head,
            years=(ArchiveYear(year=counted, months=(counted,)),),
            categories=(counted,),
            tags=(counted,),
        ),
        "blogroll": BlogrollPage(
            site=site,
            head=head,
            groups=(BlogrollGroup(title=text, entries=(item, BlogrollItem(name=text))), BlogrollGroup(entries=(item,))),
            paging=paging,
            opml="/blogroll.opml",
            river="/blogroll/river/",
            account=text,
        ),
        "river": RiverPage(
            site=site,
            head=head,
            posts=(read, RiverItem(heading=text, url=address, blog=text, published=NOON)),
            is_first=False,
            older="/blogroll/river/?before=2026-11-22T12:00:00.000000Z,1",
            account=text,
        ),
        "subscribe": SubscribePage(
            site=site,
            head=head,
            feeds=tuple(replace(feed, about=text, readers=(link,)) for feed in head.feeds),
            opml="/blogroll.opml",
            series=head.feeds,
            start=text,
            every=7,
            paces=((2, text), (7, text)),
            problem=text,
        ),
        "search": SearchPage(
            site=site, head=head, words=text, posts=posts, newer="/search/x/", older="/search/x/page/3/"
        ),
        "comment form": CommentFormPage(
            site=site,
            head=head,
            about=link,
            to="/x/",
            answers=text,
            typed=TypedComment(name=text, site=text, mail=text, text=text, trap=text),
            errors=dict.fromkeys(("name", "site", "mail", "text", "trap"), text),
            token="token",
            problem=text,
            takes_mail=True,
        ),
        "notice of an answer": AnswerNoticePage(site=site, head=head, state="confirmed", is_done=True),
        "about": AboutPage(site=site, head=head, since=NOON, post_count=7, about=SafeHtml("<p>Safe</p>")),
        "dialog": DialogPage(
            site=site,
            head=head,
            **QUESTION,
            about=address,
            value=text,
            problem=text,
            onward=BLOG,
            copy=text,
            verdict=text,
            verdict_href="/x/",
        ),
        "error": ErrorPage(site=site, head=head, status=410, heading=text, text=text),
    }


FULL = full_pages()
EVERY_PAGE = [pytest.param(page, id=f"bare {name}") for name, page in BARE.items()] + [
    pytest.param(page, id=f"full {name}") for name, page in FULL.items()
]


def tree_of(page: Page) -> html.HtmlElement:
    return html.document_fromstring(PAGES.render(page).decode())


def with_class(element: html.HtmlElement, name: str) -> list[html.HtmlElement]:
    return [found for found in element.iter("*") if name in found.get("class", "").split() and found is not element]


def one(elements: list[html.HtmlElement]) -> html.HtmlElement:
    assert len(elements) == 1
    return elements[0]


def comment(anchor: str, parent: str = "") -> CommentView:
    return CommentView(anchor=anchor, parent=parent, author="Ada", html=SafeHtml("<p>x</p>"), published=NOON)


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_every_page_renders_with_minimal_and_with_full_data(page: Page) -> None:
    document = PAGES.render(page)
    assert document.startswith(b"<!DOCTYPE html>\n<html lang=")
    assert document == PAGES.render(page)


def test_every_kind_of_page_has_a_template_and_a_sample() -> None:
    kinds = {kind.__name__: kind.template for kind in Page.__subclasses__() if kind.__module__.startswith("syndicate.")}
    assert kinds == {type(page).__name__: page.template for page in FULL.values()}
    assert all((TEMPLATE_FILES / name).is_file() for name in kinds.values())


@pytest.mark.parametrize("page", [pytest.param(page, id=name) for name, page in full_pages(text=HOSTILE).items()])
def test_hostile_text_is_escaped_everywhere(page: Page) -> None:
    document = PAGES.render(page).decode()
    tree = html.document_fromstring(document)
    assert not tree.xpath("//script[not(starts-with(@src, '/static/'))]")
    assert not tree.xpath("//@*[starts-with(name(), 'on')]")
    assert not tree.xpath("//img[@src = 'x']")
    assert "{{ 7 * 7 }}" in document
    assert not re.search("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\x00\x1b]", document)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "JavaScript:x", "data:text/html,x", "//evil.example", "x"])
def test_an_address_with_another_scheme_is_not_linked(address: str) -> None:
    pages = full_pages(address=address)
    for page in (pages["post"], pages["blogroll"]):
        assert address not in tree_of(page).xpath("//@href")


def test_only_xfn_values_appear_as_rel_in_the_blogroll() -> None:
    item = BlogrollItem(name="Inkblot", url="https://ink.example/", rel="friend MET stylesheet opener me")
    tree = tree_of(BlogrollPage(site=BARE_SITE, head=Head(), groups=(BlogrollGroup(entries=(item,)),)))
    entry = one(tree.xpath("//main//*[contains(@class, 'h-card')]"))
    link = one(with_class(entry, "u-url"))
    assert (link.get("rel"), link.get("href"), link.text_content()) == ("friend met me", item.url, "Inkblot")


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_a_page_has_no_inline_script_or_style(page: Page) -> None:
    tree = tree_of(page)
    assert not tree.xpath("//style | //iframe | //object | //*[@style]")
    assert all(script.get("src") and not script.text for script in tree.xpath("//script"))


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_a_page_loads_nothing_from_other_servers(page: Page) -> None:
    tree = tree_of(page)
    loaded = tree.xpath("//@src | //@srcset | //@poster")
    loaded += tree.xpath("//link[@rel='stylesheet' or @rel='icon' or @rel='apple-touch-icon']/@href")
    assert all(address.startswith("/") and not address.startswith("//") for address in loaded)


def test_the_stylesheet_loads_nothing() -> None:
    for style in (asset for asset in PAGES.assets if asset.media_type.startswith("text/css")):
        assert b"url(" not in style.body
        assert b"@import" not in style.body


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_everything_a_page_loads_is_an_asset(page: Page) -> None:
    served = {asset.path for asset in PAGES.assets}
    assert {address for address in tree_of(page).xpath("//head//@href | //@src") if "/static/" in address} <= served


def test_immutable_assets_have_a_hash_in_their_path() -> None:
    immutable = [asset for asset in PAGES.assets if asset.immutable]
    assert len(immutable) == len(STATIC_FILES) + len(ADMIN_FILES) + len([*built_files()])
    assert all(re.fullmatch(r"/static/[a-z-]+\.[0-9a-f]{12}\.[a-z]+", asset.path) for asset in immutable)
    assert [asset.path for asset in PAGES.assets if not asset.immutable] == [
        "/favicon.ico",
        "/favicon.png",
        "/feed.css",
    ]
    assert all(asset.body for asset in PAGES.assets)


def test_the_head_links_feeds_then_the_activitypub_id_then_the_comments_feed() -> None:
    links = tree_of(FULL["post"]).xpath("//head/link[@rel='alternate']")
    assert [(link.get("type"), link.get("href")) for link in links] == [
        ("application/rss+xml", f"{BLOG}/feed/"),
        ("application/atom+xml", f"{BLOG}/feed/atom/"),
        ("application/feed+json", f"{BLOG}/feed/json/"),
        ("application/activity+json", f"{BLOG}/posts/1"),
        ("application/rss+xml", f"{BLOG}/comments/feed/"),
    ]


def test_the_head_describes_the_page_for_link_previews() -> None:
    tree = tree_of(FULL["post"])
    told = {meta.get("property") or meta.get("name"): meta.get("content") for meta in tree.xpath("//head/meta")}
    assert told["og:type"] == "article"
    assert told["og:url"] == f"{BLOG}/about/"
    assert (told["og:image"], told["og:image:alt"], told["og:image:width"]) == ("/media/a.jpg", "words", "640")
    assert told["article:published_time"] == "2026-11-22T13:00:00+01:00"
    assert told["fediverse:creator"] == "words"
    assert told["robots"] == "noindex"
    rels = {link.get("rel"): link.get("href") for link in tree.xpath("//head/link")}
    assert rels["canonical"] == f"{BLOG}/about/"
    assert rels["blogroll"] == f"{BLOG}/blogroll.opml"
    assert rels["me"] == "https://social.example/@ada"
    assert (rels["prev"], rels["next"]) == (f"{BLOG}/", f"{BLOG}/page/3/")


def test_the_title_is_the_page_followed_by_the_blog() -> None:
    assert tree_of(FULL["error"]).findtext(".//title") == "words – words"
    assert tree_of(BARE["home"]).findtext(".//title") == "Marginalia"


def test_a_post_is_a_complete_h_entry() -> None:
    entry = one(with_class(tree_of(FULL["post"]), "h-entry"))
    permalink = one(with_class(entry, "u-uid"))
    assert "u-url" in permalink.get("class").split()
    assert permalink.get("href") == f"{BLOG}/2026/11/22/words/"
    assert one(entry.xpath("./header//h1")).get("class") == "p-name"
    assert entry.xpath("./header//time[@class='dt-published']/@datetime") == ["2026-11-22T13:00:00+01:00"]
    assert one(with_class(entry, "dt-updated")).get("datetime") == "2026-11-23T13:00:00+01:00"
    author = one(entry.xpath("./header//*[contains(@class, 'p-author')]"))
    assert "h-card" in author.get("class").split()
    assert one(with_class(author, "p-name")).text_content() == "words II"
    assert one(entry.xpath("./div[contains(@class, 'e-content')]")).text_content().strip() == "Safe words"
    assert [link.get("rel") for link in with_class(entry, "p-category")] == ["category tag", "tag"]
    assert len(with_class(entry, "p-summary")) == len(with_class(entry, "u-featured")) == 1
    assert one(with_class(entry, "u-audio")).get("href") == "/media/a.mp3"


def test_comments_are_h_cites_with_author_and_date() -> None:
    cited = with_class(tree_of(FULL["post"]), "u-comment")
    assert len(cited) == MAX_UNFOLDED_DEPTH + 4
    for number, citation in enumerate(cited):
        assert citation.get("id") == f"comment-{number}"
        assert "h-cite" in citation.get("class").split()
        assert one(with_class(citation, "p-name")).get("href") == f"{BLOG}/x/"
        assert one(with_class(citation, "original")).get("href") == f"{BLOG}/x/"
        assert one(with_class(citation, "dt-published")).get("datetime").endswith("+01:00")
        assert one(with_class(citation, "e-content")).text_content() == "Hello"


def test_a_note_has_no_name() -> None:
    entry = one(with_class(tree_of(FULL["note"]), "h-entry"))
    assert not [
        name
        for name in with_class(entry, "p-name")
        if not name.xpath("ancestor::*[contains(@class, 'h-card') or contains(@class, 'h-cite')]")
    ]
    for listed in with_class(tree_of(FULL["home"]), "note"):
        names = with_class(listed, "p-name")
        assert all(
            name.xpath("ancestor::*[contains(@class, 'h-card') or contains(@class, 'h-cite')]") for name in names
        )
        assert with_class(listed, "e-content")


def test_lists_are_h_feeds_with_name_address_and_author() -> None:
    for page in (FULL["home"], FULL["archive"]):
        feed = one(with_class(tree_of(page), "h-feed"))
        assert [name.get("value") for name in feed.xpath("./data[@class='p-name']")] == ["words"]
        assert [url.get("value") for url in feed.xpath("./data[@class='u-url']")] == [f"{BLOG}/about/"]
        assert one(feed.xpath("./span[contains(@class, 'p-author')]")) is not None
        assert len(with_class(feed, "h-entry")) == 4


def test_the_footer_has_the_h_card_of_the_blog() -> None:
    card = one(tree_of(FULL["home"]).xpath("//footer[@class='colophon']/*[contains(@class, 'h-card')]"))
    me = one(with_class(card, "u-uid"))
    assert (me.get("href"), me.get("rel"), me.text_content()) == (f"{BLOG}/", "me", "words")
    assert card.xpath(".//a[@rel='me']/@href") == [f"{BLOG}/", "https://social.example/@ada"]


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_headings_start_with_one_h1_and_skip_no_level(page: Page) -> None:
    levels = [int(heading.tag[1]) for heading in tree_of(page).xpath("//h1 | //h2 | //h3 | //h4")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_a_page_is_navigable_with_a_screen_reader(page: Page) -> None:
    tree = tree_of(page)
    assert tree.xpath("//body/a[1]/@href") == ["#main"]
    assert len(tree.xpath("//main[@id='main']")) == len(tree.xpath("//body/header")) == 1
    assert all(image.get("alt") is not None for image in tree.xpath("//img"))
    labelled = set(tree.xpath("//label/@for"))
    assert {field.get("id") for field in tree.xpath("//input[not(@type='hidden')] | //select | //textarea")} == labelled
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))


def test_the_current_page_is_marked_in_the_navigation() -> None:
    assert tree_of(FULL["about"]).xpath("//nav//a[@aria-current='page']/@href") == ["/about/"]
    assert not tree_of(BARE["about"]).xpath("//*[@aria-current]")


def test_an_open_post_says_how_to_reply_and_where() -> None:
    tree = tree_of(FULL["post"])
    assert one(tree.xpath("//section[@id='reply']//input[@readonly]")).get("value") == f"{BLOG}/2026/11/22/words/"


@pytest.mark.parametrize(
    ("state", "said"), [(CommentsState.CLOSED, True), (CommentsState.NONE, False), (CommentsState.OPEN, False)]
)
def test_a_page_says_that_comments_are_closed(state: CommentsState, said: bool) -> None:
    page = PostPage(site=BARE_SITE, head=Head(), post=replace(BARE_POST, comments_state=state))
    text = tree_of(page).text_content()
    assert ("Comments are closed." in text) is said
    assert ("Leave a comment" in text) is (state is CommentsState.OPEN)


def test_comments_are_shown_when_replies_are_closed() -> None:
    post = replace(BARE_POST, comments_state=CommentsState.NONE)
    page = PostPage(site=BARE_SITE, head=Head(), post=post, comments=(comment("a"),))
    assert "1 comment" in tree_of(page).text_content()


def test_a_content_warning_folds_the_text_and_hides_it_in_lists() -> None:
    assert one(tree_of(FULL["warned"]).xpath("//details[@class='warning']/summary")).text == "words"
    post = replace(BARE_POST, title="Title", excerpt="The butler did it", warning="Spoilers")
    assert b"butler" not in PAGES.render(HomePage(site=BARE_SITE, head=Head(), posts=(post,)))


@pytest.mark.parametrize("note", [True, False])
def test_the_picture_of_a_sensitive_post_is_folded(note: bool) -> None:
    picture = Picture(url="/media/storm.jpg", alt="Fallen trees")
    post = replace(BARE_POST, title="" if note else "Storm", is_note=note, picture=picture, sensitive=True)
    page = PostPage(site=BARE_SITE, head=Head(), post=post)
    assert len(tree_of(page).xpath("//details[@class='warning']//img[@src='/media/storm.jpg']")) == 1
    for shown in (page, HomePage(site=BARE_SITE, head=Head(), posts=(post,))):
        assert tree_of(shown).xpath("//img[@src='/media/storm.jpg'][not(ancestor::details)]") == []


def test_a_single_group_does_not_repeat_the_heading() -> None:
    group = BlogrollGroup(title="Blogroll", entries=(BlogrollItem(name="Bo"),))
    for groups, headings in (((group,), []), ((group, replace(group, title="Friends")), ["Blogroll", "Friends"])):
        page = BlogrollPage(site=BARE_SITE, head=Head(), groups=groups)
        assert [heading.text for heading in tree_of(page).xpath("//h2")] == headings


def test_safe_html_is_not_escaped_and_strings_derived_from_it_are() -> None:
    html_of = SafeHtml("<p>x</p>")
    shouted = HomePage(site=replace(BARE_SITE, title=html_of + "!"), head=Head(), posts=(BARE_POST,))
    document = PAGES.render(shouted)
    assert b"<p>Text</p>" in document
    assert b"&lt;p&gt;x&lt;/p&gt;!" in document


def test_a_lone_surrogate_in_html_does_not_break_the_page() -> None:
    page = PostPage(site=BARE_SITE, head=Head(), post=replace(BARE_POST, html=SafeHtml("<p>\ud800</p>")))
    assert b"<p>?</p>" in PAGES.render(page)


def test_no_template_disables_escaping() -> None:
    for template in TEMPLATE_FILES.glob("*.html"):
        assert not re.search(r"\|\s*safe|autoescape", template.read_text()), template.name


def test_replies_are_nested_under_their_parent() -> None:
    [first, second] = threads_of([comment("a"), comment("b"), comment("c", "a"), comment("d", "c")])
    assert first == Thread(
        comment=comment("a"),
        replies=(Thread(comment=comment("c", "a"), replies=(Thread(comment=comment("d", "c")),)),),
    )
    assert second == Thread(comment=comment("b"))


def test_a_reply_to_a_hidden_comment_is_at_the_top_level() -> None:
    assert [thread.comment.anchor for thread in threads_of([comment("a", "held"), comment("b")])] == ["a", "b"]


def test_a_deep_conversation_is_indented_six_levels_and_then_names_the_parent() -> None:
    chain = [comment(f"c{n}", f"c{n - 1}" if n else "") for n in range(MAX_UNFOLDED_DEPTH + 3)]
    [thread] = threads_of(chain)
    for _ in range(MAX_INDENTED_DEPTH - 1):
        [thread] = thread.replies if len(thread.replies) == 1 else (thread,)
    beside = thread.replies
    assert [step.comment.anchor for step in beside] == [
        f"c{n}" for n in range(MAX_INDENTED_DEPTH, MAX_UNFOLDED_DEPTH + 1)
    ]
    assert [step.answers.anchor if step.answers else "" for step in beside] == [
        "",
        *(f"c{n}" for n in range(6, MAX_UNFOLDED_DEPTH)),
    ]
    assert [step.comment.anchor for step in beside[-1].folded] == [
        f"c{MAX_UNFOLDED_DEPTH + 1}",
        f"c{MAX_UNFOLDED_DEPTH + 2}",
    ]


def shown(threads: tuple[Thread, ...]) -> list[str]:
    anchors: list[str] = []
    for thread in threads:
        anchors += [thread.comment.anchor, *shown(thread.replies), *shown(thread.folded)]
    return anchors


@pytest.mark.parametrize(
    "parents",
    [
        {"a": "a"},
        {"a": "b", "b": "a"},
        {"a": "b", "b": "c", "c": "a", "d": "a", "e": ""},
        {f"c{n}": f"c{n - 1}" for n in range(5000)},
        {f"c{n}": f"c{(n + 1) % 5000}" for n in range(5000)},
        {f"c{n}": "c0" if n else "" for n in range(5000)},
    ],
    ids=["itself", "each other", "a ring with a tail", "a chain", "a long ring", "a crowd"],
)
def test_every_comment_is_shown_once_for_any_parents(parents: dict[str, str]) -> None:
    comments = [comment(anchor, parent) for anchor, parent in parents.items()]
    assert sorted(shown(threads_of(comments))) == sorted(parents)


def test_two_comments_with_one_anchor_show_their_replies_once() -> None:
    assert shown(threads_of([comment("a"), comment("a"), comment("b", "a")])) == ["a", "b", "a"]


def test_a_chain_of_a_thousand_replies_can_be_rendered() -> None:
    chain = tuple(comment(f"c{n}", f"c{n - 1}" if n else "") for n in range(1000))
    tree = tree_of(PostPage(site=BARE_SITE, head=Head(), post=BARE_POST, comments=chain))
    assert len(with_class(tree, "u-comment")) == 1000


@pytest.mark.parametrize(("name", "initial"), [("ada", "A"), ("  »björn", "B"), ("山田", "山"), ("", "?"), ("🦆", "?")])
def test_an_initial_replaces_a_missing_picture(name: str, initial: str) -> None:
    assert replace(comment("a"), author=name).initial == initial


@pytest.mark.parametrize(
    ("timezone", "language", "day", "machine"),
    [
        ("UTC", "en-GB", "31 December 2026", "2026-12-31T23:30:00+00:00"),
        ("Asia/Tokyo", "en-GB", "1 January 2027", "2027-01-01T08:30:00+09:00"),
        ("America/New_York", "en-US", "December 31, 2026", "2026-12-31T18:30:00-05:00"),
    ],
)
def test_dates_are_in_the_time_zone_of_the_site(timezone: str, language: str, day: str, machine: str) -> None:
    calendar = pages_of(timezone=timezone, language=language).calendar
    instant = datetime(2026, 12, 31, 23, 30, 0, 999_999, tzinfo=UTC)
    assert (calendar.day(instant), calendar.machine(instant)) == (day, machine)
    assert isinstance(calendar, Calendar)


def colours(scheme: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", scheme))


def luminance(colour: str) -> float:
    """Return the relative luminance (WCAG 2.2)."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one_colour: str, other: str) -> float:
    lighter, darker = sorted((luminance(one_colour), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_has_enough_contrast_in_both_colour_schemes(scheme: int) -> None:
    [style] = [asset.body.decode() for asset in PAGES.assets if asset.path.startswith("/static/style.")]
    colour = colours(re.findall(r":root \{(.*?)\}", style, re.DOTALL)[scheme])
    for ground in ("paper", "sheet", "mark-wash"):
        for text in ("ink", "soft", "mark"):
            assert contrast(colour[text], colour[ground]) >= 4.5, (text, ground)
    assert contrast(colour["edge"], colour["paper"]) >= 3
