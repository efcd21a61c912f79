"""The paths at which the program itself answers, and which no post or page can have: those of the routes."""

import re
from functools import cached_property

from aiohttp import web

from syndicate.urls import Urls
from syndicate.web.routes import ANY_ADDRESS, PROGRAM_DIRECTORIES, add_routes


class ReservedPaths:
    """Says of a path whether it is reserved. The routes are read when it is first asked."""

    def __call__(self, path: str) -> bool:
        slashed = f"{path.rstrip('/')}/"
        if slashed.startswith(PROGRAM_DIRECTORIES) or Urls.is_list(slashed):
            return True
        return slashed in self._paths or any(
            pattern.fullmatch(spelled) for pattern in self._patterns for spelled in {path, slashed}
        )

    @cached_property
    def _resources(self) -> list[dict[str, object]]:
        app = web.Application()
        add_routes(app, ())
        every = (dict(resource.get_info()) for resource in app.router.resources())
        return [info for info in every if info.get("formatter") != ANY_ADDRESS]

    @cached_property
    def _paths(self) -> frozenset[str]:
        paths = (info["path"] for info in self._resources if "path" in info)
        return frozenset(f"{str(path).rstrip('/')}/" for path in paths)

    @cached_property
    def _patterns(self) -> list[re.Pattern[str]]:
        found = (info.get("pattern") for info in self._resources)
        return [pattern for pattern in found if isinstance(pattern, re.Pattern)]
