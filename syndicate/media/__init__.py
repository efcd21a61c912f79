"""Files that we serve: pictures of posts, avatars."""

from syndicate.media.files import KeptFile, MediaFiles
from syndicate.media.kinds import UnusableFile

__all__ = ["KeptFile", "MediaFiles", "UnusableFile"]
