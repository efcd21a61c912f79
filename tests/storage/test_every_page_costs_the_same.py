"""Page 1 and page 5,000 of what other servers page through are found alike: by key, in an index, counting nothing."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from syndicate.clock import to_text
from syndicate.storage import Store, Tables
from syndicate.storage.engine.database import Queryable, Row
from tests.clocks import FakeClock

FAR = datetime(2009, 5, 6, tzinfo=UTC)
KEY = (to_text(FAR), "https://m.example/users/4711")


@dataclass
class Recorder:
    """Keeps what is asked."""

    query: Queryable
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def all(self, sql: str, /, **parameters: Any) -> Sequence[Row]:
        self.asked.append((sql, parameters))
        return await self.query.all(sql, **parameters)

    async def one(self, sql: str, /, **parameters: Any) -> Row | None:
        self.asked.append((sql, parameters))
        return await self.query.one(sql, **parameters)

    async def run(self, sql: str, /, **parameters: Any) -> int:
        raise AssertionError(f"a reader writes: {sql}, {parameters}")

    async def advisory_lock(self, table: str) -> None:
        raise AssertionError(f"a reader locks {table}")


Read = Callable[[Tables, bool], Awaitable[object]]
PAGES: dict[str, Read] = {
    "outbox": lambda tables, far: tables.post_lists.list_federated(before=(FAR, "4711") if far else None, limit=21),
    "followers": lambda tables, far: tables.followers.list_page("blog", before=KEY if far else None, limit=21),
    "followers of a server": lambda tables, far: tables.followers.list_on_server(
        "blog", "https://m.example", after=KEY[1] if far else "", limit=1001
    ),
    "replies": lambda tables, far: tables.shown_comments.list_replies("1", after=KEY if far else None, limit=21),
    "likes": lambda tables, far: tables.reactions.list_shown("1", None, "like", after=KEY if far else None, limit=21),
    "announced": lambda tables, far: tables.outbox.list_announced("1", before=KEY if far else None, limit=21),
    "inboxes": lambda tables, far: tables.followers.list_inboxes("blog", after=KEY[1] if far else "", limit=500),
}


@pytest.fixture
async def sqlite(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Store]:
    store = await Store.open(str(tmp_path / "syndicate.db"), clock)
    yield store
    await store.close()


async def plans_of(store: Store, read: Read, *, far: bool) -> list[str]:
    recorder = Recorder(store.database.read)
    await read(Tables(recorder, store.clock), far)
    assert len(recorder.asked) == 1
    plans = []
    for sql, parameters in recorder.asked:
        assert "count(" not in sql.lower()
        assert parameters.get("skip", 0) == 0
        assert parameters["limit"] <= 1001
        rows = await store.database.read.all(f"EXPLAIN QUERY PLAN {sql}", **parameters)
        plans += [str(row["detail"]) for row in rows]
    return plans


@pytest.mark.parametrize("name", PAGES)
async def test_every_page_is_found_by_key_in_an_index(sqlite: Store, name: str) -> None:
    first = await plans_of(sqlite, PAGES[name], far=False)
    late = await plans_of(sqlite, PAGES[name], far=True)
    assert any(step.startswith("SEARCH") for step in first), first
    assert not [step for step in [*first, *late] if "TEMP B-TREE" in step or step.startswith("SCAN")], first
    if name != "outbox":  # whose first page has no key to begin from, and its order from the same index
        assert first == late
    assert {step.partition(" (")[0] for step in first} == {step.partition(" (")[0] for step in late}


async def test_who_may_see_a_file_is_found_by_its_uses_and_not_among_all_posts(sqlite: Store) -> None:
    recorder = Recorder(sqlite.database.read)
    tables = Tables(recorder, sqlite.clock)
    await tables.media_uses.is_public(["a.webp"])
    await tables.admin_media.list_page("", before="", limit=60)
    (public, given), (_, _), (listed, of_list) = recorder.asked
    for sql, parameters in ((public, given), (listed, of_list)):
        rows = await sqlite.database.read.all(f"EXPLAIN QUERY PLAN {sql}", **parameters)
        posts = [str(row["detail"]) for row in rows if " posts " in str(row["detail"])]
        assert len(posts) == 1
        assert posts[0].endswith("(id=?)")


async def test_edited_posts_are_found_among_the_edited_ones_and_not_in_the_whole_archive(sqlite: Store) -> None:
    recorder = Recorder(sqlite.database.read)
    await Tables(recorder, sqlite.clock).post_archive.list_edited((FAR, "4711"), limit=50)
    [(sql, parameters)] = recorder.asked
    plan = [str(row["detail"]) for row in await sqlite.database.read.all(f"EXPLAIN QUERY PLAN {sql}", **parameters)]
    assert any("INDEX posts_by_edit" in step for step in plan), plan
    assert not any("INDEX posts_by_date" in step for step in plan), plan
