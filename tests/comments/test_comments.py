"""Rows, counters and editions move together, whoever moves them."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from syndicate.comments import records
from syndicate.errors import CommentNotFound
from syndicate.model.comment import Author, Comment, CommentSource, CommentState
from syndicate.model.post import Post
from syndicate.storage import Store
from tests.instances import RunningInstance

STATES = (CommentState.PENDING, CommentState.APPROVED, CommentState.REJECTED, CommentState.SPAM)
CHANGES = list(itertools.product(STATES, STATES))


def comment(post: Post, instance: RunningInstance, **changes: object) -> Comment:
    made = Comment(
        id="c1",
        post=post.id,
        uri="https://social.example/notes/1",
        anchor="comment-c1",
        source=CommentSource.REPLY,
        author=Author(name="Ann", uri="https://social.example/users/ann"),
        html="<p>Hi</p>",
        state=CommentState.APPROVED,
        published=instance.clock(),
        updated=instance.clock(),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


async def keep(store: Store, made: Comment) -> bool:
    return await store.transaction(
        lambda tx: records.save(tx, made, raw_html=made.html, sanitizer=1, reason="x", received=made.updated)
    )


async def count(store: Store, post: Post) -> int:
    current = await store.posts.find(post.id)
    assert current is not None
    assert current.counts.comments == await store.shown_comments.count_replies(post.id)
    kept = await store.comments.list_by_state(tuple(CommentState), 100)
    totals = {state.value: sum(1 for one in kept if one.state is state) for state in CommentState}
    assert await store.totals.starting_with("comments:") == {name: total for name, total in totals.items() if total}
    return current.counts.comments


@pytest.mark.parametrize(("before", "after"), CHANGES)
async def test_the_counter_follows_every_change_of_state(
    instance: RunningInstance, before: CommentState, after: CommentState
) -> None:
    post = await instance.publish("Hello")
    first = comment(post, instance, state=before)
    assert await keep(instance.store, first)
    assert await count(instance.store, post) == int(before is CommentState.APPROVED)
    later = replace(first, state=after, updated=first.updated + timedelta(seconds=1))
    assert await keep(instance.store, later)
    assert await count(instance.store, post) == int(after is CommentState.APPROVED)
    await instance.store.transaction(lambda tx: records.delete(tx, later))
    assert await count(instance.store, post) == 0
    await instance.store.transaction(lambda tx: records.delete(tx, later))
    assert await count(instance.store, post) == 0


@pytest.mark.parametrize(("before", "after"), CHANGES)
async def test_the_counter_follows_every_decision(
    instance: RunningInstance, before: CommentState, after: CommentState
) -> None:
    post = await instance.publish("Hello")
    stale = comment(post, instance, state=before)
    await keep(instance.store, stale)
    for _ in range(2):
        await instance.store.transaction(lambda tx: records.decide(tx, stale, after, "author"))
        assert await count(instance.store, post) == int(after is CommentState.APPROVED)


async def test_the_totals_lose_the_comments_of_a_deleted_post(instance: RunningInstance) -> None:
    post = await instance.publish("Hello")
    await keep(instance.store, comment(post, instance, state=CommentState.SPAM))
    assert await instance.store.totals.get("comments:spam") == 1
    await instance.delete("hello")
    assert await instance.store.totals.starting_with("comments:") == {}


async def test_nothing_moves_where_nothing_changes(instance: RunningInstance) -> None:
    post = await instance.publish("Hello")
    first = comment(post, instance)
    await keep(instance.store, first)
    edition = await instance.store.versions.get(f"talk:{post.id}")
    assert not await keep(instance.store, first)
    assert not await keep(
        instance.store, replace(first, html="<p>Older</p>", updated=first.updated - timedelta(days=1))
    )
    other = Author(name="Eve", uri="https://social.example/users/eve")
    assert not await keep(instance.store, replace(first, author=other, updated=first.updated + timedelta(days=1)))
    assert await instance.store.versions.get(f"talk:{post.id}") == edition
    [kept] = await instance.store.shown_comments.list_shown(post.id, limit=10, skip=0)
    assert (kept.html, kept.author.name) == ("<p>Hi</p>", "Ann")


async def test_a_decision_about_what_is_not_there_is_refused(instance: RunningInstance) -> None:
    with pytest.raises(CommentNotFound):
        await instance.decide("none", "approve")


async def test_a_decision_takes_our_id_or_the_remote_one(instance: RunningInstance) -> None:
    post = await instance.publish("Hello")
    first = comment(post, instance, state=CommentState.PENDING)
    await keep(instance.store, first)
    assert (await instance.decide(first.id, "approve")).state is CommentState.APPROVED
    assert (await instance.decide(first.uri, "spam")).state is CommentState.SPAM
    assert await count(instance.store, post) == 0
