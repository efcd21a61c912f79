"""Render each known WordPress shortcode as HTML.

In comes a shortcode with its attributes; out goes a figure for a picture with a caption, a player for audio and
video, a link for embedded content, and nothing for forms and lists that only the old blog could fill. Galleries name
attachments that may follow in the export, so they become figures of numbered, empty links, which
`wordpress_html.resolve_galleries` fills. The HTML is not sanitized yet.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape, unescape

from syndicate.content.text import plain
from syndicate.importers.wordpress.code import code_html


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcode:
    """`[name named="…" positional]body[/name]`, values as written. `body` is None without an end tag."""

    name: str
    named: dict[str, str]
    positional: tuple[str, ...]
    body: str | None

    @property
    def is_bare(self) -> bool:
        """Whether it is only a word in brackets, such as `[video]`, which may be ordinary text."""
        return not self.named and not self.positional and not self.body


_IMAGE = re.compile(r"(?:<a\s[^<>]*+>\s*+)?<img\s[^<>]*+>(?:\s*+</a\s*+>)?", re.IGNORECASE)
_ALIGNMENTS = {"alignleft", "aligncenter", "alignright"}
_WEB_ADDRESS = re.compile(r"""(?:https?:)?//[^\s<>"']++""", re.IGNORECASE)
_FILE_ADDRESS = re.compile(r"""(?:https?:/)?/[^\s<>"'|]++""", re.IGNORECASE)
_NUMBER = re.compile("[0-9]{1,18}", re.ASCII)
_ID = re.compile(r"[\w-]{1,64}", re.ASCII)


def render(shortcode: Shortcode) -> str | None:
    """Return the HTML of a known or verbatim shortcode; None if it is ordinary text."""
    if is_verbatim(shortcode.name):
        return _code(shortcode)
    return KNOWN[shortcode.name](shortcode)


def is_lost(name: str) -> bool:
    """Whether everything that the shortcode showed is lost, except for the text within."""
    return not is_verbatim(name) and KNOWN.get(name, _nothing) is _nothing


def is_link(name: str) -> bool:
    """Whether a link remains of what the shortcode showed."""
    return name in _ELSEWHERE or name in _ADDRESS_OF_ID


def is_verbatim(name: str) -> bool:
    """Whether the shortcode is one around code, which counts only with an end tag: `[text]` and `[source]` are also
    words.
    """
    return name in _VERBATIM or bool(_CODE_COLORER.fullmatch(name))


def _caption(shortcode: Shortcode) -> str | None:
    """Render both forms: the caption as an attribute, and since WordPress 3.4 as text after the picture."""
    if shortcode.body is None:
        return None if shortcode.is_bare else ""
    body = shortcode.body.strip()
    caption = shortcode.named.get("caption", "").strip()
    picture = _IMAGE.search(body)
    if picture and not caption:
        caption = (body[: picture.start()] + body[picture.end() :]).strip()
        body = picture[0]
    align = shortcode.named.get("align", "")
    opening = f'<figure class="{align}">' if align in _ALIGNMENTS else "<figure>"
    return f"{opening}{body}<figcaption>{caption}</figcaption></figure>" if caption else f"{opening}{body}</figure>"


def _gallery(shortcode: Shortcode) -> str | None:
    """Render a gallery. Without `ids`, it shows all pictures uploaded to the post, or to the post that `id` names."""
    ids = _NUMBER.findall(shortcode.named.get("ids", "") or shortcode.named.get("include", ""))
    if ids:
        links = "".join(f'<a data-attachment="{int(id)}"></a>' for id in ids)
        return f'<figure class="wp-gallery">{links}</figure>'
    parent = shortcode.named.get("id", "")
    number = int(parent) if _NUMBER.fullmatch(parent) else 0
    return f'<figure class="wp-gallery" data-parent="{number}"></figure>'


def _elsewhere(template: str = "") -> Callable[[Shortcode], str | None]:
    """Return a renderer for embedded content. `template` makes an address of a bare id."""

    def link(shortcode: Shortcode) -> str | None:
        address = _address(shortcode, template)
        if address:
            return f'<p><a href="{escape(address)}">{escape(address)}</a></p>'
        return None if shortcode.is_bare else shortcode.body or ""

    return link


def _address(shortcode: Shortcode, template: str) -> str:
    candidates = [*shortcode.positional, *(shortcode.named.get(name, "") for name in _NAMES_OF_ADDRESSES)]
    candidates.append(plain(shortcode.body or ""))
    values = [unescape(candidate).strip() for candidate in candidates]
    for value in values:
        if _WEB_ADDRESS.fullmatch(value):
            return f"https:{value}" if value.startswith("//") else value
    if template:
        ids = (value.partition("&")[0] for value in values)
        return next((template.format(id) for id in ids if _ID.fullmatch(id)), "")
    return ""


