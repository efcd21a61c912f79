"""Pictures as cameras and programs write them, with what they say besides."""

from io import BytesIO
from typing import Any

from PIL import Image, ImageCms, PngImagePlugin

CAMERA = "Secret Camera"
SECRETS = (CAMERA.encode(), b"Exif", b"xpacket", b"Secret comment")
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = b"<?xpacket begin=''?><x:xmpmeta xmlns:x='adobe:ns:meta/'/><?xpacket end='w'?>"
LATITUDE = 2
UPRIGHT, TURNED = 1, 6


def exif(orientation: int = UPRIGHT) -> Image.Exif:
    """With camera and place."""
    written = Image.Exif()
    written[0x0112], written[0x010F] = orientation, CAMERA
    written.get_ifd(0x8825).update({1: "N", LATITUDE: (47.0, 22.0, 1.0), 3: "E", 4: (8.0, 32.0, 2.0)})
    return written


def drawn(number: int = 0) -> Image.Image:
    """Eight times four pixels, of which the left half is dark; each number another picture."""
    picture = Image.new("RGB", (8, 4), (250, 250, 250 - number))
    picture.paste((20, 20, 20), (0, 0, 4, 4))
    return picture


def encoded(format: str, picture: Image.Image | None = None, **options: Any) -> bytes:
    out = BytesIO()
    (picture or drawn()).save(out, format, **options)
    return out.getvalue()


def telling(format: str, orientation: int = UPRIGHT) -> bytes:
    """A picture with everything that its format can say besides it."""
    match format:
        case "GIF":
            return encoded(format, comment=b"Secret comment", save_all=True, append_images=[drawn(90)], duration=100)
        case "PNG":
            words = PngImagePlugin.PngInfo()
            words.add_text("Comment", "Secret comment")
            words.add_itxt("XML:com.adobe.xmp", XMP.decode())
            more: dict[str, Any] = {"pnginfo": words}
        case "JPEG":
            more = {"xmp": XMP, "comment": b"Secret comment"}
        case _:
            more = {"xmp": XMP}
    return encoded(format, exif=exif(orientation), icc_profile=PROFILE, **more)


def animated(format: str, **options: Any) -> bytes:
    others = [drawn(40), drawn(80)]
    return encoded(format, save_all=True, append_images=others, duration=[100, 200, 300], loop=0, **options)


def opened(data: bytes) -> Image.Image:
    picture = Image.open(BytesIO(data))
    picture.load()
    return picture


def is_silent(data: bytes) -> bool:
    """Whether a file says nothing besides its picture."""
    return not any(secret in data for secret in SECRETS) and not dict(opened(data).getexif())


PNG = encoded("PNG")
"""A picture without metadata."""
