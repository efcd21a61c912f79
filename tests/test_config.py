"""The settings: what can be left out, what wins, and what stops the start with one line that names it."""

from pathlib import Path

import pytest

from syndicate.config import Config, config_path, load
from syndicate.errors import ConfigurationError

LEAST = '[site]\nurl = "https://blog.example"\nhandle = "notes"\n'


def read(directory: Path, text: str, **environment: str) -> Config:
    file = directory / "syndicate.toml"
    file.write_text(text, encoding="utf-8")
    return load(file, environment)


def complaint(directory: Path, text: str, **environment: str) -> str:
    with pytest.raises(ConfigurationError) as refused:
        read(directory, text, **environment)
    message = str(refused.value)
    assert "\n" not in message.removesuffix("\n")
    return message


def test_an_address_and_a_handle_are_enough(tmp_path: Path) -> None:
    config = read(tmp_path, LEAST)
    assert (config.site.url, config.site.account, config.site.name) == (
        "https://blog.example",
        "notes@blog.example",
        "blog.example",
    )
    assert (config.server.host, config.server.port, config.server.trusted_proxies) == ("127.0.0.1", 8080, ())
    assert config.comments.moderation == "first-time"
    assert config.federation.allow_private_addresses is False
    assert config.federation.show_followers is False


def test_relative_paths_count_from_the_file(tmp_path: Path) -> None:
    storage = read(tmp_path, LEAST).storage
    assert storage.database == str(tmp_path / "data" / "syndicate.db")
    assert (storage.media, storage.keys, storage.posts) == (
        tmp_path / "data" / "media",
        tmp_path / "keys",
        tmp_path / "data" / "posts",
    )


def test_absolute_paths_and_addresses_of_databases_stay(tmp_path: Path) -> None:
    text = f'{LEAST}[storage]\nkeys = "/var/keys"\ndatabase = "postgresql://me@db.example/blog"\n'
    storage = read(tmp_path, text).storage
    assert storage.keys == Path("/var/keys")
    assert storage.is_postgresql
    assert storage.database == "postgresql://me@db.example/blog"


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        f'{LEAST}title = "From the file"\n[server]\nport = 8081\n',
        SYNDICATE_SITE__TITLE="From the environment",
        SYNDICATE_SERVER__TRUSTED_PROXIES='["10.0.0.0/8", "::1"]',
        SYNDICATE_FEDERATION__SHOW_FOLLOWERS="true",
        SYNDICATE_CONFIG="/elsewhere.toml",
    )
    assert config.site.title == "From the environment"
    assert config.site.handle == "notes"
    assert config.server.port == 8081
    assert config.server.trusted_proxies == ("10.0.0.0/8", "::1/128")
    assert config.federation.show_followers


def test_the_settings_are_where_they_were_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SYNDICATE_CONFIG", raising=False)
    assert config_path(None) == Path("syndicate.toml")
    monkeypatch.setenv("SYNDICATE_CONFIG", "/blogs/notes.toml")
    assert config_path(None) == Path("/blogs/notes.toml")
    assert config_path("mine.toml") == Path("mine.toml")


