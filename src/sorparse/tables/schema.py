"""The flat columns of each table, derived from the record's fields.

A nested value gives one column per field of its own (``postal_address.post_code`` becomes
``postal_address_post_code``), a :class:`Validity` gives ``from_date`` and ``to_date``, a series
with numbered places gives one column per place (``speciality_1_code`` to ``speciality_8_name``,
``local_attribute_1`` …). Types, names and meanings come from the record classes; nothing is
declared a second time here.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any

import attrs

from ..errors import SorError
from ..extras import load_pyarrow
from ..paths import parse_path
from ..records import Coded, Extra, SHAKUnit, SOREntity, SorType, Validity
from ..records.docs import field_docs
from ..records.tables import TABLES

if TYPE_CHECKING:
    import pyarrow as pa


class DataType(str, Enum):
    """The type of a column's values, independent of the tool that reads it."""

    TEXT = "text"
    """Text; every id and every code."""
    DATE = "date"
    """A day."""
    BOOL = "boolean"
    """Yes or no."""
    INTEGER = "whole number"
    """A count, or the number of a row."""
    NUMBER = "number"
    """A coordinate in metres, as a double. A double preserves every decimal number of up to
    15 digits; the register writes at most ten."""
    TEXT_LIST = "list of text"
    """Texts without number of places (``replaces``, ``replaced_by``)."""
    JSON = "JSON"
    """The row's further columns, as a JSON object of texts."""

    def __str__(self) -> str:
        return self.value


@attrs.frozen
class TableColumn:
    """One column of a flat table."""

    name: str
    """Name of the column, e.g. ``postal_address_post_code``."""
    path: str
    """Path of the value in the record: ``postal_address.post_code``,
    ``specialities[0].code``."""
    type: DataType
    """Type of its values."""
    nullable: bool
    """Whether it may be empty."""
    doc: str
    """Its meaning, with the publisher's names."""
    repeats: bool = False
    """Whether few texts recur over many rows, so that a dictionary pays."""
    joined: bool = False
    """Whether the text holds several ids with a space between them (``replaces``)."""


