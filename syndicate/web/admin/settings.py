"""The settings of the blog: those that its configuration does not give."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from aiohttp import web

from syndicate.config import Config
from syndicate.errors import SettingInvalid
from syndicate.model.post import SourceFormat
from syndicate.storage.site_settings import NEW_POST_FORMAT, SHORTCUTS, SiteSettings
from syndicate.translation import _
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.settings import SettingField, SettingGroup, SettingsPage
from syndicate.web.admin.rendering import respond, respond_to_form, see_other
from syndicate.web.admin.session import FORM
from syndicate.web.keys import SETTINGS

SETTINGS_PAGE = "/admin/settings/"
GROUPS = (
    SettingGroup(
        name="comments",
        heading=_("Comments"),
        fields=(
            SettingField(
                name="comments.moderation",
                label=_("Which comments wait for you"),
                kind="choice",
                options=(
                    ("first-time", _("The first of each person")),
                    ("all", _("All of them")),
                    ("off", _("None: public replies show at once")),
                ),
                hint=_("Blocked people and servers stay out in any case."),
            ),
            SettingField(
                name="comments.form",
                label=_("Readers without an account may comment"),
                kind="check",
                hint=_("By a form under each post, which asks for a name. What comes by it always waits for you."),
            ),
            SettingField(
                name="comments.webmentions",
                label=_("Other blogs may answer from their own pages"),
                kind="check",
                hint=_(
                    "By Webmention: a page that links to a post becomes a comment. The first of each site waits for you."
                ),
            ),
        ),
    ),
    SettingGroup(
        name="writing",
        heading=_("Writing"),
        fields=(
            SettingField(
                name=NEW_POST_FORMAT,
                label=_("New posts are written"),
                kind="choice",
                options=(
                    ("", _("as the last post was")),
                    (SourceFormat.HTML.value, _("with the rich editor")),
                    (SourceFormat.MARKDOWN.value, _("in Markdown")),
                ),
                hint=_("Each new post can also be begun in the other way. Posts that exist stay as they are."),
            ),
            SettingField(
                name="site.permalinks",
                label=_("Addresses of new posts"),
                hint=_("Made of {year}, {month}, {day} and {slug}. Posts that are out keep theirs."),
            ),
            SettingField(
                name="site.language",
                label=_("Language"),
                hint=_("That of the pages, and of new posts: such as en-GB or de-AT."),
            ),
            SettingField(
                name="site.timezone",
                label=_("Time zone"),
                hint=_("Dates are shown in it, such as Europe/Vienna. The addresses of posts that are out stay."),
            ),
        ),
    ),
    SettingGroup(
        name="pages",
        heading=_("Pages"),
        fields=(
            SettingField(
                name="site.posts_per_page", label=_("Posts on a page"), kind="number", hint=_("From 1 to 100.")
            ),
            SettingField(
                name="federation.show_followers",
                label=_("Show to everybody who follows the blog"),
                kind="check",
                hint=_("How many follow is public in any case."),
            ),
        ),
    ),
    SettingGroup(
        name="desk",
        heading=_("This desk"),
        fields=(
            SettingField(
                name=SHORTCUTS,
                label=_("Keys"),
                kind="check",
                hint=_("Single letters do what buttons do, where the page says so."),
            ),
        ),
    ),
)
DEFAULTS = {SHORTCUTS: True, NEW_POST_FORMAT: ""}
"""The values of the desk's own settings that nobody has set."""


async def get_settings(request: web.Request) -> web.StreamResponse:
    settings = request.app[SETTINGS]
    return respond(request, _page(settings, Form({field.name: _shown(settings, field) for field in _fields()})))


async def post_settings(request: web.Request) -> web.StreamResponse:
    """Save what was changed: all of it, or nothing where something is wrong."""
    settings, form = request.app[SETTINGS], request[FORM]
    errors: dict[str, str] = {}
    changes: dict[str, Any] = {}
    for field in _fields():
        if settings.is_locked(field.name):
            continue
        value = _value(field, form)
        if value != _current(settings, field.name):
            changes[field.name] = value
        if field.kind == "choice" and value not in dict(field.options):
            errors[field.name] = _("Please choose one of these.")
    for name, value in changes.items():
        if problem := settings.problem_of(name, value):
            errors[name] = _sentence(problem)
    if not errors and changes:
        try:
            await settings.save(changes)
        except SettingInvalid as error:
            errors[error.name] = _sentence(error.problem)
    if errors:
        typed = {field.name: form.get(field.name) for field in _fields() if not settings.is_locked(field.name)}
        locked = {field.name: _shown(settings, field) for field in _fields() if settings.is_locked(field.name)}
        wrong = Form(typed | locked, errors)
        return respond_to_form(request, _page(settings, wrong), wrong)
    return see_other(SETTINGS_PAGE, "settings" if changes else "settings-same")


def _page(settings: SiteSettings, form: Form) -> SettingsPage:
    groups = tuple(
        replace(group, fields=tuple(replace(field, is_locked=settings.is_locked(field.name)) for field in group.fields))
        for group in GROUPS
    )
    return SettingsPage(form=form, groups=groups)


def _fields() -> Iterator[SettingField]:
    for group in GROUPS:
        yield from group.fields


def _current(settings: SiteSettings, name: str) -> Any:
    section, _separator, key = name.partition(".")
    if section in Config.model_fields:
        return getattr(getattr(settings.config, section), key)
    return settings.get(name, DEFAULTS[name])


def _shown(settings: SiteSettings, field: SettingField) -> str:
    """Return the value as it stands in the form."""
    value = _current(settings, field.name)
    return ("1" if value else "") if field.kind == "check" else str(value)


def _value(field: SettingField, form: Form) -> Any:
    """Return the value that was typed."""
    typed = form.get(field.name).strip()
    if field.kind == "check":
        return typed == "1"
    if field.kind == "number":
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else typed
    return typed


def _sentence(problem: str) -> str:
    """Return a problem, which says what a value is or must be, as a sentence of its own."""
    return _("This {problem}.", problem=problem.rstrip("."))
