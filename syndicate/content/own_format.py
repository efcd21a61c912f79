"""What identifies the files of an export of this program, for the one who writes and the one who reads them. Pure."""

import hashlib

COMMENTS_FORMAT = "syndicate comments"
COMMENTS_VERSION = 1
POST_FIELD = "_syndicate"
"""The field of a WordPress export that holds what WordPress does not know."""
MAX_NAME_BYTES = 200


def folder_name(slug: str) -> str:
    """Return the name of the directory of a post; its header holds the whole slug."""
    if len(slug.encode()) <= MAX_NAME_BYTES:
        return slug
    return f"{slug[: MAX_NAME_BYTES // 5]}-{hashlib.sha256(slug.encode()).hexdigest()[:12]}"
