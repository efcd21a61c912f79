"""A database that an earlier version wrote keeps every id when it is brought to the newest schema."""

from syndicate.storage import Store, connect
from syndicate.storage.engine.database import Queryable
from syndicate.storage.engine.migrate import MIGRATIONS_TABLE, checksum, scripts, statements
from tests.clocks import FakeClock


async def as_it_was_before(address: str, migration: str) -> None:
    """A blog in the schema that went before this migration."""
    database = await connect(address)

    async def write(tx: Queryable) -> None:
        await tx.run(MIGRATIONS_TABLE)
        for name, script in scripts(database.dialect).items():
            if name < migration:
                for statement in statements(script):
                    await tx.run(statement)
                await tx.run(
                    "INSERT INTO migrations (name, checksum) VALUES (:name, :checksum)",
                    name=name,
                    checksum=checksum(script),
                )
        await tx.run(
            """
            INSERT INTO local_actors (id, uri, handle, role, subject, public_key_pem, proof_key, next_key_pem, rotation,
              rotated, moved_to, published)
            VALUES ('blog', 'https://blog.example/actor', 'notes', 'blog', '', 'PEM', 'zKey', 'NEXT', 'update-1', '', '',
              '2026-11-22T12:00:00.000000Z')
            """
        )

    await database.transaction(write)
    await database.close()


async def test_the_keys_that_a_blog_has_keep_their_ids(empty_database: str, clock: FakeClock) -> None:
    await as_it_was_before(empty_database, next(name for name in scripts("sqlite") if name.endswith("_key_ids")))
    store = await Store.open(empty_database, clock)
    try:
        [blog] = await store.local_actors.list_all()
        assert blog.key_id == "https://blog.example/actor#main-key"
        assert (blog.proof_key_id, blog.proof_key) == ("https://blog.example/actor#ed25519-key", "zKey")
        await store.transaction(lambda tx: tx.local_actors.end_rotation("blog", clock()))
        [blog] = await store.local_actors.list_all()
        told = ("https://blog.example/actor#main-key", "NEXT")
        assert (blog.key_id, blog.public_key_pem) == told, "a change that was under way ends as it was told"
        assert (blog.proof_key, blog.old_proof_key) == ("zKey", "")
    finally:
        await store.close()
