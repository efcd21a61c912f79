"""Micropub (W3C): other programs write for the author, with a token. The views check the token and its
scopes, read the request, and pass it on.
"""

from http import HTTPStatus

from aiohttp import web

from syndicate.errors import PictureRefused
from syndicate.model.post import TermKind
from syndicate.storage.access_tokens import AccessToken, Scope
from syndicate.translation import _
from syndicate.urls import Urls
from syndicate.web.admin.pictures import UPLOADS
from syndicate.web.api.access import answered, bearer_token, find_token, require_scope
from syndicate.web.api.micropub_entry import with_descriptions
from syndicate.web.api.micropub_posts import MICROPUB_POSTS
from syndicate.web.api.micropub_request import (
    Action,
    MicropubRequest,
    Properties,
    invalid,
    request_of_fields,
    request_of_json,
)
from syndicate.web.http.bodies import FORM_TYPE, MAX_BODY_BYTES
from syndicate.web.http.clients import address_of
from syndicate.web.http.keys import BODIES
from syndicate.web.http.multipart import MULTIPART_TYPE, UploadedFile, get_boundary, parse_multipart
from syndicate.web.keys import CONFIG, STORE, URLS

JSON_TYPE = "application/json"
MAX_UPLOAD_BYTES = 12 * 1024 * 1024
QUERIES = ("config", "source", "syndicate-to", "category", "post-types")
ANSWERS = (("reply", "Reply"), ("like", "Like"), ("repost", "Boost"))
POST_TYPES = (("note", "Note"), ("article", "Article"), ("photo", "Photo"), ("bookmark", "Bookmark"), *ANSWERS)
Files = list[tuple[str, UploadedFile]]


# queries


@answered
async def get_micropub(request: web.Request) -> web.Response:
    """Answer a query (§3.7)."""
    token, wanted = await find_token(request, bearer_token(request)), request.query.get("q", "")
    require_scope(token, *(scope for scope in Scope if scope is not Scope.PROFILE))
    media = {"media-endpoint": request.app[URLS].micropub_media}
    targets: dict[str, list[str]] = {"syndicate-to": []}
    types = {"post-types": [{"type": type, "name": name} for type, name in POST_TYPES]}
    match wanted:
        case "config":
            visibility = {"visibility": ["public", "unlisted", "private"]}
            return web.json_response({**media, **targets, **types, **visibility, "q": QUERIES})
        case "source":
            return await _source(request, token)
        case "syndicate-to":
            return web.json_response(targets)
        case "category":
            tags = await request.app[STORE].terms.list_all(TermKind.TAG)
            return web.json_response({"categories": [tag.name for tag in tags]})
        case "post-types":
            return web.json_response(types)
        case _:
            raise invalid(f"The query {wanted[:50]!r} is not known. There are {', '.join(QUERIES)}.")


async def _source(request: web.Request, token: AccessToken) -> web.Response:
    """Return all properties of a post, or those that are asked for: texts may be secret, so it needs to be allowed."""
    require_scope(token, Scope.UPDATE)
    found = await request.app[MICROPUB_POSTS].source(request.query.get("url", ""))
    wanted = [*request.query.getall("properties[]", []), *request.query.getall("properties", [])]
    if wanted:
        return web.json_response({"properties": {name: found[name] for name in wanted if name in found}})
    return web.json_response({"type": ["h-entry"], "properties": found})


# changes


@answered
async def post_micropub(request: web.Request) -> web.Response:
    """Create, update, delete or undelete a post (§3.3 to §3.5)."""
    token, micropub, files = await _read(request)
    posts = request.app[MICROPUB_POSTS]
    if files and micropub.action is not Action.CREATE:
        raise invalid("Files can be sent with a new post only.")
    match micropub.action:
        case Action.CREATE:
            return await _create(request, token, micropub.properties, files)
        case Action.UPDATE:
            require_scope(token, Scope.UPDATE)
            return _changed(micropub.url, await posts.update(micropub))
        case Action.DELETE:
            require_scope(token, Scope.DELETE)
            await posts.delete(micropub.url)
            return web.Response(status=HTTPStatus.NO_CONTENT)
        case Action.UNDELETE:
            require_scope(token, Scope.UNDELETE)
            return _changed(micropub.url, await posts.undelete(micropub.url))


