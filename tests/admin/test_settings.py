"""Settings at the desk, keys, and moving: what the author changes holds at once, and what is given is shown locked."""

from typing import Any

from syndicate.federation.outbox.account_move import ASKED
from tests.admin.browser import PASSWORD, Browser
from tests.peer import Peer


async def test_settings_hold_at_once_and_given_ones_are_locked(author: Browser, ann: Peer) -> None:
    blog = author.instance
    await author.get("/admin/")
    await author.get(author.link("Settings"))
    assert author.heading == "Settings"
    typed: dict[str, Any] = {"site.language": "de-AT", "site.timezone": "Asia/Tokyo", "comments.moderation": "off"}
    await author.submit("Save", **typed)
    assert "The settings have been saved" in author.page.text_content()
    assert author.value_of("Time zone") == "Asia/Tokyo"
    post = await blog.publish("Frost", "Cold.")
    await ann.reply(post.uri)
    await blog.settle()
    assert "Well said." in (await blog.get(post.path)).text
    assert 'lang="de-AT"' in (await blog.get("/")).text
    await author.submit("Save")
    assert "Nothing has been changed." in author.page.text_content()


async def test_new_posts_begin_in_the_chosen_way(author: Browser) -> None:
    async def format_of_new() -> str:
        await author.get("/admin/posts/new")
        return str(author.page.get_element_by_id("post").get("data-format"))

    assert await format_of_new() == "markdown"  # there is no rich editor here
    await author.get("/admin/settings/")
    await author.fill("Save", {"desk.format": "html"})
    assert await format_of_new() == "html"
    await author.get("/admin/settings/")
    assert author.value_of("New posts are written") == "html"
    await author.fill("Save", {"desk.format": ""})
    await author.get("/admin/settings/")
    await author.post("/admin/settings/", {"csrf": author.csrf, "desk.format": "docx"})
    assert "Please choose one of these." in author.alerts
    assert await format_of_new() == "markdown"


async def test_a_wrong_setting_changes_nothing_and_stays_as_it_was_typed(author: Browser) -> None:
    blog = author.instance
    await author.get("/admin/settings/")
    typed: dict[str, Any] = {"site.language": "de", "site.timezone": "Mars/Base", "site.permalinks": "/{nothing}/"}
    await author.submit("Save", **typed)
    assert author.answer.status == 422
    assert len(author.alerts) == 2
    assert "This is no time zone that this machine knows, such as Europe/London." in author.alerts
    assert author.value_of("Time zone") == "Mars/Base"
    assert author.value_of("Language") == "de"
    assert await blog.store.settings.list_all() == {}


async def test_keys_are_changed_after_a_factor_and_once_at_a_time(author: Browser, ann: Peer) -> None:
    blog = author.instance
    await ann.follow()
    await blog.settle()
    before = blog.server.services.local_actors.blog.actor.key_id
    await author.get("/admin/account/")
    await author.get(author.link("Keys of the blog"))
    blog.clock.advance(minutes=11)
    await author.submit("Change the key")
    assert author.heading != "Keys"
    await author.submit("Sign in", password=PASSWORD)
    await author.submit("Continue")
    await author.get("/admin/account/keys")
    assert "The key is being changed" in author.page.text_content()
    await author.post("/admin/account/keys", {"csrf": author.csrf, "account": "blog"})
    assert author.answer.status == 422
    for _ in range(3):
        await blog.server.services.local_actors.renew()
        await blog.server.rotation.step()
        await blog.settle()
    assert blog.server.services.local_actors.blog.actor.key_id != before


async def test_a_move_asks_twice_checks_the_alias_and_can_be_taken_back(author: Browser, ann: Peer, bob: Peer) -> None:
    blog = author.instance
    await ann.follow()
    await blog.settle()
    await author.get("/admin/account/")
    await author.get(author.link("Move to another account"))
    await author.submit("Move…", address="nobody")
    assert author.alerts == ["This is not an account. It is a name such as @ann@social.example, or its address."]
    assert author.value_of("New account") == "nobody"
    await author.submit("Move…", address=bob.actor)
    assert await blog.store.key_values.find(ASKED) is None
    await author.submit("Move all followers")
    assert "is about to move" in author.page.text_content()
    await blog.server.moving.step()
    await author.get("/admin/account/move")
    assert "does not name" in author.page.text_content()

    bob.documents[bob.actor] = bob.actor_document(alsoKnownAs=["https://blog.example/actor"])
    await author.submit("Move…", address=bob.actor)
    await author.submit("Move all followers")
    await blog.server.moving.step()
    await blog.settle()
    assert len(ann.of_type("Move")) == 1
    await author.get("/admin/account/move")
    assert "The blog says that it has moved to" in author.page.text_content()
    await author.submit("Take the move back")
    await blog.server.moving.step()
    await author.get("/admin/account/move")
    assert "The blog says that it has moved to" not in author.page.text_content()


async def test_keys_are_switched_off_for_every_browser(author: Browser) -> None:
    await author.get("/admin/settings/")
    assert author.page.xpath("//dialog[@data-keys]")
    form = dict(author.page.forms[-1].form_values()) | {"csrf": author.csrf}
    form.pop("desk.shortcuts")
    await author.post("/admin/settings/", form)
    await author.get("/admin/comments/")
    assert not author.page.xpath("//dialog[@data-keys] | //script[contains(@src, 'keys.')]")
