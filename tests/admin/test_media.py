"""The author's files at the desk: found, uploaded, described, deleted where nothing uses them."""

from syndicate.model.ids import new_id
from syndicate.storage.media import MediaFile, MediaState
from tests.admin.browser import Browser
from tests.instances import RunningInstance
from tests.pictures import drawn, encoded

PICTURE = encoded("PNG", drawn().resize((600, 300)))
PDF = b"%PDF-1.7\n" + bytes(80)


async def test_a_file_is_uploaded_described_used_and_deleted(author: Browser) -> None:
    blog, stranger = author.instance, Browser(author.instance)
    await author.get("/admin/media/")
    await author.submit("Upload", file=("frost.png", PICTURE))
    assert author.heading == "frost.png"
    address, file = author.value_of("Address to copy"), author.path.partition("?")[0]
    assert (await stranger.request("GET", address, None)).status == 404
    await author.get(file)
    await author.submit("Save", alt="Frost on\r\nleaves")
    assert author.heading == "Frost on leaves"
    await author.submit("Save", alt="x" * 1501)
    assert "1500" in author.alerts[0]

    await author.get("/admin/posts/new")
    await author.submit("Publish…", title="Cold", text=f"![]({address})")
    await author.submit("Publish")
    post = await blog.store.posts.find(author.path.split("/")[3])
    assert post is not None
    assert 'alt="Frost on leaves"' in post.html
    assert (await stranger.request("GET", address, None)).status == 200
    await author.get(file)
    assert "Cold" in author.answer.text
    assert "Delete file" not in author.answer.text
    await author.post(f"{file}delete", {"csrf": author.csrf})
    assert (author.answer.status, author.alerts[0][:10]) == (422, "It is used")

    await author.get("/admin/media/?q=LEAVES")
    assert author.page.xpath("//ul[@class='files']/li//span[@class='file-name']/text()") == ["Frost on leaves"]
    await author.get("/admin/media/?q=50%25_")
    assert "No file has these words" in author.answer.text
    await blog.delete("cold")
    await author.get("/admin/media/")
    await author.submit("Upload", file=("slides.pdf", PDF))
    unused = author.path.partition("?")[0]
    await author.submit("Delete file")
    assert (await author.get(unused)).status == 404


async def test_a_file_that_only_unsaved_words_use_is_kept(author: Browser) -> None:
    blog = author.instance
    post = await blog.publish(title="Tea")
    await author.get("/admin/media/")
    await author.submit("Upload", file=("a.png", PICTURE))
    address, file = author.value_of("Address to copy"), author.path.partition("?")[0]
    await author.get(f"/admin/posts/{post.id}/")
    await author.submit("Save draft", text=f"![Tea]({address})")
    await author.get(file)
    assert "in changes that are not published" in author.answer.text
    await author.post(f"{file}delete", {"csrf": author.csrf})
    assert author.answer.status == 422


async def test_what_cannot_be_kept_is_refused_beside_its_field(author: Browser) -> None:
    for name, data, words in (
        ("", b"", "choose a file"),
        ("a.svg", b"<svg xmlns='x'>", "cannot be used"),
        ("a.png", PICTURE[:200], "cannot be used"),
        ("a.heic", b"\0\0\0\x18ftypheic" + bytes(100), "HEIC"),
    ):
        await author.get("/admin/media/")
        await author.submit("Upload", file=(name, data), alt="My words")
        assert author.answer.status == 422
        assert words in author.alerts[0]
        assert author.value_of("Description") == "My words"


async def test_files_are_paged_on_both_databases(instance: RunningInstance) -> None:
    store, now = instance.store, instance.clock()
    ids = [new_id(now) for _ in range(5)]
    for at, id in enumerate(ids):
        file = MediaFile(
            id=id, source_url=f"https://old.example/{at}.jpg", name=f"{at:040x}.jpg", state=MediaState.KEPT, due=now
        )
        await store.transaction(lambda tx, file=file: tx.media.save(file))  # type: ignore[misc]
    found, before = [], ""
    while page := await store.admin_media.list_page("OLD .jpg", before=before, limit=2):
        found += [listed.file.id for listed in page]
        before = found[-1]
    assert found == sorted(ids, reverse=True)
    [listed] = await store.admin_media.list_page("/3.jpg", before="", limit=9)
    assert not listed.is_public
    assert await store.admin_media.list_uses(listed.file, 5) == []
    assert await store.transaction(lambda tx: tx.admin_media.delete_unused(listed.file)) == [listed.file.name]
