"""Process one picture in a process of its own, which `picture_forks` starts.

Image decoders have had many vulnerabilities, so the server never loads one. This process has little memory and time,
needs no files and no network, and ends after one picture. The answer is one line of JSON, then the files that it
describes: their widths and lengths, where the width 0 stands for the picture itself. The status is 3 if the picture is
refused, and the answer then is the reason. Further tasks can be added to `TASKS`.
"""

import json
import os
import resource
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from io import BytesIO
from typing import Any

from syndicate.media.directory import WIDTHS
from syndicate.media.kinds import MAX_HEAD_BYTES, require_kind
from syndicate.media.metadata import BrokenPicture, strip
from syndicate.media.pictures import REFUSED_STATUS

MAX_MEMORY_BYTES = 512 * 1024 * 1024
MAX_CPU_SECONDS = 30
ORIENTATION = 0x0112
UPRIGHT = 1
DEFAULT_QUALITY = 92
"""For a picture that must be encoded again and whose quality is unknown."""

SCALED_QUALITY = 80
SCALED_METHOD = 3
"""How long WebP looks for a better result, from 0 to 6."""
SCALED_MODES = frozenset({"1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr"})
MAX_WEBP_HEIGHT = 16383
AVIF_SPEED = 8
"""On a scale to ten: encoding AVIF is slow."""
FULL_CHROMA, HALF_CHROMA = 0, 2
"""Chroma subsampling of a JPEG, if it is the same in both directions."""


