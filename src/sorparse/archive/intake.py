"""What is new in a night: its lines and records that the archive does not hold yet.

In a SOR2 file a record follows from its line and the header alone, so line and record have one
number, and only the records of new lines are taken. In other formats a record may follow from
several lines and files (the owner above a unit in ``Sor.xml``): lines and records are numbered
apart.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from itertools import chain, count
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from ..exports.conversion_job import ROW_ID
from ..extras import load_pyarrow
from ..feed import Feed
from ..formats import Format
from ..records import Address, VirtualAddress
from ..tables import flatten
from ..tables.schema import TableSchema, arrow_schema, schema_of, steps_of
from ..tables.table import arrow_arrays, values_of
from .pieces import cut, has_open_quotes, sha256, split
from .runs import Runs
from .store import LINES, ArchivedFile, Night, State, Store

if TYPE_CHECKING:
    import pyarrow as pa

_BY_LINE = (Format.SOR2, Format.SOR2_DAILY)
_BATCH_ROWS = 8192
T = TypeVar("T")


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


@attrs.define(eq=False)
class _Linked:
    """A file of which each record is a line."""

    records: Iterator[tuple[int | None, Any]]
    starts: list[int]
    rows: list[int]


def take_in(feed: Feed, files: dict[str, bytes], is_set: bool, store: Store) -> Intake:
    """Read a night, number its lines and records, and find the new ones."""
    intake = Intake()
    numbers = count(store.next_row())
    read_from = _tables_by_file(feed, files)
    linked: dict[str, _Linked] = {}
    split_up: list[tuple[str, bytes | None, list[bytes]]] = []
    """Part, header (None of the header itself, and of lines that are not records), and lines."""
    for name, content in files.items():
        pieces, is_by_line = split(content)
        table = read_from.get(name) if is_by_line else None
        part = _part(name, is_set, intake.files)
        records: Iterator[tuple[int | None, Any]] = iter(())
        starts: Sequence[int] = range(1, len(pieces) + 1)
        if table is not None:
            if has_open_quotes(content):  # only the reader knows which lines are one record
                starts = sorted({1, *(line for line, _ in feed.numbered(table) if line)})
                pieces = cut(content, starts)
            records = feed.numbered(table)
        first = next(records, None)
        if table is not None and first is not None:
            part = table
            at = bisect_right(starts, first[0] or 1) - 1
            header = b"".join(pieces[:at])
            split_up.append((part, None, [header]))
            split_up.append((part, header, pieces[at:]))
            rows = intake.parts.setdefault(part, [])
            linked[table] = _Linked(chain([first], records), [1, *starts[at:]], rows)
        else:
            split_up.append((part, None, pieces))
        digest = sha256(content)
        intake.files.append(ArchivedFile(name, part, len(content), digest))
    known = {(part, header): dict.fromkeys(lines, 0) for part, header, lines in split_up}
    _find_lines(store, known)
    tables = []
    for part, above, lines in split_up:
        rows_of = known[part, above]
        tables.append(_lines_table(part, above, _number(rows_of, numbers)))
        intake.parts.setdefault(part, []).extend(map(rows_of.__getitem__, lines))
    intake.new[LINES] = load_pyarrow().concat_tables(tables)
    split_up.clear()
    known.clear()
    fresh = set(intake.new[LINES][ROW_ID].to_pylist())
    for table in feed.tables:
        taken = (
            _records_of(table, linked[table], fresh, intake)
            if table in linked
            else _whole_table(feed, table, store, numbers, intake)
        )
        intake.new[table] = taken
    return intake


def unchanged(
    state: State, before: int | None, content: tuple[tuple[str, str], ...]
) -> Intake | None:
    """Return a night with the content of the night before it; None if it has another."""
    if before is None:
        return None
    night = state.nights[date.fromordinal(before)]
    if night.content != content:
        return None
    parts = {part: runs.at(before) for part, runs in state.parts.items()}
    return Intake([*night.files], parts, {}, dict(night.records))


def _tables_by_file(feed: Feed, files: Iterable[str]) -> dict[str, str]:
    """Return the table of each file that has the records of one table, a line each."""
    if feed.format not in _BY_LINE:
        return {}
    by_file: dict[str, list[str]] = {}
    for table in feed.tables:
        sources = feed.files(table)
        for name in files:
            if {feed.name, f"{feed.name}/{name}"} & {*sources}:
                by_file.setdefault(name, []).append(table if len(sources) == 1 else "")
    return {name: tables[0] for name, tables in by_file.items() if len(tables) == 1 and tables[0]}


def _part(name: str, is_set: bool, others: Iterable[ArchivedFile]) -> str:
    """Return the name of a file without what may differ from night to night: its digits.

    The second file of that name has its whole name, with a beginning that no other part has.
    """
    part = "file:" + (re.sub(r"\d+", "#", name) if is_set else "")
    return f"name:{name}" if part in [other.part for other in others] else part


def _number(rows: dict[T, int], numbers: Iterator[int]) -> dict[int, T]:
    """Number what has the number 0, in order, and return it by its number."""
    new = {next(numbers): key for key, row in rows.items() if not row}
    rows.update((key, number) for number, key in new.items())
    return new


def _find_lines(store: Store, known: dict[tuple[str, bytes | None], dict[bytes, int]]) -> None:
    """Set the number of each line that the archive holds."""
    names = [ROW_ID, "part", "header", "line"]
    for batch in store.batches(LINES, names):
        columns = values_of(batch, names).values()
        for row, part, header, line in zip(*columns, strict=True):
            lines = known.get((part, header), ())
            if line in lines:
                known[part, header][line] = row


def _lines_table(part: str, header: bytes | None, new: dict[int, bytes]) -> pa.Table:
    pa = load_pyarrow()
    places = pa.array([0] * len(new), pa.int32())
    columns = {
        ROW_ID: pa.array(new, pa.int64()),
        "part": pa.DictionaryArray.from_arrays(places, pa.array([part])),
        "header": pa.DictionaryArray.from_arrays(
            places if header is not None else pa.nulls(len(new), pa.int32()),
            pa.array([header or b""], pa.binary()),
        ),
        "line": pa.array(new.values(), pa.large_binary()),
    }
    return pa.table(columns)


def _records_of(table: str, linked: _Linked, fresh: set[int], intake: Intake) -> pa.Table:
    """Return the records of new lines; all are read, for the errors in them."""
    schema = schema_of(table, lists=False)
    names = [ROW_ID, *columns_beside_lines(schema)]
    batches: list[pa.Table] = []
    numbers: list[int] = []
    records: list[Any] = []
    missing = set(fresh)
    records_read = 0

    def flush() -> None:
        columns = flatten.columns_of(schema, records)
        batches.append(_with_rows(schema, numbers, columns).select(names))
        numbers.clear()
        records.clear()

    for line, record in linked.records:
        records_read += 1
        row = linked.rows[bisect_right(linked.starts, line or 1) - 1]
        if row in missing:  # the first time that a line occurs
            missing.discard(row)
            numbers.append(row)
            records.append(record)
            if len(records) >= _BATCH_ROWS:
                flush()
    flush()
    intake.records[table] = records_read
    return load_pyarrow().concat_tables(batches)


def _whole_table(
    feed: Feed, table: str, store: Store, numbers: Iterator[int], intake: Intake
) -> pa.Table:
    """Number the records of a table by their values, and return the new ones."""
    schema = schema_of(table, lists=False)
    records = list(flatten.rows(schema, feed.records(table)))
    rows = dict.fromkeys(records, 0)
    # of a record that has the number of its line not all columns are stored
    of_lines = {row for batch in store.batches(LINES, [ROW_ID]) for row in batch[0].to_pylist()}
    for row, values in _stored(schema, store):
        if values in rows and row not in of_lines:
            rows[values] = row
    new = _number(rows, numbers)
    intake.records[table] = len(records)
    intake.parts.setdefault(table, []).extend(map(rows.__getitem__, records))
    columns = list(map(list, zip(*new.values(), strict=True))) or [[] for _ in schema.columns]
    return _with_rows(schema, list(new), columns)


def _stored(schema: TableSchema, store: Store) -> Iterator[tuple[int, tuple[Any, ...]]]:
    for batch in store.batches(schema.name):
        values = values_of(batch, batch.schema.names)
        absent = [None] * batch.num_rows
        columns = [values.get(name, absent) for name in schema.names]
        yield from zip(values[ROW_ID], zip(*columns, strict=True), strict=True)


def _with_rows(schema: TableSchema, rows: Sequence[int], columns: flatten.Columns) -> pa.Table:
    pa = load_pyarrow()
    records = pa.table(arrow_arrays(schema, columns), schema=arrow_schema(schema))
    return records.add_column(0, ROW_ID, pa.array(rows, pa.int64()))


@cache
def columns_beside_lines(schema: TableSchema) -> tuple[str, ...]:
    """Return the columns that are stored beside the lines of SOR2: all but those of addresses.

    With them an archive would be half as large again; they are in the line.
    """
    addresses = {
        field.name
        for field, kind, _ in steps_of(schema.record)
        if kind in (Address, VirtualAddress)
    }
    return tuple(
        column.name for column in schema.columns if column.path.split(".")[0] not in addresses
    )


def state_with(  # noqa: PLR0917 - what a state is built from
    state: State,
    format_name: str,
    night: Night,
    parts: dict[str, list[int]],
    before: int | None,
    after: int | None,
) -> State:
    """Return a state with one more night, or with another content of it."""
    at = night.night.toordinal()
    runs = {}
    for part in {**state.parts, **parts}:
        old = state.parts.get(part, Runs())
        if night.night in state.nights:
            old = old.without_night(at, before, after)
        runs[part] = old.with_night(at, parts.get(part, []), before, after)
    nights = {**state.nights, night.night: night}
    return State(format_name, dict(sorted(nights.items())), runs)
