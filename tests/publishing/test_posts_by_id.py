"""Posts are created, changed, released, taken back and deleted by id."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from syndicate.errors import InputError, PostNotFound, RevisionConflict, SlugTaken
from syndicate.model.post import Enclosure, Post, PostDraft, PostKind, PostState, Term, TermKind
from syndicate.publishing import Change, Publisher
from syndicate.publishing.drafts import draft_of
from tests.instances import RunningInstance
from tests.peer import Peer
from tests.pictures import PNG

pytestmark = pytest.mark.parametrize("database_address", ["sqlite"], indirect=True)
NOWHERE = "0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b3"


def publisher(instance: RunningInstance) -> Publisher:
    return instance.server.services.publisher


async def as_draft(instance: RunningInstance, post: Post) -> PostDraft:
    current = await instance.store.posts.find(post.id)
    made = await instance.store.posts.find_source(post.id)
    assert current is not None
    assert made is not None
    return draft_of(current, made)


async def test_a_draft_is_written_released_taken_back_and_deleted(instance: RunningInstance, ann: Peer) -> None:
    await ann.follow()
    begun = await publisher(instance).create(PostDraft(slug="tea", source="Hot.", state=PostState.DRAFT))
    assert (begun.change, begun.revision, begun.announced) == (Change.CREATED, 1, False)
    instance.clock.advance(minutes=10)
    written = await publisher(instance).update(
        begun.post.id, PostDraft(slug="green-tea", source="Hot and green.", state=PostState.DRAFT)
    )
    assert (written.post.id, written.post.slug, written.revision) == (begun.post.id, "green-tea", 2)
    assert (await instance.get(written.post.path)).status == 404

    released = await publisher(instance).release(begun.post.id)
    assert (released.post.state, released.post.uri, released.announced) == (
        PostState.PUBLISHED,
        begun.post.uri,
        True,
    )
    assert released.post.published == instance.clock().replace(microsecond=0)
    assert "Hot and green." in (await instance.get(released.post.path)).text
    assert (await publisher(instance).release(begun.post.id)).change is Change.UNCHANGED
    await instance.settle()
    assert [create["object"]["id"] for create in ann.of_type("Create")] == [begun.post.uri]

    instance.clock.advance(minutes=1)
    draft = replace(await as_draft(instance, begun.post), state=PostState.DRAFT)
    taken_back = await publisher(instance).update(begun.post.id, draft)
    assert (await instance.get(released.post.path)).status == 404
    assert taken_back.post.uri != begun.post.uri
    assert taken_back.post.guid == begun.post.guid
    await instance.settle()
    assert [delete["object"]["id"] for delete in ann.of_type("Delete")] == [begun.post.uri]

    assert (await publisher(instance).delete(begun.post.id)).id == begun.post.id
    assert await instance.store.posts.find(begun.post.id) is None


async def test_a_change_of_another_revision_is_refused(instance: RunningInstance) -> None:
    post = await instance.publish("Tea", "First.")
    draft = await as_draft(instance, post)
    second = await publisher(instance).update(post.id, replace(draft, source="Second."), base_revision=1)
    assert second.revision == 2
    with pytest.raises(RevisionConflict, match="tea: the post was changed in the meantime: revision 2, not 1"):
        await publisher(instance).update(post.id, replace(draft, source="Third."), base_revision=1)
    assert "Second." in (await instance.get(post.path)).text
    third = await publisher(instance).update(post.id, replace(draft, source="Third."), base_revision=2)
    assert third.revision == 3
    assert [one.source for one in await instance.store.revisions.list_of(post.id)] == ["First.", "Second."]


async def test_a_draft_that_is_changed_twice_at_once_keeps_both_texts(instance: RunningInstance) -> None:
    """The dates of a draft do not grow, so they cannot show that it was changed."""
    draft = PostDraft(slug="tea", source="First.", state=PostState.DRAFT, date=instance.clock() - timedelta(days=1))
    post = (await publisher(instance).create(draft)).post
    await publisher(instance).update(post.id, replace(draft, source="Second."), base_revision=1)
    with pytest.raises(RevisionConflict):
        await publisher(instance).update(post.id, replace(draft, source="Third."), base_revision=1)


async def test_a_stored_post_as_a_draft_changes_nothing(instance: RunningInstance, tmp_path: Path) -> None:
    (tmp_path / "leaf.png").write_bytes(PNG)
    (tmp_path / "tea.mp3").write_bytes(b"ID3\x04\x00\x00\x00\x00\x00\x00" + b"\0" * 100)
    drafts = [
        PostDraft(slug="plain", source="Hot."),
        PostDraft(
            slug="rich",
            title="Rich",
            source="# Heading\n\n![A leaf](leaf.png) #Leaves",
            image="leaf.png",
            image_alt="A leaf",
            enclosure=Enclosure(url="tea.mp3", media_type="audio/mpeg"),
            terms=(Term(kind=TermKind.TAG, slug="leaves", name="Leaves"),),
            hashtags=("Leaves",),
            summary="Of leaves.",
            teaser="Leaves!",
            warning="Hot",
            sensitive=True,
            pinned=True,
            comments_open=False,
            local_files=str(tmp_path),
        ),
        PostDraft(slug="cut", source="One. Two.", excerpt="One."),
        PostDraft(slug="later", source="Soon.", date=instance.clock() + timedelta(days=3)),
        PostDraft(slug="page", source="About.", kind=PostKind.PAGE),
        PostDraft(slug="secret", source="Hush.", state=PostState.PRIVATE, path="/old/secret/"),
        PostDraft(slug="locked", source="Hush.", state=PostState.PASSWORD),
    ]
    for draft in drafts:
        post = (await publisher(instance).create(draft)).post
        again = await publisher(instance).update(post.id, await as_draft(instance, post))
        assert (again.change, again.post) == (Change.UNCHANGED, post)
        edited = replace(await as_draft(instance, post), source="Other words.")
        changed = (await publisher(instance).update(post.id, edited)).post
        assert (changed.state, changed.path, changed.published, changed.enclosure) == (
            post.state,
            post.path,
            post.published,
            post.enclosure,
        )
    rich = await instance.store.posts.find_by_slug("rich")
    assert rich is not None
    assert rich.picture is not None
    assert rich.enclosure is not None
    assert {(await instance.get(url)).status for url in (rich.picture.url, rich.enclosure.url)} == {200}
    await publisher(instance).delete(rich.id)
    assert {(await instance.get(url)).status for url in (rich.picture.url, rich.enclosure.url)} == {404}


async def test_slugs_of_others_are_numbered_at_first_and_refused_later(instance: RunningInstance) -> None:
    await instance.publish("Tea")
    second = (await publisher(instance).create(PostDraft(slug="tea", source="Another."))).post
    assert second.slug == "tea-2"
    with pytest.raises(SlugTaken, match="'tea' is that of another post"):
        await publisher(instance).update(second.id, PostDraft(slug="tea", source="Another."))
    kept = await publisher(instance).update(second.id, PostDraft(slug="tea-2", source="Another one."))
    assert kept.post.path == second.path


async def test_private_posts_are_released_at_their_old_date_without_an_announcement(
    instance: RunningInstance, ann: Peer
) -> None:
    await ann.follow()
    date = instance.clock().replace(microsecond=0) - timedelta(days=900)
    draft = PostDraft(slug="old", source="Words.", state=PostState.PRIVATE, date=date)
    post = (await publisher(instance).create(draft, origin="wordpress")).post
    released = await publisher(instance).release(post.id)
    assert (released.post.published, released.announced) == (date, False)
    await instance.settle()
    assert ann.of_type("Create") == []
    instance.clock.advance(minutes=1)
    with pytest.raises(InputError, match="which was written or changed here; please give the file another slug"):
        await instance.server.services.post_importer.publish(PostDraft(slug="old", source="File."), origin="publish")


async def test_what_is_not_there_cannot_be_changed(instance: RunningInstance) -> None:
    for work in (
        publisher(instance).update(NOWHERE, PostDraft(slug="tea", source="Hot.")),
        publisher(instance).release(NOWHERE),
        publisher(instance).delete(NOWHERE),
    ):
        with pytest.raises(PostNotFound, match=NOWHERE):
            await work


async def test_a_page_never_hides_behind_one_of_the_program(instance: RunningInstance) -> None:
    """The page of a file, one from another blog with its path, and a post with such a path."""
    importer = instance.server.services.post_importer
    page = PostDraft(slug="search", source="How I search.", kind=PostKind.PAGE)
    first = await importer.publish(page, origin="publish")
    assert (first.post.slug, first.post.path, first.moved) == ("search-2", "/search-2/", "/search/")
    again = await importer.publish(replace(page, source="How I find."), origin="publish")
    assert (again.post.id, again.change, again.moved) == (first.post.id, Change.UPDATED, "/search/")
    assert "How I find." in (await instance.get("/search-2/")).text

    old = PostDraft(
        slug="archives", source="Old.", kind=PostKind.PAGE, guid="https://old.example/?p=7", path="/archives/"
    )
    moved = await importer.publish(old, origin="wordpress", announce=False)
    assert (moved.post.path, moved.moved) == ("/archives-2/", "/archives/")
    assert (await importer.publish(old, origin="wordpress", announce=False)).change is Change.UNCHANGED
    post = await importer.publish(
        PostDraft(slug="roll", source="My roll.", path="/blogroll/", aliases=("/feed/", "/old/")), origin="wordpress"
    )
    assert (post.post.path, post.moved) == ("/2026/11/22/roll/", "/blogroll/")
    assert await instance.store.posts.list_aliases(post.post.id) == ["/old/"]
    for number, path in enumerate(("/feed/", "/tag/tea/", "/admin/x/", "/2014/", "/search/words/")):
        draft = PostDraft(slug=f"post-{number}", source="Words.", path=path)
        assert (await importer.publish(draft, origin="folder")).post.path == f"/2026/11/22/post-{number}/"
    hello = await importer.publish(
        PostDraft(slug="hello", source="Hello.", path="/posts/hello.html"), origin="wordpress"
    )
    assert "Hello." in (await instance.get(hello.post.path)).text
    assert hello.post.path == "/posts/hello.html"
    about = await importer.publish(PostDraft(slug="about", source="Of me.", kind=PostKind.PAGE), origin="publish")
    assert (about.post.path, about.moved) == ("/about/", "")


async def test_a_post_of_a_burst_keeps_the_second_that_was_its_own(instance: RunningInstance) -> None:
    """As when a blog is exported and read back at once."""
    now, own = instance.clock(), publisher(instance)
    changed = {"near": timedelta(seconds=2), "far": timedelta(days=1)}
    made = {
        slug: (await own.create(PostDraft(slug=slug, source="x", modified=now + ahead))).post.updated - now
        for slug, ahead in changed.items()
    }
    assert made == {"near": timedelta(seconds=2), "far": timedelta()}
