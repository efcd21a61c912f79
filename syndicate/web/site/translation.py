"""Lets templates translate: `{{ _("…") }}`, and `{% trans %}` with variables and plurals."""

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, pass_context
from jinja2.runtime import Context

from syndicate.translation import CATALOGUE
from syndicate.web.site.printable import printable


def install(environment: Environment) -> None:
    """Add the functions to an environment. Variables in messages are cleaned and escaped as they are elsewhere."""
    environment.policies["ext.i18n.trimmed"] = True
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_translations(CATALOGUE, newstyle=True)  # type: ignore[attr-defined]
    for name in ("gettext", "ngettext"):
        environment.globals[name] = _with_clean_variables(environment.globals[name])


def _with_clean_variables(translate: Any) -> Any:
    @pass_context
    def translated(context: Context, *messages: Any, **variables: Any) -> str:
        text: str = translate(context, *messages, **_cleaned(variables))
        return text

    return translated


def _cleaned(variables: Mapping[str, Any]) -> dict[str, Any]:
    return {name: printable(value) for name, value in variables.items()}
