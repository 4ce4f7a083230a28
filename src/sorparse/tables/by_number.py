"""Units as Arrow columns from the numbers of their values: a distinct value is flattened once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Any

import attrs

from ..extras import load_numpy, load_pyarrow
from ..formats.csv.buffers import whole_numbers
from ..records import SOREntity
from ..register.batch import Batch, Column
from ..register.days import from_ordinal
from ..register.optional_numpy import array_of
from ..register.storage.packed import texts_of
from .effective import parts, units_schema
from .flatten import (
    BATCH_ROWS,
    Columns,
    Overflow,
    columns_of_field,
    columns_of_texts,
    columns_of_values,
    extra_with,
    joined,
    with_nearest,
)
from .schema import TableColumn, TableSchema, arrow_schema, schema_of, steps_of
from .table import Table

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS = 4 * BATCH_ROWS  # each column costs a call
_DATES = {
    "validity": ("start", "end"),
    "updated_at": ("updated",),
    "first_from_date": ("first_from",),
}


def table_of_batch(batch: Batch, *, effective: bool, lists: bool) -> Table:
    """Return versions of units as a table.

    Args:
        batch: The versions.
        effective: Whether to add columns with inheritance resolved.
        lists: Whether ``replaces`` and ``replaced_by`` are lists instead of text.

    Raises:
        MissingExtraError: If pyarrow is not installed.
    """
    load_pyarrow()
    schema = units_schema(lists=lists) if effective else schema_of("entities", lists=lists)
    return Table(schema, lambda: _Columns(schema, batch, effective=effective).batches())


class _Columns:
    """The columns of versions, as distinct values and the places of each version's."""

    def __init__(self, schema: TableSchema, batch: Batch, *, effective: bool) -> None:
        self._schema = schema
        self._store = store = batch.core.store
        self._rows = load_numpy().asarray(batch.rows, load_numpy().int64)
        self._columns: list[tuple[Any, Any]] = []
        """Of each column the distinct values, and the place of each version's."""
        self._overflow: list[tuple[Any, Overflow]] = []
        self._joined: list[tuple[Any, Overflow]] = []
        columns = iter(zip(schema.columns, arrow_schema(schema).types, strict=True))
        for field, kind, _ in steps_of(SOREntity):
            if field.name in _DATES:
                for name in _DATES[field.name]:
                    days = self._chosen(getattr(store, name))
                    self._add(columns, Column(days, from_ordinal), "", date)
            elif field.name == "sor_id":
                units = self._chosen(store.unit)
                self._add(columns, Column(units, store.ids.__getitem__), "", kind)
            else:
                numbers, values = store.column(field.name)
                own = Column(self._chosen(numbers), values.__getitem__, values.texts)
                self._add(columns, own, field.name, kind)
        for part in parts() if effective else ():
            above, _, name = part.path.rpartition(".")
            column = batch.origin(name) if above else batch.effective(name)
            self._add(columns, column, "", part.kind)

    def _chosen(self, column: Sequence[int]) -> Any:
        return array_of(column)[self._rows]

    def _add(
        self,
        columns: Iterator[tuple[TableColumn, Any]],
        values: Column,
        field: str,
        kind: type[Any],
    ) -> None:
        """Add the columns of a field, its distinct values in the order of appearance.

        Args:
            columns: The columns that are left.
            values: The values.
            field: The name of a field of units; "" for a value without ``extra`` beside it.
            kind: The type of the values.
        """
        pa, np = load_pyarrow(), load_numpy()
        encoded = whole_numbers(np.ascontiguousarray(values.numbers, np.int32)).dictionary_encode()
        flat, overflow = _flat(values, encoded.dictionary.to_pylist(), field, kind)
        if overflow:
            self._overflow.append((encoded.indices, overflow))
        for cells in flat:
            column, arrow_type = next(columns)
            if column.joined:
                beyond: Overflow = {}
                cells = joined(column.name, cells, beyond)  # noqa: PLW2901 - as text
                if beyond:
                    self._joined.append((encoded.indices, beyond))
            self._columns.append((pa.array(cells, arrow_type), encoded.indices))

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the record batches."""
        pa, schema = load_pyarrow(), arrow_schema(self._schema)
        items, extra = self._items_without_column(), self._schema.names.index("extra")
        for start in range(0, len(self._rows), _ROWS):
            arrays = [values.take(places.slice(start, _ROWS)) for values, places in self._columns]
            here = [place for place in items if start <= place < start + _ROWS]
            if here:
                texts = arrays[extra].to_pylist()
                for place in here:
                    own = self._store.value(int(self._rows[place]), "extra")
                    texts[place - start] = extra_with(own, items[place])
                arrays[extra] = pa.array(texts, schema.types[extra])
            yield pa.record_batch(arrays, schema=schema)

    def _items_without_column(self) -> dict[int, dict[str, str]]:
        """Return what goes to ``extra``, by the place of the version."""
        items: dict[int, dict[str, str]] = {}
        for indices, overflow in chain(self._overflow, self._joined):
            for place, value in enumerate(indices.to_pylist()):
                if value in overflow:
                    items.setdefault(place, {}).update(overflow[value])
        return items


def _flat(
    values: Column, numbers: Sequence[int], field: str, kind: type[Any]
) -> tuple[Columns, Overflow]:
    """Return the columns of distinct values, and by place what has none."""
    if values.texts is not None and (kind is str or attrs.has(kind)):
        texts = texts_of(kind).columns(values.texts(numbers))
        if texts is not None:
            flat, overflow = columns_of_texts(kind, field, texts)
            return (flat, overflow) if field else (with_nearest(kind, flat, overflow), {})
    distinct = [values.value(number) for number in numbers]
    if field:
        return columns_of_field(SOREntity, field, distinct)
    return columns_of_values(kind, distinct), {}
