"""The author publishes, edits, hides, schedules and deletes: what readers, feeds and other servers see of it."""

import os
import re
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from lxml import etree, html

from syndicate.clock import to_wire
from syndicate.importers.posts_folder import PostsFolder
from syndicate.model.post import ObjectType, Post, PostKind, PostState, Term, TermKind, Visibility
from syndicate.publishing import Change
from tests.clocks import FakeClock
from tests.instances import ACTIVITY, RunningInstance, running_instance
from tests.peer import PUBLIC, Peer
from tests.wire import Wire

BASE = "https://blog.example"
ID = re.compile(rf"{BASE}/(posts|activities)/([0-9a-f-]{{36}})")
Open = Callable[..., AbstractAsyncContextManager[RunningInstance]]


@pytest.fixture
def opened(tmp_path: Path, database_address: str, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]) -> Open:
    """Opens the same blog as often as is needed: the same settings, the same database, another process."""

    def opened(**more: Any) -> AbstractAsyncContextManager[RunningInstance]:
        return running_instance(tmp_path / "blog", database_address, wire, clock, rsa_keys[0], **more)

    return opened


@pytest.fixture
async def berlin(opened: Open) -> AsyncIterator[RunningInstance]:
    """A blog whose days begin an hour or two before those of UTC."""
    async with opened(site={"timezone": "Europe/Berlin"}) as instance:
        yield instance


async def delete(instance: RunningInstance, slug: str) -> None:
    await instance.delete(slug)


async def current(instance: RunningInstance, slug: str) -> Post:
    post = await instance.store.posts.find_by_slug(slug)
    assert post is not None
    return post


def uuid_of(address: str) -> UUID:
    found = ID.fullmatch(address)
    assert found, address
    return UUID(found[2])


# identity


async def test_what_is_new_gets_ids_that_are_made_once(instance: RunningInstance) -> None:
    post = await instance.publish("Hello")
    [create] = (await instance.document("/actor/outbox?page=true"))["orderedItems"]
    for address in (post.uri, create["id"]):
        made = uuid_of(address)
        assert made.version == 7
        assert made.int >> 80 == int(instance.clock().timestamp() * 1000)
    assert post.guid == post.uri
    again = (await instance.document("/actor/outbox?page=true"))["orderedItems"]
    assert again == [create]


async def test_ids_and_addresses_outlive_the_process(opened: Open, clock: FakeClock) -> None:
    async with opened() as instance:
        post = await instance.publish("Hello")
        actor = await instance.document("/actor")
        paths = ["/feed/", "/feed/atom/", "/feed/json/", "/comments/feed/", post.path, "/", "/sitemap.xml"]
        before = [(answer.body, answer.headers["ETag"]) for answer in [await instance.get(path) for path in paths]]
        document = await instance.document(post.uri)
        outbox = await instance.document("/actor/outbox?page=true")
    clock.advance(days=400)
    async with opened() as instance:
        after = [(answer.body, answer.headers["ETag"]) for answer in [await instance.get(path) for path in paths]]
        assert after == before
        assert await instance.document(post.uri) == document
        assert await instance.document("/actor/outbox?page=true") == outbox
        assert await instance.document("/actor") == actor


async def test_another_title_in_the_settings_changes_no_id(opened: Open) -> None:
    async with opened(site={"title": "One", "timezone": "UTC"}) as instance:
        post = await instance.publish("Hello", date=datetime(2026, 11, 21, 23, 30, tzinfo=UTC))
    async with opened(site={"title": "Two", "timezone": "Asia/Tokyo"}) as instance:
        assert await current(instance, "hello") == post
        assert (await instance.get(post.path)).status == 200


async def test_a_slug_published_again_after_deletion_is_another_post_at_the_same_address(
    instance: RunningInstance,
) -> None:
    first = await instance.publish("Hello", "First.", slug="hello")
    await delete(instance, "hello")
    assert (await instance.get(first.path)).status == 410
    second = await instance.publish("Hello", "Second.", slug="hello")
    assert second.path == first.path
    assert second.uri != first.uri
    assert second.guid != first.guid
    assert "Second." in (await instance.get(second.path)).text
    assert (await instance.get(first.uri, accept=ACTIVITY)).status == 410
    assert (await instance.document(second.uri))["id"] == second.uri


