"""Save the likes and boosts of an export that says who made them."""

from syndicate.clock import Clock
from syndicate.importers.imported_comments import find_target
from syndicate.importers.records import ExportedReaction
from syndicate.importers.report import ImportReport
from syndicate.storage import Store, Tables
from syndicate.storage.reactions import Reaction
from syndicate.urls import Urls

OF_NO_POST = "{} whose post is not here"


class ImportedReactions:
    """Remembers reactions while posts are imported, since their posts may come after them."""

    def __init__(self, store: Store, urls: Urls, clock: Clock, report: ImportReport) -> None:
        self._store, self._urls, self._clock, self._report = store, urls, clock, report
        self._waiting: list[ExportedReaction] = []

    def add(self, item: ExportedReaction) -> None:
        self._waiting.append(item)

    async def save(self) -> None:
        """Save what was remembered. What was saved before, or came by ActivityPub, counts once."""
        for item in self._waiting:
            post = await find_target(self._store, self._urls, item.targets)
            if post is None:
                self._report.reactions[OF_NO_POST.format(item.kind)] += 1
                continue
            reaction = Reaction(
                uri=item.uri,
                post=post.id,
                kind=item.kind,
                actor=item.actor,
                content="",
                received=min(item.received, self._clock()).replace(microsecond=0),
            )
            if await self._store.transaction(lambda tx, reaction=reaction: _save(tx, reaction)):  # type: ignore[misc]
                self._report.likes[item.kind] += 1
        self._waiting.clear()


async def _save(tx: Tables, reaction: Reaction) -> bool:
    if not await tx.reactions.add(reaction):
        return False
    await tx.versions.move(f"talk:{reaction.post}")
    return True
