"""Access tokens for programs: made on the desk after a fresh sign-in, shown once, revoked."""

from syndicate.model.tokens import hash_of
from tests.admin.browser import Browser, set_up

TOKENS = "/admin/account/tokens/"


async def test_a_token_is_made_shown_once_used_and_revoked(author: Browser) -> None:
    blog = author.instance
    await author.get("/admin/account/")
    await author.get(author.link("Apps with access"))
    assert "None yet" in author.answer.text
    await author.submit("Make a token", name=" ")
    assert (author.answer.status, author.alerts[0][:23]) == (422, "Please name the program")
    await author.post(TOKENS, {"csrf": author.csrf, "name": "Quill"})
    assert (author.answer.status, author.alerts) == (422, ["Please choose what the program may do."])
    await author.post(TOKENS, {"csrf": author.csrf, "name": "Quill", "create": "1", "media": "1"})
    token = str(author.page.xpath("string(//code[@id='token'])"))
    assert len(token) == 43
    assert "https://blog.example/micropub" in author.answer.text

    await author.get(TOKENS)
    assert token not in author.answer.text
    assert "It may: publish posts (create), upload pictures and other files (media)<" in author.answer.text
    assert "not used yet" in author.answer.text
    stored = await blog.store.access_tokens.list_all()
    assert [one.token_hash for one in stored] == [hash_of(token)]

    assert (await blog.get("/micropub?q=config", Authorization=f"bearer {token}")).status == 200
    assert (await author.request("GET", "/micropub?q=config", None)).status == 401  # a session is none
    await author.get(TOKENS)
    assert "last used" in author.answer.text
    await author.submit("Revoke Quill")
    assert "None yet" in author.answer.text
    assert (await blog.get("/micropub?q=config", Authorization=f"Bearer {token}")).status == 401
    await author.get("/admin/account/")
    assert "access token revoked: Quill" in author.page.text_content()


async def test_a_token_needs_a_fresh_sign_in_and_ends_with_the_account(author: Browser) -> None:
    blog = author.instance
    await author.get(TOKENS)
    await author.submit("Make a token", name="Quill")
    token = str(author.page.xpath("string(//code[@id='token'])"))
    blog.clock.advance(minutes=11)
    await author.get(TOKENS)
    await author.submit("Make a token", name="Another")
    assert [one.name for one in await blog.store.access_tokens.list_all()] == ["Quill"]
    await set_up(Browser(blog))
    assert (await blog.get("/micropub?q=config", Authorization=f"Bearer {token}")).status == 401
