"""On the pages of the site the author who is signed in sees *Edit* and how many comments wait, and nobody else does."""

from tests.admin.browser import Browser
from tests.peer import Peer


async def test_edit_and_waiting_comments_are_for_the_signed_in_author_alone(author: Browser, ann: Peer) -> None:
    blog = author.instance
    post = await blog.publish("Tea")
    await ann.reply(post.uri)
    await blog.settle()
    reader = Browser(blog)
    before = await reader.get(post.path)
    seen = await author.get(post.path)
    assert author.link("Edit") == f"/admin/posts/{post.id}/"
    assert author.link("1 comment waits") == "/admin/comments/"
    assert "no-store" in seen.headers["Cache-Control"]
    assert "private" in seen.headers["Cache-Control"]
    assert "ETag" not in seen.headers
    after = await reader.get(post.path)
    for answer in (before, after):
        assert "author-bar" not in answer.text
        assert answer.headers["Cache-Control"].startswith("public")
    assert (after.body, after.headers["ETag"]) == (before.body, before.headers["ETag"])

    unchanged = await author.request("GET", post.path, None, If_None_Match=before.headers["ETag"])
    assert unchanged.status == 200  # what the browser kept from before has no bar
    await author.get("/")
    assert author.link("Write") == "/admin/posts/new"
    assert "Edit" not in [a.text_content() for a in author.page.xpath("//nav[@class='author-bar']//a")]
    assert (await author.request("HEAD", post.path, None)).headers["Cache-Control"].startswith("public")


async def test_who_is_signed_out_or_has_a_wrong_cookie_sees_the_page_as_everybody(author: Browser) -> None:
    post = await author.instance.publish("Tea")
    stranger = Browser(author.instance, cookies={"__Host-session": "guessed"})
    assert "author-bar" not in (await stranger.get(post.path)).text
    kept = dict(author.cookies)
    await author.get("/admin/")
    await author.submit("Sign out")
    author.cookies = kept
    assert "author-bar" not in (await author.get(post.path)).text


async def test_feeds_documents_and_previews_have_no_bar(author: Browser) -> None:
    post = await author.instance.publish("Tea")
    for path, accept in (("/feed/", "*/*"), (post.uri, "application/activity+json"), ("/sitemap.xml", "*/*")):
        answer = await author.request("GET", path, None, Accept=accept)
        assert answer.status == 200
        assert "author-bar" not in answer.text
    await author.request("GET", f"/admin/posts/{post.id}/preview/frame", None)
    assert "author-bar" not in author.answer.text
