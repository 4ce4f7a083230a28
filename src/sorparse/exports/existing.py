"""What a target of ``convert`` holds before it is replaced: rows, and units in force."""

from __future__ import annotations

import csv
import json
import sqlite3
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import IO, Any

from ..errors import ConversionError
from ..extras import load_extra
from ..formats import sor2
from ..register.days import as_day
from ..replace import failed
from ..tables.arrow import values_of
from ..tables.schema import records_by_table
from . import periods
from .load import INFO, INFO_FILE
from .postgres_address import parsed
from .sql import OUR_TABLES, quoted
from .sqlite import open_target
from .targets import BUNDLE_START, FHIR_FILES

InForce = list[tuple[str, date | None]]
"""SOR ids in force, each with the closing date that is known, if any."""
Ask = Callable[[str], Iterable[tuple[Any, ...]]]
"""Runs a query."""
DATABASES = ("sqlite", "duckdb", "postgres")
_TABLE_OF = {f"{name}.csv": spec.table for spec in sor2.TABLES for name in spec.file_names}


def rows_by_table(to: str, place: str, schema: str | None) -> Mapping[str, int] | None:
    """Return the number of rows of each table in a target, None if nothing is there.

    A table is not listed if what is there is not the library's.
    """
    if to in DATABASES:
        with _asked(to, place, schema) as (tables, ask):
            if tables is None:
                return None
            names = sorted(tables & set(records_by_table()))
            found = {name: list(ask(f"SELECT count(*) FROM {quoted(name)}")) for name in names}  # noqa: S608
            return {name: int(count) for name, [(count,)] in found.items()}
    path = Path(place)
    if not path.exists() or (path.is_file() and path.stat().st_size == 0):
        return None
    if path.is_dir():
        files = [item for item in sorted(path.iterdir()) if item.is_file()]
        return {
            table: rows
            for item in files
            for table, rows in _rows_of_file(to, item, _table_named(to, item.name))
        } or ({} if files else None)
    return dict(_rows_of_file(to, path, None))


def _table_named(to: str, name: str) -> str:
    if to == "fhir":
        return next((table for table, file in FHIR_FILES.items() if file == name), "")
    return _TABLE_OF.get(name, "") if to == "sor2" else name.removesuffix(f".{to}")


def _rows_of_file(to: str, path: Path, table: str | None) -> Iterator[tuple[str, int]]:
    """Yield table and rows of a file; what it is not the library's form of is passed over."""
    if table is not None and table not in records_by_table():
        return
    if to == "parquet":
        pq = load_extra("pyarrow.parquet", "arrow", "Parquet files")
        try:
            metadata = pq.read_metadata(path)
        except (OSError, ValueError):
            return
        named = (metadata.metadata or {}).get(b"sorparse.table", b"").decode()
        yield table or named, metadata.num_rows
    elif to == "sor2" and table is None:
        try:
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    if name in _TABLE_OF:
                        with archive.open(name) as stream:
                            yield _TABLE_OF[name], _csv_rows(stream)
        except (OSError, zipfile.BadZipFile):
            return
    elif to == "fhir":
        with path.open("rb") as stream:
            head = stream.readline()
            lines = 1 + sum(1 for _ in stream)
        if head.startswith(BUNDLE_START.encode()):
            return  # how many of its entries are of which table would take reading it
        resource = (table for table, file in FHIR_FILES.items() if file[:8].encode() in head[:40])
        yield table or next(resource, "entities"), lines
    elif to == "geojson":
        with path.open("rb") as stream:
            lines = sum(1 for _ in stream)
        info = _geojson_info(path)
        if "table" in info:
            yield info["table"], lines - 2
    else:
        with path.open("rb") as stream:
            rows = sum(1 for _ in stream) if to == "jsonl" else _csv_rows(stream)
        yield table or _table_of_content(to, path), rows


def _csv_rows(stream: IO[bytes]) -> int:
    """Count the rows below the header: line breaks outside of quotation marks."""
    rows, quotes = 0, 0
    for line in stream:
        quotes += line.count(b'"')
        rows += quotes % 2 == 0
    return max(rows - 1, 0)


