"""Signing in to the desk. Each test bears the number of the check that it makes (D1, D2, …)."""

import re

import pytest

from syndicate.model.tokens import hash_of
from syndicate.web.admin.consent import CONSENT
from syndicate.web.admin.passkeys import relying_party
from syndicate.web.admin.rendering import local_path
from syndicate.web.admin.routes import ROUTES, Access
from syndicate.web.admin.setup_links import create_setup_link
from syndicate.web.admin.throttle import after_attempt, network_of
from syndicate.web.author_requests import AUTHOR_APP
from tests.admin.authenticator import Authenticator
from tests.admin.browser import PASSWORD, Browser, set_up
from tests.clocks import FakeClock
from tests.instances import RunningInstance

OTHER_PASSWORD = "velvet compass thunder oak"
CODE = re.compile(r"<code>([a-z2-9-]+)</code>")


async def sign_in(browser: Browser, password: str = PASSWORD) -> Browser:
    await browser.get("/admin/login")
    await browser.submit("Sign in", password=password)
    return browser


async def test_d1_a_setup_link_works_once_for_thirty_minutes_and_a_new_one_ends_it(blog: RunningInstance) -> None:
    browser = Browser(blog)
    first = await create_setup_link(blog.store, blog.clock())
    assert len(first) >= 43  # 256 bits in base64
    second = await create_setup_link(blog.store, blog.clock())
    assert (await browser.get(f"/admin/setup/{first}")).status == 404
    assert (await browser.get(f"/admin/setup/{second}")).status == 200
    assert await blog.store.admin_sessions.is_setup_link(hash_of(second), blog.clock())  # only its hash is stored
    assert not await blog.store.admin_sessions.is_setup_link(second, blog.clock())
    blog.clock.advance(minutes=31)
    assert (await browser.get(f"/admin/setup/{second}")).status == 404
    third = await create_setup_link(blog.store, blog.clock())
    await browser.get(f"/admin/setup/{third}")
    await browser.submit("Create account", password=PASSWORD, repeat=PASSWORD)
    assert browser.heading == "Recovery codes"
    assert (await browser.get(f"/admin/setup/{third}")).status == 404


async def test_d2_there_is_no_account_by_default(blog: RunningInstance) -> None:
    browser = Browser(blog)
    assert (await browser.get("/admin/setup/anything")).status == 404
    assert (await browser.post("/admin/setup/anything", {"password": PASSWORD, "repeat": PASSWORD})).status == 404
    await browser.get("/admin/")
    assert browser.path == "/admin/login?next=%2Fadmin%2F"
    assert not browser.has_button("Sign in")
    assert "admin-link" in browser.answer.text
    assert (await browser.post("/admin/login", {"password": PASSWORD})).status == 422


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("short words", "at least 12"),
        ("x" * 257, "at most 256"),
        ("fieldnotes2026", "easy to guess"),
        ("blog.example", "easy to guess"),
        ("passwordpassword", "easy to guess"),
    ],
)
async def test_d3_d4_a_password_is_refused_beside_its_field(blog: RunningInstance, password: str, problem: str) -> None:
    browser = Browser(blog)
    token = await create_setup_link(blog.store, blog.clock())
    await browser.get(f"/admin/setup/{token}")
    await browser.submit("Create account", password=password, repeat=password)
    assert browser.answer.status == 422
    assert problem in browser.alerts[0]
    assert browser.control("Password").get("aria-invalid") == "true"
    assert browser.control("Password").get("onpaste") is None


async def test_d3_any_characters_are_a_password_and_none_is_trimmed(blog: RunningInstance) -> None:
    browser = Browser(blog)
    token = await create_setup_link(blog.store, blog.clock())
    password = " grüne Teekanne 茶 & <b> "
    await browser.get(f"/admin/setup/{token}")
    await browser.submit("Create account", password=password, repeat=f"{password} ")
    assert browser.alerts == ["The two are not the same."]
    await browser.submit("Create account", password=password, repeat=password)
    assert (await sign_in(Browser(blog), password.strip())).alerts == ["The password is not right."]
    decomposed = password.replace("ü", "u\u0308")
    assert (await sign_in(Browser(blog), decomposed)).heading == "Start"


async def test_d5_changing_the_password_asks_for_the_current_one(author: Browser) -> None:
    await author.get("/admin/account/")
    await author.submit(
        "Change password", current="not the current one", password=OTHER_PASSWORD, repeat=OTHER_PASSWORD
    )
    assert "not the current password" in author.alerts[0]
    await author.submit("Change password", current=PASSWORD, password=OTHER_PASSWORD, repeat=OTHER_PASSWORD)
    assert "has been changed" in author.answer.text
    assert (await sign_in(Browser(author.instance))).alerts == ["The password is not right."]
    assert (await sign_in(Browser(author.instance), OTHER_PASSWORD)).heading == "Start"


