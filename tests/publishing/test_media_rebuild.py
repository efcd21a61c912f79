"""What earlier versions stored with its metadata is cleaned, and its old address leads to the new one."""

from dataclasses import replace
from pathlib import Path

from syndicate.model.post import Post, PostDraft
from syndicate.publishing.media_rebuild import MediaRebuild, RebuildReport
from syndicate.storage.media import MediaFile, Purpose
from tests.instances import RunningInstance
from tests.media.test_smaller_forms import photograph
from tests.pictures import PNG, is_silent, telling


async def rebuild(instance: RunningInstance) -> RebuildReport:
    services = instance.server.services
    return await MediaRebuild(services.store, services.files, rerender=services.publisher.rerender).run()


async def published(instance: RunningInstance, folder: Path, data: bytes, source: str = "![A leaf](leaf.jpg)") -> Post:
    (folder / "leaf.jpg").write_bytes(data)
    post_draft = PostDraft(slug="tea", title="Tea", source=source, local_files=str(folder), image="leaf.jpg")
    return (await instance.server.services.post_importer.publish(post_draft, origin="publish")).post


async def as_earlier_versions_stored_it(instance: RunningInstance, folder: Path, data: bytes) -> Post:
    """A post that shows a picture which is served as it came."""
    post = await published(instance, folder, data)
    files = instance.server.services.files
    row = await instance.store.media.find_by_source(f"file://{folder}/leaf.jpg")
    assert row is not None
    assert row.name is not None
    files.remove(row.name)
    raw = files.keep(data)
    await instance.store.transaction(
        lambda tx: tx.media.save(replace(row, name=raw.name, original=None, size=raw.size))
    )
    await instance.server.services.publisher.rerender(post.id)
    stored = await instance.store.posts.find(post.id)
    assert stored is not None
    assert f"/media/{raw.name}" in stored.html
    return stored


async def test_the_old_address_leads_to_a_clean_picture_and_the_post_names_it(
    instance: RunningInstance, tmp_path: Path
) -> None:
    before = await as_earlier_versions_stored_it(instance, tmp_path, telling("JPEG"))
    assert before.picture is not None
    old = before.picture.url
    sent = await instance.store.totals.get("outbox")
    done = await rebuild(instance)
    assert (done.cleaned, done.unchanged, done.failed) == (1, 0, [])
    answer = await instance.get(old)
    assert answer.status == 301
    new = answer.headers["Location"]
    assert is_silent((await instance.get(new)).body)
    after = await instance.store.posts.find(before.id)
    assert after is not None
    assert after.picture is not None
    assert after.picture.url.endswith(new)
    assert new in after.html
    assert after.updated == before.updated
    assert await instance.store.totals.get("outbox") == sent
    for output in ("/feed/", "/feed/atom/", "/feed/json/", before.path):
        assert old not in (await instance.get(output)).text


async def test_a_second_time_changes_nothing(instance: RunningInstance, tmp_path: Path) -> None:
    before = await as_earlier_versions_stored_it(instance, tmp_path, telling("JPEG"))
    assert before.picture is not None
    await rebuild(instance)
    done = await rebuild(instance)
    assert (done.cleaned, done.unchanged) == (0, 1)
    assert (await instance.get(before.picture.url)).status == 301


async def test_a_picture_without_metadata_keeps_its_bytes_and_its_address(
    instance: RunningInstance, tmp_path: Path
) -> None:
    post = await published(instance, tmp_path, PNG)
    assert post.picture is not None
    done = await rebuild(instance)
    assert (done.cleaned, done.unchanged) == (0, 1)
    assert (await instance.get(post.picture.url)).body == PNG


async def test_a_picture_that_no_post_shows_any_more_is_cleaned_too(instance: RunningInstance) -> None:
    raw = instance.server.services.files.keep(telling("PNG"))
    await rebuild(instance)
    answer = await instance.get(f"/media/{raw.name}")
    assert answer.status == 301
    assert is_silent((await instance.get(answer.headers["Location"])).body)


async def test_pictures_of_strangers_stay_as_they_came(instance: RunningInstance) -> None:
    raw = instance.server.services.files.keep(telling("JPEG"))
    row = MediaFile(
        id="1", source_url="https://a.example/ann.jpg", name=raw.name, purpose=Purpose.AVATAR, due=instance.clock()
    )
    await instance.store.transaction(lambda tx: tx.media.save(row))
    done = await rebuild(instance)
    assert (done.cleaned, done.unchanged) == (0, 0)
    assert (await instance.get(f"/media/{raw.name}")).body == telling("JPEG")


async def test_a_broken_picture_is_named_and_stays(instance: RunningInstance) -> None:
    raw = instance.server.services.files.keep(telling("JPEG")[:400])
    done = await rebuild(instance)
    [(name, reason)] = done.failed
    assert name == raw.name
    assert "picture" in reason
    assert (await instance.get(f"/media/{raw.name}")).status == 200


async def test_published_again_a_picture_that_was_served_with_its_metadata_is_no_longer(
    instance: RunningInstance, tmp_path: Path
) -> None:
    before = await as_earlier_versions_stored_it(instance, tmp_path, telling("JPEG"))
    assert before.picture is not None
    after = await published(instance, tmp_path, telling("JPEG"))
    assert after.picture is not None
    answer = await instance.get(before.picture.url)
    assert answer.status == 301
    assert after.picture.url.endswith(answer.headers["Location"])


async def test_with_a_post_go_its_pictures_and_their_originals(instance: RunningInstance, tmp_path: Path) -> None:
    await published(instance, tmp_path, telling("JPEG"))
    storage = instance.config.storage
    assert [path for path in storage.originals.rglob("*") if path.is_file()]
    await instance.delete("tea")
    assert not [path for folder in (storage.originals, storage.media) for path in folder.rglob("*") if path.is_file()]


async def test_pictures_of_earlier_versions_get_smaller_forms_and_nobody_is_notified(
    instance: RunningInstance, tmp_path: Path
) -> None:
    data = photograph(2000, 1000)
    before = await published(instance, tmp_path, data)
    assert before.picture is not None
    files = instance.server.services.files
    name = before.picture.url.rpartition("/")[2]
    files.remove(name)
    files.keep(data)
    await instance.store.transaction(lambda tx: tx.media.set_widths(name, ()))
    await instance.server.services.publisher.rerender(before.id)
    old = await instance.store.posts.find(before.id)
    assert old is not None
    assert "srcset" not in old.html
    sent = await instance.store.totals.get("outbox")
    assert (await rebuild(instance)).scaled == 1
    assert await instance.store.totals.get("outbox") == sent
    page = (await instance.get(before.path)).text
    stem = name.partition(".")[0]
    form = f"https://blog.example/media/{stem}-960.webp"
    assert f"{form} 960w" in page
    assert f'<meta property="og:image" content="{form}">' in page
    assert (await instance.get(form)).headers["Content-Type"] == "image/webp"
    assert "srcset" not in (await instance.get("/feed/")).text
    after = await instance.store.posts.find(before.id)
    assert after is not None
    assert after.updated == before.updated
    assert (await rebuild(instance)).unchanged == 1
