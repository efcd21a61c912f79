"""Write what other programs' tags stand for, as Markdown or as HTML."""

import re
from dataclasses import dataclass
from html import escape

from syndicate.content.code_blocks import Masked

UNKNOWN = "\ufdd2"
"""Stands for the address of a page that is not there or not public: only the text of the link stays."""


@dataclass(frozen=True, slots=True)
class MarkdownWriter:
    """`is_html`: the text is HTML, not Markdown."""

    is_html: bool

    def code(self, code: str, language: str = "") -> str:
        code = code.strip("\n").rstrip()
        language = re.sub(r"[^\w+#.-]", "", language)
        if self.is_html:
            css = f' class="language-{escape(language)}"' if language else ""
            return f"<pre><code{css}>{escape(code, quote=False)}</code></pre>"
        longest = max((len(run) for run in re.findall("`+", code)), default=0)
        fence = "`" * max(3, longest + 1)
        return f"\n{fence}{language}\n{code}\n{fence}\n"

    def link(self, address: str, text: str) -> str:
        if self.is_html:
            return f'<a href="{escape(address)}">{text}</a>'
        return f"[{text}]({destination(address)})"

    def block_link(self, address: str, text: str) -> str:
        """Write a link on lines of its own."""
        return f"<p>{self.link(address, escape(text))}</p>" if self.is_html else f"\n\n{self.link(address, text)}\n\n"

    def picture(self, address: str, alt: str, *, caption: str = "", width: str = "", link: str = "") -> str:
        size = f' width="{width}"' if width.isdecimal() else ""
        image = f'<img src="{escape(address)}" alt="{escape(alt)}"{size}>'
        if link:
            image = f'<a href="{escape(link)}">{image}</a>'
        if caption:
            inner = caption if self.is_html else f"\n\n{caption}\n\n"
            return f"\n<figure>\n{image}\n<figcaption>{inner}</figcaption>\n</figure>\n\n"
        if self.is_html or size or link:
            return image
        spelled = re.sub(r"([\[\]])", r"\\\1", alt)
        return f"![{spelled}]({destination(address)})"

    def quote(self, masked: Masked, text: str, *, title: str = "", source: str = "") -> str:
        """Write a quotation; `text` may hold marks of masked code."""
        text = text.strip()
        if self.is_html:
            before = f"<p><strong>{title}</strong></p>" if title else ""
            after = f"<p>— {source}</p>" if source else ""
            return f"<blockquote>{before}{text}{after}</blockquote>"
        parts = [f"**{title}**" if title else "", text, f"— {source}" if source else ""]
        return "\n\n" + masked.prefix("\n\n".join(filter(None, parts)), "> ") + "\n\n"

    def strong(self, text: str) -> str:
        return f"<strong>{text}</strong>" if self.is_html else f"**{text}**"


def destination(address: str) -> str:
    """Return an address as the destination of a Markdown link."""
    return f"<{address}>" if re.search(r"[\s()]", address) else address
