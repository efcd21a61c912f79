"""The local actors: the blog, the server actor that signs fetches, and those that the author configured.

The database has the actors and their public keys, the keyring the private keys. If the key of a known actor is missing
or does not match, the start fails: with another key, servers that know the blog would refuse it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, assert_never

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.activitypub.render import Profile
from syndicate.clock import Clock, from_text
from syndicate.config import Config, SiteConfig
from syndicate.content import markdown
from syndicate.federation.actors.founding import require_own_database
from syndicate.federation.actors.keyring import Keyring
from syndicate.model.actor import LocalActor, ProofKey, Role
from syndicate.model.ids import new_id
from syndicate.model.post import Picture, Post, Term, TermKind
from syndicate.signatures import add_proof, multikey, public_pem
from syndicate.storage import Store, Tables
from syndicate.storage.actors import ASKED, KeySet, StoredActor
from syndicate.storage.earlier_keys import EarlierKey
from syndicate.storage.look import LookPicture, SiteLook, look_of
from syndicate.storage.site_settings import SiteSettings
from syndicate.transport.signed import SigningKey
from syndicate.urls import Urls

BLOG = "blog"
DELETED = "account.deleted"
"""Key of a stored value: when the accounts were deleted. Nothing is sent from then on."""
TERMS = {Role.CATEGORY: TermKind.CATEGORY, Role.TAG: TermKind.TAG}
MAX_HANDLE_LENGTH = 30
MAX_ICON_WIDTH, MAX_HEADER_WIDTH = 480, 1600
"""Pixels of the pictures that other servers fetch."""
FORWARDABLE_TYPES = frozenset({"Announce", "Create", "Delete", "Undo", "Update"})


@dataclass(frozen=True, slots=True)
class SigningActor:
    """A local actor and its private keys. `next_key_id` is set during a key rotation, and `rotation` is the id of the
    Update that announces the latest one, which is signed with the key before it. `earlier` are former keys, the latest
    first; they sign only the Update of the actor."""

    profile: Profile
    key: RSAPrivateKey
    proof_key: Ed25519PrivateKey | None = None
    earlier: tuple[SigningKey, ...] = ()
    next_key_id: str = ""
    rotation: str = ""

    @property
    def actor(self) -> LocalActor:
        return self.profile.actor

    @property
    def signing_key(self) -> SigningKey:
        return SigningKey(self.actor.key_id, self.key)

    @property
    def newest_key_id(self) -> str:
        """Return the id of the next key during a rotation, else of the key."""
        return self.next_key_id or self.actor.key_id

    def signing_key_of(self, activity: str) -> SigningKey:
        """Return the key that signs an activity: the Update of a rotation is signed with the key before it."""
        is_old_news = activity == self.rotation and not self.next_key_id
        return self.earlier[0] if is_old_news and self.earlier else self.signing_key

    def proven(self, document: dict[str, Any], created: datetime) -> dict[str, Any]:
        """Return an activity with this actor's integrity proof, if it is of a type that others forward (FEP-8b32)."""
        if self.proof_key is None or document.get("type") not in FORWARDABLE_TYPES:
            return document
        return add_proof(document, key=self.proof_key, key_id=self.actor.proof_keys[0].id, created=created)


@dataclass(frozen=True, slots=True)
class _Known:
    site: SiteConfig
    look: SiteLook
    stored: StoredActor
    term: Term | None
    identity: SigningActor


