"""The blogs that are measured: one of 25 posts, made by the commands that an author would use, and one of 100,000
with a thousand followers, put straight into the store.

Texts are invented, and the same in every run. The large blog is kept in the system's directory for temporary files
until what makes it changes.
"""

import asyncio
import hashlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from bench.servers import HOST
from syndicate.clock import utc_now
from syndicate.model.actor import RemoteActor
from syndicate.model.ids import new_id
from syndicate.model.post import Post, SourceFormat, Term, TermKind
from syndicate.publishing.renderer import RENDERER
from syndicate.storage import Store, Tables
from syndicate.storage.followers import Follower
from syndicate.storage.post_rows import PostSource

SMALL = 25
LARGE = 100_000
FOLLOWERS = 1_000
AT_ONCE = 500
NEWEST = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
NEWEST_PATH = f"/{NEWEST:%Y/%m/%d}/post-0/"
# fmt: off
WORDS = [
    "garden", "library", "rain", "window", "paper", "bread", "river", "lantern", "winter", "letter", "bicycle",
    "kettle", "station", "orchard", "harbour", "morning", "ladder", "pocket", "meadow", "thread", "silver",
    "candle", "market", "bridge", "cellar", "sparrow", "ribbon", "chimney", "gravel", "the", "a", "of", "and",
    "with", "under", "from", "towards", "behind", "without", "slowly", "again", "often", "hardly",
]
# fmt: on


def small(directory: Path, posts: int = SMALL) -> Path:
    """A blog of so many posts of about 5 KB, by `syndicate init` and `syndicate import markdown`; its directory."""
    blog, folder = directory / f"small-{posts}", directory / f"markdown-{posts}"
    init(blog)
    folder.mkdir()
    chance = random.Random(25)
    for number in range(posts):
        (folder / f"post-{number}.md").write_text(_markdown(chance, number), encoding="utf-8")
    _syndicate(blog, "import", "markdown", str(folder))
    return blog


def large() -> Path:
    """The directory of a blog of 100,000 posts, made where there is none."""
    place, name = Path(tempfile.gettempdir()), f"syndicate-bench-{os.getuid()}"
    directory = place / f"{name}-{_recipe()}"
    if not directory.exists():
        for old in place.glob(f"{name}-*"):
            shutil.rmtree(old, ignore_errors=True)
        making = directory.with_name(f"{directory.name}.{os.getpid()}")
        try:
            init(making)
            asyncio.run(_fill(making))
            making.rename(directory)
        finally:
            shutil.rmtree(making, ignore_errors=True)
    return directory


def _recipe() -> str:
    """What tells whether a large blog of an earlier run can be used: the schema, the renderer, and this file."""
    import syndicate

    schema = sorted((Path(syndicate.__file__).parent / "storage" / "migrations").glob("*.sql"))
    made_of = [str(RENDERER).encode(), *(path.read_bytes() for path in (Path(__file__), *schema))]
    return hashlib.sha256(b"\0".join(made_of)).hexdigest()[:16]


def init(directory: Path) -> None:
    directory.mkdir(parents=True)
    _syndicate(directory, "init", "--url", f"https://{HOST}", "--handle", "notes", "--title", "Field Notes")


def _syndicate(directory: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "syndicate", "--config", str(directory / "syndicate.toml"), *arguments]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


# texts


def _sentence(chance: random.Random) -> str:
    return " ".join(chance.choices(WORDS, k=chance.randint(8, 18))).capitalize() + "."


def _paragraph(chance: random.Random) -> str:
    return " ".join(_sentence(chance) for _ in range(5))


def _markdown(chance: random.Random, number: int) -> str:
    published = NEWEST - timedelta(days=9 * number)
    header = f"---\ntitle: Notes on {chance.choice(WORDS)} {number}\ndate: {published:%Y-%m-%d %H:%M}\n"
    header += f"category: {'Workshop' if number % 10 == 0 else 'Garden'}\ntags: [{chance.choice(WORDS)}]\n---\n\n"
    parts = [_paragraph(chance) for _ in range(9)]
    parts.insert(2, f"## {_sentence(chance)}")
    parts.insert(5, "\n".join(f"- {_sentence(chance)}" for _ in range(4)))
    parts.insert(8, f"> {_sentence(chance)}\n\nSee [the harbour](https://harbour.example/{number}/), *again*.")
    return header + "\n\n".join(parts) + "\n"


# the large one


async def _fill(directory: Path) -> None:
    store = await Store.open(str(directory / "data" / "syndicate.db"), utc_now)
    try:
        chance = random.Random(LARGE)
        for first in range(0, LARGE, AT_ONCE):
            await store.transaction(partial(_put_posts, chance, range(first, first + AT_ONCE)))
        await store.transaction(_put_followers)
    finally:
        await store.close()


async def _put_posts(chance: random.Random, numbers: range, tx: Tables) -> None:
    for number in numbers:
        published = NEWEST - timedelta(minutes=37 * number)
        html = "".join(f"<p>{_sentence(chance)} {_sentence(chance)}</p>\n" for _ in range(6))
        id = new_id(published)
        topic, tag = f"topic-{number % 12}", f"tag-{number % 300}"
        post = Post(
            id=id,
            uri=f"https://{HOST}/posts/{id}",
            guid=f"https://{HOST}/posts/{id}",
            slug=f"note-{number}",
            path=f"/{published:%Y/%m/%d}/note-{number}/",
            title=f"Note {number}",
            html=html,
            excerpt=_sentence(chance),
            author="Mara Lind",
            published=published,
            updated=published,
            terms=(
                Term(kind=TermKind.CATEGORY, slug=topic, name=topic.capitalize()),
                Term(kind=TermKind.TAG, slug=tag, name=tag),
            ),
        )
        made = PostSource(
            source=html,
            source_format=SourceFormat.HTML,
            origin="markdown",
            digest=id,
            renderer=RENDERER,
            month=f"{published:%Y-%m}",
            released=published,
        )
        await tx.post_writes.save(post, made)
        await tx.post_archive.assign_number(post.id)


async def _put_followers(tx: Tables) -> None:
    [blog] = await tx.local_actors.list_all()
    for number in range(FOLLOWERS):
        host = f"server-{number % 200}.example"
        uri = f"https://{host}/users/reader-{number}"
        reader = RemoteActor(
            uri=uri,
            type="Person",
            handle=f"@reader-{number}@{host}",
            name=f"Reader {number}",
            url=uri,
            inbox=f"{uri}/inbox",
            shared_inbox=f"https://{host}/inbox",
            fetched=NEWEST,
        )
        await tx.remote_actors.save(reader, host=host)
        await tx.followers.save(
            Follower(local_actor=blog.id, actor=uri, follow=f"{uri}#follow", inbox=reader.shared_inbox, since=NEWEST)
        )
