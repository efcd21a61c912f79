"""What programs may ask for: addresses, PKCE and scopes."""

import pytest

from syndicate.errors import IndieAuthRefused
from syndicate.indieauth.clients import read_client
from syndicate.indieauth.request import address_for_error, is_verified, read_client_id, read_request
from syndicate.storage.access_tokens import Scope
from syndicate.transport.message import Response

CLIENT = "https://app.example/"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
"""Of RFC 7636, appendix B."""
ASKED = {
    "response_type": "code",
    "client_id": "https://App.example",
    "redirect_uri": "https://app.example/back?to=me",
    "state": "a b&c",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
    "scope": "create  post update",
}


def refused(**changes: str) -> tuple[str, str]:
    with pytest.raises(IndieAuthRefused) as caught:
        read_request((ASKED | changes).items(), allow_private=False)
    return caught.value.code, caught.value.explanation


def test_a_request_is_read_in_canonical_form() -> None:
    asked = read_request(ASKED.items(), allow_private=False)
    assert (asked.client_id, asked.scopes, asked.is_on_own_origin) == (CLIENT, (Scope.CREATE, Scope.UPDATE), True)
    assert asked.answer(code="1", iss="https://blog.example/") == (
        "https://app.example/back?to=me&code=1&iss=https%3A%2F%2Fblog.example%2F&state=a+b%26c"
    )
    assert read_request((ASKED | {"scope": "create read"}).items(), allow_private=False).unknown == "read"
    assert read_request((ASKED | {"scope": ""}).items(), allow_private=False).scopes == ()


def test_pkce_and_state_are_required() -> None:
    for changes in ({"code_challenge": ""}, {"code_challenge_method": "plain"}, {"code_challenge": f"{CHALLENGE}="}):
        code, words = refused(**changes)
        assert (code, words[:16]) == ("invalid_request", "PKCE is required")
    assert refused(state="")[1][:16] == "state is missing"
    assert refused(response_type="id")[0] == "unsupported_response_type"
    assert refused(scope="channels read")[0] == "invalid_scope"
    with pytest.raises(IndieAuthRefused, match="given twice"):
        read_request([*ASKED.items(), ("state", "x")], allow_private=False)
    assert is_verified(CHALLENGE, VERIFIER)
    assert not any(is_verified(CHALLENGE, wrong) for wrong in ("", VERIFIER[:-1], f"{VERIFIER}a", CHALLENGE, "ü" * 43))


@pytest.mark.parametrize(
    "client_id",
    [
        *("", "app.example", "ftp://app.example/", "http://app.example/", "https://u@app.example/"),
        *("https://app.example/#x", "https://app.example/a/../b", "https://app.example/%2E%2e/b", "https://a b/"),
        *("https://127.0.0.1/", "https://localhost/", "https://a.localhost/", "https://[::1]/", "https://10.0.0.1/"),
        *("https://0x7f000001/", "https://2130706433/", "https://127.1/", "https://93.184.216.34/"),
        "https://１２７.０.０.１/",
    ],
)
def test_a_program_is_named_by_an_address_on_the_internet(client_id: str) -> None:
    assert refused(client_id=client_id)[0] == "invalid_request"


def test_in_a_trial_programs_may_be_on_this_machine() -> None:
    assert read_client_id("http://127.0.0.1:8000", allow_private=True) == "http://127.0.0.1:8000/"


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "",
        "/back",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://app.example/#x",
        "https://app.example\\@evil.example/",
    ],
)
def test_nobody_is_sent_to_what_is_no_address(redirect_uri: str) -> None:
    assert refused(redirect_uri=redirect_uri)[0] == "invalid_request"


def test_errors_are_sent_only_to_the_origin_of_the_program() -> None:
    def told(**changes: str) -> str:
        fields = (ASKED | changes).items()
        return address_for_error(fields, "invalid_scope", issuer="https://blog.example/", allow_private=False)

    assert told().startswith("https://app.example/back?to=me&error=invalid_scope&state=a+b%26c&iss=")
    for elsewhere in ("https://evil.example/", "http://app.example/", "https://app.example:8443/", "app.example.it:/b"):
        assert told(redirect_uri=elsewhere) == ""


def test_programs_say_who_they_are_as_json_or_html() -> None:
    def read(body: str, media_type: str, **headers: str) -> tuple[str, set[str]]:
        sent = {"Content-Type": media_type, **headers}
        info = read_client(Response(status=200, headers=sent, body=body.encode(), url=CLIENT), CLIENT)
        return info.name, set(info.redirect_uris)

    uris = '["https://other.example/b", "org.app.example:/b", "javascript:x", 7]'
    metadata = f'{{"client_id": "https://app.example", "client_name": "An <b>App</b>", "redirect_uris": {uris}}}'
    assert read(metadata, "application/json") == (
        "An <b>App</b>",
        {"https://other.example/b", "org.app.example:/b"},
    )
    for other in ('"client_id": "https://evil.example",', '"client_id": "",', '"client_id": 7,', ""):
        assert read(metadata.replace('"client_id": "https://app.example",', other), "application/json") == ("", set())
    html = '<link rel="redirect_uri" href="/b"><div class="h-app"><a class="u-url p-name" href="/">Quill</a></div>'
    link = '<https://third.example/b>; rel="redirect_uri"'
    assert read(html, "text/html", Link=link) == ("Quill", {"https://app.example/b", "https://third.example/b"})
    written = (
        '<base href="/sub/"><link rel="redirect_uri" href="b"><a rel="redirect_uri" href="https://evil.example/">x</a>'
    )
    assert read(written, "text/html") == ("", {"https://app.example/sub/b"})
    for broken in ("[", "[]", "{" * 5000, '{"client_name": 7, "redirect_uris": "x"}'):
        assert read(broken, "application/json") == ("", set())
