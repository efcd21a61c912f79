"""The HTTP request that is signed or verified, in the form that both dialects need.

The method, the address, the headers and the raw body of a received or outgoing request come in; its components are
parsed once.
"""

from dataclasses import dataclass, field

_DEFAULT_PORTS = {"https": ":443", "http": ":80"}
_BODILESS = ("GET", "HEAD")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A request.

    `url` is absolute: scheme and host are spelled by us from the configuration and never from the request itself,
    which may claim any host; path and query are as sent. `headers` keep their order and repetitions.
    `authority` is the host of `url` in lower case, with a port only where it is not the scheme's own; `path` is
    never empty; `query` begins with its question mark, or is empty.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""
    scheme: str = field(init=False, repr=False, compare=False)
    authority: str = field(init=False, repr=False, compare=False)
    path: str = field(init=False, repr=False, compare=False)
    query: str = field(init=False, repr=False, compare=False)
    _fields: dict[str, list[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        scheme, _, rest = self.url.partition("://")
        location, mark, query = rest.partition("?")
        authority, _, path = location.partition("/")
        fields: dict[str, list[str]] = {}
        for name, value in self.headers:
            fields.setdefault(name.lower(), []).append(value.strip(" \t"))
        put = object.__setattr__
        put(self, "scheme", scheme.lower())
        put(self, "authority", _plain(authority, scheme))
        put(self, "path", "/" + path)
        put(self, "query", mark + query)
        put(self, "_fields", fields)

    def values(self, name: str) -> list[str]:
        """Return all values of a header in order; `name` in lower case."""
        return self._fields.get(name, [])

    def header(self, name: str) -> str | None:
        """Return the values of a header, joined as RFC 9110 §5.3 says; None if it is absent."""
        values = self._fields.get(name)
        if not values:
            return None
        return values[0] if len(values) == 1 else ", ".join(values)

    def is_for(self, host: str) -> bool:
        """Whether a `Host` header names the host of `url`, with or without the scheme's own port."""
        return _plain(host, self.scheme) == self.authority

    @property
    def has_body(self) -> bool:
        """Whether a signature has to cover the body."""
        return self.method not in _BODILESS or self.body != b""


def _plain(authority: str, scheme: str) -> str:
    return authority.lower().removesuffix(_DEFAULT_PORTS.get(scheme.lower(), ""))
