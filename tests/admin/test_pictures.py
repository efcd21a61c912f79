"""Pictures that are uploaded at the desk, and the encoding of forms with files."""

import pytest

from syndicate.errors import MalformedRequest
from syndicate.model.post import SourceFormat
from syndicate.storage.media import MediaFile
from syndicate.web.admin.pictures import as_source
from syndicate.web.http.multipart import parse_multipart
from tests.admin.browser import Browser
from tests.clocks import FakeClock
from tests.pictures import is_silent, telling


async def test_d23_a_picture_comes_into_the_text_without_its_metadata_under_a_name_of_ours(author: Browser) -> None:
    blog, sent = author.instance, telling("JPEG")
    await author.get("/admin/posts/new")
    await author.submit(
        "Add to the text", file=("../../etc/passwd.html", sent), title="Frost", text="Look:", alt="Frost [on] leaves"
    )
    text = author.control("Text").text_content().strip()
    assert text.startswith("Look:\n\n![Frost \\[on\\] leaves](/media/")
    edit, name = author.path, text.partition("/media/")[2].removesuffix(")")
    assert name.endswith(".jpg")
    assert "passwd" not in name
    served = await author.request("GET", f"/media/{name}", None)
    assert served.headers["Content-Type"] == "image/jpeg"
    assert is_silent(served.body)
    await author.get(edit)
    await author.submit("Publish…")
    await author.submit("Publish")
    id = author.path.split("/")[3]
    post = await blog.store.posts.find(id)
    assert post is not None
    assert f'src="https://blog.example/media/{name}"' in post.html
    assert 'alt="Frost [on] leaves"' in post.html
    file = await blog.store.media.find_by_name(name)
    assert file is not None
    assert await blog.store.media.list_posts_showing(file.id) == [id]


async def test_d23_what_is_no_picture_is_refused_beside_its_field_and_the_text_stays(author: Browser) -> None:
    heic = b"\0\0\0\x18ftypheic" + bytes(100)
    for data, words in ((b"<html>", "cannot be used"), (heic, "HEIC"), (b"%PDF-1.7\n" + bytes(60), "no picture")):
        await author.get("/admin/posts/new")
        await author.submit("Add to the text", file=("a.jpg", data), title="Frost", text="My words.")
        assert author.answer.status == 422
        assert words in author.alerts[0]
        assert author.control("Text").text_content().strip() == "My words."
    await author.submit("Take as the picture of the post")
    assert author.alerts == ["Please choose a picture."]


async def test_a_picture_stands_for_a_post(author: Browser) -> None:
    await author.get("/admin/posts/new")
    await author.submit("Take as the picture of the post", file=("a.png", telling("PNG")), text="Words.", alt="Leaves")
    id = author.path.split("/")[3]
    post = await author.instance.store.posts.find(id)
    assert post is not None
    assert post.picture is not None
    assert (post.picture.alt, post.picture.url[:27]) == ("Leaves", "https://blog.example/media/")


def test_a_picture_in_html_is_escaped(clock: FakeClock) -> None:
    file = MediaFile(id="m", source_url="", name="a.png", due=clock())
    assert (
        as_source(file, '"><script>', SourceFormat.HTML)
        == '<p><img src="/media/a.png" alt="&quot;&gt;&lt;script&gt;"></p>'
    )


def test_a_form_with_files_is_parsed_to_the_byte() -> None:
    data = bytes(range(256)) + b"\r\n--other\r\n\r\n--b"
    body = (
        b'--b\r\nContent-Disposition: form-data; name="t"\r\n\r\none\r\ntwo\r\n'
        b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
    )
    fields, files = parse_multipart(body + data[:-5] + b"\r\n--b--\r\n", "b")
    assert fields == [("t", "one\r\ntwo")]
    assert [(name, file.data) for name, file in files] == [("f", data[:-5])]


@pytest.mark.parametrize("body", [b"", b"--b\r\n\r\n\r\n--b--", b"--b\r\nx\r\n--b", b"--b\r\n" * 500 + b"--b--"])
def test_a_broken_form_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedRequest):
        parse_multipart(body, "b")
