"""A thousand people like a post within a few seconds: it is counted, and the page is made a few times only."""

from syndicate.model.activity import Activity, ReceivedActivity
from syndicate.model.ids import IdsInOrder
from syndicate.storage import Tables
from syndicate.web.http.keys import RESPONSE_CACHE
from tests.instances import RunningInstance

CROWD = 1000
AT_ONCE = 20
SECONDS = 5


async def test_a_thousand_likes_make_the_page_anew_once_a_second(instance: RunningInstance) -> None:
    post = await instance.publish("Hello")
    response_cache, ids = instance.server.app[RESPONSE_CACHE], IdsInOrder()
    assert (await instance.get(post.path)).status == 200
    renders = response_cache.renders

    async def arrive(tx: Tables, first: int) -> None:
        for number in range(first, first + AT_ONCE):
            host = f"https://m{number}.example"
            raw = {"id": f"{host}/likes/1", "type": "Like", "actor": f"{host}/users/ann", "object": post.uri}
            activity = Activity(id=raw["id"], type="Like", actor=raw["actor"], object=post.uri, raw=raw)
            arrival = ReceivedActivity(id=ids.new(instance.clock()), activity=activity, received=instance.clock())
            await tx.inbox_queue.enqueue(arrival, by_actor=True)

    for first in range(0, CROWD, AT_ONCE):
        await instance.store.transaction(lambda tx, first=first: arrive(tx, first))  # type: ignore[misc]
        while await instance.server.inbox_worker.work():
            assert (await instance.get(post.path)).status == 200
        instance.clock.advance(seconds=SECONDS * AT_ONCE / CROWD)
    current = await instance.store.posts.find(post.id)
    assert current is not None
    assert current.counts.likes == CROWD
    assert response_cache.renders - renders == SECONDS - 1
