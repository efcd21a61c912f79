"""Pictures: taken in from beside the text, fetched from afar, served under names of ours, and given up at last."""

from pathlib import Path
from typing import Any

import pytest
from lxml import html

from syndicate.model.post import Post, PostDraft
from syndicate.publishing.media_fetch import RETRY_DELAYS
from syndicate.storage.media import MediaState
from syndicate.transport.message import Request, Response
from tests.instances import RunningInstance
from tests.pictures import PNG, TURNED, drawn, encoded, is_silent, opened, telling
from tests.wire import Wire

FAR = "https://pictures.example/leaf.png"


class Gallery:
    """A server with one picture; `status` is what it answers now."""

    def __init__(self, wire: Wire) -> None:
        self.status, self.body, self.asked = 200, PNG, 0
        wire.connect_server("pictures.example", self.answer)

    async def answer(self, request: Request) -> Response:
        self.asked += 1
        return Response(status=self.status, headers={"Content-Type": "text/html"}, body=self.body, url=request.url)


@pytest.fixture
def gallery(wire: Wire) -> Gallery:
    return Gallery(wire)


async def pictures_of(instance: RunningInstance, post: Post) -> list[str]:
    page: Any = html.fromstring((await instance.get(post.path)).body)
    found: list[str] = page.xpath("//*[contains(@class, 'e-content')]//img/@src")
    return found


async def publish(instance: RunningInstance, folder: Path, source: str, **fields: Any) -> Post:
    post_draft = PostDraft(slug="tea", title="Tea", source=source, local_files=str(folder), **fields)
    return (await instance.server.services.post_importer.publish(post_draft, origin="publish")).post


async def test_a_picture_beside_the_text_is_served_under_a_name_of_ours(
    instance: RunningInstance, tmp_path: Path
) -> None:
    (tmp_path / "leaf 1.png").write_bytes(PNG)
    post = await publish(instance, tmp_path, "![A leaf](leaf%201.png)")
    [address] = await pictures_of(instance, post)
    assert address.startswith("https://blog.example/media/")
    answer = await instance.get(address)
    assert (answer.status, answer.body) == (200, PNG)
    assert answer.headers["Content-Type"] == "image/png"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]


async def test_what_lies_elsewhere_on_the_disk_is_not_published(instance: RunningInstance, tmp_path: Path) -> None:
    folder = tmp_path / "posts"
    folder.mkdir()
    (tmp_path / "secret.png").write_bytes(PNG)
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    secret = tmp_path / "secret.png"
    source = " ".join(
        f"![x]({reference})"
        for reference in (
            "../secret.png",
            "%2e%2e/secret.png",
            secret,
            f"file://{secret}",
            "link.png",
            "a/../../secret.png",
        )
    )
    post = await publish(instance, folder, source)
    for address in await pictures_of(instance, post):
        assert (await instance.get(address)).status == 404, address
    assert await instance.store.media.count(MediaState.KEPT) == 0


@pytest.mark.parametrize(
    "data", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<!doctype html>", b"{}", b"", b"GIF", b"\x00" * 100]
)
async def test_what_is_no_picture_is_not_published(instance: RunningInstance, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "leaf.png").write_bytes(data)
    post = await publish(instance, tmp_path, "![A leaf](leaf.png)")
    assert await pictures_of(instance, post) == []
    assert "A leaf" in (await instance.get(post.path)).text


async def test_a_picture_from_afar_comes_later_and_readers_never_ask_there(
    instance: RunningInstance, tmp_path: Path, gallery: Gallery
) -> None:
    post = await publish(instance, tmp_path, f"![A leaf]({FAR})")
    assert gallery.asked == 0
    assert await pictures_of(instance, post) == []
    assert "A leaf" in (await instance.get(post.path)).text
    updated = post.updated
    await instance.settle()
    [address] = await pictures_of(instance, post)
    assert address.startswith("https://blog.example/media/")
    assert (await instance.get(address)).body == PNG
    current = await instance.store.posts.find_by_slug("tea")
    assert current is not None
    assert current.updated == updated
    assert "pictures.example" not in (await instance.get("/feed/")).text


