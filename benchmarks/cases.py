"""The cases of the benchmark suite: one function a case, run alone in a fresh process by run.py.

    python benchmarks/cases.py CASE FOLDER

prints one line of JSON: items, wall and processor seconds, peak memory and what of it came after
the case's imports.
"""

from __future__ import annotations

import csv
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import sorparse

CASES: dict[str, tuple[str, Callable[[Path], Callable[[], int]]]] = {}
FIELDS = (
    "sor_id",
    "name",
    "entity_type.code",
    "parent_id",
    "validity.from_date",
    "validity.to_date",
    "updated_at",
    "postal_address.post_code",
)


def case(floor: str) -> Callable[[Callable[[Path], Callable[[], int]]], None]:
    """Register a case. It imports what it needs, and gives what is timed."""

    def register(prepare: Callable[[Path], Callable[[], int]]) -> None:
        CASES[prepare.__name__] = (floor, prepare)

    return register


def warm(*, arrow: bool = False, load: bool = False) -> None:
    """Load what the first use of the library loads: imports are not what is measured."""
    from sorparse import examples

    with sorparse.open(examples.daily_csv) as feed:
        next(feed.entities())
        next(feed.entities(fields=FIELDS))
        if arrow:
            next(iter(feed.to_arrow("entities").batches()))
    if load:
        sorparse.load(examples.daily_csv)


def _days() -> list[str]:
    from sorparse.formats import sor2
    from sorparse.formats.declare import DATES

    return [column.name for column in sor2.ENTITIES.columns if column.kind in DATES]


def count(items: Iterable[Any]) -> int:
    return sum(1 for _ in items)


def _read_bare(path: Path) -> int:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return count(csv.reader(file, delimiter=";"))


def _read_records(path: Path) -> int:
    with sorparse.open(path) as feed:
        number = count(feed.entities())
        assert not feed.issues
        return number


def _read_fields(path: Path, fields: tuple[str, ...] = FIELDS) -> int:
    with sorparse.open(path) as feed:
        return count(feed.entities(fields=fields))


def _read_arrow(path: Path) -> int:
    with sorparse.open(path) as feed:
        return sum(batch.num_rows for batch in feed.to_arrow("entities").batches())


def _load(path: Path) -> int:
    return len(sorparse.load(path))


@case("csv_floor")
def csv_dict_reader(folder: Path) -> Callable[[], int]:
    def run() -> int:
        with (folder / "SOREntity.csv").open(encoding="utf-8-sig", newline="") as file:
            return count(csv.DictReader(file, delimiter=";"))

    return run


READERS = {
    "floor": _read_bare,
    "sorparse_records": _read_records,
    "sorparse_fields": _read_fields,
    "sorparse_arrow": _read_arrow,
    "sorparse_load": _load,
}
ORDERS = {
    "csv": "SOREntity.csv",
    "csv_by_date": "by_date.csv",
    "csv_random": "random.csv",
    "csv_quoted": "quoted.csv",
}


def _prepared(reader: str, name: str) -> Callable[[Path], Callable[[], int]]:
    def prepare(folder: Path) -> Callable[[], int]:
        if reader != "floor":
            warm(arrow=reader == "sorparse_arrow", load=reader == "sorparse_load")
        return lambda: READERS[reader](folder / name)

    return prepare


CASES |= {
    f"{order}_{reader}": (f"{order}_floor", _prepared(reader, name))
    for order, name in ORDERS.items()
    for reader in READERS
}


@case("csv_floor")
def csv_pandas_text(folder: Path) -> Callable[[], int]:
    import pandas as pd

    return lambda: len(pd.read_csv(folder / "SOREntity.csv", sep=";", dtype=str))


@case("csv_floor")
def csv_pandas_typed(folder: Path) -> Callable[[], int]:
    import pandas as pd

    days = _days()
    path = folder / "SOREntity.csv"
    return lambda: len(
        pd.read_csv(path, sep=";", dtype=str, engine="c", parse_dates=days, date_format="ISO8601")
    )


@case("csv_floor")
def csv_polars_typed(folder: Path) -> Callable[[], int]:
    import polars as pl

    path = folder / "SOREntity.csv"
    types = dict.fromkeys(_days(), pl.Date)
    return lambda: (
        pl.read_csv(path, separator=";", infer_schema=False, schema_overrides=types).height
    )


@case("csv_floor")
def csv_polars_text(folder: Path) -> Callable[[], int]:
    import polars as pl

    path = folder / "SOREntity.csv"
    return lambda: pl.read_csv(path, separator=";", infer_schema=False).height


@case("csv_floor")
def csv_duckdb(folder: Path) -> Callable[[], int]:
    import duckdb

    def run() -> int:
        name = str(folder / "SOREntity.csv")
        query = f"create table t as select * from read_csv('{name}', delim=';', all_varchar=true)"
        connection = duckdb.connect()
        connection.execute(query)
        found = connection.execute("select count(*) from t").fetchall()
        return int(found[0][0])

    return run


