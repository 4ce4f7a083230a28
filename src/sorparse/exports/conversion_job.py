"""What is written in one conversion: the tables of a source, read once, counted and noted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from importlib.util import find_spec
from typing import Any

import attrs

from ..extras import load_pyarrow
from ..issues import Issue
from ..tables import Table, flatten
from ..tables.schema import TableSchema, arrow_schema, schema_of
from ..tables.table import arrow_arrays, record_batches, values_of
from .effective import EffectiveCollector, effective_schema
from .in_force_periods import PeriodCollector, periods_schema

INFO = "load_info"
INFO_FILE = f"{INFO}.json"
INFO_DOC = "What the tables were loaded from, by sorparse."
ROW_ID = "row_id"
ROW_ID_DOC = "Place of the row in the file, from 1. The register's own key may occur twice."
DERIVED = (periods_schema(), effective_schema())
"""The schemas of the tables that are derived from the units."""


@attrs.define(eq=False)
class ConversionJob:
    """The tables that a target is to hold, and the results of writing them."""

    feed: Any
    """The feed or register that is read."""
    tables: tuple[str, ...]
    """Tables to be written."""
    read: Callable[[str], Iterable[Any]]
    """Returns the records of a table, by its name."""
    arrow: Callable[..., Table] | None = None
    """Returns a table as Arrow (``lists``: whether with lists), if the source can."""
    force: bool = False
    """Whether to replace what the library did not write."""
    guard: Callable[[ConversionJob], None] = attrs.field(default=lambda _: None, eq=False)
    """Raises if the target must not be replaced with what was written."""
    counts: dict[str, int] = attrs.field(factory=dict)
    """Rows read for writing, by table."""
    issues: list[Issue] = attrs.field(factory=list)
    """What the target could not take as it is."""
    units: PeriodCollector = attrs.field(factory=PeriodCollector)
    """The units written so far."""
    _next_row: int = 1

    @property
    def source(self) -> str:
        """Name of the source."""
        return getattr(self.feed, "name", "a feed")

    @property
    def format(self) -> str:
        """The format that is read."""
        return str(self.feed.format)

    @property
    def snapshot_date(self) -> date | None:
        """The date that the data represent, if the source states it."""
        day: date | None = self.feed.snapshot_date
        return day

    def check_guards(self) -> None:
        """Raise if a guard trips; called when all is written, before anything is replaced."""
        self.guard(self)

    @property
    def schemas(self) -> tuple[TableSchema, ...]:
        """The flat schemas of the tables."""
        return tuple(schema_of(table) for table in self.tables)

    @property
    def derived_schemas(self) -> tuple[TableSchema, ...]:
        """The schemas of the tables that are derived from the units, if these are written."""
        return DERIVED if "entities" in self.tables else ()

    def collect_effective(self) -> None:
        """Collect, while ``entities`` is read, what :meth:`derived` needs."""
        if "entities" in self.tables:
            self.units = EffectiveCollector()
        elif "entities" in self.feed.tables:
            names = " and ".join(schema.name for schema in DERIVED)
            message = f"{names} are not written: they are derived from entities"
            self.issues.append(Issue("info", "table-not-written", message))

    def derived(self) -> Iterator[tuple[TableSchema, Iterator[flatten.Columns]]]:
        """Yield the tables derived from the units, with their columns; after the records."""
        if "entities" in self.tables:
            yield from self.units.derived()

    def records(self, table: str) -> Iterator[Any]:
        """Yield the records of a table, count them, and collect the units."""
        for record in self._counted(table):
            if table == "entities":
                self.units.add_record(record)
            yield record

    def _counted(self, table: str) -> Iterator[Any]:
        self.counts[table] = 0
        for record in self.read(table):
            self.counts[table] += 1
            yield record

    def flat_columns(
        self, table: str, *, lists: bool = True, by_record: bool = False
    ) -> Iterator[flatten.Columns]:
        """Yield the flat columns of a table in batches.

        Without records where that is faster, unless ``by_record``, which needs less memory.
        """
        schema = schema_of(table, lists=lists)
        batches: Iterable[flatten.Columns]
        if by_record or self.arrow is None or find_spec("pyarrow") is None:
            batches = flatten.batches(schema, self._counted(table))
        else:
            arrow = self._arrow_batches(table, lists=lists)
            batches = (list(values_of(batch, schema.names).values()) for batch in arrow)
        for columns in batches:
            if table == "entities":
                self.units.add(dict(zip(schema.names, columns, strict=True)))
            yield columns

    def columns(self, table: str) -> Iterator[flatten.Columns]:
        """Yield the flat columns of a table, batch by batch, with ``row_id`` first."""
        first = 1
        for columns in self.flat_columns(table, by_record=True):
            after = first + len(columns[0])
            yield [list(range(first, after)), *columns]
            first = after

    def arrow_tables(self, table: str, rows: int) -> Iterator[Any]:
        """Yield a table as ``pyarrow.Table`` of at least ``rows`` rows, ``row_id`` first.

        The last one may be shorter; if the table is empty there is none.
        """
        pa = load_pyarrow()
        self._next_row = 1
        waiting: list[Any] = []
        size = 0
        for batch in self._arrow_batches(table):
            if table == "entities":
                self.units.add(values_of(batch, self.units.needed))
            waiting.append(batch)
            size += batch.num_rows
            if size >= rows:
                yield self._numbered(pa, waiting)
                waiting, size = [], 0
        if waiting:
            yield self._numbered(pa, waiting)

    def _arrow_batches(self, table: str, *, lists: bool = True) -> Iterator[Any]:
        if self.arrow is None:
            yield from record_batches(schema_of(table), self._counted(table))
            return
        self.counts[table] = 0
        for batch in self.arrow(table, lists=lists).batches():
            self.counts[table] += batch.num_rows
            yield batch

    def _numbered(self, pa: Any, batches: list[Any]) -> Any:
        table = pa.Table.from_batches(batches).unify_dictionaries()
        first, self._next_row = self._next_row, self._next_row + table.num_rows
        numbers = pa.array(range(first, self._next_row), pa.int64())
        field = pa.field(ROW_ID, pa.int64(), nullable=False, metadata={"description": ROW_ID_DOC})
        return table.add_column(0, field, numbers)

    def info(self) -> dict[str, str | None]:
        """Return what the tables were loaded from, for the target's ``load_info``."""
        from .. import __version__

        return {
            "source": self.source,
            "format": self.format,
            "snapshot_date": self.snapshot_date.isoformat() if self.snapshot_date else None,
            "sorparse_version": __version__,
        }

    def note(self, code: str, message: str, *, column: str | None = None) -> None:
        """Add a warning about what the target cannot hold as it is."""
        self.issues.append(Issue("warning", code, message, column=column))


def arrow_table(schema: TableSchema, columns: flatten.Columns) -> Any:
    """Return columns as a ``pyarrow.Table``."""
    pa = load_pyarrow()
    return pa.Table.from_arrays(arrow_arrays(schema, columns), schema=arrow_schema(schema))
