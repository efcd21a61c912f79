"""Publishing at the desk: the page afterwards, and taking back within a minute; without JavaScript."""

import asyncio

import pytest

from syndicate.model.post import PostState, Term, TermKind
from syndicate.web.admin.editor import Editor
from tests.admin.browser import PASSWORD, Browser
from tests.instances import ACTIVITY
from tests.peer import Peer


async def published(author: Browser) -> str:
    """Publish a post, and return its id."""
    await author.get("/admin/posts/new")
    await author.submit("Publish…", title="Tea", text="Hot water.")
    await author.submit("Publish")
    assert author.heading == "It is out."
    return author.path.split("/")[3]


async def state(author: Browser, id: str) -> PostState:
    post = await author.instance.store.posts.find(id)
    assert post is not None
    return post.state


async def test_it_is_out_and_is_taken_back(author: Browser) -> None:
    id = await published(author)
    assert author.value_of("Copy the link") == author.link("Open")
    assert (await Browser(author.instance).get(author.link("Open"))).status == 200
    assert "0 followers on 0 servers" in author.answer.text
    page, path = author.answer, author.path
    await author.submit("Take it back")
    assert "nothing has been sent" in author.answer.text
    assert author.path.partition("?")[0] == f"/admin/posts/{id}/"
    assert await state(author, id) is PostState.DRAFT
    assert author.value_of("Date") == ""  # it gets its date when it is published again
    author.answer, author.path = page, path
    await author.submit("Take it back")  # a double click, or the back button
    assert await state(author, id) is PostState.DRAFT
    await author.get(f"/admin/posts/{id}/published")
    assert author.path == f"/admin/posts/{id}/"


async def test_without_a_date_a_scheduled_post_is_out_at_once(author: Browser) -> None:
    await author.get("/admin/posts/new")
    await author.submit("Publish…", title="Frost", text="Cold.")
    await author.submit("Publish", at="2099-12-01T08:00")
    await author.get(author.link("Make it a draft"))
    await author.submit("Make it a draft")
    await author.submit("Publish…")
    assert author.value_of("Publish at") == "2099-12-01T08:00"
    await author.submit("Publish", at="")
    assert author.heading == "It is out."


async def test_published_twice_by_a_double_click_it_is_out_once(author: Browser) -> None:
    await author.get("/admin/posts/new")
    await author.submit("Publish…", title="Tea", text="Hot water.")
    page, path = author.answer, author.path
    await author.submit("Publish")
    revision = await author.instance.store.posts.find_source(path.split("/")[3])
    author.answer, author.path = page, path
    await author.submit("Publish")
    assert author.heading == "It is out."
    assert await author.instance.store.posts.find_source(path.split("/")[3]) == revision


async def test_each_click_of_a_double_click_is_answered_with_what_the_first_did(author: Browser) -> None:
    """A browser without scripts sends both at once, and shows the answer to the second."""
    await author.get("/admin/posts/new")
    await author.submit("Publish…", title="Tea", text="Hot water.")
    id, csrf = author.path.split("/")[3], author.csrf
    look = author.page.xpath("string(//input[@name='look']/@value)")

    async def twice(path: str, **fields: str) -> set[str]:
        sent = {"csrf": csrf, **fields}
        answers = await asyncio.gather(*(author.post(f"/admin/posts/{id}/{path}", sent) for _ in range(2)))
        assert {answer.status for answer in answers} == {303}
        return {answer.headers["Location"].removeprefix(f"/admin/posts/{id}/") for answer in answers}

    assert await twice("publish", look=look) == {"published"}
    assert len(await twice("take-back")) == 1
    assert await state(author, id) is PostState.DRAFT
    assert await twice("delete") == {"/admin/posts/?done=deleted"}


