"""The gzip encoding of responses (RFC 9110 §12.5.3)."""

import zlib
from functools import lru_cache

from aiohttp import web

MIN_COMPRESSED_BYTES = 1024
MAX_ACCEPT_ENCODING_LENGTH = 200
"""Browsers and feed readers send up to 60 characters of `Accept-Encoding`."""


def gzip_encoded(body: bytes) -> bytes:
    """Return the gzip encoding, the same for the same body."""
    compressor = zlib.compressobj(6, zlib.DEFLATED, 31)
    return compressor.compress(body) + compressor.flush()


def wants_gzip(request: web.BaseRequest) -> bool:
    """Return whether `Accept-Encoding` accepts gzip."""
    offered = request.headers.get("Accept-Encoding", "")
    return "gzip" in offered and len(offered) < MAX_ACCEPT_ENCODING_LENGTH and _accepts_gzip(offered)


@lru_cache(maxsize=256)
def _accepts_gzip(offered: str) -> bool:
    for coding in offered.split(","):
        name, _, parameters = coding.strip().partition(";")
        if name.strip() == "gzip":
            return not _is_zero(parameters)
    return False


def _is_zero(parameters: str) -> bool:
    name, _, value = parameters.strip().partition("=")
    return name.strip().lower() == "q" and value.strip() != "" and set(value.strip()) <= {"0", "."}
