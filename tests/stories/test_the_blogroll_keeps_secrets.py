"""Entries that the author hides, and her notes, are shown to nobody: not in one form, nor in another."""

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.blogs import PNG, Blog, edit, follow, titles, wait
from tests.clocks import FakeClock
from tests.instances import ACTIVITY, RunningInstance, running_instance
from tests.peer import Peer
from tests.stories.test_the_blogroll_has_accounts import read, say
from tests.wire import Wire

CANARY = "xylophone"
FORMATS = ("feed/", "feed/atom/", "feed/json/")
PUBLIC = [
    *("/", "/blogroll/", "/blogroll/river/", "/subscribe/", "/sitemap.xml"),
    *("/blogroll.opml", "/.well-known/recommendations.opml", "/wp-links-opml.php"),
    *(f"{base}{format}" for base in ("/", "/blogroll/", "/blogroll/river/") for format in FORMATS),
]


async def outputs(instance: RunningInstance) -> str:
    """All that the public can read about the blogroll, as one text."""
    answers = []
    for path in PUBLIC:
        answer = await instance.get(path)
        if answer.status == 301:
            answer = await instance.get(answer.headers["Location"])
        assert answer.status == 200, path
        answers.append(answer.text)
    addresses = ["/actor", "/actor/following", "/actor/following?page=true", "/actor/outbox?page=true"]
    if identity := instance.server.services.local_actors.blogroll:
        addresses += [identity.actor.outbox, f"{identity.actor.outbox}?page=true", identity.actor.following]
    for address in addresses:
        answer = await instance.get(address, accept=ACTIVITY)
        assert answer.status == 200, address
        answers.append(answer.text)
    return "\n".join(answers)


@pytest.fixture
def secret(wire: Wire, clock: FakeClock) -> Blog:
    blog = Blog(wire, clock, host=f"{CANARY}.example", title=f"The {CANARY}", tagline=f"Of a {CANARY}")
    blog.head = '<link rel="apple-touch-icon" href="/touch.png">'
    blog.pages["touch.png"] = ("image/png", PNG)
    blog.write(f"{CANARY} one", at=clock() - timedelta(hours=5))
    return blog


@pytest.mark.parametrize("chosen", [True, False], ids=["with an account", "without"])
async def test_a_hidden_blog_is_nowhere(
    tmp_path: Path,
    database_address: str,
    wire: Wire,
    clock: FakeClock,
    rsa_keys: list[RSAPrivateKey],
    secret: Blog,
    chosen: bool,
) -> None:
    async with running_instance(
        tmp_path / "blog", database_address, wire, clock, rsa_keys[0], federation={"blogroll_actor": chosen}
    ) as instance:
        await follow(instance, secret.home, hidden=True, category=CANARY)
        await edit(instance, secret.home, notes=CANARY)
        secret.write(f"{CANARY} two")
        await wait(instance, days=1)
        assert CANARY not in await outputs(instance)
        await edit(instance, secret.home, hidden=False)
        shown = await outputs(instance)
        assert shown.count(CANARY) > 20
        await edit(instance, secret.home, hidden=True)
        secret.write(f"{CANARY} three")
        await wait(instance, days=1)
        assert CANARY not in await outputs(instance)


async def test_a_hidden_account_is_nowhere(
    instance: RunningInstance, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> None:
    carl = Peer(wire, clock, rsa_keys[4], host=f"{CANARY}.example", name="carl")
    await read(instance, carl)
    await edit(instance, carl.actor, hidden=True)
    await say(instance, carl, f"<p>{CANARY}</p>")
    assert CANARY not in await outputs(instance)
    assert (await instance.document("/actor/following"))["totalItems"] == 0
    await edit(instance, carl.actor, hidden=False)
    assert (await instance.document("/actor/following"))["totalItems"] == 1
    assert carl.actor in await outputs(instance)


async def test_notes_to_oneself_are_shown_to_nobody(instance: RunningInstance, wire: Wire, clock: FakeClock) -> None:
    blog = Blog(wire, clock)
    blog.write("Hello")
    await follow(instance, blog.home)
    await edit(instance, blog.home, notes=f"owes me a {CANARY}")
    assert CANARY not in await outputs(instance)


async def test_how_a_blog_fares_is_for_the_author_alone(
    instance: RunningInstance, wire: Wire, clock: FakeClock
) -> None:
    blog = Blog(wire, clock)
    blog.write("Hello")
    await follow(instance, blog.home)
    blog.body = f"<{CANARY}/>".encode()
    await wait(instance, days=1)
    entry = await instance.store.blogroll.find(blog.home)
    assert entry is not None
    assert entry.reason
    said = await outputs(instance)
    assert entry.reason not in said
    assert "failing" not in said
    assert await titles(instance) == ["Hello"]
