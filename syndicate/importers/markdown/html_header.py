"""Read an HTML file whose header is its `<head>`: title and `<meta name content>`, as Pelican does."""

from dataclasses import dataclass

from lxml import etree, html

from syndicate.content.headers import Pairs, to_fields
from syndicate.importers.markdown.list_pages import why_a_list


@dataclass(frozen=True, slots=True)
class HtmlFile:
    """`list_reason`: why it is a list of other pages, empty if it is none."""

    fields: Pairs
    body: str
    list_reason: str = ""


def read_html(text: str) -> HtmlFile | None:
    """Return the fields and the body of a whole HTML document; None if it is none."""
    if "<html" not in text[:4_000].lower() and "<head" not in text[:4_000].lower():
        return None
    try:
        document = html.document_fromstring(text)
    except (etree.ParserError, ValueError):
        return None
    title = (document.findtext(".//head/title") or "").strip()
    named = [
        (meta.get("name", "").strip(), (meta.get("content") or meta.get("contents") or "").strip())
        for meta in document.iterfind(".//head/meta")
    ]
    times = (meta for meta in document.iterfind(".//head/meta") if meta.get("property") == "article:published_time")
    named = [*(("date", (meta.get("content") or "").strip()) for meta in times), *named]
    values = {name: value for name, value in named if name and name.lower() not in ("viewport", "generator")}
    body = document.find(".//body")
    if body is None:
        return None
    inner = (body.text or "") + "".join(etree.tostring(child, encoding="unicode", method="html") for child in body)
    return HtmlFile(to_fields({**({"title": title} if title else {}), **values}), inner.strip(), why_a_list(document))
