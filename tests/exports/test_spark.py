"""Spark reads the Parquet files: types, the units on a date, and inheritance resolved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from sorparse import Register, convert, examples
from support.effective import hold
from support.exports import days_that_matter, read_records
from support.spark import spark_session
from support.tables import record_of

pytest.importorskip("pyarrow")

TABLES = ("entities", "entity_periods", "entity_effective")
DAYS = days_that_matter()[20::200]


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("spark")
    convert(examples.sor2_zip, "parquet", folder / "sor")
    with spark_session(folder) as session:
        for name in TABLES:
            path = f"{folder}/sor/{name}.parquet"
            session.read.parquet(path).createOrReplaceTempView(name)
        yield session


@pytest.fixture(scope="module")
def register() -> Register:
    return Register.from_records(read_records(examples.sor2_zip)["entities"])


def test_types(spark: Any) -> None:
    kinds = dict(spark.table("entities").dtypes)
    assert kinds["from_date"] == "date"
    assert kinds["replaces"] == "array<string>"
    assert kinds["entity_type_name"] == "string"
    kinds = dict(spark.table("entity_effective").dtypes)
    assert kinds["in_force_from"] == kinds["in_force_to"] == "date"
    assert kinds["row_id"] == "bigint"
    assert kinds["effective_postal_address_easting"] == "double"
    assert kinds["effective_region_name"] == "string"


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_units_on_a_date(spark: Any, register: Register, day: date) -> None:
    rows = spark.sql(
        "SELECT e.* FROM entities e JOIN entity_periods p ON e.row_id = p.row_id "
        f"WHERE DATE '{day}' BETWEEN p.in_force_from AND p.in_force_to"
    ).collect()
    found = {record_of("entities", row.asDict()) for row in rows}
    assert found == set(register.as_of(day).active())
    assert len(found) == len(rows)


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_inheritance_resolved(spark: Any, register: Register, day: date) -> None:
    rows = spark.sql(
        f"SELECT * FROM entity_effective WHERE DATE '{day}' BETWEEN in_force_from AND in_force_to"
    ).collect()
    versions = read_records(examples.sor2_zip)["entities"]
    hold(register.as_of(day), versions, [row.asDict() for row in rows], whole=True)


def test_practices_of_a_region_in_one_line(spark: Any, register: Register) -> None:
    rows = spark.sql(
        "SELECT sor_id FROM entity_effective WHERE entity_type_name = 'almen lægepraksis' "
        "AND effective_region_name = 'Region Nordjylland' "
        "AND DATE '2020-01-01' BETWEEN in_force_from AND in_force_to"
    ).collect()
    hits = register.as_of("2020-01-01").find(
        entity_type="almen lægepraksis", region="Region Nordjylland"
    )
    assert {row.sor_id for row in rows} == {unit.sor_id for unit in hits}
    assert hits