class LocalActors:
    """The actors of this blog: those that are configured, of all in the database."""

    def __init__(self, settings: SiteSettings, store: Store, keyring: Keyring) -> None:
        self._settings, self._store, self.keyring = settings, store, keyring
        self._known: dict[str, _Known] = {}
        self.deleted_at: datetime | None = None
        """When the accounts were deleted for good, else None."""
        settings.on_change(self.renew)

    @classmethod
    async def open(cls, settings: SiteSettings, store: Store, clock: Clock, *, keep_keys: bool = True) -> "LocalActors":
        """Load the actors and create missing ones with their keys; with `keep_keys` a new blog uses existing key files.
        Raises ConfigurationError, KeyUnusable."""
        config = settings.config
        local_actors = cls(settings, store, Keyring(config.storage.keys))
        await require_own_database(config, store, local_actors.keyring, keep_keys=keep_keys)
        await local_actors._make_missing(clock)
        await local_actors._keep_previous_keys(clock)
        await local_actors.renew()
        return local_actors

    # access

    def __iter__(self) -> Iterator[SigningActor]:
        return (known.identity for known in self._known.values())

    @property
    def blog(self) -> SigningActor:
        return self._known[BLOG].identity

    @property
    def fetching(self) -> SigningActor:
        """Return the actor that signs fetches: the blog; with authorized fetch the server actor, which can be fetched
        without a signature, since two such servers would otherwise wait for each other."""
        return next((identity for identity in self if identity.actor.role is Role.SERVER), self.blog)

    @property
    def blogroll(self) -> SigningActor | None:
        return next((identity for identity in self if identity.actor.role is Role.BLOGROLL), None)

    def of_id(self, id: str) -> SigningActor | None:
        known = self._known.get(id)
        return known.identity if known else None

    def of_uri(self, uri: str) -> SigningActor | None:
        return next((identity for identity in self if identity.actor.uri == uri), None)

    def followable(self, uri: str) -> LocalActor | None:
        """Return the actor with this id, if it can be followed."""
        identity = self.of_uri(uri)
        return identity.actor if identity and identity.actor.role is not Role.SERVER else None

    async def announcing(self, tx: Tables, post: Post) -> list[LocalActor]:
        """Return the actors that boost a post: of its tags, its categories and their ancestors."""
        slugs = {(term.kind, term.slug) for term in post.terms}
        for term in post.terms:
            parent = term.parent
            while parent and (term.kind, parent) not in slugs:
                slugs.add((term.kind, parent))
                above = await tx.terms.find(term.kind, parent)
                parent = above.parent if above else None
        return [
            known.identity.actor
            for known in self._known.values()
            if known.stored.role in TERMS and (TERMS[known.stored.role], known.stored.subject) in slugs
        ]

    def subject_of(self, id: str) -> tuple[TermKind, str] | None:
        """Return the category or tag whose posts an actor boosts."""
        stored = self._known[id].stored
        return (TERMS[stored.role], stored.subject) if stored.role in TERMS else None

    # changes at runtime

    async def renew(self) -> None:
        """Reload what another process has changed: keys, rotations, names. Raises KeyUnusable."""
        deleted = await self._store.key_values.find(DELETED)
        self.deleted_at = from_text(deleted) if deleted else None
        chosen = set(self._chosen())
        known = {}
        for stored in await self._store.local_actors.list_all():
            if (stored.role, stored.subject) not in chosen:
                continue
            if stored.role is Role.BLOG:
                stored = replace(stored, published=await self._since(stored.published))
            kind = TERMS.get(stored.role)
            term = await self._store.terms.find(kind, stored.subject) if kind else None
            before = self._known.get(stored.id)
            now = (self._settings.site, look_of(self._settings), stored, term)
            if before is None or (before.site, before.look, before.stored, before.term) != now:
                earlier = await self._store.earlier_keys.list_by_actor(stored.id)
                before = _Known(*now, self._identity(stored, term, earlier))
            known[stored.id] = before
        self._known = known

    async def _since(self, made: datetime) -> datetime:
        """Return the age of the blog: its first post may be older than its account. Bridgy Fed accepts no account
        younger than a week."""
        first = await self._store.post_lists.list_oldest(skip=0, limit=1)
        return min([made, *(post.published for post in first)])

    def changing(self) -> list[StoredActor]:
        """Return the actors with a requested or unfinished key rotation."""
        return [
            known.stored
            for known in self._known.values()
            if known.stored.rotation == ASKED or known.stored.next_key_pem or known.stored.old_proof_key
        ]

    def with_keys(self, id: str, keys: KeySet) -> Profile:
        """Return the profile of an actor with these keys."""
        known = self._known[id]
        return profile_of(self._settings.config, known.look, known.stored.with_next_keys(keys), known.term)

    def _identity(self, stored: StoredActor, term: Term | None, earlier: list[EarlierKey]) -> SigningActor:
        key = self.keyring.key(stored.id, stored.public_key_pem)
        proof_key = self.keyring.proof_key(stored.id, stored.proof_key)
        next_keys = stored.next_keys
        return SigningActor(
            profile=profile_of(self._settings.config, look_of(self._settings), stored, term),
            key=key,
            proof_key=proof_key if self._settings.config.federation.integrity_proofs else None,
            earlier=tuple(self._earlier(earlier)),
            next_key_id=next_keys.key_id if next_keys else "",
            rotation=stored.rotation,
        )

    def _earlier(self, keys: list[EarlierKey]) -> Iterator[SigningKey]:
        for known in keys:
            key = self.keyring.earlier(known.local_actor, known.public_key_pem)
            if key is not None:
                yield SigningKey(known.key_id, key)

    def _chosen(self) -> list[tuple[Role, str]]:
        federation = self._settings.config.federation
        return [
            (Role.BLOG, ""),
            *([(Role.SERVER, "")] if federation.authorized_fetch else []),
            *((Role.CATEGORY, slug) for slug in federation.category_actors),
            *((Role.TAG, slug) for slug in federation.tag_actors),
            *([(Role.BLOGROLL, "")] if federation.blogroll_actor else []),
        ]

    # creation

    async def _make_missing(self, clock: Clock) -> None:
        stored = await self._store.local_actors.list_all()
        known = {(actor.role, actor.subject) for actor in stored}
        handles = {actor.handle for actor in stored} | {self._settings.config.site.handle}
        urls = Urls(self._settings.config.site.url)
        for role, subject in self._chosen():
            if (role, subject) in known:
                continue
            id = BLOG if role is Role.BLOG else new_id(clock())
            handle = self._handle(role, subject, handles)
            handles.add(handle)
            uri = urls.blog_actor if role is Role.BLOG else urls.actor(id)
            made = StoredActor(
                id=id,
                uri=uri,
                handle=handle,
                role=role,
                subject=subject,
                key_id=f"{uri}#main-key",
                public_key_pem=public_pem(self.keyring.make(id)),
                proof_key_id=f"{uri}#ed25519-key",
                proof_key=multikey(self.keyring.make_proof_key(id)),
                published=clock().replace(microsecond=0),
            )
            await self._save(made)

    async def _save(self, made: StoredActor) -> None:
        await self._store.transaction(lambda tx: tx.local_actors.save(made))

    async def _save_earlier(self, key: EarlierKey, clock: Clock) -> None:
        await self._store.transaction(lambda tx: tx.earlier_keys.add(key, clock()))

    async def _keep_previous_keys(self, clock: Clock) -> None:
        """Save the previous key of an earlier version, which kept only the file and reused the key id."""
        for actor in await self._store.local_actors.list_all():
            public = self.keyring.keep_previous(actor.id)
            if public:
                key = EarlierKey(local_actor=actor.id, key_id=f"{actor.uri}#main-key", public_key_pem=public)
                await self._save_earlier(key, clock)

    def _handle(self, role: Role, subject: str, taken: set[str]) -> str:
        """Return a permanent handle: made of the slug, with a number if it is taken."""
        match role:
            case Role.BLOG:
                return self._settings.config.site.handle
            case Role.SERVER:
                return self._settings.config.site.host
            case Role.BLOGROLL:
                wanted = "blogroll"
            case _:
                ascii_only = subject.replace("-", "_").encode("ascii", "ignore").decode()
                wanted = "".join(letter for letter in ascii_only.lower() if letter.isalnum() or letter == "_")
                wanted = wanted[:MAX_HANDLE_LENGTH].strip("_") or role.value
        handle, number = wanted, 1
        while handle in taken:
            number += 1
            handle = f"{wanted[: MAX_HANDLE_LENGTH - 3]}_{number}"
        return handle


