"""A community announces what its members do (Lemmy, FEP-1b12): it counts as their own servers tell it."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.model.post import Post
from syndicate.storage.blocks import Block
from syndicate.transport.message import Request, Response
from tests.clocks import FakeClock
from tests.dialects import Speaker
from tests.instances import RunningInstance
from tests.wire import Wire

COMMENT = "https://lemmy.example/comment/4711"


class Community(Speaker):
    """`gone` is what it answers 410 for."""

    gone: frozenset[str] = frozenset()

    async def answer(self, request: Request) -> Response:
        if request.url in self.gone:
            return Response(status=410, headers={}, url=request.url)
        return await super().answer(request)

    def serves(self, document: dict[str, Any]) -> None:
        context = self.documents["create"]["@context"]
        self.documents["served"][document["id"]] = {"@context": context, **document}

    def inner(self, name: str) -> dict[str, Any]:
        """What it passes on."""
        found: dict[str, Any] = self.documents[name]["object"]
        return found


@pytest.fixture
async def post(open_instance: RunningInstance) -> Post:
    post = await open_instance.publish("Seeds")
    await open_instance.settle()
    return post


@pytest.fixture
def community(post: Post, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]) -> Community:
    return Community(wire, clock, rsa_keys[4], "lemmy", post, "community.json")


async def hear(instance: RunningInstance, community: Community, name: str) -> tuple[str, str]:
    assert (await community.say(name)).status == 202
    await instance.settle()
    [*_, (_, outcome, reason)] = await instance.verdicts()
    return outcome, reason


async def test_a_comment_comes_changes_and_goes(
    open_instance: RunningInstance, community: Community, post: Post
) -> None:
    community.serves(community.inner("create")["object"])
    assert await hear(open_instance, community, "create") == ("done", "comment.open")
    [comment] = await open_instance.comments(post)
    assert (comment.uri, comment.author.name) == (COMMENT, "Hazel")

    community.serves(community.inner("update")["object"])
    assert (await hear(open_instance, community, "update"))[0] == "done"
    [comment] = await open_instance.comments(post)
    assert "six years" in comment.html

    community.gone = frozenset({COMMENT})
    assert await hear(open_instance, community, "delete") == ("done", "delete.comment")
    assert await open_instance.comments(post) == []
    current = await open_instance.store.posts.find(post.id)
    assert current is not None
    assert (current.counts.comments, current.counts.shares) == (0, 0)


async def test_what_was_deleted_comes_back_once_its_origin_shows_it_again(
    open_instance: RunningInstance, community: Community, post: Post
) -> None:
    community.serves(community.inner("create")["object"])
    assert await hear(open_instance, community, "restore") == ("ignored", "undo.unknown"), "nothing was deleted"
    await hear(open_instance, community, "create")
    community.gone = frozenset({COMMENT})
    await hear(open_instance, community, "delete")
    community.documents["restore"]["id"] += "0"
    assert await hear(open_instance, community, "restore") == ("ignored", "object.unavailable")
    community.gone = frozenset()
    community.documents["restore"]["id"] += "1"
    assert await hear(open_instance, community, "restore") == ("done", "comment.open")
    assert [comment.uri for comment in await open_instance.comments(post)] == [COMMENT]


@pytest.mark.parametrize("name", ["delete", "removal"])
async def test_what_its_origin_still_has_is_not_deleted(
    open_instance: RunningInstance, community: Community, post: Post, name: str
) -> None:
    community.serves(community.inner("create")["object"])
    await hear(open_instance, community, "create")
    assert await hear(open_instance, community, name) == ("refused", "delete.not-gone")
    assert len(await open_instance.comments(post)) == 1


async def test_a_moderator_elsewhere_removes_what_its_origin_no_longer_shows(
    open_instance: RunningInstance, community: Community, post: Post
) -> None:
    community.serves(community.inner("create")["object"])
    await hear(open_instance, community, "create")
    community.serves({"type": "Tombstone", "id": COMMENT})
    assert await hear(open_instance, community, "removal") == ("done", "delete.comment")
    assert await open_instance.comments(post) == []


async def test_of_what_is_not_here_nothing_is_asked(
    open_instance: RunningInstance, community: Community, wire: Wire
) -> None:
    assert await hear(open_instance, community, "delete") == ("ignored", "delete.unknown")
    assert [request.url for request in wire.to("lemmy.example") if "/comment/" in request.url] == []


async def test_a_like_counts_where_its_origin_shows_it(
    open_instance: RunningInstance, community: Community, post: Post
) -> None:
    assert await hear(open_instance, community, "like") == ("ignored", "announce.unproven")
    open_instance.clock.advance(hours=2)  # what could not be had is not asked for again at once
    community.serves(community.inner("like"))
    community.documents["like"]["id"] += "0"
    assert await hear(open_instance, community, "like") == ("done", "like.counted")
    current = await open_instance.store.posts.find(post.id)
    assert current is not None
    assert current.counts.likes == 1

    community.serves(community.inner("undo"))
    assert await hear(open_instance, community, "undo") == ("done", "undo.reaction")
    current = await open_instance.store.posts.find(post.id)
    assert current is not None
    assert current.counts.likes == 0


async def test_a_like_that_its_origin_tells_otherwise_does_not_count(
    open_instance: RunningInstance, community: Community, post: Post
) -> None:
    community.serves({**community.inner("like"), "object": "https://elsewhere.example/notes/1"})
    assert await hear(open_instance, community, "like") == ("ignored", "announce.unproven")
    community.documents["like"]["object"]["id"] = "https://other.example/likes/1"
    community.documents["like"]["id"] += "0"
    assert await hear(open_instance, community, "like") == ("refused", "object.origin")


async def test_a_dislike_and_what_a_community_decides_have_no_effect(
    open_instance: RunningInstance, community: Community, post: Post
) -> None:
    assert await hear(open_instance, community, "dislike") == ("ignored", "announce.unproven")
    assert await hear(open_instance, community, "lock") == ("ignored", "announce.elsewhere")
    current = await open_instance.store.posts.find(post.id)
    assert current is not None
    assert (current.counts.likes, current.counts.shares) == (0, 0)


async def test_a_blocked_account_is_refused_through_a_community_too(
    open_instance: RunningInstance, community: Community, post: Post
) -> None:
    hazel = community.inner("like")["actor"]
    await open_instance.server.services.blocking.block(Block(pattern=hazel, reason="", created=open_instance.clock()))
    community.serves(community.inner("like"))
    community.serves(community.inner("create")["object"])
    assert await hear(open_instance, community, "like") == ("refused", "sender.blocked")
    assert await hear(open_instance, community, "create") == ("refused", "sender.blocked")
