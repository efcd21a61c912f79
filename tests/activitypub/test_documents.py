"""Strangers' bytes are read in one way, or not at all."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.activitypub.documents import (
    MAX_ADDRESSED,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_ITEMS,
    parse_document,
    require_context,
)
from syndicate.activitypub.vocabulary import AS2
from syndicate.errors import MalformedActivity


def reason(body: bytes) -> str:
    """Why a body is refused; empty where it is not."""
    try:
        parse_document(body)
    except MalformedActivity as error:
        return error.reason
    return ""


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1}',
        b' {"a" : [null, true, false, 1.5, -0, "\\u00fc", "\xc3\xbc"]}\n',
        b'{"a":{"a":{"a":1}},"b":{"a":1}}',
        b'{"a":9223372036854775807,"b":-9223372036854775808}',
        b'{"a":1e400}',
        b'{"a":"\\ud83c\\udf89"}',
        b'{"":1}',
        b"{}",
    ],
)
def test_what_is_json_to_everybody_is_read(body: bytes) -> None:
    assert parse_document(body) == json.loads(body)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "json.syntax"),
        (b" ", "json.syntax"),
        (b"null", "json.syntax"),
        (b"[]", "json.syntax"),
        (b'"x"', "json.syntax"),
        (b"{", "json.syntax"),
        (b'{"a":1}x', "json.syntax"),
        (b'{"a":1}{"a":1}', "json.syntax"),
        (b'{"a":1,}', "json.syntax"),
        (b"{'a':1}", "json.syntax"),
        (b'{"a":01}', "json.syntax"),
        (b'{"a":NaN}', "json.syntax"),
        (b'{"a":Infinity}', "json.syntax"),
        (b'{"a":-Infinity}', "json.syntax"),
        (b'{"a":9223372036854775808}', "json.syntax"),
        (b'{"a":' + b"1" * 5000 + b"}", "json.syntax"),
        (b'{"a":"\x00"}', "json.syntax"),
        (b'{"a":"\n"}', "json.syntax"),
        (b'{"a":"\xff"}', "json.syntax"),
        (b'{"a":"\xed\xa0\x80"}', "json.syntax"),
        (b"\xef\xbb\xbf{}", "json.syntax"),
        ('{"a":1}'.encode("utf-16"), "json.syntax"),
        ('{"a":1}'.encode("utf-32"), "json.syntax"),
        (b'{"a":1,"a":1}', "json.syntax"),
        (b'{"a":{"b":1,"b":2}}', "json.syntax"),
        (b'{"a":1,"\\u0061":2}', "json.syntax"),
        (b'{"a":"\\ud800"}', "json.surrogate"),
        (b'{"\\udc00":1}', "json.surrogate"),
        (b'{"a":["\\udfff x"]}', "json.surrogate"),
        (b'{"@id":"x"}', "json.keyword"),
        (b'{"a":[{"@type":"x"}]}', "json.keyword"),
        (b'{"@graph":[]}', "json.keyword"),
        (b'{"a":{"@context":{"id":"x"}}}', "json.context"),
        (b'{"@context":{"actor":"as:object"}}', "json.context"),
        (b'{"@context":["x",{"to":{"@id":"as:cc"}}]}', "json.context"),
        (b'{"@context":{"id":null}}', "json.context"),
        (b'{"@context":{"publicKey":"sec:other"}}', "json.context"),
    ],
)
def test_what_others_could_read_differently_is_refused(body: bytes, why: str) -> None:
    assert reason(body) == why


@pytest.mark.parametrize(
    "context",
    [
        AS2,
        [AS2, "https://w3id.org/security/v1"],
        {"id": "@id", "type": "@type"},
        {"id": {"@id": "@id"}, "inbox": {"@id": "ldp:inbox", "@type": "@id"}},
        [AS2, {"content": "as:content", "attributedTo": f"{AS2}#attributedTo"}],
        {"Emoji": "toot:Emoji", "@language": "und", "@vocab": "x"},
        None,
        7,
        [],
    ],
)
def test_a_context_may_say_what_everybody_says(context: Any) -> None:
    assert reason(json.dumps({"@context": context, "a": 1}).encode()) == ""


def test_an_escaped_backslash_before_a_null_is_no_null() -> None:
    r"""Whoever removes `\u0000` from the bytes turns `\\u0000"` into `\"`, and a text ends where its author likes."""
    name = '\\u0000","attributedTo":"https://victim.example/","x":"'
    document = {"name": name, "type": "Note"}
    assert parse_document(json.dumps(document).encode()) == document
    assert parse_document(rb'{"a":"\\u0000","b":"\\\u0000"}') == {"a": "\\u0000", "b": "\\\x00"}


def nested(levels: int) -> bytes:
    return b'{"a":' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"


def test_depth_has_an_end() -> None:
    assert reason(nested(MAX_DEPTH)) == ""
    assert reason(nested(MAX_DEPTH + 1)) == "json.deep"
    for levels in (1_000, 100_000, 400_000):
        assert reason(nested(levels)) in ("json.deep", "json.syntax")
        assert reason(b'{"a":' * levels + b"1" + b"}" * levels) in ("json.deep", "json.syntax", "json.large")


@pytest.mark.parametrize("name", ["to", "cc", "bto", "bcc", "audience", "tag", "attachment"])
def test_addresses_and_tags_have_a_limit(name: str) -> None:
    assert reason(json.dumps({name: [0] * MAX_ADDRESSED}).encode()) == ""
    assert reason(json.dumps({name: [0] * (MAX_ADDRESSED + 1)}).encode()) == "json.large"
    assert reason(json.dumps({"object": {name: [0] * (MAX_ADDRESSED + 1)}}).encode()) == "json.large"


def test_lists_values_and_bytes_have_a_limit() -> None:
    assert reason(json.dumps({"a": [0] * MAX_ITEMS}).encode()) == ""
    assert reason(json.dumps({"a": [0] * (MAX_ITEMS + 1)}).encode()) == "json.large"
    assert reason(json.dumps({"a": [[0] * 999] * 20}).encode()) == "json.large"
    assert reason(json.dumps({str(at): 0 for at in range(20_000)}).encode()) == "json.large"
    padded = b'{"a":"' + b"x" * (MAX_BYTES - 8) + b'"}'
    assert len(padded) == MAX_BYTES
    assert reason(padded) == ""
    assert reason(padded + b" ") == "json.large"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=8), JSON, max_size=6))
def test_whatever_is_sent_is_read_as_it_is_or_refused(document: dict[str, Any]) -> None:
    with contextlib.suppress(MalformedActivity):
        assert parse_document(json.dumps(document).encode()) == document


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    assert isinstance(reason(body), str)


def context_refusal(document: dict[str, Any]) -> str | None:
    try:
        require_context(document)
    except MalformedActivity as error:
        return error.reason
    return None


@pytest.mark.parametrize("context", [AS2, [AS2], ["https://w3id.org/security/v1", AS2, {}]])
def test_an_activity_says_that_it_is_one(context: Any) -> None:
    assert context_refusal({"@context": context}) is None


@pytest.mark.parametrize("context", [None, [], "https://schema.org/", {"@vocab": AS2}, [[AS2]], f"{AS2}#", AS2.upper()])
def test_what_does_not_say_so_is_refused(context: Any) -> None:
    assert context_refusal({"@context": context}) == "json.context"
    assert context_refusal({}) == "json.context"


def test_a_typed_text_is_no_keyword_in_disguise() -> None:
    ann = "https://social.example/users/ann"
    key = {"id": f"{ann}#k", "type": "Multikey", "publicKeyMultibase": {"type": "sec:multibase", "@value": "z6Mk"}}
    body = json.dumps({"@context": AS2, "type": "Accept", "actor": {"id": ann, "assertionMethod": key}})
    assert parse_document(body.encode())["actor"]["id"] == ann


@pytest.mark.parametrize(
    "value",
    [
        {"@value": "x", "@id": "https://a.example/1"},
        {"@value": "x", "content": "y"},
        {"@type": "Note"},
        {"@value": {"@graph": []}},
    ],
)
def test_what_only_looks_like_a_typed_text_is_refused(value: dict[str, object]) -> None:
    with pytest.raises(MalformedActivity, match=r"json\.keyword"):
        parse_document(json.dumps({"@context": AS2, "object": value}).encode())
    with pytest.raises(MalformedActivity, match=r"json\.keyword"):
        parse_document(json.dumps({"@context": AS2, "@value": "x"}).encode())


def test_an_address_as_friendica_writes_it_is_let_be() -> None:
    address = {"@type": "vcard:Home", "vcard:country-name": "", "vcard:region": "", "vcard:locality": ""}
    document = {"@context": AS2, "id": "https://friendica.example/profile/alder", "vcard:hasAddress": address}
    assert parse_document(json.dumps(document).encode()) == document
    for key, value in (
        ("address", address),  # no prefix: it might be a term of ours
        ("object", address),
        ("vcard:hasAddress", address | {"id": "https://a.example/1"}),
        ("vcard:hasAddress", address | {"content": "x"}),
        ("vcard:hasAddress", address | {"@id": "https://a.example/1"}),
        ("vcard:hasAddress", address | {"@type": ["Note"]}),
        ("vcard:hasAddress", [address]),
    ):
        with pytest.raises(MalformedActivity) as caught:
            parse_document(json.dumps({"@context": AS2, key: value}).encode())
        assert caught.value.reason == "json.keyword"
