"""Comments of every source come in by one way: a draft, what is known about its author, a decision, a row."""

from dataclasses import replace
from datetime import timedelta
from typing import cast

from syndicate.comments.admission import AdmitOutcome, admit, moderate
from syndicate.comments.draft import CommentDraft, ModerationDecision, Target
from syndicate.comments.facts import count_links, gather
from syndicate.comments.policy import Moderation
from syndicate.model.comment import Author, Comment, CommentSource, CommentState
from syndicate.model.post import Post
from syndicate.storage.comment_records import CommentRecords
from syndicate.storage.tombstones import Tombstone
from tests.instances import RunningInstance

BOB = Author(name="Bob", uri="https://bob.example", url="https://bob.example/")


def mention(instance: RunningInstance, post: Post, page: str, author: Author = BOB) -> CommentDraft:
    """A Webmention, whose author is known by the origin of its source."""
    return CommentDraft(
        source=CommentSource.WEBMENTION,
        author=author,
        html=f"<p>About {page}.</p>",
        target=Target(post=post),
        raw_html=f"About {page}.",
        sanitizer=1,
        published=instance.clock(),
        updated=instance.clock(),
        url=f"{author.uri}/{page}",
    )


async def come_in(
    instance: RunningInstance, draft: CommentDraft, rule: Moderation = "first-time"
) -> tuple[AdmitOutcome, ModerationDecision]:
    decision = await moderate(instance.store.comment_records, draft, rule, instance.clock())
    admission = await instance.store.transaction(lambda tx: admit(tx, draft, decision, instance.clock()))
    return admission, decision


async def saved(instance: RunningInstance, draft: CommentDraft) -> Comment:
    comment = await instance.store.comments.find_by_address(draft.url)
    assert comment is not None
    return comment


async def test_all_pages_of_a_site_are_one_author_to_the_first_time_rule(instance: RunningInstance) -> None:
    post = await instance.publish("Hello")
    first = mention(instance, post, "one")
    assert await come_in(instance, first) == (
        AdmitOutcome.SAVED,
        ModerationDecision(state=CommentState.PENDING, reason="comment.first"),
    )
    await instance.decide((await saved(instance, first)).id, "approve")
    assert (await come_in(instance, mention(instance, post, "two")))[1].reason == "comment.known"
    eve = Author(name="Eve", uri="https://eve.example")
    assert (await come_in(instance, mention(instance, post, "one", eve)))[1].reason == "comment.first"


async def test_a_comment_without_an_activitypub_id_has_a_guid_of_its_own_for_ever(instance: RunningInstance) -> None:
    post = await instance.publish("Hello")
    draft = mention(instance, post, "one")
    await come_in(instance, draft, "off")
    before = await saved(instance, draft)
    assert before.uri == f"urn:uuid:{before.id}"
    newer = replace(draft, html="<p>Better.</p>", updated=draft.updated + timedelta(seconds=5), earlier=before)
    assert (await come_in(instance, newer, "off"))[0] is AdmitOutcome.SAVED
    assert (await come_in(instance, newer, "off"))[0] is AdmitOutcome.NOT_NEWER
    after = await saved(instance, draft)
    assert (after.id, after.uri, after.anchor, after.html) == (before.id, before.uri, before.anchor, "<p>Better.</p>")
    assert await instance.store.shown_comments.list_newest_shown(post=post.id, limit=5) != []
    assert await instance.store.shown_comments.list_replies(post.id, after=None, limit=5) == [], "nobody can fetch it"


async def test_what_comes_by_the_form_waits_whatever_the_rule_is(instance: RunningInstance) -> None:
    post = await instance.publish("Hello")
    form = replace(
        mention(instance, post, "form"),
        source=CommentSource.FORM,
        author=Author(name="Ann", url="https://ann.example/"),
    )
    _, decision = await come_in(instance, form, "off")
    assert (decision.state, decision.reason) == (CommentState.PENDING, "comment.form")
    assert (await saved(instance, form)).source is CommentSource.FORM
    assert (await come_in(instance, form, "first-time"))[1].state is CommentState.PENDING


async def test_what_was_deleted_before_it_came_in_stays_away(instance: RunningInstance) -> None:
    post = await instance.publish("Hello")
    draft = replace(mention(instance, post, "one"), uri="https://bob.example/notes/1")
    gone = Tombstone(
        uri=draft.uri, path=None, origin="https://bob.example", type="", published=None, gone_at=instance.clock()
    )
    await instance.store.transaction(lambda tx: tx.tombstones.save(gone))
    assert (await come_in(instance, draft))[0] is AdmitOutcome.DELETED
    await instance.store.transaction(lambda tx: tx.post_writes.delete(post.id))
    assert (await come_in(instance, mention(instance, post, "two")))[0] is AdmitOutcome.NO_POST


async def test_nothing_is_counted_that_the_rule_does_not_ask_for(instance: RunningInstance) -> None:
    post = await instance.publish("Hello")
    draft = mention(instance, post, "one")
    no_table = cast(CommentRecords, None)
    assert (await gather(no_table, draft, "all", instance.clock())).approved == 0
    form = replace(draft, source=CommentSource.FORM)
    assert (await gather(no_table, form, "first-time", instance.clock())).approved == 0


def test_links_to_declared_accounts_and_tags_are_no_links() -> None:
    html = '<a href="/1">1</a> <a class="mention" href="/2">2</a> <a href="/3" class="u-url hashtag">3</a>'
    assert count_links(html, declared_tags=2) == 1
    assert count_links(html, declared_tags=1) == 2
    assert count_links(html, declared_tags=0) == 3
