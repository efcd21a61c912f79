"""The lists in CONTRIBUTING.md of what an addition takes name every place, and each place is there."""

import ast
import asyncio
import inspect
import re
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from pydantic import Field

from syndicate.config import loading, sections
from syndicate.model.post import Post
from syndicate.services import server
from syndicate.storage.columns import Column
from syndicate.storage.post_rows import POST
from syndicate.supervisor import ROLES
from syndicate.web import routes
from syndicate.web.site import blogroll_pages, pages
from syndicate.web.site.pages import Page
from syndicate.workers.worker import WorkerRole, regular
from tests.clocks import FakeClock
from tests.instances import running_instance
from tests.wire import Wire

ROOT = Path(__file__).parents[2]
CODE = {path.relative_to(ROOT / "syndicate"): path.read_text() for path in (ROOT / "syndicate").rglob("*.py")}
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
LIST = re.compile(r"^\*\*(.+?)\.\*\* (.*?)(?=^\*\*|^## )", re.MULTILINE | re.DOTALL)
HOW_TO_ADD = dict(LIST.findall(CONTRIBUTING.partition("## How to add")[2]))
SITE_PAGES = [
    kind
    for module in (pages, blogroll_pages)
    for _, kind in inspect.getmembers(module, inspect.isclass)
    if issubclass(kind, Page) and kind is not Page and kind.__module__ == module.__name__
]


def files_that_name(word: str) -> set[str]:
    return {path.as_posix() for path, text in CODE.items() if re.search(rf"\b{word}\b", text)}


@pytest.mark.parametrize("title", HOW_TO_ADD)
def test_the_places_of_a_list_exist(title: str) -> None:
    places = [
        place for place in re.findall(r"`([^`\s]+)`", HOW_TO_ADD[title]) if re.search(r"/.*(\.(py|md)|/)$", place)
    ]
    missing = [it for it in places if not ((ROOT / it).exists() or (ROOT / "syndicate" / it).exists())]
    assert missing == []


def test_the_lists_are_those_of_the_first_contributions() -> None:
    assert {"A page", "A setting", "A background job", "A column"} <= HOW_TO_ADD.keys()


# a page: view, route, type with template, sample


@pytest.mark.parametrize("kind", SITE_PAGES, ids=lambda kind: kind.__name__)
def test_a_page_takes_four_edits(kind: type[Page]) -> None:
    named = files_that_name(kind.__name__)
    types = kind.__module__.removeprefix("syndicate.").replace(".", "/") + ".py"
    assert types in named
    assert len(named - {types}) == 1, "the type, and the one place that makes the page"
    assert (ROOT / "syndicate" / "web" / "site" / "templates" / kind.template).is_file()
    assert kind.__name__ in (ROOT / "tests" / "web" / "test_pages.py").read_text()


def test_a_view_takes_one_line_in_the_routes() -> None:
    assert "`web/routes.py`" in HOW_TO_ADD["A route"]
    registering = {path for path in CODE if re.search(r"web\.(get|post|route)\(|\.add_routes\(", CODE[path])}
    assert {path.as_posix() for path in registering} <= {
        "web/routes.py",
        "web/admin/routes.py",
        "web/api/routes.py",
        "web/author_app.py",
        "web/http/routes.py",
    }
    assert inspect.getsource(routes).count("views.get_home") == 1


# a setting: the field, and the document


def test_a_setting_takes_two_edits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A field alone is read from the file and the environment, and checked; test_documented.py asks for the document."""

    class WithProbe(sections.ServerConfig):
        probe: int = Field(default=3, ge=1)

    class Probed(sections.Config):
        server: WithProbe = WithProbe()

    monkeypatch.setattr(loading, "Config", Probed)
    file = tmp_path / "syndicate.toml"
    file.write_text('[site]\nurl = "https://blog.example"\nhandle = "notes"\n[server]\nprobe = 7\n')
    assert loading.load(file, {}).server.probe == 7  # type: ignore[attr-defined]  # the field that this test adds
    assert loading.load(file, {"SYNDICATE_SERVER__PROBE": "9"}).server.probe == 9  # type: ignore[attr-defined]  # same


# a background job: one line


async def test_a_background_job_takes_one_line(
    tmp_path: Path, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> None:
    """One more entry in the tuple that `_regular_jobs` returns is run by every process that does the maintenance."""
    ran = asyncio.Event()

    async def probe() -> None:
        ran.set()

    async with running_instance(tmp_path, str(tmp_path / "syndicate.db"), wire, clock, rsa_keys[0]) as instance:
        jobs = (*instance.server.regular_jobs, regular("probe", probe))
        [job] = [worker for worker in replace(instance.server, regular_jobs=jobs).workers if worker.name == "probe"]
        assert job.role is WorkerRole.MAINTENANCE
        assert job.role in ROLES["all"] & ROLES["workers"]
        await job.run()
    assert ran.is_set()


def test_the_line_of_a_job_is_a_call_in_one_tuple() -> None:
    [listing] = ast.parse(inspect.getsource(server._regular_jobs)).body
    assert isinstance(listing, ast.FunctionDef)
    returned = listing.body[-1]
    assert isinstance(returned, ast.Return)
    assert isinstance(returned.value, ast.Tuple)
    names = [ast.unparse(call.func) for call in returned.value.elts if isinstance(call, ast.Call)]
    assert names == ["regular"] * len(returned.value.elts)
    for call in returned.value.elts:
        name = ast.literal_eval(call.args[0]) if isinstance(call, ast.Call) else ""
        others = [path for path, text in CODE.items() if f'regular("{name}"' in text or f'"{name}":' in text]
        assert [path.as_posix() for path in others] == ["services/server.py"], name


# a column: the migration, the field, and the table of columns


@pytest.mark.parametrize("column", POST.columns, ids=lambda column: column.name)
def test_a_column_of_a_post_takes_three_edits_and_its_use(column: Column) -> None:
    scripts = "\n".join(path.read_text() for path in (ROOT / "syndicate" / "storage" / "migrations").glob("*.sql"))
    storing = {path.as_posix() for path, text in CODE.items() if path.as_posix().startswith("storage/post")}
    declaring = {path for path in storing if re.search(rf'\(\s*"{column.name}"', CODE[Path(path)])}
    assert re.search(rf"\b{column.name}\b", scripts), "a migration adds it"
    assert column.field in Post.__dataclass_fields__, "the model has a field for it"
    assert declaring == {"storage/post_rows.py"}, "the storage of posts spells it once"
