"""Answers 410 to other servers once the account was deleted. Pages and feeds stay."""

from aiohttp import web

from syndicate.activitypub import render
from syndicate.activitypub.vocabulary import ACTIVITY_JSON
from syndicate.errors import Gone
from syndicate.federation.actors.local_actors import LocalActors
from syndicate.urls import Urls
from syndicate.web.activitypub.documents import to_json, wants_document
from syndicate.web.http.handlers import Handler

WEBFINGER = "/.well-known/webfinger"


class AccountDeparture:
    """Raises Gone, or an HTTPGone with a Tombstone, once the account was deleted."""

    def __init__(self, local_actors: LocalActors, urls: Urls) -> None:
        self._local_actors, self._urls = local_actors, urls

    def wrap(self, handler: Handler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            gone_at = self._local_actors.deleted_at
            if gone_at is None:
                return await handler(request)
            if request.path == WEBFINGER or (request.method == "POST" and request.path.endswith("/inbox")):
                raise Gone(request.path)
            if wants_document(request):
                text = to_json(render.tombstone(self._urls.absolute(request.path), gone_at))
                headers = {"Vary": "Accept", "Access-Control-Allow-Origin": "*"}
                raise web.HTTPGone(text=text, content_type=ACTIVITY_JSON, headers=headers)
            return await handler(request)

        return handle
