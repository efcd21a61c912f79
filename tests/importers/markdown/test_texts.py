"""What tags, shortcodes and links of other programs become, as functions of a text."""

from pathlib import Path

import pytest

from syndicate.clock import utc_now
from syndicate.importers.markdown.project import open_project
from syndicate.importers.markdown.translate import translate
from syndicate.importers.markdown.writing import UNKNOWN
from tests.importers.markdown.folders import ELEVENTY, HEXO, HUGO, JEKYLL, OBSIDIAN, PELICAN, ZOLA

PAGES = {"tea": "/tea/", "2015-06-02-code": "/2015/06/02/code.html", "tea.md": "/tea/", "posts/tea.md": "/tea/"}


class Project:
    """The pages and texts that a text of these tests can name."""

    def page(self, target: str) -> str:
        return PAGES.get(target.lstrip("/"), UNKNOWN)

    def title(self, target: str) -> str:
        return "Hot tea" if self.page(target) != UNKNOWN else ""

    def included(self, target: str) -> str | None:
        return {"part.md": "Part *one*.", "tea": "All about tea."}.get(target)

    def code_file(self, target: str) -> str | None:
        return "a < b" if target == "x.py" else None


def rewritten(reference: str, is_shown: bool) -> str | None:
    if UNKNOWN in reference:
        return UNKNOWN
    return {"/assets/a.png": "/assets/a.png", "../x.md": UNKNOWN, "@/posts/tea.md": "/tea/"}.get(reference)


def of(settings: dict[str, str], text: str, folder: Path, *, is_html: bool = False) -> tuple[str, dict[str, int]]:
    for name, content in settings.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    project = open_project(folder, utc_now().tzinfo)  # type: ignore[arg-type]
    done = translate(text, project=project, resolver=Project(), rewrite=rewritten, title="T", is_html=is_html)
    return done.text, dict(done.lost)


