"""Targets of one file per table: a folder of them, or one file for one table."""

from __future__ import annotations

import csv
import json
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import IO, Any

from ..extras import load_extra, load_pyarrow
from ..records.plain import JsonWriter, dict_keys
from ..records.tables import TABLES
from ..replace import failed, replaced_file, replaced_folder
from ..tables import flatten
from ..tables.schema import DataType, TableSchema, arrow_schema, schema_of
from ..tables.table import values_of
from ..targets import first_line, first_object
from .base import FileTarget, line_count, read_info, write_info
from .conversion_job import INFO, INFO_FILE, ROW_ID, ROW_ID_DOC, ConversionJob, arrow_table
from .database import OWN_TABLES
from .in_force_periods import NEEDED, PeriodCollector

_GROUP_ROWS = 65_536
"""Rows of a group in a Parquet file."""
_YES_NO = {True: "true", False: "false", None: None}


class TableFiles(FileTarget):
    """A folder of one file per table, or one file of one table."""

    @property
    def ending(self) -> str:
        """The ending of the files."""
        return f".{self.name}"

    @abstractmethod
    def write_table(self, job: ConversionJob, table: str, path: Path) -> None:
        """Write the table of that name to that path."""

    def write_derived(self, job: ConversionJob, folder: Path) -> None:
        """Write what belongs to the tables, to a folder."""

    def write(self, job: ConversionJob, place: str) -> None:
        """Write the tables to a folder, or to one file for one table."""
        path = Path(place)
        if path.suffix.lower() == self.ending:
            if len(job.tables) != 1:
                raise failed(
                    path,
                    f"one file holds one table, and there are {len(job.tables)} "
                    f"({', '.join(job.tables)}); name a folder, or the table",
                )
            with replaced_file(path) as new:
                self.write_table(job, job.tables[0], new)
                job.check_guards()
            return
        with replaced_folder(path, self._names().__contains__, force=job.force) as new:
            for table in job.tables:
                self.write_table(job, table, new / (table + self.ending))
            self.write_derived(job, new)
            write_info(job, new)
            job.check_guards()

    def _names(self) -> set[str]:
        return {INFO_FILE, *(table + self.ending for table in OWN_TABLES)}

    def is_own(self, path: Path) -> bool:
        """Return whether the library wrote what is at a path, or whether ``write`` decides."""
        if not path.is_dir():
            # a folder is wanted, and the writer says so
            return path.suffix.lower() != self.ending or self.is_own_file(path)
        items = list(path.iterdir())
        if not {item.name for item in items} <= self._names():
            return True  # the writer names them; it never deletes them
        return bool(read_info(path)) or all(
            item.is_file() and self.is_own_file(item) for item in items
        )

    def is_own_file(self, path: Path) -> bool:
        """Return whether the library wrote a file."""
        return self.table_in(path) is not None

    def table_named(self, name: str) -> str | None:
        """Return the table that a file of a folder holds, by the file's name."""
        return name.removesuffix(self.ending)

    @abstractmethod
    def table_in(self, path: Path) -> str | None:
        """Return the table that a file holds by its content; None if it is not the library's."""

    def collect(self, path: Path, collector: PeriodCollector) -> date | str | None:
        """Read the units of a target; return the date that it shows, if it says so."""
        file = path / f"entities{self.ending}" if path.is_dir() else path
        info = read_info(path)
        if not file.is_file():
            return None
        stated = self.collect_file(file, collector)
        shown = (info or stated).get("snapshot_date")
        return str(shown) if shown else None

    def collect_file(self, file: Path, collector: PeriodCollector) -> dict[str, Any]:
        """Read the units of a file; return its load information, if it has any."""
        raise NotImplementedError


class CsvFiles(TableFiles):
    """CSV in the plain form that data tools read without options.

    UTF-8, comma, header, LF; dates ISO, decimals with a point, ``true`` and ``false``; several ids
    in a column have a space between them, ``extra`` is a JSON object. For the register's own form
    see ``sor2``.
    """

    name = "csv"
    title = "CSV"
    is_stream = True

    def write_table(self, job: ConversionJob, table: str, path: Path) -> None:
        """Write a table."""
        schema = schema_of(table, lists=False)
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(schema.names)
            for columns in job.flat_columns(table, lists=False):
                writer.writerows(zip(*as_text(schema, columns), strict=True))

    def table_in(self, path: Path) -> str | None:
        """Return the table whose columns a file has."""
        head = first_line(path)
        return next((name for name in TABLES if head == ",".join(schema_of(name).names)), None)

    def rows_of_file(self, path: Path, table: str | None) -> Iterator[tuple[str, int]]:
        """Yield table and rows of a file."""
        with path.open("rb") as stream:
            yield table or self.table_in(path) or "entities", csv_rows(stream)

    def collect_file(self, file: Path, collector: PeriodCollector) -> dict[str, Any]:
        """Read the units of a file."""
        with file.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            if set(NEEDED) <= set(reader.fieldnames or ()):
                collector.add_texts(reader)
        return {}


