"""Databases in files that other programs have open, and what they leave beside the file."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import attrs
import pytest

from sorparse import ConversionError, SOREntity, convert, examples
from sorparse.exports import sqlite
from support.exports import from_duckdb, from_sqlite, read_records
from support.tables import FakeFeed, small_tables

NEW = small_tables()["entities"]
OLD = read_records(examples.sor2_zip)["entities"]

_OTHER = """
import os, sys
import {module}
db = {module}.connect({target!r}{options})
for line in sys.stdin:
    if line == "die\\n":
        os._exit(1)
    try:
        print(db.execute(line).fetchall(), flush=True)
    except {module}.Error as error:
        print(error, flush=True)
"""


class Other:
    """Another process with a connection of its own to the target."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, sql: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(sql + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()

    def die(self) -> None:
        """End without closing the connection."""
        self._process.communicate("die\n", timeout=30)


@contextmanager
def other(target: Path, module: str = "sqlite3", options: str = "") -> Iterator[Other]:
    options = options or (", isolation_level=None" if module == "sqlite3" else "")
    script = _OTHER.format(module=module, target=str(target), options=options)
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", script], **pipes) as process:
        yield Other(process)
        if process.poll() is None:
            process.communicate(timeout=30)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    convert(examples.sor2_zip, "sqlite", tmp_path / "sor.db")
    return tmp_path / "sor.db"


def load(target: Path, to: str = "sqlite") -> None:
    convert(FakeFeed(small_tables()), to, target)


def beside(target: Path) -> list[str]:
    return sorted(item.name for item in target.parent.iterdir() if item != target)


def is_whole(target: Path) -> bool:
    with closing(sqlite3.connect(target)) as db:
        return bool(db.execute("PRAGMA integrity_check").fetchall() == [("ok",)])


def set_wal(target: Path) -> None:
    with closing(sqlite3.connect(target)) as db:
        assert db.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)


def mode_of(target: Path) -> str:
    with closing(sqlite3.connect(target)) as db:
        return str(db.execute("PRAGMA journal_mode").fetchone()[0])


def test_wal_mode_set_by_somebody_stays_and_does_not_stop_later_loads(target: Path) -> None:
    set_wal(target)
    for _ in range(2):
        load(target)
        assert beside(target) == []
        assert from_sqlite(target, "entities") == NEW
        assert mode_of(target) == "wal"
        convert(examples.sor2_zip, "sqlite", target)
    assert from_sqlite(target, "entities") == OLD


def test_files_that_a_reader_left_behind_do_not_stop_a_load(target: Path) -> None:
    set_wal(target)
    with closing(sqlite3.connect(f"{target.as_uri()}?mode=ro", uri=True)) as db:
        assert db.execute("SELECT count(*) FROM entities").fetchone() == (95,)
    assert beside(target) == ["sor.db-shm", "sor.db-wal"]
    load(target)
    assert beside(target) == []
    assert from_sqlite(target, "entities") == NEW


def test_a_writer_that_ended_in_the_middle_does_not_stop_a_load(target: Path) -> None:
    with other(target) as writer:
        writer.run("PRAGMA journal_mode = WAL")
        writer.run("INSERT INTO load_info VALUES ('a', 'b')")
        writer.run("BEGIN IMMEDIATE")
        writer.run("DELETE FROM entities")
        writer.die()
    assert "sor.db-wal" in beside(target)
    load(target)
    assert beside(target) == []
    assert is_whole(target)
    assert from_sqlite(target, "entities") == NEW


def test_a_table_of_others_that_is_still_in_the_wal_is_not_thrown_away(target: Path) -> None:
    with other(target) as writer:
        writer.run("PRAGMA journal_mode = WAL")
        writer.run("CREATE TABLE patients (name TEXT)")
        with pytest.raises(ConversionError, match=r"holds other tables \(patients\)"):
            load(target)
        assert writer.run("SELECT count(*) FROM patients") == "[(0,)]"
    with closing(sqlite3.connect(target)) as db:
        assert db.execute("SELECT count(*) FROM patients, entities").fetchone() == (0,)


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_a_target_that_somebody_is_changing_is_refused(
    mode: str, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "LOCK_SECONDS", 0.2)
    with other(target) as writer:
        writer.run(f"PRAGMA journal_mode = {mode}")
        writer.run("BEGIN IMMEDIATE")
        writer.run("UPDATE load_info SET value = 'theirs'")
        with pytest.raises(ConversionError, match=r"it is in use.*unchanged"):
            load(target)
        writer.run("COMMIT")
    assert from_sqlite(target, "entities") == OLD
    with closing(sqlite3.connect(target)) as db:
        assert db.execute("SELECT DISTINCT value FROM load_info").fetchall() == [("theirs",)]
    load(target)
    assert from_sqlite(target, "entities") == NEW


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_a_reader_goes_on_reading_what_it_began_with(mode: str, target: Path) -> None:
    with other(target) as reader:
        reader.run(f"PRAGMA journal_mode = {mode}")
        reader.run("BEGIN")
        assert reader.run("SELECT count(*) FROM entities") == "[(95,)]"
        load(target)
        assert reader.run("SELECT count(*) FROM entities") == "[(95,)]"
        assert reader.run("SELECT count(DISTINCT name) > 4 FROM entities") == "[(1,)]"
        assert reader.run("PRAGMA integrity_check") == "[('ok',)]"
        assert from_sqlite(target, "entities") == NEW
        reader.run("COMMIT")
    assert from_sqlite(target, "entities") == NEW
    assert is_whole(target)
    assert beside(target) == []


