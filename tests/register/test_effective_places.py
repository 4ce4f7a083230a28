"""Region and municipality with inheritance resolved, as paths of fields and groups."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

import sorparse
from sorparse import Address, Register, SorError, SorType
from support.register import HOSPITAL, unit

pl = pytest.importorskip("polars")
pytest.importorskip("narwhals")

TOP, WARD = "9901021000016002", "9901031000016000"
POSTAL = Address(region_code="1081", municipality_name="Aalborg")
"""As in ``Sor.xml``, which has no names of regions, and ``sor.csv``, which has few codes."""
AT_WORK = Address(region_code="1083", region_name="Region Syddanmark", municipality_code="0492")
REGISTER = Register.from_records(
    [
        unit(TOP, sor_type=SorType.SI, entity_type=HOSPITAL, postal_address=POSTAL),
        unit(WARD, parent_id=TOP, activity_address=AT_WORK),
        unit("9901501000016000", parent_id=TOP),
    ]
)
VIEW = REGISTER.as_of("2020-01-01")
PATHS = (
    "effective.region.name",
    "effective.region.code",
    "effective.municipality.name",
    "effective.municipality.code",
)


def test_fields_lead_to_region_and_municipality() -> None:
    frame = VIEW.add_names(pl.DataFrame({"u": [TOP, WARD, None]}), "u", fields=PATHS)
    assert frame.columns[-4:] == [f"u_{path.replace('.', '_')}" for path in PATHS]
    assert [row[-4:] for row in frame.rows()] == [
        ("Region Nordjylland", "1081", "Aalborg", "0851"),
        ("Region Syddanmark", "1083", "Ærø", "0492"),
        (None, None, None, None),
    ]


def test_counts_agree_with_the_other_tables(tmp_path: Path) -> None:
    counted = {row["region"]: row["in_force"] for row in VIEW.counts("region")}
    assert counted == {"Region Nordjylland": 2, "Region Syddanmark": 1}
    assert [row["in_force"] for row in VIEW.counts("effective.municipality.code")] == [1, 2]
    regions = VIEW.to_polars(effective=True)["effective_region_name"].to_list()
    assert {name: regions.count(name) for name in regions} == counted
    sorparse.convert(REGISTER, "sqlite", tmp_path / "sor.db")
    database = sqlite3.connect(tmp_path / "sor.db")
    by_region = "SELECT effective_region_name, count(*) FROM entity_effective GROUP BY 1"
    assert dict(database.execute(by_region)) == counted
    database.close()


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("effective.region", "single values are effective.region.code, effective.region.name"),
        ("effective.regoin.name", "nearest: region"),
        ("effective.postal_address", "effective.postal_address.street_name"),
    ],
)
def test_a_wrong_path_names_the_right_ones(path: str, meant: str) -> None:
    with pytest.raises(SorError, match=meant):
        VIEW.add_names(pl.DataFrame({"u": [TOP]}), "u", fields=[path])
