"""Find the children of XML elements by their local names, whatever the namespaces and prefixes."""

from collections.abc import Iterator

from lxml import etree

Element = etree._Element
ATOM = "http://www.w3.org/2005/Atom"
RSS_CONTENT = "http://purl.org/rss/1.0/modules/content/"


def local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def children(element: Element, name: str, namespace: str = "") -> Iterator[Element]:
    """Return the children of this name. With `namespace`, only those of that one."""
    for one in element.iterchildren(etree.Element):
        if local(one) == name and (not namespace or str(one.tag).startswith(f"{{{namespace}}}")):
            yield one


def child(element: Element, name: str, namespace: str = "") -> Element | None:
    return next(children(element, name, namespace), None)


def text(element: Element, name: str) -> str:
    """Return the text of the first child of this name that has any, or an empty string."""
    found = ("".join(map(str, one.itertext())).strip() for one in children(element, name))
    return next(filter(None, found), "")
