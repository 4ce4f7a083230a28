"""Whole sets: the example register in every format, and real excerpts where they are at hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest

import sorparse
from sorparse import Address, Extra, SOREntity, SorType, examples
from sorparse.examples.model import Records
from sorparse.examples.records import records
from sorparse.formats import sor2, sor_csv, sor_xml


@pytest.fixture(scope="module")
def register() -> Records:
    return records()


def fields_of(spec: Any) -> set[str]:
    """First steps of the fields that a format fills."""
    return {column.field.partition(".")[0].partition("[")[0] for column in spec.columns}


def address_fields(spec: Any) -> set[str]:
    prefix = "postal_address."
    return {c.field.removeprefix(prefix) for c in spec.columns if c.field.startswith(prefix)}


def only(address: Address | None, fields: set[str]) -> dict[str, Any] | None:
    return None if address is None else {name: getattr(address, name) for name in sorted(fields)}


def shared(found: SOREntity, fields: set[str], in_address: set[str]) -> dict[str, Any]:
    values = {name: getattr(found, name) for name in sorted(fields)}
    for name in fields & {"postal_address", "visiting_address", "activity_address"}:
        values[name] = only(values[name], in_address)
    return values


@pytest.mark.parametrize(
    "path",
    [examples.sor_xml_zip, examples.sor_xml, examples.sor_xml_1_0_0],
    ids=lambda path: path.name,
)
def test_reading_the_examples_gives_no_issue(path: Path) -> None:
    with sorparse.open(path, on_issue="raise") as feed:
        assert feed.snapshot_date == examples.snapshot_date
        for table in feed.tables:
            assert list(feed.records(table))
        assert feed.issues == []


def test_xml_gives_what_was_written(register: Records) -> None:
    written = {unit.sor_id: unit for unit in register.snapshot()}
    with sorparse.open(examples.sor_xml_zip) as feed:
        found = list(feed.entities())
        numbers = list(feed.location_codes())
        places = list(feed.geo_locations())
        entries = list(feed.classifications())
    fields = fields_of(sor_xml.ENTITIES) & fields_of(sor2.ENTITIES)
    # 2.0.0 has no geographical parent and no P-number; an inherited number is at its owner
    fields -= {
        "geographical_parent_relation",
        "geographical_parent_id",
        "production_unit_number",
        "note",
        "location_code",
        "location_code_region",
    }
    in_address = address_fields(sor_xml.ENTITIES) & address_fields(sor2.ENTITIES)
    assert len(found) == len(written)
    for unit in found:
        original = written[unit.sor_id]
        assert shared(unit, fields, in_address) == shared(original, fields, in_address)
        if not original.location_code_inherited:
            assert unit.location_code == original.location_code
            assert unit.location_code_region == original.location_code_region
    by_code = {number.location_code: number for number in register.location_codes}
    assert len(numbers) == len(by_code)
    for number in numbers:
        assert attrs.evolve(number, extra=Extra()) == by_code[number.location_code]
    assert [attrs.evolve(p, extra=Extra()) for p in places] == register.geo_locations
    assert [c.entry for c in entries] == [c.entry for c in register.classifications]


def test_the_same_register_in_three_formats_gives_equal_records() -> None:
    readings: dict[str, dict[str, SOREntity]] = {}
    for name, path in (
        ("daily", examples.daily_csv),
        ("sor_csv", examples.sor_csv),
        ("xml", examples.sor_xml_zip),
    ):
        with sorparse.open(path) as feed:
            found = list(feed.entities())
        # the daily file holds a change ahead as a further version
        day = examples.snapshot_date
        current = [unit for unit in found if unit.validity.contains(day)]
        readings[name] = {unit.sor_id: unit for unit in (*found, *current)}
    both = readings["daily"].keys() & readings["sor_csv"].keys() & readings["xml"].keys()
    assert len(both) > 50
    everywhere = (
        fields_of(sor2.ENTITIES) & fields_of(sor_csv.ENTITIES) & fields_of(sor_xml.ENTITIES)
    ) - {"production_unit_number"}
    in_address = (
        address_fields(sor2.ENTITIES)
        & address_fields(sor_csv.ENTITIES)
        & address_fields(sor_xml.ENTITIES)
    ) - {"street_name"}  # sor.csv has the house number in it
    for sor_id in both:
        daily, csv, xml = (readings[name][sor_id] for name in ("daily", "sor_csv", "xml"))
        names = everywhere - {"validity", "owner", "health_institution", "virtual_address"}
        if xml.location_code_inherited:
            names -= {"location_code", "location_code_region"}
        # sor.csv repeats an address that the others leave to be inherited, or holds it in words
        for name in sorted(names - {"postal_address", "visiting_address", "activity_address"}):
            values = [getattr(unit, name) for unit in (daily, csv, xml)]
            if name in ("entity_type", "location_code_region", "specialities"):
                values = [_named(value) for value in values]
            if name == "location_code_inherited":  # without a number, formats say no or nothing
                values = [bool(value) for value in values]
            assert values[0] == values[1] == values[2], (sor_id, name)
        for name in ("postal_address", "visiting_address", "activity_address"):
            assert only(getattr(daily, name), in_address) == only(getattr(xml, name), in_address)


def _named(value: Any) -> Any:
    """Names alone: sor.csv has no codes."""
    if isinstance(value, tuple):
        return [coded.name for coded in value]
    return value and value.name


def test_the_real_excerpt_of_2_0_0(samples_dir: Path) -> None:
    with sorparse.open(samples_dir / "sor_2_0_0_excerpt.xml") as feed:
        found = list(feed.entities())
        numbers = list(feed.location_codes())
        issues = feed.issues
        assert feed.snapshot_date == date(2019, 4, 12)
    assert [unit.sor_type for unit in found] == [SorType.IE, SorType.SI, SorType.OE, SorType.OE]
    top, institution, unit, made_up = found
    assert top.cvr == institution.cvr == unit.cvr
    assert top.cvr is not None
    assert [u.parent_id for u in found[1:]] == [top.sor_id, institution.sor_id, unit.sor_id]
    assert top.location_code == numbers[0].location_code
    assert top.location_code_inherited is False
    assert institution.location_code is None
    assert institution.location_code_inherited is True
    assert top.postal_address is not None
    assert top.postal_address == institution.postal_address == institution.visiting_address
    assert top.postal_address.northing == Decimal("6347032.450")
    assert top.postal_address.easting == Decimal("557481.680")
    assert top.postal_address.municipality_code == "0810"
    assert numbers[0].system_type is not None
    assert numbers[0].system_type.code == "225"
    assert top.updated_at == date(2018, 7, 24)
    assert institution.first_from_date == date(2018, 4, 18)
    # the innermost unit was made up by whoever cut the excerpt
    assert made_up.validity.from_date is None
    assert {issue.sor_id for issue in issues} == {made_up.sor_id}
    assert [issue.code for issue in issues] == [
        "bad-sor-id",
        "missing-element",
        "missing-element",
        "missing-element",
    ]


def test_the_real_excerpt_of_1_0_0(samples_dir: Path) -> None:
    with sorparse.open(samples_dir / "sor_1_0_0_hospital.xml") as feed:
        found = list(feed.entities())
        assert list(feed.location_codes()) == []
        assert feed.issues == []
        assert feed.snapshot_date == date(2010, 1, 26)
    assert [unit.shak_code for unit in found] == [None, "2529", "252901", "2529010"]
    assert [unit.geographical_parent_relation for unit in found] == [None, "1", "2", "2"]
    assert [unit.location_code_inherited for unit in found] == [None, False, False, False]
    assert found[3].reporting_level is True
    assert found[3].specialities[0].code == "394594003"
    assert found[3].specialities[0].name == "oftalmologi"
    assert found[1].entity_type is not None
    assert found[1].entity_type.name == "hospital"
    assert found[0].postal_address is not None
    assert found[0].postal_address.post_code == "4000"
    assert found[3].health_institution is not None
    assert found[3].health_institution.sor_id == found[1].sor_id
