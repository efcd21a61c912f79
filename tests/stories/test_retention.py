"""What nobody refers to any more is not kept."""

import pytest

from syndicate.storage.blocks import Block
from syndicate.transport.message import Request, Response
from tests.blogs import PNG
from tests.instances import RunningInstance
from tests.peer import PUBLIC, Peer
from tests.stories.test_followers_are_compared import followed


def shows_a_face(peer: Peer, picture: bytes = PNG) -> str:
    """Her picture's address."""
    address = f"{peer.base}/face.png"
    peer.documents[peer.actor] = peer.actor_document(icon={"type": "Image", "url": address})

    async def answer(request: Request) -> Response:
        if request.url != address:
            return await peer.answer(request)
        return Response(status=200, headers={"Content-Type": "image/png"}, body=picture, url=address)

    peer.wire.connect_server(peer.host, answer)
    return address


async def kept(instance: RunningInstance, source: str) -> str:
    """The name of our copy of a picture."""
    file = await instance.store.media.find_by_source(source)
    assert file is not None
    assert file.name is not None
    return file.name


@pytest.mark.parametrize("same", [True, False])
async def test_the_picture_of_a_deleted_account_goes_with_it(
    open_instance: RunningInstance, ann: Peer, bob: Peer, same: bool
) -> None:
    faces = shows_a_face(ann), shows_a_face(bob, PNG if same else PNG + b"\0")
    post = await open_instance.publish("Tea")
    for peer in (ann, bob):
        await peer.reply(post.uri)
    await open_instance.settle()
    of_ann, of_bob = [await kept(open_instance, face) for face in faces]
    await open_instance.server.retention.apply()
    assert (await open_instance.get(f"/media/{of_ann}")).status == 200
    await ann.send(ann.activity("Delete", ann.actor, to=[PUBLIC]))
    await open_instance.settle()
    await open_instance.server.retention.apply()
    assert await open_instance.store.media.find_by_source(faces[0]) is None
    assert (await open_instance.get(f"/media/{of_ann}")).status == (200 if same else 404)
    assert (await open_instance.get(f"/media/{of_bob}")).status == 200


async def test_a_picture_goes_when_its_owner_has_another(open_instance: RunningInstance, ann: Peer) -> None:
    face = shows_a_face(ann)
    post = await open_instance.publish("Tea")
    await ann.reply(post.uri)
    await open_instance.settle()
    name = await kept(open_instance, face)
    document = ann.actor_document(icon={"type": "Image", "url": f"{ann.base}/other.png"})
    ann.documents[ann.actor] = document
    await ann.send(ann.activity("Update", document, to=[PUBLIC]))
    await open_instance.settle()
    await open_instance.server.retention.apply()
    assert await open_instance.store.media.find_by_source(face) is None
    assert (await open_instance.get(f"/media/{name}")).status == 404


async def test_who_has_nothing_to_do_with_the_blog_is_forgotten(
    open_instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    post = await open_instance.publish("Tea")
    await ann.reply(post.uri)
    await bob.follow()
    await open_instance.settle()
    await bob.unfollow()
    await open_instance.settle()
    open_instance.clock.advance(days=89)
    await open_instance.server.retention.apply()
    assert await open_instance.store.remote_actors.find(bob.actor) is not None, "her arrivals are on record"
    open_instance.clock.advance(days=5)
    await open_instance.server.retention.apply()
    assert await open_instance.store.remote_actors.find(bob.actor) is None
    assert await open_instance.store.remote_actors.find_key(bob.key_id) is None
    assert await open_instance.store.remote_actors.find(ann.actor) is not None, "she is shown"
    await bob.follow()
    await open_instance.settle()
    assert (await open_instance.verdicts())[-1][:2] == ("Follow", "done")


@pytest.mark.parametrize("bond", ["followers", "reactions", "mentions", "blocks", "blogroll"])
async def test_who_has_something_to_do_with_the_blog_is_not_forgotten(
    open_instance: RunningInstance, ann: Peer, bond: str
) -> None:
    ann.is_found_by_name()
    post = await open_instance.publish("Tea", "With @ann@social.example." if bond == "mentions" else "Green.")
    match bond:
        case "followers":
            await ann.follow()
        case "reactions":
            await ann.like(post.uri)
        case "blocks":
            await open_instance.server.actors.refresh(ann.actor)
            block = Block(pattern=ann.actor, reason="", created=open_instance.clock())
            await open_instance.store.transaction(lambda tx: tx.blocks.save(block))
        case "blogroll":
            await followed(open_instance, ann)
    await open_instance.settle()
    open_instance.clock.advance(days=200)
    await open_instance.server.retention.apply()
    assert await open_instance.store.remote_actors.find(ann.actor) is not None


async def test_what_others_deleted_is_remembered_for_half_a_year_and_ours_for_ever(
    open_instance: RunningInstance, ann: Peer
) -> None:
    post = await open_instance.publish("Tea")
    note = await ann.reply(post.uri)
    await open_instance.settle()
    await ann.delete(note)
    await open_instance.settle()
    await open_instance.delete("tea")
    for days, remembered in ((179, True), (2, False)):
        open_instance.clock.advance(days=days)
        await open_instance.server.retention.apply()
        assert (await open_instance.store.tombstones.find(note["id"]) is not None) == remembered
    assert await open_instance.store.tombstones.find(post.uri) is not None
    assert (await open_instance.get(post.path)).status == 410
