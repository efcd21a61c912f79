"""The tags of Liquid and the shortcodes of Hugo and Zola: what is worth keeping becomes Markdown, the rest is counted."""

import re
from collections import Counter
from dataclasses import dataclass, field
from html import escape
from typing import Protocol

from syndicate.content.code_blocks import Masked
from syndicate.importers.markdown.arguments import Arguments, parse_arguments
from syndicate.importers.markdown.embeds import NAMES, WITH_USER, address_of_embed
from syndicate.importers.markdown.project import Project
from syndicate.importers.markdown.writing import UNKNOWN, MarkdownWriter

_OUTPUT = re.compile(r"\{\{-?(?![<%])\s*(?P<inner>[^{}\n]{0,300}?)\s*-?\}\}")
_FILTERED = re.compile(r"""^(?:["'](?P<text>[^"']*)["']|(?P<name>[\w.]+))(?P<filters>(?:\s*\|.*)?)$""")
_BLOCK_QUOTE = re.compile(
    r"\{%-?\s*(?P<name>blockquote|pullquote|quote)\b(?P<words>[^%]*)-?%\}(?P<text>.*?)\{%-?\s*end(?P=name)\s*-?%\}",
    re.DOTALL,
)
_TAG = re.compile(r"\{%-?\s*(?P<name>\w+)(?P<words>(?:(?!%\}).){0,2000}?)-?%\}", re.DOTALL)
_SHORTCODE = re.compile(
    r"""\{\{[<%]\s*(?P<close>/?)\s*(?P<name>[\w./-]+)(?P<words>(?:[^"`{}]|"(?:\\.|[^"\\])*"|`[^`]*`){0,2000}?)/?\s*[%>]\}\}""",
    re.DOTALL,
)
_TERA = re.compile(r"\{\{\s*(?P<name>[A-Za-z]\w*)\((?P<words>[^()]{0,2000})\)\s*\}\}")
_TERA_BLOCK = re.compile(r"\{%\s*(?P<name>[A-Za-z]\w*)\((?P<words>[^()]{0,2000})\)\s*%\}")
_FIGURES = frozenset({"figure", "img", "image", "asset_img", "picture", "fig", "imgproc", "photo", "resize_image"})
_REFERENCES = frozenset({"ref", "relref", "post_url", "link", "post_path", "asset_path", "post_link", "asset_link"})
_GONE = frozenset({"toc", "more", "end", "endraw", "raw", "break", "clear", "rawhtml", "html", "toc_inline"})
_MEDIA_NUMBER = re.compile(r"\d+(?:px|%)?|auto")


class Resolver(Protocol):
    """What a text can ask for while it is translated."""

    def page(self, target: str) -> str:
        """Return the address of a public page of the project, or UNKNOWN."""

    def title(self, target: str) -> str:
        """Return the title of a public page, or an empty string."""

    def included(self, target: str) -> str | None:
        """Return the text of a file that is put in, already translated; None if it is not there or not public."""

    def code_file(self, target: str) -> str | None:
        """Return a file of code; None if it is not there."""


