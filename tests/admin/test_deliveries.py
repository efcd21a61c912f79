"""The author sees where posts, changes, deletions, answers and follows went, and what came in."""

import re
from pathlib import Path

from syndicate.web.admin.activity_words import REASONS, REFUSALS
from syndicate.web.http.keys import REFUSALS as REFUSALS_SEEN
from syndicate.web.http.refusal_log import write_refusals
from tests.admin.browser import Browser
from tests.peer import Peer

REASON = re.compile(r"`([a-z]+\.[a-z-]+)`")


async def test_a_post_says_who_has_it_and_is_sent_again_to_who_has_not(author: Browser, ann: Peer, bob: Peer) -> None:
    blog = author.instance
    for peer in (ann, bob):
        await peer.follow()
    await blog.settle()
    bob.inbox_status = 403
    post = await blog.publish("Frost", "Cold.")
    await blog.settle()
    await author.get(f"/admin/posts/{post.id}/")
    await author.get(author.link("Where it went"))
    assert author.heading == "Where it went"
    text = author.page.text_content()
    assert "1 of 2 servers have it" in text
    assert "1 given up" in text
    assert "elsewhere.example" in text
    assert "it refuses this blog (403)" in text
    assert text.count("Followers there:") == 1
    assert "Followers there: Bob" in text

    bob.inbox_status = 202
    await author.submit("Send again")
    assert "It is sent again now." in author.page.text_content()
    await blog.settle()
    await author.get(f"/admin/posts/{post.id}/deliveries")
    assert "2 of 2 servers have it" in author.page.text_content()
    assert [activity["type"] for activity in bob.received if activity["type"] == "Create"] == ["Create"]
    await author.post(
        "/admin/deliveries/again", {"csrf": author.csrf, "activity": "none", "next": "https://evil.example/"}
    )
    assert author.answer.headers["Location"] == "/admin/?done=nothing-failed"


async def test_a_deletion_is_found_by_the_slug_of_the_post(author: Browser, ann: Peer) -> None:
    blog = author.instance
    await ann.follow()
    await blog.publish("Frost", "Cold.")
    await blog.settle()
    ann.inbox_status = 500
    await blog.delete("frost")
    await blog.settle()
    await author.get("/admin/deliveries/")
    assert "has not taken it yet" in author.page.text_content()
    await author.submit("Search", of="frost")
    text = author.page.text_content()
    assert "Deletion" in text
    assert "0 of 1 servers have it; 1 waiting" in " ".join(text.split())
    assert "it has a problem of its own (500)" in text
    assert "next try" in text
    ann.inbox_status = 202
    await author.submit("Try now")
    await blog.settle()
    assert [activity["type"] for activity in ann.received][-1] == "Delete"
    await author.get("/admin/deliveries/")
    await author.submit("Search", of="frost")
    await author.submit("Search", of="nothing like it")
    assert author.alerts == ["Nothing of this name was sent, or it is too long ago."]
    assert author.value_of("Look for") == "nothing like it"


async def test_the_report_of_an_import_is_in_plain_words(author: Browser, ann: Peer, mallory: Peer) -> None:
    blog = author.instance
    post = await blog.publish("Frost", "Cold.")
    await ann.follow()
    await ann.reply(post.uri, "<p>Well said.</p>", tag="</pre><script>alert(1)</script>")
    await mallory.send(mallory.activity("Like", post.uri), key=ann.key)
    await blog.settle()
    await author.get("/admin/activity/")
    text = " ".join(author.page.text_content().split())
    assert "Follow from @ann@social.example" in text
    assert "done: a new follower" in text
    await author.get(author.link("Post or reply"))
    assert "<script>alert" not in author.answer.text
    assert "alert(1)" in author.page.text_content()
    assert post.uri in author.page.text_content()
    await write_refusals(blog.store, [*blog.server.app[REFUSALS_SEEN]])
    await author.get("/admin/activity/?refused=1")
    assert "the signature is missing or wrong" in author.page.text_content()
    await author.get("/admin/activity/nothing/")
    assert author.answer.status == 404


def test_every_reason_has_words() -> None:
    """Those that other implementers read, and nothing else."""
    document = (Path(__file__).parents[2] / "FEDERATION.md").read_text()
    verdicts, refusals = document.partition("## Reasons of verdicts")[2].split("## Refusals")
    documented = {
        reason for row in re.findall(r"^\| (`[^|]+) \|", verdicts, re.MULTILINE) for reason in REASON.findall(row)
    }
    assert documented == REASONS.keys()
    kinds = {reason.partition(".")[0] for reason in REASON.findall(refusals)}
    assert kinds - {"json", "context"} <= REFUSALS.keys() - {"json"}
