"""Makes the application for the author and her programs: the desk, Micropub, IndieAuth, and the secret links of both.

It has the services of the whole application, and parts of its own.
"""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from syndicate.web.admin.access import admin_access
from syndicate.web.admin.routes import SECRET_LINKS, admin_routes
from syndicate.web.api.routes import INDIEAUTH, MICROPUB
from syndicate.web.author_requests import WHOLE_APP
from syndicate.web.http.bodies import MAX_BODY_BYTES
from syndicate.web.routes import EVERY_OTHER_ADDRESS


def make_author_app(whole: web.Application, parts: Mapping[web.AppKey[Any], Any]) -> web.Application:
    """Return the application, ready for requests."""
    app = web.Application(middlewares=[admin_access], client_max_size=MAX_BODY_BYTES)
    for services in (whole, parts):
        for key, service in services.items():
            app[key] = service
    app[WHOLE_APP] = whole
    add_author_routes(app)
    app.freeze()
    return app


def add_author_routes(app: web.Application) -> None:
    """Register every route for the author. What matches none is answered as it is everywhere."""
    for routes in (MICROPUB, INDIEAUTH, admin_routes(), SECRET_LINKS, EVERY_OTHER_ADDRESS):
        app.add_routes(routes)
