"""Another server looks for the blog: the handle, the actor, its collections, and every object by its id."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from lxml import etree, html

from syndicate.model.blogroll import BlogrollEntry, FollowState
from syndicate.model.ids import new_id
from syndicate.model.post import PostKind, PostState, Term, TermKind, Visibility
from syndicate.storage import Tables
from syndicate.storage.followers import Follower
from tests.clocks import FakeClock
from tests.instances import ACTIVITY, Answer, RunningInstance, running_instance
from tests.peer import AS2, PUBLIC, Peer
from tests.wire import Wire

WEBFINGER = "/.well-known/webfinger?resource="
ACTOR = "https://blog.example/actor"
JRD = "application/jrd+json"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
ASKED = {
    "Mastodon": "application/activity+json, application/ld+json",
    "Mastodon's search box": 'application/ld+json; profile="https://www.w3.org/ns/activitystreams", '
    "application/activity+json, text/html;q=0.1",
    "GoToSocial": 'application/ld+json; profile="https://www.w3.org/ns/activitystreams",application/activity+json',
    "Misskey": 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
    "Pixelfed": 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
    "without a profile": "application/ld+json",
}
COLLECTIONS = ("outbox", "followers", "following", "featured")


def strict(answer: Answer) -> Any:
    """JSON without a key given twice."""

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len({key for key, _ in found}) == len(found)
        return dict(found)

    return json.loads(answer.body, object_pairs_hook=pairs)


def tree(answer: Answer) -> Any:
    return html.fromstring(answer.body)


def addresses(document: Any) -> list[str]:
    """Every http address that stands as a whole value outside of `@context`."""
    if isinstance(document, dict):
        return [
            found
            for key, value in document.items()
            if key not in ("@context", "generator")
            for found in addresses(value)
        ]
    if isinstance(document, list):
        return [found for value in document for found in addresses(value)]
    return [document] if isinstance(document, str) and document.startswith("http") else []


def foreign(document: Any) -> list[str]:
    return [
        address for address in addresses(document) if urlsplit(address).netloc not in ("blog.example", "www.w3.org")
    ]


# the handle


@pytest.mark.parametrize(
    "resource",
    [
        "acct:notes@blog.example",
        "acct%3Anotes%40blog.example",
        "acct:Notes@BLOG.example",
        "ACCT:notes@blog.example",
        "https://blog.example/actor",
        "https://blog.example/",
        "https://blog.example",
    ],
)
async def test_the_blog_is_found_by_its_handle_in_every_spelling(instance: RunningInstance, resource: str) -> None:
    answer = await instance.get(WEBFINGER + resource, accept=f"{JRD}, application/json")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == JRD
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    found = strict(answer)
    assert found["subject"] == "acct:notes@blog.example"
    [own] = [link for link in found["links"] if link["rel"] == "self"]
    assert (own["type"], own["href"]) == (ACTIVITY, ACTOR)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("?resource=", 400),
        ("?resource=acct:notes@blog.example&resource=acct:notes@blog.example", 400),
        ("?resource=acct:nobody@blog.example", 404),
        ("?resource=acct:notes@elsewhere.example", 404),
        ("?resource=https://blog.example/nobody", 404),
        ("?resource=acct:", 404),
        ("?resource=acct:%00notes@blog.example", 404),
        ("?resource=" + quote("<script>alert(1)</script>"), 404),
        ("?resource=acct:" + "n" * 7_000 + "@blog.example", 404),
        ("?resource=%ff%fe", 404),
    ],
)
async def test_who_is_not_here_is_said_so_and_nothing_is_echoed(
    instance: RunningInstance, query: str, status: int
) -> None:
    answer = await instance.get(f"/.well-known/webfinger{query}", accept=JRD)
    assert answer.status == status
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "json" in answer.headers["Content-Type"]
    assert "script" not in answer.text
    assert "nnn" not in answer.text


async def test_host_meta_leads_to_webfinger(instance: RunningInstance) -> None:
    answer = await instance.get("/.well-known/host-meta")
    assert answer.headers["Content-Type"].startswith("application/xrd+xml")
    [link] = etree.fromstring(answer.body)
    assert link.get("rel") == "lrdd"
    assert link.get("template") == "https://blog.example/.well-known/webfinger?resource={uri}"


@pytest.mark.parametrize("version", ["2.0", "2.1"])
async def test_nodeinfo_tells_what_runs_here(instance: RunningInstance, version: str) -> None:
    await instance.publish("Hello")
    links = await instance.get("/.well-known/nodeinfo")
    assert links.headers["Content-Type"].startswith("application/json")
    [href] = [link["href"] for link in links.json()["links"] if link["rel"].endswith(f"/schema/{version}")]
    answer = await instance.get(href)
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    found = answer.json()
    assert found["version"] == version
    assert found["software"]["name"] == "syndicate"
    assert set(found["software"]) == {"name", "version"}
    assert found["protocols"] == ["activitypub"]
    assert found["services"] == {"inbound": [], "outbound": ["atom1.0", "rss2.0"]}
    assert found["openRegistrations"] is False
    assert found["usage"]["users"] == {"total": 1}
    assert found["usage"]["localPosts"] == 1


@pytest.mark.parametrize("version", ["2.0", "2.1"])
async def test_nodeinfo_is_as_its_schema_has_it(instance: RunningInstance, version: str) -> None:
    """http://nodeinfo.diaspora.software/ns/schema/2.0 and 2.1: every member that it requires, and no other."""
    found = (await instance.get(f"/nodeinfo/{version}")).json()
    required = {"version", "software", "protocols", "services", "openRegistrations", "usage", "metadata"}
    assert found.keys() == required
    assert found["version"] == version
    assert re.fullmatch("[a-z0-9-]+", found["software"]["name"])
    assert isinstance(found["software"]["version"], str)
    more = {"repository", "homepage"} if version == "2.1" else set()
    assert found["software"].keys() - more == {"name", "version"}
    assert found["protocols"]
    protocols = {
        "activitypub",
        "buddycloud",
        "dfrn",
        "diaspora",
        "libertree",
        "ostatus",
        "pumpio",
        "tent",
        "xmpp",
        "zot",
    }
    assert set(found["protocols"]) <= protocols
    assert found["services"].keys() == {"inbound", "outbound"}
    assert set(found["services"]["inbound"]) <= {
        "atom1.0",
        "gnusocial",
        "imap",
        "pnut",
        "pop3",
        "pumpio",
        "rss2.0",
        "twitter",
    }
    assert set(found["services"]["outbound"]) <= {"atom1.0", "blogger", "rss2.0", "smtp", "wordpress", "xmpp"}
    assert isinstance(found["openRegistrations"], bool)
    assert found["usage"].keys() <= {"users", "localPosts", "localComments"}
    assert found["usage"]["users"].keys() <= {"total", "activeHalfyear", "activeMonth"}
    counts = [found["usage"]["users"]["total"], found["usage"]["localPosts"], found["usage"]["localComments"]]
    assert all(type(count) is int and count >= 0 for count in counts)
    assert isinstance(found["metadata"], dict)


