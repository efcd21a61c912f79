"""The address that a file had in the old blog, and the id that the old feed gave it.

Pure functions of a project and of what a file says. What cannot be known is not made up.
"""

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from syndicate.content.permalinks import has_tokens, path_of
from syndicate.content.text import canonical_path, slugify
from syndicate.importers.markdown.patterns import ascii_slug, fill, fill_liquid, hugo_path, jekyll_slug
from syndicate.importers.markdown.programs import (
    ASTRO,
    ELEVENTY,
    GATSBY,
    HEXO,
    HUGO,
    JEKYLL,
    NIKOLA,
    OCTOPRESS,
    PELICAN,
    ZOLA,
)
from syndicate.importers.markdown.project import Project
from syndicate.urls import split

_JEKYLL_STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressParts:
    """What an old address is made from: `filename` is the name as it is, `name` without its date, `slug` what the header
    gives; `date` is in the zone of the old blog; `fields` are the words of the header.
    """

    folders: tuple[str, ...] = ()
    filename: str
    name: str
    slug: str = ""
    title: str = ""
    date: datetime | None = None
    categories: tuple[str, ...] = ()
    language: str = ""
    is_page: bool = False
    is_bundle: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OldAddress:
    """`path` begins with the prefix of the old blog; `unknown` is a pattern that could not be filled."""

    path: str | None = None
    aliases: tuple[str, ...] = ()
    unknown: str = ""


def old_address(project: Project, place: AddressParts, written: str) -> OldAddress:
    """Return the address of a file in the old blog. `written` is the one in its header."""
    if written and not (project.program is JEKYLL and written in _JEKYLL_STYLES):
        return _written(project, place, written)
    style = written or project.pattern
    if project.is_pattern_given and not place.is_page:
        return _filled(project, place, project.pattern)
    by_program = _BY_PROGRAM.get(project.program.name)
    return by_program(project, place, style) if by_program else OldAddress()


def feed_id(project: Project, place: AddressParts, path: str) -> str:
    """Return the id of a post in the old feed; empty if it is not known."""
    if not project.origin:
        return ""
    if project.program in (JEKYLL, OCTOPRESS):
        below = path.removeprefix(project.prefix) if project.prefix else path
        folder = posixpath.dirname(below.rstrip("/")).rstrip("/")
        return project.origin + canonical_path(f"{project.prefix}{folder}/{place.slug or place.name}")
    if project.program is PELICAN and place.date is not None:
        return f"tag:{split(project.origin).hostname},{place.date:%Y-%m-%d}:{path}"
    return project.origin + path


def relative_to_post(path: str, alias: str) -> str:
    """Return an alias as a path from the root; a relative one counts from the folder of the post."""
    if alias.startswith("/") or "://" in alias:
        return alias
    return posixpath.normpath(posixpath.join(posixpath.dirname(path.rstrip("/")), alias)) + (
        "/" if alias.endswith("/") else ""
    )


def _written(project: Project, place: AddressParts, written: str) -> OldAddress:
    if "{{" in written:
        filled = fill_liquid(written, _values(place), place.date)
    elif has_tokens(written):
        filled = fill(written, _values(place), place.date)
    else:
        filled = written
    if filled is None:
        return OldAddress(unknown=written)
    path = path_of(filled, hosts=project.hosts)
    if path is None:
        return OldAddress(unknown=written)
    is_whole = bool(split(filled).netloc)
    is_directory = project.program in (HUGO, ZOLA, GATSBY) and not re.search(r"\.\w{2,5}$|/$", path)
    path = _plain_index(f"{path}/" if is_directory else path)
    return OldAddress(path=path if is_whole else _prefixed(project, path))


def _filled(project: Project, place: AddressParts, pattern: str, **more: str) -> OldAddress:
    filled = fill(pattern, {**_values(place), **more}, place.date)
    if filled is None:
        return OldAddress(unknown=pattern)
    path = path_of(re.sub(r"/{2,}", "/", filled))
    return OldAddress(path=_prefixed(project, _plain_index(path))) if path else OldAddress(unknown=pattern)