def _geojson_info(path: Path) -> dict[str, str]:
    with path.open("rb") as stream:
        head = stream.readline().rstrip()
    try:
        found = json.loads(head + b"]}").get("sorparse", {})
    except (ValueError, AttributeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _table_of_content(to: str, path: Path) -> str:
    from ..records.plain import dict_keys
    from ..tables.schema import schema_of

    with path.open("rb") as stream:
        head = stream.readline().decode("utf-8", errors="replace").rstrip("\n")
    for table, record in records_by_table().items():
        if to == "csv" and head == ",".join(schema_of(table).names):
            return table
        if to == "jsonl" and head.startswith(f'{{"{dict_keys(record)[0]}"'):
            keys = list(json.loads(head))
            if keys == list(dict_keys(record)):
                return table
    return "entities"


# ------------------------------------------------------------------ units in force


def units_in_force(
    to: str, place: str, schema: str | None, source_date: date | None = None
) -> InForce:
    """Return the units that a target has in force on the date it shows; none if it is absent.

    The date is the snapshot date that the target was loaded with, else that of the source to be
    written (``source_date``), so that both are compared on one date, else today in Denmark.

    Raises:
        ConversionError: If a target of this kind cannot be asked.
    """
    if to in ("jsonl", "geojson", "fhir"):
        raise ConversionError(
            f"max_closed compares with the units in the target, and {to} cannot be asked for them; "
            "use sqlite, duckdb, postgres, parquet, csv or sor2"
        )
    if to in DATABASES:
        with _asked(to, place, schema) as (tables, ask):
            if not tables or not {periods.TABLE, INFO} <= tables:
                return []
            info: dict[str, Any] = dict(ask(f"SELECT name, value FROM {INFO}"))  # noqa: S608 - own name
            day = as_day(info.get("snapshot_date") or source_date)
            query = (
                f"SELECT sor_id, in_force_from, in_force_to FROM {periods.TABLE} "  # noqa: S608
                f"WHERE in_force_to >= '{day.isoformat()}' ORDER BY sor_id, in_force_from"
            )
            return list(_in_force(ask(query), day))
    path = Path(place)
    if not path.exists() or (path.is_file() and path.stat().st_size == 0):
        return []
    collector = periods.PeriodCollector()
    shown = _collect(to, path, collector)
    return list(_in_force(collector.periods(), as_day(shown or source_date)))


def _in_force(found: Iterable[tuple[Any, ...]], day: date) -> Iterator[tuple[str, date | None]]:
    """Reduce periods, each unit's oldest first, to the units of a day and their closing dates."""
    for sor_id, group in groupby(found, key=lambda period: str(period[0])):
        last: date | None = None
        for _, *ends in (period[:3] for period in group):
            first, end = (d if isinstance(d, date) else date.fromisoformat(d) for d in ends)
            follows = last is not None and last < date.max and first == last + timedelta(1)
            if follows or first <= day <= end:
                last = end
        if last is not None:
            yield sor_id, None if last == date.max else last


def _collect(to: str, path: Path, collector: periods.PeriodCollector) -> date | str | None:
    """Read the units of a target in files; return the day that it shows, if it says so."""
    if to == "sor2":
        from ..feed import open as open_feed

        with open_feed(path) as feed:
            if "entities" in feed.tables:
                for unit in feed.entities():
                    collector.add_record(unit)
            return feed.snapshot_date
    file = path / f"entities.{to}" if path.is_dir() else path
    info: Any = {}
    if path.is_dir() and (path / INFO_FILE).is_file():
        info = json.loads((path / INFO_FILE).read_text("utf-8"))
    if not file.is_file():
        return None
    if to == "parquet":
        pq = load_extra("pyarrow.parquet", "arrow", "Parquet files")
        content = pq.ParquetFile(file)
        if set(periods.NEEDED) <= set(content.schema_arrow.names):
            for batch in content.iter_batches(columns=list(periods.NEEDED)):
                collector.add(values_of(batch, periods.NEEDED))
        info = info or json.loads((content.schema_arrow.metadata or {}).get(INFO.encode(), b"{}"))
    else:
        with file.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            if set(periods.NEEDED) <= set(reader.fieldnames or ()):
                collector.add_texts(reader)
    shown = info.get("snapshot_date")
    return str(shown) if shown else None


# ------------------------------------------------------------------ databases


@contextmanager
def _asked(to: str, place: str, schema: str | None) -> Iterator[tuple[set[str] | None, Ask]]:
    """Open a database; yield its tables of the library (None if it is absent) and how to ask.

    What is not a database of the library has no tables: its writer refuses it, or replaces it.
    """
    if to == "postgres":
        with _asked_postgres(place, schema or "sor") as asked:
            yield asked
        return
    path = Path(place)
    if not path.is_file() or path.stat().st_size == 0:
        yield None, lambda _: ()
        return
    error: type[Exception] = sqlite3.Error
    query = "SELECT name FROM sqlite_master WHERE type = 'table'"
    if to == "duckdb":
        duckdb = load_extra("duckdb", "duckdb", "DuckDB files")
        error = duckdb.Error
        query = "SELECT table_name FROM information_schema.tables"
    db: Any = None
    try:
        db = open_target(path) if to == "sqlite" else duckdb.connect(str(path), read_only=True)
        names = {str(name) for (name,) in db.execute(query).fetchall()}
    except error:
        if db is not None:
            db.close()
        yield set(), lambda _: ()
        return
    with closing(db):
        try:
            yield names & OUR_TABLES if INFO in names else set(), _fetching(db)
        except error as reason:
            raise failed(path, reason) from reason


def _fetching(db: Any) -> Ask:
    return lambda query: db.execute(query).fetchall()


@contextmanager
def _asked_postgres(place: str, schema: str) -> Iterator[tuple[set[str] | None, Ask]]:
    psycopg = load_extra("psycopg", "postgres", "PostgreSQL databases")
    address = parsed(place)
    try:
        with psycopg.connect(place, client_encoding="utf8") as db:
            query = "SELECT tablename FROM pg_tables WHERE schemaname = %s"
            names = {str(name) for (name,) in db.execute(query, (schema,))}
            if INFO not in names:
                yield None, lambda _: ()
                return
            db.execute(f"SET LOCAL search_path TO {quoted(schema)}")
            yield names & OUR_TABLES, _fetching(db)
    except psycopg.Error as error:
        reason = address.without_secrets(str(error))
        raise failed(f"{address.shown}, schema {schema}", reason) from error