_NAMES_OF_ADDRESSES = ("url", "src", "href", "link", "id", "v", "video_id")


def _player(element: str, *types: str) -> Callable[[Shortcode], str | None]:
    """Return a renderer for audio or video, with a link inside for clients that cannot play it."""

    def player(shortcode: Shortcode) -> str | None:
        named = [shortcode.named.get(name, "") for name in ("src", *types)]
        candidates = [*named, *(value.partition("|")[0] for value in shortcode.positional), plain(shortcode.body or "")]
        values = (unescape(candidate).strip() for candidate in candidates)
        address = next((value for value in values if _FILE_ADDRESS.fullmatch(value)), None)
        if address is None:
            return None if shortcode.is_bare else ""
        src = escape(address)
        link = f'<a href="{src}">{escape(address.rstrip("/").rpartition("/")[2])}</a>'
        return f'<figure><{element} controls preload="none" src="{src}">{link}</{element}></figure>'

    return player


def _code(shortcode: Shortcode) -> str:
    """Render code, on one line as inline code."""
    body = shortcode.body or ""
    language = shortcode.named.get("lang") or shortcode.named.get("language") or ""
    if not language and shortcode.name not in _CODE_NAMES:
        language = shortcode.name.partition("_")[2] if _CODE_COLORER.fullmatch(shortcode.name) else shortcode.name
    return code_html(body, language)


def _text_within(shortcode: Shortcode) -> str:
    return shortcode.body or ""


def _nothing(_: Shortcode) -> str:
    return ""


_CODE_NAMES = frozenset({"code", "codeblock", "crayon", "highlight", "prism", "source", "sourcecode", "syntax"})
_CODE_COLORER = re.compile(r"cc[beilnstw]{0,6}[0-9]{0,2}(?:_[a-z0-9+#-]{1,24})?")
"""The names of CodeColorer's shortcodes, with letters that stand for options: `[cc]`, `[cci]`, `[ccnle_php]`."""
_LANGUAGES = frozenset(
    {
        "bash",
        "c",
        "cpp",
        "csharp",
        "css",
        "diff",
        "go",
        "html",
        "java",
        "javascript",
        "js",
        "json",
        "perl",
        "php",
        "plain",
    }
    | {"powershell", "python", "r", "ruby", "rust", "scala", "shell", "sql", "text", "typescript", "xml", "yaml"}
)

_VERBATIM = _CODE_NAMES | _LANGUAGES

_ELSEWHERE = {
    "bandcamp",
    "embed",
    "facebook",
    "flickr",
    "googlemaps",
    "googlevideo",
    "iframe",
    "instagram",
    "kickstarter",
} | {"mixcloud", "pinterest", "scribd", "soundcloud", "spotify", "ted", "tiktok", "twitter", "vine"}
_ADDRESS_OF_ID = {
    "dailymotion": "https://www.dailymotion.com/video/{}",
    "slideshare": "https://www.slideshare.net/slideshow/embed_code/{}",
    "gist": "https://gist.github.com/{}",
    "tweet": "https://twitter.com/i/web/status/{}",
    "videopress": "https://videopress.com/v/{}",
    "vimeo": "https://vimeo.com/{}",
    "wpvideo": "https://videopress.com/v/{}",
    "youtube": "https://www.youtube.com/watch?v={}",
}
_FORMS = {"blog_subscription_form", "contact-field", "contact-form", "contact-form-7", "formidable", "gravityform"} | {
    "jetpack_subscription_form",
    "mc4wp_form",
    "ninja_form",
    "polldaddy",
    "recaptcha",
    "wpforms",
}
_MARKS = {"archives", "more", "nextpage", "sitemap", "toc"}

KNOWN: dict[str, Callable[[Shortcode], str | None]] = {
    "caption": _caption,
    "wp_caption": _caption,
    "gallery": _gallery,
    "playlist": _gallery,
    "audio": _player("audio", "mp3", "m4a", "ogg", "oga", "wav", "flac"),
    "video": _player("video", "mp4", "m4v", "webm", "ogv", "mov", "flv", "wmv"),
    **{name: _elsewhere(template) for name, template in _ADDRESS_OF_ID.items()},
    **dict.fromkeys(_ELSEWHERE, _elsewhere()),
    **dict.fromkeys(_FORMS, _nothing),
    **dict.fromkeys(_MARKS, _text_within),
}
"""The renderer for each name; also applies without an end tag."""