async def test_no_id_is_ever_used_twice(instance: RunningInstance, ann: Peer) -> None:
    await ann.follow()
    await instance.settle()
    seen = set()
    for round in range(3):
        post = await instance.publish("Hello", f"Round {round}.")
        await instance.publish("Hello", f"Round {round}, again.")
        await instance.settle()
        await delete(instance, "hello")
        await instance.settle()
        seen.add(post.uri)
    assert len(seen) == 3
    activities = [activity["id"] for activity in ann.received]
    assert len(set(activities)) == len(activities)
    assert {uuid_of(activity).version for activity in activities} == {7}


# permalinks


async def test_a_permalink_is_the_day_in_the_time_zone_of_the_blog(berlin: RunningInstance) -> None:
    post = await berlin.publish("Late", date=datetime(2026, 6, 30, 22, 30, tzinfo=UTC))
    assert post.path == "/2026/07/01/late/"
    for path in ("/2026/07/01/", "/2026/07/", "/2026/"):
        assert "Late" in (await berlin.get(path)).text
    assert (await berlin.get("/2026/06/")).status == 404


async def test_a_permalink_is_fixed_at_first_publication(instance: RunningInstance) -> None:
    draft = await instance.publish("Tea", state=PostState.DRAFT, date=datetime(2026, 11, 1, tzinfo=UTC))
    assert draft.path == "/2026/11/01/tea/"
    moved = await instance.publish("Tea", state=PostState.DRAFT, date=datetime(2026, 11, 5, tzinfo=UTC))
    assert moved.path == "/2026/11/05/tea/"
    shown = await instance.publish("Tea", date=datetime(2026, 11, 6, tzinfo=UTC))
    assert shown.path == "/2026/11/06/tea/"
    again = await instance.publish("Tea", "More.", date=datetime(2026, 11, 9, tzinfo=UTC))
    assert (again.path, again.published) == (shown.path, shown.published)


@pytest.mark.parametrize(
    ("slug", "path"),
    [
        ("über-茶", "/2026/11/22/%C3%BCber-%E8%8C%B6/"),
        ("a-b_c.d", "/2026/11/22/a-b_c.d/"),
        ("हिन्दी", "/2026/11/22/%E0%A4%B9%E0%A4%BF%E0%A4%A8%E0%A5%8D%E0%A4%A6%E0%A5%80/"),
    ],
)
async def test_slugs_may_have_letters_of_every_script(instance: RunningInstance, slug: str, path: str) -> None:
    post = await instance.publish("T", slug=slug)
    assert post.path == path
    assert (await instance.get(path)).status == 200
    assert (await instance.get(path.lower())).status == 200
    assert (await instance.get(path.rstrip("/"))).headers["Location"] == path


async def test_a_slug_that_another_post_has_gets_a_number(instance: RunningInstance) -> None:
    page = await instance.publish("Tea", slug="tea", kind=PostKind.PAGE)
    assert page.path == "/tea/"
    reserved = await instance.publish("Feed", slug="feed", kind=PostKind.PAGE)
    assert (reserved.slug, reserved.path) == ("feed-2", "/feed-2/")
    assert (await instance.get("/feed/")).headers["Content-Type"].startswith("application/rss+xml")


async def test_a_page_about_the_author_wins_over_the_built_in_one(instance: RunningInstance) -> None:
    assert "Mara Lind" in (await instance.get("/about/")).text
    await instance.publish("About me", "I like tea.", slug="about", kind=PostKind.PAGE)
    assert "I like tea." in (await instance.get("/about/")).text
    await delete(instance, "about")
    assert (await instance.get("/about/")).status in (200, 410)


# dates


async def test_dates_are_whole_seconds_everywhere(instance: RunningInstance) -> None:
    instance.clock.now = datetime(2026, 11, 22, 19, 0, 0, 987654, tzinfo=UTC)
    post = await instance.publish("Hello")
    assert (post.published.microsecond, post.updated.microsecond) == (0, 0)
    for path in ("/feed/", "/feed/atom/", "/feed/json/", "/sitemap.xml"):
        text = (await instance.get(path)).text
        assert re.search(r"2026-11-22T19:00:00(Z|\+00:00)|22 Nov 2026 19:00:00 ", text)
        assert "987" not in text
    assert (await instance.document(post.uri))["published"] == "2026-11-22T19:00:00Z"


