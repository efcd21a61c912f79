"""When the archive of the feeds gets a new volume, and what is in it."""

from datetime import UTC, datetime, timedelta

from syndicate.publishing.archive import SETTLE_INTERVAL, ArchiveBoundary, next_archive_boundary
from syndicate.storage.post_archive import Numbered
from syndicate.storage.post_rows import Key

NOW = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)


def numbered(number: int, *, days_ago: int = 0, released: datetime = NOW) -> Numbered:
    return Numbered(number=number, key=key(days_ago), released=released)


def key(days_ago: int) -> Key:
    return (NOW - timedelta(days=days_ago), "id")


def test_while_the_feed_has_every_post_nothing_is_bound() -> None:
    assert next_archive_boundary([], None, 3) is None
    assert next_archive_boundary([numbered(1), numbered(2)], None, 3) is None
    assert next_archive_boundary([numbered(1, days_ago=1), numbered(2)], key(9), 3) is None


def test_as_many_posts_as_the_feed_has_make_a_volume() -> None:
    unbound = [numbered(4), numbered(6), numbered(9)]
    assert next_archive_boundary(unbound, key(0), 3) == ArchiveBoundary(9, NOW)


def test_what_is_older_than_the_feed_is_bound_once_nothing_more_comes() -> None:
    unbound = [numbered(1), numbered(2, days_ago=30), numbered(3, released=NOW + timedelta(seconds=2))]
    assert next_archive_boundary(unbound, key(9), 20) == ArchiveBoundary(
        2, NOW + timedelta(seconds=2) + SETTLE_INTERVAL
    )
