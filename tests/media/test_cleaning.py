"""Pictures lose what their files say besides them, in a process of their own, and nothing of the picture."""

import subprocess
import sys
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from syndicate.media import MediaFiles, UnusableFile, picture_pool, pictures
from syndicate.media.metadata import BrokenPicture, strip
from tests.pictures import PROFILE, TURNED, UPRIGHT, animated, drawn, encoded, exif, is_silent, opened, telling
from tests.waiting import eventually

FORMATS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "GIF": "gif", "AVIF": "avif"}
LOSSLESS = ("JPEG", "PNG", "WEBP", "GIF")
CRASHING = """
import os, signal
from syndicate.media import picture_forks, picture_process
clean = picture_process.TASKS["clean"]
ends = {b"crash": signal.SIGSEGV, b"starve": signal.SIGXCPU}
def hostile(data):
    return os.kill(os.getpid(), ends[data]) if data in ends else clean(data)
picture_process.TASKS = {"clean": hostile}
picture_forks.main()
"""
"""A program whose decoder crashes on some pictures."""
IMPATIENT = "from syndicate.media import picture_forks; picture_forks.IDLE_SECONDS = 0.05; picture_forks.main()"
ORIENTED = ("JPEG", "PNG", "WEBP", "AVIF")


@pytest.mark.parametrize("format", LOSSLESS)
def test_metadata_go_and_every_pixel_stays(format: str) -> None:
    data = telling(format)
    assert not is_silent(data)
    stripped = strip(data, FORMATS[format])
    assert stripped.is_clean
    assert is_silent(stripped.data)
    before, after = opened(data), opened(stripped.data)
    assert not ImageChops.difference(before.convert("RGB"), after.convert("RGB")).getbbox()
    assert after.info.get("icc_profile") == before.info.get("icc_profile")


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_without_metadata_stays_byte_for_byte(format: str) -> None:
    data = encoded(format, icc_profile=PROFILE)
    assert pictures.cleaned(data) == data


@pytest.mark.parametrize("format", ORIENTED)
def test_a_picture_that_was_taken_upright_is_stored_upright(format: str) -> None:
    data = telling(format, TURNED)
    cleaned = pictures.cleaned(data)
    assert is_silent(cleaned)
    picture = opened(cleaned)
    assert picture.size == (4, 8)
    assert picture.format == format
    assert picture.info["icc_profile"] == PROFILE
    dark, light = (picture.convert("L").getpixel((2, y)) for y in (1, 6))
    assert isinstance(dark, int)
    assert isinstance(light, int)
    assert dark < 100 < light


@pytest.mark.parametrize("format", FORMATS)
def test_what_was_cleaned_stays_as_it_is(format: str) -> None:
    cleaned = pictures.cleaned(telling(format))
    assert is_silent(cleaned)
    assert pictures.cleaned(cleaned) == cleaned


@pytest.mark.parametrize("format", ["GIF", "PNG", "WEBP", "AVIF"])
def test_an_animation_keeps_its_frames(format: str) -> None:
    data = animated(format, **({"comment": b"Secret comment"} if format == "GIF" else {"exif": exif(UPRIGHT)}))
    cleaned = pictures.cleaned(data)
    assert is_silent(cleaned)
    before, after = Image.open(BytesIO(data)), Image.open(BytesIO(cleaned))
    assert getattr(after, "n_frames", 1) == getattr(before, "n_frames", 1) == 3
    for number in range(3):
        before.seek(number)
        after.seek(number)
        before.load(), after.load()
        assert after.info["duration"] == before.info["duration"]


def test_what_is_hung_on_behind_the_picture_goes() -> None:
    film = b"\0\0\0\x18ftypmp42" + b"\xa9xyz+47.37+008.54/"
    for format in ("JPEG", "PNG", "GIF", "WEBP"):
        data = encoded(format)
        assert strip(data + film, FORMATS[format]).data == data


