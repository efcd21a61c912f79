"""Pictures have smaller forms for small screens, made when they come in."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from syndicate.content.html import PictureForms, largest_within, rewrite, shown, without_forms
from syndicate.content.sanitize import for_author
from syndicate.media import MediaFiles, UnusableFile, pictures
from tests.pictures import animated, encoded, opened


def photograph(width: int, height: int, format: str = "JPEG", quality: int = 95) -> bytes:
    """A picture that does not compress to nothing."""
    out = BytesIO()
    noise = Image.effect_noise((width // 4, height // 4), 80).resize((width, height)).convert("RGB")
    noise.save(out, format=format, quality=quality)
    return out.getvalue()


def test_a_photograph_has_forms_of_three_widths() -> None:
    data = photograph(2000, 1000)
    prepared = pictures.prepared(data)
    assert prepared.data == data
    assert {width: opened(form).size for width, form in prepared.smaller.items()} == {
        480: (480, 240),
        960: (960, 480),
        1600: (1600, 800),
    }
    assert {opened(form).format for form in prepared.smaller.values()} == {"WEBP"}


@pytest.mark.parametrize("format", ["PNG", "WEBP"])
def test_no_form_is_wider_than_the_picture(format: str) -> None:
    assert set(pictures.prepared(photograph(700, 300, format)).smaller) == {480}


def test_a_small_or_moving_picture_has_no_smaller_forms() -> None:
    assert pictures.prepared(encoded("PNG")).smaller == {}
    moving = animated("GIF")
    assert pictures.prepared(moving) == pictures.PreparedPicture(moving)


def test_a_form_that_would_need_more_space_is_not_made() -> None:
    assert pictures.prepared(photograph(500, 300, quality=1)).smaller == {}


def test_forms_lie_beside_the_picture_and_go_with_it(tmp_path: Path) -> None:
    files = MediaFiles(tmp_path / "media", tmp_path / "originals")
    data = photograph(1000, 500)
    kept = files.keep_own(data)
    assert kept.widths == (480, 960)
    smaller = f"{kept.name.partition('.')[0]}-480.webp"
    assert files.path(smaller) is not None
    assert files.pictures() == [kept.name]
    assert files.keep_own(data) == kept
    files.remove(kept.name)
    assert files.path(smaller) is None


def test_heic_is_refused_in_words(tmp_path: Path) -> None:
    head = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
    with pytest.raises(UnusableFile, match="HEIC"):
        MediaFiles(tmp_path / "media", tmp_path / "originals").keep_own(head)


FORMS = PictureForms(
    width=2000, height=1000, srcset="https://a.example/m/1-480.webp 480w, https://a.example/m/1-960.webp 960w"
)


def test_browsers_choose_a_form_and_load_later_pictures_lazily() -> None:
    html = rewrite(
        '<img src="1.jpg" srcset="x 9w"><img src="1.jpg" width="300"><img src="2.jpg">', forms={"1.jpg": FORMS}.get
    )
    first, second, third = for_author(html, base="https://a.example/").split("<img")[1:]
    for attribute in (
        'width="2000"',
        'height="1000"',
        f'srcset="{FORMS.srcset}"',
        'sizes="(max-width: 34rem) 100vw, 34rem"',
    ):
        assert attribute in first
    assert "loading" not in first
    for attribute in ('width="300"', 'sizes="(max-width: 300px) 100vw, 300px"', 'loading="lazy"'):
        assert attribute in second
    assert "height" not in second
    assert "srcset" not in third
    assert for_author(html, base="https://a.example/") == for_author(
        for_author(html, base="https://a.example/"), base="https://a.example/"
    )


@pytest.mark.parametrize(
    "srcset", ["javascript:alert(1) 480w", "https://a.example/1.webp 2x", "https://a.example/1.webp", ","]
)
def test_a_srcset_of_another_kind_does_not_pass_the_sanitizer(srcset: str) -> None:
    assert "srcset" not in for_author(f'<img src="/a.png" srcset="{srcset}">', base="https://a.example/")


def test_feeds_and_other_servers_get_the_picture_alone() -> None:
    html = for_author(
        rewrite('<p>a &lt; b</p><img src="/1.jpg" alt="A">', forms=lambda _: FORMS), base="https://a.example/"
    )
    [picture] = shown(html)
    assert largest_within(picture.srcset, 500) == ("https://a.example/m/1-480.webp", 480)
    assert largest_within("", 500) is None
    bare = without_forms(html)
    assert bare == '<p>a &lt; b</p><img src="https://a.example/1.jpg" alt="A" width="2000" height="1000">'
