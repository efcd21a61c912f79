"""Formulas of the author stay formulas; those of other people become text, and lose nothing."""

import pytest

from syndicate.content.sanitize import for_author, for_stranger
from syndicate.content.text import plain
from tests.content.allowlist import tags_of

BASE = "https://blog.example/"
HALF = "<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>"
SQUARE = '<math display="block"><semantics><msup><mi>x</mi><mn>2</mn></msup>{}</semantics></math>'
TEX = '<annotation encoding="application/x-tex">x^2 &lt; y</annotation>'


@pytest.mark.parametrize("formula", [HALF, SQUARE.format(""), SQUARE.format(TEX), f"<p>a {HALF} b {HALF}</p>"])
def test_a_formula_of_the_author_stays(formula: str) -> None:
    assert for_author(formula, base=BASE) == formula


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ('<math onclick="x()" class="y" style="z"><mi href="javascript:x" mathvariant="normal">a</mi></math>',
         '<math><mi mathvariant="normal">a</mi></math>'),
        ("<math><mi>a<script>alert(1)</script><b>c</b></mi></math>", "<math><mi>ac</mi></math>"),
        ("<math><annotation-xml encoding='text/html'><p>b</annotation-xml><mi>a</math>", "<math>b<mi>a</mi></math>"),
        ("<MATH><mfrac><mn>1</mn><mn>2</mn></MATH> after", f"{HALF} after"),
        ("<math><mtext>&lt;img src=x onerror=alert(1)&gt;</mtext></math>",
         "<math><mtext>&lt;img src=x onerror=alert(1)&gt;</mtext></math>"),
        ('<math alttext="&quot;&gt;&lt;b&gt;"><mi>a</mi></math>',
         '<math alttext="&quot;&gt;&lt;b&gt;"><mi>a</mi></math>'),
    ],
)  # fmt: skip
def test_nothing_but_mathml_stays_in_a_formula(given: str, kept: str) -> None:
    html = for_author(given, base=BASE)
    assert html == kept
    assert for_author(html, base=BASE) == html


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (HALF, "1/2"),
        (SQUARE.format(""), "x^2"),
        (SQUARE.format(TEX), "$$x^2 < y$$"),
        (SQUARE.format('<annotation encoding="text/plain">x squared</annotation>'), "x squared"),
        ('<math alttext="one half"><mn>1</mn></math>', "one half"),
        ("<math><msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt></math>", "√(x + 1)"),
        ("<math><mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac></math>", "(a+b)/2"),
    ],
)
def test_a_formula_of_others_is_text(formula: str, text: str) -> None:
    assert plain(for_stranger(f"<p>see {formula}.</p>")) == f"see {text}."
    assert plain(f"<p>see {formula}.</p>") == f"see {text}.", "in excerpts and summaries, too"
    assert "<m" not in for_stranger(formula)


@pytest.mark.parametrize("mark", ["\ue0000\ue001", "&#xe000;0&#xe001;", "\ue000\ue001"])
def test_a_formula_never_stands_in_an_attribute(mark: str) -> None:
    evil = '<math alttext="onmouseover=alert(1) x"><mi>a</mi></math>'
    html = for_author(
        f'<a title="{mark}" href="https://a.example/?{mark}">b</a>{evil}<img src="https://a.example/" alt="{evil}">',
        base=BASE,
    )
    names = {name for _, attributes in tags_of(html) for name in attributes}
    assert names <= {"title", "href", "alttext", "src", "alt"}
    assert html.count("<math") == 1


def test_a_formula_that_is_not_one_loses_no_words() -> None:
    deep = "<math>" + "<mrow>" * 500 + "word" + "</math>"
    for html in ("<math><mi>word", deep, "<math>" * 2_000 + "word", "\ue0000\ue001 word"):
        assert "word" in for_stranger(html)
        once = for_author(html, base=BASE)
        assert "word" in once
        assert for_author(once, base=BASE) == once


def test_words_of_choices_and_drawings_are_kept_apart() -> None:
    html = "<select><option>Tea<option>Coffee</select> <svg><text>Milk</text><text><tspan>Oat</tspan>meal</text></svg>"
    for shown in (for_author(html, base=BASE), for_stranger(html), html):
        assert plain(shown) == "Tea Coffee Milk Oat meal"
