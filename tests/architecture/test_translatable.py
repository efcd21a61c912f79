"""What people see is marked for translation: no template says anything in bare words."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from jinja2 import Environment, nodes

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted(
    [*(ROOT / "syndicate/web/site/templates").glob("*.html"), *(ROOT / "syndicate/web/admin/templates").rglob("*.html")]
)
TAG = re.compile(r"<(?:[^>\"]|\"[^\"]*\")*>|[\w-]+=\"[^\"]*\"")
VISIBLE_ATTRIBUTE = re.compile(r"\b(?:aria-label|title|alt|placeholder)=\"([^\"]*)\"")
WORD = re.compile(r"[^\W\d_]{2,}")
ELSEWHERE = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands for a value or a marked text."""


def environment() -> Environment:
    return Environment(extensions=["jinja2.ext.i18n"], trim_blocks=True, lstrip_blocks=True, autoescape=True)


def pieces(node: nodes.Node) -> Iterator[str]:
    """What a template says itself, in order: its HTML, and its constant strings."""
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.TemplateData):
            yield child.data
        elif isinstance(child, nodes.Output):
            yield from pieces(child)
        elif isinstance(child, nodes.CondExpr):
            yield from (it.value for it in (child.expr1, child.expr2) if isinstance(it, nodes.Const))
            yield from pieces(child)
        elif isinstance(child, nodes.Or):
            yield from (it.value for it in (child.left, child.right) if isinstance(it, nodes.Const))
            yield ELSEWHERE
        elif isinstance(child, nodes.Expr):
            yield ELSEWHERE
        else:
            yield from pieces(child)


def bare_words(source: str) -> list[str]:
    text = "".join(piece for piece in pieces(environment().parse(source)) if isinstance(piece, str))
    said = [TAG.sub(" ", text), *VISIBLE_ATTRIBUTE.findall(text)]
    return [word for part in said for word in WORD.findall(part)]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_no_template_has_bare_words(template: Path) -> None:
    assert bare_words(template.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Words</p>",
        '<nav aria-label="Pages"></nav>',
        '<p>{{ count }} comment{{ "" if count == 1 else "s" }}</p>',
        '<p>{{ "Listen" if audio else "Watch" }}</p>',
        '<p>{{ warning or "Sensitive content" }}</p>',
        '{% if x %}<a href="{{ x }}">Newer</a>{% endif %}',
    ],
)
def test_bare_words_are_noticed(source: str) -> None:
    assert bare_words(source)


def marked_texts() -> Iterator[nodes.Expr]:
    for template in TEMPLATES:
        for call in environment().parse(template.read_text()).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name in ("_", "gettext", "ngettext"):
                yield call.args[0]


def test_only_texts_of_ours_are_marked() -> None:
    """What `_` returns is not escaped, so its argument is never a value."""
    assert all(isinstance(text, nodes.Const) for text in marked_texts())


def test_marked_texts_are_collected_for_translators() -> None:
    mapping = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
    options = {"**/templates/**.html": {"trimmed": "true"}}
    found = {message for _, _, message, *_ in extract_from_dir(ROOT / "syndicate", mapping, options)}
    marked = {text.value for text in marked_texts() if isinstance(text, nodes.Const)}
    singular = {message if isinstance(message, str) else message[0] for message in found}
    assert len(marked) > 50
    assert marked - singular == set()
    assert {
        "There is nothing here",
        "Archives",
        "Skip to the text",
        ("%(count)s comment", "%(count)s comments"),
    } <= found