async def test_a_picture_is_asked_for_once_however_often_it_is_shown(
    instance: RunningInstance, tmp_path: Path, gallery: Gallery
) -> None:
    await publish(instance, tmp_path, f"![A leaf]({FAR}) ![Again]({FAR})")
    await instance.publish("Another", f"![A leaf]({FAR})")
    await instance.settle()
    await instance.publish("Third", f"![A leaf]({FAR})")
    await instance.settle()
    assert gallery.asked == 1


async def test_a_server_that_is_down_is_asked_again_with_growing_patience(
    instance: RunningInstance, tmp_path: Path, gallery: Gallery
) -> None:
    gallery.status = 503
    post = await publish(instance, tmp_path, f"![A leaf]({FAR})")
    for tries, wait in enumerate(RETRY_DELAYS, start=1):
        await instance.settle()
        assert gallery.asked == tries
        instance.clock.advance(seconds=wait.total_seconds() - 1)
        await instance.settle()
        assert gallery.asked == tries
        instance.clock.advance(seconds=2)
    gallery.status = 200
    await instance.settle()
    assert len(await pictures_of(instance, post)) == 1


async def test_a_server_that_stays_down_is_given_up(
    instance: RunningInstance, tmp_path: Path, gallery: Gallery
) -> None:
    gallery.status = 500
    post = await publish(instance, tmp_path, f"![A leaf]({FAR})")
    for _ in range(20):
        await instance.settle()
        instance.clock.advance(days=3)
    assert gallery.asked == len(RETRY_DELAYS) + 1
    assert await pictures_of(instance, post) == []
    [failed] = await instance.store.media.list_failed()
    assert failed.source_url == FAR


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_what_is_not_there_is_not_asked_for_twice(
    instance: RunningInstance, tmp_path: Path, gallery: Gallery, status: int
) -> None:
    gallery.status = status
    await publish(instance, tmp_path, f"![A leaf]({FAR})")
    for _ in range(3):
        await instance.settle()
        instance.clock.advance(days=3)
    assert gallery.asked == 1


async def test_what_is_sent_as_a_picture_and_is_none_is_not_kept(
    instance: RunningInstance, tmp_path: Path, gallery: Gallery
) -> None:
    gallery.body = b"<!doctype html><script>alert(1)</script>"
    post = await publish(instance, tmp_path, f"![A leaf]({FAR})")
    await instance.settle()
    assert await pictures_of(instance, post) == []
    assert await instance.store.media.count(MediaState.KEPT) == 0


async def test_the_picture_of_a_post_stands_in_its_card_and_in_the_fediverse(
    instance: RunningInstance, tmp_path: Path
) -> None:
    (tmp_path / "leaf.png").write_bytes(PNG)
    post = await publish(instance, tmp_path, "Hot.", image="leaf.png", image_alt="A leaf")
    assert post.picture is not None
    document = await instance.document(post.uri)
    assert document["image"] == {
        "id": post.picture.url,
        "type": "Image",
        "url": post.picture.url,
        "mediaType": "image/png",
        "name": "A leaf",
        "summary": "A leaf",
        "width": post.picture.width,
        "height": post.picture.height,
    }
    page: Any = html.fromstring((await instance.get(post.path)).body)
    assert page.xpath("//meta[@property='og:image']/@content") == [post.picture.url]
    assert page.xpath("//meta[@property='og:image:alt']/@content") == ["A leaf"]


async def test_the_picture_of_a_note_is_attached_to_it(instance: RunningInstance, tmp_path: Path) -> None:
    (tmp_path / "leaf.png").write_bytes(PNG)
    post_draft = PostDraft(slug="leaf", source="Look.", local_files=str(tmp_path), image="leaf.png", image_alt="A leaf")
    post = (await instance.server.services.post_importer.publish(post_draft, origin="publish")).post
    [attached] = (await instance.document(post.uri))["attachment"]
    assert (attached["name"], attached["summary"], attached["mediaType"]) == ("A leaf", "A leaf", "image/png")
    assert (await instance.get(attached["url"])).body == PNG


