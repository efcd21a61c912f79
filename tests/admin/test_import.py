"""Importing files that are uploaded at the desk."""

import gzip
import io
import zipfile
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from syndicate.errors import NotAnExport
from syndicate.importers.feed.export import FeedExport
from syndicate.importers.upload.kinds import UploadKind, kind_of_upload
from syndicate.importers.upload.run import CountedSource
from syndicate.maintenance.import_worker import ImportInterrupted, ImportThreadProgress
from syndicate.model.post import PostState
from syndicate.web.http.uploads import ReceivedFile, receive_form
from tests.admin.browser import Browser, set_up
from tests.instances import RunningInstance

WORDPRESS = (Path(__file__).parents[1] / "documents/wordpress/cases.xml").read_bytes()
GHOST = b'{"db": [{"meta": {"exported_on": 1, "version": "5.0"}, "data": {"posts": [], "posts_tags": []}}]}'
FEED = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>Old</title><link>https://old.example/</link><item>'
    b"<title>Pears</title><link>https://old.example/pears/</link><description>About pears.</description>"
    b"<pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate></item></channel></rss>"
)
OPML = (
    b'<?xml version="1.0"?><opml version="2.0"><body>'
    b'<outline type="rss" text="Friend" xmlUrl="https://friend.example/feed"/></body></opml>'
)


