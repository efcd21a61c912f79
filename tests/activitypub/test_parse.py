"""Documents of other servers become values, whatever dialect they are in; what must be there is asked for."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from syndicate.activitypub.parse import (
    MAX_KEYS,
    authority_of,
    host_of,
    key_owner,
    origin,
    parse_activity,
    parse_actor,
    parse_keys,
    parse_note,
    require_id,
    timestamp,
)
from syndicate.errors import MalformedActivity

NOW = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)
DOCUMENTS = Path(__file__).parent.parent / "documents"
ID = "https://social.example/users/ann"
KEY = {"id": f"{ID}#main-key", "owner": ID, "publicKeyPem": "-----BEGIN PUBLIC KEY-----"}
ACTOR = {"id": ID, "type": "Person", "inbox": f"{ID}/inbox", "preferredUsername": "ann", "publicKey": KEY}
NOTE = {"id": "https://social.example/notes/1", "type": "Note", "attributedTo": ID, "content": "<p>Hi</p>"}


def conversations() -> dict[str, dict[str, Any]]:
    return {
        path.parent.name: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(DOCUMENTS.glob("*/conversation.json"))
    }


# addresses


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://social.example/users/ann", "https://social.example"),
        ("https://Social.EXAMPLE/users/ann", "https://social.example"),
        ("https://social.example.", "https://social.example"),
        ("https://social.example:443/", "https://social.example"),
        ("http://social.example:80/", "http://social.example"),
        ("https://social.example:8443/", "https://social.example:8443"),
        ("http://social.example/", "http://social.example"),
        ("https://[2001:DB8::1]/", "https://2001:db8::1"),
        ("https://user@social.example/", ""),
        ("https://user:word@social.example/", ""),
        ("https://@social.example/", ""),
        ("https:///x", ""),
        ("//social.example/", ""),
        ("/users/ann", ""),
        ("acct:ann@social.example", ""),
        ("javascript:alert(1)", ""),
        ("ap://did:key:z6Mk/actor", ""),
        ("https://[", ""),
        ("https://social.example:port/", ""),
        ("https://social.example:99999/", ""),
        ("", ""),
    ],
)
def test_an_origin_is_scheme_host_and_port(address: str, expected: str) -> None:
    assert origin(address) == expected
    assert (host_of(address) == "") is (expected == "")
    assert authority_of(address) == expected.partition("://")[2]


def test_origins_that_look_alike_are_not_alike() -> None:
    ours = origin("https://social.example/")
    for other in (
        "http://social.example/",
        "https://social.example.evil.example/",
        "https://social.example:8080/",
        "https://socialexample/",
        "https://ѕocial.example/",
        "https://evil.example/https://social.example/",
        "https://evil.example?https://social.example/",
        "https://evil.example#https://social.example/",
        "https://evil.example\\@social.example/",
    ):
        assert origin(other) != ours, other


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        "",
        "x",
        ["https://a.example/"],
        {"id": "https://a.example/"},
        "https://a.example/a b",
        "https://a.example/\t",
        "https://a.example/\x00",
        "https://a.example/\ufffe",
        "https://a.example/\u202e",
        "https://a.example/\u2028",
        'https://a.example/"',
        "https://a.example/<x>",
        "https://a.example/\\x",
        "https://a.example/" + "x" * 2048,
        "ftp://a.example/",
    ],
)
def test_an_id_is_a_plain_web_address(value: Any) -> None:
    with pytest.raises(MalformedActivity) as caught:
        require_id(value, "object.id")
    assert caught.value.reason == "object.id"


@pytest.mark.parametrize(
    "value",
    ["https://a.example/ü/日本", "https://a.example/?p=7&x=%20", "https://a.example/~x/#a;b=c,d@e", "http://a.example"],
)
def test_ids_of_every_kind_of_server_are_ids(value: str) -> None:
    assert require_id(value, "object.id") == value


# dates


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-22T19:00:00Z", NOW),
        ("2026-11-22T20:00:00+01:00", NOW),
        ("2026-11-22T19:00:00.000000Z", NOW),
        ("2026-11-22T19:00:00.000Z", NOW),
        ("2026-11-22T19:00:00", NOW),
        ("0001-01-01T00:00:00Z", None),
        ("1969-12-31T23:59:59Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("2026-02-30T00:00:00Z", None),
        ("22 Nov 2026", None),
        ("", None),
        ("2" * 1000, None),
        (1763838000, None),
        (None, None),
        (["2026-11-22T19:00:00Z"], None),
    ],
)
def test_a_date_is_an_instant_or_nothing(value: Any, expected: datetime | None) -> None:
    assert timestamp(value) == expected


# activities


def test_the_frame_of_an_activity() -> None:
    raw = {
        "id": "https://social.example/1",
        "type": "Like",
        "actor": {"id": ID},
        "object": [{"id": "https://b.example/p"}],
    }
    activity = parse_activity(raw)
    assert (activity.id, activity.type, activity.actor) == ("https://social.example/1", "Like", ID)
    assert (activity.object, activity.raw, activity.forwarded) == ("https://b.example/p", raw, False)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": ""}, "activity.id"),
        ({"id": {"id": "https://social.example/1"}}, "activity.id"),
        ({"type": None}, "activity.type"),
        ({"type": []}, "activity.type"),
        ({"type": [7]}, "activity.type"),
        ({"actor": {}}, "activity.actor"),
        ({"actor": [ID, "https://b.example/"]}, "activity.actor"),
        ({"actor": "ann"}, "activity.actor"),
    ],
)
def test_an_activity_without_what_it_must_have_is_refused(change: dict[str, Any], reason: str) -> None:
    raw = {"id": "https://social.example/1", "type": "Like", "actor": ID, "object": "https://b.example/p"} | change
    with pytest.raises(MalformedActivity) as caught:
        parse_activity(raw)
    assert caught.value.reason == reason


@pytest.mark.parametrize("software", conversations())
def test_every_document_of_every_dialect_is_read(software: str) -> None:
    documents = conversations()[software]
    actor = parse_actor(documents["actor"], fetched=NOW)
    assert actor.uri == documents["actor"]["id"]
    assert actor.handle == f"@{documents['actor']['preferredUsername']}@{software_host(actor.uri)}"
    assert [key.id for key in actor.keys] == [documents["actor"]["publicKey"]["id"]]
    assert actor.keys[0].owner == actor.uri
    assert actor.inbox.startswith(origin(actor.uri))
    for name, document in documents.items():
        if name in ("about", "actor", "stub"):
            continue
        activity = parse_activity(document)
        assert activity.actor == actor.uri, name
        assert activity.object, name
    note = parse_note(documents["reply"]["object"])
    assert (note.author, note.type) == (actor.uri, "Note")
    assert note.published is not None
    assert note.published.date().isoformat() == "2026-11-22"
    assert note.html


def software_host(uri: str) -> str:
    return authority_of(uri)


# notes


def test_the_parts_of_a_note() -> None:
    note = parse_note(
        {
            **NOTE,
            "inReplyTo": {"id": "https://blog.example/posts/1"},
            "summary": "Careful",
            "url": [{"type": "Link", "href": "https://social.example/@ann/1"}],
            "published": "2026-11-22T19:00:00Z",
            "updated": "2026-11-22T19:00:00Z",
            "attachment": {
                "type": "Image",
                "url": {"href": "https://social.example/1.png"},
                "mediaType": "image/png",
                "name": "alt",
            },
            "tag": [
                {"type": "Mention", "href": ID},
                {"type": "Hashtag", "name": "#x"},
                {"type": ["Hashtag", "y"], "name": "#y"},
            ],
        }
    )
    assert (note.in_reply_to, note.summary, note.url) == (
        "https://blog.example/posts/1",
        "Careful",
        "https://social.example/@ann/1",
    )
    assert (note.published, note.updated) == (NOW, NOW)
    [image] = note.attached
    assert (image.url, image.alt, image.media_type) == ("https://social.example/1.png", "alt", "image/png")
    assert (note.mentions, note.hashtags) == ((ID,), ("#x", "#y"))


@pytest.mark.parametrize(
    ("change", "html"),
    [
        ({"content": None, "contentMap": {"de": "<p>Hallo</p>"}}, "<p>Hallo</p>"),
        ({"content": "", "contentMap": {"de": 7, "en": "<p>Hi</p>"}}, "<p>Hi</p>"),
        ({"content": ["<p>x</p>"]}, ""),
        ({"content": None, "contentMap": ["x"]}, ""),
        ({"content": None}, ""),
    ],
)
def test_the_text_of_a_note_is_found_or_empty(change: dict[str, Any], html: str) -> None:
    assert parse_note(NOTE | change).html == html


def test_the_options_of_a_poll_are_read() -> None:
    choices = [{"type": "Note", "name": "Tea"}, {"type": "Note", "name": "Coffee"}, "x", {"name": " "}]
    assert parse_note({**NOTE, "type": "Question", "oneOf": choices}).options == ("Tea", "Coffee")
    assert parse_note({**NOTE, "type": "Question", "anyOf": choices[0]}).options == ("Tea",)


@pytest.mark.parametrize(
    ("url", "page"),
    [
        (None, ""),
        ("https://social.example/1", "https://social.example/1"),
        ({"type": "Link", "href": "https://social.example/1.json", "mediaType": "application/activity+json"}, ""),
        (
            [
                {"type": "Link", "href": "https://social.example/1.json", "mediaType": "application/activity+json"},
                {"type": "Link", "href": "https://social.example/1.mp4", "mediaType": "video/mp4"},
                {"type": "Link", "href": "https://social.example/1.html", "mediaType": "text/html"},
            ],
            "https://social.example/1.html",
        ),
    ],
)
def test_a_link_for_machines_is_no_page(url: Any, page: str) -> None:
    assert parse_note({**NOTE, "url": url}).url == page


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": None}, "object.id"),
        ({"id": ""}, "object.id"),
        ({"id": 7}, "object.id"),
        ({"attributedTo": None}, "object.author"),
        ({"attributedTo": [ID, "https://b.example/"]}, "object.author"),
        ({"attributedTo": {"type": "Person"}}, "object.author"),
    ],
)
def test_a_note_without_id_or_author_is_refused(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(MalformedActivity) as caught:
        parse_note(NOTE | change)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("content", "end"),
    [
        ("<p>" + "word " * 20_000, "word wo…"),
        ("<p>word</p>" * 10_000, "<p>word</p><p>wo…"),
        ("x" * 49_990 + "<a href='https://a.example/'>y</a>", "xxx…"),
        ("<" * 60_000, "<<<…"),
        ("x" * 50_000, "xxx"),
    ],
)
def test_a_long_text_ends_with_an_ellipsis_that_stands_in_no_tag(content: str, end: str) -> None:
    html = parse_note(NOTE | {"content": content}).html
    assert html.endswith(end)
    assert len(html) <= 50_001


def test_what_is_long_is_cut() -> None:
    note = parse_note(
        {**NOTE, "content": "x" * 900_000, "summary": "s" * 90_000, "attachment": [{"type": "Image"}] * 200}
    )
    assert (len(note.html), len(note.summary), len(note.attached)) == (50_001, 20_000, 16)


# actors


def test_the_parts_of_an_actor() -> None:
    actor = parse_actor(
        {
            **ACTOR,
            "name": "Ann",
            "url": "https://social.example/@ann",
            "endpoints": {"sharedInbox": "https://social.example/inbox"},
            "icon": [{"type": "Image", "url": "https://cdn.example/a.png"}],
            "published": "2020-01-01T00:00:00Z",
        },
        fetched=NOW,
    )
    assert (actor.name, actor.handle, actor.type) == ("Ann", "@ann@social.example", "Person")
    assert (actor.url, actor.shared_inbox) == ("https://social.example/@ann", "https://social.example/inbox")
    assert (actor.icon, actor.published) == ("https://cdn.example/a.png", datetime(2020, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": None}, "actor.id"),
        ({"type": "Note"}, "actor.type"),
        ({"type": None}, "actor.type"),
        ({"inbox": None}, "actor.inbox"),
        ({"inbox": "http://evil.example/inbox"}, "actor.inbox"),
        ({"inbox": "http://social.example/inbox"}, "actor.inbox"),
        ({"inbox": "https://social.example@evil.example/inbox"}, "actor.inbox"),
    ],
)
def test_an_actor_that_could_be_used_against_others_is_refused(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(MalformedActivity) as caught:
        parse_actor(ACTOR | change, fetched=NOW)
    assert caught.value.reason == reason


def test_addresses_of_an_actor_lie_on_its_own_host() -> None:
    elsewhere = {
        "url": "https://victim.example/@ann",
        "endpoints": {"sharedInbox": "https://victim.example/inbox"},
        "icon": "javascript:alert(1)",
    }
    actor = parse_actor(ACTOR | elsewhere, fetched=NOW)
    assert (actor.url, actor.shared_inbox, actor.icon) == (ID, "", "")
    odd: tuple[Any, ...] = (None, [], 7, "https://social.example/inbox", {"sharedInbox": {}})
    for endpoints in odd:
        assert parse_actor(ACTOR | {"endpoints": endpoints}, fetched=NOW).shared_inbox == ""


@pytest.mark.parametrize(
    ("user", "handle"),
    [
        ("ann", "@ann@social.example"),
        ("ann.b-c_d", "@ann.b-c_d@social.example"),
        ("ann@victim.example", ""),
        ("@ann", ""),
        ("ann @victim.example ", ""),
        ("ann/x", ""),
        (None, ""),
        (7, ""),
    ],
)
def test_a_handle_never_names_another_host(user: Any, handle: str) -> None:
    assert parse_actor(ACTOR | {"preferredUsername": user}, fetched=NOW).handle == handle


# keys


def keys(*listed: Any, **more: Any) -> list[str]:
    return [key.id for key in parse_keys({"publicKey": list(listed), **more}, ID)]


def test_keys_that_are_the_owners_own_are_listed() -> None:
    second = {"id": f"{ID}#ed", "type": "Multikey", "controller": ID, "publicKeyMultibase": "z6Mk"}
    assert keys(KEY) == [f"{ID}#main-key"]
    assert keys(KEY, assertionMethod=[second]) == [f"{ID}#main-key", f"{ID}#ed"]
    assert [key.id for key in parse_keys({"publicKey": KEY}, ID)] == [f"{ID}#main-key"]


@pytest.mark.parametrize(
    "key",
    [
        {**KEY, "owner": "https://social.example/users/other"},
        {**KEY, "owner": None},
        {**KEY, "id": "https://victim.example/users/bob#main-key"},
        {**KEY, "id": "http://social.example/users/ann#main-key"},
        {**KEY, "id": ""},
        {**KEY, "id": None},
        {**KEY, "publicKeyPem": ""},
        {**KEY, "publicKeyPem": 7},
        f"{ID}#main-key",
        None,
        7,
    ],
)
def test_keys_of_others_are_not_listed(key: Any) -> None:
    assert keys(key) == []


def test_a_key_id_listed_twice_is_nobodys() -> None:
    assert keys(KEY, {**KEY, "publicKeyPem": "-----BEGIN OTHER"}) == []
    assert keys(KEY, KEY) == []
    assert len(keys(*({**KEY, "id": f"{ID}#{at}"} for at in range(100)))) == MAX_KEYS


@pytest.mark.parametrize(
    ("document", "owner"),
    [
        (ACTOR, ID),
        ({"id": ID, "type": "Person", "publicKey": {**KEY, "id": f"{ID}/main-key"}}, ID),
        ({"id": f"{ID}#main-key", "owner": ID, "publicKeyPem": "x"}, ID),
        ({"id": f"{ID}#main-key", "controller": ID, "publicKeyMultibase": "z"}, ID),
        ({"id": "https://social.example/other-key", "owner": ID, "publicKeyPem": "x"}, ""),
        ({"id": f"{ID}#main-key", "publicKeyPem": "x"}, ""),
        ({}, ""),
    ],
)
def test_a_key_document_hints_at_its_owner(document: dict[str, Any], owner: str) -> None:
    assert key_owner(document, f"{ID}#main-key") == owner


def test_names_have_no_short_codes_of_custom_emoji() -> None:
    tags = [{"type": "Emoji", "name": ":blob_cat:"}, {"type": "Emoji", "name": "x"}, {"type": "Emoji", "name": "::"}]
    actor = {"id": "https://a.example/u", "type": "Person", "preferredUsername": "ann", "inbox": "https://a.example/i"}
    named = parse_actor({**actor, "name": ":blob_cat: Ann :x::not_listed: ::", "tag": tags}, fetched=NOW)
    assert named.name == "Ann :not_listed: ::"
    assert parse_actor({**actor, "name": ":x:", "tag": tags[1]}, fetched=NOW).name == "ann"
    note = {"id": "https://a.example/1", "type": "Article", "attributedTo": "https://a.example/u", "content": ":x:"}
    read = parse_note({**note, "name": "Cats :x:", "tag": tags})
    assert (read.name, read.html) == ("Cats", ":x:")
