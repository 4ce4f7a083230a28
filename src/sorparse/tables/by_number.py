"""Units as Arrow columns from the numbers of their values: a distinct value is flattened once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Any

import attrs

from ..extras import load_numpy, load_pyarrow
from ..formats.csv.buffers import numbers_of, texts_from, whole_numbers
from ..records import SOREntity
from ..register.batch import Batch, Column
from ..register.days import from_ordinal
from ..register.optional_numpy import array_of
from ..register.saved.forged import reports_forged_file
from ..register.storage.leaves import split
from ..register.storage.packed import leaf_paths
from .effective import parts, units_schema
from .flatten import (
    BATCH_ROWS,
    DIGITS,
    Columns,
    Overflow,
    column_of_numbers,
    columns_of_field,
    columns_of_values,
    extra_with,
    joined,
    nearest_double,
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
    return Table(schema, lambda: _batches(batch, schema, effective=effective))


@reports_forged_file
def _batches(batch: Batch, schema: TableSchema, *, effective: bool) -> Iterator[pa.RecordBatch]:
    return _Columns(schema, batch, effective=effective).batches()


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
                own = Column(self._chosen(numbers), values.__getitem__, values.pieces)
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
        for cells in flat:
            column, arrow_type = next(columns)
            beyond: Overflow = {}
            if column.joined:
                cells = joined(column.name, cells, beyond)  # noqa: PLW2901 - as text
                if beyond:
                    self._joined.append((encoded.indices, beyond))
            elif isinstance(cells, pa.Array):
                cells, beyond = _typed(column.name, cells, arrow_type, nearest=not field)  # noqa: PLW2901
                for row, items in beyond.items():
                    overflow.setdefault(row, {}).update(items)
            if not isinstance(cells, pa.Array):
                cells = pa.array(cells, arrow_type)  # noqa: PLW2901
            self._columns.append((cells, encoded.indices))
        if overflow:
            self._overflow.append((encoded.indices, overflow))

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
    """Return the columns of distinct values, and by place what has none.

    The columns are Arrow texts if the values are stored as such, else lists.
    """
    if values.pieces is not None and (kind is str or attrs.has(kind)):
        width = len(leaf_paths(kind))
        parts = split(values.pieces(numbers), width)
        if parts is not None:
            np, (data, offsets) = load_numpy(), parts
            buffer, filled = load_pyarrow().py_buffer(data), np.diff(offsets) > 0
            texts = texts_from(offsets.astype(np.int32), buffer, filled)
            first = np.arange(0, len(texts), width, dtype=np.int32)
            return [texts.take(whole_numbers(first + part)) for part in range(width)], {}
    distinct = [values.value(number) for number in numbers]
    if field:
        return columns_of_field(SOREntity, field, distinct)
    return columns_of_values(kind, distinct), {}


def _typed(name: str, texts: Any, arrow_type: Any, *, nearest: bool) -> tuple[Any, Overflow]:
    """Return texts as a column of a type, and by place the numbers that no double returns.

    Args:
        name: The name of the column.
        texts: The texts, null where absent.
        arrow_type: The type.
        nearest: Whether such numbers become the nearest double.
    """
    pa = load_pyarrow()
    if pa.types.is_dictionary(arrow_type):
        return texts.dictionary_encode(), {}
    if not pa.types.is_floating(arrow_type):
        return texts, {}
    _, offsets, digits = texts.buffers()
    if digits is not None and _is_plain(digits, offsets):
        return texts.cast(arrow_type), {}
    numbers, overflow = column_of_numbers(name, texts.to_pylist())
    if nearest:
        for row, items in overflow.items():
            numbers[row] = nearest_double(items[name])
        overflow = {}
    return numbers, overflow


def _is_plain(digits: Any, offsets: Any) -> bool:
    """Return whether any tool reads numbers as the same doubles."""
    longest = load_numpy().diff(numbers_of(offsets, "i4")).max(initial=0)
    return longest <= DIGITS and not digits.to_pybytes().translate(None, b"0123456789.-")
