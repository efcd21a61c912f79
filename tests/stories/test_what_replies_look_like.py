"""What readers see of what others wrote: without the blog's own name in front, with titles, options and pictures."""

from typing import Any

import pytest

from syndicate.federation.inbox.shown_form import FORM_VERSION, ShownForm
from syndicate.model.comment import CommentState
from syndicate.storage.engine.database import Queryable
from tests.instances import RunningInstance
from tests.peer import PUBLIC, Peer

MENTION = '<span class="h-card"><a href="https://blog.example/" class="u-url mention">@<span>notes</span></a></span>'
PICTURE = {"type": "Document", "mediaType": "image/png", "url": "https://social.example/1.png"}


async def shown(instance: RunningInstance, ann: Peer, content: str | None, **more: Any) -> str:
    """How a reply looks."""
    post = await instance.publish("Hello")
    note = ann.note(post.uri, content or "", **more)
    await ann.send(ann.create(note))
    await instance.settle()
    [comment] = await instance.comments(post, CommentState.APPROVED)
    return comment.html


async def test_the_name_of_the_blog_in_front_is_not_shown(open_instance: RunningInstance, ann: Peer) -> None:
    content = f"<p>{MENTION} nice post</p>"
    assert await shown(open_instance, ann, content) == "<p>nice post</p>"
    [post] = await open_instance.store.post_lists.list_federated(before=None, limit=10)
    [comment] = await open_instance.comments(post)
    assert (await open_instance.store.comments.get_source(comment.id))[0] == content


async def test_a_reply_that_is_nothing_else_says_so(open_instance: RunningInstance, ann: Peer) -> None:
    assert await shown(open_instance, ann, f"<p>{MENTION}</p>") == "<p>mentioned this blog</p>"


async def test_a_link_that_only_looks_like_the_blog_stays(open_instance: RunningInstance, ann: Peer) -> None:
    html = await shown(open_instance, ann, '<p><a href="https://evil.example/">@notes</a> hello</p>')
    assert "@notes" in html


async def test_an_article_is_shown_by_its_title_and_beginning(open_instance: RunningInstance, ann: Peer) -> None:
    html = await shown(
        open_instance, ann, f"<p>{'word ' * 400}</p>", type="Article", name="On <tea>", summary="An excerpt"
    )
    assert html.count("word") == 55
    assert "On &lt;tea&gt;</a></strong>" in html
    assert f'href="{ann.base}/@ann/' in html
    assert "An excerpt" not in html


@pytest.mark.parametrize("type", ["Video", "Event", "Page"])
async def test_what_has_only_a_name_is_shown_by_it(open_instance: RunningInstance, ann: Peer, type: str) -> None:
    assert "<strong><a" in await shown(open_instance, ann, "", type=type, name="A film")


async def test_a_poll_shows_its_options(open_instance: RunningInstance, ann: Peer) -> None:
    options = [{"type": "Note", "name": "Tea & cake"}, {"type": "Note", "name": "Coffee"}]
    html = await shown(open_instance, ann, "<p></p>", type="Question", oneOf=options)
    assert html == "<ul><li>Tea &amp; cake</li><li>Coffee</li></ul>"


@pytest.mark.parametrize("content", [None, "", "<p></p>"])
async def test_a_bare_picture_is_a_link_and_nothing_else(
    open_instance: RunningInstance, ann: Peer, content: str | None
) -> None:
    html = await shown(open_instance, ann, content, name="A cat", attachment=[{**PICTURE, "name": "A cat"}])
    assert html.startswith('<p><a href="https://social.example/1.png"')
    assert html.count("A cat") == 1


async def test_a_note_with_a_name_and_no_text_is_a_reply(open_instance: RunningInstance, ann: Peer) -> None:
    assert "Yes" in await shown(open_instance, ann, None, name="Yes")