@pytest.mark.parametrize("when", ["before", "while loading"])
def test_a_program_that_works_in_wal_mode_meanwhile(when: str, target: Path) -> None:
    with other(target) as writer:

        def work() -> None:
            assert writer.run("PRAGMA journal_mode = WAL") == "[('wal',)]"
            writer.run("UPDATE entities SET name = 'theirs'")

        class Feed(FakeFeed):
            def entities(self) -> Iterator[SOREntity]:
                if when == "while loading":
                    work()
                yield from NEW

        if when == "before":
            work()
        convert(Feed(small_tables()), "sqlite", target)
        assert writer.run("SELECT count(*) FROM entities") == "[(4,)]"
        writer.run("INSERT INTO load_info VALUES ('after', 'x')")
        assert from_sqlite(target, "entities") == NEW
    assert is_whole(target)
    with closing(sqlite3.connect(target)) as db:
        assert dict(db.execute("SELECT * FROM load_info"))["after"] == "x"


def test_a_program_with_the_old_file_open_cannot_write_beside_the_new_one(target: Path) -> None:
    with other(target) as writer:
        assert writer.run("SELECT count(*) FROM entities") == "[(95,)]"
        load(target)
        assert "readonly" in writer.run("UPDATE entities SET name = 'theirs'")
        assert "readonly" in writer.run("PRAGMA journal_mode = WAL")
        assert beside(target) == []
    assert from_sqlite(target, "entities") == NEW


def test_an_open_file_cannot_be_replaced_on_windows(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> Path:
        raise PermissionError("the file is in use")

    monkeypatch.setattr(Path, "replace", refuse)
    number = target.stat().st_ino
    with other(target) as reader:
        assert reader.run("SELECT count(*) FROM entities") == "[(95,)]"
        load(target)
        assert reader.run("SELECT count(*) FROM entities") == "[(4,)]"
    assert target.stat().st_ino == number
    assert is_whole(target)
    monkeypatch.setattr(sqlite, "LOCK_SECONDS", 0.2)
    with other(target) as reader:
        reader.run("BEGIN")
        reader.run("SELECT count(*) FROM entities")
        with pytest.raises(ConversionError, match="it is in use"):
            convert(examples.sor2_zip, "sqlite", target)
        assert reader.run("SELECT count(*) FROM entities") == "[(4,)]"
    assert from_sqlite(target, "entities") == NEW


def test_what_is_left_beside_a_file_that_is_gone(target: Path) -> None:
    with other(target) as writer:
        writer.run("PRAGMA journal_mode = WAL")
        writer.run("UPDATE entities SET name = 'theirs'")
        writer.die()
    target.unlink()
    assert "sor.db-wal" in beside(target)
    load(target)
    assert beside(target) == []
    assert from_sqlite(target, "entities") == NEW


def test_two_loads_at_once(target: Path) -> None:
    class Nested(FakeFeed):
        def entities(self) -> Iterator[SOREntity]:
            convert(examples.daily_csv, "sqlite", target)
            yield from NEW

    convert(Nested(small_tables()), "sqlite", target)
    assert from_sqlite(target, "entities") == NEW
    assert is_whole(target)


@pytest.mark.parametrize(("to", "module"), [("sqlite", "sqlite3"), ("duckdb", "duckdb")])
@pytest.mark.parametrize("content", ["a text", "a database of others"])
def test_force_replaces_what_is_not_ours(
    to: str, module: str, content: str, tmp_path: Path
) -> None:
    from sorparse.exports import target_class
    from sorparse.exports.conversion_job import ConversionJob

    target = tmp_path / "x.db"
    if content == "a text":
        target.write_text("patients " * 1000)
    else:
        with closing(pytest.importorskip(module).connect(str(target))) as db:
            db.execute("CREATE TABLE patients (name TEXT)")
            db.commit()
    tables = small_tables()
    job = ConversionJob(FakeFeed(tables), tuple(tables), tables.__getitem__)
    writer = target_class(to)()
    with pytest.raises(ConversionError, match=r"not a \w+ database|holds other tables"):
        writer.write(job, str(target))
    writer.write(attrs.evolve(job, force=True), str(target))
    assert (from_sqlite if to == "sqlite" else from_duckdb)(target, "entities") == NEW
    assert beside(target) == []


# ------------------------------------------------------------------ DuckDB


def test_a_duckdb_file_in_use_elsewhere(tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    target = tmp_path / "sor.duckdb"
    convert(examples.sor2_zip, "duckdb", target)
    with other(target, "duckdb", ", read_only=True") as reader:
        assert reader.run("SELECT count(*) FROM entities") == "[(95,)]"
        load(target, "duckdb")
        assert reader.run("SELECT count(DISTINCT sor_id) > 4 FROM entities") == "[(True,)]"
    assert from_duckdb(target, "entities") == NEW
    with other(target, "duckdb") as writer:
        writer.run("INSERT INTO load_info VALUES ('a', 'b')")
        with pytest.raises(ConversionError, match="it is in use by another program"):
            convert(examples.sor2_zip, "duckdb", target)
        writer.die()
    assert beside(target) == ["sor.duckdb.wal"]
    convert(examples.sor2_zip, "duckdb", target)  # what the program left does not matter
    assert beside(target) == []
    assert from_duckdb(target, "entities") == OLD


def test_a_duckdb_file_opened_for_writing_while_loading(tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    target = tmp_path / "sor.duckdb"
    convert(examples.sor2_zip, "duckdb", target)
    with ExitStack() as stack:

        class Feed(FakeFeed):
            def edi_types(self) -> Iterator[Any]:
                writer = stack.enter_context(other(target, "duckdb"))
                assert writer.run("INSERT INTO load_info VALUES ('a', 'b')") == "[(1,)]"
                yield from small_tables()["edi_types"]

        with pytest.raises(ConversionError, match="it is in use by another program"):
            convert(Feed(small_tables()), "duckdb", target)
    assert from_duckdb(target, "entities") == OLD
