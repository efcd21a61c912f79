"""The routes of programs that write for the author: Micropub, and signing in by IndieAuth."""

from aiohttp import web

from syndicate.web.api import access, indieauth, micropub
from syndicate.web.http.bodies import MAX_FORM_BYTES
from syndicate.web.http.routes import post_route

MICROPUB = (
    web.get("/micropub", micropub.get_micropub),
    post_route("/micropub", micropub.post_micropub, micropub.MAX_UPLOAD_BYTES),
    post_route("/micropub/media", micropub.post_media, micropub.MAX_UPLOAD_BYTES),
    web.options("/micropub", access.allow_other_origins),
    web.options("/micropub/media", access.allow_other_origins),
    web.route("*", "/micropub/media", access.refuse_other_methods),
)
INDIEAUTH = (
    web.get("/.well-known/oauth-authorization-server", indieauth.get_metadata),
    web.get("/indieauth/authorize", indieauth.get_authorize),
    web.get("/indieauth/token", indieauth.get_token),
    web.get("/indieauth/userinfo", indieauth.get_userinfo),
    post_route("/indieauth/authorize", indieauth.post_authorize, MAX_FORM_BYTES),
    post_route("/indieauth/token", indieauth.post_token, MAX_FORM_BYTES),
    post_route("/indieauth/introspect", indieauth.post_introspect, MAX_FORM_BYTES),
    post_route("/indieauth/revoke", indieauth.post_revoke, MAX_FORM_BYTES),
    web.options("/indieauth/{endpoint}", access.allow_other_origins),
    web.options("/.well-known/oauth-authorization-server", access.allow_other_origins),
)
