"""Codes and tokens: used once, short of life, bound to their program, and ended when they come twice."""

from dataclasses import replace

import pytest

from syndicate.errors import IndieAuthRefused
from syndicate.indieauth.grants import (
    CODE_LIFETIME,
    MAX_TOKENS_PER_PROGRAM,
    REFRESH_LIFETIME,
    TOKEN_LIFETIME,
    CodeUse,
    IndieAuthGrants,
    prune,
)
from syndicate.indieauth.request import read_request
from syndicate.model.tokens import hash_of
from syndicate.storage import Store
from syndicate.storage.access_tokens import MAX_SPENT, Scope
from tests.clocks import FakeClock
from tests.indieauth.test_request import ASKED, CLIENT, VERIFIER

NONE: frozenset[str] = frozenset()


@pytest.fixture
def grants(store: Store, clock: FakeClock) -> IndieAuthGrants:
    return IndieAuthGrants(store, clock)


async def allowed(grants: IndieAuthGrants, *scopes: Scope) -> CodeUse:
    asked = read_request(ASKED.items(), allow_private=False)
    code = await grants.allow(asked, "Quill", scopes)
    return CodeUse(code=code, client_id=CLIENT, redirect_uri=ASKED["redirect_uri"], verifier=VERIFIER)


async def test_a_code_is_redeemed_once_and_by_its_program_alone(
    grants: IndieAuthGrants, store: Store, clock: FakeClock
) -> None:
    use = await allowed(grants, Scope.CREATE, Scope.DELETE)
    for wrong in (
        replace(use, code="x"),
        replace(use, client_id="https://evil.example/"),
        replace(use, redirect_uri="https://app.example/"),
        replace(use, verifier="x" * 43),
    ):
        with pytest.raises(IndieAuthRefused, match="invalid_grant"):
            await grants.redeem(wrong)
    issued = await grants.redeem(use)
    assert issued.token.scopes == {Scope.CREATE}  # what was not asked for cannot be allowed
    found = await grants.find(issued.secret)
    assert found is not None
    assert (found.name, found.client_id, found.expires) == ("Quill", CLIENT, clock() + TOKEN_LIFETIME)

    clock.advance(seconds=1)
    with pytest.raises(IndieAuthRefused):
        await grants.redeem(use)
    assert await store.access_tokens.list_all() == []  # the code was copied
    events = [event.kind for event in await store.admin_events.list_newest(9)]
    assert events == ["access token revoked", "access token issued"]

    late = await allowed(grants, Scope.CREATE)
    clock.advance(seconds=CODE_LIFETIME.total_seconds())
    with pytest.raises(IndieAuthRefused):
        await grants.redeem(late)


async def test_a_code_that_allows_nothing_gives_no_token(grants: IndieAuthGrants) -> None:
    use = await allowed(grants)
    with pytest.raises(IndieAuthRefused, match="authorization endpoint"):
        await grants.redeem(use)
    assert (await grants.redeem_for_profile(use)).client_id == CLIENT
    with pytest.raises(IndieAuthRefused):
        await grants.redeem_for_profile(use)


async def test_tokens_are_refreshed_in_turn(grants: IndieAuthGrants, store: Store, clock: FakeClock) -> None:
    first = await grants.redeem(await allowed(grants, Scope.CREATE))
    clock.advance(seconds=TOKEN_LIFETIME.total_seconds())
    assert await grants.find(first.secret) is None
    with pytest.raises(IndieAuthRefused):
        await grants.refresh(first.refresh_secret, "https://evil.example/", NONE)
    with pytest.raises(IndieAuthRefused, match="invalid_scope"):
        await grants.refresh(first.refresh_secret, CLIENT, frozenset({"delete"}))
    second = await grants.refresh(first.refresh_secret, CLIENT, frozenset({"create"}))
    third = await grants.refresh(second.refresh_secret, CLIENT, NONE)
    assert await grants.find(second.secret) is None
    assert await grants.find(third.secret) is not None
    with pytest.raises(IndieAuthRefused):
        await grants.refresh(first.refresh_secret, CLIENT, NONE)
    assert await grants.find(third.secret) is None  # somebody else has the first one
    assert await store.access_tokens.list_all() == []

    idle = await grants.redeem(await allowed(grants, Scope.CREATE))
    clock.advance(seconds=REFRESH_LIFETIME.total_seconds())
    with pytest.raises(IndieAuthRefused):
        await grants.refresh(idle.refresh_secret, CLIENT, NONE)
    await store.transaction(lambda tx: prune(tx, clock()))
    assert await store.access_tokens.list_all() == []  # what has ended is not kept


