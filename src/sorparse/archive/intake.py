"""What is new in a night: its lines and records that the archive does not hold yet.

In a SOR2 file a record follows from its line and the header alone, so line and record have one
number, and only the records of new lines are taken. In other formats a record may follow from
several lines and files (the owner above a unit in ``Sor.xml``): lines and records are numbered
apart.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import attrs

from ..feed import Feed
from ..formats import Format
from ..records import Address, VirtualAddress
from ..tables import flatten
from ..tables.arrow import arrow_arrays, arrow_schema, load_pyarrow, values_of
from ..tables.schema import TableSchema, schema_of, steps_of
from .pieces import split
from .store import LINES, ArchivedFile, Store

if TYPE_CHECKING:
    import pyarrow as pa

_BY_LINE = (Format.SOR2, Format.SOR2_DAILY)
_BATCH_ROWS = 8192
Key = tuple[str, bytes | None, bytes]
"""A line: the part it belongs to, the header above it, and its bytes."""


@attrs.define(eq=False)
class Intake:
    """One night on its way into the archive."""

    files: list[ArchivedFile] = attrs.Factory(list)
    parts: dict[str, list[int]] = attrs.Factory(dict)
    """The rows of each part, in order."""
    new: dict[str, pa.Table] = attrs.Factory(dict)
    """The rows that the archive does not hold yet, by kind."""
    records: dict[str, int] = attrs.Factory(dict)
    """Number of records by table."""


def take_in(feed: Feed, files: dict[str, bytes], is_set: bool, store: Store) -> Intake:  # noqa: FBT001
    """Read a night, number its lines and records, and find the new ones."""
    found = Intake()
    next_row = store.next_row()
    read_from = _tables_by_file(feed, files)
    linked: dict[str, tuple[list[int], list[int]]] = {}
    keys: list[tuple[str, list[Key]]] = []
    for name, content in files.items():
        pieces, starts = split(content)
        table, header = read_from.get(name), 0
        if table is not None and starts is not None:
            first = next(iter(feed.numbered(table)), (None, None))[0]
            header = 0 if first is None else bisect_right(starts, first) - 1
        if table is not None and starts is not None and header:
            part = table
            above = b"".join(pieces[:header])
        else:
            table, part, above = None, _part(name, is_set, keys), None
        keys.append(
            (part, [(part, above if at >= header else None, line) for at, line in enumerate(pieces)])
        )
        digest = hashlib.sha256(content).hexdigest()
        found.files.append(ArchivedFile(name, part, len(content), digest))
        if table is not None and starts is not None:
            linked[table] = starts, found.parts.setdefault(table, [])
    numbers, new = _numbered((key for _, part in keys for key in part), _lines(store), next_row)
    for part, each in keys:
        found.parts.setdefault(part, []).extend(map(numbers.__getitem__, each))
    found.new[LINES] = _lines_table(new)
    next_row += len(new)
    fresh = set(found.new[LINES]["row"].to_pylist())
    for table in feed.tables:
        if table in linked:
            taken = _records_of(feed, table, *linked[table], fresh, found)
        else:
            taken, next_row = _whole_table(feed, table, store, next_row, found)
        found.new[table] = taken
    return found


def _tables_by_file(feed: Feed, files: Iterable[str]) -> dict[str, str]:
    """Return the table of each file that has the records of one table, a line each."""
    if feed.format not in _BY_LINE:
        return {}
    found: dict[str, list[str]] = {}
    for table in feed.tables:
        sources = feed.files(table)
        for name in files:
            if any(each == feed.name or each.endswith(f"/{name}") for each in sources):
                found.setdefault(name, []).append(table if len(sources) == 1 else "")
    return {name: tables[0] for name, tables in found.items() if len(tables) == 1 and tables[0]}


def _part(name: str, is_set: bool, keys: Sequence[tuple[str, Any]]) -> str:  # noqa: FBT001
    """Return the name of a file without what may differ from night to night: its digits."""
    part = "file:" + (re.sub(r"\d+", "#", name) if is_set else "")
    return f"file:{name}" if part in [other for other, _ in keys] else part


def _numbered(
    keys: Iterable[Hashable], stored: Iterable[tuple[int, Any]], next_row: int
) -> tuple[dict[Any, int], dict[int, Any]]:
    """Return the number of each key, and the keys with a new number, ascending."""
    numbers = dict.fromkeys(keys, 0)
    for row, key in stored:
        if key in numbers:
            numbers[key] = row
    new: dict[int, Any] = {}
    for key, row in numbers.items():
        if not row:
            number = next_row + len(new)
            numbers[key] = number
            new[number] = key
    return numbers, new


def _lines(store: Store) -> Iterator[tuple[int, Key]]:
    for batch in store.batches(LINES):
        rows, *columns = values_of(batch, ("row", "part", "header", "line")).values()
        yield from zip(rows, zip(*columns, strict=True), strict=True)


def _lines_table(new: dict[int, Key]) -> pa.Table:
    pa = load_pyarrow()
    parts, headers, lines = zip(*new.values(), strict=True) if new else ((), (), ())
    return pa.table(
        {
            "row": pa.array(new, pa.int64()),
            "part": pa.array(parts, pa.string()).dictionary_encode(),
            "header": pa.array(headers, pa.binary()).dictionary_encode(),
            "line": pa.array(lines, pa.large_binary()),
        }
    )


def _records_of(
    feed: Feed, table: str, starts: list[int], rows: list[int], fresh: set[int], found: Intake
) -> pa.Table:
    """Return the records of new lines; all are read, for the errors in them."""
    pa = load_pyarrow()
    schema = schema_of(table, lists=False)
    names = columns_beside_lines(schema)
    batches: list[Any] = []
    numbers: list[int] = []
    records: list[Any] = []
    missing = set(fresh)
    count = 0

    def flush() -> None:
        if records:
            batch = _with_rows(schema, numbers, flatten.columns_of(schema, records))
            batches.append(batch.select(["row", *names]))
            numbers.clear()
            records.clear()

    last, taken = -1, 0
    for line, record in feed.numbered(table):
        count += 1
        place = bisect_right(starts, line) - 1
        row = rows[place]
        if place != last and row in missing:  # the first time that a line occurs
            missing.discard(row)
            taken = row
            last = place
        if place == last and row == taken:
            numbers.append(row)
            records.append(record)
            if len(records) >= _BATCH_ROWS:
                flush()
    flush()
    found.records[table] = count
    if not batches:
        return _with_rows(schema, [], [[] for _ in schema.columns]).select(["row", *names])
    return pa.concat_tables(batches)


def _whole_table(
    feed: Feed, table: str, store: Store, next_row: int, found: Intake
) -> tuple[pa.Table, int]:
    """Number the records of a table by their values, and return the new ones."""
    schema = schema_of(table, lists=False)
    records = list(flatten.rows(schema, feed.records(table)))
    numbers, new = _numbered(records, _stored(schema, store), next_row)
    found.records[table] = len(records)
    found.parts.setdefault(table, []).extend(map(numbers.__getitem__, records))
    columns = list(map(list, zip(*new.values(), strict=True))) or [[] for _ in schema.columns]
    return _with_rows(schema, list(new), columns), next_row + len(new)


def _stored(schema: TableSchema, store: Store) -> Iterator[tuple[int, tuple[Any, ...]]]:
    for batch in store.batches(schema.name):
        values = values_of(batch, batch.schema.names)
        absent = [None] * batch.num_rows
        columns = [values.get(name, absent) for name in schema.names]
        yield from zip(values["row"], zip(*columns, strict=True), strict=True)


def _with_rows(schema: TableSchema, rows: Sequence[int], columns: flatten.Columns) -> pa.Table:
    pa = load_pyarrow()
    records = pa.table(arrow_arrays(schema, columns), schema=arrow_schema(schema))
    return records.add_column(0, "row", pa.array(rows, pa.int64()))


@cache
def columns_beside_lines(schema: TableSchema) -> tuple[str, ...]:
    """Return the columns that are stored beside the lines of SOR2: all but those of addresses.

    With them an archive would be half as large again; they are in the line.
    """
    addresses = {
        field.name for field, kind, _ in steps_of(schema.record) if kind in (Address, VirtualAddress)
    }
    return tuple(
        column.name for column in schema.columns if column.path.split(".")[0] not in addresses
    )
