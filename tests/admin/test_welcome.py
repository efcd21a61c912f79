"""The first run after the account exists, and the welcome on the start page while the blog is new."""

from datetime import timedelta

import pytest

from syndicate.clock import to_text
from syndicate.federation.actors.outside_checks import CheckKind, OutsideCheck
from syndicate.model.blogroll import BlogrollEntry, FeedState, LatestPost
from syndicate.storage import Tables
from syndicate.storage.imports import StoredImport
from syndicate.storage.look import look_of
from syndicate.web.admin.setup_links import create_setup_link
from syndicate.web.admin.welcome import OUTSIDE_CHECKS
from syndicate.web.author_requests import AUTHOR_APP
from tests.admin.browser import PASSWORD, Browser
from tests.instances import RunningInstance
from tests.pictures import drawn, encoded


async def test_the_first_run_has_four_steps_that_can_be_skipped(
    blog: RunningInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await create_setup_link(blog.store, blog.clock())
    author = Browser(blog)
    await author.get(f"/admin/setup/{token}")
    await author.submit("Create account", password=PASSWORD, repeat=PASSWORD)
    await author.submit("Show my recovery codes")
    await author.get(author.link("I have kept them"))
    await author.get(author.link("Skip"))
    assert "Step 2 of 4" in author.answer.text
    assert "@notes@blog.example" in author.answer.text
    await author.get(author.link("Skip"))
    assert author.link("Choose a file") == "/admin/import/"

    async def checks() -> list[OutsideCheck]:
        return [
            OutsideCheck(kind=CheckKind.PAGE, url="https://blog.example/"),
            OutsideCheck(kind=CheckKind.NAME, url="https://blog.example/w", problem="answers 404"),
        ]

    app = blog.server.app[AUTHOR_APP].app
    assert app is not None
    monkeypatch.setitem(app._state, OUTSIDE_CHECKS, checks)
    await author.get(author.link("Skip"))
    assert "Yes:" in author.answer.text
    assert "https://blog.example/w: answers 404" in author.page.text_content()
    await author.get(author.link("Skip"))
    assert author.heading == "Start"
    await author.get(f"/admin/setup/{token}")
    assert author.answer.status == 404


async def test_the_blog_is_named_where_the_file_leaves_that_open(author: Browser) -> None:
    await author.get("/admin/welcome/blog")
    assert not author.page.xpath("//input[@name='title']")  # the file of this test gives title, tagline and author
    assert "set in syndicate.toml" in author.answer.text


async def test_the_first_run_takes_a_picture_and_words_about_the_blog(author: Browser) -> None:
    blog = author.instance
    await author.get("/admin/welcome/blog")
    await author.submit("Save and go on", file=("a.txt", b"no picture"), about="I *write*.", picture_alt="A pear")
    assert author.answer.status == 422
    assert len(author.alerts) == 1
    assert author.value_of("About you and the blog").strip() == "I *write*."
    assert author.value_of("Description") == "A pear"
    assert not look_of(blog.server.services.settings).about
    await author.submit("Save and go on", file=("a.png", encoded("PNG", drawn())))
    assert author.link("Choose a file") == "/admin/import/"
    look = look_of(blog.server.services.settings)
    assert look.about == "I *write*."
    assert look.picture is not None
    assert look.picture.alt == "A pear"
    await author.get("/admin/welcome/blog")
    assert author.page.xpath("//img[@class='look-picture']/@alt") == ["A pear"]
    await author.submit("Save and go on", about="")  # the picture stays
    assert look_of(blog.server.services.settings).picture == look.picture


async def test_the_first_run_asks_whether_readers_without_an_account_may_comment(author: Browser) -> None:
    post = await author.instance.publish("Pears")
    assert "comment-form" not in (await author.instance.get(post.path)).text
    await author.get("/admin/welcome/blog")
    await author.submit("Save and go on", form="1")
    assert author.instance.server.services.settings.comments.form
    assert "/comments/new" in (await author.instance.get(post.path)).text
    await author.get("/admin/settings/")
    assert author.page.xpath("//input[@name='comments.form' and @checked]")


async def test_a_blog_from_wordpress_is_asked_with_yes_until_it_is_decided(author: Browser) -> None:
    blog = author.instance

    async def suggested() -> bool:
        await author.get("/admin/welcome/blog")
        return bool(author.page.xpath("//input[@name='form' and @checked]"))

    post = await blog.publish("Pears")
    assert not await suggested()
    await blog.store.transaction(lambda tx: tx.admin_posts.set_origin(post.id, "wordpress"))
    assert await suggested()
    assert not blog.server.services.settings.comments.form, "looking decides nothing"
    form = {name: value for name, value in author._form("Save and go on")[0].form_values() if name != "form"}
    await author.post("/admin/welcome/blog", form)
    assert not await suggested()
    ended = StoredImport(id="i", name="a.xml", created=blog.clock())
    await blog.store.transaction(lambda tx: tx.imports.add(ended))
    await blog.store.transaction(
        lambda tx: tx.imports.end("i", ended=blog.clock(), kind="a WordPress export", problem="", report=())
    )
    await author.get("/admin/import/")
    assert author.link("Switch the form on in the settings") == "/admin/settings/"


async def test_the_start_page_welcomes_while_the_blog_is_new(author: Browser) -> None:
    blog = author.instance
    await author.get("/admin/")
    assert author.link("Write your first post") == "/admin/posts/new"
    assert author.page.text_content().count("✓") == 1  # it has a name
    await blog.publish("First")
    await author.get("/admin/")
    assert author.page.text_content().count("✓") == 2
    await blog.store.transaction(
        lambda tx: tx.imports.add(
            StoredImport(id="i", name="a.xml", origin="", created=blog.clock(), ended=blog.clock())
        )
    )
    await author.get("/admin/")
    assert "Welcome" not in author.answer.text


async def test_the_welcome_ends_by_itself(author: Browser) -> None:
    author.instance.clock.advance(days=13)
    await author.get("/admin/")
    assert "Welcome" in author.answer.text
    author.instance.clock.advance(days=2)
    await author.get("/admin/")
    assert author.heading == "Start"
    assert "Welcome" not in author.answer.text


async def test_quiet_and_failing_blogs_are_named(author: Browser) -> None:
    blog = author.instance
    old = blog.clock() - timedelta(days=500)

    async def note(tx: Tables) -> None:
        for id in ("slow", "gone"):
            await tx.blogroll.save(BlogrollEntry(id=id, name=id, url=f"https://{id}.example/"), added=to_text(old))
        await tx.blogroll.set_latest("slow", LatestPost(title="Last", url="https://slow.example/last", at=old))
        await tx.blogroll.set_state("gone", FeedState.GONE, "It answers 410.")

    await blog.store.transaction(note)
    await author.get("/admin/")
    await author.get(author.link("1 blog that you read has gone quiet"))
    assert "slow" in author.answer.text
    await author.get("/admin/")
    await author.get(author.link("1 blog that you read does not answer"))
    assert "gone" in author.answer.text
