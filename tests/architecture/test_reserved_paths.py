"""No post or page has an address at which the program itself answers."""

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from syndicate.web.author_requests import answer_for_author
from syndicate.web.reserved_paths import is_reserved
from syndicate.web.routes import PROGRAM_DIRECTORIES
from syndicate.web.site.addresses import get_address
from tests.architecture.test_urls_match_routes import ID, application, author_application

EXAMPLES = {
    "id": ID,
    "last": ID,
    "page": "2",
    "volume": "1",
    "days": "7",
    "format": "atom",
    "kind": "likes",
    "intent": "like",
} | {"river": "river/"}
"""Values of parameters in routes; others take any word."""
FREE = [
    *(
        "/about/",
        "/posts/",
        "/posts/hello.html",
        "/blogroll/mine/",
        "/media/interview/",
        "/2014/05/06/tea/",
        "/tea.html",
    ),
    *("/archives/123.html", "/administration/", "/search-results/", "/feeding/"),
]


def addresses(app: web.Application) -> list[str]:
    """An address of every route but the last, which is that of posts and pages."""
    names = {"slash": "/", "end": "", "rest": "/x"}
    found = []
    for resource in app.router.resources():
        info = resource.get_info()
        if "path" in info:
            found.append(info["path"])
        elif info["formatter"] != "/{path}":
            given = {key: EXAMPLES.get(key, names.get(key, "word")) for key in info["pattern"].groupindex}
            found.append(info["formatter"].format(**given))
    return found


@pytest.mark.parametrize("path", [*addresses(application()), *addresses(author_application())])
def test_the_address_of_every_route_is_reserved(path: str) -> None:
    assert is_reserved(path)


async def test_the_address_of_every_route_for_the_author_leads_to_her_application() -> None:
    router = application().router
    for path in addresses(author_application()):
        match = await router.resolve(make_mocked_request("GET", path))
        assert match.handler is answer_for_author, path


async def test_what_is_free_is_answered_by_the_view_of_posts_and_pages() -> None:
    router = application().router
    for path in FREE:
        assert not is_reserved(path), path
        match = await router.resolve(make_mocked_request("GET", path))
        assert match.handler is get_address, path


@pytest.mark.parametrize("directory", PROGRAM_DIRECTORIES)
def test_a_directory_of_the_program_is_reserved_as_a_whole(directory: str) -> None:
    assert is_reserved(directory)
    assert is_reserved(directory.rstrip("/"))
    assert is_reserved(f"{directory}anything")
    assert not is_reserved(f"{directory.rstrip('/')}s-and-more/")
