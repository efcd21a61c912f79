"""Quotes of posts at the desk, and the short numbers of comments there."""

from tests.admin.browser import Browser
from tests.peer import Peer

QUOTES = "/admin/quotes/"


async def test_quotes_are_shown_hidden_revoked_and_allowed(author: Browser, ann: Peer) -> None:
    blog, reader = author.instance, Browser(author.instance)
    post = await blog.publish("Frost", "Cold.")
    await author.get(QUOTES)
    assert "Nobody has quoted" in author.answer.text
    quote = ann.note("", "<p>Read this, it is cold.</p>", quote=post.uri)
    await ann.send(ann.create(quote))
    await ann.send(ann.activity("QuoteRequest", post.uri, instrument=quote["id"]))
    await blog.settle()
    await author.get("/admin/comments/")
    await author.get(author.link("Quotes"))
    assert "Read this, it is cold." in author.page.text_content()
    assert "allowed" in author.page.text_content()
    assert "Read this" not in (await reader.get(post.path)).text
    await author.submit("Show under the post")
    assert "shown under the post" in author.page.text_content()
    assert "Read this" in (await reader.get(post.path)).text
    await author.submit("Hide")
    assert "Read this" not in (await reader.get(post.path)).text
    await author.submit("Show under the post")
    await author.submit("Revoke")
    assert "revoked" in author.page.text_content()
    assert "Read this" not in (await reader.get(post.path)).text
    await author.submit("Allow")
    assert "without asking" in author.page.text_content()
    await author.get(QUOTES)
    await author.post(QUOTES, {"csrf": author.csrf, "quote": "https://nobody.example/1", "do": "revoke"})
    assert author.answer.status == 404
    await author.get(QUOTES)
    await author.post(QUOTES, {"csrf": author.csrf, "quote": quote["id"], "do": "burn"})
    assert author.answer.status == 422


async def test_a_comment_is_found_by_its_short_number(author: Browser, ann: Peer) -> None:
    blog = author.instance
    post = await blog.publish("Frost", "Cold.")
    await ann.reply(post.uri)
    await blog.settle()
    [comment] = await blog.comments(post)
    await author.get("/admin/comments/")
    await author.get(author.link(f"No. {comment.number}"))
    assert author.path == f"/admin/comments/{comment.id}/"
    assert author.heading == "Reply"
    assert (await author.get("/admin/comments/99/")).status == 404
