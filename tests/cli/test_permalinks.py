"""Addresses of new posts follow the pattern of the settings, and imports propose that of the old blog."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from syndicate import permalinks
from tests.cli.conftest import Blog
from tests.old_blog import OldBlog

UTC_ZONE = ZoneInfo("UTC")
NOON = datetime(2014, 7, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize("pattern", ["/{year}/{month}/{day}/{slug}/", "/{slug}/", "/blog/{slug}.html", "/posts/{slug}"])
def test_patterns_that_tell_posts_apart_are_taken(pattern: str) -> None:
    assert permalinks.checked(pattern) == pattern


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "/",
        "{slug}",
        "/{year}/",
        "/{slug}/{slug}/",
        "/{author}/{slug}/",
        "/{slug}?a",
        "//{slug}/",
        "/a/../{slug}/",
        "/admin/{slug}/",
        "/feed/{slug}/",
        "/{slug",
        "/ä/{slug}/",
        "/{slug} /",
    ],
)
def test_others_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"must|begins"):
        permalinks.checked(pattern)


def test_the_pattern_of_most_posts_is_proposed() -> None:
    def proposal(*paths: str) -> str | None:
        return permalinks.propose([(path, NOON, "pear-tree") for path in paths], UTC_ZONE)

    assert proposal(*["/2014/07/pear-tree/"] * 4, "/odd/", "/odd/") == "/{year}/{month}/{slug}/"
    assert proposal(*["/blog/2014/pear-tree.html"] * 5) == "/blog/{year}/{slug}.html"
    assert proposal(*["/07/07/pear-tree/"] * 5) == "/{month}/07/{slug}/"
    assert proposal(*["/2014/07/pear-tree/"] * 4) is None
    assert proposal(*["/odd/"] * 6) is None
    assert proposal(*["/tag/pear-tree/"] * 6) is None


@pytest.mark.parametrize("database_address", ["sqlite"], indirect=True)
def test_new_posts_follow_the_pattern_and_old_ones_keep_their_addresses(blog: Blog, tmp_path: Path) -> None:
    old = OldBlog()
    for number in range(1, 7):
        old.post(number, link=f"/2014/post-{number}/")
    said = blog.ok("import", "wordpress", old.write(tmp_path / "old.xml"))
    assert 'permalinks = "/{year}/{slug}/"' in said
    blog.write("syndicate.toml", blog.settings.read_text().replace("[site]", '[site]\npermalinks = "/{slug}/"'))
    assert ", at https://blog.example/tea/," in blog.ok("publish", blog.write("tea.md", "# Tea\n\nLeaves."))
    assert ", at https://blog.example/search-2/," in blog.ok("publish", blog.write("search.md", "# Search\n\nMe."))
    blog.write("syndicate.toml", blog.settings.read_text().replace("/{slug}/", "/{year}/"))
    assert "site.permalinks: must hold {slug} once" in blog.refuses("doctor")
