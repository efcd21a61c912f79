"""The stories of the author's desk in a real browser, each with and without scripts: one browser, and one blog."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from syndicate.clock import utc_now
from syndicate.comments import records
from syndicate.federation.actors.local_actors import BLOG
from syndicate.model.actor import RemoteActor
from syndicate.model.comment import Author, Comment, CommentSource, CommentState
from syndicate.model.ids import new_id
from syndicate.storage import Store, Tables
from syndicate.storage.followers import Follower
from tests.peers.blog import Blog
from tests.ports import free_port

STORIES = Path(__file__).parent / "browser" / "stories.mjs"
EXPORT = """<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>Old</title><link>http://old.example</link>
<wp:wxr_version>1.2</wp:wxr_version><wp:base_blog_url>http://old.example</wp:base_blog_url>
<item><title>{title}</title><link>http://old.example/{slug}/</link><content:encoded><![CDATA[{text}]]></content:encoded>
<wp:post_id>1</wp:post_id><wp:post_date_gmt>2020-01-02 03:04:05</wp:post_date_gmt><wp:post_name>{slug}</wp:post_name>
<wp:status>publish</wp:status><wp:post_type>post</wp:post_type></item></channel></rss>"""
IMPORTED = """<p class="lead">First, one&#8217;s <b>words</b> &amp; <a rel="me" href="/a/">a link</a>.<br/>More.</p>