async def test_edits_in_one_second_have_dates_that_grow(instance: RunningInstance, ann: Peer) -> None:
    await ann.follow()
    await instance.settle()
    first = await instance.publish("Hello", "0")
    dates = []
    for number in range(1, 6):
        instance.clock.advance(milliseconds=100)
        dates.append((await instance.publish("Hello", str(number))).updated)
    assert dates == sorted(set(dates))
    assert all(date > first.updated for date in dates)
    assert {(await current(instance, "hello")).published} == {first.published}
    await instance.settle()
    assert ann.of_type("Update")[-1]["object"]["updated"] == f"{dates[-1]:%Y-%m-%dT%H:%M:%SZ}"
    assert ann.of_type("Update")[-1]["object"]["published"] == f"{first.published:%Y-%m-%dT%H:%M:%SZ}"


async def test_no_two_posts_have_the_same_date_of_change(instance: RunningInstance) -> None:
    posts = [await instance.publish(f"Post {number}") for number in range(10)]
    assert len({post.updated for post in posts}) == 10
    assert len({post.published for post in posts}) == 1


async def test_the_same_text_again_is_no_change(instance: RunningInstance, ann: Peer) -> None:
    await ann.follow()
    await instance.settle()
    before = await instance.publish("Hello", "Words.")
    etag = (await instance.get("/feed/")).headers["ETag"]
    instance.clock.advance(hours=1)
    again = await instance.publish_draft(title="Hello", source="Words.")
    assert again.change is Change.UNCHANGED
    await instance.settle()
    assert ann.of_type("Update") == []
    assert (await current(instance, "hello")).updated == before.updated
    assert (await instance.get("/feed/", If_None_Match=etag)).status == 304


# editing


async def test_an_edit_is_read_by_the_next_who_asks_and_the_earlier_text_is_kept(instance: RunningInstance) -> None:
    post = await instance.publish("Tea", "First.", slug="tea")
    assert "First." in (await instance.get(post.path)).text
    await instance.publish("Tea, again", "Second.", slug="tea")
    for path in (post.path, "/", "/feed/", "/feed/atom/", "/feed/json/"):
        text = (await instance.get(path)).text
        assert "Tea, again" in text
        assert "First." not in text
    assert [one.source for one in await instance.store.revisions.list_of(post.id)] == ["First."]


async def test_an_edit_replaces_the_whole_post(instance: RunningInstance) -> None:
    tag = Term(kind=TermKind.TAG, slug="tea", name="Tea")
    await instance.publish("Tea", terms=(tag,), summary="In short", pinned=True, comments_open=False)
    post = await instance.publish("Tea", "Only this.")
    assert (post.terms, post.summary, post.pinned, post.comments_open) == ((), "", False, True)
    answer = await instance.get("/tag/tea/")
    assert answer.status in (200, 404)
    assert "Only this." not in answer.text


async def test_followers_receive_new_changed_and_deleted_posts(instance: RunningInstance, ann: Peer) -> None:
    await ann.follow()
    await instance.settle()
    post = await instance.publish("Hello", "First.")
    await instance.settle()
    instance.clock.advance(minutes=5)
    await instance.publish("Hello", "Second.")
    await instance.settle()
    instance.clock.advance(minutes=5)
    await delete(instance, "hello")
    await instance.settle()
    told = [activity for activity in ann.received if activity["type"] != "Accept"]
    assert [activity["type"] for activity in told] == ["Create", "Update", "Delete"]
    create, update, gone = told
    assert (create["object"]["id"], update["object"]["id"]) == (post.uri, post.uri)
    assert "First." in create["object"]["content"]
    assert "Second." in update["object"]["content"]
    assert update["object"]["updated"] == "2026-11-22T19:05:00Z"
    assert gone["object"]["type"] == "Tombstone"
    assert gone["object"]["id"] == post.uri
    for activity in told:
        assert activity["actor"] == f"{BASE}/actor"
        assert isinstance(activity["id"], str)
        assert PUBLIC in activity["to"]


async def test_a_server_with_many_followers_gets_one_delivery(
    instance: RunningInstance, ann: Peer, rsa_keys: Any
) -> None:
    for peer in (ann, ann.neighbour("cy", rsa_keys[4]), ann.neighbour("di", rsa_keys[5])):
        await peer.follow()
    await instance.settle()
    await instance.publish("Hello")
    await instance.settle()
    [sent] = [request for request in ann.requests if request.method == "POST" and b'"Create"' in (request.body or b"")]
    assert sent.url == ann.shared_inbox
    assert len(ann.of_type("Create")) == 1