def _plain_index(path: str) -> str:
    return path.removesuffix("index.html") if path.endswith("/index.html") else path


def _prefixed(project: Project, path: str) -> str:
    return project.prefix + path


def _values(place: AddressParts) -> dict[str, str]:
    """Return the tokens that do not depend on the program."""
    slug = place.slug or place.name
    folders = "/".join(place.folders)
    categories = "/".join(dict.fromkeys(name.lower() for name in place.categories))
    return {
        **{name: value for name, value in place.fields.items() if value},
        "folders": folders,
        "sections": folders,
        "section": place.folders[0] if place.folders else "",
        "title": slug,
        "slug": slug,
        "name": place.name,
        "filename": place.filename,
        "basename": place.filename,
        "base_name": place.filename,
        "contentbasename": place.filename,
        "slugorfilename": place.slug or place.filename,
        "slugorcontentbasename": place.slug or place.filename,
        "post_title": slugify(place.title) or slug,
        "categories": categories,
        "slugified_categories": "/".join(slugify(name) for name in place.categories),
        "category": slugify(place.categories[0]) if place.categories else "",
        "lang": place.language,
        "output_ext": ".html",
        "page.fileslug": place.name,
        "page.filepathstem": f"/{'/'.join((*place.folders, place.name))}",
    }


# -- one program each ------------------------------------------------------------------------------------------------


def _language_prefix(project: Project, place: AddressParts) -> str:
    default = project.language or "en"
    return f"/{place.language}" if place.language and place.language != default else ""


def _hugo(project: Project, place: AddressParts, _style: str) -> OldAddress:
    patterns = project.settings.get("permalinks")
    section = place.folders[0].lower() if place.folders else ""
    if isinstance(patterns, dict) and isinstance(patterns.get("page"), dict):
        patterns = patterns["page"]
    pattern = str(patterns.get(section) or patterns.get(section.lower()) or "") if isinstance(patterns, dict) else ""
    prefix = _language_prefix(project, place)
    name = place.slug or place.filename
    has_lower = not project.settings.is_on("disablepathtolower")
    folders = "/".join(place.folders)
    if pattern:
        words = {
            "title": hugo_path(place.title) or place.name,
            "slug": hugo_path(place.slug or place.title),
            "folders": folders,
        }
        found = _filled(project, place, prefix + pattern, **(_lowered(words) if has_lower else words))
        return _ugly(project, found) if found.path else found
    path = hugo_path(f"{prefix}/{folders}/{name}/")
    found = _filled(project, place, path.lower() if has_lower else path)
    if place.filename == place.name or place.slug:
        return _ugly(project, found)
    other = _filled(project, place, hugo_path(f"{prefix}/{folders}/{place.name}/").lower())
    dates = project.settings.get("frontmatter.date")
    first, second = (other, found) if isinstance(dates, list) and ":filename" in dates else (found, other)
    return OldAddress(path=_ugly(project, first).path, aliases=(second.path or "",))


def _lowered(words: Mapping[str, str]) -> dict[str, str]:
    return {name: word.lower() for name, word in words.items()}


def _ugly(project: Project, found: OldAddress) -> OldAddress:
    if not project.settings.is_on("uglyurls") or found.path is None or found.path == "/":
        return found
    return OldAddress(path=f"{found.path.rstrip('/')}.html", aliases=(found.path,))


def _zola(project: Project, place: AddressParts, _style: str) -> OldAddress:
    folders = "/".join(ascii_slug(part) or part for part in place.folders)
    name = place.slug or ascii_slug(place.name) or place.name
    prefix = _language_prefix(project, place)
    return _filled(project, place, f"{prefix}/:folders/:slug/", folders=folders, slug=name)


