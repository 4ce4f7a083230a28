"""``load(source, cache=FOLDER)`` answers as ``load`` does, and reads a source once."""

from __future__ import annotations

import os
import pickle
import shutil
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

import sorparse
from sorparse import Register, SorDataError, examples

HEADER = "SorId;EntityName;FromDate;UpdatedAt\n"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def entries(cache: Path) -> list[Path]:
    return sorted(cache.iterdir()) if cache.exists() else []


def write(path: Path, name: str = "Klinik", day: str = "2020-01-01") -> Path:
    path.write_text(f"{HEADER}9000041000016007;{name};{day};2020-01-01\n", encoding="utf-8")
    return path


def names(register: Register) -> list[Any]:
    return [unit.name for unit in register.records("entities")]


def is_from_file(register: Register) -> bool:
    """Return whether the register is mapped, not in memory."""
    try:
        register.is_current()
    except sorparse.SorError:
        return False
    return True


@pytest.mark.parametrize(
    "source", [examples.sor2_zip, examples.sor_csv, examples.sor_csv_folder, examples.sor_xml_zip]
)
def test_it_answers_as_without_a_cache(source: Path, cache: Path) -> None:
    expected = sorparse.load(source)
    for _ in range(2):
        register = sorparse.load(source, cache=cache)
        assert is_from_file(register)
        assert (register.path, register.name) == (expected.path, expected.name)
        assert (register.format, register.tables) == (expected.format, expected.tables)
        assert register.issues == expected.issues
        for table in register.tables:
            assert list(register.records(table)) == list(expected.records(table))
        assert register.check() == expected.check()
    assert len(entries(cache)) == 1


