"""Publish drafts from files and other programs: each replaces the post that it means, or becomes a new one.

A draft means the post that its file made, the post imported from the same place of the same source, the post with its
guid, or the post with its slug, in this order.
"""

import contextlib
import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from syndicate.errors import FilesMissing, InputError, PostNotFound, SlugTaken, StorageError
from syndicate.model.post import Post, PostDraft
from syndicate.publishing.addresses import SlugRule
from syndicate.publishing.composer import PostComposer, PublishOptions, is_same
from syndicate.publishing.drafts import digest_of
from syndicate.publishing.post_writer import PostChange, StoredPost
from syndicate.publishing.publisher import AUTHOR_ORIGIN, MAX_TRIES, Change, Published, Publisher
from syndicate.storage import Store, Tables
from syndicate.storage.post_rows import PostSource
from syndicate.translation import _
from syndicate.urls import Urls

FILE_ORIGINS = frozenset({"folder", "publish"})
"""Origins of posts from Markdown files; either may replace posts of the other."""
_CHOOSE_ANOTHER_SLUG = "please give the file another slug"
_HOW_TO_UNPUBLISH = "'draft: true' takes it back"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileVersion:
    """A file as it was read, to remember which post it made. `is_identity`: the file stands for its post whatever its
    slug.
    """

    name: str
    digest: str
    is_identity: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """The existing post that a draft means, and what was stored about its file: the post's id and the digest."""

    seen: tuple[str, str] | None
    post: Post | None
    replaced: str


class _Overtaken(Exception):
    """Another process published the file in the meantime."""


class PostImporter:
    def __init__(self, store: Store, publisher: Publisher, composer: PostComposer, urls: Urls) -> None:
        self._store, self._publisher, self._composer, self._urls = store, publisher, composer, urls

    async def publish(
        self,
        draft: PostDraft,
        *,
        origin: str,
        announce: bool | None = None,
        replace: bool = False,
        minor: bool = False,
        file: FileVersion | None = None,
        complete: bool = False,
    ) -> Published:
        """Create the post, or replace the one that the draft means.

        A file replaces a post of another origin only with `replace`. The other parameters are those of
        `Publisher.create`.

        Raises InputError, FilesMissing.
        """
        for _try in range(MAX_TRIES):
            target = await self._target(draft, origin, replace, file)
            save = partial(self._publisher.update, target.post.id) if target.post else self._publisher.create
            try:
                published = await save(
                    draft,
                    origin=origin,
                    announce=announce,
                    minor=minor,
                    complete=complete,
                    slug_rule=_rule_of(target, draft, file),
                    also=partial(_remember, file, target.seen) if file else None,
                )
                if file and published.change is Change.UNCHANGED:
                    await self._remember_unchanged(file, target.seen, published.post)
            except (_Overtaken, PostNotFound):
                continue
            except SlugTaken as error:
                if target.post is None:  # nobody had it a moment ago
                    continue
                raise _taken(draft) from error
            return dataclasses.replace(published, replaced=target.replaced)
        raise StorageError(f"{draft.slug}: the post keeps being changed by another process; please try again")

    async def preview(
        self, draft: PostDraft, *, origin: str, file: FileVersion, replace: bool, minor: bool, composer: PostComposer
    ) -> PostChange | None:
        """Return the change that `publish` would make, or None if it would change nothing. Raises InputError,
        FilesMissing where `publish` would.
        """
        target = await self._target(draft, origin, replace, file)
        made = await self._store.posts.find_source(target.post.id) if target.post else None
        before = StoredPost(post=target.post, made=made) if target.post and made else None
        options = PublishOptions(origin=origin, minor=minor, complete=True, slug_rule=_rule_of(target, draft, file))
        change = await composer.compose(draft, before, options)
        return None if before and is_same(draft, before) and not change.rendered.has_new_files else change

    async def check(self, draft: PostDraft, *, origin: str, file: FileVersion) -> None:
        """Check a draft against the stored posts without changing anything. Raises InputError where `publish` would."""
        target = await self._target(draft, origin, False, file)
        other = await self._store.posts.find_by_slug(draft.slug)
        is_taken = other is not None and target.post is not None and other.id != target.post.id
        if is_taken and file.is_identity and _rule(draft) is SlugRule.EXACT:
            raise _taken(draft)

    async def find(self, draft: PostDraft) -> Post | None:
        """Find the post imported from the same place of the same source, or, for posts older than that record, by its
        guid.
        """
        posts = self._store.posts
        if draft.source_id is not None and (post := await posts.find_by_source(draft.source_id)):
            return post
        post = (
            await posts.find_by_guid(draft.guid)
            if draft.guid
            else await posts.find_by_slug(self._composer.slug_of(draft))
        )
        is_another = post is not None and draft.source_id is not None and await posts.has_source(post.id)
        return None if is_another else post

    async def _target(self, draft: PostDraft, origin: str, replace_other: bool, file: FileVersion | None) -> _Target:
        """Return the post that a draft means. Raises InputError if it must not be changed."""
        seen = await self._store.source_files.find(file.name) if file else None
        post = await self._store.posts.find(seen[0]) if seen and file and file.is_identity else None
        post = post or await self.find(draft)
        made = await self._store.posts.find_source(post.id) if post else None
        replaced = ""
        if post is not None and made is not None and made.digest != digest_of(draft) and _is_foreign(made, origin):
            replaced = self._described(post, made)
            if not replace_other:
                is_adopted = made.origin == AUTHOR_ORIGIN and seen is not None and seen[0] == post.id
                raise InputError(_refusal_of_adopted(replaced) if is_adopted else _refusal(draft, replaced))
        if post is not None and post.is_public and draft.draft_reasons:
            raise InputError(
                _(
                    "{reason}; the post is public and stays as it is ({how_to_unpublish})",
                    reason=draft.draft_reasons[0],
                    how_to_unpublish=_HOW_TO_UNPUBLISH,
                )
            )
        return _Target(seen=seen, post=post, replaced=replaced)

    async def _remember_unchanged(self, file: FileVersion, seen: tuple[str, str] | None, post: Post) -> None:
        if seen != (post.id, file.digest):
            await self._store.transaction(lambda tx: _remember(file, seen, tx, post))

    def _described(self, post: Post, made: PostSource) -> str:
        title = f" '{post.title}'" if post.title else ""
        way = "was written or changed here" if made.origin == AUTHOR_ORIGIN else f"came by {made.origin}"
        return f"the {post.kind.value}{title} at {self._urls.absolute(post.path)}, which {way}"


