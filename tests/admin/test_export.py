"""Downloads of everything that is the author's."""

import io
import zipfile

from tests.admin.browser import PASSWORD, Browser


async def test_d16_a_backup_is_downloaded_after_giving_a_factor_again(author: Browser) -> None:
    blog = author.instance
    await blog.publish("Pears", "About pears.")
    blog.clock.advance(minutes=11)
    await author.get("/admin/export/")
    assert "None has been made yet" in author.answer.text
    await author.submit("Download backup")
    assert author.answer.status == 401
    await author.submit("Sign in", password=PASSWORD)
    await author.submit("Continue")
    assert author.answer.headers["Content-Disposition"].startswith('attachment; filename="notes-2026-')
    assert author.answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(author.answer.body)) as archive:
        assert {"backup.json", "database.db", "syndicate.toml"} <= set(archive.namelist())
    assert list(blog.config.storage.transfers.iterdir()) == []
    await author.get("/admin/export/")
    assert "The last one was made" in author.answer.text


async def test_the_blog_is_downloaded_in_open_forms_and_nothing_is_left_behind(author: Browser) -> None:
    blog = author.instance
    await blog.publish("Pears", "About pears.")
    await author.get("/admin/export/")
    await author.submit("Download export")
    assert author.answer.headers["Content-Disposition"].endswith('-export.zip"')
    with zipfile.ZipFile(io.BytesIO(author.answer.body)) as archive:
        assert {"export/posts/pears/index.md", "export/blog.xml", "export/blog.bar"} <= set(archive.namelist())
        assert archive.testzip() is None
    assert list(blog.config.storage.transfers.iterdir()) == []
