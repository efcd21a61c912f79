"""The start page."""

from aiohttp import web

from syndicate.web.admin.pages import StartPage
from syndicate.web.admin.rendering import respond


async def get_start(request: web.Request) -> web.StreamResponse:
    return respond(request, StartPage())
