"""A browser without scripts: it keeps cookies, fills in the forms of pages, and sends what browsers send."""

from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urljoin

from lxml import html

from tests.instances import Answer, RunningInstance

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
BOUNDARY = "----boundary-of-a-form"
PASSWORD = "orchard lantern quiet ferry"


@dataclass
class Browser:
    """`address` is where its requests come from, which the instance believes of its proxy."""

    instance: RunningInstance
    address: str = "192.0.2.7"
    cookies: dict[str, str] = field(default_factory=dict)
    answer: Answer = field(default_factory=lambda: Answer(0, {}, b""))
    path: str = ""

    async def get(self, path: str, **headers: str) -> Answer:
        """Go to a page, and on where it redirects."""
        await self.request("GET", urljoin(self.path, path), None, **headers)
        while self.answer.status in (301, 302, 303, 307, 308):
            await self.request("GET", urljoin(self.path, self.answer.headers["Location"]), None, **headers)
        return self.answer

    async def post(self, path: str, fields: dict[str, str] | list[tuple[str, str]], **headers: str) -> Answer:
        """Send a form as a page of ours does, without following a redirect."""
        return await self.request("POST", path, urlencode(fields), **{"Sec_Fetch_Site": "same-origin", **headers})

    async def submit(
        self, button: str, *, file: tuple[str, bytes] | None = None, into: str = "", **typed: str
    ) -> Answer:
        """Fill in the form that has this button, press it, and go on where that leads. `file` is chosen in its file
        field, or in that called `into`; a form that can send files is sent as browsers send one."""
        form, pressed = self._form(button)
        areas = {area.get("name") for area in form.iter("textarea")}
        shown = {
            name: value.removeprefix("\n") if name in areas else value  # parsers of HTML eat one line end
            for name, value in form.form_values()
        }
        fields = shown | typed
        if pressed.get("name"):
            fields[pressed.get("name")] = pressed.get("value", "")
        unknown = [name for name in typed if name not in form.fields]
        assert not unknown, f"{button}: no fields {unknown}"
        action = pressed.get("formaction") or form.get("action") or self.path
        if form.get("method") == "get":
            return await self.get(urljoin(self.path, f"{action}?{urlencode(fields)}"))
        if form.get("enctype") == "multipart/form-data":
            chosen = {
                str(one.get("name")): file if file and into in ("", one.get("name")) else ("", b"")
                for one in form.xpath(".//input[@type='file']")
            }
            await self._post_multipart(urljoin(self.path, action), fields, chosen)
        else:
            await self.post(urljoin(self.path, action), fields)
        if self.answer.status == 303:
            await self.get(urljoin(self.path, self.answer.headers["Location"]))
        return self.answer

    async def fill(self, button: str, typed: dict[str, str]) -> Answer:
        """The same without files, for fields that are called like words of Python."""
        return await self.submit(button, file=None, into="", **typed)

    async def _post_multipart(self, path: str, fields: dict[str, str], files: dict[str, tuple[str, bytes]]) -> Answer:
        parts = [_part(f'name="{name}"', text.encode()) for name, text in fields.items() if name not in files]
        for name, (filename, data) in files.items():
            parts.append(_part(f'name="{name}"; filename="{filename}"\r\nContent-Type: image/gif', data))
        body = b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
        sent = {"Content_Type": f"multipart/form-data; boundary={BOUNDARY}", "Sec_Fetch_Site": "same-origin"}
        return await self.request("POST", path, body, **sent)

    async def request(self, method: str, path: str, body: str | bytes | None, **headers: str) -> Answer:
        sent = {
            "Host": self.instance.host,
            "Accept": "text/html",
            "User-Agent": FIREFOX,
            "X-Forwarded-For": self.address,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **({"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        self.path = path.removeprefix(self.instance.config.site.url)
        url = f"http://127.0.0.1:{self.instance.port}{self.path}"
        async with self.instance.client.request(
            method,
            url,
            data=body,
            headers={name: value for name, value in sent.items() if value},
            allow_redirects=False,
        ) as answer:
            self.answer = Answer(answer.status, answer.headers, await answer.read())
            self._keep(answer.headers.getall("Set-Cookie", []))
        return self.answer

    @property
    def page(self) -> Any:
        return html.fromstring(self.answer.text)

    @property
    def heading(self) -> str:
        return str(self.page.xpath("string(//h1)")).strip()

    @property
    def alerts(self) -> list[str]:
        return [alert.text_content().strip() for alert in self.page.xpath("//*[@role='alert'][not(@hidden)]")]

    @property
    def csrf(self) -> str:
        return str(self.page.xpath("string(//input[@name='csrf']/@value)"))

    def link(self, label: str) -> str:
        found = [a for a in self.page.xpath("//a[@href]") if a.text_content().strip() == label]
        assert found, f"no link {label!r} at {self.path}"
        return str(found[0].get("href"))

    def value_of(self, label: str) -> str:
        """Return what stands in the field with this label."""
        control = self.control(label)
        return str(control.value or "")

    def control(self, label: str) -> Any:
        found = [one for one in self.page.xpath("//label") if one.text_content().strip() == label]
        assert found, f"no field {label!r} at {self.path}"
        return self.page.get_element_by_id(found[0].get("for"))

    def has_button(self, label: str) -> bool:
        return any(_label(button) == label for button in self.page.xpath("//button"))

    def _form(self, label: str) -> tuple[Any, Any]:
        buttons = [button for button in self.page.xpath("//button") if _label(button) == label]
        assert buttons, f"no button {label!r} at {self.path}: {self.answer.status} {self.heading}"
        form = buttons[0].get("form")
        return (self.page.get_element_by_id(form) if form else next(buttons[0].iterancestors("form"))), buttons[0]

    def _keep(self, lines: list[str]) -> None:
        for line in lines:
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value


def _part(head: str, data: bytes) -> bytes:
    return f"--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + data + b"\r\n"


def _label(button: Any) -> str:
    return str(button.get("aria-label") or button.text_content().strip())


async def set_up(browser: Browser) -> Browser:
    """Create the account, as the first run does, and go to the start page."""
    from syndicate.web.admin.setup_links import create_setup_link

    token = await create_setup_link(browser.instance.store, browser.instance.clock())
    await browser.get(f"/admin/setup/{token}")
    await browser.submit("Create account", password=PASSWORD, repeat=PASSWORD)
    assert browser.heading == "Recovery codes", browser.answer.text
    await browser.get("/admin/")
    return browser
