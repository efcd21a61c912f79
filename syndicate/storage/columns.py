"""The columns of a table, declared once: from this come the lists of names in SQL, what is read and what is written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from syndicate.clock import from_text, to_text
from syndicate.storage.engine.database import Row

Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column and the field of the dataclass that it stores. `load` and `dump` convert values, None leaves them as
    they are; neither is called with None. `is_fixed`: written once and never changed.
    """

    name: str
    field: str
    load: Convert | None = None
    dump: Convert | None = None
    is_fixed: bool = False


def text(name: str, *, field: str = "", is_fixed: bool = False) -> Column:
    """A column whose values are stored as they are."""
    return Column(name=name, field=field or name, is_fixed=is_fixed)


def flag(name: str) -> Column:
    return Column(name=name, field=name, load=bool, dump=int)


def instant(name: str, *, field: str = "", is_fixed: bool = False) -> Column:
    return Column(name=name, field=field or name, load=from_text, dump=to_text, is_fixed=is_fixed)


def choice(name: str, kind: type[Enum], *, field: str = "", is_fixed: bool = False) -> Column:
    """A column of the values of an enumeration. A row with another one raises ValueError, which names both."""
    return Column(name=name, field=field or name, load=kind, dump=lambda value: value.value, is_fixed=is_fixed)


def document(name: str, *, load: Convert, dump: Convert) -> Column:
    return Column(name=name, field=name, load=load, dump=dump)


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of a table that together store a dataclass."""

    table: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> str:
        """The names for SELECT, also from a view of the table."""
        return ", ".join(column.name for column in self.columns)

    @property
    def selected(self) -> str:
        """The names for SELECT, each with the table."""
        return ", ".join(f"{self.table}.{column.name}" for column in self.columns)

    def load(self, row: Row) -> dict[str, Any]:
        """Return the fields of the dataclass from a row."""
        fields = {column.field: row[column.name] for column in self.columns}
        for column in self.columns:
            if column.load is not None and (value := fields[column.field]) is not None:
                fields[column.field] = column.load(value)
        return fields

    def dump(self, value: object) -> dict[str, Any]:
        """Return the parameters for `upsert` from the dataclass."""
        return {
            column.name: one if one is None or column.dump is None else column.dump(one)
            for column in self.columns
            for one in (getattr(value, column.field),)
        }


def upsert(*parts: Columns, key: str = "id", constants: Mapping[str, str] | None = None) -> str:
    """Return SQL that inserts a row, or updates the row of this key but for fixed columns. `constants` are values in
    SQL of further columns, used only when a row is inserted.
    """
    columns = [column for part in parts for column in part.columns]
    names = [*(column.name for column in columns), *(constants or {})]
    values = [*(f":{column.name}" for column in columns), *(constants or {}).values()]
    changes = (f"{column.name} = excluded.{column.name}" for column in columns if not column.is_fixed)
    return (
        f"INSERT INTO {parts[0].table} ({', '.join(names)}) VALUES ({', '.join(values)}) "
        f"ON CONFLICT ({key}) DO UPDATE SET {', '.join(changes)}"
    )