@case("csv_floor")
def csv_pyarrow_stream(folder: Path) -> Callable[[], int]:
    from pyarrow import csv as arrow_csv

    def run() -> int:
        options = arrow_csv.ParseOptions(delimiter=";")
        reader = arrow_csv.open_csv(folder / "SOREntity.csv", parse_options=options)
        return sum(batch.num_rows for batch in reader)

    return run


@case("csv_floor")
def csv_arro3_stream(folder: Path) -> Callable[[], int]:
    from arro3.core import DataType, Field, Schema
    from arro3.io import read_csv

    path = folder / "SOREntity.csv"
    with path.open(encoding="utf-8-sig") as file:
        names = file.readline().strip().split(";")
    schema = Schema([Field(name, DataType.string(), nullable=True) for name in names])

    def run() -> int:
        reader = read_csv(path, schema, has_header=True, delimiter=";", batch_size=4096)
        return sum(batch.num_rows for batch in reader)

    return run


@case("csv_floor")
def csv_cattrs(folder: Path) -> Callable[[], int]:
    from datetime import date

    import cattrs

    naive, names = _naive(converters=False)
    converter = cattrs.Converter()
    converter.register_structure_hook(date, lambda text, _: date.fromisoformat(text))

    def run() -> int:
        with (folder / "SOREntity.csv").open(encoding="utf-8-sig", newline="") as file:
            return count(
                converter.structure({name: row[name] or None for name in names}, naive)
                for row in csv.DictReader(file, delimiter=";")
            )

    return run


def _naive(*, converters: bool = True) -> tuple[type[Any], list[str]]:
    """A class with a field a column, as one writes it first."""
    from datetime import date

    import attrs

    from sorparse.formats import sor2
    from sorparse.formats.declare import DATES

    fields = {}
    for column in sor2.ENTITIES.columns:
        is_day = column.kind in DATES
        kind, convert = (date, date.fromisoformat) if is_day else (str, str)
        optional: Any = attrs.converters.optional(convert)
        fields[column.name] = attrs.field(
            converter=optional if converters else None, type=kind | None
        )
    return attrs.make_class("Naive", fields, frozen=True, slots=True), list(fields)


@case("csv_floor")
def csv_attrs_converters(folder: Path) -> Callable[[], int]:
    naive, names = _naive()

    def run() -> int:
        with (folder / "SOREntity.csv").open(encoding="utf-8-sig", newline="") as file:
            return count(
                naive(**{name: row[name] or None for name in names})
                for row in csv.DictReader(file, delimiter=";")
            )

    return run


@case("csv_floor")
def csv_pydantic(folder: Path) -> Callable[[], int]:
    from datetime import date

    import pydantic

    from sorparse.formats import sor2
    from sorparse.formats.declare import DATES

    fields: dict[str, Any] = {
        column.name: ((date if column.kind in DATES else str) | None, None)
        for column in sor2.ENTITIES.columns
    }
    model = pydantic.create_model("Entity", **fields)

    def run() -> int:
        with (folder / "SOREntity.csv").open(encoding="utf-8-sig", newline="") as file:
            return count(
                model.model_validate({name: text or None for name, text in row.items()})
                for row in csv.DictReader(file, delimiter=";")
            )

    return run


@case("xml_floor")
def xml_floor(folder: Path) -> Callable[[], int]:
    from lxml import etree

    def run() -> int:
        number = 0
        for _, element in etree.iterparse(folder / "Sor.xml"):
            element.clear()
            number += 1
        return number

    return run


def warm_xml(*, validate: bool = False) -> Any:
    """As ``warm``, for Sor.xml."""
    from sorparse import examples

    with sorparse.open(examples.sor_xml, validate=validate) as feed:
        count(feed.entities())
    return sorparse


@case("xml_floor")
def xml_sorparse_records(folder: Path) -> Callable[[], int]:
    sorparse = warm_xml()

    def run() -> int:
        with sorparse.open(folder / "Sor.xml") as feed:
            return count(feed.entities())

    return run


@case("xml_floor")
def xml_sorparse_validated_records(folder: Path) -> Callable[[], int]:
    sorparse = warm_xml(validate=True)

    def run() -> int:
        with sorparse.open(folder / "Sor.xml", validate=True) as feed:
            number = count(feed.entities())
            assert not feed.issues
            return number

    return run


PART = 10_000_000
SCHEMA = Path(__file__).parents[1] / "src" / "sorparse" / "schemas" / "nsi_2_0_0.xsd"


def part_of(folder: Path) -> Path:
    """The first 10 MB of Sor.xml, up to the end of an owner: for what would take minutes."""
    path = folder / "Sor_part.xml"
    if not path.exists():
        end = b"</InstitutionOwnerEntity>"
        with (folder / "Sor.xml").open("rb") as file:
            content = file.read(PART)
        path.write_bytes(content[: content.rindex(end)] + end + b"</SorTree>")
    return path


