"""Followers and blocks at the desk."""

from datetime import timedelta

from syndicate.model.comment import CommentState
from syndicate.storage.followers import Follower
from tests.admin.browser import Browser
from tests.peer import Peer


def rows(author: Browser) -> list[str]:
    return [" ".join(row.text_content().split()) for row in author.page.xpath("//ul[contains(@class, 'rows')]/li")]


async def test_followers_are_listed_with_their_server_and_its_software(author: Browser, ann: Peer, bob: Peer) -> None:
    blog = author.instance
    await author.get("/admin/people/")
    assert "@notes@blog.example" in author.answer.text
    await ann.follow()
    await blog.settle()
    blog.clock.advance(days=1)
    await bob.follow()
    await blog.settle()
    await blog.store.transaction(lambda tx: tx.hosts.set_software(ann.host, "mastodon"))
    await author.get("/admin/people/")
    newest, oldest = rows(author)
    assert newest.startswith("B Bob @bob@elsewhere.example · software not known yet · since")
    assert oldest.startswith("A Ann @ann@social.example · mastodon · since")
    csv = (await author.get("/admin/people/followers.csv")).text
    assert csv == "Account address\nbob@elsewhere.example\nann@social.example\n"
    assert author.answer.headers["Content-Disposition"] == 'attachment; filename="followers.csv"'
    for words, found in (("@Ann@social.example", 1), ("social.example", 1), (ann.actor, 1), ("no.example", 0)):
        await author.get("/admin/people/")
        await author.submit("Search", q=words)
        assert [row.startswith("A Ann") for row in rows(author)] == [True] * found, words


async def test_a_follower_who_is_removed_gets_a_reject_and_no_more_posts(author: Browser, ann: Peer) -> None:
    blog = author.instance
    await ann.follow()
    await blog.settle()
    await author.get("/admin/people/")
    await author.submit("Remove follower")
    assert "has been removed" in author.answer.text
    await blog.publish("Tea")
    await blog.settle()
    assert [reject["object"]["actor"] for reject in ann.of_type("Reject")] == [ann.actor]
    assert not ann.of_type("Create")
    await author.post("/admin/people/remove", {"csrf": author.csrf, "actor": ann.actor})
    assert author.answer.headers["Location"] == "/admin/people/?done=no-follower"
    await ann.follow()
    await blog.settle()
    assert await blog.store.followers.count("blog") == 1


async def test_a_long_list_of_followers_is_shown_in_pages(author: Browser) -> None:
    blog = author.instance

    async def follow(number: int) -> None:
        actor = f"https://many.example/users/{number:03}"
        since = blog.clock() + timedelta(seconds=number // 4)
        follower = Follower(local_actor="blog", actor=actor, follow="", inbox=f"{actor}/inbox", since=since)
        await blog.store.transaction(lambda tx: tx.followers.save(follower))

    for number in range(120):
        await follow(number)
    for start in ("/admin/people/", "/admin/people/?q=many.example"):
        await author.get(start)
        seen: list[str] = []
        while True:
            seen += author.page.xpath("//button[@name='actor']/@value")
            if not author.page.xpath("//a[@rel='next']"):
                break
            await author.get(author.link("Next"))
        assert len(seen) == len(set(seen)) == 120
        assert author.page.xpath("//a[@class='newer']")


async def test_a_person_is_blocked_and_unblocked_by_name_or_address(author: Browser, mallory: Peer) -> None:
    blog = author.instance
    post = await blog.publish("Tea")
    await mallory.follow()
    note = await mallory.reply(post.uri, "<p>Rude.</p>")
    await blog.settle()
    await blog.decide(note["id"], "approve")
    await author.get("/admin/people/blocks/")
    await author.submit("Block", who="mallory@EVIL.example", reason="rude")
    [row] = rows(author)
    assert row.startswith("@mallory@evil.example Mallory · since")
    assert await blog.store.followers.count("blog") == 0
    assert not await blog.comments(post, CommentState.APPROVED)
    await mallory.follow()
    await blog.settle()
    assert await blog.store.followers.count("blog") == 0
    await author.submit("Unblock")
    assert "Not blocked any more" in author.answer.text
    assert len(await blog.comments(post, CommentState.APPROVED)) == 1
    await mallory.follow()
    await blog.settle()
    assert await blog.store.followers.count("blog") == 1


async def test_what_cannot_be_blocked_is_refused_beside_its_field(author: Browser, bob: Peer) -> None:
    await author.get("/admin/people/blocks/")
    for wrong in ("", "nonsense", "blog.example", "@notes@blog.example", "https://nobody.example/@x"):
        await author.submit("Block", who=wrong, reason="kept")
        assert author.answer.status == 422, wrong
        assert author.alerts
        assert author.value_of("Reason") == "kept"
    page = f"{bob.base}/@bob"
    bob.documents[page] = bob.documents[bob.actor]
    await author.submit("Block", who=page)
    await bob.follow()
    await author.instance.settle()
    assert await author.instance.store.followers.count("blog") == 0, "the page of an account leads to the account"
    await author.submit("Block", who="@stranger@new.example")
    assert any("not seen here yet" in row for row in rows(author))


async def test_lists_of_blocks_go_in_and_out_as_mastodon_writes_them(author: Browser, ann: Peer) -> None:
    blog = author.instance
    await author.get("/admin/people/blocks/")
    lines = b"spam.example\nsocial.example,suspend\nmild.example,silence\ncyn@masto.example\n"
    await author.submit("Import", file=("blocks.csv", lines))
    assert author.path == "/admin/import/?done=import", author.answer.text
    await blog.server.imports.work()
    await author.get("/admin/import/")
    assert "It is a list of blocks." in author.answer.text
    assert "3 are blocked." in author.answer.text
    assert "1 server is only limited by the list" in author.answer.text
    assert (await ann.follow()).status == 403
    await author.get("/admin/people/blocks/?kind=domain&q=SPAM")
    assert [row.split()[0] for row in rows(author)] == ["spam.example"]
    assert (await author.get("/admin/people/blocks/servers.csv")).text == "social.example\nspam.example\n"
    assert (await author.get("/admin/people/blocks/people.csv")).text == "cyn@masto.example\n"
    await author.get("/admin/people/blocks/")
    await author.submit("Import", file=("x.csv", b"Account address,Show boosts\nann@social.example,true\n"))
    await blog.server.imports.work()
    assert "a list of accounts that you follow" in (await author.get("/admin/import/")).text
    assert (await blog.store.admin_people.count_blocks()) == {"actor": 1, "domain": 2}
