"""Settings of the desk: stored, checked, below those of the file, and noticed by every process."""

from pathlib import Path

import pytest

from syndicate.config import Config, load
from syndicate.errors import SettingInvalid
from syndicate.storage import Store
from syndicate.storage.site_settings import SiteSettings


def given(tmp_path: Path, more: str = "") -> Config:
    file = tmp_path / "syndicate.toml"
    file.write_text(f'[site]\nurl = "https://blog.example"\nhandle = "notes"\n{more}')
    return load(file, {"SYNDICATE_COMMENTS__BACKFILL": "no"})


async def test_what_is_set_holds_at_once_also_elsewhere_and_after_a_restart(store: Store, tmp_path: Path) -> None:
    config = given(tmp_path)
    here, elsewhere = await SiteSettings.open(store, config), await SiteSettings.open(store, config)
    await here.save({"site.title": "Notes", "comments.moderation": "all", "desk.shortcuts": False})
    assert (here.site.title, here.comments.moderation, here.get("desk.shortcuts", True)) == ("Notes", "all", False)
    assert elsewhere.site.title == ""
    assert await store.versions.get("settings") == 1
    await elsewhere.load()
    restarted = await SiteSettings.open(store, config)
    for settings in (elsewhere, restarted):
        assert (settings.site.title, settings.site.handle, settings.version) == ("Notes", "notes", 1)
    await here.save({"site.title": None, "desk.shortcuts": None})
    assert (here.site.title, here.get("desk.shortcuts", True)) == ("", True)


async def test_a_given_key_wins_and_is_locked(store: Store, tmp_path: Path) -> None:
    free = await SiteSettings.open(store, given(tmp_path))
    await free.save({"site.title": "From the desk", "site.tagline": "kept"})
    settings = await SiteSettings.open(store, given(tmp_path, 'title = "From the file"'))
    assert (settings.site.title, settings.site.tagline) == ("From the file", "kept")
    assert [
        name
        for name in ("site.title", "site.tagline", "site.url", "comments.backfill", "comments.moderation")
        if settings.is_locked(name)
    ] == [
        "site.title",
        "site.url",
        "comments.backfill",
    ]
    with pytest.raises(SettingInvalid, match=r"site\.title is given by the configuration"):
        await settings.save({"site.tagline": "lost", "site.title": "no"})
    assert settings.site.tagline == "kept"


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("site.timezone", "Europe/Nowhere", "is no time zone"),
        ("site.language", "english please", "must be a language tag"),
        ("site.handle", "other", "is given by the configuration"),
        ("site.misspelt", "x", "is not a setting"),
        ("comments.moderation", "sometimes", "must be one of"),
        ("site.title", 5, "must be text"),
    ],
)
async def test_a_wrong_value_is_refused_in_words(
    store: Store, tmp_path: Path, name: str, value: object, problem: str
) -> None:
    settings = await SiteSettings.open(store, given(tmp_path))
    with pytest.raises(SettingInvalid, match=problem):
        await settings.save({"site.tagline": "lost", name: value})
    assert settings.site.tagline == ""
    assert await store.settings.list_all() == {}


async def test_a_stored_value_that_is_not_valid_any_more_is_left_out(store: Store, tmp_path: Path) -> None:
    stored = {"site.timezone": "Mars/Base", "site.gone": 1, "site.tagline": "stays"}
    await store.transaction(lambda tx: tx.settings.save(stored))
    settings = await SiteSettings.open(store, given(tmp_path))
    assert (settings.site.timezone, settings.site.tagline) == ("UTC", "stays")