async def test_a_refreshed_token_has_what_was_asked_for(grants: IndieAuthGrants, store: Store) -> None:
    asked = read_request((ASKED | {"scope": "create update profile"}).items(), allow_private=False)
    code = await grants.allow(asked, "Quill", asked.scopes)
    use = CodeUse(code=code, client_id=CLIENT, redirect_uri=ASKED["redirect_uri"], verifier=VERIFIER)
    issued = await grants.redeem(use)
    for words, has in (
        ("post", {Scope.CREATE}),
        ("update profile", {Scope.UPDATE, Scope.PROFILE}),
        ("", set(asked.scopes)),
    ):
        issued = await grants.refresh(issued.refresh_secret, CLIENT, frozenset(words.split()))
        found = await grants.find(issued.secret)
        assert found is not None
        assert found.scopes == issued.token.scopes == has
        assert found.allowed == set(asked.scopes)
    assert {token.allowed_words for token in await store.access_tokens.list_all()} == {"create update profile"}


async def test_the_last_refresh_tokens_are_remembered(grants: IndieAuthGrants, store: Store, clock: FakeClock) -> None:
    issued = await grants.redeem(await allowed(grants, Scope.CREATE))
    secrets = [issued.refresh_secret]
    for _ in range(MAX_SPENT + 1):
        clock.advance(seconds=1)
        secrets.append((await grants.refresh(secrets[-1], CLIENT, NONE)).refresh_secret)
    remembered = [bool(await store.access_tokens.find_by_spent_refresh(hash_of(secret))) for secret in secrets[:-1]]
    assert remembered == [False] + [True] * MAX_SPENT
    with pytest.raises(IndieAuthRefused):
        await grants.refresh(secrets[1], CLIENT, NONE)
    assert await store.access_tokens.list_all() == []


@pytest.mark.parametrize("database_address", ["sqlite"], indirect=True)
async def test_a_program_keeps_its_newest_tokens(grants: IndieAuthGrants, store: Store, clock: FakeClock) -> None:
    issued = []
    for _ in range(MAX_TOKENS_PER_PROGRAM + 1):
        clock.advance(seconds=1)
        issued.append(await grants.redeem(await allowed(grants, Scope.CREATE)))
    valid = [await grants.find(one.secret) is not None for one in issued]
    assert valid == [False] + [True] * MAX_TOKENS_PER_PROGRAM
    newest = await store.admin_events.list_newest(2)
    assert f"Quill, {CLIENT}: 1, for newer ones" in [event.detail for event in newest]


@pytest.mark.parametrize("database_address", ["sqlite"], indirect=True)
async def test_tokens_that_have_ended_take_no_place(
    grants: IndieAuthGrants, store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicate.indieauth.grants.MAX_TOKENS", 1)
    await grants.redeem(await allowed(grants, Scope.CREATE))
    clock.advance(seconds=TOKEN_LIFETIME.total_seconds())
    assert await grants.is_full()  # it can be refreshed
    clock.advance(seconds=(REFRESH_LIFETIME - TOKEN_LIFETIME).total_seconds())
    assert not await grants.is_full()


async def test_tokens_are_revoked_by_either_secret(grants: IndieAuthGrants, store: Store) -> None:
    one, other = [await grants.redeem(await allowed(grants, Scope.CREATE)) for _ in range(2)]
    await grants.revoke("unknown")
    await grants.revoke(one.secret)
    assert await grants.find(one.secret) is None
    await grants.revoke(other.refresh_secret)
    assert await store.access_tokens.list_all() == []
