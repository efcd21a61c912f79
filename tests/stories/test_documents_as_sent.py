"""Messages as Mastodon, Misskey and Ghost sent them, signed by a peer at the same address: what becomes of each."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.activitypub.access import as_id
from syndicate.clock import to_text
from syndicate.model.blogroll import BlogrollEntry, FollowState
from syndicate.model.comment import Comment
from syndicate.model.ids import new_id
from syndicate.model.post import Post
from tests.clocks import FakeClock
from tests.instances import RunningInstance
from tests.peer import Peer
from tests.wire import Wire

DOCUMENTS = Path(__file__).parents[1] / "documents"
SERVERS = ("mastodon", "misskey", "ghost")
FOLLOW = "https://blog.example/activities/01a22bfb-ed97-7000-83aa-8732e45a8df6"
POST = re.compile(r"https://blog\.example/posts/[0-9a-f-]{36}")
ANSWER = re.compile(r"https://blog\.example/comments/[0-9a-f-]{36}")
ACTIVITY_ID = re.compile(r"https://blog\.example/activities/[0-9a-f-]{36}")


@dataclass
class Sender(Peer):
    """A peer whose actor has the id that stands in the documents."""

    uri: str = ""

    @property
    def actor(self) -> str:
        return self.uri


def message(server: str, name: str, post: Post, answer: Comment) -> dict[str, Any]:
    """A document, about what there is in this blog."""
    text = (DOCUMENTS / server / f"{name}.json").read_text(encoding="utf-8")
    text = ACTIVITY_ID.sub(FOLLOW, ANSWER.sub(answer.uri, POST.sub(post.uri, text)))
    found: dict[str, Any] = json.loads(text)
    return found


async def is_followed(instance: RunningInstance, actor: str, state: FollowState) -> None:
    entry = BlogrollEntry(id=new_id(instance.clock()), name="Somebody", actor=actor)
    await instance.store.transaction(lambda tx: tx.blogroll.save(entry, added=to_text(instance.clock())))
    await instance.store.transaction(lambda tx: tx.blogroll.set_follow(entry.id, state, FOLLOW))


def before(undo: dict[str, Any]) -> dict[str, Any]:
    """What an Undo takes back, as it was said."""
    done = undo["object"]
    return {"@context": undo["@context"], **done, "actor": undo["actor"], "id": done.get("id") or f"{undo['actor']}/1"}


FOLLOWED, ASKED, BEFORE = "followed", "asked", "what is undone was said before"
OUTCOMES = [
    ("mastodon", "accept-follow", ASKED, "done follow.accepted"),
    ("mastodon", "add-featuredcollection-47", "", "ignored collection.not-ours"),
    ("mastodon", "announce", "", "done announce.counted"),
    ("mastodon", "block", FOLLOWED, "done block.unfollowed"),
    ("mastodon", "create-note-post-private", FOLLOWED, "private object.private"),
    ("mastodon", "create-note-post-unlisted", FOLLOWED, "done timeline.kept"),
    ("mastodon", "create-note-post-warned", FOLLOWED, "done timeline.kept"),
    ("mastodon", "create-note-post", FOLLOWED, "done timeline.kept"),
    ("mastodon", "create-note-quote-45", "", "done quote.kept"),
    ("mastodon", "create-note-reply-45", "", "done comment.open"),
    ("mastodon", "create-note-reply-private", "", "private object.private"),
    ("mastodon", "create-note-reply-warned-picture", "", "done comment.open"),
    ("mastodon", "create-note-reply", "", "done comment.open"),
    ("mastodon", "create-question", "", "done comment.open"),
    ("mastodon", "flag", "", "held report.kept"),
    ("mastodon", "quoterequest-45", "", "done quote.allowed"),
    ("mastodon", "remove-collection-47", "", "ignored collection.not-ours"),
    ("mastodon", "remove-item-47", "", "ignored collection.not-ours"),
    ("mastodon", "undo-announce", BEFORE, "done undo.reaction"),
    ("mastodon", "undo-block", BEFORE, "ignored undo.unknown"),
    ("mastodon", "undo-follow", BEFORE, "done undo.follow"),
    ("mastodon", "undo-like", BEFORE, "done undo.reaction"),
    ("mastodon", "update-note-45", "", "done quote.kept"),
    ("mastodon", "update-note", "", "done comment.open"),
    ("misskey", "accept-follow", ASKED, "done follow.accepted"),
    ("misskey", "announce-followers", "", "private announce.private"),
    ("misskey", "announce-home", "", "done announce.counted"),
    ("misskey", "announce-public", "", "done announce.counted"),
    ("misskey", "block", FOLLOWED, "done block.unfollowed"),
    ("misskey", "create-note-followers-reply", "", "private object.private"),
    ("misskey", "create-note-followers", FOLLOWED, "private object.private"),
    ("misskey", "create-note-home", FOLLOWED, "done timeline.kept"),
    ("misskey", "create-note-public-cw-picture-only", FOLLOWED, "done timeline.kept"),
    ("misskey", "create-note-public-cw", FOLLOWED, "done timeline.kept"),
    ("misskey", "create-note-public-emoji-mfm", FOLLOWED, "done timeline.kept"),
    ("misskey", "create-note-public-picture-only", FOLLOWED, "done timeline.kept"),
    ("misskey", "create-note-public-picture", FOLLOWED, "done timeline.kept"),
    ("misskey", "create-note-public-quote", "", "ignored reply.elsewhere"),
    ("misskey", "create-note-public-reply-cw-picture", "", "done comment.open"),
    ("misskey", "create-note-public-reply-cw", "", "done comment.open"),
    ("misskey", "create-note-public-reply-emoji-mfm", "", "done comment.open"),
    ("misskey", "create-note-public-reply-mfm", "", "done comment.open"),
    ("misskey", "create-note-public-reply-picture-only", "", "done comment.open"),
    ("misskey", "create-note-public-reply-picture", "", "done comment.open"),
    ("misskey", "create-note-public-reply-quote", "", "done comment.open"),
    ("misskey", "create-note-public-reply-to-a-comment", "", "ignored reply.elsewhere"),
    ("misskey", "create-note-public-reply", "", "done comment.open"),
    ("misskey", "create-note-public", FOLLOWED, "done timeline.kept"),
    ("misskey", "create-note-specified-reply", "", "private object.private"),
    ("misskey", "create-question-public-no-text", FOLLOWED, "done timeline.kept"),
    ("misskey", "create-question-public-reply-no-text", "", "done comment.open"),
    ("misskey", "create-question-public-reply", "", "done comment.open"),
    ("misskey", "create-question-public", FOLLOWED, "done timeline.kept"),
    ("misskey", "flag", "", "held report.kept"),
    ("misskey", "follow", "", "done follow.accepted"),
    ("misskey", "like-custom-emoji", "", "done like.counted"),
    ("misskey", "like-heart", "", "done like.counted"),
    ("misskey", "like-tada", "", "done like.counted"),
    ("misskey", "like-thumb", "", "done like.counted"),
    ("misskey", "like-wow", "", "done like.counted"),
    ("misskey", "move", FOLLOWED, "done move.followed"),
    ("misskey", "reject-follow-of-our-id", FOLLOWED, "done follow.rejected"),
    ("misskey", "reject-follow-of-their-id", FOLLOWED, "done follow.rejected"),
    ("misskey", "undo-announce", BEFORE, "done undo.reaction"),
    ("misskey", "undo-block", BEFORE, "ignored undo.unknown"),
    ("misskey", "undo-follow", BEFORE, "done undo.follow"),
    ("misskey", "undo-like", BEFORE, "done undo.reaction"),
    ("misskey", "update-person", FOLLOWED, "done actor.updated"),
    ("ghost", "accept-follow", ASKED, "done follow.accepted"),
    ("ghost", "announce", "", "done announce.counted"),
    ("ghost", "create-article-members", FOLLOWED, "done timeline.kept"),
    ("ghost", "create-article-noimage", FOLLOWED, "done timeline.kept"),
    ("ghost", "create-article", FOLLOWED, "done timeline.kept"),
    ("ghost", "create-note-mention", "", "held mention.kept"),
    ("ghost", "create-note-picture", FOLLOWED, "done timeline.kept"),
    ("ghost", "create-note-reply-picture", "", "done comment.open"),
    ("ghost", "create-note-reply", "", "done comment.open"),
    ("ghost", "create-note", FOLLOWED, "done timeline.kept"),
    ("ghost", "delete-as-ghost-stored-it", FOLLOWED, "ignored delete.unknown"),
    ("ghost", "follow", "", "done follow.accepted"),
    ("ghost", "like", "", "done like.counted"),
    ("ghost", "reject-follow", FOLLOWED, "done follow.rejected"),
    ("ghost", "undo-announce", BEFORE, "done undo.reaction"),
    ("ghost", "undo-follow", BEFORE, "done undo.follow"),
    ("ghost", "undo-like", BEFORE, "done undo.reaction"),
    ("ghost", "update-actor", FOLLOWED, "done actor.updated"),
    ("ghost", "update-article", FOLLOWED, "done timeline.kept"),
]


@pytest.mark.parametrize(("server", "name", "given", "verdict"), OUTCOMES)
async def test_a_message_has_the_right_outcome(
    open_instance: RunningInstance,
    wire: Wire,
    clock: FakeClock,
    rsa_keys: list[RSAPrivateKey],
    server: str,
    name: str,
    given: str,
    verdict: str,
) -> None:
    instance = open_instance
    post = await instance.publish("Hello")
    answer = await instance.server.services.author_replies.reply(post.slug, "A word of mine.")
    said = message(server, name, post, answer)
    actor = as_id(said["actor"])
    sender = Sender(wire, clock, rsa_keys[4], host=urlsplit(actor).netloc, name="somebody", uri=actor)
    if given in (FOLLOWED, ASKED):
        await is_followed(instance, actor, FollowState.ACCEPTED if given == FOLLOWED else FollowState.PENDING)
    if given == BEFORE:
        await sender.send(before(said))
        await instance.settle()
    if "target" in said and said["type"] == "Move":
        there = Sender(
            wire, clock, rsa_keys[5], host=sender.host, name="else", uri=said["target"], documents=sender.documents
        )
        there.documents[there.actor] = there.actor_document(alsoKnownAs=[actor])
    response = await sender.send(said)
    assert response.status == 202, response.body
    await instance.settle()
    [*_, (_, outcome, reason)] = await instance.verdicts()
    assert f"{outcome} {reason}" == verdict


def test_every_message_has_a_row() -> None:
    files = {(path.parent.name, path.stem) for path in DOCUMENTS.glob("*/*.json") if path.parent.name in SERVERS}
    elsewhere = {"account", "conversation", "featurerequest-47"}
    assert {(server, name) for server, name in files if name not in elsewhere} == {row[:2] for row in OUTCOMES}
