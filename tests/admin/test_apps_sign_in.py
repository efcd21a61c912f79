"""Apps sign the author in by IndieAuth: the author is asked at the desk, and decides what they may do."""

import json
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from syndicate.errors import AddressDenied, RemoteUnavailable
from syndicate.transport.message import Request, Response
from tests.admin.browser import PASSWORD, Browser
from tests.indieauth.test_request import ASKED, CLIENT, VERIFIER
from tests.instances import Answer, RunningInstance
from tests.wire import Wire

FORM = "application/x-www-form-urlencoded"
HOME = "https://blog.example/"
APP_PAGE = '<link rel="redirect_uri" href="https://other.example/back"><p class="h-app"><b class="p-name">Quill</b></p>'


@pytest.fixture(autouse=True)
def app(wire: Wire) -> None:
    async def answer(request: Request) -> Response:
        return Response(status=200, headers={"Content-Type": "text/html"}, body=APP_PAGE.encode(), url=request.url)

    wire.connect_server("app.example", answer)


def address(**changes: str) -> str:
    return f"/indieauth/authorize?{urlencode({n: v for n, v in (ASKED | changes).items() if v})}"


async def decide(author: Browser, decision: str, **ticked: str) -> dict[str, str]:
    """Press a button on the page that asks, and return what the app is told."""
    action = author.page.xpath("string(//form[.//button[@name='decision']]/@action)")
    await author.post(action, {"csrf": author.csrf, "decision": decision, **ticked})
    assert author.answer.status == 303, author.answer.text
    location = author.answer.headers["Location"]
    assert location.startswith("https://app.example/back?to=me&")
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


async def post(
    blog: RunningInstance, endpoint: str, token: str = "", fields: dict[str, str] | None = None
) -> tuple[int, Any]:
    sent = {"Host": blog.host, "Content-Type": FORM} | ({"Authorization": f"Bearer {token}"} if token else {})
    url = f"http://127.0.0.1:{blog.port}/indieauth/{endpoint}"
    async with blog.client.post(url, data=urlencode(fields or {}).encode(), headers=sent) as got:
        answer = Answer(got.status, got.headers, await got.read())
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.status, answer.json()


def redemption(code: str) -> dict[str, str]:
    given = {"client_id": CLIENT, "redirect_uri": ASKED["redirect_uri"], "code_verifier": VERIFIER}
    return {"grant_type": "authorization_code", "code": code, **given}


async def test_an_app_gets_what_the_author_allows_until_it_is_revoked(author: Browser) -> None:
    blog = author.instance
    author.cookies.pop("__Host-session")  # the author comes from the app, and has not signed in
    await author.get(address(scope="create update profile channels"))
    assert author.heading == "Sign in"
    await author.submit("Sign in", password=PASSWORD)
    assert author.heading == "Let Quill act for you?"
    text = author.page.text_content()
    assert all(words in text for words in ("app.example", HOME, "publish posts", "your picture", "channels"))
    assert "form-action 'self' https:;" in author.answer.headers["Content-Security-Policy"]

    told = await decide(author, "allow", create="1", profile="1", delete="1")
    assert (told["state"], told["iss"], set(told)) == (ASKED["state"], HOME, {"to", "state", "iss", "code"})
    status, got = await post(blog, "token", fields=redemption(told["code"]))
    assert status == 200
    assert (got["token_type"], got["scope"], got["me"], got["expires_in"] > 3600) == (
        "Bearer",
        "create profile",
        HOME,
        True,
    )
    assert got["profile"] == {"name": "Mara Lind", "url": HOME}
    token = got["access_token"]
    assert (await blog.get("/micropub?q=config", Authorization=f"Bearer {token}")).status == 200
    assert (await blog.get("/indieauth/userinfo", Authorization=f"Bearer {token}")).json()["name"] == "Mara Lind"
    who = (await blog.get("/indieauth/token", Authorization=f"Bearer {token}")).json()
    assert who == {"me": HOME, "client_id": CLIENT, "scope": "create profile"}

    assert (await post(blog, "introspect", fields={"token": token}))[0] == 401
    assert (await post(blog, "introspect", token, {"token": "unknown"}))[1] == {"active": False}
    _, found = await post(blog, "introspect", token, {"token": token})
    assert (found["active"], found["me"], found["scope"], found["client_id"]) == (True, HOME, "create profile", CLIENT)

    again = {"grant_type": "refresh_token", "refresh_token": got["refresh_token"], "client_id": CLIENT}
    _, renewed = await post(blog, "token", fields=again)
    assert renewed["scope"] == "create profile"
    await author.get("/admin/account/tokens/")
    assert CLIENT in author.page.text_content()
    await author.submit("Revoke Quill")
    gone = await blog.get("/micropub?q=config", Authorization=f"Bearer {renewed['access_token']}")
    assert (gone.status, gone.headers["Access-Control-Allow-Origin"]) == (401, "*")
    assert "invalid_token" in gone.headers["WWW-Authenticate"]
    assert (await blog.get("/micropub?q=config")).headers["WWW-Authenticate"] == "Bearer"
    assert "Authorization" in (await blog.get("/micropub", method="OPTIONS")).headers["Access-Control-Allow-Headers"]


