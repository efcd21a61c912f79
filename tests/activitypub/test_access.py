"""One thing, a list of things, an id or an object: told once."""

from typing import Any

import pytest

from syndicate.activitypub.access import as_id, as_link, as_list, as_object, as_text, ids, types

ODD: list[Any] = [None, True, 7, 1.5, "", "x", [], {}, [None], [[]], [{}], {"id": 7}, {"id": {}}, [1, "a", {"id": "b"}]]


@pytest.mark.parametrize(
    ("value", "id"),
    [
        ("https://a.example/", "https://a.example/"),
        ({"id": "https://a.example/", "type": "Note"}, "https://a.example/"),
        (["https://a.example/"], "https://a.example/"),
        ([{"id": "https://a.example/"}], "https://a.example/"),
        ([["https://a.example/"]], "https://a.example/"),
        (["https://a.example/", "https://b.example/"], ""),
        ([{"id": "https://a.example/"}, {"id": "https://a.example/"}], ""),
        ({"id": ["https://a.example/"]}, ""),
        ({"id": 7}, ""),
        ({"href": "https://a.example/"}, ""),
        ([], ""),
        (None, ""),
        (7, ""),
        ("https://a.example/\x00", ""),
        ("https://a.example/\n", ""),
        ({"id": "https://a\x7f.example/"}, ""),
    ],
)
def test_an_id_is_found_where_there_is_exactly_one(value: Any, id: str) -> None:
    assert as_id(value) == id


@pytest.mark.parametrize(
    ("value", "link"),
    [
        ("https://a.example/", "https://a.example/"),
        ({"type": "Link", "href": "https://a.example/"}, "https://a.example/"),
        ({"type": "Image", "url": "https://a.example/"}, "https://a.example/"),
        ([{"type": "Link"}, {"href": "https://a.example/"}, "https://b.example/"], "https://a.example/"),
        ([None, 7, "https://b.example/"], "https://b.example/"),
        ({"href": {"href": "x"}}, ""),
        ("https://a.example/\x1b", ""),
        ([], ""),
    ],
)
def test_the_first_link_counts(value: Any, link: str) -> None:
    assert as_link(value) == link


def test_many_are_many_and_one_is_one() -> None:
    assert as_list(None) == []
    assert as_list("x") == ["x"]
    assert as_list(["x", None]) == ["x", None]
    assert ids(["a", {"id": "b"}, None, 7, {}, ["c"], ["d", "e"]]) == ("a", "b", "c")
    assert list(types(["Note", 7, None, "Person"])) == ["Note", "Person"]
    assert list(types("Note")) == ["Note"]
    assert as_object([7, "x", {"a": 1}, {"b": 2}]) == {"a": 1}
    assert as_object({"a": 1}) == {"a": 1}
    assert as_text("a\x00b\tc\n") == "ab\tc\n"
    assert as_text(["a"]) == ""


@pytest.mark.parametrize("value", ODD, ids=repr)
def test_nothing_is_too_odd(value: Any) -> None:
    assert isinstance(as_id(value), str)
    assert isinstance(as_link(value), str)
    assert isinstance(as_text(value), str)
    assert isinstance(as_object(value), dict)
    assert all(isinstance(id, str) for id in ids(value))
    assert all(isinstance(type, str) for type in types(value))
