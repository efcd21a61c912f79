"""Where the files of an old blog are found in a copy of them."""

import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicate.errors import InputError, NotAnExport
from syndicate.importers.media_copy import MediaCopy
from syndicate.importers.old_addresses import original_address
from syndicate.importers.packed import exports_in

FILES = {
    "2013/09/a.jpg": b"september",
    "2014/09/a.jpg": b"another year",
    "2013/09/b-scaled.jpg": b"large",
    "2013/09/Möhre.png": b"carrot",
    "logo.png": b"logo",
}


def folder(root: Path, below: str = "") -> Path:
    for name, data in FILES.items():
        path = root / below / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


def zipped(path: Path, below: str = "") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in FILES.items():
            archive.writestr(f"{below}{name}", data)
    return path


def tarred(path: Path) -> Path:
    with tarfile.open(path, "w") as archive:
        archive.add(folder(path.parent / "files"), "media-export")
    return path


@pytest.fixture(params=["uploads", "wp-content", "multisite", "zip", "nested zip", "tar"])
def copy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MediaCopy]:
    copy = MediaCopy(_made(request.param, tmp_path))
    yield copy
    copy.close()


def _made(kind: str, tmp_path: Path) -> Path:
    match kind:
        case "uploads":
            return folder(tmp_path / "copy")
        case "wp-content":
            return folder(tmp_path / "copy", "uploads")
        case "multisite":
            return folder(tmp_path / "copy", "sites/4")
        case "zip":
            return zipped(tmp_path / "media.zip")
        case "nested zip":
            return zipped(tmp_path / "media.zip", "wp-content/uploads/")
        case _:
            return tarred(tmp_path / "media.tar")


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/wp-content/uploads/2013/09/a.jpg", b"september"),
        ("/2013/09/a.jpg", b"september"),
        ("/files/2013/09/a.jpg", b"september"),
        ("/wp-content/blogs.dir/4/files/2013/09/a.jpg", b"september"),
        ("/wp-content/uploads/sites/4/2013/09/a.jpg", b"september"),
        ("/2013/09/a-300x200.jpg", b"september"),
        ("/2013/09/b.jpg", b"large"),
        ("/2013/09/b-1024x768.jpg", b"large"),
        ("/wp-content/uploads/2013/09/M%C3%B6hre.png", b"carrot"),
        ("/wp-content/uploads/2013/09/Mo\u0308hre.png", b"carrot"),
        ("/wp-content/uploads/logo.png", b"logo"),
        ("/2015/01/a.jpg", None),
        ("/2013/09/c.jpg", None),
        ("/2013/09/../../logo.png", None),
    ],
)
def test_a_file_is_found_wherever_the_folder_of_uploads_lies(copy: MediaCopy, path: str, found: bytes | None) -> None:
    assert copy.find(path) == found


def test_what_wordpress_recorded_counts_before_the_address(copy: MediaCopy) -> None:
    assert copy.find("2014/09/a.jpg", "/wp-content/uploads/renamed/a-1.jpg") == b"another year"


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "a.jpg").symlink_to(tmp_path / "secret.jpg")
    with pytest.raises(OSError, match="out of the folder"):
        MediaCopy(tmp_path / "copy").find("a.jpg")


def test_a_file_that_is_no_archive_is_named(tmp_path: Path) -> None:
    (tmp_path / "media.zip").write_bytes(b"PK\x03\x04 not whole")
    with pytest.raises(InputError, match=r"media\.zip"):
        MediaCopy(tmp_path / "media.zip")


def _zip_of_zeros(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("blog.xml", "w") as member:
        for _ in range(40):
            member.write(b"\0" * (1 << 20))


def _zip_with_name(path: Path, name: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, "text")


@pytest.mark.parametrize("name", ["../x.xml", "/etc/x.xml", "a/../../x.xml", "..\\x.xml", "C:\\x.xml"])
def test_an_archive_whose_names_lead_out_of_it_is_refused(tmp_path: Path, name: str) -> None:
    _zip_with_name(tmp_path / "blog.zip", name)
    with pytest.raises(NotAnExport, match="leads out of the archive"):
        list(exports_in(tmp_path / "blog.zip", (".xml",)))


def test_an_archive_that_unpacks_to_a_multiple_of_any_export_is_refused(tmp_path: Path) -> None:
    _zip_of_zeros(tmp_path / "blog.zip")
    with pytest.raises(NotAnExport, match="unpacks to 40 MiB"):
        list(exports_in(tmp_path / "blog.zip", (".xml",)))


def test_an_archive_without_an_export_is_named(tmp_path: Path) -> None:
    _zip_with_name(tmp_path / "blog.zip", "readme.txt")
    with pytest.raises(NotAnExport, match=r"without a file that ends in \.xml"):
        list(exports_in(tmp_path / "blog.zip", (".xml",)))


@pytest.mark.parametrize(
    ("address", "original"),
    [
        (
            "https://i0.wp.com/old.example/wp-content/uploads/a.jpg?ssl=1",
            "https://old.example/wp-content/uploads/a.jpg",
        ),
        ("https://ann.files.wordpress.com/2013/09/a.jpg?w=300&h=200", "https://ann.files.wordpress.com/2013/09/a.jpg"),
        ("https://old.example/a.php?id=3", "https://old.example/a.php?id=3"),
        ("https://wp.com/a.jpg", "https://wp.com/a.jpg"),
    ],
)
def test_copies_of_a_picture_at_wordpress_com_stand_for_the_original(address: str, original: str) -> None:
    assert original_address(address) == original
