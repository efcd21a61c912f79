"""Detect whether a video contains the location where it was recorded. Videos are published unchanged; the author is
warned. Pure.
"""

from syndicate.media.metadata import BrokenPicture, boxes

CONTAINER_BOXES = frozenset({b"moov", b"udta", b"trak", b"meta", b"mdia", b"minf"})
PLACE_BOXES = frozenset({b"\xa9xyz", b"loci"})
"""Boxes that contain a location in QuickTime and 3GPP files (QuickTime File Format, "User Data Atoms"; 3GPP TS 26.244
§8.8).
"""
PLACE_KEY = b"com.apple.quicktime.location.ISO6709"
MAX_DEPTH = 8
LOCATION_WARNING = (
    "contains the location where it was recorded, and videos are published unchanged; "
    "`ffmpeg -i IN.mp4 -map_metadata -1 -c copy OUT.mp4` removes it"
)


def has_location(film: bytes, depth: int = MAX_DEPTH) -> bool:
    """Whether the boxes of an MP4 or QuickTime video, or those within them, contain a location; a truncated file is
    read up to its end.
    """
    try:
        return any(_tells(kind, content, depth) for kind, content in boxes(film))
    except BrokenPicture:
        return False


def _tells(kind: bytes, content: bytes, depth: int) -> bool:
    if kind in PLACE_BOXES or (kind == b"keys" and PLACE_KEY in content):
        return True
    if kind not in CONTAINER_BOXES or depth == 0:
        return False
    inside = content[4:] if kind == b"meta" and content[4:8] != b"hdlr" else content
    return has_location(inside, depth - 1)
