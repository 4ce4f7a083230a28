"""One CSV table read by columns and by records, to compare both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import sorparse
from sorparse.tables import Table

pa = pytest.importorskip("pyarrow")


def rows_of(table: Table) -> list[dict[str, Any]]:
    return [row for batch in table.batches() for row in pa.Table.from_batches([batch]).to_pylist()]


def by_columns(data: bytes | Path, **options: Any) -> dict[str, Any]:
    """Read every table by columns."""
    with sorparse.open(data, **options) as feed:
        rows = {name: rows_of(feed.to_arrow(name)) for name in feed.tables}
        return {"rows": rows, "issues": feed.issues}


def by_records(data: bytes | Path, **options: Any) -> dict[str, Any]:
    """Read every table by records."""
    with sorparse.open(data, **options) as feed:
        tables = {
            name: Table.from_records(name, lambda name=name: feed.records(name))  # type: ignore[misc]
            for name in feed.tables
        }
        rows = {name: rows_of(table) for name, table in tables.items()}
        return {"rows": rows, "issues": feed.issues}


def in_order(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "issues": sorted(found["issues"], key=repr)}


def units(*lines: str, end: str = "\r\n") -> bytes:
    header = "SorId;EntityName;EntityTypeId;EntityTypeName;FromDate;ToDate;ShakId;SorType;"
    header += "PostalAddressCoordETRS89z32EMeasure;PostalAddressCoordETRS89z32NMeasure;"
    header += "AmbulantActivityIndicator;InstitutionOwnerCvrNumberId;NyKolonne"
    return b"\xef\xbb\xbf" + (end.join([header, *lines]) + end).encode()


GOOD = '"=""8031000016007""";Æble;22232009;hospital;2020-01-01;;0101;SI;575123,25;6223456,5;true;;'