async def test_a_version_of_nodeinfo_that_there_is_not_is_not_found(instance: RunningInstance) -> None:
    assert (await instance.get("/nodeinfo/3.0")).status == 404


# the actor


@pytest.mark.parametrize("server", ASKED)
async def test_the_actor_is_json_for_every_server(instance: RunningInstance, server: str) -> None:
    answer = await instance.get("/actor", accept=ASKED[server])
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/activity+json; charset=utf-8"
    assert "Accept" in answer.headers["Vary"].split(", ")
    assert strict(answer)["id"] == ACTOR


@pytest.mark.parametrize("accept", [BROWSER, "*/*", "application/json"])
async def test_people_who_open_the_actor_are_led_to_the_blog(instance: RunningInstance, accept: str) -> None:
    answer = await instance.get("/actor", accept=accept)
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Accept" in answer.headers["Vary"]


async def test_the_actor_is_what_every_server_can_read(instance: RunningInstance) -> None:
    actor = await instance.document("/actor")
    assert AS2 in actor["@context"]
    assert actor["id"] == ACTOR
    assert actor["type"] == "Person"
    assert (actor["preferredUsername"], actor["webfinger"]) == ("notes", "notes@blog.example")
    assert (actor["name"], actor["url"]) == ("Field Notes", "https://blog.example/")
    assert "Gardens and libraries" in actor["summary"]
    assert actor["inbox"] == f"{ACTOR}/inbox"
    assert {name: actor[name] for name in COLLECTIONS} == {name: f"{ACTOR}/{name}" for name in COLLECTIONS}
    assert actor["endpoints"] == {"sharedInbox": "https://blog.example/inbox"}
    assert actor["attributionDomains"] == ["blog.example"]
    assert isinstance(actor["attachment"], list)
    assert actor["icon"]["type"] == "Image"
    assert actor["discoverable"] is True
    assert actor["manuallyApprovesFollowers"] is False
    assert "suspended" not in actor
    assert foreign(actor) == []