def _is_foreign(made: PostSource, origin: str) -> bool:
    """Whether a file of this origin would replace a post that did not come from a file."""
    return origin in FILE_ORIGINS and made.origin not in FILE_ORIGINS


def _refusal(draft: PostDraft, replaced: str) -> str:
    return f"the slug {draft.slug!r} is that of {replaced}; {_CHOOSE_ANOTHER_SLUG}, or `syndicate publish --replace` it"


def _refusal_of_adopted(replaced: str) -> str:
    return f"it made {replaced} since; `syndicate publish --replace` puts the file's text in its place"


def _taken(draft: PostDraft) -> SlugTaken:
    return SlugTaken(
        _(
            "the slug {slug!r} is that of another post; {choose_another_slug}",
            slug=draft.slug,
            choose_another_slug=_CHOOSE_ANOTHER_SLUG,
        )
    )


def _rule_of(target: _Target, draft: PostDraft, file: FileVersion | None) -> SlugRule:
    return SlugRule.KEPT if target.post is not None and not (file and file.is_identity) else _rule(draft)


def _rule(draft: PostDraft) -> SlugRule:
    """Return what happens to a slug that is taken: with an identity of its own from another program, a post gets
    another slug.
    """
    has_identity = draft.guid is not None or draft.source_id is not None
    return SlugRule.NUMBERED if has_identity else SlugRule.EXACT


async def _remember(file: FileVersion, seen: tuple[str, str] | None, tx: Tables, post: Post) -> None:
    """Remember which post a file made. Raises _Overtaken if this differs from `seen`: two workers that read the same
    file make one post.
    """
    if await tx.source_files.find(file.name) != seen:
        raise _Overtaken
    await tx.source_files.save(file.name, post.id, file.digest)


@contextlib.contextmanager
def named(path: Path) -> Iterator[None]:
    """Add the name of the file to an error."""
    try:
        yield
    except FilesMissing as error:
        raise FilesMissing(_("{path}: not published: {error}", path=path, error=error)) from error
    except InputError as error:
        raise error if str(path) in str(error) else InputError(f"{path}: {error}") from error
