"""What is written as a header is read as the same draft."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from syndicate.content import frontmatter
from syndicate.content.header_writer import header_of
from syndicate.model.post import (
    Enclosure,
    ObjectType,
    PostDraft,
    PostKind,
    PostState,
    QuotePolicy,
    TermKind,
    Visibility,
)

PLAIN = PostDraft(slug="tea", source="Hot.\n", date=datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC))


@pytest.mark.parametrize(
    "draft",
    [
        PLAIN,
        replace(PLAIN, title="Tea: a 'first' \"look\" — 茶 #1", summary="Of: leaves", teaser="- one\n- two"),
        replace(PLAIN, title="null", summary="true", language="de-AT", warning="no", sensitive=True),
        replace(PLAIN, unsummarized=True, sensitive=True, comments_open=False, pinned=True, hashtags=()),
        replace(PLAIN, state=PostState.DRAFT, visibility=Visibility.QUIET, hashtags=("A", "b c")),
        replace(PLAIN, state=PostState.PASSWORD, kind=PostKind.PAGE, image="leaf.png"),
        replace(PLAIN, image="/media/leaf.png", image_alt="A leaf, green", type=ObjectType.NOTE),
        replace(PLAIN, quotes=QuotePolicy.NOBODY, enclosure=Enclosure(url="/a.mp3", media_type="audio/mpeg")),
        replace(
            PLAIN,
            enclosure=Enclosure(url="https://blog.example/a.mp3", media_type="audio/mpeg", length=7, duration=90),
            terms=(
                *frontmatter.terms(TermKind.CATEGORY, ("Garden, wild",)),
                *frontmatter.terms(TermKind.TAG, ("C++",)),
            ),
        ),
    ],
)
def test_a_header_is_read_as_it_was_written(draft: PostDraft) -> None:
    header, body = frontmatter.split(f"{header_of(draft)}\n{draft.source}", file="tea.md", timezone=UTC)
    assert frontmatter.to_post_draft(header, body, slug_from_file="other") == draft
    assert (header.unknown, header.problems) == ((), ())
