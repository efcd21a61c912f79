"""The reference: aiohttp's Application as anybody would write it, with a handler per address and nothing around it.

`python -m bench.reference PORT [MEDIA_TYPE PADDING FILE]...` serves the files at /0, /1, …; PADDING bytes in one more
header line make each answer as long as the one that it is compared with.
"""

import sys
from pathlib import Path

import uvloop
from aiohttp import web


def application(answers: list[tuple[str, int, bytes]]) -> web.Application:
    """An application for (media type, padding, body)."""
    app = web.Application()
    for number, (media_type, padding, body) in enumerate(answers):
        headers = {"Content-Type": media_type, "X-Padding": "x" * padding}

        async def answer(_: web.Request, body: bytes = body, headers: dict[str, str] = headers) -> web.Response:
            return web.Response(body=body, headers=headers)

        app.router.add_get(f"/{number}", answer)
        app.router.add_post(f"/{number}", answered)
    return app


async def answered(request: web.Request) -> web.Response:
    """What it costs to read a request and to answer it."""
    await request.read()
    return web.Response(status=200)


def main() -> None:
    port, *rest = sys.argv[1:]
    answers = [
        (media_type, int(padding), Path(file).read_bytes())
        for media_type, padding, file in zip(rest[::3], rest[1::3], rest[2::3], strict=True)
    ]
    uvloop.install()
    web.run_app(application(answers), host="127.0.0.1", port=int(port), access_log=None, print=None)


if __name__ == "__main__":
    main()
