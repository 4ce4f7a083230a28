"""Parquet: a folder of one file per table, for DuckDB, Spark, Polars and the rest.

Needs the extra ``[arrow]``. ``entity_periods.parquet`` holds the days each version stands for;
the units in force on a day are ``entities`` joined to it by ``row_id``, where the day lies between
``in_force_from`` and ``in_force_to``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..extras import load_extra, load_pyarrow
from ..tables.arrow import arrow_schema
from ..tables.schema import schema_of
from . import effective, periods
from .effective import effective_schema
from .folder import write_tables
from .load import INFO, ROW_ID, ROW_ID_DOC, Load

_GROUP_ROWS = 65_536


def write(load: Load, target: str) -> None:
    """Write the tables to a folder of Parquet files, or to one file for one table."""
    load_pyarrow()
    load.settle()
    beside = (periods.TABLE, effective.TABLE) if load.has_periods else ()

    def write_table(table: str, path: Path) -> None:
        if table == periods.TABLE:
            _write_periods(load, path)
        elif table == effective.TABLE:
            _write_batches(load, path, arrow_schema(effective_schema()), load.effective_batches())
        else:
            _write_table(load, table, path)

    write_tables(load, target, ".parquet", write_table, beside=beside)


def _write_table(load: Load, table: str, path: Path) -> None:
    pa = load_pyarrow()
    row_id = pa.field(ROW_ID, pa.int64(), nullable=False, metadata={"description": ROW_ID_DOC})
    target = arrow_schema(schema_of(table)).insert(0, row_id)
    _write_batches(load, path, target, load.arrow_tables(table, _GROUP_ROWS))


def _write_batches(load: Load, path: Path, target: Any, batches: Iterable[Any]) -> None:
    pq = load_extra("pyarrow.parquet", "arrow", "Parquet files")
    target = target.with_metadata({**target.metadata, INFO: json.dumps(load.info())})
    with pq.ParquetWriter(path, target, compression="zstd") as writer:
        for found in batches:
            writer.write_table(found.replace_schema_metadata(target.metadata))


def _write_periods(load: Load, path: Path) -> None:
    pa = load_pyarrow()
    pq = load_extra("pyarrow.parquet", "arrow", "Parquet files")
    types = {
        "sor_id": pa.string(),
        "in_force_from": pa.date32(),
        "in_force_to": pa.date32(),
        "row_id": pa.int64(),
    }
    target = pa.schema(
        [
            pa.field(name, types[name], nullable=False, metadata={"description": doc})
            for name, doc in periods.DOCS.items()
        ],
        metadata={"description": periods.TABLE_DOC, INFO: json.dumps(load.info())},
    )
    with pq.ParquetWriter(path, target, compression="zstd") as writer:
        for columns in load.period_columns():
            arrays = [pa.array(values, f.type) for values, f in zip(columns, target, strict=True)]
            writer.write_batch(pa.record_batch(arrays, schema=target))