async def test_a_text_that_is_too_long_to_be_pushed_is_whole_where_it_is_fetched(
    instance: RunningInstance, ann: Peer
) -> None:
    await ann.follow()
    await instance.settle()
    post = await instance.publish("Long", "Words and words. " * 10_000, summary="In short")
    await instance.settle()
    [create] = ann.of_type("Create")
    sent = next(request for request in ann.requests if b'"Create"' in (request.body or b""))
    assert len(sent.body or b"") < 64 * 1024
    assert f"{BASE}{post.path}" in create["object"]["content"]
    assert "contentMap" not in create["object"]  # the words once only; the title says the language
    assert create["object"]["nameMap"] == {"en": "Long"}
    assert len((await instance.document(post.uri))["content"]) > 150_000


# what kind of thing


@pytest.mark.parametrize(
    ("title", "chosen", "becomes"),
    [
        ("A title", None, "Article"),
        ("", None, "Note"),
        ("A title", ObjectType.NOTE, "Note"),
        ("", ObjectType.ARTICLE, "Article"),
    ],
)
async def test_a_title_makes_an_article_unless_the_author_says_otherwise(
    instance: RunningInstance, title: str, chosen: ObjectType | None, becomes: str
) -> None:
    post = await instance.publish(title, "Words.", slug="thing", type=chosen)
    document = await instance.document(post.uri)
    assert document["type"] == becomes
    if becomes == "Article":
        assert document["name"]


# visibility


async def test_a_local_post_is_on_the_site_and_in_feeds_and_nowhere_else(instance: RunningInstance, ann: Peer) -> None:
    await ann.follow()
    await instance.settle()
    post = await instance.publish("Here only", visibility=Visibility.LOCAL)
    await instance.settle()
    assert ann.of_type("Create") == []
    for path in ("/", "/feed/", post.path, "/sitemap.xml"):
        assert post.path in (await instance.get(path)).text
    assert (await instance.get(post.uri, accept=ACTIVITY)).status == 404
    assert (await instance.get(post.path, accept=ACTIVITY)).headers["Content-Type"] == "text/html; charset=utf-8"
    page: Any = html.fromstring((await instance.get(post.path)).body)
    assert page.xpath("//link[@type='application/activity+json']") == []


async def test_a_post_that_leaves_the_fediverse_is_deleted_there_and_comes_back_as_another(
    instance: RunningInstance, ann: Peer
) -> None:
    await ann.follow()
    await instance.settle()
    first = await instance.publish("Hello", "Words.")
    await instance.settle()
    local = await instance.publish("Hello", "Words.", visibility=Visibility.LOCAL)
    await instance.settle()
    assert [activity["type"] for activity in ann.received if activity["type"] != "Accept"] == ["Create", "Delete"]
    assert (await instance.get(first.uri, accept=ACTIVITY)).status == 410
    assert (await instance.get(local.path)).status == 200
    back = await instance.publish("Hello", "Words.", visibility=Visibility.PUBLIC)
    await instance.settle()
    assert back.uri != first.uri
    assert (back.guid, back.path, back.published) == (first.guid, first.path, first.published)
    assert (await instance.document(back.uri))["id"] == back.uri
    assert (await instance.get(first.uri, accept=ACTIVITY)).status == 410
    assert ann.of_type("Create")[-1]["object"]["id"] == back.uri


@pytest.mark.parametrize("state", [PostState.DRAFT, PostState.PRIVATE, PostState.PASSWORD])
async def test_what_is_hidden_again_is_as_if_absent(instance: RunningInstance, ann: Peer, state: PostState) -> None:
    await ann.follow()
    await instance.settle()
    post = await instance.publish("Hello", "Canary.")
    await instance.settle()
    for path in ("/", "/feed/", post.path):
        await instance.get(path)
    await instance.publish("Hello", "Canary.", state=state)
    await instance.settle()
    assert ann.received[-1]["type"] == "Delete"
    nowhere = await instance.get("/2026/11/22/nowhere/")
    answer = await instance.get(post.path)
    assert (answer.status, answer.body) == (nowhere.status, nowhere.body)
    for path in ("/", "/feed/", "/feed/atom/", "/feed/json/", "/sitemap.xml", "/2026/", "/actor/outbox?page=true"):
        assert "Canary" not in (await instance.get(path, accept=ACTIVITY if "actor" in path else "text/html")).text