async def test_d6_guessing_is_slowed_down_but_a_known_browser_gets_in(author: Browser) -> None:
    blog = author.instance
    await author.submit("Sign out")
    guesser = Browser(blog, address="192.0.2.99")
    for _ in range(5):
        assert (await sign_in(guesser, "a wrong password")).answer.status == 422
    neighbour = Browser(blog, address="192.0.2.1")
    await sign_in(neighbour)
    assert neighbour.answer.status == 429
    assert neighbour.answer.headers["Retry-After"] == "15"
    assert (await sign_in(Browser(blog, address="198.51.100.1"))).heading == "Start"
    assert (await sign_in(author)).heading == "Start"
    blog.clock.advance(seconds=16)
    assert (await sign_in(neighbour, "a wrong password")).answer.status == 422
    await sign_in(neighbour)
    assert neighbour.answer.headers["Retry-After"] == "30"


def test_d6_the_wait_doubles_up_to_fifteen_minutes(clock: FakeClock) -> None:
    attempts, waits = None, []
    for _ in range(20):
        attempts = after_attempt(attempts, clock(), free=5)
        waits.append((attempts.blocked_until - clock()).total_seconds())
    assert waits[:8] == [0, 0, 0, 0, 15, 30, 60, 120]
    assert max(waits) == 900
    assert network_of("192.0.2.77") == "192.0.2.0/24"
    assert network_of("2001:db8:1:2:3::4") == "2001:db8:1:2::/64"
    assert network_of("::ffff:192.0.2.77") == "192.0.2.0/24"


async def test_d8_a_passkey_signs_in_and_only_as_it_should(author: Browser) -> None:
    blog, device = author.instance, Authenticator()
    csrf = author.csrf

    async def options(browser: Browser, path: str) -> dict[str, object]:
        answer = await browser.post(path, {"csrf": csrf})
        assert answer.status == 200
        return dict(answer.json())

    for wrong in (Authenticator(origin="https://evil.example"), Authenticator(verifies_user=False)):
        credential = wrong.create(await options(author, "/admin/account/passkeys/options"))
        refused = await author.post("/admin/account/passkeys", {"csrf": csrf, "credential": credential})
        assert refused.status == 422
    credential = device.create(await options(author, "/admin/account/passkeys/options"))
    added = {"csrf": csrf, "credential": credential, "name": "Phone"}
    assert (await author.post("/admin/account/passkeys", added)).status == 303
    assert (await author.post("/admin/account/passkeys", added)).status == 422  # the challenge is used up

    browser = Browser(blog)
    stolen = Authenticator(id=device.id)
    for other in (stolen, Authenticator(origin="https://evil.example", id=device.id, key=device.key)):
        credential = other.get(await options(browser, "/admin/login/options"))
        assert (await browser.post("/admin/login", {"credential": credential})).status == 422
    late = device.get(await options(browser, "/admin/login/options"))
    blog.clock.advance(minutes=6)
    assert (await browser.post("/admin/login", {"credential": late})).status == 422
    credential = device.get(await options(browser, "/admin/login/options"))
    assert (await browser.post("/admin/login", {"credential": credential})).status == 303
    assert (await browser.get("/admin/")).status == 200
    assert (await Browser(blog).post("/admin/login", {"credential": credential})).status == 422
    assert (await Browser(blog).post("/admin/login", {"credential": "[" * 5000})).status == 422


def test_d8_passkeys_belong_to_a_name_not_to_a_bare_address() -> None:
    assert relying_party("https://blog.example:8443") == "blog.example"
    assert relying_party("http://localhost:8080") == "localhost"
    assert relying_party("https://192.0.2.1") == ""
    assert relying_party("https://[2001:db8::1]") == ""
    assert relying_party("http://blog.example") == ""


async def test_d9_a_password_can_be_made_to_need_a_code_as_well(author: Browser) -> None:
    codes = await new_codes(author)
    await author.get("/admin/account/")
    await author.submit("Save", two_factors="1")
    browser = Browser(author.instance)
    await browser.get("/admin/login")
    await browser.submit("Sign in", password=PASSWORD)
    assert "recovery code as well" in browser.alerts[0]
    await browser.submit("Sign in", password=PASSWORD, code=codes[0])
    assert browser.heading == "Start"
    await browser.get("/admin/account/")
    await browser.submit("Save")


