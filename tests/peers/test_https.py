"""The same round over HTTPS, as on the open web: every server has a certificate, of an authority made for this run."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.peers.blog import ADDRESS, Blog
from tests.peers.conftest import CAVAGE, HERE, RFC9421, on_fedify
from tests.peers.people import Person
from tests.peers.processes import Process
from tests.peers.test_fedify import (
    reader,
    test_a_conversation_grows_changes_and_shrinks_on_the_page,
    test_all_that_the_blog_sends_is_verified_at_the_first_knock,
    test_fedify_finds_the_blog_and_its_handle,
    test_the_blog_follows_by_handle_and_is_accepted_at_once,
)
from tests.ports import free_port

__all__ = [
    "reader",
    "test_a_conversation_grows_changes_and_shrinks_on_the_page",
    "test_all_that_the_blog_sends_is_verified_at_the_first_knock",
    "test_fedify_finds_the_blog_and_its_handle",
    "test_the_blog_follows_by_handle_and_is_accepted_at_once",
]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[trustme.CA]:
    """Trusted by every program that is started meanwhile, and by these tests."""
    authority = trustme.CA()
    file = tmp_path_factory.mktemp("authority") / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SSL_CERT_FILE", str(file))
        environment.setenv("NODE_EXTRA_CA_CERTS", str(file))
        yield authority


def certificate(authority: trustme.CA, address: str, directory: Path) -> Path:
    file = directory / f"{address}.pem"
    authority.issue_cert(address).private_key_and_cert_chain_pem.write_to_path(str(file))
    return file


@pytest.fixture(scope="module")
def blog(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blog]:
    directory = tmp_path_factory.mktemp("https-blog")
    blog = Blog(directory, public_port=free_port(ADDRESS))
    blog.make()
    blog.serve()
    command = [sys.executable, str(HERE / "tls.py"), str(certificate(authority, ADDRESS, directory)), ADDRESS]
    proxy = Process.start(
        [*command, str(blog.public_port), str(blog.port)], directory=directory, ready=f"{blog.url}/readyz", name="tls"
    )
    yield blog
    proxy.dismiss()
    if blog.process is not None:
        blog.process.dismiss()


@pytest.fixture(scope="module")
def alice(authority: trustme.CA, node: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    file = certificate(authority, "127.0.0.8", tmp_path_factory.mktemp("certificate"))
    options = ("--knock", RFC9421, "--certificate", str(file))
    yield from on_fedify(node, "127.0.0.8", "alice", tmp_path_factory, *options)


@pytest.fixture(scope="module")
def carol(authority: trustme.CA, node: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    file = certificate(authority, "127.0.0.9", tmp_path_factory.mktemp("certificate"))
    options = ("--knock", CAVAGE, "--certificate", str(file))
    yield from on_fedify(node, "127.0.0.9", "carol", tmp_path_factory, *options)


def test_what_is_said_on_the_wire_is_https(blog: Blog, alice: Person) -> None:
    assert blog.actor.startswith("https://")
    assert alice.actor.startswith("https://")
    assert "Strict-Transport-Security" in blog.get("/").headers