<h2 id="part">Part</h2>
<table><tr><td>Old</td></tr></table>
<p>Last words</p>"""
WITH_AND_WITHOUT = (True, False)
SCRIPTS = {True: "with scripts", False: "without scripts"}


@dataclass
class Stories:
    """A browser that is told stories of a blog, as an author who has signed in once the first story needs it."""

    blog: Blog
    process: subprocess.Popen[str]
    is_signed_in: bool = False

    def tell(self, story: str, *, scripts: bool, **needs: Any) -> None:
        """Tell a story, and require that nothing is wrong."""
        if not self.is_signed_in:
            assert self._ask("sign in", scripts=True, setup=self.setup_address()) == []
            self.is_signed_in = True
        assert self._ask(story, scripts=scripts, **needs) == []

    def set_up(self) -> None:
        """Tell the story of the first run, which needs no scripts."""
        assert self._ask("set up", scripts=False, setup=self.setup_address()) == []
        self.is_signed_in = True

    def setup_address(self) -> str:
        return next(word for word in self.blog.command("admin-link").split() if "/admin/setup/" in word)

    def _ask(self, story: str, *, scripts: bool, **needs: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        told = {
            "base": self.blog.url,
            "story": story,
            "name": f"{story}, {SCRIPTS[scripts]}",
            "scripts": scripts,
            **needs,
        }
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the browser has ended"
        return json.loads(line)


@pytest.fixture(scope="module")
def stories(blog: Blog, node: Path, chromium: Path) -> Iterator[Stories]:
    command = [node, STORIES, chromium]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Stories(blog, process)
        process.kill()


def test_the_first_run_needs_no_scripts(stories: Stories) -> None:
    stories.set_up()


@pytest.mark.parametrize("scripts", WITH_AND_WITHOUT, ids=SCRIPTS.get)
@pytest.mark.parametrize(
    "story",
    [
        "write with a picture and publish",
        "publish later, now, and take it back",
        "two windows",
        "restore an earlier text",
        "the session ends while somebody writes",
        "the server is away while somebody writes",
        "double click, back and reload",
    ],
)
def test_what_is_written(stories: Stories, story: str, scripts: bool) -> None:
    stories.tell(story, scripts=scripts)


@pytest.mark.parametrize(
    "story",
    [
        "crash while typing",
        "what could not be submitted is offered again",
        "saving in the background publishes nothing",
    ],
)
def test_what_is_saved_by_scripts(stories: Stories, story: str) -> None:
    stories.tell(story, scripts=True)


def test_an_imported_post_is_edited_without_scripts_and_without_changing_another_byte(
    stories: Stories, tmp_path: Path
) -> None:
    export = tmp_path / "export.xml"
    export.write_text(EXPORT.format(title="Imported", slug="imported", text=IMPORTED))
    stories.blog.command("import", "wordpress", str(export))
    id, before = stories.blog.look(source_of_imported)
    stories.tell("edit an imported post", scripts=False, id=id)
    assert stories.blog.look(source_of_imported) == (id, before.replace("one&#8217;s", "one&#8217;s own"))


async def source_of_imported(store: Store) -> tuple[str, str]:
    post = await store.posts.find_by_slug("imported")
    assert post is not None
    made = await store.posts.find_source(post.id)
    assert made is not None
    return post.id, made.source


def test_twenty_comments_are_moderated_by_keyboard_without_scripts(stories: Stories) -> None:
    stories.blog.publish("tea", "Hot.")
    stories.blog.look(lambda store: let_comments_wait(store, [f"Comment {at}" for at in range(20)]))
    stories.tell("moderate twenty comments by keyboard", scripts=False)


@pytest.mark.parametrize("scripts", WITH_AND_WITHOUT, ids=SCRIPTS.get)
def test_a_comment_is_answered(stories: Stories, scripts: bool) -> None:
    post = stories.blog.publish("coffee", "Cold.")
    name = f"A question {SCRIPTS[scripts]}"
    stories.blog.look(lambda store: let_comments_wait(store, [name], slug="coffee", source=CommentSource.FORM))
    stories.tell("answer a comment", scripts=scripts, name=name, path=post.url.removeprefix(stories.blog.url))


async def let_comments_wait(
    store: Store, texts: list[str], *, slug: str = "tea", source: CommentSource = CommentSource.REPLY
) -> None:
    """Let comments wait under a post."""
    post = await store.posts.find_by_slug(slug)
    assert post is not None
    now, is_form = utc_now(), source is CommentSource.FORM
    for text in texts:
        id = new_id(now)
        comment = Comment(
            id=id,
            post=post.id,
            uri=f"urn:uuid:{id}" if is_form else f"https://social.example/notes/{id}",
            anchor=f"comment-{id}",
            source=source,
            author=Author(name="Ann", uri="" if is_form else "https://social.example/users/ann"),
            html=f"<p>{text}</p>",
            state=CommentState.PENDING,
            published=now,
            updated=now,
        )
        reason = "comment.form" if is_form else "comment.first"
        await store.transaction(
            partial(records.save, comment=comment, raw_html="", sanitizer=1, reason=reason, received=now)
        )


@pytest.mark.parametrize("scripts", WITH_AND_WITHOUT, ids=SCRIPTS.get)
def test_the_author_sees_who_did_not_get_a_post(stories: Stories, scripts: bool) -> None:
    blog = stories.blog
    if blog.find("undelivered") is None:
        blog.look(partial(follow_from, f"http://127.0.0.1:{free_port('127.0.0.1')}"))
        blog.publish("undelivered", "Gone astray.", title="Undelivered")
    stories.tell("see who did not get a post", scripts=scripts)


async def follow_from(server: str, store: Store) -> None:
    """Let the blog have a follower whose server does not answer."""
    now = utc_now()
    uri, inbox = f"{server}/users/tom", f"{server}/inbox"
    tom = RemoteActor(uri=uri, type="Person", handle="@tom@gone.example", name="Tom", url=uri, inbox=inbox, fetched=now)
    follower = Follower(local_actor=BLOG, actor=uri, follow=f"{server}/follows/1", inbox=inbox, since=now)

    async def body(tx: Tables) -> None:
        await tx.remote_actors.save(tom, host="127.0.0.1")
        await tx.followers.save(follower)

    await store.transaction(body)


@pytest.mark.parametrize("scripts", WITH_AND_WITHOUT, ids=SCRIPTS.get)
def test_a_blog_is_imported_by_upload(stories: Stories, scripts: bool) -> None:
    name = "moved" if scripts else "moved-without-scripts"
    file = EXPORT.format(title=name, slug=name, text=IMPORTED)
    stories.tell("import by upload", scripts=scripts, name=name, file=file)