@attrs.frozen(eq=False)
class TableSchema:
    """The columns of one table."""

    name: str
    """Name of the table: ``entities``, ``location_codes`` …"""
    record: type[Any]
    """The record that a row is built from."""
    doc: str
    """Description of a row."""
    columns: tuple[TableColumn, ...]
    """The columns, in the order of the record's fields."""
    key: tuple[str, ...]
    """Columns that together identify a row. The register's data do not always comply."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.name for column in self.columns)

    @property
    def types(self) -> list[DataType]:
        """Types of the columns."""
        return [column.type for column in self.columns]

    @property
    def has_period(self) -> bool:
        """Whether a row has a first and a last day."""
        return attrs.has(self.record) and "validity" in attrs.fields_dict(self.record)

    def __getitem__(self, name: str) -> TableColumn:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"table {self.name} has no column {name!r}")

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __arrow_c_schema__(self) -> object:
        """Hand the schema to an Arrow library (PyCapsule interface)."""
        return arrow_schema(self).__arrow_c_schema__()

    def __str__(self) -> str:
        width = max(map(len, self.names))
        lines = [f"  {each.name:{width}}  {each.type!s:12}  {each.doc}" for each in self.columns]
        return "\n".join([f"{self.name}: {self.doc}", *lines])


PLACES = {
    (SOREntity, "specialities"): ("speciality", 8),
    (SOREntity, "local_attributes"): ("local_attribute", 5),
    (SHAKUnit, "specialities"): ("speciality", 4),
}
"""Series with numbered places: the name of one place, and how many the publisher has. What a
record holds beyond them goes into ``extra`` under the name the column would have."""

_REPEATING = frozenset(
    {
        "sor_type",
        "region_code",
        "region_name",
        "municipality_code",
        "municipality_name",
        "country_code",
        "district_name",
        "post_code",
        "direction",
        "kind",
    }
)
"""Fields whose texts come from a short list. Every :class:`Coded` does too, but for ``entry``."""


@cache
def schema_of(table: str, *, lists: bool = True) -> TableSchema:
    """Return the flat schema of a table.

    Args:
        table: Name of the table: that of the method of ``Feed``.
        lists: Whether ``replaces`` and ``replaced_by`` are lists. If false they are text, with a
            space between the ids, for tools and file formats without lists.

    Raises:
        SorError: If no table has that name.
    """
    if not lists:
        whole = schema_of(table)
        return attrs.evolve(whole, columns=tuple(map(_without_list, whole.columns)))
    declared = TABLES.get(table)
    if declared is None:
        raise SorError(f"no table is called {table!r}; tables are {', '.join(TABLES)}")
    return schema_for(table, declared.record, declared.key)


def schema_for(table: str, record: type[Any], key: tuple[str, ...]) -> TableSchema:
    """Return the flat schema of a record class.

    Args:
        table: Name of the table.
        record: The record that a row is built from.
        key: Paths of the fields that together identify a row.
    """
    columns = tuple(_columns(record, record, "", "", "", nullable=False))
    names = [column.name for column in columns]
    if len(set(names)) != len(names):
        raise AssertionError(f"two columns of {table} have one name: {sorted(names)}")
    by_path = {column.path: column.name for column in columns}
    return TableSchema(
        name=table,
        record=record,
        doc=_one_line(record.__doc__ or ""),
        columns=columns,
        key=tuple(by_path[path] for path in key),
    )


def _without_list(column: TableColumn) -> TableColumn:
    if column.type is not DataType.TEXT_LIST:
        return column
    doc = f"{column.doc} Several ids have a space between them."
    return attrs.evolve(column, type=DataType.TEXT, doc=doc, joined=True)


def steps_of(record: type[Any]) -> Iterator[tuple[attrs.Attribute[Any], Any, bool]]:
    """Return each field of a record class with its type and whether it may be absent.

    A field outside the comparison (``Coded.supplied``) states the origin of a value and is not
    part of the row.
    """
    hints = typing.get_type_hints(record)
    for field in attrs.fields(record):
        if not field.eq:
            continue
        kind, optional = without_none(hints[field.name])
        yield field, kind, optional


def _columns(
    root: type[Any], cls: type[Any], name: str, path: str, doc: str, *, nullable: bool
) -> Iterator[TableColumn]:
    docs = field_docs(cls)
    for field, kind, optional in steps_of(cls):
        meaning = _joined(doc, _one_line(docs.get(field.name, "")))
        places = PLACES.get((root, field.name)) if not path else None
        own_path = f"{path}.{field.name}" if path else field.name
        own_name = f"{name}_{field.name}" if name else field.name
        if places is not None:
            inner = typing.get_args(kind)[0]
            for place in range(places[1]):
                yield from value_columns(
                    root,
                    without_none(inner)[0],
                    f"{places[0]}_{place + 1}",
                    f"{own_path}[{place}]",
                    f"{meaning} Place {place + 1}.",
                    nullable=True,
                    holder=cls,
                )
        elif kind is Validity:
            yield from _columns(root, kind, name, own_path, meaning, nullable=True)
        else:
            yield from value_columns(
                root, kind, own_name, own_path, meaning, nullable=nullable or optional, holder=cls
            )


def value_columns(
    root: type[Any],
    kind: Any,
    name: str,
    path: str,
    doc: str,
    *,
    nullable: bool,
    holder: type[Any],
) -> Iterator[TableColumn]:
    """Yield the columns of one value: one for each field of a value object, else one.

    Args:
        root: The record that the row is built from.
        kind: Type of the value.
        name: Name of the column, or of the columns before their own part.
        path: Where the value is in the record.
        doc: What it means.
        nullable: Whether it may be absent.
        holder: The class that has the field.
    """
    if attrs.has(kind):
        yield from _columns(root, kind, name, path, doc, nullable=True)
        return
    data_type = data_type_of(kind)
    yield TableColumn(
        name=name,
        path=path,
        type=data_type,
        nullable=nullable or data_type in (DataType.TEXT_LIST, DataType.JSON),
        doc=doc,
        repeats=data_type is DataType.TEXT and _repeats(holder, path),
    )


def _repeats(holder: type[Any], path: str) -> bool:
    *above, last = parse_path(path)
    if holder is Coded:
        return above[-1] != "entry"
    return last in _REPEATING


_DATA_TYPES: dict[Any, DataType] = {
    str: DataType.TEXT,
    SorType: DataType.TEXT,
    date: DataType.DATE,
    bool: DataType.BOOL,
    int: DataType.INTEGER,
    Decimal: DataType.NUMBER,
    Extra: DataType.JSON,
}


def data_type_of(kind: Any) -> DataType:
    """Return what a column of a field of this type holds; a tuple is a list of texts."""
    if typing.get_origin(kind) is tuple:
        return DataType.TEXT_LIST
    return _DATA_TYPES[kind]


def without_none(hint: Any) -> tuple[Any, bool]:
    """Split ``X | None`` into ``X`` and whether ``None`` was there."""
    if typing.get_origin(hint) not in (typing.Union, types.UnionType):
        return hint, False
    rest = [kind for kind in typing.get_args(hint) if kind is not type(None)]
    return rest[0], True


def _joined(above: str, own: str) -> str:
    return f"{above} {own}".strip()


def _one_line(doc: str) -> str:
    first = doc.strip().split("\n\n", maxsplit=1)[0]
    return " ".join(first.split()).replace("``", "")


@cache
def arrow_schema(schema: TableSchema) -> pa.Schema:
    """Return the Arrow schema: repeated texts as dictionaries, docs as field metadata."""
    pa = load_pyarrow()
    fields = [
        pa.field(
            column.name,
            _arrow_type(column),
            nullable=column.nullable,
            metadata={"description": column.doc},
        )
        for column in schema.columns
    ]
    return pa.schema(fields, metadata={"sorparse.table": schema.name, "description": schema.doc})


def _arrow_type(column: TableColumn) -> pa.DataType:
    pa = load_pyarrow()
    if column.repeats:
        return pa.dictionary(pa.int32(), pa.string())
    return {
        DataType.TEXT: pa.string(),
        DataType.DATE: pa.date32(),
        DataType.BOOL: pa.bool_(),
        DataType.INTEGER: pa.int64(),
        DataType.NUMBER: pa.float64(),
        DataType.TEXT_LIST: pa.list_(pa.string()),
        DataType.JSON: pa.string(),
    }[column.type]