async def test_an_account_is_as_old_as_its_first_post(instance: RunningInstance) -> None:
    """Bridgy Fed takes no account that is younger than a week."""
    made = (await instance.document("/actor"))["published"]
    await instance.publish("Old", date=instance.clock() - timedelta(days=4000))
    await instance.server.services.local_actors.renew()
    await instance.store.transaction(lambda tx: tx.versions.move("actor"))
    published = (await instance.document("/actor"))["published"]
    assert published < made
    await instance.publish("New")
    await instance.server.services.local_actors.renew()
    assert (await instance.document("/actor"))["published"] == published


async def test_the_actors_key_is_one_that_every_server_can_use(instance: RunningInstance) -> None:
    key = (await instance.document("/actor"))["publicKey"]
    assert (key["id"], key["owner"]) == (f"{ACTOR}#main-key", ACTOR)
    assert key["publicKeyPem"].startswith("-----BEGIN PUBLIC KEY-----\n")
    assert getattr(load_pem_public_key(key["publicKeyPem"].encode()), "key_size", 0) == 2048


async def test_the_picture_of_the_actor_is_there(instance: RunningInstance) -> None:
    icon = (await instance.document("/actor"))["icon"]
    answer = await instance.get(icon["url"])
    assert (answer.status, answer.headers["Content-Type"]) == (200, icon["mediaType"])


@pytest.mark.parametrize("name", COLLECTIONS)
async def test_every_collection_is_ordered_and_counts(instance: RunningInstance, name: str) -> None:
    collection = await instance.document(f"/actor/{name}")
    assert (collection["id"], collection["type"]) == (f"{ACTOR}/{name}", "OrderedCollection")
    assert isinstance(collection["totalItems"], int)


async def test_the_outbox_holds_every_post_once_newest_first(instance: RunningInstance) -> None:
    posts = []
    for number in range(45):
        posts.append(await instance.publish(f"Post {number}"))
        instance.clock.advance(minutes=1)
    outbox = await instance.document("/actor/outbox")
    assert outbox["totalItems"] == 45
    page, found = await instance.document(outbox["first"]), []
    while True:
        assert page["type"] == "OrderedCollectionPage"
        assert page["partOf"] == outbox["id"]
        found += page["orderedItems"]
        if "next" not in page:
            break
        page = await instance.document(page["next"])
    assert [create["object"]["id"] for create in found] == [post.uri for post in reversed(posts)]
    assert {create["type"] for create in found} == {"Create"}
    assert {create["actor"] for create in found} == {ACTOR}
    assert len({create["id"] for create in found}) == 45


async def test_an_activity_of_the_outbox_is_found_by_its_id(instance: RunningInstance) -> None:
    post = await instance.publish("Hello")
    [create] = (await instance.document("/actor/outbox?page=true"))["orderedItems"]
    found = await instance.document(create["id"])
    assert found["object"]["id"] == post.uri
    assert {name: found[name] for name in ("id", "type", "actor", "to", "cc", "published")} == {
        name: create[name] for name in ("id", "type", "actor", "to", "cc", "published")
    }


@pytest.mark.parametrize(
    "query",
    [
        "page=true&before=1990-01-01T00:00:00.000000Z,x",
        "page=true&before=nonsense",
        "page=true&before=,",
        "page=true&before=9999-99-99T00:00:00Z,x",
        "page=7",
        "page=",
    ],
)
async def test_a_page_beyond_the_end_is_empty_and_a_nonsensical_one_is_the_first(
    instance: RunningInstance, query: str
) -> None:
    await instance.publish("Hello")
    for name in ("outbox", "followers", "following"):
        answer = await instance.get(f"/actor/{name}?{query}", accept=ACTIVITY)
        assert answer.status == 200
        assert "next" not in answer.json()


async def test_who_follows_is_counted_and_not_shown(instance: RunningInstance, ann: Peer) -> None:
    await ann.follow()
    await instance.settle()
    for query in ("", "?page=true", "?page=1"):
        followers = await instance.get(f"/actor/followers{query}", accept=ACTIVITY)
        assert followers.json()["totalItems"] == 1
        assert ann.actor not in followers.text
        assert "first" not in followers.json()