async def test_all_pictures_that_a_note_shows_are_attached_to_it(instance: RunningInstance, tmp_path: Path) -> None:
    names = [f"leaf{number}.png" for number in range(6)]
    for number, name in enumerate(names):
        (tmp_path / name).write_bytes(encoded("PNG", drawn(number)))
    source = "".join(f"![Leaf {name}]({name})\n\n![again]({name})\n\n" for name in names)
    post_draft = PostDraft(slug="leaf", source=source, local_files=str(tmp_path), image=names[1], image_alt="The best")
    post = (await instance.server.services.post_importer.publish(post_draft, origin="publish")).post
    attached = (await instance.document(post.uri))["attachment"]
    described = ["The best", *(f"Leaf {names[at]}" for at in (0, 2, 3, 4, 5))]
    assert [picture["name"] for picture in attached] == [picture["summary"] for picture in attached] == described
    assert {picture["mediaType"] for picture in attached} == {"image/png"}
    for picture in attached:
        assert (await instance.get(picture["url"])).status == 200


async def test_an_article_attaches_no_pictures_so_that_it_gets_a_card(
    instance: RunningInstance, tmp_path: Path
) -> None:
    (tmp_path / "leaf.png").write_bytes(PNG)
    post = await publish(instance, tmp_path, "![A leaf](leaf.png)")
    assert (await instance.document(post.uri))["attachment"] == []


async def test_a_note_whose_picture_comes_from_afar_attaches_it_when_it_is_here(
    instance: RunningInstance, gallery: Gallery
) -> None:
    post = await instance.publish("", source=f"![A leaf]({FAR})", slug="leaf")
    assert (await instance.document(post.uri))["attachment"] == []
    await instance.settle()
    [attached] = (await instance.document(post.uri))["attachment"]
    assert attached["name"] == "A leaf"


async def test_a_photograph_is_published_without_what_the_camera_wrote_and_upright(
    instance: RunningInstance, tmp_path: Path
) -> None:
    (tmp_path / "leaf.jpg").write_bytes(telling("JPEG", TURNED))
    post = await publish(instance, tmp_path, "![A leaf](leaf.jpg)", image="leaf.jpg")
    [address] = await pictures_of(instance, post)
    body = (await instance.get(address)).body
    assert is_silent(body)
    assert opened(body).size == (4, 8)
    assert post.picture is not None
    assert (post.picture.url, post.picture.width, post.picture.height) == (address, 4, 8)


async def test_a_photograph_from_afar_is_published_without_what_the_camera_wrote(
    instance: RunningInstance, tmp_path: Path, gallery: Gallery
) -> None:
    gallery.body = telling("JPEG")
    post = await publish(instance, tmp_path, f"![A leaf]({FAR})")
    await instance.settle()
    [address] = await pictures_of(instance, post)
    assert is_silent((await instance.get(address)).body)


async def test_published_again_a_photograph_is_the_same(instance: RunningInstance, tmp_path: Path) -> None:
    (tmp_path / "leaf.jpg").write_bytes(telling("JPEG"))
    before = await publish(instance, tmp_path, "![A leaf](leaf.jpg)")
    assert (await publish(instance, tmp_path, "![A leaf](leaf.jpg)")).updated == before.updated


async def test_a_broken_photograph_is_not_published_and_the_reason_is_said(
    instance: RunningInstance, tmp_path: Path
) -> None:
    (tmp_path / "leaf.jpg").write_bytes(telling("JPEG")[:500])
    post_draft = PostDraft(slug="tea", source="![A leaf](leaf.jpg)", local_files=str(tmp_path))
    published = await instance.server.services.post_importer.publish(post_draft, origin="import")
    [complaint] = published.missing
    assert "leaf.jpg" in complaint
    assert "broken picture" in complaint
    assert await instance.store.media.count(MediaState.KEPT) == 0
