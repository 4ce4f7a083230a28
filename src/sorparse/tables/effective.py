"""The columns with inheritance resolved, declared by the class :class:`Effective`.

Each field of that class, its region and its municipality give columns of the name ``effective_``
and the field (``effective_visiting_address_post_code``); ``effective_origin_`` and a field is the
SOR id of the unit that the value comes from. The frames of ``view.to_arrow(effective=True)``, the
table ``entity_effective`` of the databases and ``sorparse find --csv`` have the same columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs

from ..extras import load_pyarrow
from ..inheritance import Effective
from ..records import Coded, SOREntity
from ..records.docs import field_docs
from . import flatten
from .schema import TableColumn, TableSchema, arrow_schema, schema_of, steps_of, value_columns
from .table import Table, arrow_arrays

if TYPE_CHECKING:
    import pyarrow as pa

PREFIX = "effective"
PLACES = Effective.PLACES
"""Properties of :class:`Effective` that have columns, beside its fields."""


class Part(NamedTuple):
    """A part of :class:`Effective` that has columns."""

    path: str
    """Field, property, or ``origin.`` and the name of a field."""
    kind: type[Any]
    """Type of its value."""
    doc: str
    """Its meaning."""
    get: Callable[[Effective], Any]
    """Returns its value."""


@cache
def parts() -> tuple[Part, ...]:
    """Return the parts in the order of their columns."""
    return tuple(_parts())


@cache
def value_fields() -> dict[str, type[Any]]:
    """Return the fields of :class:`Effective` that hold values, with their types."""
    return {
        field.name: kind
        for field, kind, _ in steps_of(Effective)
        if field.name not in ("sor_id", "origin", "caveats")
    }


def _parts() -> Iterator[Part]:
    docs = field_docs(Effective)
    for name, kind in value_fields().items():
        yield Part(name, kind, docs.get(name, ""), attrgetter(name))
    for name in PLACES:
        doc = (getattr(Effective, name).__doc__ or "").split("\n", maxsplit=1)[0]
        yield Part(name, Coded, doc, attrgetter(name))
    for name in value_fields():
        doc = f"SOR id of the unit whose own the effective {name.replace('_', ' ')} is."
        yield Part(f"origin.{name}", str, doc, _origin(name))


def _origin(field: str) -> Callable[[Effective], str | None]:
    return lambda effective: effective.origin.get(field)


@cache
def effective_columns() -> tuple[TableColumn, ...]:
    """Return the columns of the effective values of a unit; each may be empty."""
    all_columns: list[TableColumn] = []
    for part in parts():
        path = f"{PREFIX}.{part.path}"
        name = path.replace(".", "_")
        columns = value_columns(
            Effective, part.kind, name, path, part.doc, nullable=True, holder=Effective
        )
        if part.path in PLACES:  # their codes are those of the authorities
            columns = (attrs.evolve(one, doc=_half(part, one)) for one in columns)
        all_columns += columns
    return tuple(all_columns)


def _half(place: Part, column: TableColumn) -> str:
    half = column.path.rpartition(".")[2]
    return f"{half.capitalize()} of the {place.doc[:1].lower()}{place.doc[1:]}"


def columns_of_effective(units: Sequence[Effective | None]) -> flatten.Columns:
    """Return the columns of :func:`effective_columns`; ``None`` is a row without values."""
    columns: flatten.Columns = []
    for part in parts():
        values = [None if unit is None else part.get(unit) for unit in units]
        columns += flatten.columns_of_values(part.kind, values)
    return columns


@cache
def units_schema(*, lists: bool = False) -> TableSchema:
    """Return the schema of units with their own and their effective values."""
    own = schema_of("entities", lists=lists)
    return attrs.evolve(
        own,
        doc=f"{own.doc} Columns that begin with {PREFIX}_ have inheritance resolved.",
        columns=(*own.columns, *effective_columns()),
    )


def units_table(
    units: Sequence[SOREntity], effective: Sequence[Effective | None], *, lists: bool = False
) -> Table:
    """Build a table of units with their own and their effective values.

    Args:
        units: The units.
        effective: The effective values of each.
        lists: Whether ``replaces`` and ``replaced_by`` are lists instead of text.

    Raises:
        MissingExtraError: If pyarrow is not installed.
    """
    pyarrow = load_pyarrow()
    own, schema = schema_of("entities", lists=lists), units_schema(lists=lists)

    def batches() -> Iterator[pa.RecordBatch]:
        for at in range(0, len(units), flatten.BATCH_ROWS):
            some = slice(at, at + flatten.BATCH_ROWS)
            columns = flatten.columns_of(own, units[some]) + columns_of_effective(effective[some])
            yield pyarrow.record_batch(arrow_arrays(schema, columns), schema=arrow_schema(schema))

    return Table(schema, batches)
