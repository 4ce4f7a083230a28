"""GeoJSON: one feature for each unit, with a point if the unit has coordinates."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from sorparse import ConversionError, SOREntity, convert, examples
from sorparse.records import Address
from support.exports import read_records
from support.tables import FakeFeed, small_tables


def test_geojson(tmp_path: Path) -> None:
    target = tmp_path / "sor.geojson"
    report = convert(examples.sor2_zip, "geojson", target)
    found = json.loads(target.read_text(encoding="utf-8"))
    units = read_records(examples.sor2_zip)["entities"]
    assert found["type"] == "FeatureCollection"
    assert len(found["features"]) == len(units) == report.tables["entities"]
    assert [issue.code for issue in report.issues] == ["table-not-written"]
    for unit, feature in zip(units, found["features"], strict=True):
        result = feature["properties"]
        assert result["sor_id"] == unit.sor_id
        address = unit.activity_address or unit.visiting_address or unit.postal_address
        if address is None or address.easting is None:
            assert feature["geometry"] is None
            continue
        longitude, latitude = feature["geometry"]["coordinates"]
        assert 7 < longitude < 16
        assert 54 < latitude < 58
        assert result[f"{result['coordinates_of']}_easting"] == float(address.easting)


def test_geojson_puts_points_where_they_are(tmp_path: Path) -> None:
    unit = SOREntity(
        sor_id="8031000016007",
        postal_address=Address(easting=Decimal(500000), northing=Decimal(0)),
        extra={"Ny": "1"},
    )
    target = tmp_path / "x.geojson"
    convert(FakeFeed({"entities": [unit]}), "geojson", target)
    feature = json.loads(target.read_text())["features"][0]
    assert feature["geometry"]["coordinates"] == [9.0, 0.0]  # where zone 32 has its origin
    assert feature["properties"]["extra"] == {"Ny": "1"}


def test_geojson_of_places_alone(tmp_path: Path) -> None:
    target = tmp_path / "x.geojson"
    convert(FakeFeed(small_tables()), "geojson", target, tables=["geo_locations"])
    feature = json.loads(target.read_text())["features"][0]
    assert feature["properties"]["geo_location_id"] == "1"
    with pytest.raises(ConversionError, match="GeoJSON holds places, and there are only edi_types"):
        convert(FakeFeed(small_tables()), "geojson", target, tables=["edi_types"])


def test_geojson_without_a_place_on_earth(tmp_path: Path) -> None:
    lost = SOREntity(
        sor_id="8031000016007",
        postal_address=Address(easting=Decimal("1e300"), northing=Decimal("1e300")),
    )
    target = tmp_path / "x.geojson"
    report = convert(FakeFeed({"entities": [lost]}), "geojson", target)
    assert json.loads(target.read_text())["features"][0]["geometry"] is None
    assert [issue.code for issue in report.issues] == ["coordinates-outside"]
