"""Files and databases in files: written, read back by the tool itself, replaced, refused."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import sorparse
from sorparse import (
    ConversionError,
    MissingExtraError,
    MissingTableError,
    SOREntity,
    UnrecognisedFormatError,
    convert,
    examples,
)
from sorparse.exports import TARGETS
from sorparse.records import Address
from sorparse.tables import schema_of
from support.exports import READERS, SOURCES, contents, from_csv, read_records
from support.tables import FakeFeed, entities, small_tables

FILE_TARGETS = {to: place for to, (place, _) in READERS.items()}
FILE_TARGETS |= {"geojson": "sor.geojson", "sor2": "sor.zip", "fhir": "sor.json"}


def names(folder: Path) -> list[str]:
    return sorted(item.name for item in folder.iterdir())


@pytest.mark.parametrize("to", READERS)
@pytest.mark.parametrize("source", SOURCES)
def test_the_tool_itself_reads_the_records_back(to: str, source: str, tmp_path: Path) -> None:
    place, read = READERS[to]
    records = read_records(SOURCES[source])
    report = convert(SOURCES[source], to, tmp_path / place)
    assert {table: read(tmp_path / place, table) for table in records} == records
    assert report.tables == {table: len(found) for table, found in records.items()}
    assert report.to == to
    assert str(tmp_path / place) == report.target
    assert names(tmp_path) == [place]


@pytest.mark.parametrize("to", READERS)
def test_every_kind_of_value_comes_back(to: str, tmp_path: Path) -> None:
    place, read = READERS[to]
    tables = small_tables()
    convert(FakeFeed(tables), to, tmp_path / place)
    assert {table: read(tmp_path / place, table) for table in tables} == tables


@pytest.mark.parametrize("to", FILE_TARGETS)
def test_loading_again_replaces(to: str, tmp_path: Path) -> None:
    target = tmp_path / FILE_TARGETS[to]
    convert(examples.sor2_zip, to, target)
    first = contents(target)
    convert(examples.daily_csv, to, target)
    second = contents(target)
    assert second != first
    if to in READERS:
        read = READERS[to][1]
        assert read(target, "entities") == read_records(examples.daily_csv)["entities"]
    if target.is_dir():
        assert {name for name in second if "entit" not in name} <= {"load_info.json"}
    assert names(tmp_path) == [target.name]


@pytest.mark.parametrize("to", FILE_TARGETS)
def test_a_failure_halfway_leaves_the_old_content(to: str, tmp_path: Path) -> None:
    target = tmp_path / FILE_TARGETS[to]
    convert(examples.sor2_zip, to, target)
    before = contents(target)

    class Broken(FakeFeed):
        def entities(self) -> Iterator[SOREntity]:
            yield from entities()
            raise sorparse.SorFileError("the zip breaks off", file="x.zip")

    with pytest.raises(sorparse.SorFileError, match="breaks off"):
        convert(Broken(small_tables()), to, target)
    assert contents(target) == before
    assert names(tmp_path) == [target.name]


_FULL_DISK = """
import resource, signal, sys
import sorparse
from sorparse import examples
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
{imports}
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
try:
    sorparse.convert(examples.sor2_zip, {to!r}, {target!r})
except sorparse.ConversionError as error:
    print(error)
else:
    sys.exit("it was written")
