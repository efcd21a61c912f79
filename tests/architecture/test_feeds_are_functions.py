"""A feed is a function of what it shows: the same posts give the same bytes, whenever and wherever they are asked."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from syndicate.feeds import FeedFormat, render
from tests.feeds.corpus import NASTY, feed, rich

ROOT = Path(__file__).parents[2]
DIGESTS = """\
from tests.architecture.test_feeds_are_functions import digests
print(*digests(), sep="\\n")
"""


def digests() -> list[str]:
    """Of a feed with everything in it, and of each entry that somebody really made."""
    feeds = [("rich", format, rich(format)) for format in FeedFormat]
    feeds += [(name, format, feed(entry, format=format)) for name, entry in NASTY.items() for format in FeedFormat]
    return [f"{name} {format} {hashlib.sha256(render(made, format).body).hexdigest()}" for name, format, made in feeds]


@pytest.mark.parametrize("format", FeedFormat)
def test_rendered_twice_a_feed_is_equal_to_the_byte(format: FeedFormat) -> None:
    first, second = render(rich(format), format), render(rich(format), format)
    assert (first.body, first.etag, first.last_modified) == (second.body, second.etag, second.last_modified)


@pytest.mark.parametrize(("locale", "zone"), [("C", "UTC"), ("de_DE.UTF-8", "Asia/Tokyo")])
def test_another_process_in_another_place_renders_the_same(locale: str, zone: str) -> None:
    environment = {"LC_ALL": locale, "TZ": zone, "PYTHONHASHSEED": "7"}
    there = subprocess.run(
        [sys.executable, "-c", DIGESTS], capture_output=True, text=True, check=True, cwd=ROOT, env=environment
    )
    assert there.stdout.splitlines() == digests()
