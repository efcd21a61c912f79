"""Code in WordPress's texts, which plug-ins for highlighting store unescaped.

`<pre lang="php">` and `<pre class="brush: php">` contain code as it was typed, with `<` and `&`; so do shortcodes
such as `[code]`. Here it becomes `<pre><code>` with the same characters, escaped.
"""

import re
from html import escape

from syndicate.content.markup import PieceKind, pieces
from syndicate.content.tags import Tag, tokens

_LANGUAGE = re.compile(r"[a-z0-9+#-]{1,24}", re.IGNORECASE)
_BRUSH = re.compile(r"\b(?:brush|lang)\s*+:\s*+([\w+#-]++)", re.IGNORECASE)
_PRE = re.compile(r"(<pre[^<>]*+>)(.*)</pre\s*+>", re.IGNORECASE | re.DOTALL)
_EDITED = re.compile(r"<br\s*/?>\n?|</?p>", re.IGNORECASE)
"""What visual editors put into code."""
_MARKUP = re.compile(r"<|&(?!(?:#[0-9]+|#[xX][0-9A-Fa-f]+|[A-Za-z][A-Za-z0-9]*);)")


def verbatim(html: str) -> str:
    """Return `html` with the code of highlighting plug-ins escaped."""
    if "<pre" not in html and "<PRE" not in html:
        return html
    return "".join(
        _escaped(piece.source) if piece.kind is PieceKind.WHOLE and piece.name == "pre" else piece.source
        for piece in pieces(html, frozenset({"pre"}))
    )


def _escaped(source: str) -> str:
    found = _PRE.fullmatch(source)
    tag = next((token for token in tokens(found[1]) if isinstance(token, Tag)), None) if found else None
    if found is None or tag is None:
        return source
    brush = _BRUSH.search(tag.value("class"))
    language = tag.value("lang").strip() or (brush[1] if brush else "")
    return code_html(found[2], language, is_block=True) if language else source


def code_html(body: str, language: str = "", *, is_block: bool = False) -> str:
    """Return code as HTML, on one line as inline code. Editors stored it escaped or not; both mean the same text."""
    typed = _EDITED.sub(lambda mark: "\n" if mark[0].lower().startswith("<br") else "", body)
    text = escape(body, quote=False) if _MARKUP.search(typed) else typed
    text = text.strip("\n")
    opening = f'<code class="language-{language.lower()}">' if _LANGUAGE.fullmatch(language) else "<code>"
    is_block = is_block or "\n" in body
    return f"<pre>{opening}{text}</code></pre>" if is_block else f"{opening}{text}</code>"