@pytest.mark.parametrize("state", [PostState.DRAFT, PostState.PRIVATE, PostState.PASSWORD, PostState.SCHEDULED])
async def test_who_guesses_learns_nothing(instance: RunningInstance, state: PostState) -> None:
    date = instance.clock() + timedelta(days=1) if state is PostState.SCHEDULED else None
    post = await instance.publish("Canary", state=PostState.PUBLISHED if date else state, date=date)
    assert post.state is state
    unknown = post.path.replace("canary", "nowhere"), f"{BASE}/posts/{UUID(int=7)}"
    for suffix in ("", "?preview=true", "feed/", "feed/atom/", "feed/json/", ".json", ".rss", "comment-page-1/"):
        for accept in ("text/html", ACTIVITY):
            asked = await instance.get(post.path + suffix, accept=accept)
            reference = await instance.get(unknown[0] + suffix, accept=accept)
            assert (asked.status, asked.body) == (404, reference.body), suffix
            tagged = await instance.get(post.path + suffix, accept=accept, If_None_Match="*")
            assert tagged.status == 404
    for suffix in ("", "/replies", "/likes", "/shares", "?preview=true"):
        for accept in ("text/html", ACTIVITY):
            asked = await instance.get(post.uri + suffix, accept=accept)
            reference = await instance.get(unknown[1] + suffix, accept=accept)
            assert (asked.status, asked.body) == (404, reference.body), suffix


# time


async def test_what_lies_ahead_appears_in_its_time(instance: RunningInstance, ann: Peer) -> None:
    await ann.follow()
    await instance.settle()
    post = await instance.publish("Tomorrow", date=instance.clock() + timedelta(days=1))
    assert post.state is PostState.SCHEDULED
    assert (await instance.get(post.path)).status == 404
    assert await instance.server.services.publisher.release_due() == 0
    instance.clock.advance(days=1, seconds=1)
    assert await instance.server.services.publisher.release_due() == 1
    await instance.settle()
    assert (await instance.get(post.path)).status == 200
    assert post.guid in (await instance.get("/feed/")).text
    [create] = ann.of_type("Create")
    assert create["object"]["id"] == post.uri
    assert create["object"]["published"] == "2026-11-23T19:00:00Z"
    assert await instance.server.services.publisher.release_due() == 0


async def test_what_is_dated_long_ago_is_not_news(instance: RunningInstance, ann: Peer) -> None:
    await ann.follow()
    await instance.settle()
    old = await instance.publish("Old", date=instance.clock() - timedelta(hours=49))
    new = await instance.publish("New", date=instance.clock() - timedelta(hours=47))
    await instance.settle()
    assert [create["object"]["id"] for create in ann.of_type("Create")] == [new.uri]
    assert (await instance.document(old.uri))["id"] == old.uri
    assert (await instance.document("/actor/outbox"))["totalItems"] == 2


# deletion