@dataclass(slots=True)
class TagTranslator:
    """Translates the tags of one text. `lost` counts those that nothing stands for."""

    project: Project
    writer: MarkdownWriter
    resolver: Resolver
    title: str
    masked: Masked
    lost: Counter[str] = field(default_factory=Counter)

    def translate(self, text: str) -> str:
        program = self.project.program
        if program.has_liquid:
            text = _BLOCK_QUOTE.sub(self._quote, text)
            text = _TAG.sub(self._liquid, text)
            text = _OUTPUT.sub(self._output, text) if program.name else text
        if program.has_shortcodes:
            text = _SHORTCODE.sub(self._shortcode, text)
            text = _TERA.sub(self._tera, text)
            text = _TERA_BLOCK.sub(self._tera, text)
            text = re.sub(r"\{%\s*end\s*%\}", "", text)
        return text

    def _quote(self, found: re.Match[str]) -> str:
        words = found["words"].strip()
        if found["name"] == "pullquote":
            return self.writer.quote(self.masked, found["text"].replace('{"', "").replace('"}', ""))
        address = re.search(r"https?://\S+", words)
        before, after = (words[: address.start()], words[address.end() :]) if address else (words, "")
        names = " ".join(filter(None, (before.strip().strip('"'), after.strip())))
        source = self.writer.link(address[0], names or address[0]) if address else names
        return self.writer.quote(self.masked, found["text"], source=source)

    def _output(self, found: re.Match[str]) -> str:
        """Replace `{{ site.url }}` and `{{ "/x" | relative_url }}` by the value."""
        inner = _FILTERED.match(found["inner"])
        if inner is None:
            return self._lose(f"{{{{ {found['inner'][:40]} }}}}")
        filters = inner["filters"]
        values = {
            "site.baseurl": self.project.prefix,
            "site.url": self.project.origin,
            "site.root": f"{self.project.prefix}/",
            "page.title": self.title,
            "title": self.title,
            "site.title": self.project.settings.text("title"),
        }
        value = inner["text"] if inner["text"] is not None else values.get(inner["name"].lower())
        if value is None:
            return self._lose(f"{{{{ {inner['name']} }}}}")
        if (
            "relative_url" in filters
            or "absolute_url" in filters
            or re.search(r"\|\s*url\b", filters)
            or "prepend" in filters
        ):
            return value if value.startswith(("http://", "https://")) else f"{self.project.prefix}/{value.lstrip('/')}"
        return value

    def _liquid(self, found: re.Match[str]) -> str:
        name, words = found["name"].lower(), found["words"].strip()
        if name == "include_relative":
            return self._included(words.split()[0] if words else "", name)
        if name == "include_code":
            return self._included_code(words)
        if name in ("img", "asset_img") and words:
            return self._old_picture(words)
        if name == "include" and "=" not in words.split(" ")[0]:
            file = words.split(" ")[0].strip("\"'")
            arguments = parse_arguments(words[len(words.split(" ")[0]) :])
            made = self._known(file.rpartition("/")[2].removesuffix(".html").removesuffix(".md").lower(), arguments)
            return made if made is not None else self._lose(f"{{% include {file} %}}")
        made = self._known(name, parse_arguments(words))
        if made is not None:
            return made
        return (
            "" if name in _GONE else self._lose(f"{{% {name.removeprefix('end')} %}}", count=not name.startswith("end"))
        )

    def _shortcode(self, found: re.Match[str]) -> str:
        name = found["name"].lower()
        if found["close"]:
            return ""
        made = self._known(name, parse_arguments(found["words"]))
        if made is not None:
            return made
        return "" if name in _GONE else self._lose(f"{{{{< {found['name']} >}}}}")

    def _tera(self, found: re.Match[str]) -> str:
        made = self._known(found["name"].lower(), parse_arguments(found["words"]))
        return made if made is not None else self._lose(f"{{{{ {found['name']}() }}}}")

    def _known(self, name: str, arguments: Arguments) -> str | None:
        """Return what a tag stands for; None if that is not known."""
        if name in _REFERENCES:
            return self._reference(name, arguments)
        if name in _FIGURES and (
            source := arguments.first("src", "path", "url", "image", "href", "image_path", "file")
        ):
            return self._figure(source, arguments)
        id = arguments.first(*NAMES) or (arguments.get("user") and arguments.get("id"))
        user = arguments.get("user") or arguments.get("username")
        if name in WITH_USER and len(arguments.positional) > 1:
            user, id = arguments.positional[:2]
        address = address_of_embed(name, str(id), user)
        return self.writer.block_link(address, arguments.get("title") or address) if address else None

    def _reference(self, name: str, arguments: Arguments) -> str:
        target = arguments.first("path", "slug")
        address = self.resolver.page(target) if not name.startswith("asset_") else target
        if name not in ("post_link", "asset_link"):
            return address
        text = " ".join(one for one in arguments.positional[1:] if one not in ("true", "false"))
        text = text or self.resolver.title(target) or (target if UNKNOWN not in address else "")
        return text if UNKNOWN in address else self.writer.link(address, text)

    def _figure(self, source: str, arguments: Arguments) -> str:
        caption = arguments.get("caption") or arguments.get("title")
        title = arguments.get("title") if arguments.get("caption") else ""
        attribution = arguments.get("attr")
        if attribution and arguments.get("attrlink"):
            attribution = self.writer.link(arguments.get("attrlink"), attribution)
        words = " ".join(filter(None, (self.writer.strong(title) if title else "", caption, attribution)))
        alt = arguments.get("alt") or ("" if words else arguments.get("description")) or re.sub(r"<[^>]*>", "", caption)
        link = arguments.get("link")
        return self.writer.picture(source, alt, caption=words, width=arguments.get("width"), link=link)

    def _old_picture(self, words: str) -> str:
        """`{% img [class] src [width height] ["title" ["alt"]] %}` of Octopress and Hexo."""
        arguments = parse_arguments(words)
        quoted = re.findall(r"""["']([^"']*)["']""", words)
        bare = re.sub(r"""["'][^"']*["']""", " ", words).split()
        at = next((n for n, word in enumerate(bare) if "/" in word or re.search(r"\.\w{3,4}$", word)), None)
        if at is None:
            return self._figure(arguments.first("src"), arguments) if arguments.first("src") else ""
        rest = [word for word in bare[at + 1 :] if not _MEDIA_NUMBER.fullmatch(word)]
        numbers = [word for word in bare[at + 1 :] if word.isdecimal()]
        alt = quoted[-1] if quoted else " ".join(rest)
        return self.writer.picture(bare[at], alt, width=numbers[0] if numbers else "")

    def _included(self, target: str, name: str) -> str:
        text = self.resolver.included(target)
        return f"\n\n{self.masked.add(text)}\n\n" if text is not None else self._lose(f"{{% {name} {target} %}}")

    def _included_code(self, words: str) -> str:
        language = re.search(r"\blang:(\S+)", words)
        target = next((word for word in reversed(words.split()) if "." in word and ":" not in word), "")
        code = self.resolver.code_file(target)
        if code is None:
            return self._lose("{% include_code %}")
        return self.masked.add(self.writer.code(code, language[1] if language else target.rpartition(".")[2]))

    def _lose(self, what: str, *, count: bool = True) -> str:
        if count:
            self.lost[escape(what, quote=False) if "<script" in what else what] += 1
        return ""