async def test_what_is_published_is_no_longer_kept_beside_the_post_from_the_same_moment_on(
    author: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request that comes in between would take it for the text of another window."""

    async def leave(_editor: Editor, _id: str) -> None:
        """The server ends right after the transaction."""

    id = await published(author)
    await author.get(f"/admin/posts/{id}/")
    await author.submit("Update…", text="Cold water.")
    monkeypatch.setattr(Editor, "discard", leave)
    look = author.page.xpath("string(//input[@name='look']/@value)")
    await author.post(f"/admin/posts/{id}/publish", {"csrf": author.csrf, "look": look})
    kept = await author.instance.store.post_drafts.find(id)
    assert kept is None or not kept.fields
    post = await author.instance.store.posts.find(id)
    assert post is not None
    assert "Cold water." in post.html


async def test_it_cannot_be_taken_back_unseen_any_more(author: Browser) -> None:
    id = await published(author)
    page, path = author.answer, author.path
    author.instance.clock.advance(seconds=60)
    await author.instance.server.services.publisher.announce_due()
    author.cookies.pop("__Host-session")
    await author.submit("Take it back")
    await author.submit("Sign in", password=PASSWORD)
    await author.submit("Continue")
    assert "It has gone out already" in author.answer.text
    assert await state(author, id) is PostState.PUBLISHED
    assert not author.has_button("Take it back")
    author.answer, author.path = page, path
    await author.get(f"/admin/posts/{id}/")
    assert not author.has_button("Take it back")
    await author.get(author.link("Make it a draft"))
    assert "asked to delete it" in author.answer.text
    assert await state(author, id) is PostState.PUBLISHED
    await author.submit("Make it a draft")
    assert await state(author, id) is PostState.DRAFT


async def test_a_post_that_another_server_has_fetched_says_so(author: Browser) -> None:
    id = await published(author)
    post = await author.instance.store.posts.find(id)
    assert post is not None
    await author.instance.get(post.uri, accept=ACTIVITY)
    await author.submit("Take it back")
    assert "Another server has fetched it" in author.answer.text
    await author.get(author.link("Make it a draft"))
    assert "asked to delete it" in author.answer.text


async def test_making_it_a_draft_within_the_minute_sends_nothing(author: Browser) -> None:
    id = await published(author)
    await author.get(f"/admin/posts/{id}/unpublish")
    assert "Nothing has been sent" in author.answer.text
    await author.submit("Make it a draft")
    assert "nothing has been sent" in author.answer.text
    post = await author.instance.store.posts.find(id)
    assert post is not None
    assert post.uri.endswith(id)


async def test_the_last_look_says_who_gets_it_and_what_is_missing(author: Browser, ann: Peer) -> None:
    blog = author.instance
    await ann.follow()
    await blog.settle()
    public = await blog.publish("Public", terms=(Term(kind=TermKind.TAG, slug="tea", name="Tea"),))
    draft = await blog.publish("Draft", state=PostState.DRAFT)
    moved = await blog.publish("Moved")
    await author.get(f"/admin/posts/?quick={moved.id}")
    await author.submit("Update", slug="elsewhere")
    fine = [
        public.path,
        moved.path,
        "/",
        "/feed/",
        "/tag/tea/",
        "/2026/",
        "/archives/",
        "/about/",
        "https://other.example/x",
    ]
    broken = [draft.path, "/2026/11/22/no-such-post/", "/media/no-such-picture.png", "/tag/no-such-tag/"]
    links = " ".join(f"[x]({link})" for link in (*fine, *broken, "https://blog.example/nowhere/"))
    await author.get("/admin/posts/new")
    await author.submit("Publish…", text=f"{links} ![](https://other.example/a.png) ![b](https://other.example/b.png)")
    assert "1 follower on 1 server" in author.answer.text
    missing = [str(line.text_content()) for line in author.page.xpath("//ul[@class='missing']/li")]
    assert [line.split()[4].rstrip(",") for line in missing if line.startswith("A link")] == [*broken, "/nowhere/"]
    assert sum("no description" in line for line in missing) == 1
    assert any("no title" in line for line in missing)
    assert any("no tags" in line for line in missing)


async def test_only_the_text_that_was_looked_at_is_published(author: Browser) -> None:
    await author.get("/admin/posts/new")
    await author.submit("Publish…", title="Tea", text="Hot water.")
    path = author.path
    other = Browser(author.instance, cookies=dict(author.cookies))
    await other.get(path.removesuffix("publish"))
    await other.submit("Preview", text="Hot milk.")
    await author.submit("Publish", at="2027-01-01T08:00")
    assert "changed since you looked" in author.alerts[0]
    assert author.value_of("Publish at") == "2027-01-01T08:00"
    assert await state(author, path.split("/")[3]) is PostState.DRAFT
    page = author.answer
    await author.submit("Publish", at="")
    await author.submit("Take it back")
    author.answer, author.path = page, path
    await author.submit("Publish")  # the back button after taking it back
    assert "changed since you looked" in author.alerts[0]
    assert await state(author, path.split("/")[3]) is PostState.DRAFT
