"""Adds the security headers to every response."""

from aiohttp import web

from syndicate.web.http.aiohttp_internals import PreparedResponse
from syndicate.web.http.content_policy import content_policy
from syndicate.web.http.handlers import Handler

SECURITY_HEADERS = (
    ("Content-Security-Policy", content_policy()),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), interest-cohort=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)
HSTS = ("Strict-Transport-Security", "max-age=63072000")


def security_headers(base: str) -> tuple[tuple[str, str], ...]:
    """Return the headers of every response. HSTS is added only if the site is served over TLS."""
    return (*SECURITY_HEADERS, HSTS) if base.startswith("https:") else SECURITY_HEADERS


class SecurityHeaders:
    """Adds these headers where a response does not have them: a view may set another policy."""

    def __init__(self, headers: tuple[tuple[str, str], ...]) -> None:
        self._headers = headers

    def wrap(self, handler: Handler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            response = await handler(request)
            if isinstance(response, PreparedResponse):  # its header lines have them already
                return response
            response.headers["Server"] = "Syndicate"
            for name, value in self._headers:
                response.headers.setdefault(name, value)
            return response

        return handle
