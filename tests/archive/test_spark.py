"""Spark answers the bitemporal question over the files of an archive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from sorparse import Archive
from support.nights import ENTITIES, FIRST_NIGHT, MISSING, in_force, nights, tables
from support.spark import spark_session

pytest.importorskip("pyarrow")

SEED = 20
NIGHTS = (0, 1, 49, 50, 60, 99, 102, 119, 120)
"""The format changes at the last one, and three nights after 99 are not there."""


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("spark")
    archive = Archive(folder / "archive")
    for number in NIGHTS:
        night, content = nights(SEED)[number]
        archive.add(content, night=night)
    with spark_session(folder) as session:
        for name in ("entities", "registrations.parquet", "nights.parquet"):
            frame = session.read.parquet(f"{folder}/archive/{name}")
            frame.createOrReplaceTempView(name.removesuffix(".parquet"))
        yield session


QUERY = """
    SELECT e.sor_id, e.name
    FROM entities e
    JOIN registrations r ON r.row_id = e.row_id
    JOIN nights n ON n.night BETWEEN r.registered_from AND r.registered_to
    WHERE n.night = DATE '{night}'
      AND DATE '{day}' BETWEEN coalesce(e.from_date, DATE '0001-01-01')
                           AND coalesce(e.to_date, DATE '9999-12-31')
"""


@pytest.mark.parametrize("number", NIGHTS[::2])
@pytest.mark.parametrize("days", [-5000, -300, 0])
def test_what_the_register_said(spark: Any, number: int, days: int) -> None:
    night = FIRST_NIGHT + timedelta(number)
    day = night + timedelta(days)
    rows = spark.sql(QUERY.format(night=night, day=day)).collect()
    expected = in_force(tables(SEED)[night][ENTITIES], day)
    assert {row.sor_id: row.name for row in rows} == {
        sor_id: row["EntityName"] for sor_id, row in expected.items()
    }
    assert len(rows) == len(expected)


def test_nothing_is_said_of_a_missing_night(spark: Any) -> None:
    for night in (MISSING[0], FIRST_NIGHT + timedelta(55)):
        assert spark.sql(QUERY.format(night=night, day=night)).collect() == []


def test_types(spark: Any) -> None:
    kinds = dict(spark.table("registrations").dtypes)
    assert kinds["registered_from"] == kinds["registered_to"] == "date"
    assert kinds["part"] == "string"
    kinds = dict(spark.table("entities").dtypes)
    assert kinds["row_id"] == "bigint"
    assert kinds["from_date"] == "date"
    assert kinds["name"] == "string"
