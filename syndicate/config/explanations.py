"""What is wrong with a setting, in one line that names it."""

from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from syndicate.config.sections import PREFIX


def explain(error: ValidationError, path: Path, environment: dict[str, str]) -> str:
    """Return the first error as one line that names the setting and where it is set."""
    first = error.errors()[0]
    names = [str(part) for part in first["loc"]][:2]
    spelled = f"{PREFIX}{'__'.join(names)}".upper()
    given = next((name for name in environment if name.upper() == spelled), None)
    where = f"environment: {given}" if given else f"{path}: {'.'.join(names)}"
    return f"{where}: {_words(first)}"


def words_of(error: ValidationError) -> str:
    """Return the first error as words about the value, without the name of the setting."""
    return _words(error.errors()[0])


def _words(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            return "is not a setting that this version knows"
        case "missing":
            return "is required"
        case "literal_error":
            return f"must be one of {context['expected']}"
        case "greater_than_equal":
            return f"must be {context['ge']} or more"
        case "less_than_equal":
            return f"must be {context['le']} or less"
        case "model_type" | "model_attributes_type" | "dict_type":
            return "must be a section with settings below it"
        case _:
            return error["msg"].removeprefix("Value error, ")
