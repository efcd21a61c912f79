"""`syndicate delete-account` asks twice, and does nothing unless both answers say so."""

import click.testing
import pytest

from syndicate.cli.main import main
from tests.cli.conftest import Blog


def run(blog: Blog, answers: str) -> click.testing.Result:
    typed = ["--config", str(blog.settings), "delete-account"]
    return click.testing.CliRunner().invoke(main, typed, input=answers, prog_name="syndicate")


@pytest.mark.parametrize(
    "answers", ["", "\n", "@somebody@else.example\ny\n", "@notes@blog.example\n", "@notes@blog.example\nn\n", "y\ny\n"]
)
def test_without_both_answers_nothing_is_deleted(blog: Blog, answers: str) -> None:
    result = run(blog, answers)
    assert result.exit_code == 1
    assert "Deleted." not in result.output
    assert run(blog, "@Notes@blog.example\ny\n").exit_code == 0, "it can be deleted still"


def test_both_answers_delete_it_once(blog: Blog) -> None:
    result = run(blog, "notes@blog.example\ny\n")
    assert (result.exit_code, "use `syndicate move` instead" in result.output) == (0, True)
    again = run(blog, "notes@blog.example\ny\n")
    assert again.exit_code == 1
    assert "the account was deleted on" in again.output
