"""How the blog and its account look, as the author has set it at the desk: pictures, about text, profile fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syndicate.model.media_names import name_of_smaller
from syndicate.storage.media import MediaFile
from syndicate.storage.site_settings import SiteSettings

PICTURE, HEADER, ABOUT, FIELDS = "look.picture", "look.header", "look.about", "look.fields"
"""The names of the settings."""
WEBP = "image/webp"


@dataclass(frozen=True, slots=True, kw_only=True)
class LookPicture:
    """A picture of the account. `name` is its file in the media directory, `widths` are those of its smaller forms."""

    name: str
    alt: str = ""
    media_type: str = ""
    width: int = 0
    height: int = 0
    widths: tuple[int, ...] = ()

    def within(self, limit: int) -> tuple[str, str]:
        """Return name and media type of the largest form of at most `limit` pixels, or of the picture itself."""
        fitting = [width for width in self.widths if width <= limit]
        if self.width <= limit or not fitting:
            return self.name, self.media_type
        return name_of_smaller(self.name, max(fitting)), WEBP


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLook:
    """`about` is Markdown; `fields` are pairs of label and content."""

    picture: LookPicture | None = None
    header: LookPicture | None = None
    about: str = ""
    fields: tuple[tuple[str, str], ...] = ()


def look_of(settings: SiteSettings) -> SiteLook:
    return SiteLook(
        picture=_picture(settings.get(PICTURE)),
        header=_picture(settings.get(HEADER)),
        about=settings.get(ABOUT, ""),
        fields=tuple((label, content) for label, content in settings.get(FIELDS, ())),
    )


def picture_setting(file: MediaFile, alt: str) -> Mapping[str, Any]:
    """Return the value of a setting that stands for a stored picture."""
    return {
        "name": file.name,
        "alt": alt,
        "media_type": file.media_type,
        "width": file.width,
        "height": file.height,
        "widths": list(file.widths),
    }


def _picture(stored: Mapping[str, Any] | None) -> LookPicture | None:
    return None if stored is None else LookPicture(**{**stored, "widths": tuple(stored["widths"])})