@pytest.mark.parametrize(
    ("url", "is_kept_as"),
    [
        ("https://blog.example/", "https://blog.example"),
        ("https://BLOG.example", "https://blog.example"),
        ("https://blog.example:443", "https://blog.example"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_the_sites_address_has_one_spelling(tmp_path: Path, url: str, is_kept_as: str) -> None:
    assert read(tmp_path, LEAST.replace("https://blog.example", url)).site.url == is_kept_as


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://blog.example", "blog.example"),
        ("http://localhost:8080", "localhost:8080"),
        ("http://[::1]:8080", "[::1]:8080"),
        ("http://127.0.0.1", "127.0.0.1"),
    ],
)
def test_the_right_side_of_the_handle_is_host_and_unusual_port(tmp_path: Path, url: str, host: str) -> None:
    assert read(tmp_path, LEAST.replace("https://blog.example", url)).site.host == host


@pytest.mark.parametrize(
    "url",
    [
        "blog.example",
        "ftp://blog.example",
        "https://",
        "https://blog.example/path",
        "https://blog.example/?q",
        "https://blog.example/#a",
        "https://me@blog.example",
        "https://blog.example:99999",
        "",
    ],
)
def test_an_address_that_no_blog_can_have_is_named(tmp_path: Path, url: str) -> None:
    assert "site.url: " in complaint(tmp_path, LEAST.replace("https://blog.example", url))


@pytest.mark.parametrize("handle", ["", "Notes", "no-tes", "no.tes", "@notes", "n" * 31, "nötes", "notes "])
def test_a_handle_that_others_would_refuse_is_named(tmp_path: Path, handle: str) -> None:
    assert "site.handle: " in complaint(tmp_path, LEAST.replace("notes", handle))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (f'{LEAST}colour = "green"\n', "site.colour"),
        (f'{LEAST}[sever]\nhost = "::"\n', "sever"),
        ('[site]\nurl = "https://blog.example"\n', "site.handle"),
        ("", "site"),
        (f"{LEAST}timezone = 'Mars/Olympus'\n", "site.timezone"),
        (f"{LEAST}timezone = '../../etc/passwd'\n", "site.timezone"),
        (f"{LEAST}language = 'en_GB'\n", "site.language"),
        (f"{LEAST}title = 7\n", "site.title"),
        (f"{LEAST}posts_per_page = 0\n", "site.posts_per_page"),
        (f"{LEAST}[server]\nport = 70000\n", "server.port"),
        (f"{LEAST}[server]\nport = 'http'\n", "server.port"),
        (f"{LEAST}[server]\nhost = 'blog.example'\n", "server.host"),
        (f"{LEAST}[server]\ntrusted_proxies = ['proxy']\n", "server.trusted_proxies"),
        (f"{LEAST}[server]\ntrusted_proxies = '127.0.0.1'\n", "server.trusted_proxies"),
        (f"{LEAST}[federation]\nshow_followers = 'perhaps'\n", "federation.show_followers"),
        (f"{LEAST}[comments]\nmoderation = 'none'\n", "comments.moderation"),
        (f'file = "x"\n{LEAST}', "file"),
        (f"{LEAST}posts_per_page = true\n", "site.posts_per_page: must be a whole number"),
        (f"{LEAST}posts_per_page = 10.0\n", "site.posts_per_page: must be a whole number"),
        (f"{LEAST}posts_per_page = 1000\n", "site.posts_per_page: must be 100 or less"),
        (f"{LEAST}title = true\n", "site.title: must be text"),
        (f"{LEAST}title = 2026-11-22\n", "site.title: must be text"),
        (f'{LEAST}[server]\nport = "8093"\n', "server.port: must be a whole number"),
        (f"{LEAST}[server]\ntrusted_proxies = [1]\n", "server.trusted_proxies: must be a list"),
        (
            f'{LEAST}[federation]\nallow_private_addresses = "true"\n',
            "federation.allow_private_addresses: must be true",
        ),
        (f"{LEAST}[federation]\nallow_private_addresses = 1\n", "federation.allow_private_addresses: must be true"),
        (f"{LEAST}[federation]\ncategory_actors = {{a = 1}}\n", "federation.category_actors: must be a list"),
        (f"{LEAST}[storage]\nmedia = 7\n", "storage.media: must be text"),
        (f'{LEAST}[storage]\ndatabase = "mysql://x"\n', "storage.database: must be the path of a file"),
        (f'{LEAST}[storage]\ndatabase = "sqlite:///x.db"\n', "storage.database: must be the path of a file"),
        (f'{LEAST}[storage]\ndatabase = ""\n', "storage.database: must be the path of a file"),
        (f'server = "x"\n{LEAST}', "server: must be a section"),
    ],
)
def test_a_setting_that_cannot_be_is_named_in_one_line(tmp_path: Path, text: str, named: str) -> None:
    assert f"{named}" in complaint(tmp_path, text)


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("SYNDICATE_SERVER__PORT", "many", "must be a whole number"),
        ("SYNDICATE_SERVER__PORT", "", "must be a whole number"),
        ("SYNDICATE_SERVER__PORT", "70000", "must be 65535 or less"),
        ("SYNDICATE_SERVER__TRUSTED_PROXIES", "10.0.0.1", "must be a list"),
        ("SYNDICATE_SITE__COLOUR", "green", "is not a setting"),
        ("SYNDICATE_COMMENTS__MODERATION", "none", "must be one of 'off', 'first-time' or 'all'"),
        ("SYNDICATE_FEDERATION__SHOW_FOLLOWERS", "perhaps", "must be true or false"),
        ("SYNDICATE_STORAGE__DATABASE", "mysql://x", "must be the path"),
        ("SYNDICATE_SITE_TITLE", "Notes", "is not a setting; they are SYNDICATE_<SECTION>__<KEY>"),
        ("SYNDICATE_FOO", "1", "is not a setting"),
        ("syndicate_foo", "1", "is not a setting"),
        ("SYNDICATE_SIET__TITLE", "Notes", "there is no section siet"),
    ],
)
def test_a_setting_of_the_environment_that_cannot_be_is_named(
    tmp_path: Path, name: str, value: str, named: str
) -> None:
    message = complaint(tmp_path, LEAST, **{name: value})
    assert message.lower().startswith(f"environment: {name}: {named}".lower())


def test_a_file_that_is_absent_or_no_toml_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere\.toml: no such file"):
        load(tmp_path / "nowhere.toml", {})
    assert "is not TOML" in complaint(tmp_path, "[site\n")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load(tmp_path, {})
    (tmp_path / "latin.toml").write_bytes(b'[site]\ntitle = "caf\xe9"\n')
    with pytest.raises(ConfigurationError, match=r"latin\.toml: cannot be read"):
        load(tmp_path / "latin.toml", {})


def test_settings_do_not_change_while_the_program_runs(tmp_path: Path) -> None:
    config = read(tmp_path, LEAST)
    with pytest.raises(ValueError, match="frozen"):
        config.site.title = "Another"


def test_numbers_and_truths_of_the_environment_are_read_from_their_words(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        LEAST,
        SYNDICATE_SERVER__PORT="8081",
        SYNDICATE_SITE__TITLE="2026",
        SYNDICATE_COMMENTS__BACKFILL="off",
        syndicate_federation__show_followers="1",
        SYNDICATE_PORT="tcp://10.0.0.1:8080",
        SYNDICATE_SERVICE_HOST="10.0.0.1",
    )
    assert (config.server.port, config.site.title) == (8081, "2026")
    assert (config.comments.backfill, config.federation.show_followers) == (False, True)


def test_what_is_wrong_in_the_file_is_not_said_of_the_environment(tmp_path: Path) -> None:
    message = complaint(tmp_path, f"{LEAST}[server]\nport = 70000\n", SYNDICATE_SERVER__HOST="::1")
    assert message == f"{tmp_path / 'syndicate.toml'}: server.port: must be 65535 or less"


def test_a_byte_order_mark_at_the_beginning_does_no_harm(tmp_path: Path) -> None:
    assert read(tmp_path, f"\ufeff{LEAST}").site.handle == "notes"
