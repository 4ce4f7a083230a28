"""Frames with inheritance resolved: the columns hold what ``view.effective`` returns."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import sorparse
from sorparse import (
    Address,
    Coded,
    Effective,
    NotInForceError,
    Register,
    SOREntity,
    SorType,
    UnknownUnitError,
    View,
    VirtualAddress,
    examples,
)
from sorparse.tables import flatten
from sorparse.tables.schema import schema_of
from support.effective import expected_effective
from support.register import unit

pytest.importorskip("pyarrow")
DAY = date(2015, 6, 1)
SJAELLAND = Address(
    street_name="Vej", post_code="4000", region_code="1085", municipality_name="Roskilde"
)


def register() -> Register:
    return Register.from_records(
        [
            unit(
                "top", sor_type=SorType.IE, postal_address=SJAELLAND, location_code="5790000000005"
            ),
            unit("mid", sor_type=SorType.SI, parent_id="top", location_code_inherited=True),
            unit("old", "2001-01-01", "2009-12-31", parent_id="mid", location_code_inherited=True),
            unit("new", "2030-01-01", parent_id="mid", name="Ny"),
            unit("never", "2010-01-01", "2009-01-01", parent_id="mid"),
        ]
    )


def rows(view: View, *units: SOREntity | str, **options: Any) -> dict[str, dict[str, Any]]:
    table = view.to_table(units, effective=True, **options)
    return {row["sor_id"]: row for row in table.to_pyarrow().to_pylist()}


def test_the_columns_are_described() -> None:
    view = register().as_of(DAY)
    schema = view.to_arrow(effective=True).schema
    table = view.to_table(["top"], effective=True)
    assert table.schema == schema
    assert table.to_pyarrow().schema.names == [*schema.names]
    own = schema_of("entities", lists=False)
    assert schema.doc == (
        f"{own.doc} Columns that begin with effective_ have inheritance resolved."
    )
    assert schema.columns[: len(own.columns)] == own.columns
    effective = schema.columns[len(own.columns) :]
    assert all(one.nullable for one in effective)
    described = {one.name: (one.path, one.doc) for one in effective}
    first = "of the first of the activity, visiting and postal address that has one."
    for place in ("region", "municipality"):
        for half in ("code", "name"):
            assert described[f"effective_{place}_{half}"] == (
                f"effective.{place}.{half}",
                f"{half.capitalize()} of the {place} {first}",
            )
    assert described["effective_location_code"] == (
        "effective.location_code",
        "Effective location number (GLN).",
    )
    assert described["effective_origin_postal_address"] == (
        "effective.origin.postal_address",
        "SOR id of the unit whose own the effective postal address is.",
    )
    assert described["effective_postal_address_floor_id"] == (
        "effective.postal_address.floor_id",
        "Effective postal address. Floor (FloorIdentifier).",
    )


@pytest.mark.parametrize(
    "source", [examples.sor2_zip, examples.sor_xml, examples.sor_csv_folder], ids=lambda p: p.name
)
def test_the_columns_hold_what_the_view_returns(source: Path) -> None:
    view = sorparse.load(source).as_of(DAY)
    table = view.to_arrow(effective=True)
    assert table.schema.names[: len(schema_of("entities").names)] == schema_of("entities").names
    found = table.to_pyarrow().to_pylist()
    assert [row["sor_id"] for row in found] == list(view)
    for row in found:
        assert expected_effective(view.effective(row["sor_id"])).items() <= row.items()
    own = view.to_arrow().to_pyarrow().to_pylist()
    assert [{name: row[name] for name in own[0]} for row in found] == own


def test_lists_and_texts_of_units_in_many_batches() -> None:
    units = [unit(str(n), replaces=["1", "2"], note=str(n)) for n in range(5)]
    view = Register.from_records(units).as_of("2020-01-01")
    assert rows(view, "3")["3"]["replaces"] == "1 2"
    assert rows(view, "3", lists=True)["3"]["replaces"] == ["1", "2"]
    many = view.to_table(units * (flatten.BATCH_ROWS // 2), effective=True).to_pyarrow()
    assert many["note"].to_pylist() == ["0", "1", "2", "3", "4"] * (flatten.BATCH_ROWS // 2)


def test_pandas_and_polars_have_the_same_columns() -> None:
    pl = pytest.importorskip("polars")
    pytest.importorskip("pandas")
    view = sorparse.load(examples.sor2_zip).as_of(DAY)
    frame = view.to_polars(effective=True)
    assert view.to_pandas(effective=True).columns.tolist() == frame.columns
    region = frame.filter(pl.col("effective_region_name") == "Region Nordjylland")
    hits = {unit.sor_id for unit in view.find(region="Region Nordjylland")}
    assert set(region["sor_id"]) <= hits
    assert len(region) > 20
    assert "effective_region_name" not in view.to_polars().columns


def test_a_missing_code_or_name_of_a_region_is_supplied() -> None:
    row = rows(register().as_of("2020-01-01"), "mid")["mid"]
    assert (row["effective_region_code"], row["effective_region_name"]) == (
        "1085",
        "Region Sjælland",
    )
    assert row["effective_municipality_code"] == "0265"
    assert row["effective_visiting_address_municipality_code"] is None
    assert row["effective_location_code"] == "5790000000005"
    assert row["effective_origin_location_code"] == "top"
    assert row["effective_origin_activity_address"] is None  # an institution has none


def test_the_region_is_that_of_the_activity_then_visiting_then_postal_address() -> None:
    postal, visiting = Address(region_code="1081"), Address(region_code="1082")
    nowhere = Address(post_code="9999", municipality_code="0101")
    assert Effective("1", postal, visiting).region == Coded("1082", "Region Midtjylland")
    mixed = Effective("1", postal, visiting, nowhere)
    assert mixed.region == Coded("1082", "Region Midtjylland")
    assert mixed.municipality == Coded("0101", "København")
    assert Effective("1", nowhere).region is None
    assert Effective("1", Address(region_name="Region Nowhere")).region == Coded(
        None, "Region Nowhere"
    )


def test_closed_and_future_units_are_resolved_on_their_own_dates() -> None:
    view = register().as_of("2020-01-01")
    found = rows(view, *view.find(status=("CLOSED", "FUTURE", "ACTIVE")))
    assert set(found) == {"top", "mid", "old", "new", "never"}
    for sor_id, day in {"old": "2009-12-31", "new": "2030-01-01", "mid": "2020-01-01"}.items():
        wanted = view.register.as_of(day).effective(sor_id)
        assert expected_effective(wanted).items() <= found[sor_id].items()
    assert {value for name, value in found["never"].items() if "effective" in name} == {None}


def test_an_earlier_version_is_resolved_on_its_own_date() -> None:
    versions = [
        unit("a", "2000-01-01", "2004-12-31", virtual_address=VirtualAddress(email="a@x.dk")),
        unit("a", "2005-01-01", virtual_address=VirtualAddress(email="b@x.dk")),
    ]
    view = Register.from_records(versions).as_of("2020-01-01")
    emails = view.to_table([*versions, "a"], effective=True).to_pyarrow()
    assert emails["effective_virtual_address_email"].to_pylist() == ["a@x.dk", "b@x.dk", "b@x.dk"]


@example([(1, 9), (1, 4)], 1)  # the first version applies from the end of the second on
@given(
    st.lists(st.tuples(st.integers(1, 9), st.none() | st.integers(1, 9)), min_size=1, max_size=5),
    st.integers(1, 12),
)
def test_any_version_is_resolved_on_its_nearest_date(
    periods: list[tuple[int, int | None]], asked: int
) -> None:
    """On the date of the view, else on the last date before it, else on the first one."""
    days = [f"2020-01-{day:02}" for day in range(1, 13)]
    versions = [
        unit(
            "x",
            days[start - 1],
            None if end is None else days[end - 1],
            name=str(number),
            parent_id="p",
        )
        for number, (start, end) in enumerate(periods)
    ]
    above = [unit("p", day, day, postal_address=Address(post_code=day)) for day in days]
    register = Register.from_records([*versions, *above])
    in_force = [register.as_of(day).get("x") for day in days]
    found = register.as_of(days[asked - 1]).to_table(versions, effective=True).to_pyarrow()
    codes = found["effective_postal_address_post_code"].to_pylist()
    for version, code in zip(versions, codes, strict=True):
        having = [day for day, one in zip(days, in_force, strict=True) if one == version]
        before = [day for day in having if day <= days[asked - 1]]
        assert code == (before[-1] if before else having[0] if having else None)


def test_versions_of_the_first_and_of_the_last_date_of_the_calendar() -> None:
    first = unit("a", None, "0001-01-01", parent_id="p")
    last = unit("b", "9999-12-31", parent_id="p")
    above = unit("p", None, sor_type=SorType.SI, postal_address=SJAELLAND)
    view = Register.from_records([first, last, above]).as_of("2020-01-01")
    found = view.to_table([first, last], effective=True).to_pyarrow()
    assert found["effective_postal_address_post_code"].to_pylist() == ["4000", "4000"]


def test_units_are_records_or_ids_in_force() -> None:
    view = register().as_of("2020-01-01")
    assert [*rows(view, "mid", view["top"])] == ["mid", "top"]
    assert view.to_table(one for one in ("top", "mid")).to_pyarrow().num_rows == 2
    assert view.to_table([]).to_pyarrow().num_rows == 0
    assert view.to_table([view["top"]] * 2, effective=True).to_pyarrow().num_rows == 2
    with pytest.raises(NotInForceError, match="closed"):
        view.to_table(["old"])
    with pytest.raises(NotInForceError, match="nobody"):
        view.to_table(["nobody"])
    with pytest.raises(TypeError, match="not the text 'top'"):
        view.to_table("top")
    with pytest.raises(TypeError, match="not 7"):
        view.to_table([7])  # type: ignore[list-item]
    with pytest.raises(UnknownUnitError):
        view.to_table([unit("stranger")], effective=True)
    with pytest.raises(
        ValueError,
        match=r"have this version of top: pass a record of this register, or the id$",
    ):
        view.to_table([unit("top", name="changed")], effective=True)