async def test_a_site_learns_who_signed_in_and_no_more(author: Browser) -> None:
    blog = author.instance
    await author.get(address(scope=""))
    assert author.heading == "Sign in to Quill?"
    action = author.page.xpath("string(//form[.//button[@name='decision']]/@action)")
    csrf = author.csrf
    await author.post(action, {"csrf": "", "decision": "allow"})
    assert author.answer.status == 403
    twice = []
    for _ in range(2):  # a double click
        await author.post(action, {"csrf": csrf, "decision": "allow"})
        twice.append(parse_qs(urlsplit(author.answer.headers["Location"]).query)["code"][0])
    assert (await post(blog, "token", fields=redemption(twice[0])))[1]["error"] == "invalid_grant"
    assert await post(blog, "authorize", fields=redemption(twice[0])) == (200, {"me": HOME})
    assert (await post(blog, "authorize", fields=redemption(twice[0])))[0] == 400
    assert await post(blog, "authorize", fields=redemption(twice[1])) == (200, {"me": HOME})
    for missing in ("code_verifier", "code", "client_id", "redirect_uri"):
        fields = {name: value for name, value in redemption("x").items() if name != missing}
        status, error = await post(blog, "token", fields=fields)
        assert (status, error["error"]) == (400, "invalid_request")
    assert (await post(blog, "token", fields={"grant_type": "password"}))[1]["error"] == "unsupported_grant_type"
    assert await post(blog, "revoke", fields={"token": "unknown"}) == (200, {})

    await author.get(address())
    told = await decide(author, "refuse")
    assert (told["error"], told["iss"], "code" in told) == ("access_denied", HOME, False)

    await author.get(address())
    stale = author.page.xpath("string(//form[.//button[@name='decision']]/@action)")
    blog.clock.advance(minutes=11)
    await author.post(stale, {"csrf": author.csrf, "decision": "allow"})
    assert (author.answer.status, author.heading) == (401, "Please confirm that it is you")
    await author.submit("Sign in", password=PASSWORD)
    assert author.heading == "Let Quill act for you?"


async def test_nobody_is_sent_to_an_address_that_is_not_the_apps(author: Browser, wire: Wire) -> None:
    blog = author.instance
    for wrong in (
        {"code_challenge": ""},
        {"client_id": "https://127.0.0.1/"},
        {"redirect_uri": "https://evil.example/"},
    ):
        await author.get(address(**wrong))
        assert author.answer.status == 400
        assert "Location" not in author.answer.headers
        assert author.heading == "This app cannot be let in"
        back = author.page.xpath("//a[@class='button']/@href")
        assert [urlsplit(link).netloc for link in back] == (["app.example"] if "code_challenge" in wrong else [])
    assert [request.url for request in wire.log] == [CLIENT]  # to see whether it lists the address

    await author.get(address(redirect_uri="https://other.example/back"))
    assert author.heading == "Let Quill act for you?"
    assert "other.example" in author.page.text_content()

    async def unavailable(_: Request) -> Response:
        raise RemoteUnavailable("app.example does not answer")

    async def denied(_: Request) -> Response:
        raise AddressDenied("app.example leads to 10.0.0.1 port 443, which is not a public address")

    wire.connect_server("app.example", unavailable)
    await author.get(address())
    assert (author.heading, "could not be read" in author.answer.text) == ("Let app.example act for you?", True)
    await author.get(address(redirect_uri="https://other.example/back"))
    assert author.answer.status == 400
    wire.connect_server("app.example", denied)
    await author.get(address())
    assert author.answer.status == 400
    before = len(wire.log)
    assert (await blog.get(address())).status == 303
    assert len(wire.log) == before  # others than the author make the blog fetch nothing


async def test_the_home_page_leads_to_the_metadata(blog: RunningInstance) -> None:
    home = await blog.get("/")
    metadata = f"{HOME}.well-known/oauth-authorization-server"
    for rel, where in (
        ("indieauth-metadata", metadata),
        ("authorization_endpoint", f"{HOME}indieauth/authorize"),
        ("token_endpoint", f"{HOME}indieauth/token"),
    ):
        assert f'<link rel="{rel}" href="{where}">' in home.text
        assert f'<{where}>; rel="{rel}"' in home.headers["Link"]
    assert home.headers["Access-Control-Allow-Origin"] == "*"
    answer = await blog.get(metadata)
    document = json.loads(answer.body)
    assert (document["issuer"], answer.headers["Access-Control-Allow-Origin"]) == (HOME, "*")
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["authorization_response_iss_parameter_supported"] is True
    for name in ("introspection", "revocation", "userinfo"):
        assert document[f"{name}_endpoint"].startswith(f"{HOME}indieauth/")


async def test_nobody_guesses_codes_for_long(blog: RunningInstance) -> None:
    statuses = [(await post(blog, "token", fields=redemption("x")))[0] for _ in range(25)]
    assert statuses == [400] * 20 + [429] * 5