@pytest.fixture(params=["file", "folder", "zip"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A source of each kind, with one unit."""
    folder = tmp_path / "set"
    folder.mkdir()
    file = write(folder / "SOREntity.csv")
    if request.param == "zip":
        with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
            archive.write(file, file.name)
        return tmp_path / "set.zip"
    return folder if request.param == "folder" else file


def change(source: Path, name: str) -> None:
    if source.suffix == ".zip":
        with zipfile.ZipFile(source, "w") as archive:
            archive.writestr("SOREntity.csv", f"{HEADER}9000041000016007;{name};2020-01-01;\n")
    else:
        write(source / "SOREntity.csv" if source.is_dir() else source, name)


def test_a_source_that_changed_is_read_again(source: Path, cache: Path) -> None:
    first = sorparse.load(source, cache=cache)
    assert names(first) == ["Klinik"]
    assert first.is_current()
    change(source, "Blinik")  # as long as before
    assert not first.is_current()
    assert names(first) == ["Klinik"]
    assert names(sorparse.load(source, cache=cache)) == ["Blinik"]
    assert names(sorparse.load(source, cache=cache)) == ["Blinik"]


def test_the_time_of_the_last_write_does_not_hide_a_change(tmp_path: Path, cache: Path) -> None:
    source = write(tmp_path / "SOREntity.csv")
    before = source.stat()
    sorparse.load(source, cache=cache)
    change(source, "Blinik")
    os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert names(sorparse.load(source, cache=cache)) == ["Blinik"]


def test_a_new_file_in_a_folder_counts(tmp_path: Path, cache: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    write(folder / "SOREntity.csv")
    assert sorparse.load(folder, cache=cache).tables == ("entities",)
    (folder / "EDITypes.csv").write_text("EDITypeId;EDITypeName\n1;x\n")
    register = sorparse.load(folder, cache=cache)
    assert register.tables == sorparse.load(folder).tables != ("entities",)
    (folder / "EDITypes.csv").rename(folder / ".hidden")
    assert sorparse.load(folder, cache=cache).tables == ("entities",)


def test_options_count(tmp_path: Path, cache: Path) -> None:
    source = tmp_path / "SOREntity.csv"
    source.write_text("SorId;EntityName;FromDate;By\n9.00004E+15;ø;2020-01-01;Ry\n", "utf-8")
    variants: list[dict[str, Any]] = [
        {},
        {"encoding": "cp1252"},
        {"repair": True},
        {"columns": {"By": "postal_address.district_name"}},
        {"limits": sorparse.Limits(max_field_chars=1)},
    ]
    for _ in range(2):
        for options in variants:
            plain = sorparse.load(source, **options)
            cached = sorparse.load(source, cache=cache, **options)
            assert list(cached.records("entities")) == list(plain.records("entities"))
            assert cached.issues == plain.issues
    assert len(entries(cache)) == len(variants)


def test_the_spelling_of_the_path_is_preserved(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write(tmp_path / "SOREntity.csv", day="soon")
    monkeypatch.chdir(tmp_path)
    for spelling in ("SOREntity.csv", str(source)):
        for _ in range(2):
            register = sorparse.load(spelling, cache=cache)
            assert [issue.file for issue in register.issues] == [spelling]
            assert register.path == source


@pytest.mark.parametrize("damage", ["truncated", "altered", "foreign", "other version", "text"])
def test_a_bad_entry_is_replaced(damage: str, tmp_path: Path, cache: Path) -> None:
    source, other = write(tmp_path / "SOREntity.csv"), write(tmp_path / "other.csv", "Andet")
    sorparse.load(source, cache=cache)
    (entry,) = entries(cache)
    sorparse.load(other, cache=cache)
    (other_entry,) = set(entries(cache)) - {entry}
    content = bytearray(entry.read_bytes())
    if damage == "altered":  # the name
        content[content.rindex(b"Klinik")] ^= 1
    elif damage == "truncated":
        del content[-64:]
    elif damage == "text":
        content[:] = b"my notes"
    elif damage == "other version":
        version = sorparse.__version__.encode()
        content = content.replace(version, b"9" * len(version))
    if damage == "foreign":
        shutil.copy(other_entry, entry)
    else:
        entry.write_bytes(content)
    assert names(sorparse.load(source, cache=cache)) == ["Klinik"]
    sorparse.load(entry).check()  # it is a whole one again
    assert names(sorparse.load(entry)) == ["Klinik"]


def test_a_copy_of_a_cached_register_can_be_saved(tmp_path: Path, cache: Path) -> None:
    source = write(tmp_path / "SOREntity.csv")
    register = sorparse.load(source, cache=cache)
    register.save(tmp_path / "copy.sor")
    copied = sorparse.load(tmp_path / "copy.sor")
    change(source, "Blinik")
    assert copied.is_current()
    assert names(copied) == ["Klinik"]
    with pytest.raises(sorparse.ConversionError, match="the source itself"):
        register.save(source, force=True)


def test_a_cached_register_can_be_pickled(tmp_path: Path, cache: Path) -> None:
    source = write(tmp_path / "SOREntity.csv")
    register = pickle.loads(pickle.dumps(sorparse.load(source, cache=cache)))
    assert names(register) == ["Klinik"]
    assert register.is_current()
    change(source, "Blinik")
    assert not register.is_current()


def test_bytes_and_streams_are_not_stored(tmp_path: Path, cache: Path) -> None:
    source = write(tmp_path / "SOREntity.csv")
    assert names(sorparse.load(source.read_bytes(), cache=cache)) == ["Klinik"]
    with source.open("rb") as stream:
        assert names(sorparse.load(stream, cache=cache)) == ["Klinik"]
    assert not entries(cache)


def test_issues_are_raised_and_handed_on_as_without_a_cache(tmp_path: Path, cache: Path) -> None:
    bad, good = write(tmp_path / "bad.csv", day="soon"), write(tmp_path / "good.csv")
    for _ in range(2):
        with pytest.raises(SorDataError):
            sorparse.load(bad, cache=cache, on_issue="raise")
        assert sorparse.load(bad, cache=cache).issues
        assert is_from_file(sorparse.load(good, cache=cache, on_issue="raise"))
        handed: list[Any] = []
        sorparse.load(bad, cache=cache, on_issue=handed.append)
        assert handed


def test_a_source_without_units_is_refused_each_time(cache: Path) -> None:
    for _ in range(2):
        with pytest.raises(sorparse.MissingTableError):
            sorparse.load(examples.shak, cache=cache)
    assert not entries(cache)


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    source = write(tmp_path / "SOREntity.csv")
    (tmp_path / "file").write_text("text")
    assert names(sorparse.load(source, cache=tmp_path / "file" / "cache")) == ["Klinik"]
    assert "cache is not filled" in caplog.text


def test_only_the_entries_used_last_are_stored(tmp_path: Path, cache: Path) -> None:
    from sorparse.register.saved.cache import MOST_REGISTERS

    cache.mkdir()
    (cache / "notes.register").write_text("mine")
    sources = [write(tmp_path / f"{number}.csv") for number in range(MOST_REGISTERS + 2)]
    for source in sources:
        sorparse.load(source, cache=cache)
        sorparse.load(sources[0], cache=cache)  # used again and again
    assert len(entries(cache)) == MOST_REGISTERS + 1
    assert (cache / "notes.register").read_text() == "mine"
    stored = {entry: entry.stat().st_ino for entry in entries(cache)}
    sorparse.load(sources[0], cache=cache)  # the oldest one is there
    assert {entry: entry.stat().st_ino for entry in entries(cache)} == stored


def load_again_and_again(source: Path, cache: Path, until: float) -> set[tuple[str, ...]]:
    """Run in another process."""
    seen = set()
    while time.time() < until:
        seen.add(tuple(names(sorparse.load(source, cache=cache))))
    return seen


def replaced(source: Path) -> Iterator[str]:
    for number in range(30):
        new = write(source.with_name("new.csv"), f"Klinik {number:02}")
        new.replace(source)
        yield f"Klinik {number:02}"
        time.sleep(0.05)


def test_processes_fill_one_cache_while_the_source_is_replaced(tmp_path: Path, cache: Path) -> None:
    source = write(tmp_path / "SOREntity.csv", "Klinik 00")
    with ProcessPoolExecutor(3, mp_context=get_context("spawn")) as pool:
        until = time.time() + 3
        running = [pool.submit(load_again_and_again, source, cache, until) for _ in range(3)]
        written = {(name,) for name in replaced(source)}
        for each in running:
            assert each.result(timeout=60) <= written
    assert names(sorparse.load(source, cache=cache)) == ["Klinik 29"]


def test_a_source_that_is_being_written_is_read_at_once(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write(tmp_path / "SOREntity.csv")
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        write(source)  # as a copy that takes minutes does

    monkeypatch.setattr(time, "sleep", sleep)
    # on a slow machine the file would be old before the library looks at it
    monkeypatch.setattr(time, "time_ns", lambda: source.stat().st_ctime_ns)
    assert names(sorparse.load(source, cache=cache)) == ["Klinik"]
    assert 1 <= len(waits) <= 2
    assert not entries(cache)


def test_a_relative_folder_is_that_of_the_time_of_loading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "SOREntity.csv")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path)
    register = sorparse.load("SOREntity.csv", cache="cache")
    monkeypatch.chdir(tmp_path / "below")
    assert names(pickle.loads(pickle.dumps(register))) == ["Klinik"]
    assert register.is_current()