async def _create(request: web.Request, token: AccessToken, properties: Properties, files: Files) -> web.Response:
    require_scope(token, Scope.CREATE, Scope.DRAFT)
    may_publish = Scope.CREATE in token.scopes
    if not may_publish and properties.get("post-status", ["draft"]) != ["draft"]:
        require_scope(token, Scope.CREATE)
    posts = request.app[MICROPUB_POSTS]
    properties, descriptions = with_descriptions(properties, len(files))
    posts.check(properties)  # before a file is kept
    photos = [await _kept_photo(request, *file, alt) for file, alt in zip(files, descriptions, strict=True)]
    if photos:
        properties = {**properties, "photo": [*photos, *properties.get("photo", [])]}
    address = await posts.create(posts.draft_of_new(properties, is_draft=not may_publish))
    return web.Response(status=HTTPStatus.CREATED, headers={"Location": address})


async def _kept_photo(request: web.Request, name: str, file: UploadedFile, alt: str) -> dict[str, str]:
    if name.partition("[")[0] != "photo":
        raise invalid(f"{name[:50]} has no place in a post of this blog, so nothing has been done.")
    kept = await request.app[UPLOADS].keep(file.data, alt)
    return {"value": request.app[URLS].absolute(Urls.media(kept.name or "")), "alt": alt}


def _changed(before: str, after: str) -> web.Response:
    if before == after:
        return web.Response(status=HTTPStatus.NO_CONTENT)
    return web.Response(status=HTTPStatus.CREATED, headers={"Location": after})


@answered
async def post_media(request: web.Request) -> web.Response:
    """Keep a file for a post (§3.6)."""
    """Keep a file, whose type its bytes decide. It is public once a public post uses it."""
    token, _request, files = await _read(request)
    require_scope(token, Scope.MEDIA, Scope.CREATE)
    if [name for name, _file in files] != ["file"]:
        raise PictureRefused(_("Please send one file, as multipart/form-data, in a part with the name file."))
    kept = await request.app[UPLOADS].keep_file(files[0][1].data, "", files[0][1].filename)
    location = request.app[URLS].absolute(Urls.media(kept.name or ""))
    return web.Response(status=HTTPStatus.CREATED, headers={"Location": location})


# reading


async def _read(request: web.Request) -> tuple[AccessToken, MicropubRequest, Files]:
    """Return the token, the request, and its files. Only a token in the header allows a large body."""
    header = bearer_token(request)
    token = await find_token(request, header) if header else None
    micropub, files = await _parsed(request, MAX_UPLOAD_BYTES if token else MAX_BODY_BYTES)
    if token is not None and micropub.token:
        raise invalid("The access token is given twice: in the header and in the body.")
    return token or await find_token(request, micropub.token), micropub, files


async def _parsed(request: web.Request, max_bytes: int) -> tuple[MicropubRequest, Files]:
    bodies, address = request.app[BODIES], address_of(request, request.app[CONFIG].server)
    match request.content_type:
        case kind if kind == FORM_TYPE:
            return request_of_fields(await bodies.form(request, address, MAX_BODY_BYTES)), []
        case kind if kind == JSON_TYPE:
            return request_of_json(await bodies.read(request, address)), []
        case kind if kind == MULTIPART_TYPE:
            is_upload = max_bytes > MAX_BODY_BYTES
            body = await bodies.read(request, address, max_bytes, is_upload=is_upload)
            fields, files = parse_multipart(body, get_boundary(request))
            return request_of_fields(fields), files
        case _:
            raise invalid(f"The body has to be {FORM_TYPE}, {MULTIPART_TYPE} or {JSON_TYPE}.")