def profile_of(config: Config, look: SiteLook, known: StoredActor, term: Term | None = None) -> Profile:
    """Return the profile of a local actor; `term` is the category or tag whose posts it boosts."""
    site = config.site
    urls = Urls(site.url)
    name, summary, url = _words(config, known, term, urls)
    actor = LocalActor(
        id=known.id,
        uri=known.uri,
        handle=known.handle,
        name=name,
        summary=summary,
        url=url,
        published=known.published,
        key_id=known.key_id,
        public_key_pem=known.public_key_pem,
        role=known.role,
        proof_keys=tuple(_proof_keys(known)) if config.federation.integrity_proofs else (),
    )
    is_blog = known.role is Role.BLOG
    elsewhere = (("Also at", address) for address in site.rel_me) if is_blog else ()
    return Profile(
        actor=actor,
        shared_inbox=urls.shared_inbox,
        account=f"{known.handle}@{site.host}",
        domain=site.host.partition(":")[0],
        language=site.language,
        about=markdown.render(look.about, base=urls.home) if is_blog else "",
        icon=_picture(look.picture, urls, MAX_ICON_WIDTH) or favicon(urls, name),
        image=_picture(look.header, urls, MAX_HEADER_WIDTH) if is_blog else None,
        fields=(("Website", urls.home), *elsewhere, *(look.fields if is_blog else ())),
        also_known_as=config.federation.also_known_as if is_blog else (),
        moved_to=known.moved_to,
    )


def favicon(urls: Urls, name: str) -> Picture:
    return Picture(url=urls.absolute("/favicon.png"), media_type="image/png", alt=name)


def _picture(picture: LookPicture | None, urls: Urls, limit: int) -> Picture | None:
    if picture is None:
        return None
    name, media_type = picture.within(limit)
    return Picture(url=urls.absolute(Urls.media(name)), media_type=media_type, alt=picture.alt)


def _proof_keys(known: StoredActor) -> Iterator[ProofKey]:
    yield ProofKey(id=known.proof_key_id, multikey=known.proof_key)
    if known.old_proof_key:
        yield ProofKey(id=known.old_proof_key_id, multikey=known.old_proof_key)


def _words(config: Config, known: StoredActor, term: Term | None, urls: Urls) -> tuple[str, str, str]:
    """Return name, summary and page."""
    site = config.site
    match known.role:
        case Role.BLOG:
            return site.name, site.tagline, urls.home
        case Role.SERVER:
            return site.host, f"Fetches for {site.name}.", urls.home
        case Role.BLOGROLL:
            return f"{site.name}: blogroll", f"News of the blogs that {site.name} reads.", urls.absolute("/blogroll/")
        case Role.CATEGORY | Role.TAG:
            title = term.name if term else known.subject
            page = urls.category(known.subject) if known.role is Role.CATEGORY else urls.tag(known.subject)
            about = term.description if term and term.description else f"What {site.name} writes about {title}."
            return f"{site.name}: {title}", about, urls.absolute(page)
        case _:
            assert_never(known.role)