async def test_an_author_may_show_who_follows_page_by_page(
    tmp_path: Path, database_address: str, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> None:
    federation = {"show_followers": True}
    async with running_instance(
        tmp_path / "blog", database_address, wire, clock, rsa_keys[0], federation=federation
    ) as instance:
        ids = [f"https://m{number:02}.example/users/ann" for number in range(45)]

        async def fill(tx: Tables) -> None:
            for number, id in enumerate(ids):
                since = clock() + timedelta(seconds=number // 2)  # two at a time
                await tx.followers.save(Follower(local_actor="blog", actor=id, follow="", inbox=id, since=since))

        await instance.store.transaction(fill)
        collection = await instance.document("/actor/followers")
        assert (collection["type"], collection["totalItems"]) == ("OrderedCollection", 45)
        found, address = [], collection["first"]
        while address:
            page = await instance.document(address)
            assert (page["type"], page["partOf"]) == ("OrderedCollectionPage", collection["id"])
            assert page["id"] == address
            found += page["orderedItems"]
            address = page.get("next")
        assert found == sorted(ids, reverse=True)


async def test_the_accounts_of_the_blogroll_are_who_the_blog_follows(instance: RunningInstance) -> None:
    async def add(name: str, *, actor: str = "", hidden: bool = False) -> None:
        entry = BlogrollEntry(
            id=new_id(instance.clock()),
            name=name,
            url=f"https://{name}.example/",
            feed_url=f"https://{name}.example/feed/",
            actor=actor,
            hidden=hidden,
            follow=FollowState.ACCEPTED if actor else FollowState.NONE,
        )

        async def body(tx: Any) -> None:
            await tx.blogroll.save(entry, added="2026-11-22T19:00:00.000000Z")
            await tx.versions.move("blogroll")

        await instance.store.transaction(body)

    await add("feeds-only")
    await add("hidden", actor="https://hidden.example/actor", hidden=True)
    for number in range(25):
        await add(f"b{number:02}", actor=f"https://b{number:02}.example/actor")
    following = await instance.document("/actor/following")
    assert following["totalItems"] == 25
    page = await instance.document(following["first"])
    items = page["orderedItems"] + (await instance.document(page["next"]))["orderedItems"]
    assert items == [f"https://b{number:02}.example/actor" for number in range(25)]


async def test_pinned_posts_are_featured_as_ids(instance: RunningInstance) -> None:
    pinned = await instance.publish("Read this first", pinned=True)
    await instance.publish("A local matter", pinned=True, visibility=Visibility.LOCAL)
    await instance.publish("Hello")
    featured = await instance.document("/actor/featured")
    assert featured["orderedItems"] == [pinned.uri]
    assert featured["totalItems"] == 1


# objects


@pytest.mark.parametrize("server", ASKED)
async def test_a_post_is_json_at_its_id_for_every_server(instance: RunningInstance, server: str) -> None:
    post = await instance.publish("Hello")
    answer = await instance.get(post.uri, accept=ASKED[server])
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/activity+json; charset=utf-8"
    assert "Accept" in answer.headers["Vary"].split(", ")
    assert strict(answer)["id"] == post.uri


async def test_an_article_is_what_every_server_can_read(instance: RunningInstance) -> None:
    post = await instance.publish(
        "Tea & <b>cake</b>",
        "See [this](/about/) and https://far.example/page.\n\n![Leaves](https://far.example/leaf.png)",
        slug="tea",
        summary="Go to https://far.example/ at once, it is good",
        language="en",
    )
    article = await instance.document(post.uri)
    assert AS2 in article["@context"]
    assert (article["id"], article["type"], article["attributedTo"]) == (post.uri, "Article", ACTOR)
    assert (article["to"], article["cc"]) == ([PUBLIC], [f"{ACTOR}/followers"])
    assert article["name"] == post.title
    assert "<" not in article["name"].replace("<b>", "").replace("</b>", "")
    assert article["summary"] == "Go to https://far.example/ at once, it is good"
    assert article["published"] == "2026-11-22T19:00:00Z"
    assert "updated" not in article
    assert article["url"] == f"https://blog.example{post.path}"
    assert list(article["contentMap"].items()) == [("en", article["content"])]
    assert 'href="https://blog.example/about/"' in article["content"]
    assert article["attachment"] == []
    for name in ("replies", "likes", "shares"):
        assert article[name]["type"] == "Collection"
        assert article[name]["id"] == f"{post.uri}/{name}"
        assert article[name]["totalItems"] == 0
        assert (await instance.document(article[name]["id"]))["totalItems"] == 0
    assert article["replies"]["first"]["type"] == "CollectionPage"
    assert article["replies"]["first"]["items"] == []


async def test_a_post_without_a_title_is_a_note(instance: RunningInstance) -> None:
    post = await instance.publish("", "Only a thought.", slug="thought")
    note = await instance.document(post.uri)
    assert note["type"] == "Note"
    assert note["content"] == "<p>Only a thought.</p>\n" or note["content"] == "<p>Only a thought.</p>"
    assert "name" not in note
    assert "summary" not in note


async def test_a_quiet_post_has_the_public_in_cc(instance: RunningInstance) -> None:
    post = await instance.publish("Psst", visibility=Visibility.QUIET)
    document = await instance.document(post.uri)
    assert (document["to"], document["cc"]) == ([f"{ACTOR}/followers"], [PUBLIC])


async def test_hashtags_are_words_and_lead_to_pages_that_are_there(instance: RunningInstance) -> None:
    terms = (
        Term(kind=TermKind.TAG, slug="self-hosting", name="self-hosting"),
        Term(kind=TermKind.TAG, slug="green-tea", name="Green Tea"),
        Term(kind=TermKind.TAG, slug="茶", name="茶"),
        Term(kind=TermKind.TAG, slug="2026", name="2026"),
        Term(kind=TermKind.CATEGORY, slug="garden", name="Garden"),
    )
    post = await instance.publish("Tea", terms=terms)
    tags = (await instance.document(post.uri))["tag"]
    assert {tag["type"] for tag in tags} == {"Hashtag"}
    names = [tag["name"] for tag in tags]
    assert all(name.startswith("#") and " " not in name and "-" not in name for name in names)
    assert "#2026" not in names
    assert "#Garden" not in names
    assert {name.lower() for name in names} == {"#selfhosting", "#greentea", "#茶"}
    for tag in tags:
        assert (await instance.get(tag["href"])).status == 200


async def test_a_permalink_answers_both_in_their_turn(instance: RunningInstance) -> None:
    post = await instance.publish("Hello")
    document = await instance.get(post.path, accept=ASKED["Mastodon"])
    assert document.json() == (await instance.get(post.uri, accept=ACTIVITY)).json()
    assert document.headers["Content-Type"] == "application/activity+json; charset=utf-8"
    assert "public" not in document.headers["Cache-Control"]
    page = await instance.get(post.path, accept=BROWSER)
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "public" in page.headers["Cache-Control"]
    for answer in (document, page):
        assert "Accept" in answer.headers["Vary"].split(", ")


async def test_the_head_of_a_page_names_feeds_then_the_id_then_the_comments(instance: RunningInstance) -> None:
    post = await instance.publish("Hello")
    page = tree(await instance.get(post.path))
    found = [(link.get("type"), link.get("href")) for link in page.xpath("//head/link[@rel='alternate']")]
    assert found == [
        ("application/rss+xml", "https://blog.example/feed/"),
        ("application/atom+xml", "https://blog.example/feed/atom/"),
        ("application/feed+json", "https://blog.example/feed/json/"),
        (ACTIVITY, post.uri),
        ("application/rss+xml", f"https://blog.example{post.path}feed/"),
    ]


async def test_the_head_of_a_page_makes_a_card_with_a_byline(instance: RunningInstance) -> None:
    post = await instance.publish("Hello", summary="What it says")
    page = tree(await instance.get(post.path))
    metas = {meta.get("property") or meta.get("name"): meta.get("content") for meta in page.xpath("//head/meta")}
    assert metas["og:title"] == "Hello"
    assert metas["og:description"] == "What it says"
    assert metas["og:type"] == "article"
    assert metas["fediverse:creator"] == "@notes@blog.example"
    assert page.xpath("//head/link[@rel='canonical']/@href") == [f"https://blog.example{post.path}"]


@pytest.mark.parametrize("accept", [BROWSER, "*/*", "application/json"])
async def test_people_who_open_an_id_are_led_to_the_page(instance: RunningInstance, accept: str) -> None:
    post = await instance.publish("Hello")
    answer = await instance.get(post.uri, accept=accept)
    assert (answer.status, answer.headers["Location"]) == (303, post.path)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Accept" in answer.headers["Vary"]


async def test_a_deleted_post_is_gone_for_machines_and_for_people(instance: RunningInstance) -> None:
    post = await instance.publish("Hello")
    await instance.delete("hello")
    tombstone = await instance.get(post.uri, accept=ACTIVITY)
    assert tombstone.status == 410
    assert tombstone.headers["Content-Type"].startswith(ACTIVITY)
    assert {name: tombstone.json()[name] for name in ("id", "type", "formerType")} == {
        "id": post.uri,
        "type": "Tombstone",
        "formerType": f"{AS2}#Article",
    }
    for address in (post.uri, post.path):
        page = await instance.get(address, accept=BROWSER)
        assert (page.status, page.headers["Content-Type"]) == (410, "text/html; charset=utf-8")
    at_permalink = await instance.get(post.path, accept=ACTIVITY)
    assert at_permalink.status == 410


async def test_what_is_not_public_is_not_there_for_anybody(instance: RunningInstance) -> None:
    hidden = [
        await instance.publish("A draft", state=PostState.DRAFT),
        await instance.publish("My own", state=PostState.PRIVATE),
        await instance.publish("With a word", state=PostState.PASSWORD),
        await instance.publish("Tomorrow", date=instance.clock.now.replace(year=2027)),
    ]
    unknown = await instance.get("/posts/019aad2e-7c00-7000-8000-000000000001", accept=ACTIVITY)
    assert unknown.status == 404
    for post in hidden:
        for address in (post.uri, f"{post.uri}/replies", f"{post.uri}/likes", post.path):
            answer = await instance.get(address, accept=ACTIVITY)
            assert (answer.status, answer.body) == (404, unknown.body), address
    assert (await instance.document("/actor/outbox"))["totalItems"] == 0
    assert (await instance.document("/actor/outbox?page=true"))["orderedItems"] == []


async def test_a_page_and_a_local_post_are_no_objects(instance: RunningInstance) -> None:
    page = await instance.publish("Colophon", kind=PostKind.PAGE)
    local = await instance.publish("Here only", visibility=Visibility.LOCAL)
    for post in (page, local):
        assert (await instance.get(post.uri, accept=ACTIVITY)).status == 404
        answer = await instance.get(post.path, accept=ASKED["Mastodon"])
        assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert (await instance.document("/actor/outbox"))["totalItems"] == 0


async def test_head_is_as_get_everywhere(instance: RunningInstance) -> None:
    post = await instance.publish("Hello")
    gone = await instance.publish("Gone")
    await instance.delete("gone")
    addresses = [
        WEBFINGER + "acct:notes@blog.example",
        "/.well-known/host-meta",
        "/.well-known/nodeinfo",
        "/nodeinfo/2.1",
        "/actor",
        *(f"/actor/{name}" for name in COLLECTIONS),
        post.uri,
        post.path,
        gone.uri,
        gone.path,
        "/nowhere/",
    ]
    for address in addresses:
        for accept in (ACTIVITY, BROWSER):
            got = await instance.get(address, accept=accept)
            head = await instance.get(address, accept=accept, method="HEAD")
            assert (head.status, head.body) == (got.status, b"")
            assert {**head.headers, "Date": ""} == {**got.headers, "Date": ""}, address


@pytest.mark.parametrize("path", ["/inbox", "/actor/inbox"])
@pytest.mark.parametrize("accept", [ACTIVITY, BROWSER])
async def test_an_inbox_is_not_read(instance: RunningInstance, path: str, accept: str) -> None:
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        answer = await instance.get(path, accept=accept, method=method)
        assert answer.status == 405, method
        assert "POST" in answer.headers["Allow"]


async def test_replies_are_listed_page_by_page_as_remote_ids(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Hello")
    ids = []
    for number in range(45):
        ids.append((await ann.reply(post.uri, f"<p>Reply {number}.</p>"))["id"])
        open_instance.clock.advance(minutes=5)
    await open_instance.settle()
    replies = (await open_instance.document(post.uri))["replies"]
    assert replies["totalItems"] == 45
    assert (await open_instance.document(replies["id"]))["first"] == replies["first"]
    page, found = replies["first"], []
    while True:
        assert page["type"] == "CollectionPage"
        assert page["partOf"] == replies["id"]
        found += page["items"]
        if "next" not in page:
            break
        assert urlsplit(page["next"]).netloc == "blog.example"
        page = await open_instance.document(page["next"])
        assert "@context" in page
    assert found == ids


async def test_a_comment_that_waits_is_in_no_collection(instance: RunningInstance, ann: Peer) -> None:
    post = await instance.publish("Hello")
    note = await ann.reply(post.uri)
    await instance.settle()
    document = await instance.get(post.uri, accept=ACTIVITY)
    assert document.json()["replies"]["totalItems"] == 0
    assert note["id"] not in document.text
    assert note["id"] not in (await instance.get(f"{post.uri}/replies?page=1", accept=ACTIVITY)).text
