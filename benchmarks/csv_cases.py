"""The cases of the benchmark suite that read SOREntity.csv, by sorparse and by other packages."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

from measure import CASES, case, count

import sorparse

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
