"""What a file is, by its first bytes."""

import pytest

from syndicate.media.kinds import HEIC, UnusableFile, kind_of, require_kind


def ftyp(major: bytes, *compatible: bytes) -> bytes:
    content = b"ftyp" + major + b"\0\0\0\0" + b"".join(compatible)
    return (len(content) + 4).to_bytes(4, "big") + content + b"\0" * 64


@pytest.mark.parametrize(
    ("head", "extension"),
    [
        (ftyp(b"avif", b"avif", b"mif1"), "avif"),
        (ftyp(b"avis", b"avis", b"msf1", b"mif1"), "avif"),
        (ftyp(b"mif1", b"mif1", b"avif", b"miaf"), "avif"),
        (ftyp(b"M4A ", b"isom"), "m4a"),
        (ftyp(b"isom", b"isom", b"iso2", b"avc1", b"mp41"), "mp4"),
        (ftyp(b"mp42", b"isom"), "mp4"),
        (ftyp(b"qt  "), "mp4"),
        (ftyp(b"XAVC", b"XAVC", b"mp42"), "mp4"),
        (b"fLaC\0\0\0\x22", "flac"),
        (b"\xff\xf1\x50\x80", "aac"),
    ],
)
def test_a_file_is_what_its_brands_and_first_bytes_say(head: bytes, extension: str) -> None:
    kind = kind_of(head)
    assert kind is not None
    assert kind[1] == extension


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"mif1", b"hevc", b"msf1"])
def test_a_heic_picture_is_no_film_and_is_refused_in_words(brand: bytes) -> None:
    with pytest.raises(UnusableFile, match="HEIC") as refused:
        require_kind(ftyp(brand, b"mif1", b"heic"))
    assert str(refused.value) == HEIC


@pytest.mark.parametrize(
    "head", [ftyp(b"jxl "), ftyp(b"crx ", b"crx "), ftyp(b"jp2 "), b"", b"\0\0\0\x08ftyp", b"PK\3\4"]
)
def test_what_is_not_served_has_no_kind(head: bytes) -> None:
    assert kind_of(head) is None
