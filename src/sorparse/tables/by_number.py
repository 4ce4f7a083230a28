"""Units as Arrow columns from the numbers of their values: a distinct value is flattened once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from ..extras import load_numpy, load_pyarrow
from ..formats.csv.buffers import whole_numbers
from ..records import SOREntity
from ..register.days import from_ordinal
from ..register.optional_numpy import array_of
from .flatten import BATCH_ROWS, Columns, Overflow, columns_of_field, extra_with, joined
from .schema import TableColumn, TableSchema, arrow_schema, steps_of
from .table import Table

if TYPE_CHECKING:
    import pyarrow as pa

    from ..register.store import Store

_DATES = {"updated_at": "updated", "first_from_date": "first_from"}


def table_of_rows(schema: TableSchema, store: Store, rows: Sequence[int]) -> Table:
    """Return versions of units as a table.

    Args:
        schema: The columns of units.
        store: The versions.
        rows: The versions that are shown.

    Raises:
        MissingExtraError: If pyarrow is not installed.
    """
    load_pyarrow()
    return Table(schema, lambda: _Columns(schema, store, rows).batches())


class _Columns:
    """The columns of versions, as distinct values and the places of each version's."""

    def __init__(self, schema: TableSchema, store: Store, rows: Sequence[int]) -> None:
        self._schema = schema
        self._store = store
        self._rows = load_numpy().asarray(rows, load_numpy().int64)
        self._columns: list[tuple[Any, Any]] = []
        """Of each column the distinct values, and the place of each version's."""
        self._overflow: list[tuple[Any, Overflow]] = []
        self._joined: list[tuple[Any, Overflow]] = []
        columns = iter(zip(schema.columns, arrow_schema(schema).types, strict=True))
        for field, _, _ in steps_of(SOREntity):
            if field.name == "validity":
                self._add("from_date", columns, *self._dates("start"))
                self._add("to_date", columns, *self._dates("end"))
            elif field.name in _DATES:
                self._add(field.name, columns, *self._dates(_DATES[field.name]))
            elif field.name == "sor_id":
                units = array_of(store.unit)[self._rows]
                self._add(field.name, columns, units, store.ids)
            else:
                numbers, values = store.column(field.name)
                by_row = array_of(numbers)
                self._add(field.name, columns, by_row[self._rows], values)

    def _dates(self, name: str) -> tuple[Any, Mapping[int, Any]]:
        days = array_of(getattr(self._store, name))[self._rows]
        return days, {day: from_ordinal(day) for day in set(days.tolist())}

    def _add(
        self, field: str, columns: Iterator[tuple[TableColumn, Any]], numbers: Any, values: Any
    ) -> None:
        """Add the columns of a field: its values by number, in the order of appearance."""
        pa, np = load_pyarrow(), load_numpy()
        encoded = whole_numbers(np.ascontiguousarray(numbers, np.int32)).dictionary_encode()
        distinct = [values[number] for number in encoded.dictionary.to_pylist()]
        flat: Columns = [distinct]
        overflow: Overflow = {}
        if field not in ("from_date", "to_date"):
            flat, overflow = columns_of_field(SOREntity, field, distinct)
        if overflow:
            self._overflow.append((encoded.indices, overflow))
        for cells in flat:
            column, kind = next(columns)
            if column.joined:
                beyond: Overflow = {}
                cells = joined(column.name, cells, beyond)  # noqa: PLW2901 - as text
                if beyond:
                    self._joined.append((encoded.indices, beyond))
            self._columns.append((pa.array(cells, kind), encoded.indices))

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the record batches."""
        pa, schema = load_pyarrow(), arrow_schema(self._schema)
        items = self._items_without_column()
        for start in range(0, len(self._rows), BATCH_ROWS):
            arrays = [
                values.take(places.slice(start, BATCH_ROWS)) for values, places in self._columns
            ]
            here = [place for place in items if start <= place < start + BATCH_ROWS]
            if here:
                texts = arrays[-1].to_pylist()
                for place in here:
                    extra = self._store.value(int(self._rows[place]), "extra")
                    texts[place - start] = extra_with(extra, items[place])
                arrays[-1] = pa.array(texts, schema.types[-1])
            yield pa.record_batch(arrays, schema=schema)

    def _items_without_column(self) -> dict[int, dict[str, str]]:
        """Return what goes to ``extra``, by the place of the version."""
        found: dict[int, dict[str, str]] = {}
        for indices, overflow in chain(self._overflow, self._joined):
            for place, value in enumerate(indices.to_pylist()):
                if value in overflow:
                    found.setdefault(place, {}).update(overflow[value])
        return found
