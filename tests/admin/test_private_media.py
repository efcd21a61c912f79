"""Pictures of what is not public: for the author who has signed in, and for previews."""

import re
from pathlib import Path

from syndicate.model.post import PostDraft, PostState
from syndicate.publishing.publisher import AUTHOR_ORIGIN
from syndicate.storage.media import MediaFile, MediaState
from tests.admin.browser import Browser
from tests.instances import RunningInstance
from tests.pictures import drawn, encoded

LARGE = encoded("PNG", drawn().resize((1000, 500)))
PDF = b"%PDF-1.7\n" + bytes(80)


async def statuses(browser: Browser, paths: list[str]) -> set[int]:
    return {(await browser.request("GET", path, None)).status for path in paths}


async def test_a_picture_is_seen_by_all_only_while_its_post_is_public(author: Browser) -> None:
    blog, stranger = author.instance, Browser(author.instance)
    await author.get("/admin/posts/new")
    await author.submit("Add to the text", file=("a.png", LARGE), title="Frost", text="Look:", alt="Leaves")
    id, edit = author.path.split("/")[3], author.path.partition("?")[0]
    name = re.findall(r"/media/(\S+\.png)", author.control("Text").text_content())[0]
    forms = [f"/media/{name}", f"/media/{name[:40]}-480.webp", f"/media/{name[:40]}-960.webp"]
    assert await statuses(stranger, forms) == {404}
    assert await statuses(author, forms) == {200}
    assert author.answer.headers["Cache-Control"] == "private, no-store"
    assert (await stranger.request("HEAD", forms[0], None)).status == 404

    await author.get(edit)
    await author.submit("Publish…")
    await author.submit("Publish")
    assert await statuses(stranger, forms) == {200}
    assert "immutable" in stranger.answer.headers["Cache-Control"]
    await author.get(edit)
    await author.submit("Add to the text", file=("b.png", encoded("PNG", drawn(7))), alt="Aside")
    aside = re.findall(r"/media/(\S+\.png)", author.control("Text").text_content())[-1]
    assert await statuses(stranger, [f"/media/{aside}"]) == {404}

    post = await blog.store.posts.find(id)
    assert post is not None
    await author.get(edit)
    await author.post(f"{edit}unpublish", {"csrf": author.csrf})
    assert await statuses(stranger, forms) == {404}


async def test_previews_show_pictures_that_are_not_public_and_open_nothing_else(author: Browser) -> None:
    blog, stranger = author.instance, Browser(author.instance)
    await author.get("/admin/posts/new")
    await author.submit("Add to the text", file=("a.png", LARGE), text="One:", alt="One")
    edit = author.path.partition("?")[0]
    await author.submit("Add to the text", file=("b.png", encoded("PNG", drawn(9))), alt="Two")
    await author.submit("Preview")
    await author.submit("Preview link")
    link = author.value_of("Preview link")
    for page in (await author.request("GET", f"{edit}preview/frame", None), await stranger.get(link)):
        addresses = re.findall(r"https://blog\.example(/media/[^\s\",]+)", page.text)
        assert len(addresses) >= 3
        assert await statuses(stranger, addresses) == {200}
    one, two = (next(one for one in addresses if one.startswith(f"/media/{name}")) for name in names_in(addresses)[:2])
    key = one.partition("?")[2]
    assert await statuses(stranger, [f"{two.partition('?')[0]}?{key}", f"{one}0", one.partition("?")[0]]) == {404}
    blog.clock.advance(hours=2)
    assert await statuses(stranger, addresses) == {404}


def names_in(addresses: list[str]) -> list[str]:
    return list(dict.fromkeys(re.findall(r"/media/([0-9a-f]{40}\.)", " ".join(addresses))))


async def test_a_link_is_a_use_of_a_file(instance: RunningInstance) -> None:
    files, store, now = instance.server.services.files, instance.store, instance.clock()
    kept = files.keep(PDF)
    imported = MediaFile(
        id="m",
        source_url="https://old.example/slides.pdf",
        path="/wp-content/uploads/slides.pdf",
        name=kept.name,
        media_type=kept.media_type,
        state=MediaState.KEPT,
        due=now,
    )
    await store.transaction(lambda tx: tx.media.save(imported))
    paths = ["/wp-content/uploads/slides.pdf", f"/media/{kept.name}"]
    assert {(await instance.get(path)).status for path in paths} == {200}  # as the old blog served it
    draft = PostDraft(slug="talk", source=f"[Slides]({paths[1]}#page=2)", state=PostState.DRAFT)
    created = await instance.server.services.publisher.create(draft, origin=AUTHOR_ORIGIN)
    assert {(await instance.get(path)).status for path in paths} == {404}
    public = PostDraft(slug="talk", source=draft.source)
    await instance.server.services.publisher.update(created.post.id, public, base_revision=created.revision)
    assert {(await instance.get(path)).status for path in paths} == {200}


async def test_the_address_of_a_picture_that_was_exchanged_leads_to_the_new_one(
    instance: RunningInstance, tmp_path: Path
) -> None:
    names = []
    for number in (1, 2):
        (tmp_path / "a.png").write_bytes(encoded("PNG", drawn(number)))
        await instance.publish_draft(slug="a", source="![A](a.png)", local_files=str(tmp_path))
        post = await instance.store.posts.find_by_slug("a")
        assert post is not None
        names += re.findall(r"/media/([0-9a-f]{40}\.png)", post.html)[:1]
    assert names[0] != names[1]
    assert instance.server.services.files.path(names[0]) is None
    answer = await instance.get(f"/media/{names[0]}")
    assert (answer.status, answer.headers["Location"]) == (301, f"/media/{names[1]}")