@pytest.mark.parametrize(
    ("settings", "text", "expected"),
    [
        (JEKYLL, "{% highlight c %}\n#include <a>\n\n    {% x %}\n{% endhighlight %}", "```c\n#include <a>\n\n    {% x %}\n```\n"),
        (JEKYLL, "{% codeblock My title lang:ruby %}\na_b_c\n{% endcodeblock %}", "```ruby\na_b_c\n```\n"),
        (HUGO, '{{< highlight go "linenos=true" >}}\na_b\n{{< /highlight >}}', "```go\na_b\n```\n"),
        (HUGO, "{{</* youtube x */>}} and `{{%/* ref \"x\" */%}}`", '{{< youtube x >}} and `{{% ref "x" %}}`'),
        (JEKYLL, "{% raw %}{{ x }}{% endraw %} and `{% raw %}{% y %}{% endraw %}`", "{{ x }} and `{% y %}`"),
        (HUGO, '{{< figure src="/assets/a.png" alt="A shed" >}}', "![A shed](/assets/a.png)"),
        (HUGO, '{{< figure src="/assets/a.png" caption="My *shed*" >}}', '<figure>\n<img src="/assets/a.png" alt="My *shed*">\n<figcaption>\n\nMy *shed*\n\n</figcaption>\n</figure>\n\n'),
        (JEKYLL, '{% img left /assets/a.png 300 200 "A title" "A shed" %}', '<img src="/assets/a.png" alt="A shed" width="300">'),
        (HEXO, "{% asset_img a.png A shed %}", "![A shed](a.png)"),
        (JEKYLL, "{% youtube dQw4 %}", "[https://www.youtube.com/watch?v=dQw4](https://www.youtube.com/watch?v=dQw4)\n\n"),
        (HUGO, '{{< youtube id="dQw4" >}}', "[https://www.youtube.com/watch?v=dQw4](https://www.youtube.com/watch?v=dQw4)\n\n"),
        (ZOLA, '{{ vimeo(id="12") }}', "[https://vimeo.com/12](https://vimeo.com/12)\n\n"),
        (HUGO, "{{< gist ann 99 >}}", "[https://gist.github.com/ann/99](https://gist.github.com/ann/99)\n\n"),
        (JEKYLL, "[x]({% post_url 2015-06-02-code %}) [y]({% post_url 2000-01-01-no %})", "[x](/2015/06/02/code.html) y"),
        (JEKYLL, "[x]({{ site.baseurl }}{% link posts/tea.md %})", "[x](/tea/)"),
        (HUGO, '[x]({{< ref "tea.md" >}}) [y]({{% relref "no.md" %}})', "[x](/tea/) y"),
        (HEXO, "{% post_link tea %} {% post_link tea My tea %} {% post_link no Gone %}", "[Hot tea](/tea/) [My tea](/tea/) Gone"),
        (ZOLA, "[x](@/posts/tea.md)", "[x](/tea/)"),
        (PELICAN, "[x](../x.md) <a href=\"../x.md\">y</a>", "x <a>y</a>"),
        (JEKYLL, '![x]({{ site.baseurl }}/assets/a.png) {{ "/b" | relative_url }} {{ page.title }}', "![x](/assets/a.png) /b T"),
        (JEKYLL, "{% include_relative part.md %}", "Part *one*.\n\n"),
        (JEKYLL, "{% include_code lang:python x.py %}", "```python\na < b\n```\n"),
        (JEKYLL, "{% blockquote Ann https://a.example/ %}\nHot.\n\n`{% x %}`\n{% endblockquote %}", "> Hot.\n>\n> `{% x %}`\n>\n> — [Ann](https://a.example/)\n\n"),
        (JEKYLL, "{: .lead}\nWords.\n\n* TOC\n{:toc}\n\n[TOC]\n\n## A {#a}", "Words.\n\n\n## A"),
        (OBSIDIAN, "> [!note]- My title\n> Words.", "> **My title**\n>\n> Words."),
        (ELEVENTY, ":::tip[My title]\nWords.\n:::", "> **My title**\n>\n> Words.\n\n"),
        (PELICAN, '!!! note "My title"\n    Words.\n', "> **My title**\n>\n> Words.\n\n"),
        (OBSIDIAN, "![[a.png|300]] ![[a.png|Shed]] ==loud== [[tea#Part|text]] [[tea]] [[no|gone]] end ^id", '<img src="a.png" alt="" width="300"> ![Shed](a.png) <mark>loud</mark> [text](/tea/) [tea](/tea/) gone end'),
        (OBSIDIAN, "![[tea]]", "All about tea.\n\n"),
        (HUGO, "`[[x]]` ==a== `{{< x >}}`", "`[[x]]` ==a== `{{< x >}}`"),
        (JEKYLL, "```\n[[x]] {% img a %} <!-- x -->\n```", "```\n[[x]] {% img a %} <!-- x -->\n```"),
    ],
)  # fmt: skip
def test_what_a_mark_of_another_program_becomes(
    tmp_path: Path, settings: dict[str, str], text: str, expected: str
) -> None:
    assert of(settings, text, tmp_path) == (expected, {})


def test_what_nothing_stands_for_goes_and_is_counted_and_its_text_stays(tmp_path: Path) -> None:
    text = '{{< alert "x" >}}Words.{{< /alert >}} {{% tabs %}}More.{{% /tabs %}} {{< alert >}}'
    shown, lost = of(HUGO, text, tmp_path)
    assert shown.split() == ["Words.", "More."]
    assert lost == {"{{< alert >}}": 2, "{{< tabs >}}": 1}


def test_what_a_theme_includes_is_counted(tmp_path: Path) -> None:
    shown, lost = of(JEKYLL, "{% include share.html x=1 %}{% include youtube.html id='d' %}{{ site.data.x }}", tmp_path)
    assert lost == {"{% include share.html %}": 1, "{{ site.data.x }}": 1}
    assert "https://www.youtube.com/watch?v=d" in shown


def test_in_html_marks_become_html(tmp_path: Path) -> None:
    text = '<p>{% highlight c %}a < b{% endhighlight %}</p>{% img /assets/a.png "Shed" %}'
    shown, _ = of(JEKYLL, text, tmp_path, is_html=True)
    assert shown == '<p><pre><code class="language-c">a &lt; b</code></pre></p><img src="/assets/a.png" alt="Shed">'


@pytest.mark.parametrize("mark", ["[", "{{<", "{%", "<!--", "[[", "![a](", ":::x\n", "`a``"])
def test_no_mark_makes_a_text_costly(tmp_path: Path, mark: str) -> None:
    for settings in (JEKYLL, OBSIDIAN):
        assert of(settings, mark * 10_000, tmp_path)
