"""Every route of the author's interface, with who may use it.

Without a session only `PUBLIC` routes can be used; the rest is denied in `access.py`.
"""

from dataclasses import dataclass
from enum import StrEnum

from aiohttp import web

from syndicate.errors import NotFound
from syndicate.web.admin import (
    access_tokens,
    account,
    activity,
    blocks,
    blogroll,
    blogroll_entry,
    chosen_posts,
    codes,
    comments,
    consent,
    deliveries,
    downloads,
    fediverse,
    feed,
    following,
    identity,
    imports,
    look,
    media,
    mentions,
    notifications,
    numbers,
    people,
    pictures,
    post_lists,
    posts,
    preview,
    published,
    publishing,
    quotes,
    revisions,
    settings,
    setup,
    sign_in,
    start,
    text_blocks,
    welcome,
)
from syndicate.web.admin.rendering import see_other
from syndicate.web.http.routes import View

MAX_FORM_BYTES = 64 * 1024


class Access(StrEnum):
    """Who may use a route."""

    PUBLIC = "public"
    """Everybody."""
    SESSION = "session"
    """The author, signed in."""
    CONFIRMED = "confirmed"
    """The author, within some minutes after signing in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """An address and its view. A form of more than `max_bytes` is refused. The files of an upload go to the disk. A form that
    has to wait for a sign-in is kept, and sent again, unless `is_kept` is not set: then its page is shown again."""

    method: str
    path: str
    view: View
    access: Access = Access.SESSION
    max_bytes: int = MAX_FORM_BYTES
    is_upload: bool = False
    is_kept: bool = True


def get(path: str, view: View, access: Access = Access.SESSION) -> Route:
    return Route(method="GET", path=path, view=view, access=access)


def post(path: str, view: View, access: Access = Access.SESSION, max_bytes: int = MAX_FORM_BYTES) -> Route:
    return Route(method="POST", path=path, view=view, access=access, max_bytes=max_bytes)


async def get_unknown(request: web.Request) -> web.StreamResponse:
    if request.path == "/admin":
        return see_other("/admin/")
    raise NotFound(request.path[:200])


UNKNOWN = Route(method="*", path="/admin{rest:(?:/.*)?}", view=get_unknown)
ROUTES: tuple[Route, ...] = (
    # signing in
    get("/admin/setup/{token}", setup.get_setup, Access.PUBLIC),
    post("/admin/setup/{token}", setup.post_setup, Access.PUBLIC),
    get("/admin/login", sign_in.get_login, Access.PUBLIC),
    post("/admin/login", sign_in.post_login, Access.PUBLIC, max_bytes=sign_in.MAX_RESUME_BYTES),
    post("/admin/login/options", sign_in.post_passkey_options, Access.PUBLIC),
    post("/admin/logout", sign_in.post_logout),
    # first run
    get("/admin/welcome/codes", codes.get_codes),
    post("/admin/welcome/codes", codes.post_codes, Access.CONFIRMED),
    get("/admin/welcome/passkey", setup.get_passkey_step),
    get("/admin/welcome/blog", welcome.get_blog),
    post("/admin/welcome/blog", welcome.post_blog, max_bytes=welcome.MAX_FORM_BYTES),
    get("/admin/welcome/import", welcome.get_import),
    get("/admin/welcome/checks", welcome.get_checks),
    # start
    get("/admin/", start.get_start),
    # posts
    get("/admin/posts/", post_lists.get_posts),
    get("/admin/posts/chosen", chosen_posts.get_chosen),
    post("/admin/posts/chosen", chosen_posts.post_chosen),
    post("/admin/posts/chosen/apply", chosen_posts.post_apply),
    post("/admin/posts/chosen/take-back", chosen_posts.post_take_back),
    get("/admin/posts/new", posts.get_new),
    post("/admin/posts/new", posts.post_new, max_bytes=posts.MAX_POST_FORM_BYTES),
    get("/admin/posts/{id}/", posts.get_post),
    post("/admin/posts/{id}/", posts.post_post, max_bytes=posts.MAX_POST_FORM_BYTES),
    post("/admin/posts/{id}/quick", post_lists.post_quick),
    post("/admin/posts/{id}/discard", posts.post_discard),
    post("/admin/posts/{id}/adopt", posts.post_adopt),
    get("/admin/posts/{id}/published", published.get_published),
    post("/admin/posts/{id}/take-back", published.post_take_back),
    get("/admin/posts/{id}/unpublish", published.get_unpublish),
    post("/admin/posts/{id}/unpublish", published.post_unpublish),
    get("/admin/posts/{id}/delete", posts.get_delete),
    post("/admin/posts/{id}/delete", posts.post_delete),
    get("/admin/posts/{id}/publish", publishing.get_publish),
    post("/admin/posts/{id}/publish", publishing.post_publish),
    get("/admin/posts/{id}/conflict", publishing.get_conflict),
    post("/admin/posts/{id}/conflict", publishing.post_conflict, max_bytes=posts.MAX_POST_FORM_BYTES),
    get("/admin/posts/{id}/revisions", revisions.get_revisions),
    post("/admin/posts/{id}/revisions", revisions.post_restore),
    get("/admin/posts/{id}/feed", feed.get_feed),
    get("/admin/posts/{id}/fediverse", fediverse.get_fediverse),
    get("/admin/posts/{id}/deliveries", deliveries.get_of_post),
    get("/admin/posts/{id}/preview", preview.get_preview),
    get("/admin/posts/{id}/preview/frame", preview.get_frame),
    post("/admin/posts/{id}/preview/frame", preview.post_frame, max_bytes=posts.MAX_POST_FORM_BYTES),
    post("/admin/posts/{id}/preview/link", preview.post_link),
    post("/admin/posts/{id}/preview/end", preview.post_end_links),
    post("/admin/posts/{id}/blocks", text_blocks.post_blocks, max_bytes=posts.MAX_POST_FORM_BYTES),
    post("/admin/posts/{id}/shown", text_blocks.post_shown, max_bytes=posts.MAX_POST_FORM_BYTES),
    post("/admin/pictures", pictures.post_picture, max_bytes=pictures.MAX_PICTURE_BYTES),
    # pictures and other files
    get("/admin/media/", media.get_media),
    Route(
        method="POST",
        path="/admin/media/",
        view=media.post_media,
        max_bytes=media.MAX_UPLOAD_BYTES,
        is_upload=True,
    ),
    get("/admin/media/{id}/", media.get_file),
    post("/admin/media/{id}/", media.post_file),
    post("/admin/media/{id}/delete", media.post_delete),
    # being notified
    get("/admin/notifications/", notifications.get_notifications),
    post("/admin/notifications/", notifications.post_notifications),
    post("/admin/notifications/test", notifications.post_test),
    post("/admin/notifications/address", notifications.post_address),
    # look
    get("/admin/look/", look.get_look),
    post("/admin/look/", look.post_look, max_bytes=look.MAX_LOOK_FORM_BYTES),
    # bringing in and taking along
    get("/admin/import/", imports.get_import),
    Route(
        method="POST",
        path="/admin/import/",
        view=imports.post_import,
        max_bytes=imports.MAX_UPLOAD_BYTES,
        is_upload=True,
    ),
    get("/admin/export/", downloads.get_export),
    post("/admin/export/backup", downloads.post_backup, Access.CONFIRMED),
    post("/admin/export/blog", downloads.post_export),
    # comments
    get("/admin/comments/", comments.get_comments),
    post("/admin/comments/", comments.post_comments),
    post("/admin/comments/undo", comments.post_undo),
    get("/admin/comments/{id}/", comments.get_comment),
    post("/admin/comments/{id}/", comments.post_comment),
    get("/admin/comments/{id}/edit", comments.get_edit),
    post("/admin/comments/{id}/edit", comments.post_edit),
    get("/admin/quotes/", quotes.get_quotes),
    post("/admin/quotes/", quotes.post_quotes),
    get("/admin/mentions/", mentions.get_mentions),
    post("/admin/mentions/seen", mentions.post_seen),
    post("/admin/mentions/dismiss", mentions.post_dismiss),
    # people
    get("/admin/people/", people.get_people),
    get("/admin/people/followers.csv", people.get_csv),
    post("/admin/people/remove", people.post_remove),
    get("/admin/people/blocks/", blocks.get_blocks),
    post("/admin/people/blocks/", blocks.post_block),
    get("/admin/people/blocks/{kind:people|servers}.csv", blocks.get_csv),
    post("/admin/people/blocks/remove", blocks.post_unblock),
    # blogroll
    get("/admin/blogroll/", blogroll.get_blogroll),
    get("/admin/blogroll/posts/", blogroll.get_posts),
    get("/admin/blogroll/blogroll.opml", blogroll.get_opml),
    get("/admin/blogroll/following.csv", blogroll.get_csv),
    post("/admin/blogroll/find", following.post_find),
    post("/admin/blogroll/follow", following.post_follow),
    get("/admin/blogroll/{id}/", blogroll_entry.get_entry),
    post("/admin/blogroll/{id}/", blogroll_entry.post_entry),
    post("/admin/blogroll/{id}/unfollow", blogroll_entry.post_unfollow),
    # where it went, and what came in
    get("/admin/deliveries/", deliveries.get_deliveries),
    post("/admin/deliveries/again", deliveries.post_again),
    get("/admin/activity/", activity.get_activity),
    get("/admin/activity/{id}/", activity.get_received),
    # numbers
    get("/admin/numbers/", numbers.get_numbers),
    # settings
    get("/admin/settings/", settings.get_settings),
    post("/admin/settings/", settings.post_settings),
    # account
    get("/admin/account/", account.get_account),
    post("/admin/account/password", account.post_password),
    get("/admin/account/codes", codes.get_codes),
    post("/admin/account/codes", codes.post_codes, Access.CONFIRMED),
    post("/admin/account/codes.txt", codes.post_download),
    post("/admin/account/passkeys", account.post_passkey, Access.CONFIRMED),
    post("/admin/account/passkeys/options", account.post_passkey_options, Access.CONFIRMED),
    post("/admin/account/passkeys/remove", account.post_remove_passkey, Access.CONFIRMED),
    post("/admin/account/factors", account.post_factors, Access.CONFIRMED),
    post("/admin/account/sessions", account.post_sign_out_others),
    # tokens for other programs
    get("/admin/account/tokens/", access_tokens.get_tokens),
    post("/admin/account/tokens/", access_tokens.post_token, Access.CONFIRMED),
    post("/admin/account/tokens/revoke", access_tokens.post_revoke),
    get(consent.CONSENT, consent.get_consent, Access.CONFIRMED),
    Route(method="POST", path=consent.CONSENT, view=consent.post_consent, access=Access.CONFIRMED, is_kept=False),
    # keys, and moving
    get("/admin/account/keys", identity.get_keys),
    post("/admin/account/keys", identity.post_keys, Access.CONFIRMED),
    get("/admin/account/move", identity.get_move),
    post("/admin/account/move", identity.post_move, Access.CONFIRMED),
    post("/admin/account/move/cancel", identity.post_cancel, Access.CONFIRMED),
    # everything else
    UNKNOWN,
)
_BY_ADDRESS = {(route.method, route.path): route for route in ROUTES}


SECRET_LINKS = (
    web.get("/preview/{token}/", preview.get_by_link),
    web.get("/notifications/{secret}/feed/", notifications.get_feed),
    web.get("/notifications/{secret}/off", notifications.get_off),
    web.post("/notifications/{secret}/off", notifications.post_off),
)
"""Addresses that the author makes and gives away: a preview of a draft, the feed and mails of notifications."""


def admin_routes() -> tuple[web.RouteDef, ...]:
    """Return the routes as the application registers them."""
    return tuple(
        web.get(route.path, route.view) if route.method == "GET" else web.route(route.method, route.path, route.view)
        for route in ROUTES
    )


def find_route(request: web.Request) -> Route:
    """Return the route of a request; one that is not in the table is denied without a session."""
    resource = request.match_info.route.resource
    method = "GET" if request.method == "HEAD" else request.method
    return _BY_ADDRESS.get((method, resource.canonical if resource else ""), UNKNOWN)
