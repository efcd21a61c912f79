"""A Markdown file as a manuscript: what its name says, what its header says, and which files are posts at all."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from syndicate.errors import FrontMatterInvalid, InputError
from syndicate.importers import markdown_files
from syndicate.model.post import PostState

BERLIN = ZoneInfo("Europe/Berlin")


def read(path: Path, text: str, zone: ZoneInfo = BERLIN) -> markdown_files.MarkdownFile:
    path.parent.mkdir(exist_ok=True)
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
        ("2015-6-1-tea.md", "tea", datetime(2015, 5, 31, 22, tzinfo=UTC)),
        ("2015-06-01-10-30-00-tea.md", "tea", datetime(2015, 6, 1, 8, 30, tzinfo=UTC)),
        ("2015-06-01-leaves/index.md", "leaves", datetime(2015, 5, 31, 22, tzinfo=UTC)),
    ],
)
def test_the_name_of_a_file_gives_what_its_header_does_not(
    tmp_path: Path, name: str, slug: str, date: datetime | None
) -> None:
    post_draft = read(tmp_path / name, "Hot.").post_draft
    assert (post_draft.slug, post_draft.date) == (slug, date)


def test_the_header_wins_over_the_name(tmp_path: Path) -> None:
    text = "---\nslug: leaves\ndate: 2020-01-02T03:04:05Z\n---\nHot."
    post_draft = read(tmp_path / "2014-07-31-tea.md", text).post_draft
    assert (post_draft.slug, post_draft.date) == ("leaves", datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC))


def test_addresses_of_the_header_are_paths_of_the_blog(tmp_path: Path) -> None:
    text = "---\nurl: /2014/tea.html\naliases: [/old/tea, /feed/, https://elsewhere.example/tea]\n---\nHot."
    post_draft = read(tmp_path / "tea.md", text).post_draft
    assert (post_draft.path, post_draft.aliases) == ("/2014/tea.html", ("/old/tea", "/feed/"))


@pytest.mark.parametrize("url", ["/:year/:title/", "../x", "javascript:x"])
def test_what_is_no_address_of_the_blog_is_not_taken(tmp_path: Path, url: str) -> None:
    assert read(tmp_path / "tea.md", f"---\nurl: '{url}'\n---\nHot.").post_draft.path is None


def test_a_text_that_a_template_makes_is_a_draft(tmp_path: Path) -> None:
    post_draft = read(tmp_path / "tea.md", "{% if site.tea %}Hot.{% endif %}").post_draft
    assert (post_draft.state, len(post_draft.draft_reasons)) == (PostState.DRAFT, 1)
    shown = "`{% if x %}`\n\n```\n{% for a in b %}\n```\n{% raw %}{% if y %}{% endraw %}"
    assert read(tmp_path / "liquid.md", shown).post_draft.state is PostState.PUBLISHED


def test_pictures_are_looked_for_beside_the_file(tmp_path: Path) -> None:
    assert read(tmp_path / "tea.md", "Hot.").post_draft.local_files == str(tmp_path)


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
        read(tmp_path / "tea.md", "---\ntitle: Tea\nquotes: perhaps\n---\n")
    error = refused.value
    assert (error.file, error.line, error.field) == (str(tmp_path / "tea.md"), 3, "quotes")


@pytest.mark.parametrize("name", ["a.md", "b.MD", "c.markdown", "deep/er/d.md", "with space.md", "dots.in.name.md"])
def test_markdown_is_a_post_wherever_it_lies(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("Hot.")
    assert markdown_files.posts_in(tmp_path) == [path]


@pytest.mark.parametrize(
    "name",
    [
        "a (Ann's conflicted copy 2026-11-22).md",
        "a (conflicted copy 2026-11-22 190000).md",
        "a (Case Conflict).md",
        "a (Case Conflict 1).md",
        "a (Unicode Encoding Conflict).md",
        "a (In Konflikt stehende Kopie von Ann 2026-11-22).md",
        "a (Copie en conflit de Ann 2026-11-22).md",
        "a (Copia en conflicto de Ann 2026-11-22).md",
        "a (Copia in conflitto di Ann 2026-11-22).md",
        "a (Cópia em conflito de Ann 2026-11-22).md",
        "a (Anns modstridende kopi 2026-11-22).md",
        "a (Ann の競合コピー 2026-11-22).md",
        "a (Ann 的冲突副本 2026-11-22).md",
        "a (конфликтующая копия 2026-11-22).md",
        "a (SFConflict ann@mail.example 2026-11-22-19-00-00).md",
        "a (conflict on 2026-11-22).md",
        "a [Conflict].md",
        "a_conflict-20261122-190000.md",
        "a.sync-conflict-20261122-190000-ABCDEFG.md",
        "a_DiskStation_Nov-22-190000-2026_Conflict.md",
        "a.Conflict.md",
        "a_LOCAL_4711.md",
        "a~HEAD.md",
        "~$a.md",
        "a~.md",
        "a.tmp.md",
        "a.MD.swp",
        "@eaDir/a.md",
        "#recycle/a.md",
        "__MACOSX/a.md",
        ".stversions/a.md",
        "_layouts/a.md",
        "trash/a.md",
    ],
)
def test_what_programs_leave_behind_is_no_post_in_any_language(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("Hot.")
    assert markdown_files.posts_in(tmp_path) == []


@pytest.mark.parametrize(
    "name",
    ["conflict.md", "a-conflict.md", "notes_on_conflict.md", "a (war and peace).md", "my-konflikt.md", "local-news.md"],
)
def test_what_is_written_about_conflicts_is_a_post(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("Hot.")
    assert markdown_files.posts_in(tmp_path) == [tmp_path / name]
    assert markdown_files.passed_over_in(tmp_path) == []


def test_what_is_passed_over_is_named_with_the_reason(tmp_path: Path) -> None:
    for name in ("a.md", "a (Case Conflict).md", "a~.md", ".a.md", "notes.txt"):
        (tmp_path / name).write_text("Hot.")
    (tmp_path / "empty.md").touch()
    assert [(path.name, reason) for path, reason in markdown_files.passed_over_in(tmp_path)] == [
        ("a (Case Conflict).md", "the other version of a file that was changed twice, by its name"),
        ("a~.md", "a temporary file, by its name"),
        ("empty.md", "is empty"),
    ]


@pytest.mark.parametrize("text", ["", "\n \n", "\ufeff", "---\ntags: [tea]\n---\n", "---\ndraft: true\n---\n  \n"])
def test_a_file_that_says_nothing_is_no_post(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"tea\.md: is empty"):
        read(tmp_path / "tea.md", text)


@pytest.mark.parametrize("header", ["title: Tea", "image: leaf.png", "enclosure: https://blog.example/tea.mp3"])
def test_a_title_a_picture_or_a_file_is_enough(tmp_path: Path, header: str) -> None:
    assert read(tmp_path / "tea.md", f"---\n{header}\n---\n").post_draft.slug == "tea"


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
