"""Many bad and empty rows: each is counted, and costs little beyond the limit."""

from __future__ import annotations

import cProfile
import gc
import pstats
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import sorparse
from sorparse.formats import sor2 as declared
from support.csv_files import A, B, sor2

WIDE = tuple(column.name for column in declared.ENTITIES.columns)
EMPTY = ";" * (len(WIDE) - 1)
ROWS = 3_000
LIMITED = sorparse.Limits(max_issues=100)
BAD = {
    "too few cells": "x;y",
    "one cell": "x",
    "too many cells": EMPTY + ";x",
    "no key": EMPTY,
    "no key but a name": f";Enhed{EMPTY[1:]}",
    "wrong check digit": f"{A[:-1]}{9 - int(A[-1])};Enhed{EMPTY[1:]}",
    "unclosed quote": f'{A};"Enhed',
    "several bad values": f"{A};Enhed{EMPTY[1:].replace(';', ';x', 12)}",
}


@pytest.fixture
def _threads_take_turns() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("_threads_take_turns")
@pytest.mark.parametrize("most", [10, 100_000])
def test_threads_that_read_one_feed_count_each_issue_once(most: int) -> None:
    data = sor2(f"{B};Enhed{EMPTY[1:]}", *["x;y"] * 400, header=WIDE)
    limits = sorparse.Limits(max_issues=most)
    with sorparse.open(data, limits=limits) as feed, ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(list, feed.entities()) for _ in range(8)]:
            done.result()
        counted = feed.issue_counts["row-length"]
        stored = [issue for issue in feed.issues if issue.code == "row-length"]
    assert len(stored) == len({issue.line for issue in stored}) == min(most, 400)
    if most > 400:
        assert counted == 400


@pytest.mark.parametrize("row", BAD.values(), ids=BAD)
def test_issues_without_room_are_counted_as_those_with_room(row: str) -> None:
    data = sor2(*[row, f"{B};Enhed{EMPTY[1:]}"] * 200, header=WIDE)
    with sorparse.open(data) as every, sorparse.open(data, limits=LIMITED) as limited:
        records = list(every.entities())
        assert list(limited.entities()) == records
        assert limited.issue_counts == every.issue_counts
        assert limited.issues[:100] == every.issues[:100]
        number = sum(every.issue_counts.values())
        assert limited.issues[100].message.startswith(f"{number - 100} more issues")


def calls(data: bytes) -> int:
    """Return how many functions are called to read the units."""
    profile = cProfile.Profile()
    with sorparse.open(data, limits=LIMITED) as feed:
        profile.runcall(list, feed.entities())
    found: int = pstats.Stats(profile).total_calls  # type: ignore[attr-defined] # not in its stub
    return found


@pytest.mark.parametrize(
    ("row", "most"),
    [
        (" \t", 4),
        ("\xa0", 4),
        (BAD["too few cells"], 20),
        (BAD["one cell"], 20),
        (BAD["no key"], 160),
        (BAD["wrong check digit"], 280),
        (BAD["several bad values"], 350),
    ],
)
def test_a_bad_row_beyond_the_limit_takes_few_calls(row: str, most: int) -> None:
    few, many = (calls(sor2(*[row] * rows, header=WIDE)) for rows in (ROWS // 2, ROWS))
    assert (many - few) / (ROWS // 2) < most


@pytest.mark.parametrize(
    ("rows", "most"),
    [
        (['"'] * ROWS, 8),
        (["x"] * ROWS, 6),
        (["x;"] * ROWS, 12),
        (["x;\0"] * ROWS, 14),
        (['x;"', '"'] * (ROWS // 2), 12),
        ([f"{number};" for number in range(ROWS)], 60),
        ([f"{number}" for number in range(ROWS)], 40),
        ([f'"{number}' for number in range(ROWS)], 60),
    ],
)
def test_a_short_bad_row_beyond_the_limit_takes_few_calls(rows: list[str], most: int) -> None:
    few, many = (
        calls(sor2(*some, header=("SorId", "EntityName"))) for some in (rows[: ROWS // 2], rows)
    )
    assert (many - few) / (ROWS // 2) < most


@pytest.mark.parametrize("row", [f"{A};\0{EMPTY[1:]}", f"{A[:-1]}?;Enhed{EMPTY[1:]}"])
def test_each_record_finds_its_issues_counted(row: str) -> None:
    data = sor2(*[row] * 600, header=WIDE)
    with sorparse.open(data) as every, sorparse.open(data, limits=LIMITED) as limited:
        for _ in zip(every.entities(), limited.entities(), strict=True):
            assert limited.issue_counts == every.issue_counts
            assert limited.error_count == every.error_count
        number = sum(every.issue_counts.values())
        assert limited.issues[-1].message.startswith(f"{number - 100} more issues")


def test_rows_that_are_not_read_to_the_end_are_counted() -> None:
    data = sor2(*[f"{A};\0{EMPTY[1:]}"] * 300, header=WIDE)
    with sorparse.open(data, limits=LIMITED) as feed:
        units = feed.entities()
        for _ in range(200):
            next(units)
        del units
        assert feed.issue_counts == {"control-character": 200}
        list(feed.entities())  # those of the first 100 rows are the same; the others count again
        assert feed.issue_counts["control-character"] == 400


@pytest.fixture
def _garbage_collection_as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.enable()


@pytest.mark.usefixtures("_garbage_collection_as_before")
def test_garbage_collection_may_end_a_reading_while_issues_are_counted() -> None:
    data = sor2(*[f"{A};\0{EMPTY[1:]}"] * 60, header=WIDE)
    counted: list[int] = []

    def count(allocations: int) -> None:
        """Have garbage collection begin after a number of allocations."""
        with sorparse.open(data, limits=sorparse.Limits(max_issues=10)) as feed:
            units = feed.entities()
            for _ in range(20):
                next(units)
            gc.collect()
            cycle: list[object] = [units]
            cycle.append(cycle)
            del units, cycle
            gc.set_threshold(allocations)
            gc.enable()
            counted.append(feed.issue_counts["control-character"])
            gc.disable()

    def count_each() -> None:
        for allocations in range(1, 12):
            count(allocations)

    gc.disable()
    # in a thread, since it would wait for itself for ever
    thread = threading.Thread(target=count_each, daemon=True)
    thread.start()
    thread.join(60)
    assert counted == [20] * 11
