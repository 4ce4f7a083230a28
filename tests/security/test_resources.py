"""Open files, threads, processes, copies: what a service of many years runs into."""

from __future__ import annotations

import copy
import gc
import io
import linecache
import os
import pickle
import sys
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import sorparse
from sorparse import examples
from support.csv_files import A, B, C, sor2, zipped

FILES = Path("/proc/self/fd")
SOURCES = [
    examples.sor2_zip,
    examples.daily_csv,
    examples.sor_csv_folder,
    examples.shak,
]
MANY = sor2(*[f"{unit};Blå {n};2020-01-01;;{n:06}" for n in range(3000) for unit in (A, B, C)])


@pytest.fixture(autouse=True)
def _no_files_of_earlier_tests() -> None:
    """Close what other tests left to the garbage collector, before open files are counted."""
    gc.collect()


def open_files() -> set[str]:
    """What this process has open."""
    found = set()
    for link in FILES.iterdir():
        try:
            found.add(f"{link.name} {link.readlink()}")
        except FileNotFoundError:  # the folder's own
            continue
    return found


needs_proc = pytest.mark.skipif(not FILES.exists(), reason="needs /proc")


@needs_proc
@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_iterators_closed_early_leave_no_open_file(source: Path) -> None:
    before = open_files()
    feed = sorparse.open(source)
    assert open_files() == before
    for table in feed.tables:
        iterator = iter(feed.records(table))
        next(iterator)
        assert len(open_files()) > len(before)
        iterator.close()  # type: ignore[attr-defined] # every table is a generator
        assert open_files() == before


@needs_proc
def test_iterators_forgotten_leave_no_open_file() -> None:
    before = open_files()
    for _ in range(3):
        next(iter(sorparse.open(examples.sor2_zip).entities()))
    gc.collect()
    assert open_files() == before


@needs_proc
def test_errors_leave_no_open_file(tmp_path: Path) -> None:
    before = open_files()
    broken = tmp_path / "broken.zip"
    broken.write_bytes(examples.sor2_zip.read_bytes()[:-100])
    stranger = tmp_path / "stranger.txt"
    stranger.write_text("hej")
    for path in (broken, stranger):
        with pytest.raises(sorparse.SorFileError):
            sorparse.open(path)
    bad = tmp_path / "bad.csv"
    bad.write_bytes(sor2(f"{A};x;i går;;"))
    with pytest.raises(sorparse.SorDataError):
        list(sorparse.open(bad, on_issue="raise").entities())
    assert open_files() == before


@needs_proc
def test_a_zip_from_a_stream_is_laid_down_and_taken_away() -> None:
    class Stream(io.RawIOBase):
        content = io.BytesIO(zipped({"SOREntity.csv": MANY}))

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            return self.content.readinto(buffer)

    before = open_files()
    stream: Any = Stream()
    with sorparse.open(stream) as feed:
        assert len(list(feed.entities())) == 9_000
    assert open_files() == before
    with pytest.raises(sorparse.SorFileError, match="closed"):
        list(feed.entities())


def both_at_once(feed: sorparse.Feed) -> None:
    expected = list(feed.entities())
    first, second = feed.entities(), feed.entities()
    taken: tuple[list[Any], list[Any]] = ([], [])
    for n in range(len(expected)):
        taken[0].append(next(first))
        if n % 3 == 0:  # the other stays behind
            taken[1].append(next(second))
    taken[1].extend(second)
    assert taken[0] == taken[1] == expected


@pytest.mark.parametrize("content", [MANY, zipped({"SOREntity.csv": MANY})], ids=["csv", "zip"])
def test_two_iterations_do_not_disturb_each_other(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with path.open("rb") as stream:
        for source in (content, path, stream, io.BytesIO(content)):
            with sorparse.open(source) as feed:
                both_at_once(feed)


def test_two_feeds_of_one_file_object_do_not_disturb_each_other() -> None:
    stream = io.BytesIO(MANY)
    first, second = sorparse.open(stream), sorparse.open(io.BytesIO(MANY))
    assert list(first.entities()) == list(second.entities())


@pytest.mark.parametrize("content", [MANY, zipped({"SOREntity.csv": MANY})], ids=["csv", "zip"])
def test_threads_read_one_file_object_at_once(content: bytes) -> None:
    with sorparse.open(io.BytesIO(content)) as feed:
        expected = list(feed.entities())
        barrier = threading.Barrier(4)

        def task(_: int) -> bool:
            barrier.wait()
            return list(feed.entities()) == expected

        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(task, range(4)))
        assert feed.issues == []


