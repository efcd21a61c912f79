"""The files that the blog serves: pictures and other files of posts, avatars."""

from syndicate.media.files import KeptFile, MediaFiles
from syndicate.media.kinds import UnusableFile

__all__ = ["KeptFile", "MediaFiles", "UnusableFile"]
