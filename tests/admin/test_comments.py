"""Moderating at the desk, without JavaScript."""

from syndicate.model.comment import CommentState
from tests.admin.browser import PASSWORD, Browser
from tests.peer import Peer

QUEUE = "/admin/comments/"


def totals(author: Browser) -> dict[str, str]:
    """The tabs with their counts."""
    items = author.page.xpath("//nav[@aria-label='State']//li")
    return {item.find("a").text_content(): item.find("span").text_content() for item in items}


async def test_comments_are_decided_undone_answered_and_blocked(author: Browser, ann: Peer) -> None:
    blog = author.instance
    post = await blog.publish("Frost thaw", "Cold.")
    await ann.reply(post.uri, '<p>First <a href="https://a.example/">words</a>.</p>', summary="Spoiler <b>")
    blog.clock.advance(seconds=1)
    await ann.reply(post.uri, "<p>Second words.</p>")
    await blog.settle()

    await author.get("/admin/")
    await author.get(author.link("Comments"))
    assert author.heading == "Comments"
    assert totals(author) == {"Waiting": "2", "Shown": "0", "Spam": "0", "Hidden": "0", "Deleted": "0"}
    [newer, older] = author.page.xpath("//article")
    assert newer.xpath("string(.//h2)").strip() == "Ann"
    for words in ("@ann@social.example", "0 shown, 0 spam", "The first comment of this person.", "Frost thaw"):
        assert words in newer.text_content()
    assert newer.xpath(f".//a[@href='/admin/posts/{post.id}/']")
    [folded] = older.xpath(".//details[@class='warning']")
    assert "First words." in folded.text_content()

    await author.submit("Approve")
    assert "1 comment approved." in author.answer.text
    assert totals(author)["Shown"] == "1"
    assert "Second words." in (await blog.get(post.path)).text
    await author.submit("Undo")
    assert "It is as it was before." in author.answer.text
    assert totals(author)["Waiting"] == "2"
    assert "Second words." not in (await blog.get(post.path)).text

    await author.submit("Spam")
    stale = author.answer
    await author.get(f"{QUEUE}?state=spam")
    assert "You marked it as spam." in author.answer.text
    await author.submit("Hide")
    author.answer, author.path = stale, QUEUE
    await author.submit("Undo")  # of the action before the last
    assert "cannot be undone here" in author.answer.text
    assert totals(author) == {"Waiting": "1", "Shown": "0", "Spam": "0", "Hidden": "1", "Deleted": "0"}

    await author.submit("Block server")
    assert "social.example is blocked." in author.answer.text
    assert totals(author)["Waiting"] == "0"
    await author.submit("Undo")
    assert not await blog.store.blocks.list_all()
    assert totals(author)["Waiting"] == "1"
    await author.submit("Block person")
    assert [block.pattern for block in await blog.store.blocks.list_all()] == [ann.actor]
    await author.submit("Undo")

    await author.submit("Reply")
    assert author.heading == "Reply"
    await author.submit("Approve and reply", text="  ")
    assert author.alerts == ["Please write something."]
    assert (await blog.comments(post, CommentState.APPROVED)) == []
    blog.clock.advance(seconds=1)
    await author.submit("Approve and reply", text="Thank **you**.")
    assert "Your reply is shown, and goes out now." in author.answer.text
    await blog.settle()
    [answer] = [create for create in ann.of_type("Create") if "Thank" in create["object"].get("content", "")]
    assert answer["object"]["inReplyTo"].startswith(ann.base)
    page = (await blog.get(post.path)).text
    assert "Thank <strong>you</strong>" in page
    assert "Spoiler" in page

    await author.get(f"{QUEUE}?state=shown")
    await author.submit("Edit")
    assert author.control("Your reply").text_content().strip() == "Thank **you**."
    await author.submit("Save", text="Thank **you**.")
    await author.submit("Edit")
    blog.clock.advance(seconds=1)
    await author.submit("Save", text="Thank you, *Ann*.")
    await blog.settle()
    [change] = [update for update in ann.of_type("Update") if "Note" in str(update["object"].get("type"))]
    assert "<em>Ann</em>" in change["object"]["content"]
    await author.submit("Delete")
    await blog.settle()
    assert change["object"]["id"] in [delete["object"]["id"] for delete in ann.of_type("Delete")]
    assert (await blog.get(change["object"]["id"], accept="application/activity+json")).status == 410
    assert "<em>Ann</em>" not in (await blog.get(post.path)).text
    assert totals(author)["Deleted"] == "1"
    last = author.answer
    await author.get(f"{QUEUE}?state=deleted")
    assert "Thank you, Ann." in author.page.text_content()
    author.answer, author.path = last, QUEUE
    await author.submit("Undo")
    assert totals(author)["Deleted"] == "0"
    await blog.settle()
    assert "<em>Ann</em>" in (await blog.get(post.path)).text
    assert ann.of_type("Create")[-1]["object"]["id"] not in ("", change["object"]["id"])


