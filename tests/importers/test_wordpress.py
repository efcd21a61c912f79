"""What is read out of whole WordPress exports."""

import io
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from syndicate.importers.records import (
    Exported,
    ExportedAttachment,
    ExportedAuthor,
    ExportedComment,
    ExportedPost,
    ExportedSite,
    ExportedTerm,
    SkippedItem,
)
from syndicate.importers.wordpress.export import read_export
from syndicate.model.comment import CommentState
from syndicate.model.post import Enclosure, PostKind, PostState, Term, TermKind

DOCUMENTS = Path(__file__).parent.parent / "documents" / "wordpress"


def read(file: str, timezone: str = "UTC") -> list[Exported]:
    with (DOCUMENTS / file).open("rb") as stream:
        return list(read_export(stream, name=file, timezone=ZoneInfo(timezone)))


@pytest.fixture
def garden() -> list[Exported]:
    return read("garden.xml", "Europe/Berlin")


def posts(values: list[Exported]) -> dict[int, ExportedPost]:
    return {value.wp_id or 0: value for value in values if isinstance(value, ExportedPost)}


def comments(values: list[Exported]) -> dict[int, ExportedComment]:
    return {int(comment.id): comment for post in posts(values).values() for comment in post.comments}


def left_out(values: list[Exported]) -> dict[str, str]:
    return {value.what: value.reason for value in values if isinstance(value, SkippedItem)}


def test_the_site_comes_first_and_is_not_confused_with_its_icon(garden: list[Exported]) -> None:
    assert garden[0] == ExportedSite(
        title="Quiet Garden & Kitchen",
        description="What grows, and what becomes of it",
        addresses=("https://garden.example/notes", "https://garden.example"),
    )


def test_an_author_without_a_name_to_show_has_none(garden: list[Exported]) -> None:
    assert [value for value in garden if isinstance(value, ExportedAuthor)] == [
        ExportedAuthor(login="ida", nicename="ida", display_name="Ida & the Hens", wp_id=1),
        ExportedAuthor(login="bo@mail.example", nicename="bomail-example", display_name="", wp_id=2),
    ]


def test_categories_keep_their_parents_and_slugs_are_read_as_unicode(garden: list[Exported]) -> None:
    terms = [value for value in garden if isinstance(value, ExportedTerm)]
    assert [value.wp_id for value in terms] == [2, 3, 4, 5]
    assert [value.term for value in terms] == [
        Term(
            kind=TermKind.CATEGORY,
            slug="vegetables",
            name="Vegetables & Herbs",
            description="All that is eaten.",
        ),
        Term(kind=TermKind.CATEGORY, slug="über-beans", name="Über beans", parent="vegetables"),
        Term(kind=TermKind.TAG, slug="茶", name="茶"),
        Term(kind=TermKind.TAG, slug="frost", name="Frost"),
    ]


def test_a_post_keeps_what_identifies_it(garden: list[Exported]) -> None:
    post = posts(garden)[11]
    assert post.kind is PostKind.POST
    assert post.title == "Sowing beans & peas"
    assert post.guid == "http://old-garden.example/?p=11&x=1"
    assert post.link == "https://garden.example/notes/2023/04/02/sowing-beans/"
    assert (post.slug, post.old_slugs) == ("sowing-beans", ("sowing-äpples",))
    assert post.creator == "ida"
    assert post.published == datetime(2023, 4, 2, 7, 30, tzinfo=UTC)
    assert post.modified == datetime(2023, 4, 3, 8, 0, tzinfo=UTC)


def test_a_post_keeps_how_it_was_shown(garden: list[Exported]) -> None:
    post = posts(garden)[11]
    assert post.state is PostState.PUBLISHED
    assert post.sticky
    assert post.comments_open
    assert post.thumbnail_id == 12
    assert post.excerpt == "How to sow & wait."
    assert [(term.kind, term.slug, term.name) for term in post.terms] == [
        (TermKind.CATEGORY, "über-beans", "Über beans"),
        (TermKind.TAG, "茶", "茶"),
    ]
    assert post.enclosure == Enclosure(
        url="https://garden.example/sound/beans.mp3", media_type="audio/mpeg", length=4321
    )


def test_the_text_of_a_post_becomes_html(garden: list[Exported]) -> None:
    picture = "https://garden.example/notes/wp-content/uploads/2023/04/beans.jpg"
    before_more = (
        "<p>Beans first.<br>\nThen peas.</p>\n"
        f'<figure class="alignright"><a href="{picture}"><img src="{picture}" alt="Beans" /></a>'
        "<figcaption>Beans, <em>soaked</em></figcaption></figure>"
    )
    post = posts(garden)[11]
    assert post.more == before_more
    assert post.text == (
        f"{before_more}\n<p>The rest[1] of it, and a mark: ]]>.</p>\n"
        '<figure class="wp-gallery"><a data-attachment="12"></a><a data-attachment="13"></a></figure>'
    )