async def test_d10_eight_recovery_codes_of_120_bits_work_once_each(author: Browser) -> None:
    codes = await new_codes(author)
    assert len(set(codes)) == 8
    assert {len(code.replace("-", "")) for code in codes} == {24}  # of 32 characters each: 120 bits
    browser = Browser(author.instance)
    await browser.get("/admin/login")
    await browser.get(browser.link("Use a recovery code"))
    typed = codes[3].upper().replace("-", " ")
    await browser.submit("Sign in", code=typed)
    assert browser.heading == "Start"
    again = Browser(author.instance)
    await again.get("/admin/login?with=code")
    await again.submit("Sign in", code=typed)
    assert "has been used" in again.alerts[0]
    await author.get("/admin/account/")
    assert "7 of your recovery codes" in author.answer.text


async def new_codes(browser: Browser) -> list[str]:
    await browser.get("/admin/account/codes")
    await browser.submit("Show my recovery codes")
    return CODE.findall(browser.answer.text)


async def test_d11_a_new_link_replaces_all_factors_and_ends_all_sessions(author: Browser) -> None:
    codes = await new_codes(author)
    rescue = Browser(author.instance)
    token = await create_setup_link(author.instance.store, author.instance.clock())
    await rescue.get(f"/admin/setup/{token}")
    await rescue.submit("Create account", password=OTHER_PASSWORD, repeat=OTHER_PASSWORD)
    assert (await author.get("/admin/")).status == 200
    assert author.heading == "Sign in"
    assert (await sign_in(Browser(author.instance))).alerts == ["The password is not right."]
    await author.get("/admin/login?with=code")
    await author.submit("Sign in", code=codes[0])
    assert "not right" in author.alerts[0]


async def test_d12_d13_a_session_is_new_at_sign_in_and_its_cookie_strict(author: Browser) -> None:
    before = author.cookies["__Host-session"]
    await author.get("/admin/login?next=/admin/")
    await author.submit("Sign in", password=PASSWORD)
    after = author.cookies["__Host-session"]
    assert before != after
    assert len(after) >= 43
    assert (await author.instance.store.admin_sessions.find(hash_of(before))) is None
    assert (await author.instance.store.admin_sessions.find(hash_of(after))) is not None
    await author.post("/admin/login", {"password": PASSWORD})
    for line in author.answer.headers.getall("Set-Cookie"):
        attributes = {part.strip().lower().partition("=")[0] for part in line.split(";")[1:]}
        assert {"secure", "httponly", "samesite", "path", "max-age"} == attributes
        assert "SameSite=Strict" in line
        assert line.startswith("__Host-")


async def test_d13_a_click_on_another_site_leads_in_by_a_reload(author: Browser) -> None:
    cookies, author.cookies = author.cookies, {}  # a browser sends no strict cookies then
    answer = await author.get("/admin/account/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate")
    assert answer.status == 200
    assert author.page.xpath("string(//meta[@http-equiv='refresh']/@content)") == "0; url=/admin/account/"
    author.cookies = cookies
    assert (await author.get("/admin/account/", Sec_Fetch_Site="same-origin")).status == 200
    assert author.heading == "Account"


async def test_d14_a_session_ends_after_14_days_unused_and_after_90_days_at_most(author: Browser) -> None:
    for _ in range(6):
        author.instance.clock.advance(days=13)
        await author.get("/admin/")
        assert author.heading == "Start"
    author.instance.clock.advance(days=13)
    await author.get("/admin/")
    assert author.heading == "Sign in"
    other = await sign_in(Browser(author.instance))
    author.instance.clock.advance(days=15)
    await other.get("/admin/")
    assert other.heading == "Sign in"


async def test_d15_signing_out_ends_the_session_here_and_elsewhere(author: Browser) -> None:
    other = await sign_in(Browser(author.instance))
    await author.get("/admin/account/")
    assert author.answer.text.count("Firefox on Linux</strong>") == 2
    await author.submit("Sign out everywhere else")
    await other.get("/admin/")
    assert other.heading == "Sign in"
    token = author.cookies["__Host-session"]
    await author.submit("Sign out")
    assert author.heading == "Sign in"
    author.cookies["__Host-session"] = token
    await author.get("/admin/")
    assert author.heading == "Sign in"


async def test_d16_factors_need_a_factor_within_ten_minutes(author: Browser) -> None:
    author.instance.clock.advance(minutes=11)
    await author.get("/admin/account/codes")
    await author.submit("Show my recovery codes")
    assert author.answer.status == 401
    assert author.heading == "Please confirm that it is you"
    await author.submit("Sign in", password=PASSWORD)
    assert author.heading == "You are signed in again"
    await author.submit("Continue")
    assert len(CODE.findall(author.answer.text)) == 8
    confirmed = {route.path for route in ROUTES if route.access is Access.CONFIRMED}
    assert {"/admin/account/passkeys", "/admin/account/factors", "/admin/account/codes"} <= confirmed


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec_Fetch_Site": "same-origin"}, 303),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Sec_Fetch_Site": "cross-site", "Origin": "https://blog.example"}, 403),
        ({"Sec_Fetch_Site": "", "Origin": "https://blog.example"}, 303),
        ({"Sec_Fetch_Site": "", "Origin": "https://blog.example.evil.example"}, 403),
        ({"Sec_Fetch_Site": "", "Origin": "null"}, 403),
        ({"Sec_Fetch_Site": ""}, 403),
    ],
)
async def test_d17_a_form_is_taken_from_our_own_page_only(
    author: Browser, headers: dict[str, str], status: int
) -> None:
    csrf = author.csrf
    assert (await author.post("/admin/account/sessions", {"csrf": csrf}, **headers)).status == status
    assert (await author.post("/admin/account/sessions", {"csrf": csrf[:-1] + "x"})).status == 403
    assert (await author.post("/admin/account/sessions", {})).status == 403


