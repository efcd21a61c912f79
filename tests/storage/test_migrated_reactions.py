"""A database from before activities were known by their meaning keeps what it holds."""

from syndicate.storage import connect
from syndicate.storage.engine.database import Queryable
from syndicate.storage.engine.migrate import COLLATION, checksum, migrate, scripts, statements

OLDER = "0005"
POST = (
    "INSERT INTO posts (id, number, uri, guid, kind, slug, path, origin, origin_digest, source_format, base, renderer, title,"
    " excerpt, summary, teaser, language, author, state, visibility, published, month, updated, sensitive, warning,"
    " comments_open, pinned, quotes, mentions, comment_count, told_comments, like_count, share_count, image, image_alt, html,"
    " source) VALUES ('p', 1, 'p', 'p', 'post', 'p', '/p/', '', '', 'markdown', '', 1, '', '', '', '', 'en', '',"
    " 'published', 'public', '2026', '2026', '2026', 0, '', 1, 0, 'anyone', '[]', 0, 0, 1, 0, '', '', '', '')"
)
LIKE = (
    "INSERT INTO reactions (uri, post_id, comment_id, kind, actor_uri, content, received)"
    " VALUES ('https://a.example/likes/1', 'p', NULL, 'like', 'https://a.example/ann', '', '2026')"
)
COMMENT = (
    "INSERT INTO comments (id, post_id, uri, url, anchor, source, author_uri, author_name, author_handle, author_url, html,"
    " raw_html, sanitizer, state, audience, reason, published, updated, received) VALUES ('c', 'p', 'p#comment-7', '',"
    " 'comment-7', 'import', '', 'Ann', '', '', 'Hi', 'Hi', 1, 'approved', 'public', 'comment.imported', '2026', '2026',"
    " '2026')"
)
REJECTION = "INSERT INTO rejections (comment_id, author_uri, received) VALUES ('c', '', '2026')"
ARRIVAL = (
    "INSERT INTO arrivals (id, activity_uri, type, actor_uri, host, object_uri, raw, forwarded, fingerprint, received,"
    " outcome, reason, attempts, due_at, leased_until) VALUES ('a', 'https://a.example/likes/1', 'Like',"
    " 'https://a.example/ann', 'a.example', 'p', '{}', 0, '', '2026', 'done', 'like.counted', 0, '2026', '')"
)


async def test_reactions_comments_and_arrivals_of_an_older_database_stay(empty_database: str) -> None:
    database = await connect(empty_database)
    known = scripts(database.dialect)

    async def as_it_was(tx: Queryable) -> None:
        for name in (name for name in known if name < OLDER):
            for statement in statements(known[name]):
                await tx.run(statement.replace(" TEXT", f" TEXT {COLLATION[database.dialect]}"))
        for statement in (POST, LIKE, COMMENT, REJECTION, ARRIVAL):
            await tx.run(statement)

    async def newer(tx: Queryable) -> None:
        await tx.run("CREATE TABLE migrations (name TEXT PRIMARY KEY, checksum TEXT NOT NULL)")
        for name in (name for name in known if name < OLDER):
            await tx.run(
                "INSERT INTO migrations (name, checksum) VALUES (:name, :checksum)",
                name=name,
                checksum=checksum(known[name]),
            )

    try:
        await database.transaction(as_it_was)
        await database.transaction(newer)
        assert await migrate(database) == [name for name in known if name >= OLDER]
        reaction = await database.read.one("SELECT * FROM reactions")
        arrival = await database.read.one("SELECT * FROM arrivals")
        assert reaction is not None
        assert arrival is not None
        assert (reaction["uri"], reaction["counted"], reaction["hidden"]) == ("https://a.example/likes/1", 1, 0)
        assert (arrival["id"], arrival["reason"]) == ("a", "like.counted")
        [comment] = await database.read.all("SELECT * FROM public_comments")
        assert (comment["uri"], comment["source"], comment["html"]) == ("p#comment-7", "import", "Hi")
        assert await database.read.one("SELECT * FROM rejections") is not None
    finally:
        await database.close()
