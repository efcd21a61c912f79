"""Whether a comment is shown at once, as a table."""

from typing import Any

import pytest

from syndicate.comments.policy import (
    MAX_BURST,
    MAX_LINKS,
    MAX_MENTIONS,
    MAX_PER_ACTOR_AND_HOUR,
    MAX_PER_HOST_AND_HOUR,
    MAX_PER_POST_AND_HOUR,
    CommentFacts,
    Moderation,
    decide,
)
from syndicate.model.comment import CommentState

KNOWN: dict[str, Any] = {"links": 0, "mentions": 0, "approved": 1, "rejected": 0, "recent": 0, "burst": 0}


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({}, "comment.known"),
        ({"approved": 0}, "comment.first"),
        ({"rejected": 1}, "comment.rejected-before"),
        ({"links": MAX_LINKS}, "comment.known"),
        ({"links": MAX_LINKS + 1}, "comment.links"),
        ({"mentions": MAX_MENTIONS}, "comment.known"),
        ({"mentions": MAX_MENTIONS + 1}, "comment.mentions"),
        ({"recent": MAX_PER_ACTOR_AND_HOUR - 1}, "comment.known"),
        ({"recent": MAX_PER_ACTOR_AND_HOUR}, "comment.flood"),
        ({"from_host": MAX_PER_HOST_AND_HOUR}, "comment.flood"),
        ({"on_post": MAX_PER_POST_AND_HOUR}, "comment.flood"),
        ({"repeated": True}, "comment.repeated"),
    ],
)
def test_first_time_knows_the_people_it_has_met(facts: dict[str, Any], reason: str) -> None:
    decision = decide(CommentFacts(**KNOWN | facts), "first-time")
    assert decision.reason == reason
    assert decision.is_shown is (reason == "comment.known")


@pytest.mark.parametrize(
    "later", [{"repeated": True}, {"recent": 99}, {"from_host": 99}, {"on_post": 999}, {"burst": 99}]
)
@pytest.mark.parametrize("first", [{"approved": 0}, {"rejected": 1}, {"links": 9}, {"mentions": 9}])
def test_what_holds_a_comment_already_need_not_be_counted_further(first: dict[str, Any], later: dict[str, Any]) -> None:
    assert decide(CommentFacts(**KNOWN | first), "first-time") == decide(
        CommentFacts(**KNOWN | first | later), "first-time"
    )


@pytest.mark.parametrize("facts", [{}, {"approved": 100}, {"approved": 0}, {"rejected": 5}])
def test_all_lets_everything_wait(facts: dict[str, Any]) -> None:
    decision = decide(CommentFacts(**KNOWN | facts), "all")
    assert (decision.state, decision.reason) == (CommentState.PENDING, "comment.moderated")


@pytest.mark.parametrize(
    "facts", [{}, {"approved": 0}, {"rejected": 9}, {"links": 99}, {"mentions": 99}, {"recent": 59}, {"repeated": True}]
)
def test_off_shows_everything(facts: dict[str, Any]) -> None:
    decision = decide(CommentFacts(**KNOWN | facts), "off")
    assert (decision.state, decision.reason) == (CommentState.APPROVED, "comment.open")


def test_off_holds_what_nobody_can_type() -> None:
    assert decide(CommentFacts(**KNOWN | {"burst": MAX_BURST - 1}), "off").is_shown
    assert decide(CommentFacts(**KNOWN | {"burst": MAX_BURST}), "off").reason == "comment.flood"


@pytest.mark.parametrize("moderation", ["off", "first-time", "all"])
def test_no_judgement_rejects(moderation: Moderation) -> None:
    """To reject is for the author alone."""
    for facts in ({}, {"approved": 0, "rejected": 99, "links": 99, "mentions": 99, "recent": 999, "burst": 999}):
        assert decide(CommentFacts(**KNOWN | facts), moderation).state in (CommentState.APPROVED, CommentState.PENDING)