def test_a_page_keeps_the_footnotes_that_are_stored_apart(garden: list[Exported]) -> None:
    page = posts(garden)[21]
    assert page.kind is PostKind.PAGE
    assert not page.comments_open
    assert page.text.startswith('<p class="has-text-align-center">Two beds\nand a shed.</p>')
    assert "wp:" not in page.text
    assert page.text.endswith(
        '<ol class="wp-block-footnotes"><li id="f-1">The shed <em>leaks</em>. <a href="#f-1-link">↩︎</a></li></ol>'
    )


def test_a_draft_is_dated_by_the_blogs_own_clock_and_may_lack_a_slug(garden: list[Exported]) -> None:
    draft = posts(garden)[22]
    assert draft.state is PostState.DRAFT
    assert draft.published == datetime(2023, 7, 1, 10, 0, tzinfo=UTC)
    assert (draft.slug, draft.title, draft.modified) == ("", "", None)


def test_comments_keep_their_order_and_their_answers(garden: list[Exported]) -> None:
    first, answer = comments(garden)[31], comments(garden)[32]
    assert first == ExportedComment(
        id="31",
        anchor="comment-31",
        author_name="Max O'Hara",
        author_url="https://max.example/",
        published=datetime(2023, 4, 2, 10, 0, tzinfo=UTC),
        html="<p>Mine froze.<br>\nTwice &amp; more.</p>\n<p>Ah well.</p>",
        state=CommentState.APPROVED,
    )
    assert (answer.parent, answer.author_url) == ("31", "")


def test_comments_keep_their_state(garden: list[Exported]) -> None:
    found = comments(garden)
    assert {wp_id: comment.state for wp_id, comment in found.items()} == {
        31: CommentState.APPROVED,
        32: CommentState.APPROVED,
        33: CommentState.PENDING,
        34: CommentState.SPAM,
    }
    assert found[33].author_url == ""


def test_no_address_of_a_person_or_a_computer_is_kept(garden: list[Exported]) -> None:
    logins = {value.login for value in garden if isinstance(value, ExportedAuthor)}
    everything = "\n".join(repr(value) for value in garden if not isinstance(value, ExportedAuthor))
    assert "mail.example" not in everything
    assert "203.0.113" not in everything
    assert logins == {"ida", "bo@mail.example"}


def test_attachments_describe_their_files(garden: list[Exported]) -> None:
    picture, plan = (value for value in garden if isinstance(value, ExportedAttachment))
    assert picture == ExportedAttachment(
        wp_id=12,
        url="https://garden.example/notes/wp-content/uploads/2023/04/beans.jpg",
        title="beans",
        alt="Beans in a bowl",
        parent_id=11,
        link="https://garden.example/notes/2023/04/02/sowing-beans/beans/",
    )
    assert (plan.alt, plan.parent_id) == ("The plan", None)


def test_what_cannot_be_used_is_named_with_the_reason(garden: list[Exported]) -> None:
    reasons = left_out(garden)
    assert reasons == {
        "term of “season” “Spring”": "posts are sorted by categories and tags only",
        "comment 36 on post “Sowing beans & peas”": "its date cannot be read",
        "1 × comment on post “Sowing beans & peas”": "it is in WordPress's bin",
        "attachment “Lost file”": "it does not say where the file is (wp:attachment_url)",
        "product “Trowel”": "only posts, pages and files are taken, and this is of the type “product”",
        "post “Thrown away”": "it is in WordPress's bin",
        "1 × menu (nav_menu)": "WordPress keeps it for itself",
        "2 × menu entry (nav_menu_item)": "WordPress keeps it for itself",
    }


def test_the_first_version_of_the_format_is_read_too() -> None:
    """Latin-1, parents by name, terms named twice, HTML's entities in XML."""
    values = read("old-diary.xml")
    site, places, islands, sea, post = values
    assert isinstance(site, ExportedSite)
    assert site.description == "Café talk"
    assert isinstance(places, ExportedTerm)
    assert isinstance(islands, ExportedTerm)
    assert (places.term.parent, islands.term.parent) == (None, "places")
    assert isinstance(post, ExportedPost)
    assert post.title == "Waves … & wind"
    assert post.text == "<p>Waves.&nbsp;Wind.</p>"
    assert [term.slug for term in post.terms] == ["islands", "sea"]
    assert isinstance(sea, ExportedTerm)


@pytest.mark.parametrize("file", ["garden.xml", "old-diary.xml"])
def test_a_stream_that_gives_a_byte_at_a_time_gives_the_same(file: str) -> None:
    whole = (DOCUMENTS / file).read_bytes()
    assert list(read_export(_Trickle(whole), name=file)) == read(file)


class _Trickle(io.BytesIO):
    """A stream that returns less than it was asked for, as sockets and pipes do."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(1)