def limit() -> None:
    """Limit the resources of this process, in case a decoder misbehaves."""
    for what, most in (
        (resource.RLIMIT_AS, MAX_MEMORY_BYTES),
        (resource.RLIMIT_CPU, MAX_CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    with suppress(OSError):
        os.nice(10)


def clean(data: bytes) -> dict[int, bytes]:
    """Return the picture upright and without metadata; nothing if it already is."""
    cleaned = _cleaned(data)
    return {} if cleaned == data else {0: cleaned}


def prepare(data: bytes) -> dict[int, bytes]:
    """Return the same and smaller forms of the picture."""
    cleaned = _cleaned(data)
    try:
        smaller = _smaller(cleaned)
    except (MemoryError, OSError, ValueError):
        smaller = {}  # the picture can be served without them
    return ({} if cleaned == data else {0: cleaned}) | smaller


def _smaller(data: bytes) -> dict[int, bytes]:
    """Return smaller forms of a picture that stands still, if they need less space than it."""
    _, extension = require_kind(data[:MAX_HEAD_BYTES])
    picture = _unread(data, extension)
    if getattr(picture, "n_frames", 1) > 1 or picture.mode not in SCALED_MODES:
        return {}
    full_width, full_height = picture.size
    picture.draft(None, (WIDTHS[-1], 1))  # a JPEG is decoded no larger than is needed
    profile = picture.info.get("icc_profile") if picture.mode != "CMYK" else None
    has_alpha = picture.mode in ("RGBA", "LA") or "transparency" in picture.info
    picture = picture.convert("RGBA" if has_alpha else "RGB")
    forms: dict[int, bytes] = {}
    for width in sorted((width for width in WIDTHS if width < full_width), reverse=True):
        height = max(1, round(full_height * width / full_width))
        if height > MAX_WEBP_HEIGHT:
            continue
        picture = picture.resize((width, height), reducing_gap=3.0)
        out = BytesIO()
        picture.save(out, format="WEBP", quality=SCALED_QUALITY, method=SCALED_METHOD, icc_profile=profile, exif=b"")
        if len(out.getvalue()) < len(data):
            forms[width] = out.getvalue()
    return forms


def _cleaned(data: bytes) -> bytes:
    _, extension = require_kind(data[:MAX_HEAD_BYTES])
    stripped = strip(data, extension)
    picture = _opened(stripped.data, extension)
    orientation = _orientation(stripped.exif)
    if orientation == UPRIGHT and stripped.is_clean:
        return stripped.data
    return _encode_again(picture, orientation, is_lossless=b"VP8L" in stripped.data)


def _opened(data: bytes, extension: str) -> Any:
    """Return the opened picture after decoding one frame, which proves that it is one."""
    picture = _unread(data, extension)
    picture.load()
    return picture


def _unread(data: bytes, extension: str) -> Any:
    from PIL import Image

    return Image.open(BytesIO(data), formats=[_format(extension)])


def _format(extension: str) -> str:
    """Return Pillow's name of the format; only the required decoder is loaded."""
    from PIL import AvifImagePlugin, GifImagePlugin, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

    plugins: Mapping[str, str] = {
        "jpg": JpegImagePlugin.JpegImageFile.format,
        "png": PngImagePlugin.PngImageFile.format,
        "gif": GifImagePlugin.GifImageFile.format,
        "webp": WebPImagePlugin.WebPImageFile.format,
        "avif": AvifImagePlugin.AvifImageFile.format,
    }
    return plugins[extension]


def _orientation(exif: bytes) -> int:
    """Return the orientation; invalid values are ignored."""
    from PIL import Image

    if not exif:
        return UPRIGHT
    found = Image.Exif()
    with suppress(Exception):
        found.load(exif)
        value: object = found.get(ORIENTATION)
        return value if isinstance(value, int) and value in range(1, 9) else UPRIGHT
    return UPRIGHT


def _encode_again(picture: Any, orientation: int, *, is_lossless: bool) -> bytes:
    """Return the picture turned upright, in its format and quality."""
    options = _options(picture, is_lossless=is_lossless)
    if getattr(picture, "n_frames", 1) > 1:
        first, *others = frames = [_upright(frame.copy(), orientation) for frame in _frames(picture)]
        options |= {"save_all": True, "append_images": others, "duration": [frame.info["duration"] for frame in frames]}
        options |= {"loop": picture.info["loop"]} if "loop" in picture.info else {}
    else:
        first = _upright(picture, orientation)
    out = BytesIO()
    first.save(out, **options)
    return out.getvalue()


def _frames(picture: Any) -> Iterator[Any]:
    for number in range(picture.n_frames):
        picture.seek(number)
        yield picture


def _upright(picture: Any, orientation: int) -> Any:
    """Turn in place: there is not enough memory for two copies of a large picture."""
    from PIL import ImageOps

    if orientation != UPRIGHT:
        picture.getexif()[ORIENTATION] = orientation
    ImageOps.exif_transpose(picture, in_place=True)
    kept = ("transparency", "duration")
    picture.info = {"duration": 0} | {name: value for name, value in picture.info.items() if name in kept}
    return picture


def _options(picture: Any, *, is_lossless: bool) -> dict[str, Any]:
    from PIL import JpegImagePlugin

    options: dict[str, Any] = {"format": picture.format, "icc_profile": picture.info.get("icc_profile"), "exif": b""}
    if picture.format == "JPEG":
        sampling = JpegImagePlugin.get_sampling(picture)
        options |= {
            "qtables": picture.quantization,
            "subsampling": sampling if sampling == HALF_CHROMA else FULL_CHROMA,
        }
    elif picture.format == "WEBP":
        options |= {"lossless": is_lossless, "quality": DEFAULT_QUALITY}
    elif picture.format == "AVIF":
        options |= {"quality": DEFAULT_QUALITY, "speed": AVIF_SPEED}
    return options


TASKS: Mapping[str, Callable[[bytes], dict[int, bytes]]] = {"clean": clean, "prepare": prepare}


def run(task: str, data: bytes) -> tuple[int, bytes]:
    """Run a task on a picture; return the exit status and the answer."""
    limit()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            files = TASKS[task](data)
    except Exception as error:  # noqa: BLE001 - whatever a decoder makes of a hostile file, the answer is a sentence
        return REFUSED_STATUS, _reason(error).encode()
    head = json.dumps({"widths": list(files), "lengths": [len(file) for file in files.values()]})
    return 0, b"".join([head.encode(), b"\n", *files.values()])


def _reason(error: Exception) -> str:
    from PIL import Image, UnidentifiedImageError

    if isinstance(error, MemoryError):
        return (
            f"a picture that takes more than {MAX_MEMORY_BYTES // 1024 // 1024} MiB of memory; please make it smaller"
        )
    if isinstance(error, Image.DecompressionBombWarning | Image.DecompressionBombError):
        most = (Image.MAX_IMAGE_PIXELS or 0) // 1_000_000
        return f"a picture with too many pixels (more than {most} million); please make it smaller"
    if isinstance(error, UnidentifiedImageError):
        return "a broken picture: its content does not match its type"
    if isinstance(error, BrokenPicture | OSError | SyntaxError | ValueError):
        return f"a broken picture: {error}"
    return f"a picture that cannot be read: {type(error).__name__}"