class JsonLines(TableFiles):
    """JSON Lines: one record a line, nested as the records are.

    Each line is :func:`sorparse.to_dict` of a record: every field is a key, absent is ``null``,
    dates are ISO text, and coordinates are text, so that no digit is lost.
    """

    name = "jsonl"
    title = "JSON Lines"
    is_stream = True
    is_comparable = False

    def write_table(self, job: ConversionJob, table: str, path: Path) -> None:
        """Write a table."""
        with path.open("w", encoding="utf-8", newline="\n") as stream:
            text = JsonWriter().text
            stream.writelines(f"{text(record)}\n" for record in job.records(table))

    def table_in(self, path: Path) -> str | None:
        """Return the table whose records have the keys of a file's first line."""
        keys = tuple(first_object(path))
        return next((name for name, t in TABLES.items() if keys == dict_keys(t.record)), None)

    def rows_of_file(self, path: Path, table: str | None) -> Iterator[tuple[str, int]]:
        """Yield table and rows of a file."""
        yield table or self.table_in(path) or "entities", line_count(path)


class ParquetFiles(TableFiles):
    """Parquet files, one per table, for DuckDB, Spark, Polars and the rest. Needs ``[arrow]``.

    ``entity_periods.parquet`` holds the dates on which each version is in force. The units in force
    on a date are ``entities`` joined to it by ``row_id``, where the date is between
    ``in_force_from`` and ``in_force_to``.
    """

    name = "parquet"
    title = "Parquet"

    def write(self, job: ConversionJob, place: str) -> None:
        """Write the tables to a folder, or to one file for one table."""
        load_pyarrow()
        job.collect_effective()
        super().write(job, place)

    def write_table(self, job: ConversionJob, table: str, path: Path) -> None:
        """Write a table."""
        pa = load_pyarrow()
        row_id = pa.field(ROW_ID, pa.int64(), nullable=False, metadata={"description": ROW_ID_DOC})
        target = arrow_schema(schema_of(table)).insert(0, row_id)
        _write(job, path, target, job.arrow_tables(table, _GROUP_ROWS))

    def write_derived(self, job: ConversionJob, folder: Path) -> None:
        """Write the periods, and the units with inheritance resolved."""
        for schema, batches in job.derived():
            tables = (arrow_table(schema, columns) for columns in batches)
            _write(job, folder / (schema.name + self.ending), arrow_schema(schema), tables)

    def is_own_file(self, path: Path) -> bool:
        """Return whether the library wrote a file."""
        try:
            return INFO.encode() in (_parquet().read_schema(path).metadata or {})
        except (OSError, ValueError):  # pyarrow's own errors are ValueErrors
            return False

    def table_in(self, path: Path) -> str | None:
        """Return the table that a file holds by its content."""
        metadata = _parquet().read_schema(path).metadata or {}
        return str(metadata.get(b"sorparse.table", b"").decode())

    def rows_of_file(self, path: Path, table: str | None) -> Iterator[tuple[str, int]]:
        """Yield table and rows of a file."""
        try:
            rows = _parquet().read_metadata(path).num_rows
        except (OSError, ValueError):
            return
        yield table or self.table_in(path) or "", rows

    def collect_file(self, file: Path, collector: PeriodCollector) -> dict[str, Any]:
        """Read the units of a file; return its load information."""
        content = _parquet().ParquetFile(file)
        if set(NEEDED) <= set(content.schema_arrow.names):
            for batch in content.iter_batches(columns=list(NEEDED)):
                collector.add(values_of(batch, NEEDED))
        metadata = content.schema_arrow.metadata or {}
        info: dict[str, Any] = json.loads(metadata.get(INFO.encode(), b"{}"))
        return info


def as_text(schema: TableSchema, columns: flatten.Columns) -> Iterator[list[Any]]:
    """Yield the columns, with ``true`` and ``false`` for yes and no."""
    for values, column in zip(columns, schema.columns, strict=True):
        if column.type is DataType.BOOL:
            yield [_YES_NO[value] for value in values]
        else:
            yield values


def csv_rows(stream: IO[bytes]) -> int:
    """Count the rows below the header: line breaks outside of quotation marks."""
    rows, quotes = 0, 0
    for line in stream:
        quotes += line.count(b'"')
        rows += quotes % 2 == 0
    return max(rows - 1, 0)


def _parquet() -> Any:
    return load_extra("pyarrow.parquet", "arrow", "Parquet files")


def _write(job: ConversionJob, path: Path, target: Any, batches: Iterable[Any]) -> None:
    target = target.with_metadata({**target.metadata, INFO: json.dumps(job.info())})
    with _parquet().ParquetWriter(path, target, compression="zstd") as writer:
        for batch in batches:
            writer.write_table(batch.replace_schema_metadata(target.metadata))
