"""The start page says what waits."""

from datetime import timedelta

from syndicate.clock import to_text
from syndicate.model.post import PostState
from syndicate.storage import Tables
from syndicate.storage.hosts import Host
from syndicate.storage.key_values import LAST_BACKUP
from tests.admin.browser import Browser
from tests.peer import Peer


async def test_the_start_page_leads_to_what_waits(author: Browser, ann: Peer) -> None:
    blog = author.instance
    await author.get("/admin/")
    assert author.link("There is no backup yet") == "/admin/export/"
    assert "comment" not in author.page.xpath("string(//section)")

    post = await blog.publish("Frost", "Cold.")
    await blog.publish("Later", "Not yet.", state=PostState.DRAFT)
    await ann.reply(post.uri)
    await blog.settle()
    failing = [
        Host(host=name, failures=5, failing_since=blog.clock()) for name in ("gone.example", "websub gone.example")
    ]

    async def note(tx: Tables) -> None:
        for host in failing:
            await tx.hosts.save(host, now=blog.clock())
        await tx.key_values.save(LAST_BACKUP, to_text(blog.clock() - timedelta(days=9)))

    await blog.store.transaction(note)
    await author.get("/admin/")
    assert author.link("1 comment waits for you") == "/admin/comments/"
    assert author.link("1 draft") == "/admin/posts/?state=drafts"
    assert author.link("The last backup is 9 days old") == "/admin/export/"
    assert "1 server does not answer" in author.page.text_content()
    assert "What is meant for gone.example is tried again" in " ".join(author.page.text_content().split())
    headings = author.page.xpath("//section/h2/text()")
    assert headings == ["What waits", "Welcome! Three things to begin with"]
