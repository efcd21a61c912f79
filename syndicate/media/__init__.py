"""Files that we serve: pictures of posts, avatars."""

from syndicate.media.files import KeptFile, MediaFiles, UnusableFile

__all__ = ["KeptFile", "MediaFiles", "UnusableFile"]