async def test_an_edit_of_an_unannounced_post_is_sent_only_to_participants(
    instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    await ann.follow()
    old = await instance.publish("Old", date=datetime(2014, 5, 1, tzinfo=UTC))
    await bob.like(old.uri)
    await instance.settle()
    await instance.publish("Old", source="A mended word.", date=datetime(2014, 5, 1, tzinfo=UTC))
    await instance.settle()
    assert [activity["object"]["content"].strip() for activity in bob.of_type("Update")] == ["<p>A mended word.</p>"]
    assert {activity["type"] for activity in ann.received} == {"Accept", "Remove"}  # of what stood in for pinned posts


async def test_a_deleted_post_is_gone_from_every_list_at_once(instance: RunningInstance, ann: Peer) -> None:
    tag = Term(kind=TermKind.TAG, slug="tea", name="Tea")
    post = await instance.publish("Canary", terms=(tag,), pinned=True, aliases=("/old/canary/", "/?p=7"))
    paths = ["/", "/feed/", "/feed/json/", "/tag/tea/", "/tag/tea/feed/", "/2026/11/", "/archives/", "/sitemap.xml"]
    paths += ["/actor/outbox?page=true", "/actor/featured", "/author/mara-lind/"]
    for path in paths:
        await instance.get(path, accept=ACTIVITY if "actor" in path else "text/html")
    await delete(instance, "canary")
    for path in paths:
        answer = await instance.get(path, accept=ACTIVITY if "actor" in path else "text/html")
        assert "Canary" not in answer.text, path
        assert post.uri not in answer.text
    for address in (post.path, "/old/canary/", "/?p=7", post.path.rstrip("/")):
        assert (await instance.get(address)).status in (404, 410), address
    assert (await instance.get(post.path)).status == 410
    assert (await instance.get("/old/canary/")).status == 410


async def test_every_participant_gets_the_delete(instance: RunningInstance, ann: Peer, bob: Peer) -> None:
    post = await instance.publish("Hello")
    await instance.settle()
    await ann.reply(post.uri)
    await bob.like(post.uri)
    await instance.settle()
    await delete(instance, "hello")
    await instance.settle()
    for peer in (ann, bob):
        [gone] = peer.of_type("Delete")
        assert gone["object"] == {**gone["object"], "id": post.uri, "type": "Tombstone"}
        assert "formerType" not in gone["object"]  # Misskey keeps a post whose former type is no bare word


async def test_a_draft_that_is_deleted_never_was(instance: RunningInstance) -> None:
    post = await instance.publish("Draft", state=PostState.DRAFT)
    await delete(instance, "draft")
    assert (await instance.get(post.path)).status == 404
    assert (await instance.get(post.uri, accept=ACTIVITY)).status == 404


# the posts folder


@pytest.fixture
def folder(instance: RunningInstance) -> Path:
    directory = instance.config.storage.posts
    directory.mkdir(parents=True)
    return directory


def posts_folder(instance: RunningInstance) -> PostsFolder:
    return instance.server.services.posts_folder


def put(instance: RunningInstance, path: Path, text: str, *, age: float = 60) -> Path:
    """A file as its author saved it some seconds ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    then = instance.clock().timestamp() - age
    os.utime(path, (then, then))
    return path


async def test_a_file_in_the_folder_is_published(instance: RunningInstance, folder: Path, ann: Peer) -> None:
    await ann.follow()
    await instance.settle()
    put(instance, folder / "2026" / "tea.md", "---\ntags: [Tea, Rain]\n---\n# On tea\n\nLeaves.")
    await posts_folder(instance).scan()
    await instance.settle()
    post = await current(instance, "tea")
    assert (post.title, [term.name for term in post.tags]) == ("On tea", ["Tea", "Rain"])
    assert "Leaves." in (await instance.get(post.path)).text
    assert [create["object"]["id"] for create in ann.of_type("Create")] == [post.uri]


async def test_a_file_that_is_still_being_written_is_left_alone(instance: RunningInstance, folder: Path) -> None:
    put(instance, folder / "tea.md", "Half a", age=3)
    assert await posts_folder(instance).scan() == pytest.approx(7, abs=0.01)
    assert await instance.store.posts.find_by_slug("tea") is None
    instance.clock.advance(seconds=8)
    assert await posts_folder(instance).scan() is None
    assert await instance.store.posts.find_by_slug("tea") is not None


async def test_a_changed_file_wins_and_the_earlier_text_is_kept(instance: RunningInstance, folder: Path) -> None:
    file = put(instance, folder / "tea.md", "From the file.")
    await posts_folder(instance).scan()
    post = await current(instance, "tea")
    instance.clock.advance(minutes=1)
    await instance.publish("", "From elsewhere.", slug="tea")
    instance.clock.advance(minutes=1)
    await posts_folder(instance).scan()
    assert "From elsewhere." in (await instance.get(post.path)).text
    assert file.read_text() == "From the file."
    put(instance, file, "From the file, again.")
    await posts_folder(instance).scan()
    assert "From the file, again." in (await instance.get(post.path)).text
    assert [one.source for one in await instance.store.revisions.list_of(post.id)] == [
        "From the file.",
        "From elsewhere.",
    ]
    assert (await current(instance, "tea")).uri == post.uri


async def test_a_folder_that_is_not_there_deletes_nothing(instance: RunningInstance, folder: Path) -> None:
    put(instance, folder / "tea.md", "Leaves.")
    await posts_folder(instance).scan()
    post = await current(instance, "tea")
    for unmounted in (False, True):
        shutil.rmtree(folder) if unmounted else (folder / "tea.md").unlink()
        await posts_folder(instance).scan()
    assert (await instance.get(post.path)).status == 200
    assert await posts_folder(instance).vanished() == ["tea.md"]


@pytest.mark.parametrize(
    "name",
    [
        ".tea.md",
        ".tea.md.swp",
        "tea.md~",
        "#tea.md#",
        ".#tea.md",
        "~tea.md",
        "tea (conflicted copy 2026-11-22).md",
        "tea.sync-conflict-20261122-190000-ABCDEF.md",
        "tea.txt",
        "tea.md.tmp",
        ".trash/tea.md",
        "tea (Case Conflict).md",
        "tea_conflict-20261122-190000.md",
    ],
)
async def test_what_editors_and_synchronisers_leave_behind_is_no_post(
    instance: RunningInstance, folder: Path, name: str
) -> None:
    put(instance, folder / name, "Leaves.")
    await posts_folder(instance).scan()
    assert await instance.store.source_files.list_all() == {}


async def test_an_empty_file_is_no_post_and_takes_no_words_away(
    instance: RunningInstance, folder: Path, ann: Peer
) -> None:
    await ann.follow()
    await instance.settle()
    for name in ("rain.md", "tea.md"):
        put(instance, folder / name, "")
    await posts_folder(instance).scan()
    assert await instance.store.source_files.list_all() == {}
    put(instance, folder / "tea.md", "Leaves.")
    await posts_folder(instance).scan()
    for nothing in ("", "\n \n"):
        put(instance, folder / "tea.md", nothing, age=50)
        await posts_folder(instance).scan()
        assert "Leaves." in (await instance.get((await current(instance, "tea")).path)).text
    await instance.settle()
    assert len(ann.of_type("Create")) == 1
    assert ann.of_type("Update") == []
    assert [path.name for path, _ in posts_folder(instance).passed_over()] == ["rain.md"]


async def test_a_file_that_cannot_be_read_keeps_no_other_from_being_published(
    instance: RunningInstance, folder: Path
) -> None:
    put(instance, folder / "a.md", "---\ntags: {a: b}\n---\nA")
    (folder / "b.md").write_bytes(b"\xff\xfe\x00")
    os.utime(folder / "b.md", (0, 0))
    (folder / "c.md").symlink_to(folder / "nowhere.md")
    put(instance, folder / "d.md", "D")
    await posts_folder(instance).scan()
    assert list(await instance.store.source_files.list_all()) == ["d.md"]


async def test_two_files_cannot_be_one_post(instance: RunningInstance, folder: Path) -> None:
    put(instance, folder / "a" / "tea.md", "First.")
    put(instance, folder / "b" / "tea.md", "Second.")
    for _ in range(2):
        await posts_folder(instance).scan()
    post = await current(instance, "tea")
    assert "First." in (await instance.get(post.path)).text


async def test_a_file_of_a_deleted_post_does_not_bring_it_back_until_it_changes(
    instance: RunningInstance, folder: Path
) -> None:
    file = put(instance, folder / "tea.md", "Leaves.")
    await posts_folder(instance).scan()
    await delete(instance, "tea")
    await posts_folder(instance).scan()
    assert await instance.store.posts.find_by_slug("tea") is None
    put(instance, file, "New leaves.")
    await posts_folder(instance).scan()
    assert await instance.store.posts.find_by_slug("tea") is not None


async def test_a_renamed_file_is_another_post_only_if_its_slug_is_another(
    instance: RunningInstance, folder: Path
) -> None:
    file = put(instance, folder / "2026-11-20-tea.md", "Leaves.")
    await posts_folder(instance).scan()
    post = await current(instance, "tea")
    assert post.path == "/2026/11/20/tea/"
    file.rename(folder / "tea.md")
    await posts_folder(instance).scan()
    assert (await current(instance, "tea")).uri == post.uri
    assert len(await instance.store.post_lists.list_newest(limit=10)) == 1


# between processes


async def test_what_was_acknowledged_before_the_end_is_done_after_it(opened: Open, ann: Peer, clock: FakeClock) -> None:
    async with opened(comments={"moderation": "off"}) as instance:
        post = await instance.publish("Hello")
        await instance.settle()
        await ann.follow()
        await ann.reply(post.uri, "<p>Survives.</p>")
        now = clock()

        async def claim(tx: Any) -> None:
            """The process had just taken them up when it died."""
            await tx.inbox_queue.claim(now=now, until=now + timedelta(minutes=5), limit=10)

        await instance.store.transaction(claim)
    clock.advance(minutes=6)
    async with opened(comments={"moderation": "off"}) as instance:
        await instance.settle()
        assert "Survives." in (await instance.get(post.path)).text
        assert len(await instance.comments(post)) == 1
        assert len(ann.of_type("Accept")) == 1


async def test_a_delivery_that_failed_before_the_end_is_made_after_it(
    opened: Open, ann: Peer, wire: Wire, clock: FakeClock
) -> None:
    async with opened() as instance:
        await ann.follow()
        await instance.settle()
        wire.cut(ann.host)
        post = await instance.publish("Hello")
        await instance.settle()
        assert ann.of_type("Create") == []
    wire.mend(ann.host)
    clock.advance(hours=2)
    async with opened() as instance:
        await instance.settle()
        [create] = ann.of_type("Create")
        assert create["object"]["id"] == post.uri
        clock.advance(days=2)
        await instance.settle()
        assert len(ann.of_type("Create")) == 1


async def test_another_process_publishes_and_the_next_reader_sees_it(opened: Open, tmp_path: Path) -> None:
    async with opened() as instance:
        await instance.store.database.listen()
        assert "News" not in (await instance.get("/")).text
        async with opened() as other:
            await other.publish("News")
        for _ in range(200):
            if "News" in (await instance.get("/")).text:
                break
        assert "News" in (await instance.get("/feed/")).text


async def test_feeds_hold_nothing_of_the_moment_in_which_they_are_made(instance: RunningInstance) -> None:
    await instance.publish("Hello", date=instance.clock() - timedelta(days=30))
    instance.clock.now = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
    await instance.publish("Another", state=PostState.DRAFT)
    for path in ("/feed/", "/feed/atom/", "/feed/json/"):
        answer = await instance.get(path)
        assert "2031" not in answer.text
        if path != "/feed/json/":
            assert etree.fromstring(answer.body) is not None


# dates


async def test_what_was_scheduled_and_comes_out_earlier_is_dated_by_the_clock(
    instance: RunningInstance, ann: Peer
) -> None:
    """A date that lies ahead, once in a feed, would keep readers from ever fetching it again."""
    await ann.follow()
    await instance.settle()
    await instance.publish("Seeds", date=instance.clock() + timedelta(days=1500))
    instance.clock.advance(minutes=1)
    await instance.publish("Seeds", source="Other words.", date=instance.clock() + timedelta(days=1600))
    instance.clock.advance(hours=1)
    for words in ("Now.", "A second time.", "And a third."):
        post = await instance.publish("Seeds", source=words)
        await instance.settle()
        assert post.published <= post.updated <= instance.clock()
        for path in ("/feed/", "/feed/atom/", "/feed/json/", post.path, "/sitemap.xml"):
            answer = await instance.get(path)
            modified = answer.headers.get("Last-Modified")
            assert modified is None or parsedate_to_datetime(modified) <= instance.clock(), path
            assert "2030" not in answer.text, path
            assert "2031" not in answer.text, path
        assert "updated" not in ann.of_type("Create")[-1]["object"]
        instance.clock.advance(minutes=5)
    first, second = (update["object"]["updated"] for update in ann.of_type("Update"))
    assert first < second <= to_wire(instance.clock())


async def test_a_reader_who_asks_by_date_sees_what_came_out_early(instance: RunningInstance) -> None:
    await instance.publish("Seeds", date=instance.clock() + timedelta(days=1500))
    before = await instance.get("/feed/")
    instance.clock.advance(hours=1)
    await instance.publish("Seeds")
    seen = await instance.get("/feed/", If_Modified_Since=before.headers["Last-Modified"])
    assert seen.status == 200
    instance.clock.advance(hours=1)
    await instance.publish("Seeds", source="Changed.")
    again = await instance.get("/feed/", If_Modified_Since=seen.headers["Last-Modified"])
    assert (again.status, "Changed." in again.text) == (200, True)


async def test_a_scheduled_post_that_was_edited_is_dated_by_its_release(instance: RunningInstance) -> None:
    when = instance.clock() + timedelta(days=3)
    for words in ("First.", "Second.", "Third."):
        await instance.publish("Seeds", source=words, date=when)
        instance.clock.advance(minutes=1)
    instance.clock.now = when
    await instance.server.services.publisher.release_due()
    post = await instance.store.posts.find_by_slug("seeds")
    assert post is not None
    assert (post.published, post.updated) == (when, when)


async def test_many_changes_in_one_second_are_not_dated_ahead(instance: RunningInstance) -> None:
    titles = [f"Post {number}" for number in range(8)]
    for title in titles:
        await instance.publish(title)
    instance.clock.advance(hours=1)
    changed = [await instance.publish(title, source="Changed.") for title in titles]
    dates = [post.updated for post in changed]
    assert len(set(dates)) == len(dates)
    assert max(dates) <= instance.clock()
    again = await instance.publish(titles[0], source="Changed in the same second.")
    assert again.updated > changed[0].updated
