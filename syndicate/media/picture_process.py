"""The program that reads a picture, run as a process of its own for each one: `python -I -m syndicate.media.picture_process`.

Decoders have had more holes than anything else that a server touches. So the server never loads one: this process does,
with little memory, little time, no files and no network that it would need, and it ends after one picture. A picture
comes in on standard input; out goes one line of JSON and then the files that it tells of. The exit status is 3 where
the picture is to be refused, with the reason on standard error. `TASKS` is the place for more than cleaning.
"""

import json
import os
import resource
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from io import BytesIO
from typing import Any

from syndicate.media.kinds import MOST_HEAD, require_kind
from syndicate.media.metadata import BrokenPicture, strip
from syndicate.media.pictures import REFUSED

MEMORY = 512 * 1024 * 1024
SECONDS = 30
ORIENTATION = 0x0112
UPRIGHT = 1
QUALITY = 92
"""Where a picture has to be encoded anew and does not say how fine it was."""

QUICK = 8
"""Of ten: AVIF takes long."""
WHOLE, HALVED = 0, 2
"""How colours are sampled in a JPEG, where that is the same in both directions."""


def limit() -> None:
    """What a decoder that went astray could use up."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    with suppress(OSError):
        os.nice(10)


def clean(data: bytes) -> list[bytes]:
    """The picture upright and without metadata; nothing where it is so already."""
    _, extension = require_kind(data[:MOST_HEAD])
    stripped = strip(data, extension)
    picture = _opened(stripped.data, extension)
    orientation = _orientation(stripped.exif)
    if orientation == UPRIGHT and stripped.is_clean:
        return [] if stripped.data == data else [stripped.data]
    return [_encoded_anew(picture, orientation, is_lossless=b"VP8L" in stripped.data)]


def _opened(data: bytes, extension: str) -> Any:
    """The picture, of which one frame was decoded: so it is one."""
    from PIL import Image

    picture = Image.open(BytesIO(data), formats=[_format(extension)])
    picture.load()
    return picture


def _format(extension: str) -> str:
    """What Pillow calls it; only the decoder that it needs is loaded."""
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
    """How the camera was held; what cannot be read says nothing."""
    from PIL import Image

    if not exif:
        return UPRIGHT
    found = Image.Exif()
    with suppress(Exception):
        found.load(exif)
        value: object = found.get(ORIENTATION)
        return value if isinstance(value, int) and value in range(1, 9) else UPRIGHT
    return UPRIGHT


def _encoded_anew(picture: Any, orientation: int, *, is_lossless: bool) -> bytes:
    """The picture turned upright, in the format that it had and as fine as it was."""
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
    """In place: there is hardly memory for a large picture twice."""
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
        options |= {"qtables": picture.quantization, "subsampling": sampling if sampling == HALVED else WHOLE}
    elif picture.format == "WEBP":
        options |= {"lossless": is_lossless, "quality": QUALITY}
    elif picture.format == "AVIF":
        options |= {"quality": QUALITY, "speed": QUICK}
    return options


TASKS: Mapping[str, Callable[[bytes], list[bytes]]] = {"clean": clean}


def main() -> None:
    """Do what the first argument says with the picture on standard input."""
    limit()
    data = sys.stdin.buffer.read()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            files = TASKS[sys.argv[1]](data)
    except Exception as error:  # noqa: BLE001 - whatever a decoder makes of a hostile file, the answer is a sentence
        sys.stderr.write(_reason(error))
        sys.exit(REFUSED)
    head = json.dumps({"lengths": [len(file) for file in files]})
    sys.stdout.buffer.write(b"".join([head.encode(), b"\n", *files]))


def _reason(error: Exception) -> str:
    from PIL import Image, UnidentifiedImageError

    if isinstance(error, MemoryError):
        return f"a picture that takes more than {MEMORY // 1024 // 1024} MiB of memory; please make it smaller"
    if isinstance(error, Image.DecompressionBombWarning | Image.DecompressionBombError):
        most = (Image.MAX_IMAGE_PIXELS or 0) // 1_000_000
        return f"a picture with too many pixels (more than {most} million); please make it smaller"
    if isinstance(error, UnidentifiedImageError):
        return "a broken picture: it cannot be read as what it begins as"
    if isinstance(error, BrokenPicture | OSError | SyntaxError | ValueError):
        return f"a broken picture: {error}"
    return f"a picture that cannot be read: {type(error).__name__}"


if __name__ == "__main__":
    main()
