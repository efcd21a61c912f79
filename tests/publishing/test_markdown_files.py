"""A Markdown file as a manuscript: what its name says, what its header says, and which files are posts at all."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from syndicate.errors import FrontMatterInvalid, InputError
from syndicate.publishing import markdown_files

BERLIN = ZoneInfo("Europe/Berlin")


def read(path: Path, text: str, zone: ZoneInfo = BERLIN) -> markdown_files.MarkdownFile:
    path.write_text(text, encoding="utf-8")
    return markdown_files.read(path, zone)


@pytest.mark.parametrize(
    ("name", "slug", "date"),
    [
        ("tea.md", "tea", None),
        ("2014-07-31-tea.md", "tea", datetime(2014, 7, 30, 22, tzinfo=UTC)),
        ("2014-07-31_tea-time.markdown", "tea-time", datetime(2014, 7, 30, 22, tzinfo=UTC)),
        ("2014-13-31-tea.md", "2014-13-31-tea", None),
        ("2014-07-31.md", "2014-07-31", None),
        ("Über Tee.md", "über-tee", None),
    ],
)
def test_the_name_of_a_file_gives_what_its_header_does_not(
    tmp_path: Path, name: str, slug: str, date: datetime | None
) -> None:
    manuscript = read(tmp_path / name, "Hot.").manuscript
    assert (manuscript.slug, manuscript.date) == (slug, date)


def test_the_header_wins_over_the_name(tmp_path: Path) -> None:
    text = "---\nslug: leaves\ndate: 2020-01-02T03:04:05Z\n---\nHot."
    manuscript = read(tmp_path / "2014-07-31-tea.md", text).manuscript
    assert (manuscript.slug, manuscript.date) == ("leaves", datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC))


def test_pictures_are_looked_for_beside_the_file(tmp_path: Path) -> None:
    assert read(tmp_path / "tea.md", "Hot.").manuscript.local_files == str(tmp_path)


@pytest.mark.parametrize("data", [b"caf\xe9", b"\xff\xfe\x00t", b"ok \xed\xa0\x80"])
def test_what_is_not_utf_8_is_named(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "tea.md"
    file.write_bytes(data)
    with pytest.raises(InputError, match=r"tea\.md: is not UTF-8"):
        markdown_files.read(file, BERLIN)


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.md: cannot be read"):
        markdown_files.read(tmp_path / "nowhere.md", BERLIN)
    with pytest.raises(InputError, match="cannot be read"):
        markdown_files.read(tmp_path, BERLIN)


def test_a_wrong_header_names_file_line_and_field(tmp_path: Path) -> None:
    with pytest.raises(FrontMatterInvalid) as refused:
        read(tmp_path / "tea.md", "---\ntitle: Tea\ncomments: perhaps\n---\n")
    error = refused.value
    assert (error.file, error.line, error.field) == (str(tmp_path / "tea.md"), 3, "comments")


@pytest.mark.parametrize("name", ["a.md", "b.MD", "c.markdown", "deep/er/d.md", "with space.md", "dots.in.name.md"])
def test_markdown_is_a_post_wherever_it_lies(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("Hot.")
    assert markdown_files.posts_in(tmp_path) == [path]


@pytest.mark.parametrize("name", [".a.md", ".git/a.md", "a.txt", "a.md~", "#a.md#", "~a.md", "a.md.orig", "a.orig.md"])
def test_other_files_are_not(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("Hot.")
    assert markdown_files.posts_in(tmp_path) == []


def test_a_directory_that_is_absent_has_no_posts(tmp_path: Path) -> None:
    assert markdown_files.posts_in(tmp_path / "nowhere") == []
    (tmp_path / "folder.md").mkdir()
    assert markdown_files.posts_in(tmp_path) == []
