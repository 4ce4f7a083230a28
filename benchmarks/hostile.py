"""Measure time and memory of reading hostile files.

Each shape of `hostile_shapes.py` and `hostile_tables.py` in `tests/support` is written once and
read in each way by a process of its own. The table shows processor seconds for each 10 MB and the
peak memory of the process; the last lines are the largest values. A document with several tables
is read once for each, and the longest of these readings counts. The time to load pyarrow does not
count. The way `floor` parses with lxml and builds nothing.

    python benchmarks/hostile.py [--mb 10] [--only TEXT] [--ways records,describe] [--worst 5]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from measure import count, peak, processor_time

HERE = Path(__file__).parent
FIELDS = {
    "entities": ("sor_id", "name", "postal_address.post_code"),
    "location_codes": ("location_code", "sor_id"),
    "shak_units": ("shak_code", "name"),
    "shak_regions": ("shak_code", "name"),
    "classifications": ("entry.code", "entry.name"),
    "geo_locations": ("geo_location_id", "name"),
}
LISTS = ("SorDataCodeTypes.xml", "GeographicalLocalisations.xml")


def each_table(path: Path, work: Callable[[Any, str], object], **options: bool) -> Iterator[None]:
    """Do the same work with each table; stop after each."""
    import sorparse

    with sorparse.open(path, **options) as feed:
        for table in feed.tables:
            with suppress(sorparse.SorError):
                work(feed, table)
            yield


def records(path: Path) -> Iterator[None]:
    return each_table(path, lambda feed, table: count(feed.records(table)))


def validated(path: Path) -> Iterator[None]:
    return each_table(path, lambda feed, table: count(feed.records(table)), validate=True)


def fields(path: Path) -> Iterator[None]:
    return each_table(path, lambda feed, table: count(feed.rows(table, FIELDS[table])))


def arrow(path: Path) -> Iterator[None]:
    return each_table(path, lambda feed, table: count(feed.to_arrow(table).batches()))


def describe(path: Path) -> Iterator[None]:
    import sorparse

    with sorparse.open(path) as feed:
        feed.describe()
    yield


def validate(path: Path) -> Iterator[None]:
    import sorparse

    sorparse.validate(path)
    yield


def validate_count(path: Path) -> Iterator[None]:
    import sorparse

    sorparse.validate(path, places=False)
    yield


def floor(path: Path) -> Iterator[None]:
    """Parse with lxml alone: what no reader can be faster than, and how busy the machine is."""
    from lxml import etree

    with suppress(etree.XMLSyntaxError):
        for _, element in etree.iterparse(path, huge_tree=True, resolve_entities=False):
            element.clear(keep_tail=True)
            parent = element.getparent()
            while parent is not None and (sibling := element.getprevious()) is not None:
                parent.remove(sibling)
    yield


WAYS: dict[str, Callable[[Path], Iterator[None]]] = {
    way.__name__: way
    for way in (records, fields, arrow, describe, validated, validate, validate_count, floor)
}


def run(way: str, path: Path) -> None:
    """Read one document in this process; print seconds, megabytes and the error, if any."""
    import sorparse

    if way == "arrow":  # takes half a second, however large the file is
        from sorparse.extras import load_numpy, load_pyarrow

        load_numpy()
        load_pyarrow()

    largest, said = 0.0, ""
    before = processor_time()
    try:
        for _ in WAYS[way](path):
            largest = max(largest, processor_time() - before)
            before = processor_time()
    except sorparse.SorError as error:
        said = f"{type(error).__name__}: {str(error).replace(str(path), '')[:60]}"
    print(f"{max(largest, processor_time() - before):.3f}|{peak():.0f}|{said}")


def measured(way: str, path: Path) -> tuple[float, float, str]:
    command = [sys.executable, str(Path(__file__)), "--run", way, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return float("nan"), float("nan"), (done.stderr.strip().splitlines() or ["failed"])[-1]
    seconds, megabytes, said = done.stdout.strip().split("|", 2)
    return float(seconds), float(megabytes), said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mb", type=float, default=10)
    parser.add_argument("--only", default="", help="shapes whose name contains this text")
    parser.add_argument("--ways", default=",".join(WAYS), help="separated by commas")
    parser.add_argument("--worst", type=int, default=5, help="how many of the largest are listed")
    parser.add_argument("--run", nargs=2, metavar=("WAY", "FILE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.run:
        run(given.run[0], Path(given.run[1]))
        return
    sys.path[:0] = [str(HERE.parent / "tests")]
    from support.hostile_shapes import CSV_SHAPES, LIST_SHAPES, REGION_SHAPES, SHAPES
    from support.hostile_tables import TABLE_SHAPES

    ways = given.ways.split(",")
    documents = [("Sor.xml", name, shape) for name, shape in SHAPES.items()]
    documents += [(file, name, shape) for file in LISTS for name, shape in LIST_SHAPES.items()]
    documents += [("SHAKregion.xml", name, shape) for name, shape in REGION_SHAPES.items()]
    documents += [("SOREntity.csv", name, shape) for name, shape in CSV_SHAPES.items()]
    documents += [(file, *one) for file, shapes in TABLE_SHAPES.items() for one in shapes.items()]
    print(f"| shape | {' | '.join(ways)} |\n|---|{'---|' * len(ways)}")
    found: list[tuple[float, float, str]] = []
    for file, name, shape in documents:
        label = f"{file}: {name}"
        if given.only not in label:
            continue
        cells = []
        with tempfile.TemporaryDirectory() as folder:
            path = shape.write(Path(folder) / file, int(given.mb * 1_000_000))
            for way in ways:
                if way.startswith("validate") and file != "Sor.xml":
                    cells.append("")
                    continue
                seconds, megabytes, said = measured(way, path)
                seconds *= 10 / given.mb
                found.append((seconds, megabytes, f"{label}, {way}"))
                cells.append(f"{seconds:.1f} s, {megabytes:.0f} MB{', ' + said if said else ''}")
        print(f"| {label} | {' | '.join(cells)} |", flush=True)
    for what, at, unit in (("time", 0, "s"), ("memory", 1, "MB")):
        for values in sorted(found, key=lambda row: -row[at])[: given.worst]:
            print(f"largest {what}: {values[at]:.1f} {unit}: {values[2]}")


if __name__ == "__main__":
    main()
