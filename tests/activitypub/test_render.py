"""What we tell others: one document that is right for every server at once."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest

from syndicate.activitypub import collections, render
from syndicate.activitypub.documents import parse_document, require_context
from syndicate.activitypub.parse import origin, parse_actor, parse_note
from syndicate.activitypub.policy import ReplyPolicy
from syndicate.activitypub.render import CollectionSummary, Hashtag, InteractionCounts, Profile
from syndicate.activitypub.vocabulary import (
    ACTOR_CONTEXT,
    AS2,
    AUTHORIZATION_CONTEXT,
    BUNDLED_CONTEXTS,
    FEATURE_CONTEXT,
    OBJECT_CONTEXT,
    PUBLIC,
    QUOTE_CONTEXT,
    REPLY_CONTEXT,
)
from syndicate.content.text import plain
from syndicate.model.actor import LocalActor, ProofKey
from syndicate.model.comment import Author, Comment, CommentSource, CommentState
from syndicate.model.post import Enclosure, ObjectType, Picture, Post, QuotePolicy, Visibility
from syndicate.signatures.proof import CONTEXT

BLOG = "https://blog.example"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ACTOR = LocalActor(
    id="blog",
    uri=f"{BLOG}/actor",
    handle="notes",
    name="Field <Notes>",
    summary="Gardens & libraries",
    url=f"{BLOG}/",
    published=NOON,
    key_id=f"{BLOG}/actor#main-key",
    public_key_pem="-----BEGIN PUBLIC KEY-----\n",
)
PROFILE = Profile(
    actor=ACTOR,
    shared_inbox=f"{BLOG}/inbox",
    account="notes@blog.example",
    domain="blog.example",
    language="en",
    icon=Picture(url=f"{BLOG}/favicon.png", media_type="image/png", alt=ACTOR.name),
    fields=(("Website", f"{BLOG}/"),),
)
POST = Post(
    id="1",
    uri=f"{BLOG}/posts/1",
    guid=f"{BLOG}/posts/1",
    slug="seed-library",
    path="/2026/11/22/seed-library/",
    title="A seed library",
    html="<p>How a drawer became a library.</p>",
    excerpt="How a drawer became a library.",
    language="en-GB",
    published=NOON,
    updated=NOON,
)
URL = f"{BLOG}{POST.path}"


def article(post: Post = POST, *tags: Hashtag, talk: InteractionCounts = render.NO_INTERACTIONS) -> dict[str, Any]:
    return render.post(post, ACTOR, URL, tags, talk)


def addresses(value: Any) -> set[str]:
    """Every address of ours or of others that a document names outside of its context and text."""
    if isinstance(value, str):
        return {value} if re.fullmatch(r"https?://\S+", value) else set()
    if isinstance(value, list):
        return set().union(*(addresses(item) for item in value))
    if isinstance(value, dict):
        return set().union(
            *(addresses(item) for name, item in value.items() if name not in ("@context", "generator", "content"))
        )
    return set()


# the actor


def test_our_actor_is_one_that_we_would_believe() -> None:
    document = parse_document(json.dumps(render.actor(PROFILE)).encode())
    require_context(document)
    actor = parse_actor(document, fetched=NOON)
    assert (actor.uri, actor.inbox, actor.shared_inbox) == (ACTOR.uri, f"{ACTOR.uri}/inbox", f"{BLOG}/inbox")
    assert actor.handle == "@notes@blog.example"
    [key] = actor.keys
    assert (key.id, key.owner) == (f"{ACTOR.uri}#main-key", ACTOR.uri)


def test_everything_of_the_actor_lies_on_one_host() -> None:
    document = render.actor(PROFILE)
    assert {origin(address) for address in addresses(document)} == {BLOG}
    assert isinstance(document["attachment"], list)
    assert isinstance(document["endpoints"], dict)
    assert isinstance(document["inbox"], str)
    assert not {"suspended", "movedTo", "alsoKnownAs"} & set(document)
    assert document["attributionDomains"] == ["blog.example"]


def test_the_text_of_an_actor_is_no_markup() -> None:
    document = render.actor(PROFILE)
    assert document["name"] == "Field <Notes>"
    assert document["summary"] == "<p>Gardens &amp; libraries</p>"


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (
            "https://blog.example/",
            '<a href="https://blog.example/" rel="me"><span class="invisible">https://</span>blog.example/</a>',
        ),
        (
            "http://old.example/~mara?a=1&b=2",
            '<a href="http://old.example/~mara?a=1&amp;b=2" rel="me">'
            '<span class="invisible">http://</span>old.example/~mara?a=1&amp;b=2</a>',
        ),
        ("they/them <3", "they/them &lt;3"),
        ("https://a.example and https://b.example", "https://a.example and https://b.example"),
    ],
)
def test_a_profile_field_that_is_an_address_is_one_link_that_shows_it(value: str, field: str) -> None:
    """Mastodon looks for a link back only where the text of the only link is its address."""
    [shown] = render.actor(replace(PROFILE, fields=(("Field", value),)))["attachment"]
    assert shown == {"type": "PropertyValue", "name": "Field", "value": field}
    assert plain(shown["value"]) == value


def test_nobody_may_put_us_into_a_collection() -> None:
    """FEP-7aa9: the request would be answered by a Reject."""
    policy = render.actor(PROFILE)["interactionPolicy"]
    assert policy == {"canFeature": {"automaticApproval": [], "manualApproval": []}}


@pytest.mark.parametrize(
    "context",
    [
        ACTOR_CONTEXT,
        FEATURE_CONTEXT,
        OBJECT_CONTEXT,
        QUOTE_CONTEXT,
        REPLY_CONTEXT,
        AUTHORIZATION_CONTEXT,
        [*OBJECT_CONTEXT, CONTEXT],
    ],
)
def test_no_context_has_to_be_fetched(context: list[Any]) -> None:
    """What is not carried by everybody is unreadable while its host is down."""
    assert {name for name in context if isinstance(name, str)} <= BUNDLED_CONTEXTS


def test_every_term_of_an_actor_is_in_its_context() -> None:
    """Beyond ActivityStreams, security, multikey and webfinger terms, which have contexts of their own."""
    named = {"id", "type", "publicKey", "webfinger", "inbox", "outbox", "followers", "following", "endpoints"}
    of_as2 = {"name", "summary", "url", "published", "attachment", "tag", "generator", "icon", "preferredUsername"}
    document = render.actor(
        replace(
            PROFILE,
            also_known_as=("x",),
            moved_to="y",
            actor=replace(ACTOR, proof_keys=(ProofKey(id=f"{BLOG}/actor#ed25519-key", multikey="z"),)),
        )
    )
    inline = set().union(*(part for part in ACTOR_CONTEXT if isinstance(part, dict)))
    assert set(document) - {"@context"} - named - of_as2 <= inline


# posts


def test_an_article_has_all_that_an_article_has() -> None:
    document = article()
    require_context(document)
    assert (document["id"], document["type"], document["url"]) == (POST.uri, "Article", URL)
    assert (document["name"], document["attributedTo"]) == ("A seed library", ACTOR.uri)
    assert (document["to"], document["cc"]) == ([PUBLIC], [ACTOR.followers])
    assert document["published"] == "2026-11-22T12:00:00Z"
    assert "updated" not in document
    assert document["contentMap"] == {"en": document["content"]}
    assert document["attachment"] == []
    for name in ("replies", "likes", "shares"):
        assert document[name]["id"] == f"{POST.uri}/{name}"
        assert document[name]["totalItems"] == 0
    assert {origin(address) for address in addresses(document)} == {BLOG, origin(PUBLIC)}


def test_a_note_has_neither_name_nor_summary() -> None:
    document = article(replace(POST, title="", summary="A summary", teaser="A teaser"))
    assert document["type"] == "Note"
    assert not {"name", "summary", "preview"} & set(document)


def test_a_note_that_has_a_title_begins_with_it() -> None:
    """Neither `name` nor `content` would hold it otherwise."""
    document = article(replace(POST, title="Seeds & <b>", type=ObjectType.NOTE))
    assert document["content"] == f"<p><strong>Seeds &amp; &lt;b&gt;</strong></p>{POST.html}"
    assert document["contentMap"] == {"en": document["content"]}
    assert article()["content"] == POST.html


def test_a_bare_picture_has_no_text() -> None:
    picture = Picture(url=f"{BLOG}/media/a.jpg", alt="A drawer", media_type="image/jpeg")
    bare = replace(POST, title="", html="", excerpt="A drawer")
    document = render.post(bare, ACTOR, URL, (), pictures=[picture])
    assert document["content"] == ""
    assert "contentMap" not in document


def test_the_author_may_choose_the_type() -> None:
    assert article(replace(POST, type=ObjectType.NOTE))["type"] == "Note"
    untitled = article(replace(POST, title="", type=ObjectType.ARTICLE))
    assert (untitled["type"], untitled["name"]) == ("Article", POST.excerpt)


def test_a_post_that_we_sent_is_a_note_that_we_would_read() -> None:
    note = parse_note(parse_document(json.dumps(article()).encode()))
    assert (note.id, note.author, note.url, note.html) == (POST.uri, ACTOR.uri, URL, POST.html)
    assert note.published == NOON


def test_a_summary_is_plain_words_that_html_does_not_take_for_markup() -> None:
    """It is HTML in Mastodon and plain text elsewhere: so as little as possible is escaped."""
    text = "Use <video> & AT&T's &copy; at\nhttps://a.example/?x=1&y=2&lt=3"
    summary = article(replace(POST, teaser=text))["summary"]
    assert summary == "Use &lt;video> & AT&T's &amp;copy; at https://a.example/?x=1&y=2&amp;lt=3"
    assert plain(summary) == " ".join(text.split())


def test_the_author_may_want_no_summary() -> None:
    document = article(replace(POST, unsummarized=True))
    assert "summary" not in document
    assert POST.excerpt not in document["preview"]["content"]
    assert article(replace(POST, unsummarized=True, warning="Spiders"))["summary"] == "Spiders"


@pytest.mark.parametrize(
    "words",
    [
        "word " * 200,
        "<>&amp; " * 200,
        "字" * 900,
        "字 " + "字" * 900,
        "&lt;" * 300,
        "x" * 501,
        "e\u0301" * 400,
        "👩‍👩‍👧" * 300,
    ],
)
def test_no_field_is_longer_than_others_can_store(words: str) -> None:
    """Misskey answers 202 and loses the post."""
    long = article(replace(POST, title=words, teaser=words))
    warned = article(replace(POST, title="", warning=words, sensitive=True))
    for field, most in ((long["name"], 256), (long["summary"], 500), (warned["summary"], 500)):
        assert most // 3 < len(field) <= most
        assert field.endswith("…")
    assert unescape(long["summary"])[:-1] in " ".join(words.split())
    assert not re.search(r"&\w*…$", long["summary"])


def test_what_fits_into_a_field_stays_whole() -> None:
    title, summary = "t" * 256, "s" * 500
    document = article(replace(POST, title=title, teaser=summary))
    assert (document["name"], document["summary"]) == (title, summary)


def test_a_field_that_is_too_long_ends_at_a_word() -> None:
    assert article(replace(POST, title="word " * 100))["name"] == "word " * 50 + "word…"


def test_an_address_that_is_too_long_is_the_id() -> None:
    """Which leads browsers to the page."""
    long = f"{BLOG}/{'%E5%AD%97' * 60}/"
    assert render.post(POST, ACTOR, long, ())["url"] == POST.uri
    assert render.post(POST, ACTOR, long[:512], ())["url"] == long[:512]
    answer = Comment(
        id="1",
        post="1",
        uri=f"{BLOG}/comments/1",
        url=f"{long}#comment-1",
        anchor="comment-1",
        source=CommentSource.OWN,
        author=Author(name="Mara"),
        html="<p>Yes.</p>",
        state=CommentState.APPROVED,
        published=NOON,
        updated=NOON,
    )
    said = render.reply(answer, ACTOR, POST.uri, POST.uri, (), replies=ReplyPolicy.ANYONE, language="en")
    assert said["url"] == answer.uri


def test_quiet_is_unlisted() -> None:
    document = article(replace(POST, visibility=Visibility.QUIET))
    assert (document["to"], document["cc"]) == ([ACTOR.followers], [PUBLIC])


def test_a_change_is_published_in_whole_seconds() -> None:
    assert "updated" not in article(replace(POST, updated=NOON + timedelta(milliseconds=900)))
    assert article(replace(POST, updated=NOON + timedelta(seconds=1)))["updated"] == "2026-11-22T12:00:01Z"


def test_hashtags_carry_their_sign() -> None:
    document = article(POST, Hashtag(name="SeedLibrary", href=f"{BLOG}/tag/seed-library/"))
    assert document["tag"] == [{"type": "Hashtag", "name": "#SeedLibrary", "href": f"{BLOG}/tag/seed-library/"}]


def test_a_picture_is_a_cover_of_an_article_and_an_attachment_of_a_note() -> None:
    picture = Picture(url=f"{BLOG}/media/a.jpg", alt="A drawer", media_type="image/jpeg")
    image = {
        "type": "Image",
        "url": f"{BLOG}/media/a.jpg",
        "mediaType": "image/jpeg",
        "name": "A drawer",
        "summary": "A drawer",
    }
    cover = article(replace(POST, picture=picture))
    assert cover["image"].items() >= image.items()
    assert cover["attachment"] == []
    note = render.post(replace(POST, title=""), ACTOR, URL, (), pictures=[replace(picture, width=4, height=3)])
    assert note["attachment"] == [image | {"width": 4, "height": 3}]


def test_the_picture_of_an_object_has_its_address_as_id() -> None:
    """Ghost and others that read with Fedify take the id of a picture, and not its address."""
    picture = Picture(url=f"{BLOG}/media/a.jpg", media_type="image/jpeg")
    for shown in (article(replace(POST, picture=picture))["image"], render.actor(PROFILE)["icon"]):
        assert shown["id"] == shown["url"]
        assert shown["type"] == "Image"


def test_a_teaser_goes_before_a_summary_and_that_before_an_excerpt() -> None:
    words = replace(POST, teaser="A teaser.", summary="A summary.", excerpt="An excerpt.")
    assert article(words)["summary"] == "A teaser."
    assert article(replace(words, teaser=""))["summary"] == "A summary."
    assert article(replace(words, teaser="", summary=""))["summary"] == "An excerpt."
    assert "A teaser." in article(words)["preview"]["content"]


def test_a_warning_is_the_summary_of_what_is_sensitive() -> None:
    document = article(replace(POST, sensitive=True, warning="Spiders", teaser="A teaser"))
    assert (document["sensitive"], document["summary"]) == (True, "Spiders")
    assert "A teaser" not in document["preview"]["content"]
    assert "sensitive" not in article()


@pytest.mark.parametrize("title", ["Legs", ""])
def test_what_is_sensitive_without_words_is_folded_too(title: str) -> None:
    document = article(replace(POST, title=title, sensitive=True, warning=""))
    assert (document["sensitive"], document["summary"]) == (True, "Sensitive content"), (
        "Mastodon folds only behind words"
    )


def test_an_episode_is_attached_with_its_length() -> None:
    episode = Enclosure(url="https://blog.example/media/ep.mp3", media_type="audio/mpeg", length=4096, duration=90)
    [attached] = article(replace(POST, title="Bees", enclosure=episode))["attachment"]
    assert attached == {
        "type": "Audio",
        "mediaType": "audio/mpeg",
        "url": "https://blog.example/media/ep.mp3",
        "name": "Bees",
        "size": 4096,
        "duration": "PT90S",
    }
    assert "size" not in article(replace(POST, enclosure=replace(episode, length=0)))["attachment"][0]


@pytest.mark.parametrize(
    ("quotes", "approved"),
    [(QuotePolicy.ANYONE, PUBLIC), (QuotePolicy.FOLLOWERS, ACTOR.followers), (QuotePolicy.NOBODY, ACTOR.uri)],
)
def test_who_may_quote_is_always_said(quotes: QuotePolicy, approved: str) -> None:
    """Mastodon takes silence for "nobody"."""
    policy = article(replace(POST, quotes=quotes))["interactionPolicy"]
    assert policy["canQuote"]["automaticApproval"] == [approved]


def test_the_first_page_of_what_was_said_is_embedded() -> None:
    listing = CollectionSummary(total=3, first=("https://a.example/1",), next=f"{POST.uri}/replies?page=1&after=x")
    document = article(POST, talk=InteractionCounts(replies=listing, likes=CollectionSummary(total=2, first=None)))
    replies = document["replies"]
    assert (replies["totalItems"], replies["first"]["items"]) == (3, ["https://a.example/1"])
    assert replies["first"]["partOf"] == replies["id"]
    assert replies["first"]["next"] == listing.next
    assert (document["likes"]["totalItems"], document["likes"]["first"]) == (2, f"{POST.uri}/likes?page=1")
    assert (document["shares"]["totalItems"], document["shares"]["first"]["items"]) == (0, [])
    assert "next" not in document["shares"]["first"]


# what is sent


def test_an_embedded_object_leaves_its_context_to_the_activity() -> None:
    create = render.activity(
        "Create", id=f"{BLOG}/activities/1", actor=ACTOR.uri, object=article(), published=NOON, to=[PUBLIC], cc=["x"]
    )
    assert create["@context"] == AS2
    assert "@context" not in create["object"]
    assert (create["actor"], create["published"], create["to"], create["cc"]) == (
        ACTOR.uri,
        "2026-11-22T12:00:00Z",
        [PUBLIC],
        ["x"],
    )
    bare = render.activity("Undo", id=f"{BLOG}/activities/2", actor=ACTOR.uri, object="https://a.example/1")
    assert bare["object"] == "https://a.example/1"
    assert not {"to", "cc", "published"} & set(bare)


def test_only_a_tombstone_that_is_fetched_names_its_former_type() -> None:
    sent = {"@context": AS2, "id": POST.uri, "type": "Tombstone", "deleted": "2026-11-22T12:00:00Z"}
    assert render.tombstone(POST.uri, NOON) == sent
    served = {**sent, "formerType": "https://www.w3.org/ns/activitystreams#Article"}
    assert render.tombstone(POST.uri, NOON, former_type="Article") == served


def test_a_follow_is_given_back_as_it_came() -> None:
    assert render.follow_as_received("https://a.example/1", "https://a.example/u", ACTOR.uri) == {
        "id": "https://a.example/1",
        "type": "Follow",
        "actor": "https://a.example/u",
        "object": ACTOR.uri,
    }


def test_what_is_rendered_twice_is_the_same() -> None:
    assert json.dumps(article()) == json.dumps(article())
    assert json.dumps(render.actor(PROFILE)) == json.dumps(render.actor(PROFILE))


# collections


def test_collections_tell_how_many_and_where_to_go_on() -> None:
    whole = collections.ordered("https://blog.example/c", 3, first="https://blog.example/c?page=true")
    assert (whole["type"], whole["totalItems"]) == ("OrderedCollection", 3)
    assert "first" not in collections.ordered("https://blog.example/c", 3, first=None)
    page = collections.ordered_page("https://blog.example/c?page=2", "https://blog.example/c", ["a"], next=None)
    assert (page["type"], page["partOf"], page["orderedItems"]) == (
        "OrderedCollectionPage",
        "https://blog.example/c",
        ["a"],
    )
    assert "next" not in page
    plain = collections.plain("https://blog.example/r", 1, collections.plain_page("x", "y", ["a"], next="z"))
    assert "@context" not in plain["first"]
    assert plain["first"]["next"] == "z"
    assert collections.ordered_whole("https://blog.example/f", ["a", "b"])["totalItems"] == 2
