"""``entity_effective``: on every date the rows equal ``view.effective`` and ``view[...]``."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sorparse import (
    Address,
    Coded,
    EntityRef,
    Register,
    SOREntity,
    SorType,
    Validity,
    VirtualAddress,
    convert,
    examples,
)
from support.effective import expected_effective, hold
from support.exports import SOURCES, days_that_matter, dict_rows, read_records
from support.laws import law_examples
from support.register import unit
from support.tables import FakeFeed

ON_DAY = "SELECT * FROM entity_effective WHERE ? BETWEEN in_force_from AND in_force_to"
NORTH = Address(street_name="Nordvej", post_code="9000", region_code="1081")
SOUTH = Address(street_name="Sydvej", municipality_name="Odense", easting=Decimal("575123.25"))


def resolve(versions: Iterable[SOREntity], target: Path) -> list[dict[str, Any]]:
    """Return the rows of the table that SQLite gets of these versions."""
    convert(FakeFeed({"entities": list(versions)}), "sqlite", target)
    with closing(sqlite3.connect(target)) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute("SELECT * FROM entity_effective")]


def test_a_move_of_an_ancestor_splits_the_period(tmp_path: Path) -> None:
    versions = [
        unit("low", "2000-01-01", "2019-12-31", parent_id="mid"),
        unit("mid", "2000-01-01", "2009-12-31", parent_id="north"),
        unit("mid", "2010-01-01", parent_id="south"),
        unit("north", postal_address=NORTH),
        unit("south", "2000-01-01", "2014-12-31", postal_address=SOUTH, name="Syd"),
        unit("south", "2015-01-01", postal_address=SOUTH, name="Sydøst"),
    ]
    rows = resolve(versions, tmp_path / "sor.db")
    assert [
        (
            row["in_force_from"],
            row["in_force_to"],
            row["effective_postal_address_street_name"],
            row["effective_origin_activity_address"],
        )
        for row in rows
        if row["sor_id"] == "low"
    ] == [  # a new name of the unit above changes nothing here
        ("2000-01-01", "2009-12-31", "Nordvej", "north"),
        ("2010-01-01", "2019-12-31", "Sydvej", "south"),
    ]
    assert len([row for row in rows if row["sor_id"] == "south"]) == 2


def test_a_closed_parent_passes_its_last_version_on(tmp_path: Path) -> None:
    versions = [
        unit("low", "2000-01-01", "2019-12-31", parent_id="top"),
        unit("top", "2005-01-01", "2006-12-31", postal_address=NORTH),
        unit("top", "2007-01-01", "2009-12-31", postal_address=SOUTH),
        unit("top", "2012-01-01", "2014-12-31", postal_address=NORTH),
    ]
    rows = resolve(versions, tmp_path / "sor.db")
    assert [
        (row["in_force_from"], row["in_force_to"], row["effective_activity_address_street_name"])
        for row in rows
        if row["sor_id"] == "low"
    ] == [
        ("2000-01-01", "2004-12-31", None),  # the parent has not opened
        ("2005-01-01", "2006-12-31", "Nordvej"),
        ("2007-01-01", "2011-12-31", "Sydvej"),  # closed from 2010, then open again
        ("2012-01-01", "2019-12-31", "Nordvej"),
    ]


def test_both_ends_are_always_filled(tmp_path: Path) -> None:
    (row,) = resolve([unit("a", None, None, location_code="579")], tmp_path / "sor.db")
    assert (row["in_force_from"], row["in_force_to"]) == ("0001-01-01", "9999-12-31")
    assert row["effective_location_code"] == "579"


def test_a_long_coordinate_is_the_nearest_number(tmp_path: Path) -> None:
    exact = Address(easting=Decimal("575123.1234567890123"), northing=Decimal("6223456.5"))
    own = {"postal_address_easting": "12", "postal_address_northing": "x"}
    rows = resolve(
        [
            unit("a", postal_address=exact),
            unit("b", parent_id="a", extra=own, location_code="1"),
        ],
        tmp_path / "sor.db",
    )
    for row in rows:
        assert row["effective_postal_address_easting"] == 575123.1234567890123
        assert row["effective_postal_address_northing"] == 6223456.5


def test_a_subset_without_units_says_why_there_is_no_such_table(tmp_path: Path) -> None:
    report = convert(examples.sor2_zip, "sqlite", tmp_path / "a.db", tables=["edi_types"])
    (issue,) = report.issues
    assert (issue.severity, issue.code) == ("info", "table-not-written")
    assert "entity_effective" in issue.message
    assert "derived from entities" in issue.message
    with closing(sqlite3.connect(tmp_path / "a.db")) as db:
        names = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
    assert "entity_effective" not in names
    assert convert(examples.shak, "sqlite", tmp_path / "b.db").issues == ()


@pytest.mark.parametrize("source", [name for name in SOURCES if name != "SHAK"])
def test_sqlite(source: str, tmp_path: Path) -> None:
    convert(SOURCES[source], "sqlite", tmp_path / "sor.db")
    versions = read_records(SOURCES[source])["entities"]
    register = Register.from_records(versions)
    with closing(sqlite3.connect(tmp_path / "sor.db")) as db:
        db.row_factory = sqlite3.Row
        for day in days_that_matter()[::9]:
            rows = map(dict, db.execute(ON_DAY, (day.isoformat(),)))
            hold(register.as_of(day), versions, rows, whole=True)


def test_duckdb_and_parquet(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    convert(examples.sor2_zip, "duckdb", tmp_path / "sor.duckdb")
    convert(examples.sor2_zip, "parquet", tmp_path / "p")
    versions = read_records(examples.sor2_zip)["entities"]
    register = Register.from_records(versions)
    with closing(duckdb.connect(str(tmp_path / "sor.duckdb"), read_only=True)) as db:
        for day in days_that_matter()[::19]:
            hold(register.as_of(day), versions, dict_rows(db.execute(ON_DAY, (day,))), whole=True)
            over = ON_DAY.replace("entity_effective", f"'{tmp_path}/p/entity_effective.parquet'")
            hold(register.as_of(day), versions, dict_rows(db.execute(over, (day,))), whole=True)


# ------------------------------------------------------------------ any register

BEGIN = date(2020, 1, 1)
MOMENTS = st.integers(0, 12).map(lambda days: BEGIN + timedelta(days))
IDS = st.sampled_from("ABCDE")


def versions_of(draw: st.DrawFn, row: int) -> SOREntity:
    return SOREntity(
        sor_id=draw(IDS),
        name=draw(st.sampled_from(["en", "to", None])),
        sor_type=draw(st.sampled_from([SorType.OE, SorType.OE, SorType.SI, SorType.IE, None])),
        entity_type=draw(st.sampled_from([None, Coded("1", "x"), Coded(None, "y")])),
        parent_id=draw(IDS | st.sampled_from(["missing", None])),
        validity=Validity(draw(st.none() | MOMENTS), draw(st.none() | MOMENTS)),
        first_from_date=draw(st.none() | MOMENTS),
        updated_at=draw(st.none() | MOMENTS),
        postal_address=draw(st.sampled_from([None, None, NORTH, SOUTH])),
        visiting_address=draw(st.sampled_from([None, None, NORTH, SOUTH])),
        activity_address=draw(st.sampled_from([None, None, None, SOUTH])),
        virtual_address=draw(st.sampled_from([None, VirtualAddress(email=f"{row}@example.dk")])),
        location_code=draw(st.sampled_from([None, None, "5790000000001", "5790000000002"])),
        location_code_inherited=draw(st.sampled_from([True, True, False, None])),
        owner=draw(st.sampled_from([None, EntityRef("A", "a")])),
        health_institution=draw(st.sampled_from([None, EntityRef("B"), EntityRef(None, "b")])),
        shak_code=draw(st.sampled_from([None, "9901"])),
    )


@st.composite
def registers(draw: st.DrawFn) -> list[SOREntity]:
    """Any versions of a few units: moves, gaps, cycles, parents closed before their children."""
    return [versions_of(draw, row) for row in range(draw(st.integers(1, 12)))]


@settings(max_examples=law_examples(30), deadline=None)
@given(registers(), st.lists(st.integers(-2, 15), min_size=2, max_size=2))
def test_any_register(
    tmp_path_factory: pytest.TempPathFactory, versions: list[SOREntity], offsets: list[int]
) -> None:
    register = Register.from_records(versions)
    rows = resolve(versions, tmp_path_factory.mktemp("any") / "sor.db")
    for offset in range(-2, 16):
        day = BEGIN + timedelta(offset)
        there = [r for r in rows if r["in_force_from"] <= day.isoformat() <= r["in_force_to"]]
        hold(register.as_of(day), versions, there, whole=False)
    for one, other in pairwise(rows):
        if one["sor_id"] != other["sor_id"]:
            continue
        assert one["in_force_to"] < other["in_force_from"]
        following = date.fromisoformat(one["in_force_to"]) + timedelta(1)
        if following.isoformat() == other["in_force_from"]:  # a period is as long as can be
            ends = {"in_force_from", "in_force_to"}
            assert {k: v for k, v in one.items() if k not in ends} != {
                k: v for k, v in other.items() if k not in ends
            }
    pytest.importorskip("pyarrow")
    for offset in offsets:
        view = register.as_of(BEGIN + timedelta(offset))
        for table in (
            view.to_arrow(effective=True),
            view.to_table(list(view), effective=True),
        ):
            found = table.to_pyarrow().to_pylist()
            assert [row["sor_id"] for row in found] == list(view)
            for row in found:
                assert expected_effective(view.effective(row["sor_id"])).items() <= row.items()
