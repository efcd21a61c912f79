"""How far something reaches: the narrower wins, and nothing said means nobody."""

from typing import Any

import pytest

from syndicate.activitypub.addressing import Reach, is_private_reaction, reach, reach_of
from syndicate.activitypub.vocabulary import PUBLIC

FOLLOWERS = "https://a.example/followers"
TO_ALL, TO_SOME, TO_NONE = {"to": [PUBLIC]}, {"to": [FOLLOWERS], "cc": [PUBLIC]}, {"to": [FOLLOWERS]}


@pytest.mark.parametrize("name", [PUBLIC, "as:Public", "Public"])
@pytest.mark.parametrize("shape", [lambda name: name, lambda name: [name], lambda name: [FOLLOWERS, {"id": name}]])
def test_everybody_has_three_names(name: str, shape: Any) -> None:
    assert reach_of({"to": shape(name)}) is Reach.PUBLIC
    assert reach_of({"to": FOLLOWERS, "cc": shape(name)}) is Reach.UNLISTED
    assert reach_of({"to": shape(name), "cc": shape(name)}) is Reach.PUBLIC


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"to": None, "cc": None},
        {"to": [], "cc": []},
        {"to": "public"},
        {"to": "as:public"},
        {"to": PUBLIC.lower()},
        {"to": f"{PUBLIC} "},
        {"to": PUBLIC.removesuffix("#Public")},
        {"to": {"name": PUBLIC}},
        {"to": {"id": [PUBLIC, FOLLOWERS]}},
        {"to": [[PUBLIC, FOLLOWERS]]},
        {"bto": PUBLIC, "bcc": PUBLIC, "audience": PUBLIC, "tag": PUBLIC, "To": PUBLIC, "content": PUBLIC},
        {"to": 7, "cc": {PUBLIC: True}},
    ],
)
def test_everything_else_is_private(document: dict[str, Any]) -> None:
    assert reach_of(document) is Reach.PRIVATE


@pytest.mark.parametrize(
    ("activity", "object", "reached"),
    [
        (TO_ALL, TO_ALL, Reach.PUBLIC),
        (TO_ALL, TO_SOME, Reach.UNLISTED),
        (TO_SOME, TO_ALL, Reach.UNLISTED),
        (TO_ALL, TO_NONE, Reach.PRIVATE),
        (TO_NONE, TO_ALL, Reach.PRIVATE),
        (TO_NONE, TO_NONE, Reach.PRIVATE),
        (TO_ALL, {}, Reach.PUBLIC),
        (TO_SOME, {}, Reach.UNLISTED),
        (TO_NONE, {}, Reach.PRIVATE),
        ({}, {}, Reach.PRIVATE),
        ({}, TO_ALL, Reach.PUBLIC),
        ({}, TO_NONE, Reach.PRIVATE),
        ({"to": []}, TO_ALL, Reach.PRIVATE),
        ({"cc": None}, TO_ALL, Reach.PRIVATE),
        ({"bto": [PUBLIC]}, TO_ALL, Reach.PRIVATE),
        ({"audience": PUBLIC}, TO_ALL, Reach.PRIVATE),
    ],
)
def test_the_narrower_of_activity_and_object_wins(
    activity: dict[str, Any], object: dict[str, Any], reached: Reach
) -> None:
    assert reach(activity, object) is reached


@pytest.mark.parametrize(
    "mark",
    [
        {"directMessage": True},
        {"litepub:directMessage": True},
        {"http://litepub.social/ns#directMessage": "true"},
        {"listMessage": "https://m.example/lists/1"},
        {"visibility": "direct"},
        {"type": "ChatMessage"},
        {"type": ["Note", "litepub:ChatMessage"]},
    ],
)
def test_what_says_anywhere_that_it_is_private_is_private(mark: dict[str, Any]) -> None:
    public = {"type": "Note", "to": [PUBLIC]}
    assert reach_of({**public, **mark}) is Reach.PRIVATE
    assert reach({"type": "Create", "to": PUBLIC}, {**public, **mark}) is Reach.PRIVATE
    assert reach({"to": PUBLIC, **mark}, public) is Reach.PRIVATE


def test_a_flag_that_is_off_marks_nothing() -> None:
    assert reach_of({"to": [PUBLIC], "directMessage": False, "visibility": "public"}) is Reach.PUBLIC


def test_a_boost_without_addressing_is_no_secret() -> None:
    assert not is_private_reaction({"type": "Announce"})
    assert not is_private_reaction({"cc": PUBLIC})
    assert is_private_reaction({"to": []})
    assert is_private_reaction({"directMessage": True})
