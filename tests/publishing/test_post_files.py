"""Files that a post names go along with it: pictures, sound, films, PDF; and none goes out without them."""

import os
from pathlib import Path
from typing import Any

import pytest
from lxml import etree, html

from syndicate.errors import FilesMissing
from syndicate.media.places import has_location
from syndicate.model.post import Enclosure, Post, PostDraft
from syndicate.publishing import Published
from tests.instances import RunningInstance
from tests.pictures import PNG

MP3 = b"ID3\x04\0\0\0\0\0\0" + b"sound" * 50
PDF = b"%PDF-1.7\n" + b"pages" * 40


def box(kind: bytes, content: bytes = b"") -> bytes:
    return (8 + len(content)).to_bytes(4, "big") + kind + content


FTYP = box(b"ftyp", b"isom\0\0\0\0isommp42")
FILM = FTYP + box(b"moov", box(b"mvhd", b"\0" * 100)) + box(b"mdat", b"frames")


async def publish(instance: RunningInstance, folder: Path, source: str, **fields: Any) -> Published:
    fields = {"slug": "talk", "title": "Talk", "local_files": str(folder)} | fields
    post_draft = PostDraft(source=source, **fields)
    return await instance.server.services.post_importer.publish(post_draft, origin="publish", complete=True)


async def addresses(instance: RunningInstance, post: Post) -> list[str]:
    page: Any = html.fromstring((await instance.get(post.path)).body)
    found: list[str] = page.xpath("//*[contains(@class, 'e-content')]//*/@*[name()='src' or name()='href']")
    return found


@pytest.mark.parametrize(
    ("name", "data", "source"),
    [
        ("slides.pdf", PDF, "[The slides](slides.pdf)"),
        ("talk.mp3", MP3, '<audio src="talk.mp3" controls></audio>'),
        ("talk.mp3", MP3, '<audio controls><source src="talk.mp3"></audio>'),
        ("talk.mp4", FILM, '<video src="./talk.mp4"></video>'),
        ("my talk.mp4", FILM, "[Film](my%20talk.mp4)"),
        ("files/slides.pdf", PDF, "[Slides](/files/slides.pdf)"),
        ("leaf.png", PNG, "[A leaf](leaf.png)"),
    ],
)
async def test_a_file_that_the_text_names_is_served(
    instance: RunningInstance, tmp_path: Path, name: str, data: bytes, source: str
) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(data)
    post = (await publish(instance, tmp_path, source)).post
    [address] = await addresses(instance, post)
    assert address.startswith("https://blog.example/media/")
    answer = await instance.get(address)
    assert (answer.status, answer.body) == (200, data)


async def test_a_link_into_a_file_keeps_its_place(instance: RunningInstance, tmp_path: Path) -> None:
    (tmp_path / "slides.pdf").write_bytes(PDF)
    post = (await publish(instance, tmp_path, "[Third](slides.pdf#page=3)")).post
    [address] = await addresses(instance, post)
    assert address.endswith(".pdf#page=3")


@pytest.mark.parametrize("url", ["ep.mp3", "/audio/ep.mp3", "audio/ep.mp3"])
async def test_an_enclosure_beside_the_post_stands_in_feeds_and_in_the_object(
    instance: RunningInstance, tmp_path: Path, url: str
) -> None:
    file = tmp_path / url.lstrip("/")
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(MP3)
    enclosure = Enclosure(url=url, media_type="audio/mpeg", duration=90)
    post = (await publish(instance, tmp_path, "Listen.", enclosure=enclosure)).post
    assert post.enclosure is not None
    address = post.enclosure.url
    assert (await instance.get(address)).body == MP3
    rss: Any = etree.fromstring((await instance.get("/feed/")).body)
    [told] = rss.findall("channel/item/enclosure")
    assert dict(told.attrib) == {"url": address, "length": str(len(MP3)), "type": "audio/mpeg"}
    atom: Any = etree.fromstring((await instance.get("/feed/atom/")).body)
    [link] = atom.xpath("//*[local-name()='link'][@rel='enclosure']")
    assert (link.get("href"), link.get("length")) == (address, str(len(MP3)))
    [item] = (await instance.get("/feed/json/")).json()["items"]
    assert item["attachments"][0]["url"] == address
    assert item["attachments"][0]["size_in_bytes"] == len(MP3)
    [attached] = (await instance.document(post.uri))["attachment"]
    assert (attached["type"], attached["mediaType"], attached["url"], attached["duration"]) == (
        "Audio",
        "audio/mpeg",
        address,
        "PT90S",
    )


