"""Questions as of a date over 1.5 million versions: sorparse, plain numpy, and the data tools.

    python benchmarks/as_of.py METHOD FOLDER

prints one line of JSON: seconds to build, µs a look-up of one unit on one day (random, so
cache-cold), ms for the status of all units on a date, MB that the process grew, and how many
units were found in force (all methods must say the same). The versions are those of versions.csv;
reading them is not counted, laying them out for the questions is.
"""

from __future__ import annotations

import csv
import gc
import json
import random
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from register import resident

Versions = tuple[list[str], list[int], list[int]]
Questions = tuple[Callable[[str, int], Any], Callable[[int], int]]
Prepared = tuple[Callable[[], Any], Callable[[Any], Questions]]
Method = Callable[[Versions], Prepared]
METHODS: dict[str, Method] = {}
FOREVER = date.max.toordinal()
DAY = date(2015, 6, 1).toordinal()


def method(prepare: Method) -> Method:
    """Register a method: its function lays the versions out and returns what asks them.

    The questions: look up a unit on a date, and how many units are in force on a date.
    """
    METHODS[prepare.__name__] = prepare
    return prepare


def read(folder: Path) -> Versions:
    ids: list[str] = []
    starts, ends = [], []
    with (folder / "versions.csv").open(encoding="utf-8", newline="") as file:
        for sor_id, start, end in csv.reader(file, delimiter=";"):
            ids.append(sor_id)
            starts.append(date.fromisoformat(start).toordinal())
            ends.append(date.fromisoformat(end).toordinal() if end else FOREVER)
    return ids, starts, ends


def _ours(versions: Versions, *, numpy: bool) -> Prepared:
    """Fill the store of a register, and give what builds its index and what asks it."""
    from sorparse import Register, SOREntity, Validity
    from sorparse.register.storage.timeindex import ACTIVE, TimeIndex

    if numpy:
        import numpy as np  # noqa: F401 - its own memory is not the index's, as of the others

    def record(sor_id: str, start: int, end: int) -> SOREntity:
        last = None if end == FOREVER else date.fromordinal(end)
        return SOREntity(sor_id, validity=Validity(date.fromordinal(start), last))

    store = Register.from_records(map(record, *versions)).core.store

    def questions(index: TimeIndex) -> Questions:
        numbers = store.numbers
        return (
            lambda sor_id, day: index.row_on(numbers[sor_id], day),
            lambda day: bytes(index.statuses(day)).count(ACTIVE),
        )

    return lambda: TimeIndex(store, numpy=numpy), questions


@method
def sorparse(versions: Versions) -> Prepared:
    return _ours(versions, numpy=True)


@method
def sorparse_without_numpy(
    versions: Versions,
) -> Prepared:
    return _ours(versions, numpy=False)


@method
def pandas(versions: Versions) -> Prepared:
    import pandas as pd

    def build() -> Any:
        frame = pd.DataFrame(dict(zip(("id", "start", "end"), versions, strict=True)))
        return frame.set_index("id").sort_index()

    def questions(frame: Any) -> Questions:
        def look_up(sor_id: str, day: int) -> Any:
            found = frame.loc[[sor_id]]
            return found[(found["start"] <= day) & (found["end"] >= day)]

        def count(day: int) -> int:
            held = frame[(frame["start"] <= day) & (frame["end"] >= day)]
            return int(held.index.nunique())

        return look_up, count

    return build, questions


@method
def polars(versions: Versions) -> Prepared:
    import polars as pl

    def build() -> Any:
        return pl.DataFrame(dict(zip(("id", "start", "end"), versions, strict=True))).sort("id")

    def questions(frame: Any) -> Questions:
        def held(day: int) -> Any:
            return (pl.col("start") <= day) & (pl.col("end") >= day)

        return (
            lambda sor_id, day: frame.filter((pl.col("id") == sor_id) & held(day)),
            lambda day: frame.filter(held(day))["id"].n_unique(),
        )

    return build, questions


def _by_sql(connection: Any) -> Questions:
    held = "from held where first <= ? and last >= ?"

    def asked(query: str, *values: object) -> Any:
        return connection.execute(query, values).fetchall()

    return (
        lambda sor_id, day: asked(f"select * {held} and id = ?", day, day, sor_id),
        lambda day: int(asked(f"select count(distinct id) {held}", day, day)[0][0]),
    )


@method
def duckdb(versions: Versions) -> Prepared:
    import duckdb as library
    import pyarrow as pa

    table = pa.table(dict(zip(("id", "first", "last"), versions, strict=True)))

    def build() -> Any:
        connection = library.connect()
        connection.register("versions", table)
        connection.execute("create table held as select * from versions order by id")
        return connection

    return build, _by_sql


@method
def sqlite(versions: Versions) -> Prepared:
    import sqlite3

    def build() -> Any:
        connection = sqlite3.connect(":memory:")
        connection.execute("create table held (id text, first int, last int)")
        connection.executemany("insert into held values (?, ?, ?)", zip(*versions, strict=True))
        connection.execute("create index place on held (id, first)")
        return connection

    return build, _by_sql


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    versions = read(folder)
    build, questions = METHODS[name](versions)
    gc.collect()
    before = resident()
    began = time.process_time()
    laid_out = build()
    built = time.process_time() - began
    grown = resident() - before
    look_up, count = questions(laid_out)
    rng = random.Random(1)
    asked = [
        (rng.choice(versions[0]), date(2000, 1, 1).toordinal() + rng.randrange(9000))
        for _ in range(100_000)
    ]
    began = time.process_time()
    done = 0
    for sor_id, day in asked:
        look_up(sor_id, day)
        done += 1
        if done % 100 == 0 and time.process_time() - began > 3:  # slow methods answer fewer
            break
    one = (time.process_time() - began) / done
    began = time.process_time()
    for _ in range(5):
        found = count(DAY)
    print(json.dumps([built, one * 1e6, (time.process_time() - began) / 5 * 1e3, grown, found]))


if __name__ == "__main__":
    main()
