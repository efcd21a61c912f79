"""Whether a film says where it was taken. Films are published as they are; their author is told. Pure."""

from syndicate.media.metadata import BrokenPicture, boxes

HOLDERS = frozenset({b"moov", b"udta", b"trak", b"meta", b"mdia", b"minf"})
PLACES = frozenset({b"\xa9xyz", b"loci"})
"""QuickTime's and 3GPP's boxes of a place (QuickTime File Format, "User Data Atoms"; 3GPP TS 26.244 §8.8)."""
PLACE_KEY = b"com.apple.quicktime.location.ISO6709"
DEEPEST = 8
TELLS_PLACE = (
    "says where it was taken, and films are published as they are; "
    "`ffmpeg -i IN.mp4 -map_metadata -1 -c copy OUT.mp4` takes that out"
)


def tells_place(film: bytes, depth: int = DEEPEST) -> bool:
    """Look through the boxes of an MP4 or QuickTime film, and those inside them; a broken one says what it says until there."""
    try:
        return any(_tells(kind, content, depth) for kind, content in boxes(film))
    except BrokenPicture:
        return False


def _tells(kind: bytes, content: bytes, depth: int) -> bool:
    if kind in PLACES or (kind == b"keys" and PLACE_KEY in content):
        return True
    if kind not in HOLDERS or depth == 0:
        return False
    inside = content[4:] if kind == b"meta" and content[4:8] != b"hdlr" else content
    return tells_place(inside, depth - 1)
