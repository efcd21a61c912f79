"""What people see is marked for translation: no template, label, command or refusal of input has bare words."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from jinja2 import Environment, nodes

from syndicate import errors
from syndicate.errors import InputError
from syndicate.translation import _, ngettext

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


SOURCES = sorted((ROOT / "syndicate").rglob("*.py"))
REFUSALS = {name for name, it in vars(errors).items() if isinstance(it, type) and issubclass(it, InputError)}
SHOWING = {"echo", "secho", "confirm", "prompt", "UsageError", "ClickException", "BadParameter"} | REFUSALS
"""Calls whose first argument people read: what commands print, and what is wrong with an author's input."""
LABELLED = ("web/admin/", "web/site/", "notifications/", "cli/")
"""Where every sentence is for people, but those of these calls: log events, HTTP, and errors for operators."""
TECHNICAL = {
    "AppKey",
    "RequestKey",
    "compile",
    "debug",
    "info",
    "warning",
    "option",
    "argument",
    "group",
    "command",
} | {name for name, it in vars(errors).items() if isinstance(it, type) and not issubclass(it, InputError)}
PROPER_NAMES = {"JSON Feed", "The Old Reader", "Mac OS X", "Accept, Accept-Encoding"}
SENTENCE = re.compile(r"^[A-Z]\w*,? [a-z]|[a-z] .*[a-z]{2,}[.!?…]$")

LINE = re.compile(r"[^\W\d_]{2,}[,;:]? \w+[,;:]? [^\W\d_]{2,}")


def called(node: ast.AST) -> str:
    function = node.func if isinstance(node, ast.Call) else None
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def said(node: ast.expr, constants: dict[str, ast.expr]) -> Iterator[str]:
    """The words of an expression itself, which are not those of marked texts and values."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            for part in parts:
                yield from said(part.value if isinstance(part, ast.FormattedValue) else part, constants)
        case ast.IfExp(body=first, orelse=second) | ast.BinOp(left=first, right=second):
            yield from (*said(first, constants), *said(second, constants))
        case ast.BoolOp(values=values):
            yield from (text for value in values for text in said(value, constants))
        case ast.Call(func=ast.Attribute(value=text, attr="format" | "join")):
            yield from said(text, constants)
        case ast.Name(id=name) if name in constants:
            yield from said(constants[name], {})


def bare_messages(tree: ast.Module) -> list[str]:
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    shown = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and called(node) in SHOWING]
    given = [argument for call in shown for argument in call.args[called(call) == "SettingInvalid" :][:1]]
    return [text for argument in given for text in said(argument, constants) if WORD.search(text)]


def bare_lines(tree: ast.Module) -> list[str]:
    """The lines that a command collects to print them: what its functions yield, return or append."""
    given = [
        node.value for node in ast.walk(tree) if isinstance(node, ast.Yield | ast.Return) and node.value is not None
    ]
    given += [argument for node in ast.walk(tree) if called(node) == "append" for argument in vars(node)["args"]]
    return [text for value in given for text in said(value, {}) if LINE.search(text)]


def bare_sentences(tree: ast.Module) -> list[str]:
    documentation = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    marked = [node for node in ast.walk(tree) if called(node) in TECHNICAL | {"_", "ngettext"}]
    elsewhere = {*documentation, *(part for node in marked for part in ast.walk(node))}
    texts = [
        node for node in ast.walk(tree) if isinstance(node, ast.Constant | ast.JoinedStr) and node not in elsewhere
    ]
    spelled = ["".join(said(node, {})) for node in texts]
    return [text for text in spelled if SENTENCE.search(text) and text not in PROPER_NAMES]


def test_no_message_has_bare_words() -> None:
    """Mark it: `_("{name} is not a feed", name=name)`."""
    found = {path.name: bare_messages(ast.parse(path.read_text())) for path in SOURCES}
    assert {name: texts for name, texts in found.items() if texts} == {}


def test_no_line_of_a_command_has_bare_words() -> None:
    found = {it.name: bare_lines(ast.parse(it.read_text())) for it in SOURCES if it.parent.name == "cli"}
    assert {name: texts for name, texts in found.items() if texts} == {}


def test_no_label_has_bare_words() -> None:
    labelled = [it for it in SOURCES if it.relative_to(ROOT / "syndicate").as_posix().startswith(LABELLED)]
    found = {path.name: bare_sentences(ast.parse(path.read_text())) for path in labelled}
    assert {name: texts for name, texts in found.items() if texts} == {}


@pytest.mark.parametrize(
    "source",
    [
        'click.echo(f"{count} posts")',
        'click.echo("yes" if done else value)',
        'raise NotAnExport("; ".join(["{name} is not a feed"]) or "no feed")',
        'NO_NAME = "a name is missing"\nraise InputError(NO_NAME)',
        'raise SettingInvalid(name, "is not a number")',
    ],
)
def test_bare_words_in_messages_are_noticed(source: str) -> None:
    assert bare_messages(ast.parse(source))


@pytest.mark.parametrize("source", ['TEXT = "Please choose a file."', 'page(label=f"Posts of {name}")'])
def test_bare_words_in_labels_are_noticed(source: str) -> None:
    assert bare_sentences(ast.parse(source))


def test_values_stand_where_a_text_names_them() -> None:
    assert _("{count:,} of {name}: 100%", count=1200, name="{x}") == "1,200 of {x}: 100%"
    assert ngettext("{count} post", "{count} posts", 1) == "1 post"
    assert ngettext("{count} post {done}", "{count} posts {done}", 2, done="deleted") == "2 posts deleted"
    assert _("in braces: {like this}") == "in braces: {like this}"


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