async def test_no_link_leads_to_what_only_machines_read(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Hello")
    note = ann.note(post.uri, "<p>Well said.</p>", url=None)
    await ann.send(ann.create(note))
    await open_instance.settle()
    page = (await open_instance.get(post.path)).text
    assert f'href="{note["id"]}"' not in page
    assert f'href="{ann.base}/@ann"' in page


async def test_older_comments_are_made_anew_from_what_came(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Hello")
    await ann.reply(post.uri, f"<p>{MENTION} nice post</p>")
    await open_instance.settle()

    async def as_it_was(tx: Queryable) -> None:
        await tx.run("UPDATE comments SET html = '<p>@notes nice post</p>', sanitizer = 2")

    await open_instance.store.database.transaction(as_it_was)
    services = open_instance.server.services
    await ShownForm(services.local_actors, services.urls).make_anew(open_instance.store)
    [comment] = await open_instance.comments(post)
    assert comment.html == "<p>nice post</p>"
    assert await open_instance.store.comments.list_sanitized_before(FORM_VERSION, after="", limit=1) == []


async def test_the_warning_of_an_older_comment_folds_its_text(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Hello")
    await ann.reply(post.uri, "<p>words behind</p>")
    await open_instance.settle()
    stored = "<p><strong>take care &amp; sit down</strong></p><p>words behind</p>"

    async def as_it_was(tx: Queryable) -> None:
        await tx.run("UPDATE comments SET html = :html, raw_html = :html, sanitizer = 7", html=stored)

    await open_instance.store.database.transaction(as_it_was)
    services = open_instance.server.services
    await ShownForm(services.local_actors, services.urls).make_anew(open_instance.store)
    [comment] = await open_instance.comments(post)
    summary = "<summary>take care &amp; sit down</summary>"
    assert comment.html == f'<details class="warning">{summary}<p>words behind</p></details>'


async def test_a_reply_without_addressing_is_as_public_as_its_activity(
    open_instance: RunningInstance, ann: Peer
) -> None:
    post = await open_instance.publish("Hello")
    note = {name: value for name, value in ann.note(post.uri, "<p>Hello</p>").items() if name not in ("to", "cc")}
    await ann.send(ann.activity("Create", note, to=[PUBLIC]))
    await open_instance.settle()
    assert len(await open_instance.comments(post, CommentState.APPROVED)) == 1


async def test_what_is_marked_as_direct_is_never_shown(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Hello")
    await ann.reply(post.uri, directMessage=True)
    await open_instance.settle()
    assert await open_instance.comments(post) == []
    assert (await open_instance.verdicts())[-1] == ("Create", "private", "object.private")


async def test_a_text_is_read_by_its_media_type_and_keeps_its_language(
    open_instance: RunningInstance, ann: Peer
) -> None:
    post = await open_instance.publish("Hello")
    plain, french = "Look:\n<script> & a < b", "<p>Ça va</p>"
    await ann.send(ann.create(ann.note(post.uri, plain, mediaType="text/plain", contentMap={"en-GB": plain})))
    await open_instance.settle()
    open_instance.clock.advance(seconds=1)
    await ann.send(ann.create(ann.note(post.uri, french, contentMap={"de": "<p>Es geht</p>", "fr": french})))
    open_instance.clock.advance(seconds=1)
    await open_instance.settle()
    await ann.send(ann.create(ann.note(post.uri, "<p>?</p>", contentMap={"und": "<p>?</p>"})))
    await open_instance.settle()
    comments = sorted(await open_instance.comments(post), key=lambda comment: comment.published)
    assert [(comment.html, comment.language) for comment in comments] == [
        ("<p>Look:<br>&lt;script&gt; &amp; a &lt; b</p>", "en-GB"),
        ("<p>Ça va</p>", "fr"),
        ("<p>?</p>", ""),
    ]
    page = (await open_instance.get(post.path)).text
    assert 'dir="auto" lang="fr"><p>Ça va</p>' in page
    assert 'xml:lang="fr"' in (await open_instance.get(f"{post.path}feed/atom/")).text


@pytest.mark.parametrize("attachment", [[], [{**PICTURE, "name": "A quince"}]])
async def test_a_name_without_a_text_is_a_reply(
    open_instance: RunningInstance, ann: Peer, attachment: list[dict[str, str]]
) -> None:
    html = await shown(open_instance, ann, None, name="A quince", attachment=attachment)
    assert html.count("A quince") == 1
    assert html.count('href="https://social.example/1.png"') == len(attachment)