def packed(**files: bytes) -> bytes:
    """Return a ZIP archive; `__` in a name stands for a slash, `_` for a dot."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), data)
    return stream.getvalue()


MARKDOWN = packed(
    blog__posts__plums_md=b"---\ntitle: Plums\ndate: 2026-11-01\n---\nAbout plums.\n",
    blog__posts__figs_md=b"---\ntitle: Figs\ndraft: true\n---\nAbout figs.\n",
)


async def imported(author: Browser, name: str, data: bytes) -> list[str]:
    """Upload a file, let the worker import it, and return the lines of the report."""
    author.instance.clock.advance(seconds=1)
    await author.get("/admin/import/")
    await author.submit("Import", file=(name, data))
    assert author.path == "/admin/import/?done=import", author.answer.text
    await author.instance.server.imports.work()
    await author.get("/admin/import/")
    return [line.text_content().strip() for line in author.page.xpath("(//section)[1]//li")]


async def test_a_wordpress_export_is_imported_with_a_report_in_plain_words(author: Browser) -> None:
    blog = author.instance
    lines = await imported(author, "my blog.xml", WORDPRESS)
    assert author.page.xpath("string((//h2)[1])") == "my-blog.xml"
    assert "It is a WordPress export." in author.answer.text
    assert "posts are new" in lines[0]
    assert any(line.startswith("Nobody but you sees: ") for line in lines)
    assert not any("None" in line or "syndicate import" in line for line in lines)
    assert await blog.store.totals.get("posts") > 0
    assert not author.page.xpath("//progress | //meta[@http-equiv]")
    assert list(blog.config.storage.transfers.iterdir()) == []
    again = await imported(author, "my blog.xml", WORDPRESS)
    assert again[0].startswith("0 posts are new")
    assert "here already" in again[1]


async def test_folders_feeds_and_lists_are_recognized_by_their_content(author: Browser) -> None:
    blog = author.instance
    lines = await imported(author, "anything.dat", MARKDOWN)
    assert lines[:2] == ["2 posts are new.", "Nobody but you sees: 1 draft."]
    figs = await blog.store.posts.find_by_slug("figs")
    assert figs is not None
    assert figs.state is PostState.DRAFT
    assert (await imported(author, "page.html", FEED))[0] == "1 post is new."
    assert await imported(author, "subscriptions.txt", OPML) == ["1 is new on your blogroll"]
    assert len(await blog.store.blogroll.list_all(hidden=True)) == 1


async def test_what_cannot_be_imported_is_explained(author: Browser) -> None:
    await author.get("/admin/import/")
    await author.submit("Import", origin="not an address")
    assert len(author.alerts) == 2
    assert author.value_of("Address of the old blog") == "not an address"
    assert await imported(author, "photo.jpg", b"\xff\xd8\xff") == []
    assert "nothing that can be imported" in author.page.xpath("string(//*[@class='field-error'])")
    assert await imported(author, "broken.zip", MARKDOWN[:200]) == []
    assert "damaged ZIP archive" in author.page.xpath("string(//*[@class='field-error'])")
    assert list(author.instance.config.storage.transfers.iterdir()) == []


async def test_an_import_is_shown_while_it_runs_and_begins_again_after_a_restart(author: Browser) -> None:
    store, clock = author.instance.store, author.instance.clock
    await author.get("/admin/import/")
    await author.submit("Import", file=("blog.zip", MARKDOWN))
    assert author.page.xpath("//progress")
    until = clock() + timedelta(seconds=30)
    (task,) = await store.transaction(lambda tx: tx.imports.claim(clock(), until))
    await store.transaction(lambda tx: tx.imports.set_progress(task.id, kind="a feed", done=3, total=8))
    await author.get("/admin/import/")
    (bar,) = author.page.xpath("//progress")
    assert (bar.get("value"), bar.get("max")) == ("3", "8")
    assert author.page.xpath("//meta[@http-equiv='refresh']")
    await author.get(author.link("Import another file"))
    assert author.has_button("Import")
    assert not author.page.xpath("//meta[@http-equiv='refresh']")
    await store.transaction(lambda tx: tx.leases.release_rows())
    await author.instance.server.imports.work()
    await author.get("/admin/import/")
    assert "2 posts are new." in author.answer.text


async def test_a_form_without_token_or_session_leaves_no_file(author: Browser) -> None:
    await author.get("/admin/import/")
    form = author.page.forms[-1]
    assert form.get("enctype") == "multipart/form-data"
    await author.submit("Import", file=("blog.zip", MARKDOWN), csrf="wrong")
    assert author.answer.status == 403
    author.cookies.pop("__Host-session")
    author.path = "/admin/import/"
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n--b--\r\n'
    sent = {"Content_Type": "multipart/form-data; boundary=b", "Sec_Fetch_Site": "same-origin"}
    assert (await author.request("POST", "/admin/import/", body, **sent)).status == 401
    transfers = author.instance.config.storage.transfers
    assert not transfers.is_dir() or list(transfers.iterdir()) == []
    assert await author.instance.store.imports.list_newest(5) == []


async def test_imports_work_on_both_databases(instance: RunningInstance) -> None:
    author = await set_up(Browser(instance))
    assert (await imported(author, "blog.zip", MARKDOWN))[0] == "2 posts are new."


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (WORDPRESS, UploadKind.WORDPRESS),
        (gzip.compress(WORDPRESS), UploadKind.WORDPRESS),
        (packed(a_xml=WORDPRESS), UploadKind.WORDPRESS),
        (GHOST, UploadKind.GHOST),
        (FEED, UploadKind.FEED),
        (packed(feed_json=b'{"version": "https://jsonfeed.org/version/1.1"}', index_html=b""), UploadKind.FEED),
        (OPML, UploadKind.OPML),
        (b"Account address,Show boosts\n", UploadKind.FOLLOWING),
        (MARKDOWN, UploadKind.MARKDOWN),
        (packed(export__blog_xml=WORDPRESS, export__posts__a__index_md=b"---\n"), UploadKind.MARKDOWN),
    ],
)
def test_the_content_decides_what_a_file_is(tmp_path: Path, data: bytes, kind: UploadKind) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    assert kind_of_upload(path) is kind


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "nothing that can be imported"),
        (b"\x1f\x8b\x08broken", "cannot be unpacked"),
        (packed(a_jpg=b""), "holds nothing"),
        (b"post_id,post_date,is_published,title\n", "Substack"),
        (b"Account address,Hide notifications\n", "that you mute"),
    ],
)
def test_other_files_are_refused_with_what_they_are(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    with pytest.raises(NotAnExport, match=words):
        kind_of_upload(path)


async def test_a_large_file_goes_to_the_disk_up_to_the_limit(tmp_path: Path) -> None:
    got: list[tuple[list[tuple[str, str]], dict[str, ReceivedFile]]] = []

    async def view(request: web.Request) -> web.Response:
        got.append(await receive_form(request, 1_000_000, lambda: tmp_path / str(len(got))))
        return web.Response()

    app = web.Application(client_max_size=1000)
    app.router.add_post("/", view)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        async with aiohttp.ClientSession() as client:
            for size in (1_000_000, 1_000_001):
                form = aiohttp.FormData({"csrf": "t"})
                form.add_field("file", b"x" * size, filename="a.xml")
                await client.post(f"http://127.0.0.1:{runner.addresses[0][1]}/", data=form)
    finally:
        await runner.cleanup()
    assert [fields for fields, _ in got] == [[("csrf", "t")]] * 2
    assert [(files["file"].size, files["file"].is_too_large) for _, files in got] == [
        (1_000_000, False),
        (1_000_001, True),
    ]
    assert (tmp_path / "0").stat().st_size == 1_000_000
    assert (tmp_path / "1").stat().st_size <= 1_000_000


def test_an_import_ends_with_its_server_also_while_the_file_is_read(tmp_path: Path) -> None:
    path, progress = tmp_path / "feed.xml", ImportThreadProgress()
    path.write_bytes(FEED)
    progress.is_over.set()
    with pytest.raises(ImportInterrupted):
        list(CountedSource(FeedExport((path,), base="https://blog.example"), progress).read())
    with pytest.raises(ImportInterrupted):
        progress.advance("A post")
