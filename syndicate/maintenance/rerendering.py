"""After an upgrade: renders posts and comments again that an older renderer or sanitizer made."""

from syndicate.federation.inbox.shown_form import ShownForm
from syndicate.publishing import Publisher
from syndicate.publishing.renderer import RENDERER
from syndicate.storage import Store
from syndicate.workers.loop import isolated

BATCH_SIZE = 50


class Rerendering:
    """A post that cannot be rendered stays unchanged until the next start."""

    def __init__(self, store: Store, publisher: Publisher, comments: ShownForm) -> None:
        self._store, self._publisher, self._comments = store, publisher, comments

    async def run(self) -> None:
        """Render everything that is out of date, once. Raises StorageError."""
        after = ""
        while ids := await self._store.post_lists.list_rendered_before(RENDERER, after=after, limit=BATCH_SIZE):
            for id in ids:
                with isolated("rerendering", post=id):
                    await self._publisher.rerender(id)
            after = ids[-1]
        with isolated("rerendering comments"):
            await self._comments.make_anew(self._store)