def test_a_thumbnail_that_shows_more_than_the_picture_goes() -> None:
    data = encoded("JPEG")
    header = b"\xff\xd8\xff\xe0" + (16 + 3).to_bytes(2, "big") + b"JFIF\0\1\1\0\0\1\0\1\1\1" + b"abc"
    stripped = strip(header + data[20:], "jpg").data
    assert stripped.startswith(b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff")
    assert opened(stripped).size == (8, 4)


@pytest.mark.parametrize("format", FORMATS)
def test_half_a_picture_is_refused_with_a_reason(format: str) -> None:
    data = telling(format)
    with pytest.raises(UnusableFile, match="picture"):
        pictures.cleaned(data[: len(data) * 2 // 3])


def test_no_prefix_of_a_picture_trips_the_stripper_up() -> None:
    for format, extension in FORMATS.items():
        data = telling(format)
        for length in range(16, len(data), 7):
            with suppress(BrokenPicture):
                assert len(strip(data[:length], extension).data) <= length


def test_a_bomb_is_refused_with_a_reason() -> None:
    bomb = encoded("PNG", Image.new("1", (10_000, 10_000)))
    with pytest.raises(UnusableFile, match="too many pixels"):
        pictures.cleaned(bomb)


def test_a_picture_that_takes_too_much_memory_is_refused_with_a_reason() -> None:
    large = encoded("PNG", Image.new("RGB", (9_000, 9_900)), exif=exif(TURNED))
    with pytest.raises(UnusableFile, match="memory"):
        pictures.cleaned(large)


def test_a_crash_costs_only_its_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    data = telling("PNG")
    monkeypatch.setattr(picture_pool, "COMMAND", (sys.executable, "-c", CRASHING))
    pool = picture_pool.PicturePool()
    monkeypatch.setattr(pictures, "POOL", pool)
    with pytest.raises(UnusableFile, match="crashes"):
        pictures.cleaned(b"crash")
    with pytest.raises(UnusableFile, match="too long"):
        pictures.cleaned(b"starve")
    assert is_silent(pictures.cleaned(data))
    monkeypatch.setattr(picture_pool, "COMMAND", (sys.executable, "-c", "raise SystemExit('no room')"))
    assert is_silent(pictures.cleaned(data))  # by the process that read the pictures before
    pool.close()
    with pytest.raises(OSError, match="no room"):
        pictures.cleaned(data)


def test_a_process_that_ended_while_it_was_idle_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_pool, "COMMAND", (sys.executable, "-c", IMPATIENT))
    monkeypatch.setattr(pictures, "POOL", picture_pool.PicturePool())
    before = children()
    for number in range(2):
        data = encoded("PNG", drawn(number))
        assert pictures.cleaned(data) == data
        eventually(lambda: children() <= before, what="nothing is left of the process")


def children() -> set[int]:
    """The processes that this one started, also those that have ended and are not collected."""
    task = Path("/proc/self/task")
    return {int(id) for path in task.glob("*/children") for id in path.read_text().split()}


def test_an_answer_that_is_cut_off_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = "import sys; sys.stdin.buffer.readline(); sys.stdout.write('[0, 5]\\n1234'); sys.stdout.flush(); {end}"
    monkeypatch.setattr(picture_pool, "COMMAND", (sys.executable, "-c", answer.format(end="sys.exit('killed')")))
    with pytest.raises(OSError, match="killed"):
        picture_pool.PicturePool().run("clean", b"picture")

    monkeypatch.setattr(picture_pool, "COMMAND", (sys.executable, "-c", answer.format(end="sys.stdin.buffer.read()")))
    monkeypatch.setattr(picture_pool, "TIMEOUT_SECONDS", 0.1)
    with pytest.raises(UnusableFile, match="too long"):
        picture_pool.PicturePool().run("clean", b"picture")


@pytest.mark.parametrize("rest", [b"1234567", b"123456789", b""])
def test_files_that_are_not_as_they_are_described_are_refused(rest: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    class Pool:
        def run(self, *_: object) -> tuple[int, bytes]:
            return 0, b'{"widths": [0, 480], "lengths": [4, 4]}\n' + rest

    monkeypatch.setattr(pictures, "POOL", Pool())
    with pytest.raises(UnusableFile, match="crashes"):
        pictures.prepared(b"picture")


def test_the_original_lies_where_only_its_owner_reads_it(tmp_path: Path) -> None:
    files = MediaFiles(tmp_path / "media", tmp_path / "originals")
    data = telling("JPEG")
    kept = files.keep_own(data)
    assert kept.original is not None
    assert files.path(kept.original) is None
    original = tmp_path / "originals" / kept.original[:2] / kept.original
    assert original.read_bytes() == data
    assert [path.stat().st_mode & 0o777 for path in (original, original.parent, original.parent.parent)] == [
        0o600,
        0o700,
        0o700,
    ]


def test_a_picture_of_another_site_is_stored_undecoded(tmp_path: Path) -> None:
    files = MediaFiles(tmp_path / "media", tmp_path / "originals")
    data = telling("JPEG")[:200]
    kept = files.keep(data)
    path = files.path(kept.name)
    assert path is not None
    assert path.read_bytes() == data
    assert kept.original is None


def test_the_server_never_loads_a_decoder() -> None:
    modules = "syndicate.cli.serve, syndicate.cli.imports, syndicate.cli.posts, syndicate.services, syndicate.web.http.server, sys"
    code = f"import {modules}; sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_pictures_that_differ_stay_different() -> None:
    assert pictures.cleaned(encoded("PNG", drawn(1))) != pictures.cleaned(encoded("PNG", drawn(2)))