async def test_many_comments_are_decided_at_once_and_paged(author: Browser, ann: Peer) -> None:
    blog = author.instance
    post = await blog.publish("Frost", "Cold.")
    for number in range(27):
        blog.clock.advance(seconds=1)
        await ann.reply(post.uri, f"<p>Number {number}.</p>")
    await blog.settle()
    await author.get(QUEUE)
    assert len(author.page.xpath("//article")) == 25
    newest = author.page.xpath("//article//input[@type='checkbox']/@name")
    back = author.page.xpath("string(//form[@id='marked']//input[@name='next']/@value)")
    fields = {"csrf": author.csrf, "next": back, "do": "approve"}
    await author.post(QUEUE, fields)
    await author.get(author.answer.headers["Location"])
    assert "No comment was chosen" in author.answer.text
    await author.post(QUEUE, fields | dict.fromkeys(newest[:20], "1"))
    await author.get(author.answer.headers["Location"])
    assert "20 comments approved." in author.answer.text
    assert totals(author)["Waiting"] == "7"
    await author.submit("Undo")
    assert totals(author)["Waiting"] == "27"
    await author.get(author.link("Older"))
    assert [article.xpath("string(.//*[@class='prose'])").strip() for article in author.page.xpath("//article")] == [
        "Number 1.",
        "Number 0.",
    ]
    await author.get(f"{QUEUE}?before=nonsense&undo=nonsense&state=nonsense")
    assert len(author.page.xpath("//article")) == 25
    await author.post(QUEUE, fields | {newest[0]: "1", "do": "explode", "next": "https://elsewhere.example/"})
    assert author.answer.status == 422
    await author.get(f"{QUEUE}unknown/")
    assert author.answer.status == 404


async def test_mentions_private_words_and_reports_are_seen_and_dismissed(author: Browser, ann: Peer) -> None:
    blog = author.instance
    actor = f"https://{blog.host}/actor"
    await ann.send(ann.create(ann.note("", "<p>Read this blog.</p>", tag=[{"type": "Mention", "href": actor}])))
    await ann.send(ann.create(ann.note("", "<p>Between us.</p>", to=[actor], cc=[])), path="/actor/inbox")
    post = await blog.publish("Frost", "Cold.")
    await ann.send(ann.activity("Flag", [post.uri], content="Too cold"), path="/actor/inbox")
    await blog.settle()
    await author.get(QUEUE)
    await author.get(author.link("Mentions and reports"))
    for words in ("Read this blog.", "Between us.", "private message", "Too cold"):
        assert words in author.page.text_content()
    await author.submit("Mark as seen")
    assert "There are no new mentions." in author.answer.text
    await author.submit("Dismiss")
    assert "Too cold" not in author.answer.text
    await author.get(author.link("Show those that you have seen, too"))
    assert "Between us." in author.answer.text


async def test_a_comment_of_somebody_else_is_deleted_comes_back_and_is_erased_for_good(
    author: Browser, ann: Peer
) -> None:
    blog = author.instance
    post = await blog.publish("Frost", "Cold.")
    note = await ann.reply(post.uri, "<p>Rude words.</p>")
    await blog.settle()
    await author.get(QUEUE)
    await author.submit("Approve")
    assert "Rude words." in (await blog.get(post.path)).text
    await author.get(f"{QUEUE}?state=shown")

    await author.submit("Delete")
    assert "1 comment deleted." in author.answer.text
    assert "Rude words." not in (await blog.get(post.path)).text
    assert totals(author) == {"Waiting": "0", "Shown": "0", "Spam": "0", "Hidden": "0", "Deleted": "1"}
    blog.clock.advance(minutes=1)
    await ann.edit(note, "<p>Ruder words.</p>")
    await blog.settle()
    assert "Ruder words." not in (await blog.get(post.path)).text

    await author.submit("Undo")
    assert "Ruder words." in (await blog.get(post.path)).text
    await author.submit("Delete")
    blog.clock.advance(days=29)
    await blog.server.retention.apply()
    await author.get(f"{QUEUE}?state=deleted")
    await author.submit("Sign in", password=PASSWORD)
    assert "You deleted it." in author.answer.text
    await author.submit("Approve")
    assert "Ruder words." in (await blog.get(post.path)).text

    await author.get(f"{QUEUE}?state=shown")
    await author.submit("Delete")
    blog.clock.advance(days=31)
    await blog.server.retention.apply()
    await author.get(f"{QUEUE}?state=deleted")
    await author.submit("Sign in", password=PASSWORD)
    assert "Ruder" not in author.answer.text
    assert totals(author)["Deleted"] == "0"
    await ann.send(ann.create(note))
    await blog.settle()
    assert await blog.comments(post) == []


async def test_what_is_done_with_chosen_comments_is_done_with_each_of_them(
    author: Browser, ann: Peer, bob: Peer
) -> None:
    blog = author.instance
    post = await blog.publish("Frost", "Cold.")
    for peer in (ann, bob):
        await peer.reply(post.uri, "<p>Buy this.</p>")
    await blog.settle()

    async def do(button: str) -> None:
        await author.get(QUEUE)
        chosen = dict.fromkeys(author.page.xpath("//article//input[@type='checkbox']/@name"), "1")
        await author.post(QUEUE, {"csrf": author.csrf, "next": QUEUE, "do": button} | chosen)
        await author.get(author.answer.headers["Location"])

    await do("delete")
    assert totals(author)["Deleted"] == "2"
    await author.submit("Undo")
    assert totals(author)["Waiting"] == "2"
    await do("block-server")
    assert "social.example" in author.answer.text
    assert {block.pattern for block in await blog.store.blocks.list_all()} == {"social.example", "elsewhere.example"}
    await author.submit("Undo")
    assert await blog.store.blocks.list_all() == []
    assert totals(author)["Waiting"] == "2"
