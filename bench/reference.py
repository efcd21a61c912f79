"""The reference: aiohttp's Application as anybody would write it, with one handler and nothing around it.

`python -m bench.reference PORT PADDING TYPE FILE...` serves the files at /0, /1, …; PADDING bytes of header make each
answer as long as the one that it is compared with.
"""

import sys
from pathlib import Path

import uvloop
from aiohttp import web


def application(media_type: str, padding: int, bodies: list[bytes]) -> web.Application:
    app = web.Application()
    headers = {"Content-Type": media_type, "X-Padding": "x" * padding}
    for number, body in enumerate(bodies):

        async def answer(_: web.Request, body: bytes = body) -> web.Response:
            return web.Response(body=body, headers=headers)

        app.router.add_get(f"/{number}", answer)
    return app


def main() -> None:
    port, padding, media_type, *files = sys.argv[1:]
    uvloop.install()
    app = application(media_type, int(padding), [Path(file).read_bytes() for file in files])
    web.run_app(app, host="127.0.0.1", port=int(port), access_log=None, print=None)


if __name__ == "__main__":
    main()
