"""Other people's servers and readers, running beside the tests, and our own server as its author runs it.

Nothing of ours is faked here. A part that cannot be had on this machine is skipped and named at the end of the run; in
continuous integration it fails.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.peers import installation
from tests.peers.blog import Blog
from tests.peers.installation import Unavailable
from tests.peers.people import Person
from tests.peers.processes import Process
from tests.ports import free_port

HERE = Path(__file__).parent
MISSING = pytest.StashKey[dict[str, str]]()

CAVAGE = "draft-cavage-http-signatures-12"
RFC9421 = "rfc9421"


# what there is


def pytest_configure(config: pytest.Config) -> None:
    config.stash[MISSING] = {}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say which parts were skipped, and why."""
    for part, reason in config.stash.get(MISSING, {}).items():
        terminalreporter.write_line(f"skipped: {part} ({reason})", yellow=True)


def _have(part: str, get: Callable[[], Path], config: pytest.Config) -> Path:
    """A part, or the end of the test that asks for it."""
    try:
        return get()
    except Unavailable as error:
        config.stash.setdefault(MISSING, {})[part] = str(error)
        if installation.must_be_complete():
            pytest.fail(f"{part}: {error}")
        pytest.skip(f"{part}: {error}")


@pytest.fixture(scope="session")
def node(pytestconfig: pytest.Config) -> Path:
    return _have("fedify", installation.node, pytestconfig)


@pytest.fixture(scope="session")
def pubby_python(pytestconfig: pytest.Config) -> Path:
    return _have("pubby", lambda: installation.python("pubby"), pytestconfig)


@pytest.fixture(scope="session")
def pasture_python(pytestconfig: pytest.Config) -> Path:
    return _have("fediverse-pasture", lambda: installation.python("pasture"), pytestconfig)


@pytest.fixture(scope="session")
def programs_python(pytestconfig: pytest.Config) -> Path:
    return _have("ronkyuu", lambda: installation.python("programs"), pytestconfig)


@pytest.fixture(scope="session")
def rss2email(pytestconfig: pytest.Config) -> Path:
    return _have("rss2email", lambda: installation.program("r2e"), pytestconfig)


@pytest.fixture(scope="session")
def sfeed(pytestconfig: pytest.Config) -> Path:
    return _have("sfeed", lambda: installation.program("sfeed"), pytestconfig)


@pytest.fixture(scope="session")
def simplepie(pytestconfig: pytest.Config) -> Path:
    return _have("simplepie", installation.simplepie, pytestconfig)


@pytest.fixture(scope="session")
def newsboat(pytestconfig: pytest.Config) -> Path:
    return _have("newsboat", lambda: installation.program("newsboat"), pytestconfig)


@pytest.fixture(scope="session")
def chromium(pytestconfig: pytest.Config) -> Path:
    return _have("chromium", lambda: installation.program("chromium"), pytestconfig)


@pytest.fixture(scope="session")
def rich_editor(pytestconfig: pytest.Config) -> Path:
    return _have("the rich editor", installation.rich_editor, pytestconfig)


# people


@pytest.fixture(scope="session")
def alice(node: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    """On Fedify; signs by RFC 9421 first."""
    yield from on_fedify(node, "127.0.0.2", "alice", tmp_path_factory, "--knock", RFC9421)


@pytest.fixture(scope="session")
def carol(node: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    """On Fedify; signs by draft-cavage first."""
    yield from on_fedify(node, "127.0.0.3", "carol", tmp_path_factory, "--knock", CAVAGE)


@pytest.fixture(scope="session")
def dora(node: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    """On Fedify; looks at every request to follow before it is answered."""
    yield from on_fedify(node, "127.0.0.4", "dora", tmp_path_factory, "--manual")


@pytest.fixture(scope="session")
def paul(pubby_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    """On pubby, which knows draft-cavage only."""
    address = "127.0.0.5"
    port = free_port(address)
    base = f"http://{address}:{port}"
    command = [str(pubby_python), str(HERE / "pubby" / "peer.py"), address, str(port), "paul"]
    process = Process.start(command, directory=tmp_path_factory.mktemp("pubby"), ready=f"{base}/ctl/log", name="paul")
    yield Person(base, f"{base}/ap/actor")
    process.dismiss()


def on_fedify(
    node: Path, address: str, name: str, temporary: pytest.TempPathFactory, *options: str
) -> Iterator[Person]:
    """Somebody on a Fedify server of her own."""
    port = free_port(address)
    base = f"{'https' if '--certificate' in options else 'http'}://{address}:{port}"
    peer = str(HERE / "fedify" / "peer.mjs")
    command = [str(node), peer, "--bind", address, "--port", str(port), "--user", name, *options]
    process = Process.start(command, directory=temporary.mktemp("fedify"), ready=f"{base}/ctl/log", name=name)
    yield Person(base, f"{base}/users/{name}")
    process.dismiss()


@pytest.fixture(scope="session")
def pasture_senders(pasture_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of fediverse-pasture's six senders."""
    yield from _of_pasture(pasture_python, "senders", "127.0.0.6", "/alice", tmp_path_factory)


@pytest.fixture(scope="session")
def pasture_inputs(pasture_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of those who send fediverse-pasture's odd objects."""
    yield from _of_pasture(pasture_python, "inputs", "127.0.0.7", "/ctl/sets", tmp_path_factory)


def _of_pasture(python: Path, name: str, address: str, ready: str, temporary: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port(address)
    base = f"http://{address}:{port}"
    command = [str(python), str(HERE / "pasture" / f"{name}.py"), address, str(port)]
    process = Process.start(command, directory=temporary.mktemp("pasture"), ready=f"{base}{ready}", name=name)
    yield base
    process.dismiss()


# our own server


@pytest.fixture(scope="module")
def blog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blog]:
    """A blog that is served, for all tests of a file."""
    yield from _served(tmp_path_factory.mktemp("blog"))


@pytest.fixture
def own_blog(tmp_path: Path) -> Iterator[Blog]:
    """A blog that is served, for a test that ends or kills it."""
    yield from _served(tmp_path)


def _served(directory: Path) -> Iterator[Blog]:
    blog = Blog(directory)
    blog.make()
    blog.serve()
    yield blog
    if blog.process is not None:
        blog.process.dismiss()