def everything() -> list[Any]:
    found: list[Any] = []
    for source in SOURCES:
        with sorparse.open(source) as feed:
            for table in feed.tables:
                found += feed.records(table)
    return found


def test_records_pickle_and_copy() -> None:
    records = everything()
    assert len({type(record) for record in records}) == 9
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(records, protocol)) == records
    assert copy.deepcopy(records) == records
    assert [copy.copy(record) for record in records] == records
    for record in records:
        again = pickle.loads(pickle.dumps(record))
        assert type(again) is type(record)
        assert hash(again) == hash(record)


def test_records_share_what_is_equal_in_a_copy_too() -> None:
    with sorparse.open(examples.daily_csv) as feed:
        units = list(feed.entities())
    again = pickle.loads(pickle.dumps(units))
    shared = {id(unit.owner) for unit in units if unit.owner}
    assert len({id(unit.owner) for unit in again if unit.owner}) == len(shared)


def count_of(path: str) -> tuple[int, list[Any]]:
    """Run in another process: reads, and sends records back."""
    with sorparse.open(path) as feed:
        return os.getpid(), list(feed.entities())


def test_records_go_between_processes() -> None:
    with sorparse.open(examples.daily_csv) as feed:
        expected = list(feed.entities())
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        process, found = pool.submit(count_of, str(examples.daily_csv)).result(timeout=60)
    assert process != os.getpid()
    assert found == expected


def test_reading_again_and_again_leaves_nothing_behind() -> None:
    def read() -> None:
        with sorparse.open(examples.daily_csv) as feed:
            list(feed.entities())

    read()
    gc.collect()
    before = len(linecache.cache), len(gc.get_objects())
    for _ in range(5):
        read()
    gc.collect()
    assert len(linecache.cache) <= before[0]
    assert len(gc.get_objects()) - before[1] < 200


def test_the_source_of_generated_functions_is_shown_and_not_stored() -> None:
    """Tracebacks get the lines in this way. linecache fails if an entry goes while it looks."""
    lines: set[str] = set()

    def watch(frame: FrameType, event: str, _: object) -> None:
        file = frame.f_code.co_filename
        if event == "call" and "sorparse generated" in file:
            lines.add(linecache.getline(file, frame.f_lineno, frame.f_globals))

    with sorparse.open(examples.daily_csv) as feed:
        units = feed.entities()
        next(units)
        assert not [file for file in linecache.cache if "sorparse generated" in file]
        sys.setprofile(watch)
        next(units)
        sys.setprofile(None)
    linecache.clearcache()
    assert lines
    assert all(line.strip() for line in lines)


def active_in(register: sorparse.Register) -> tuple[int, list[str]]:
    """Run in another process: asks the register that was sent."""
    day = examples.snapshot_date
    return os.getpid(), sorted(unit.sor_id for unit in register.as_of(day).active())


def test_a_register_goes_to_another_process_and_between_threads() -> None:
    register = sorparse.load(examples.sor2_zip)
    expected = active_in(register)[1]
    assert expected
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        process, found = pool.submit(active_in, register).result(timeout=60)
    assert process != os.getpid()
    assert found == expected
    fresh = sorparse.load(examples.sor2_zip)  # what is made at the first question is made once
    barrier = threading.Barrier(4)

    def task(_: int) -> list[str]:
        barrier.wait()
        return active_in(fresh)[1]

    with ThreadPoolExecutor(4) as threads:
        assert all(answer == expected for answer in threads.map(task, range(4)))
