"""Sends lists of the author's as files to save."""

from aiohttp import web


def send_text(name: str, text: str, content_type: str = "text/csv") -> web.Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(text=text, content_type=content_type, charset="utf-8", headers=headers)
