"""Forms of the author's interface: what was typed, and what is wrong with it, field by field."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

CSRF_FIELD = "csrf"


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form as they were sent. A field that occurs more than once has its last value."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, fields: Iterable[tuple[str, str]]) -> "Form":
        return cls(dict(fields))

    def get(self, name: str) -> str:
        """Return what was typed, or an empty string."""
        return self.values.get(name, "")

    def has(self, name: str) -> bool:
        """Return whether a box is ticked, or a button was used."""
        return name in self.values

    def error(self, name: str) -> str:
        return self.errors.get(name, "")

    def with_errors(self, **errors: str) -> "Form":
        """Return the form with these errors; empty ones are none."""
        return Form(self.values, {name: text for name, text in errors.items() if text})

    def without_secrets(self, *names: str) -> "Form":
        """Return the form without fields that are not sent back, such as passwords."""
        return Form({name: value for name, value in self.values.items() if name not in names}, self.errors)
