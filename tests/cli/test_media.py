"""`syndicate media rebuild`."""

from tests.cli.conftest import Blog
from tests.pictures import PNG, telling


def test_it_says_what_was_cleaned(blog: Blog) -> None:
    folder = blog.directory / "data" / "media" / "ab"
    folder.mkdir(parents=True)
    (folder / f"ab{'0' * 38}.jpg").write_bytes(telling("JPEG"))
    (folder / f"ab{'1' * 38}.png").write_bytes(PNG)
    assert blog.ok("media", "rebuild") == "1 cleaned, 0 scaled, 1 unchanged\n"


def test_it_names_what_it_cannot_read_with_a_reason(blog: Blog) -> None:
    folder = blog.directory / "data" / "media" / "ab"
    folder.mkdir(parents=True)
    (folder / f"ab{'0' * 38}.jpg").write_bytes(telling("JPEG")[:300])
    result = blog.run("media", "rebuild")
    assert result.exit_code == 1
    assert f"unchanged: /media/ab{'0' * 38}.jpg: a broken picture" in result.stderr