"""
_IMPORTS = {"parquet": "import pyarrow.parquet", "duckdb": "import duckdb, pyarrow"}


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="needs a limit on the size of files")
@pytest.mark.parametrize("to", FILE_TARGETS)
def test_a_full_disk_leaves_the_old_content(to: str, tmp_path: Path) -> None:
    target = tmp_path / FILE_TARGETS[to]
    convert(examples.daily_csv, to, target)
    before = contents(target)
    script = _FULL_DISK.format(to=to, target=str(target), imports=_IMPORTS.get(to, ""))
    paths = os.pathsep.join(path for path in sys.path if path)
    done = subprocess.run(
        [sys.executable, "-B", "-c", script],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"cannot write {target}: ")
    assert done.stdout.endswith("what was there before is unchanged\n")
    assert done.stdout.count("\n") == 1
    assert contents(target) == before
    assert names(tmp_path) == [target.name]


# ------------------------------------------------------------------ refused


def test_an_unknown_target(tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match="'oracle'; the targets are sqlite, duckdb"):
        convert(examples.sor2_zip, "oracle", tmp_path / "x")
    with pytest.raises(ConversionError, match="sqlite needs a target: a file or folder"):
        convert(examples.sor2_zip, "sqlite")
    with pytest.raises(ConversionError, match="postgres needs a target: the database's address"):
        convert(examples.sor2_zip, "postgres")


@pytest.mark.parametrize("to", FILE_TARGETS)
def test_no_such_folder(to: str, tmp_path: Path) -> None:
    target = tmp_path / "no" / FILE_TARGETS[to]
    with pytest.raises(ConversionError, match=re.escape(f"there is no folder {target.parent}")):
        convert(examples.sor2_zip, to, target)


@pytest.mark.parametrize("to", FILE_TARGETS)
def test_what_is_not_ours_is_not_replaced(to: str, tmp_path: Path) -> None:
    target = tmp_path / FILE_TARGETS[to]
    if to in ("parquet", "csv", "jsonl"):
        target.mkdir()
        (target / "thesis.txt").write_text("mine")
        reason = r"the folder holds other files \(thesis.txt\)"
    elif to in ("sqlite", "duckdb"):
        target.write_text("this is a text, and no database at all, as a look at it tells")
        reason = "the file there is not a"
    else:
        target.mkdir()
        reason = "it is a folder, not a file"
    before = contents(target)
    with pytest.raises(ConversionError, match=reason):
        convert(examples.sor2_zip, to, target)
    assert contents(target) == before


@pytest.mark.parametrize("to", ["csv", "parquet", "jsonl"])
def test_a_file_where_a_folder_should_be(to: str, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(ConversionError, match="it is a file, not a folder"):
        convert(examples.sor2_zip, to, tmp_path / "out")


def test_databases_with_tables_of_others(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    for to, connect in (("sqlite", sqlite3.connect), ("duckdb", duckdb.connect)):
        target = tmp_path / FILE_TARGETS[to]
        with closing(connect(str(target))) as db:
            db.execute("CREATE TABLE patients (name TEXT)")
            db.execute("INSERT INTO patients VALUES ('x')")
            db.commit()
        before = contents(target)
        with pytest.raises(ConversionError, match=r"holds other tables \(patients\)"):
            convert(examples.sor2_zip, to, target)
        assert contents(target) == before


def test_a_table_added_to_our_database_is_not_thrown_away(tmp_path: Path) -> None:
    target = tmp_path / "sor.db"
    convert(examples.sor2_zip, "sqlite", target)
    with closing(sqlite3.connect(target)) as db:
        db.execute("CREATE VIEW mine AS SELECT * FROM entities")
        db.commit()
    with pytest.raises(ConversionError, match=r"holds other tables \(mine\)"):
        convert(examples.sor2_zip, "sqlite", target)


@pytest.mark.parametrize(
    ("to", "package", "extra"),
    [
        ("duckdb", "duckdb", "duckdb"),
        ("parquet", "pyarrow", "arrow"),
        ("geojson", "pyproj", "geo"),
        ("postgres", "psycopg", "postgres"),
    ],
)
def test_a_missing_extra(
    to: str, package: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=rf'{package}.*pip install "sorparse\[{extra}\]'):
        convert(examples.sor2_zip, to, tmp_path / "x")
    assert names(tmp_path) == []


def test_tables_by_name(tmp_path: Path) -> None:
    report = convert(examples.sor2_zip, "csv", tmp_path / "a", tables=["edi_types", "entities"])
    assert list(report.tables) == ["edi_types", "entities"]
    assert names(tmp_path / "a") == ["edi_types.csv", "entities.csv", "load_info.json"]
    with pytest.raises(MissingTableError, match="no table shak_units; the source has entities"):
        convert(examples.sor2_zip, "csv", tmp_path / "a", tables=["shak_units"])


@pytest.mark.parametrize("to", ["csv", "parquet", "jsonl"])
def test_one_table_as_one_file(to: str, tmp_path: Path) -> None:
    target = tmp_path / f"units.{to}"
    convert(examples.sor2_zip, to, target, tables=["entities"])
    folder = tmp_path / "folder"
    convert(examples.sor2_zip, to, folder, tables=["entities"])
    assert target.read_bytes() == (folder / f"entities.{to}").read_bytes()
    with pytest.raises(ConversionError, match="one file holds one table, and there are 8"):
        convert(examples.sor2_zip, to, target)


def test_what_open_raises_comes_through(tmp_path: Path) -> None:
    with pytest.raises(UnrecognisedFormatError):
        convert(b"nothing of the kind\n", "csv", tmp_path / "x")
    with pytest.raises(TypeError, match="encoding cannot be set"):
        convert(FakeFeed(small_tables()), "csv", tmp_path / "x", encoding="latin-1")
    assert names(tmp_path) == []


def test_the_report_holds_the_issues(tmp_path: Path) -> None:
    text = "SorId;EntityName;FromDate\n11000016002;A;2020-13-01\n;B;2020-01-01\n"
    report = convert(text.encode(), "csv", tmp_path / "x")
    assert sorted(issue.code for issue in report.issues) == ["bad-date", "missing-key"]
    assert "2 issues, 2 of them errors" in str(report)


# ------------------------------------------------------------------ what is beside the rows


def test_sqlite_has_types_keys_indices_and_meanings(tmp_path: Path) -> None:
    target = tmp_path / "sor.db"
    convert(examples.sor2_zip, "sqlite", target)
    with closing(sqlite3.connect(target)) as db:
        for table in schema_of("entities"), schema_of("location_codes"):
            (sql,) = db.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table.name,))
            for column in table.columns:
                assert f'"{column.name}"' in sql[0]
                assert column.doc in sql[0]
        types = {
            row[1]: (row[2], row[3], row[5]) for row in db.execute("PRAGMA table_info(entities)")
        }
        assert types["row_id"] == ("INTEGER", 0, 1)
        assert types["sor_id"] == ("TEXT", 1, 0)
        assert types["from_date"] == ("DATE", 0, 0)
        indices = {row[1] for row in db.execute("PRAGMA index_list(entities)")}
        assert {"entities_key", "entities_parent_id", "entities_shak_code"} <= indices
        plan = db.execute("EXPLAIN QUERY PLAN SELECT * FROM entities WHERE sor_id = 'x'").fetchall()
        assert "entities_key" in plan[0][3]
        assert dict(db.execute("SELECT * FROM load_info"))["format"] == "SOR2"


def test_duckdb_has_types_keys_indices_and_meanings(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    target = tmp_path / "sor.duckdb"
    convert(examples.sor2_zip, "duckdb", target)
    with closing(duckdb.connect(str(target), read_only=True)) as db:
        rows = db.execute(
            "SELECT column_name, data_type, comment FROM duckdb_columns() "
            "WHERE table_name = 'entities'"
        ).fetchall()
        result = {name: (kind, doc) for name, kind, doc in rows}
        for column in schema_of("entities").columns:
            assert result[column.name][1] == column.doc
        kinds = {name: kind for name, (kind, _) in result.items()}
        assert kinds["from_date"] == "DATE"
        assert kinds["replaces"] == "VARCHAR[]"
        assert kinds["extra"] == "JSON"
        assert kinds["postal_address_easting"] == "DOUBLE"
        found = db.execute("SELECT index_name FROM duckdb_indexes()").fetchall()
        assert {("entities_key",), ("shak_sor_map_sor_id",)} <= set(found)


def test_parquet_keeps_types_and_meanings(tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    convert(examples.sor2_zip, "parquet", tmp_path / "p")
    schema = pq.read_schema(tmp_path / "p" / "entities.parquet")
    assert str(schema.field("from_date").type) == "date32[day]"
    for column in schema_of("entities").columns:
        assert schema.field(column.name).metadata[b"description"].decode() == column.doc


def test_json_lines_are_nested_as_the_records_are(tmp_path: Path) -> None:
    convert(FakeFeed(small_tables()), "jsonl", tmp_path / "j")
    lines = (tmp_path / "j" / "entities.jsonl").read_text(encoding="utf-8").splitlines()
    hospital = json.loads(lines[1])
    assert hospital == sorparse.to_dict(small_tables()["entities"][1])
    assert hospital["validity"] == {"from_date": "2007-01-01", "to_date": "2015-12-31"}


@pytest.mark.parametrize("to", READERS)
def test_a_coordinate_of_many_digits_is_not_rounded(to: str, tmp_path: Path) -> None:
    place, read = READERS[to]
    exact = Address(easting=Decimal("575123.1234567890123"), northing=Decimal("6223456.5"))
    unit = SOREntity(sor_id="8031000016007", postal_address=exact)
    convert(FakeFeed({"entities": [unit]}), to, tmp_path / place)
    assert read(tmp_path / place, "entities") == [unit]


def test_every_target_has_its_tests() -> None:
    assert set(TARGETS) == {*FILE_TARGETS, "postgres"}


def test_dates_beyond_the_usual(tmp_path: Path) -> None:
    far = SOREntity(sor_id="1", first_from_date=date(1, 1, 1), updated_at=date(2499, 12, 31))
    for to, (place, read) in READERS.items():
        convert(FakeFeed({"entities": [far]}), to, tmp_path / place)
        assert read(tmp_path / place, "entities") == [far]


def test_csv_is_plain(tmp_path: Path) -> None:
    convert(FakeFeed(small_tables()), "csv", tmp_path / "c")
    text = (tmp_path / "c" / "location_codes.csv").read_bytes().decode("utf-8")
    assert text.startswith("location_code,sor_id,only_internal,")
    assert "5790000120314,8031000016007,false,,225," in text
    assert "\r" not in text
    assert from_csv(tmp_path / "c", "location_codes") == small_tables()["location_codes"]
