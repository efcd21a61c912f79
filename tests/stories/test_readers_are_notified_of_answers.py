"""A reader who comments by the form is notified of an answer by one mail, after confirming the address; nobody else is."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.comments.notice_requests import digest_of
from syndicate.comments.reader_form import TypedComment
from syndicate.errors import MailUnusable
from syndicate.model.comment import Comment
from syndicate.model.post import Post
from syndicate.notifications.message import Envelope, new_mail
from syndicate.storage.answer_notices import AnswerNotice
from tests.clocks import FakeClock
from tests.instances import RunningInstance, running_instance
from tests.mail_server import MailServer, mail_server
from tests.peer import Peer
from tests.stories.test_readers_comment_by_form import by_form, comment, send
from tests.wire import Wire

READER = "Reader.One@mail.example"
ONE_CLICK = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
async def mails() -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        yield server


@pytest.fixture
async def blog(
    tmp_path: Path,
    database_address: str,
    wire: Wire,
    clock: FakeClock,
    rsa_keys: list[RSAPrivateKey],
    mails: MailServer,
) -> AsyncIterator[RunningInstance]:
    """A blog with a comment form and a mail server, where replies of the fediverse show at once."""
    comments = {"form": True, "moderation": "off"}
    mail = {"smtp": mails.address, "from": "blog@blog.example", "to": "ada@mail.example"}
    async with running_instance(
        tmp_path / "blog", database_address, wire, clock, rsa_keys[0], comments=comments, mail=mail
    ) as instance:
        yield instance


async def deliver(blog: RunningInstance, seconds: float = 0) -> None:
    """Let the mails be sent that are due after this time."""
    blog.clock.advance(seconds=seconds)
    while await blog.server.answer_notices.work():
        pass


async def commented(
    blog: RunningInstance, post: Post, text: str = "Hello.", *, under: str = "", **typed: str
) -> Comment:
    """Comment by the form with a mail address, and let the author approve it."""
    known = {one.id for one in await by_form(blog, post)}
    blog.clock.advance(minutes=10)
    place = f"{post.path}#{under}" if under else post.path
    assert (await comment(blog, place, text, **{"mail": READER} | typed)).status == 303
    [new] = [one for one in await by_form(blog, post) if one.id not in known]
    await blog.decide(new.id, "approve")
    return new


def link(mail: object) -> str:
    return str(mail["List-Unsubscribe"]).strip("<>").removeprefix("https://blog.example")  # type: ignore[index]


async def press(blog: RunningInstance, path: str, body: str, **headers: str) -> str:
    url = f"http://127.0.0.1:{blog.port}{path}"
    async with blog.client.post(url, data=body, headers={"Host": blog.host, **ONE_CLICK, **headers}) as answer:
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "no-store"
        return await answer.text()


async def test_a_confirmed_reader_gets_one_mail_with_an_answer_of_somebody_else(
    blog: RunningInstance, ann: Peer, mails: MailServer
) -> None:
    post = await blog.publish("Frost", "Cold.")
    page = (await blog.get(post.path)).text
    assert 'name="mail"' in page
    assert "erased" in page
    wrong = await send(blog, to=post.path, name="Ann", site="", mail="ann at home", text="Hello", trap="")
    assert (wrong.status, "not a mail address" in wrong.text) == (422, True)
    first = await commented(blog, post, text="Buy pills at https://casino.example/", name="Casino")
    await deliver(blog)
    [asking] = mails.mails
    assert mails.recipients == [READER]
    assert (asking["Auto-Submitted"], asking["List-Unsubscribe-Post"]) == (
        "auto-generated",
        "List-Unsubscribe=One-Click",
    )
    assert "asino" not in asking.as_string(), "no word that a stranger typed"
    assert link(asking) in mails.text()
    assert f"\r\nList-Unsubscribe: <https://blog.example{link(asking)}>\r\n".encode() in mails.raw[0]

    author_reply = blog.server.services.author_replies.reply
    await author_reply(first.id, "No, thank you.")
    await deliver(blog, 120)
    assert len(mails.mails) == 1, "the address is not confirmed"
    looked = await blog.get(link(asking))
    assert (looked.status, looked.headers["Referrer-Policy"]) == (200, "no-referrer")
    assert "Yes, notify me once" in looked.text
    await deliver(blog, 120)
    assert len(mails.mails) == 1, "looking confirms nothing"
    assert "you get one mail" in await press(blog, link(asking), "confirm=yes")
    await deliver(blog)
    assert len(mails.mails) == 2, "the answer that stood there already"
    notice = mails.text()
    assert "Mara Lind has answered" in notice
    assert "No, thank you." in notice
    assert f"https://blog.example{post.path}#comment-" in notice
    assert await blog.store.answer_notices.find(first.id) is None
    await author_reply(first.id, "And again.")
    await deliver(blog, 120)
    assert len(mails.mails) == 2, "exactly one"
    assert "your address is not kept here" in (await blog.get(link(mails.mails[-1]))).text

    second = await commented(blog, post, text="Warm.")
    await deliver(blog)
    await press(blog, link(mails.mails[-1]), "confirm=yes")
    shown = (await blog.get(f"/comments/new?to={post.path}&sent=mail")).text
    assert "A mail is on its way" in shown
    assert READER.lower() not in (await blog.outputs(post)).lower()
    await commented(blog, post, "I meant warmer.", under=second.anchor, name="Ann Lee")
    await commented(blog, post, "PS: much warmer.", under=second.anchor, name=" \uff41NN ", mail="")
    await deliver(blog, 120)
    asked = len(mails.mails)
    assert "answered your comment" not in mails.text(), "one's own answer is no news"
    await ann.reply(f"https://blog.example{post.path}#{second.anchor}", "<p>Indeed.</p>")
    await blog.settle()
    await deliver(blog, 30)
    assert len(mails.mails) == asked, "an answer can be taken back for a minute"
    await deliver(blog, 60)
    assert len(mails.mails) == asked + 1
    assert "Indeed." in mails.text()

    third = await commented(blog, post, text="Hot.")
    await author_reply(third.id, "Not at all.")
    await commented(blog, post, "Very.", under=third.anchor, name="Bob", mail="")
    await deliver(blog)
    await press(blog, link(mails.mails[-1]), "confirm=yes")
    await deliver(blog)
    assert "Not at all." in mails.text(), "the author's own answer comes first"


async def test_one_click_ends_it_and_erases_the_address(blog: RunningInstance, mails: MailServer) -> None:
    post = await blog.publish("Frost", "Cold.")
    found = await commented(blog, post)
    await deliver(blog)
    off = link(mails.mails[0])
    await press(blog, off, "confirm=yes")
    boundary = "multipart/form-data; boundary=x"
    body = '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
    assert "not kept here" in await press(blog, off, body, **{"Content-Type": boundary})
    assert await blog.store.answer_notices.find(found.id) is None
    assert "not kept here" in await press(blog, off, "confirm=yes"), "it cannot be begun again"
    await blog.server.services.author_replies.reply(found.id, "Yes.")
    await deliver(blog, 120)
    assert len(mails.mails) == 1
    assert "not kept here" in (await blog.get("/comments/notice/0")).text


async def test_the_form_cannot_be_used_to_write_to_strangers(blog: RunningInstance, mails: MailServer) -> None:
    post = await blog.publish("Frost", "Cold.")
    for spelled in (READER, "readerone+1@mail.example", "reader.one@MAIL.example", READER.upper()):
        await commented(blog, post, mail=spelled, text=f"To {spelled}")
    await deliver(blog)
    assert len(mails.mails) == 2
    blog.clock.advance(days=29)
    await blog.server.retention.apply()
    await commented(blog, post, text="Again")
    await deliver(blog)
    assert len(mails.mails) == 2
    blog.clock.advance(days=3)
    await blog.server.retention.apply()
    await commented(blog, post, text="Once more")
    await deliver(blog)
    assert len(mails.mails) == 3
    mails.unknown = "nobody@mail.example"
    gone = await commented(blog, post, "Hello", mail=mails.unknown)
    await deliver(blog)
    assert await blog.store.answer_notices.find(gone.id) is None, "there is no such recipient"
    disguised = AnswerNotice(
        comment=gone.id, address="=?utf-8?q?vic?=@mail.example", token="disguised", created=blog.clock()
    )
    await blog.store.transaction(lambda tx: tx.answer_notices.add(disguised))
    await deliver(blog)
    assert await blog.store.answer_notices.find(gone.id) is None, "an address that reads as another one"
    assert len(mails.mails) == 3


async def test_an_address_goes_with_its_comment_and_with_time(
    blog: RunningInstance, mails: MailServer, capfd: pytest.CaptureFixture[str]
) -> None:
    post = await blog.publish("Frost", "Cold.")
    deleted, spam, waiting, silent = [
        await commented(blog, post, f"Number {at}", mail=f"reader{at}@mail.example") for at in range(4)
    ]

    async def kept(*comments: Comment) -> list[bool]:
        return [await blog.store.answer_notices.find(one.id) is not None for one in comments]

    mails.answer = "550 5.7.1 reader0@mail.example: not today"
    await deliver(blog)
    assert await blog.store.answer_notices.count_failing() == 4
    mails.answer = "250 OK"
    await deliver(blog, 120)
    for mail in mails.mails:
        if "reader3" not in str(mail["To"]):
            await press(blog, link(mail), "confirm=yes")
    await deliver(blog)
    assert len(mails.mails) == 4
    await blog.store.transaction(lambda tx: tx.comments.delete(deleted.id))
    await blog.decide(spam.id, "spam")
    blog.clock.advance(days=6)
    await blog.server.retention.apply()
    assert await kept(deleted, spam, waiting, silent) == [False, False, True, True]
    blog.clock.advance(days=2)
    await blog.server.retention.apply()
    assert await kept(waiting, silent) == [True, False]
    blog.clock.advance(days=83)
    await blog.server.retention.apply()
    assert await kept(waiting) == [False]
    assert "@mail.example" not in "".join(capfd.readouterr())


async def test_without_a_mail_server_the_form_asks_for_no_address(blog: RunningInstance, mails: MailServer) -> None:
    post = await blog.publish("Frost", "Cold.")
    plain = blog.config.model_copy(update={"mail": blog.config.mail.model_copy(update={"smtp": ""})})
    blog.server.services.settings.config = plain
    assert 'name="mail"' not in (await blog.get(f"/comments/new?to={post.path}")).text
    found = await commented(blog, post)
    assert await blog.store.answer_notices.find(found.id) is None
    await deliver(blog)
    assert mails.mails == []


@pytest.mark.parametrize(
    ("address", "is_taken"),
    [
        ("Ann.Lee+blog_2%x-y@Mail.example", True),
        ("=?utf-8?q?vic?=@mail.example", False),
        ("=?utf-8?q?vic=40mail.example=2C?=x@mail.example", False),
        ("\u017fam@mail.example", False),
        ("v\u0131ctim@mail.example", False),
        ("ann@ma\u0131l.example", False),
        ("ann..lee@mail.example", False),
        (".ann@mail.example", False),
        ("ann.@mail.example", False),
        ("ann,bob@mail.example", False),
        ("a" * 65 + "@mail.example", False),
    ],
)
def test_only_an_address_that_reads_as_itself_is_taken(address: str, is_taken: bool) -> None:
    assert ("mail" not in TypedComment(name="Ann", text="Hello", mail=address).problems()) is is_taken


@pytest.mark.parametrize(
    "address", ["=?utf-8?q?vic?=@mail.example", '"ann"@mail.example', "ann (bob)@mail.example", "ann@b@c", "ann", ""]
)
def test_no_mail_is_made_for_an_address_that_reads_as_another(address: str) -> None:
    envelope = Envelope(
        blog="Notes", sender="blog@blog.example", recipient=address, base="https://blog.example", off="/"
    )
    with pytest.raises(MailUnusable) as caught:
        new_mail("1", datetime(2026, 1, 1, tzinfo=UTC), "Hello", "Hello.", envelope)
    assert address not in str(caught.value) or not address


def test_spellings_of_one_mailbox_have_one_digest() -> None:
    assert digest_of("A.b+c@Mail.example", "s") == digest_of("ab@mail.example", "s")
    assert digest_of("ab@mail.example", "s") != digest_of("ab@mail.example", "t")
    assert digest_of("ab@mail.example", "s") != digest_of("ac@mail.example", "s")