@pytest.mark.parametrize(
    ("source", "fields"),
    [
        ("![A leaf](leaf.png)", {}),
        ("[Slides](slides.pdf)", {}),
        ("[Slides](/files/slides.pdf)", {}),
        ('<audio src="talk.mp3"></audio>', {}),
        ('<video poster="still.png" src="https://films.example/a.mp4"></video>', {}),
        ("![Above](../above.png)", {}),
        ("[Program](program.zip)", {}),
        ("Text.", {"image": "leaf.png"}),
        ("Text.", {"enclosure": Enclosure(url="/audio/ep.mp3", media_type="audio/mpeg")}),
    ],
)
async def test_without_a_file_that_it_names_nothing_goes_out(
    instance: RunningInstance, tmp_path: Path, source: str, fields: dict[str, Any]
) -> None:
    folder = tmp_path / "posts"
    folder.mkdir()
    (tmp_path / "above.png").write_bytes(PNG)
    (folder / "program.zip").write_bytes(b"PK\3\4")
    with pytest.raises(FilesMissing, match=r"\.(png|pdf|mp3|zip)"):
        await publish(instance, folder, source, **fields)
    assert await instance.store.posts.find_by_slug("talk") is None
    assert await instance.store.totals.get("outbox") == 0


@pytest.mark.parametrize(
    "source",
    ["[Post](../other/)", "[Post](other.md)", "[About](/about/)", "[Far](https://far.example/a.pdf)", "[Here](#there)"],
)
async def test_a_link_to_a_page_is_no_file(instance: RunningInstance, tmp_path: Path, source: str) -> None:
    (tmp_path / "other.md").write_text("Other.")
    published = await publish(instance, tmp_path, source)
    assert published.missing == ()


def rest(folder: Path, instance: RunningInstance, seconds: float = 60) -> None:
    """Nothing in the folder was written to for a while."""
    then = instance.clock().timestamp() - seconds
    for path in folder.rglob("*"):
        os.utime(path, (then, then))


async def test_a_post_in_the_folder_waits_until_what_lies_beside_it_has_rested(instance: RunningInstance) -> None:
    folder = instance.config.storage.posts
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "talk.md").write_text("# Talk\n\n[Slides](slides.pdf)")
    (folder / "slides.pdf").write_bytes(PDF[:50])
    rest(folder, instance)
    then = instance.clock().timestamp() - 3
    os.utime(folder / "slides.pdf", (then, then))
    wait = await instance.server.services.posts_folder.scan()
    assert wait == pytest.approx(7)
    assert await instance.store.posts.find_by_slug("talk") is None


async def test_a_path_from_the_root_counts_from_the_folder_of_posts(instance: RunningInstance) -> None:
    folder = instance.config.storage.posts
    (folder / "2026").mkdir(parents=True)
    (folder / "slides.pdf").write_bytes(PDF)
    (folder / "2026" / "talk.md").write_text("# Talk\n\n[Slides](/slides.pdf) and [again](../slides.pdf)")
    rest(folder, instance)
    await instance.server.services.posts_folder.scan()
    post = await instance.store.posts.find_by_slug("talk")
    assert post is not None
    await instance.server.services.publisher.rerender(post.id)
    again = await instance.store.posts.find(post.id)
    assert again is not None
    assert again.html == post.html
    [first, second] = await addresses(instance, post)
    assert first == second
    assert (await instance.get(first)).body == PDF


async def test_a_file_in_the_folder_waits_for_the_files_that_it_names(instance: RunningInstance) -> None:
    folder = instance.config.storage.posts
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "talk.md").write_text("# Talk\n\n[Slides](slides.pdf)")
    posts_folder = instance.server.services.posts_folder
    rest(folder, instance)
    await posts_folder.scan()
    assert await instance.store.posts.find_by_slug("talk") is None
    (folder / "slides.pdf").write_bytes(PDF)
    rest(folder, instance)
    await posts_folder.scan()
    post = await instance.store.posts.find_by_slug("talk")
    assert post is not None
    [address] = await addresses(instance, post)
    assert (await instance.get(address)).body == PDF


async def test_a_film_that_says_where_it_was_taken_is_named(instance: RunningInstance, tmp_path: Path) -> None:
    place = box(b"moov", box(b"udta", box(b"\xa9xyz", b"\0\x12\x15\xc7+47.37+008.54/")))
    (tmp_path / "walk.mp4").write_bytes(FTYP + place)
    (tmp_path / "talk.mp4").write_bytes(FILM)
    published = await publish(instance, tmp_path, "[Walk](walk.mp4) [Talk](talk.mp4)")
    [named] = published.with_location
    assert named.endswith("walk.mp4")


@pytest.mark.parametrize(
    ("film", "tells"),
    [
        (FILM, False),
        (FTYP + box(b"moov", box(b"udta", box(b"loci", b"\0" * 20))), True),
        (FTYP + box(b"moov", box(b"trak", box(b"udta", box(b"loci", b"\0" * 20)))), True),
        (FTYP + box(b"moov", box(b"meta", box(b"hdlr") + box(b"keys", b"com.apple.quicktime.location.ISO6709"))), True),
        (FTYP + box(b"moov", box(b"meta", b"\0\0\0\0" + box(b"hdlr") + box(b"keys", b"mdta"))), False),
        (FTYP + box(b"mdat", b"\xa9xyzloci"), False),
        (FTYP + b"\xff\xff\xff\xffmoov", False),
    ],
)
def test_the_place_of_a_film_is_found_in_its_boxes(film: bytes, tells: bool) -> None:
    assert has_location(film) is tells
