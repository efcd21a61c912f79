"""The slug of a post without one is made of the words that readers see."""

import pytest

from syndicate.web.admin.post_form import slug_for


@pytest.mark.parametrize(
    ("title", "text", "slug"),
    [
        ("Pears", "Tea", "pears"),
        ("", "Read [this post](https://other.example/long/path?x=1) on *pears*", "read-this-post-on-pears"),
        ("", "![A pear](/pear.png) Ripe `now`", "ripe-now"),
        ("", "Ripe: https://other.example/pears", "ripe"),
        ("", "<p>A <a href='https://other.example/'>pear</a></p>", "a-pear"),
        ("", "one two three four five six seven eight nine", "one-two-three-four-five-six-seven-eight"),
        ("", "", ""),
    ],
)
def test_a_slug_has_no_addresses_and_no_marks(title: str, text: str, slug: str) -> None:
    assert slug_for({"title": title, "text": text}) == slug
