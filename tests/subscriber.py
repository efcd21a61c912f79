"""A subscriber at a server of its own, as our hub meets it: answers challenges, and keeps what it is sent."""

from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from syndicate.errors import RemoteUnavailable
from syndicate.transport.message import Request, Response
from tests.wire import Wire

FORM = "application/x-www-form-urlencoded"


@dataclass
class FakeSubscriber:
    """`status` answers what is pushed; `agrees` is whether it answers challenges as it should."""

    wire: Wire
    host: str = "reader.example"
    instance: str = "blog.example"
    agrees: bool = True
    status: int = 204
    is_down: bool = False
    asked: list[dict[str, str]] = field(default_factory=list)
    """The parameters of each GET."""
    gets: list[Request] = field(default_factory=list)
    pushed: list[Request] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.wire.connect_server(self.host, self.answer)

    @property
    def callback(self) -> str:
        return f"https://{self.host}/callback"

    async def ask(self, topic: str, *, mode: str = "subscribe", callback: str = "", **more: str) -> Response:
        """What a subscriber sends to the hub; `more` are further parameters, `secret` meaning `hub.secret`."""
        form = {"hub.mode": mode, "hub.topic": topic, "hub.callback": callback or self.callback}
        form |= {f"hub.{name}": value for name, value in more.items()}
        return await self.post(form)

    async def post(self, form: dict[str, str]) -> Response:
        return await self.wire.fetch(
            Request(
                method="POST",
                url=f"https://{self.instance}/websub",
                headers=(("Content-Type", FORM),),
                body=urlencode(form).encode(),
            )
        )

    async def answer(self, request: Request) -> Response:
        if self.is_down:
            raise RemoteUnavailable(f"{self.host} does not answer")
        if request.method == "POST":
            self.pushed.append(request)
            return Response(status=self.status, headers=self.headers, url=request.url)
        self.gets.append(request)
        query = {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}
        self.asked.append(query)
        challenge = query.get("hub.challenge", "") if self.agrees else "something else"
        return Response(status=200, headers={}, body=challenge.encode(), url=request.url)