async def test_d18_no_page_changes_anything_by_being_looked_at(author: Browser) -> None:
    before = await author.instance.store.admin_events.list_newest(500)
    for route in ROUTES:
        if route.method == "GET" and "{" not in route.path:
            expected = 400 if route.path == CONSENT else 200  # nothing was asked for
            assert (await author.get(route.path)).status == expected, route.path
    for route in ROUTES:
        if route.method == "POST" and "{" not in route.path:
            assert (await author.get(route.path)).status in (200, 400, 404), route.path
    assert await author.instance.store.admin_events.list_newest(500) == before
    assert len(await author.instance.store.admin_sessions.list_all()) == 1


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/admin/",
        "/\\evil.example",
        "/admin/\\evil.example",
        "javascript:alert(1)",
        "/administrator",
        "/admin/../feed/",
        "/admin/\r\nLocation: https://evil.example",
        "",
    ],
)
def test_d19_after_signing_in_one_stays_here(wanted: str) -> None:
    assert local_path(wanted) == "/admin/"
    assert local_path("/admin/posts/?state=drafts&page=2") == "/admin/posts/?state=drafts&page=2"


async def test_d20_without_a_session_nothing_but_the_sign_in_is_served(author: Browser) -> None:
    stranger = Browser(author.instance)
    public = {route.path for route in ROUTES if route.access is Access.PUBLIC}
    assert public == {"/admin/setup/{token}", "/admin/login", "/admin/login/options"}
    walked = 0
    app = author.instance.server.app[AUTHOR_APP].app
    assert app is not None
    for route in app.router.routes():
        canonical = route.resource.canonical if route.resource else ""
        if not canonical.startswith("/admin") or canonical in public:
            continue
        path = re.sub(r"\{[^}]*\}+", "x", canonical.replace("admin{", "admin/{"))
        for spelled in (path, path.replace("/admin", "/%61dmin")):
            got = await stranger.request("GET", spelled, None)
            assert (got.status, got.headers["Location"][:12]) == (303, "/admin/login"), spelled
            posted = await stranger.post(spelled, {"csrf": author.csrf})
            assert posted.status == 401, spelled
            walked += 1
    assert walked > 10


async def test_d21_private_pages_are_not_stored_framed_or_referred_from(author: Browser) -> None:
    for path in ("/admin/", "/admin/login?next=/admin/", "/admin/nothing"):
        headers = (await author.get(path)).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "script-src 'self'" in headers["Content-Security-Policy"]
    redirect = await Browser(author.instance).request("GET", "/admin/", None)
    assert redirect.headers["Cache-Control"] == "no-store"


async def test_d24_the_author_sees_what_happened_without_secrets(author: Browser) -> None:
    await sign_in(Browser(author.instance, address="198.51.100.9"), "a wrong password")
    await author.get("/admin/account/")
    text = author.page.xpath("string(//ul[@class='log'])")
    assert "sign-in failed: Firefox on Linux, 198.51.100.0/24" in text
    assert "account set up" in text
    assert "a wrong password" not in author.answer.text


async def test_d25_a_client_is_known_by_its_address_only_through_a_trusted_proxy(instance: RunningInstance) -> None:
    await set_up(Browser(instance))
    for number in range(5):
        await sign_in(Browser(instance, address=f"203.0.{number}.1"), "a wrong password")
    assert (await sign_in(Browser(instance, address="203.0.113.1"))).answer.status == 429


async def test_what_was_sent_without_a_session_goes_on_after_signing_in(author: Browser) -> None:
    await author.get("/admin/account/")
    author.cookies.pop("__Host-session")
    await author.submit("Save", two_factors="1")
    assert author.answer.status == 401
    assert "Nothing is lost" in author.alerts[0]
    await author.submit("Sign in", password="a wrong password")
    await author.submit("Sign in", password=PASSWORD)
    await author.submit("Continue")
    account = await author.instance.store.admin_account.find()
    assert account is not None
    assert account.two_factors
