"""The paths at which the program itself answers, and which no post or page can have: those of the routes."""

import re
from functools import cache

from aiohttp import web

from syndicate.urls import Urls


def is_reserved(path: str) -> bool:
    """Return whether the program answers at this path, with or without a slash at its end."""
    slashed = f"{path.rstrip('/')}/"
    directories, paths, patterns = _routes()
    if slashed.startswith(directories) or Urls.is_list(slashed):
        return True
    return slashed in paths or any(pattern.fullmatch(spelled) for pattern in patterns for spelled in {path, slashed})


@cache
def _routes() -> tuple[tuple[str, ...], frozenset[str], list[re.Pattern[str]]]:
    """Return the program's directories, the fixed paths of its routes and the patterns of the others. They are imported
    when first asked for: most commands need no views.
    """
    from syndicate.web.routes import ANY_ADDRESS, PROGRAM_DIRECTORIES, add_routes

    app = web.Application()
    add_routes(app, ())
    every = [resource.get_info() for resource in app.router.resources()]
    ours = [info for info in every if info.get("formatter") != ANY_ADDRESS]
    paths = frozenset(f"{info['path'].rstrip('/')}/" for info in ours if "path" in info)
    return PROGRAM_DIRECTORIES, paths, [info["pattern"] for info in ours if "pattern" in info]
