"""Parquet: a folder of one file per table, for DuckDB, Spark, Polars and the rest.

Needs the extra ``[arrow]``. ``entity_periods.parquet`` holds the dates on which each version is in
force. The units in force on a date are ``entities`` joined to it by ``row_id``, where the date is
between ``in_force_from`` and ``in_force_to``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ..extras import load_extra, load_pyarrow
from ..tables.arrow import values_of
from ..tables.schema import arrow_schema, schema_of
from .conversion_job import INFO, ROW_ID, ROW_ID_DOC, ConversionJob, arrow_table
from .in_force_periods import NEEDED, PeriodCollector
from .table_files import TableFiles

_GROUP_ROWS = 65_536


class ParquetFiles(TableFiles):
    """Parquet files, one per table."""

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


def _parquet() -> Any:
    return load_extra("pyarrow.parquet", "arrow", "Parquet files")


def _write(job: ConversionJob, path: Path, target: Any, batches: Iterable[Any]) -> None:
    target = target.with_metadata({**target.metadata, INFO: json.dumps(job.info())})
    with _parquet().ParquetWriter(path, target, compression="zstd") as writer:
        for batch in batches:
            writer.write_table(batch.replace_schema_metadata(target.metadata))
