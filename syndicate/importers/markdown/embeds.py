"""The links that stand for players and embedded posts of other sites, by the name of their shortcode."""

from collections.abc import Mapping

ADDRESSES: Mapping[str, str] = {
    "youtube": "https://www.youtube.com/watch?v={}",
    "yt": "https://www.youtube.com/watch?v={}",
    "youtuber": "https://www.youtube.com/watch?v={}",
    "youtubelite": "https://www.youtube.com/watch?v={}",
    "vimeo": "https://vimeo.com/{}",
    "vimeosimple": "https://vimeo.com/{}",
    "gist": "https://gist.github.com/{}",
    "tweet": "https://twitter.com/i/status/{}",
    "twitter": "https://twitter.com/i/status/{}",
    "twittersimple": "https://twitter.com/i/status/{}",
    "x": "https://x.com/i/status/{}",
    "xsimple": "https://x.com/i/status/{}",
    "instagram": "https://www.instagram.com/p/{}/",
    "instagramsimple": "https://www.instagram.com/p/{}/",
    "soundcloud": "https://soundcloud.com/{}",
    "spotify": "https://open.spotify.com/{}",
    "codepen": "https://codepen.io/pen/{}",
    "jsfiddle": "https://jsfiddle.net/{}/",
    "asciinema": "https://asciinema.org/a/{}",
    "speakerdeck": "https://speakerdeck.com/player/{}",
    "bilibili": "https://www.bilibili.com/video/{}",
    "dailymotion": "https://www.dailymotion.com/video/{}",
    "peertube": "{}",
    "mastodon": "{}",
    "video": "{}",
    "audio": "{}",
    "iframe": "{}",
    "streamable": "https://streamable.com/{}",
}
NAMES = ("id", "src", "url", "link", "file", "video", "href")
WITH_USER = frozenset({"tweet", "twitter", "x", "gist"})
"""Those whose ID may follow the name of an account."""


def name_of_embed(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "").rpartition("/")[2]


def address_of_embed(name: str, id: str, user: str = "") -> str:
    """Return the address of what a shortcode embeds; empty if there is none by this name."""
    form = ADDRESSES.get(name_of_embed(name))
    if form is None or not id:
        return ""
    if id.startswith(("http://", "https://", "/")) or form == "{}":
        return id
    if name_of_embed(name) in ("tweet", "twitter", "x") and user:
        return form.replace("/i/", f"/{user.lstrip('@')}/").format(id)
    if name_of_embed(name) == "gist" and user:
        return form.format(f"{user}/{id}")
    return form.format(id)
