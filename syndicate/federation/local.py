"""The blog as an actor: its profile, and its key on disk.

The database knows the actor and its public key; the private key lies in `keys/<id>.pem`. A known actor whose file
is missing or does not fit stops the start: with another key, servers that know the blog would refuse it.
"""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.activitypub.render import Profile
from syndicate.clock import Clock
from syndicate.config import Config
from syndicate.errors import KeyUnusable
from syndicate.model.actor import LocalActor
from syndicate.signatures import generate_private_key, load_private_key, private_pem, public_pem
from syndicate.storage import Store
from syndicate.storage.actors import StoredActor
from syndicate.urls import Urls

BLOG = "blog"


@dataclass(frozen=True, slots=True)
class Identity:
    """An actor of ours and the key that it signs with."""

    profile: Profile
    key: RSAPrivateKey

    @property
    def actor(self) -> LocalActor:
        return self.profile.actor


async def open_identity(config: Config, store: Store, clock: Clock) -> Identity:
    """The blog's actor; made, with its key, when the database knows none. Raises KeyUnusable."""
    known = next((actor for actor in await store.local_actors.all() if actor.id == BLOG), None)
    file = config.storage.keys / f"{BLOG}.pem"
    if known is None:
        key = _read(file) if file.exists() else _make(file)
        made = StoredActor(
            id=BLOG,
            uri=Urls(config.site.url).blog_actor,
            handle=config.site.handle,
            public_key_pem=public_pem(key),
            published=clock().replace(microsecond=0),
        )
        await store.transaction(lambda tx: tx.local_actors.put(made))
        known = next(actor for actor in await store.local_actors.all() if actor.id == BLOG)
    else:
        key = _read(file)
    if known.public_key_pem != public_pem(key):
        raise KeyUnusable(f"{file}: is not the key that the database knows; please put the right file back")
    return Identity(profile=profile_of(config, known), key=key)


def profile_of(config: Config, known: StoredActor) -> Profile:
    """What others are told about the blog."""
    site = config.site
    urls = Urls(site.url)
    actor = LocalActor(
        id=known.id,
        uri=known.uri,
        handle=known.handle,
        name=site.name,
        summary=site.tagline,
        url=urls.home,
        published=known.published,
        public_key_pem=known.public_key_pem,
    )
    return Profile(
        actor=actor,
        shared_inbox=urls.shared_inbox,
        account=site.account,
        domain=site.host.partition(":")[0],
        language=site.language,
        icon=urls.absolute("/favicon.png"),
        icon_type="image/png",
        fields=(("Website", urls.home), *(("Also at", address) for address in site.rel_me)),
    )


def _read(file: Path) -> RSAPrivateKey:
    try:
        return load_private_key(file.read_text(encoding="ascii"), trusted=True)
    except FileNotFoundError as error:
        raise KeyUnusable(f"{file}: is missing; the blog's key has to be restored from a backup") from error
    except (OSError, ValueError) as error:
        raise KeyUnusable(f"{file}: cannot be read: {error}") from error
    except KeyUnusable as error:
        raise KeyUnusable(f"{file}: {error}") from error


def _make(file: Path) -> RSAPrivateKey:
    """A new key, readable by us alone, on disk before it is used."""
    key = generate_private_key()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with contextlib.closing(os.fdopen(descriptor, "w", encoding="ascii")) as stream:
            stream.write(private_pem(key))
            stream.flush()
            os.fsync(stream.fileno())
    except FileExistsError:  # another process made it in this moment
        return _read(file)
    except OSError as error:
        raise KeyUnusable(f"{file}: cannot be written: {error}") from error
    return key
