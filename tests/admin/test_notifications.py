"""What waits is told by mail and in a private feed, each kind as the author wants it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import feedparser
import pytest

from syndicate.cli.doctor import mail_problems
from syndicate.clock import to_text
from syndicate.model.comment import CommentState
from syndicate.notifications.checks import NotificationChecks
from syndicate.notifications.mailer import Mailer
from syndicate.notifications.options import MailMode, mail_due
from syndicate.storage.hosts import Host
from syndicate.storage.key_values import LAST_BACKUP
from syndicate.storage.notifications import NotificationKind
from tests.admin.browser import Browser
from tests.instances import RunningInstance
from tests.mail_server import MailServer, mail_server
from tests.peer import Peer

DESK = "/admin/notifications/"


@pytest.fixture
async def mails() -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        yield server


async def sent_to(author: Browser, mails: MailServer, **typed: str) -> None:
    """Let the author give the mail server."""
    await author.get(DESK)
    fields = {"smtp": mails.address, "to": "ada@mail.example", **typed}
    await author.fill("Save", fields | {"from": "blog@blog.example"})
    assert author.answer.status == 200


async def send(blog: RunningInstance, *, after: timedelta = timedelta(minutes=2)) -> None:
    await blog.settle()
    blog.clock.advance(seconds=after.total_seconds())
    while await blog.server.mailer.work():
        pass


async def test_what_waits_is_one_mail_that_leads_to_the_desk(author: Browser, ann: Peer, mails: MailServer) -> None:
    blog = author.instance
    await sent_to(author, mails)
    post = await blog.publish("Frost", "Cold.")
    actor = f"https://{blog.host}/actor"
    await ann.reply(post.uri, "<p>Warm &amp; dry</p>")
    await ann.reply(post.uri, "<p>Decided already</p>")
    await ann.send(ann.create(ann.note("", "<p>Between us.</p>", to=[actor], cc=[])), path="/actor/inbox")
    await ann.send(ann.activity("Flag", [post.uri], content="Too cold"), path="/actor/inbox")
    await blog.settle()
    [_, decided] = sorted(await blog.comments(post), key=lambda one: "Decided" in one.html)
    await blog.decide(decided.id, "approve")
    await send(blog)
    [mail] = mails.mails
    assert mails.recipients == ["ada@mail.example"]
    assert (mail["From"], mail["Auto-Submitted"]) == ("Field Notes <blog@blog.example>", "auto-generated")
    text = mails.text()
    assert "Warm & dry" in text
    assert "https://blog.example/admin/comments/" in text
    for words in ("Decided already", "Between us", "Too cold", "<p>"):
        assert words not in text
    assert "private message" in text
    assert "https://blog.example/admin/mentions/" in text
    await send(blog)
    assert len(mails.mails) == 1


async def test_a_click_in_a_mail_ends_the_mails_but_looking_does_not(
    author: Browser, ann: Peer, mails: MailServer
) -> None:
    blog, program = author.instance, Browser(author.instance)
    await sent_to(author, mails)
    post = await blog.publish("Frost", "Cold.")
    await ann.reply(post.uri)
    await send(blog)
    [mail] = mails.mails
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    off = str(mail["List-Unsubscribe"]).strip("<>").removeprefix("https://blog.example")
    page = await program.get(off)
    assert (page.status, page.headers["Cache-Control"]) == (200, "private, no-store")
    assert (await program.get(off.replace("/off", "/feed/"))).status == 404
    assert (await program.get(f"/notifications/{'0' * 64}/off")).status == 404
    await author.get(DESK)
    assert author.page.xpath("//input[@name='mode'][@checked]/@value") == ["at once"]
    answer = await program.request("POST", off, "List-Unsubscribe=One-Click")
    assert (answer.status, "No more mails" in answer.text) == (200, True)
    await author.get(DESK)
    assert author.page.xpath("//input[@name='mode'][@checked]/@value") == ["off"]
    await ann.reply(post.uri, "<p>Another</p>")
    await send(blog)
    await author.submit("Save", mode="at once")
    await send(blog)  # what came while mails were off is not mailed later
    assert len(mails.mails) == 1


async def test_a_mail_server_that_fails_is_tried_again_and_the_page_says_so(author: Browser, mails: MailServer) -> None:
    blog = author.instance
    await sent_to(author, mails)
    mails.answer = "451 Not now, please"
    await author.submit("Send a mail to try it")
    await send(blog)
    await author.get(DESK)
    assert "Not now, please" in author.page.text_content()
    assert "tried again" in author.page.text_content()
    first = await blog.store.mails.find_last()
    mails.answer = "250 OK"
    await send(blog, after=timedelta(minutes=10))
    assert mails.mails[0]["Message-ID"] == f"<{first.id}@blog.example>" if first else False
    assert "arrive" in mails.text()
    await author.get(DESK)
    assert "The last mail was sent" in author.page.text_content()


async def test_the_feed_holds_what_the_author_wants_and_has_a_secret_address(author: Browser, ann: Peer) -> None:
    blog, reader = author.instance, Browser(author.instance)
    post = await blog.publish("Frost", "Cold.")
    await ann.reply(post.uri, "<p>Warm</p>")
    actor = f"https://{blog.host}/actor"
    await ann.send(ann.create(ann.note("", "<p>Look.</p>", tag=[{"type": "Mention", "href": actor}])))
    await blog.settle()
    await author.get(DESK)
    address = author.value_of("Address for your feed reader")
    answer = await reader.get(address)
    assert answer.headers["Cache-Control"].startswith("private")
    entries = feedparser.parse(answer.body).entries
    assert {entry.link.rpartition("/admin/")[2].partition("/")[0] for entry in entries} == {"comments", "mentions"}
    unchanged = await reader.request("GET", address, None, If_None_Match=answer.headers["ETag"])
    assert unchanged.status == 304
    [comment] = await blog.comments(post, CommentState.PENDING)
    await blog.store.transaction(lambda tx: tx.comments.delete(comment.id))
    await author.get(DESK)
    form = {f"kind-{kind.value}": "1" for kind in NotificationKind if kind is not NotificationKind.MENTION}
    await author.post(DESK, {"csrf": author.csrf, "mode": "off", **form})
    assert feedparser.parse((await reader.get(address)).body).entries == []
    await author.get(DESK)
    await author.submit("Make a new address")
    assert (await reader.get(address)).status == 404
    assert author.value_of("Address for your feed reader") != address


async def test_a_wrong_mail_server_is_named_beside_its_field_and_a_password_is_not_shown(author: Browser) -> None:
    await author.get(DESK)
    await author.fill("Save", {"smtp": "mail.example", "to": "ada@mail.example", "from": "blog@blog.example"})
    assert "smtp://" in author.alerts[0]
    assert author.value_of("Send to") == "ada@mail.example"
    await author.submit("Save", smtp="smtp://ada:geheim@mail.example:587")
    assert "geheim" not in author.answer.text
    await author.submit("Save")
    settings = author.instance.server.services.settings
    assert settings.config.mail.smtp == "smtp://ada:geheim@mail.example:587"


async def test_servers_that_do_not_answer_and_old_backups_are_noticed_once(instance: RunningInstance) -> None:
    store, now = instance.store, instance.clock()
    failing = [Host(host=name, failures=5, failing_since=now) for name in ("gone.example", "websub gone.example")]
    await store.transaction(lambda tx: tx.hosts.save(failing[0], now=now))
    await store.transaction(lambda tx: tx.hosts.save(failing[1], now=now))
    await store.transaction(lambda tx: tx.key_values.save(LAST_BACKUP, to_text(now - timedelta(days=9))))
    checks = NotificationChecks(store, instance.clock)
    for _ in range(2):
        await checks.check()
    found = await store.notifications.list_newest(tuple(NotificationKind), 9)
    assert {one.kind for one in found} == {NotificationKind.DELIVERY, NotificationKind.BACKUP}
    assert len(found) == 2
    instance.clock.advance(days=91)
    await checks.check()
    assert found[0].id not in {one.id for one in await store.notifications.list_newest(tuple(NotificationKind), 9)}


async def test_several_processes_make_and_send_one_mail(instance: RunningInstance, mails: MailServer) -> None:
    services = instance.server.services
    mail = {"mail.smtp": mails.address, "mail.sender": "blog@blog.example", "mail.to": "ada@mail.example"}
    await services.settings.save(mail)
    now = instance.clock()
    for at in range(3):
        await instance.store.transaction(lambda tx, at=at: tx.notifications.add(NotificationKind.TEST, str(at), now))  # type: ignore[misc]
    instance.clock.advance(minutes=2)
    workers = [Mailer(instance.store, services.settings, instance.clock) for _ in range(3)]
    await asyncio.gather(*(worker.work() for worker in workers))
    assert len(mails.mails) == 1


async def test_the_doctor_asks_the_mail_server_and_sends_nothing(instance: RunningInstance, mails: MailServer) -> None:
    services = instance.server.services
    assert [problem async for problem in mail_problems(services)] == []
    await services.settings.save({"mail.smtp": mails.address})
    assert [problem async for problem in mail_problems(services)] == [
        "mail: mail.from is missing, so no mails are sent"
    ]
    await services.settings.save({"mail.sender": "blog@blog.example", "mail.to": "ada@mail.example"})
    assert [problem async for problem in mail_problems(services)] == []
    assert mails.mails == []
    await services.settings.save({"mail.smtp": f"smtp://ada:geheim@127.0.0.1:{mails.port}"})
    [problem] = [problem async for problem in mail_problems(services)]
    assert problem.startswith(f"mail: 127.0.0.1:{mails.port}: ")
    assert "geheim" not in problem


def test_a_digest_is_due_at_eight_where_the_blog_is() -> None:
    paris = ZoneInfo("Europe/Paris")
    for hour, due in ((6, datetime(2026, 11, 22, 7, tzinfo=UTC)), (7, datetime(2026, 11, 23, 7, tzinfo=UTC))):
        assert mail_due(MailMode.DAILY, datetime(2026, 11, 22, hour, 30, tzinfo=UTC), paris) == due
