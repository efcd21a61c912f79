"""The keys of what the HTTP server itself keeps in the application and on requests."""

from collections import deque
from collections.abc import Sequence

from aiohttp import web

from syndicate.storage.inbox_queue import Refusal
from syndicate.web.http.bodies import Bodies
from syndicate.web.http.connections import Timeouts
from syndicate.web.http.deltas import Deltas
from syndicate.web.http.handlers import Middleware
from syndicate.web.http.response_cache import ResponseCache
from syndicate.web.http.responses import DocumentResponder

BODIES = web.AppKey("bodies", Bodies)
BYPASS_CACHE = web.RequestKey("bypass cache", bool)
"""Set on a request whose response must not be served from the cache by address: the view runs every time."""
DELTAS = web.AppKey("deltas", Deltas)
MIDDLEWARE: "web.AppKey[Sequence[Middleware]]" = web.AppKey("middleware", tuple)
REFUSALS: "web.AppKey[deque[Refusal]]" = web.AppKey("refusals", deque)
RESPONDER = web.AppKey("responder", DocumentResponder)
RESPONSE_CACHE = web.AppKey("response cache", ResponseCache)
TIMEOUTS = web.AppKey("timeouts", Timeouts)
