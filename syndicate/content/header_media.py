"""Read the fields of a header that name a picture or an enclosure."""

import re
from dataclasses import replace

import yaml

from syndicate.content.header_model import FieldContext, FrontMatter
from syndicate.content.media_types import media_type_of
from syndicate.content.yaml_values import (
    FALSE,
    TRUE,
    WrongValue,
    address_of,
    duration_of,
    is_null,
    mapping_of,
    raw,
    text_of,
)
from syndicate.model.post import Enclosure

_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]*")


def read_image(front: FrontMatter, node: yaml.Node, context: FieldContext) -> FrontMatter:
    """Read a picture: an address, an object with one, or a list of which the first counts."""
    if isinstance(node, yaml.SequenceNode):
        node = node.value[0] if node.value else yaml.ScalarNode("tag:yaml.org,2002:null", "")
    if isinstance(node, yaml.ScalarNode):
        address, alt = node, ""
    else:
        parts = {raw(key).lower(): value for key, value in node.value if not is_null(value)}
        named = next((parts[name] for name in ("src", "path", "url", "image") if name in parts), None)
        if named is None and context.name in ("header", "cover"):
            return front
        if named is None:
            raise WrongValue("'src' is missing")
        address, alt = named, text_of(parts["alt"]) if "alt" in parts else ""
    if is_null(address) or not raw(address).strip() or _is_switch(address):
        return front
    return replace(front, images=(*front.images, (context.name, address_of(_unspaced(address)), alt)))


def _is_switch(node: yaml.Node) -> bool:
    """Whether a value only turns something on or off, as `thumbnail: true` does in some themes."""
    return raw(node).strip().lower() in TRUE | FALSE


def _unspaced(node: yaml.Node) -> yaml.Node:
    spelled = raw(node).strip().replace(" ", "%20")
    return (
        yaml.ScalarNode(node.tag, spelled, node.start_mark, node.end_mark)
        if isinstance(node, yaml.ScalarNode)
        else node
    )


def read_image_alt(front: FrontMatter, node: yaml.Node, _context: FieldContext) -> FrontMatter:
    return replace(front, image_alt=text_of(node))


def read_enclosure(front: FrontMatter, node: yaml.Node, _context: FieldContext) -> FrontMatter:
    parts = (
        {"url": node} if isinstance(node, yaml.ScalarNode) else mapping_of(node, "url", "type", "length", "duration")
    )
    if "url" not in parts:
        raise WrongValue("'url' is missing")
    url = address_of(parts["url"])
    media_type = text_of(parts["type"]).lower() if "type" in parts else media_type_of(url)
    length = text_of(parts["length"]) if "length" in parts else "0"
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise WrongValue("'type' must be a media type such as audio/mpeg")
    if not re.fullmatch("[0-9]{1,15}", length):
        raise WrongValue("'length' must be a number of bytes")
    duration = duration_of(text_of(parts["duration"])) if "duration" in parts else 0
    return replace(front, enclosure=Enclosure(url=url, media_type=media_type, length=int(length), duration=duration))
