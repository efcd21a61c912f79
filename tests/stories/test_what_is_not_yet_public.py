"""A post that its author does not want to publish yet stays at home, in whatever words that was said."""

import os
from pathlib import Path

import pytest

from syndicate.errors import InputError
from syndicate.importers.posts_folder import PostsFolder
from syndicate.model.post import PostState
from tests.instances import RunningInstance
from tests.peer import Peer

DOCUMENTS = Path(__file__).parents[1] / "documents" / "markdown"
HELD = ["draft-capital", "draft-misspelt", "jekyll-published-false", "status-draft", "publish-false"]
OTHER_FORMS = ["toml-draft", "json-draft", "bare-draft"]


def posts_folder(instance: RunningInstance) -> PostsFolder:
    return instance.server.services.posts_folder


def put(instance: RunningInstance, name: str, text: str) -> Path:
    """A file in the posts folder, as its author saved it a minute ago."""
    path = instance.config.storage.posts / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    then = instance.clock().timestamp() - 60
    os.utime(path, (then, then))
    return path


@pytest.mark.parametrize("name", [*HELD, *OTHER_FORMS, "_drafts/half-done"])
async def test_a_new_post_is_held_back_and_nobody_sees_it(instance: RunningInstance, ann: Peer, name: str) -> None:
    await ann.follow()
    await instance.settle()
    put(instance, f"{name}.md", (DOCUMENTS / f"{name}.md").read_text())
    await posts_folder(instance).scan()
    await instance.settle()
    [file] = await instance.store.source_files.list_of_posts()
    seen = await instance.store.source_files.find(file)
    assert seen is not None
    post = await instance.store.posts.find(seen[0])
    assert post is not None
    assert post.state is PostState.DRAFT
    assert (await instance.get(post.path)).status == 404
    assert post.title not in (await instance.get("/feed/")).text
    assert ann.of_type("Create") == []


async def test_a_header_that_cannot_be_read_leaves_the_file_out(instance: RunningInstance) -> None:
    file = put(instance, "tea.md", "+++\ntitle = Tea\ndraft = true\n+++\nHot.")
    await posts_folder(instance).scan()
    assert await instance.store.source_files.list_all() == {}
    with pytest.raises(InputError, match=r"tea\.md:2: the header is not TOML"):
        await posts_folder(instance).take(file)


@pytest.mark.parametrize("line", ["darft: true", "published: false", "visibility: friends", "status: draft", "draft:"])
async def test_what_is_public_stays_as_it_is_when_a_change_is_not_understood(
    instance: RunningInstance, ann: Peer, line: str
) -> None:
    await ann.follow()
    put(instance, "tea.md", "---\ntitle: Tea\n---\nHot.")
    await posts_folder(instance).scan()
    file = put(instance, "tea.md", f"---\ntitle: Tea\n{line}\n---\nCold.")
    instance.clock.advance(minutes=2)
    await posts_folder(instance).scan()
    await instance.settle()
    post = await instance.store.posts.find_by_slug("tea")
    assert post is not None
    assert "Hot." in (await instance.get(post.path)).text
    assert (ann.of_type("Update"), ann.of_type("Delete")) == ([], [])
    with pytest.raises(InputError, match=r"tea\.md:3: field .* is public and stays as it is"):
        await posts_folder(instance).take(file)


@pytest.mark.parametrize("line", ["draft: true", "Draft: TRUE", "state: private", "draft: yes\ndarft: true"])
async def test_words_that_are_understood_take_a_post_back(instance: RunningInstance, ann: Peer, line: str) -> None:
    await ann.follow()
    put(instance, "tea.md", "---\ntitle: Tea\n---\nHot.")
    await posts_folder(instance).scan()
    put(instance, "tea.md", f"---\ntitle: Tea\n{line}\n---\nHot.")
    instance.clock.advance(minutes=2)
    await posts_folder(instance).scan()
    await instance.settle()
    post = await instance.store.posts.find_by_slug("tea")
    assert post is not None
    assert (await instance.get(post.path)).status == 404
    assert len(ann.of_type("Delete")) == 1
