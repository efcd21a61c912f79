"""A blog moves from SQLite to PostgreSQL, row for row."""

import asyncio
import re
import shutil
from pathlib import Path

import pytest

from syndicate.clock import utc_now
from syndicate.errors import StorageError
from syndicate.storage import Store
from syndicate.storage.transfer import copy_to_postgresql
from tests.cli.conftest import Blog


@pytest.mark.parametrize("database_address", ["postgresql"], indirect=True)
async def test_a_blog_moves_to_postgresql(
    database_address: str, new_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blog = Blog(tmp_path / "blog")
    blog.write("syndicate.toml", '[site]\nurl = "https://blog.example"\nhandle = "notes"\n')
    for number in range(3):
        file = blog.write(f"{number}.md", f"---\ntags: [garden]\n---\n# Pears {number}\n\nRipe, 𝔰𝔴𝔢𝔢𝔱 and \u2028 long.")
        await asyncio.to_thread(blog.ok, "publish", file)
    source = blog.directory / "data/syndicate.db"

    said = await asyncio.to_thread(blog.ok, "migrate-database", source, database_address)
    assert re.search(r"^posts +3 rows +[0-9a-f]{32}$", said, re.MULTILINE)
    assert "storage.database" in said
    store = await Store.open(database_address, utc_now)
    try:
        assert len(await store.post_lists.list_newest(limit=10)) == 3
        assert len(await store.search.find("sweet", kind=None, limit=10)) == 3
    finally:
        await store.close()
    refused = await asyncio.to_thread(blog.refuses, "migrate-database", source, database_address)
    assert "holds a blog already" in refused
    monkeypatch.setenv("SYNDICATE_STORAGE__DATABASE", database_address)
    await asyncio.to_thread(blog.ok, "publish", blog.write("after.md", "# Afterwards\n\nAll is well."))
    for wrong in (("nothing.db", database_address), (source, "other.db")):
        await asyncio.to_thread(blog.refuses, "migrate-database", *wrong)


@pytest.mark.parametrize("database_address", ["postgresql"], indirect=True)
async def test_a_copy_that_fails_at_the_end_leaves_an_empty_database(
    database_address: str, new_file: Path, tmp_path: Path
) -> None:
    def fail() -> None:
        raise StorageError("too late")

    source_file = tmp_path / "copy.db"
    shutil.copy(new_file, source_file)
    source = await Store.open(str(source_file), utc_now)
    await source.transaction(lambda tx: tx.key_values.save("name", "value"))
    await source.close()
    with pytest.raises(StorageError, match="too late"):
        await copy_to_postgresql(str(source_file), database_address, utc_now, before_commit=fail)
    target = await Store.open(database_address, utc_now)
    try:
        assert await target.key_values.find("name") is None
    finally:
        await target.close()