@case("xml_part_floor")
def xml_part_floor(folder: Path) -> Callable[[], int]:
    from lxml import etree

    path = part_of(folder)

    def run() -> int:
        number = 0
        for _, element in etree.iterparse(path):
            element.clear()
            number += 1
        return number

    return run


def _dataclass_of(elements: list[Any]) -> Any:
    """Make the class that xsdata would generate for elements like these; ``str`` for leaves."""
    import dataclasses
    from collections import Counter

    from lxml import etree

    children: dict[str, list[Any]] = {}
    several: set[str] = set()
    for element in elements:
        for tag, number in Counter(child.tag for child in element).items():
            children.setdefault(tag, []).extend(element.iterchildren(tag))
            if number > 1:
                several.add(tag)
    if not children:
        return str
    fields = []
    for tag, inner in children.items():
        name, kind = etree.QName(tag), _dataclass_of(inner)
        metadata = {"name": name.localname, "namespace": name.namespace, "type": "Element"}
        field: Any = dataclasses.field(default=None, metadata=metadata)
        hint = kind | None
        if tag in several:
            field = dataclasses.field(default_factory=list, metadata=metadata)
            hint = list[kind]
        fields.append((f"{name.localname}_{len(fields)}", hint, field))
    name = etree.QName(elements[0])
    made = dataclasses.make_dataclass(name.localname, fields)
    made.Meta = type("Meta", (), {"name": name.localname, "namespace": name.namespace})  # type: ignore[attr-defined] # xsdata looks for it there
    return made


@case("xml_part_floor")
def xml_xsdata(folder: Path) -> Callable[[], int]:
    from lxml import etree
    from xsdata.formats.dataclass.parsers import XmlParser

    path = part_of(folder)
    root = _dataclass_of([etree.parse(path).getroot()])
    parser = XmlParser()

    def run() -> int:
        tree = parser.parse(path, root)
        return len(next(value for value in vars(tree).values() if isinstance(value, list)))

    return run


@case("xml_part_floor")
def xml_xmlschema(folder: Path) -> Callable[[], int]:
    import xmlschema

    path = part_of(folder)
    schema = xmlschema.XMLSchema(SCHEMA)

    def run() -> int:
        resource = xmlschema.XMLResource(path, lazy=True)
        owner = "/SorTree/InstitutionOwnerEntity"
        return count(schema.iter_decode(resource, owner, namespaces={"": "urn:oio:nsi:2.0.0"}))

    return run


@case("xml_floor")
def xml_xmllint(folder: Path) -> Callable[[], int]:
    import shutil
    import subprocess

    program = shutil.which("xmllint")
    if program is None:
        raise SystemExit("xmllint is not installed")
    command = [program, "--stream", "--noout", "--schema", str(SCHEMA), str(folder / "Sor.xml")]
    # its faults are its output, and its way to end
    return lambda: subprocess.run(command, capture_output=True, check=False).stderr.count(b"\n")


@case("xml_floor")
def xml_xmltodict(folder: Path) -> Callable[[], int]:
    import xmltodict

    def run() -> int:
        found = []
        with (folder / "Sor.xml").open("rb") as file:
            xmltodict.parse(file, item_depth=2, item_callback=lambda *_: found.append(1) or True)
        return len(found)

    return run


def _validation(folder: Path, found: Callable[[Any], int], **options: bool) -> Callable[[], int]:
    from sorparse import examples

    sorparse.validate(examples.sor_xml, **options)  # loads what the first use loads
    return lambda: found(sorparse.validate(folder / "Sor.xml", **options))


@case("xml_floor")
def xml_sorparse_validate(folder: Path) -> Callable[[], int]:
    return _validation(folder, lambda report: len(report.errors))


@case("xml_floor")
def xml_sorparse_validate_count(folder: Path) -> Callable[[], int]:
    return _validation(folder, lambda report: report.fault_count, places=False)


@case("xml_floor")
def xml_lxml_validate_count(folder: Path) -> Callable[[], int]:
    from lxml import etree

    class Nothing:
        def close(self) -> None:
            return None

    schema = etree.XMLSchema(etree.parse(SCHEMA))

    def run() -> int:
        target: Any = Nothing()
        parser = etree.XMLParser(schema=schema, target=target)
        etree.parse(folder / "Sor.xml", parser)
        return len(parser.error_log)

    return run


def peak() -> float:
    """Peak memory of this process, or of a program it has run, in MB."""
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    of_programs = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would include the process that started this one
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM"):
                return max(int(line.split()[1]) / 1024, of_programs)
    return max(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, of_programs)


def processor_time() -> float:
    """Processor seconds of this process and of the programs it has run."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    run = CASES[name][1](folder)
    before = peak()
    wall, cpu = time.perf_counter(), processor_time()
    items = run()
    wall, cpu = time.perf_counter() - wall, processor_time() - cpu
    print(json.dumps([items, wall, cpu, peak(), peak() - before]))


if __name__ == "__main__":
    main()