def _jekyll(project: Project, place: AddressParts, style: str) -> OldAddress:
    form = _JEKYLL_STYLES.get(style or project.program.default, style or project.program.default)
    if place.is_page:
        is_pretty = form.endswith("/")
        if place.is_bundle or is_pretty:
            return _filled(project, place, "/:folders/:filename/")
        return _filled(project, place, "/:folders/:filename:output_ext")
    slug = place.slug or place.name
    return _filled(project, place, form, title=jekyll_slug(slug), slug=slugify(slug), name=slugify(place.name))


def _hexo(project: Project, place: AddressParts, style: str) -> OldAddress:
    if place.is_page:
        return _filled(project, place, "/:folders/:filename/" if place.is_bundle else "/:folders/:filename:output_ext")
    below = place.folders[place.folders.index("_posts") + 1 :] if "_posts" in place.folders else place.folders
    has_date = ":year" in project.settings.text("new_post_name")
    name = place.slug or (place.name if has_date else place.filename)
    categories = place.categories or (project.settings.text("default_category") or "uncategorized",)
    values = {"title": "/".join((*below, name)), "name": name, "slug": name, "category": slugify(categories[-1])}
    form = style or project.program.default
    return _filled(project, place, form if form.startswith("/") else f"/{form}", **values)


def _pelican(project: Project, place: AddressParts, style: str) -> OldAddress:
    source = place.filename if project.settings.text("slugify_source") == "basename" else place.title
    slug = place.slug or ascii_slug(source)
    form = style or project.program.default
    if place.is_page:
        form = project.settings.text("page_url") or project.program.page_default
    form = form.replace("{slug}", ":slug").replace("{category}", ":category")
    return _filled(project, place, f"/{form.lstrip('/')}", slug=slug) if slug else OldAddress(unknown="{slug}")


def _nikola(project: Project, place: AddressParts, _style: str) -> OldAddress:
    folder = "pages" if place.is_page else "posts"
    default = project.settings.text("default_lang") or project.language
    prefix = f"/{place.language}" if place.language and place.language != default else ""
    folders = "/".join(part for part in place.folders if part not in ("posts", "pages", "stories"))
    end = ".html" if project.settings.is_off("pretty_urls") else "/"
    slug = place.slug or slugify(place.filename)
    return _filled(project, place, f"{prefix}/{folder}/:folders/:slug:end", folders=folders, slug=slug, end=end)


def _eleventy(project: Project, place: AddressParts, _style: str) -> OldAddress:
    is_same = place.folders and place.folders[-1] == place.filename and not place.is_bundle
    found = _filled(project, place, "/:folders/" if is_same else "/:folders/:filename/")
    if place.filename == place.name:
        return found
    other = _filled(project, place, "/:folders/:name/")
    return OldAddress(path=found.path, aliases=(other.path or "",), unknown=found.unknown)


def _astro(project: Project, place: AddressParts, _style: str) -> OldAddress:
    id = place.slug or place.filename
    return _filled(
        project, place, "/:folders/:id/", folders="/".join(place.folders).lower(), id=id.lower().replace(" ", "-")
    )


def _gatsby(project: Project, place: AddressParts, _style: str) -> OldAddress:
    found = _filled(project, place, "/:folders/:filename/")
    return OldAddress(path=found.path, aliases=(f"/blog{found.path}",) if found.path else (), unknown=found.unknown)


_BY_PROGRAM: Mapping[str, Callable[[Project, AddressParts, str], OldAddress]] = {
    HUGO.name: _hugo,
    ZOLA.name: _zola,
    JEKYLL.name: _jekyll,
    OCTOPRESS.name: _jekyll,
    HEXO.name: _hexo,
    PELICAN.name: _pelican,
    NIKOLA.name: _nikola,
    ELEVENTY.name: _eleventy,
    ASTRO.name: _astro,
    GATSBY.name: _gatsby,
}
