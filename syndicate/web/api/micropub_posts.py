"""Creates, changes, withdraws and restores posts as Micropub requests ask for; every change goes through the publisher."""

from dataclasses import replace

from aiohttp import web

from syndicate.clock import Clock
from syndicate.model.ids import new_id
from syndicate.model.post import Post, PostDraft, PostState
from syndicate.publishing import Publisher
from syndicate.publishing.drafts import draft_of
from syndicate.publishing.post_writer import StoredPost
from syndicate.storage import Store
from syndicate.storage.site_settings import SiteSettings
from syndicate.urls import Urls
from syndicate.web.api.micropub_entry import BOOKMARK, EMPTY, new_draft, properties_of, with_properties
from syndicate.web.api.micropub_request import MicropubRequest, Properties, invalid


class MicropubPosts:
    """A post is named by its address, or by its id. All methods raise MicropubRefused and InputError.

    A deleted post can be restored, so it is kept: as a draft, which readers and other servers do not get.
    """

    def __init__(self, store: Store, publisher: Publisher, settings: SiteSettings, urls: Urls, clock: Clock) -> None:
        self._store, self._publisher, self._settings = store, publisher, settings
        self._urls, self._clock = urls, clock

    def draft_of_new(self, properties: Properties, *, is_draft: bool) -> PostDraft:
        """Return the draft of a new post, which is not public if `is_draft`."""
        zone = self._settings.site.zone
        draft = new_draft(properties, zone, name_of_note=f"note-{new_id(self._clock())[-12:]}")
        return replace(draft, state=PostState.DRAFT) if is_draft and draft.state is PostState.PUBLISHED else draft

    def check(self, properties: Properties) -> None:
        """Check the properties of a new post."""
        with_properties(EMPTY, properties, self._settings.site.zone)

    async def create(self, draft: PostDraft) -> str:
        """Create a post and return its address."""
        return self.address_of((await self._publisher.create(draft)).post)

    async def update(self, micropub: MicropubRequest) -> str:
        """Change a post and return its address afterwards."""
        stored = await self._get(micropub.url)
        post, made = stored.post, stored.made
        changed = micropub.changed(properties_of(post, made, self._urls))
        if BOOKMARK in changed:
            raise invalid(f"{BOOKMARK} is a link in the content of the post; please change that.")
        draft = with_properties(draft_of(post, made), changed, self._settings.site.zone)
        is_released = draft.state is PostState.PUBLISHED and post.state not in (
            PostState.PUBLISHED,
            PostState.SCHEDULED,
        )
        if is_released:
            draft = replace(draft, state=post.state)
        published = await self._publisher.update(post.id, draft, base_revision=made.revision)
        if is_released:
            published = await self._publisher.release(post.id)
        return self.address_of(published.post)

    async def source(self, url: str) -> Properties:
        """Return the properties of a post."""
        stored = await self._get(url)
        return properties_of(stored.post, stored.made, self._urls)

    async def delete(self, url: str) -> None:
        """Withdraw a post; one that is withdrawn stays so."""
        stored = await self._find(url)
        post, made = stored.post, stored.made
        if await self._store.withdrawn_posts.find_state(post.id, made.revision) is not None:
            return
        revision = made.revision
        if post.state is not PostState.DRAFT:
            draft = replace(draft_of(post, made), state=PostState.DRAFT)
            revision = (await self._publisher.update(post.id, draft, base_revision=made.revision)).revision
        await self._store.transaction(lambda tx: tx.withdrawn_posts.save(post.id, post.state, revision))

    async def undelete(self, url: str) -> str:
        """Give a withdrawn post the state that it had, and return its address."""
        stored = await self._find(url)
        post, made = stored.post, stored.made
        state = await self._store.withdrawn_posts.find_state(post.id, made.revision)
        if state is None:
            raise invalid("The post is not deleted, or was changed at the desk since.")
        if state in (PostState.PUBLISHED, PostState.SCHEDULED):
            post = (await self._publisher.release(post.id)).post
        elif state is not PostState.DRAFT:
            draft = replace(draft_of(post, made), state=state)
            post = (await self._publisher.update(post.id, draft, base_revision=made.revision)).post
        await self._store.transaction(lambda tx: tx.withdrawn_posts.delete(post.id))
        return self.address_of(post)

    def address_of(self, post: Post) -> str:
        """Return the address of a post: that of its page, or where that may still change, one with its id."""
        is_settled = post.state in (PostState.PUBLISHED, PostState.SCHEDULED)
        return self._urls.absolute(post.path) if is_settled else self._urls.post(post.id)

    async def _get(self, url: str) -> StoredPost:
        stored = await self._find(url)
        if await self._store.withdrawn_posts.find_state(stored.post.id, stored.made.revision) is not None:
            raise invalid("The post is deleted; undelete it first.")
        return stored

    async def _find(self, url: str) -> StoredPost:
        post = await self._find_post(url)
        made = await self._store.posts.find_source(post.id) if post else None
        if post is None or made is None:
            raise invalid(f"There is no post of this blog at {url[:200]!r}." if url else "url is missing.")
        return StoredPost(post=post, made=made)

    async def _find_post(self, url: str) -> Post | None:
        path, posts = self._urls.path_of(url), self._store.posts
        if path is None:
            return None
        if path.startswith("/posts/"):
            return await posts.find_by_uri(self._urls.absolute(path)) or await posts.find(path.removeprefix("/posts/"))
        for candidate in self._urls.candidates(path):
            found = await posts.find_by_path(candidate) or await posts.find_by_alias(candidate)
            if found is not None:
                return found
        return None


MICROPUB_POSTS = web.AppKey("micropub posts", MicropubPosts)
