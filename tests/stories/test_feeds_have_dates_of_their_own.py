"""The `Last-Modified` of a feed moves with its bytes, and with nothing else: many readers send only the date."""

from syndicate.feeds.opml import Outline
from syndicate.model.post import Term, TermKind
from tests.instances import RunningInstance

OTHERS = (
    "/comments/feed/",
    "/blogroll/feed/",
    "/blogroll/river/feed/",
    "/category/books/feed/",
    "/tag/rain/feed/atom/",
)


async def test_a_post_moves_the_dates_of_the_feeds_that_it_is_in(instance: RunningInstance) -> None:
    books = (
        Term(kind=TermKind.CATEGORY, slug="books", name="Books"),
        Term(kind=TermKind.TAG, slug="rain", name="Rain"),
    )
    post = await instance.publish("On books", terms=books)
    await instance.server.services.blogroll_editor.import_outlines(
        [Outline(title="Ann", xml_url="https://ann.example/f")]
    )
    feeds = ("/feed/", f"{post.path}feed/", *OTHERS)
    instance.clock.advance(hours=2)
    before = {path: (await instance.get(path)).headers["Last-Modified"] for path in feeds}

    instance.clock.advance(hours=1)
    await instance.publish("On gardens", terms=(Term(kind=TermKind.CATEGORY, slug="garden", name="Garden"),))
    changed = [path for path in feeds if (await instance.get(path, If_Modified_Since=before[path])).status == 200]
    assert changed == ["/feed/"]
    assert (await instance.get("/feed/")).headers["Last-Modified"] != before["/feed/"]
    assert {path: (await instance.get(path)).headers["Last-Modified"] for path in OTHERS} == {
        path: before[path] for path in OTHERS
    }

    instance.clock.advance(hours=1)
    await instance.delete("on-books")
    assert (await instance.get("/feed/", If_Modified_Since=before["/feed/"])).status == 200
    assert (await instance.get("/category/books/feed/")).status == 404


async def test_new_settings_move_the_dates_of_all_feeds_and_a_mere_restart_of_none(instance: RunningInstance) -> None:
    await instance.publish("Hello")
    settings = instance.server.services.settings
    await settings.note_start("1.0")
    before = (await instance.get("/feed/")).headers["Last-Modified"]
    instance.clock.advance(hours=1)
    await settings.note_start("1.0")
    assert (await instance.get("/feed/", If_Modified_Since=before)).status == 304
    await settings.note_start("1.1")
    assert (await instance.get("/comments/feed/")).headers["Last-Modified"] != before
    instance.clock.advance(hours=1)
    before = (await instance.get("/feed/")).headers["Last-Modified"]
    await settings.save({"site.licence": "https://another.example/"})
    after = await instance.get("/feed/", If_Modified_Since=before)
    assert (after.status, "another.example" in after.text) == (200, True)
