"""What a notebook shows: escaped, bounded, accessible, without scripts."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import attrs
import pytest

import sorparse
from sorparse import examples, records
from sorparse.issues import Issues
from support.html_page import HOSTILE, checked


def hostile(cls: type[Any]) -> Any:
    """Make a record whose every field holds markup, where its type lets it."""
    values: dict[str, Any] = {}
    for field in attrs.fields(cls):
        kind = str(field.type)
        if "Mapping" in kind or field.name == "extra":
            values[field.name] = {HOSTILE: HOSTILE}
        elif "tuple[Coded" in kind:
            values[field.name] = (records.Coded(HOSTILE, HOSTILE),)
        elif kind.startswith("tuple"):
            values[field.name] = (HOSTILE,)
        elif "Coded" in kind:
            values[field.name] = records.Coded(HOSTILE, HOSTILE)
        elif "EntityRef" in kind:
            values[field.name] = hostile(records.EntityRef)
        elif "VirtualAddress" in kind:
            values[field.name] = hostile(records.VirtualAddress)
        elif "Address" in kind:
            values[field.name] = hostile(records.Address)
        elif kind.startswith("str"):
            values[field.name] = HOSTILE
    return cls(**values)


RECORDS = [
    value
    for value in (getattr(records, name) for name in records.__all__)
    if isinstance(value, type)
]
SHOWN = [cls for cls in RECORDS if hasattr(cls, "_repr_html_")]


def test_every_record_and_value_object_is_shown() -> None:
    left = {cls for cls in RECORDS if cls not in SHOWN}
    assert left == {records.Extra, records.SorType}


@pytest.mark.parametrize("cls", SHOWN)
def test_no_value_becomes_markup(cls: type[Any]) -> None:
    found = checked(hostile(cls))
    if cls is not records.Validity:
        assert HOSTILE in found.text


@pytest.mark.parametrize("cls", [cls for cls in SHOWN if cls is not records.Validity])
def test_size_is_bounded(cls: type[Any]) -> None:
    record = hostile(cls)
    vast = {
        field.name: "x" * 1_000_000
        for field in attrs.fields(cls)
        if isinstance(getattr(record, field.name), str)
    }
    if "extra" in attrs.fields_dict(cls):
        vast |= {"extra": {f"column {at}": "y" * 100_000 for at in range(4_000)}}  # type: ignore[dict-item]
    html = attrs.evolve(record, **vast)._repr_html_()
    assert len(html) < 60_000
    assert "000 characters)" in html


def units() -> Iterator[sorparse.SOREntity]:
    with sorparse.open(examples.sor2_zip) as feed:
        yield from feed.entities()


def test_a_unit_reports_its_fields_and_names_the_empty_ones() -> None:
    unit = next(unit for unit in units() if unit.name == "Nordhavets Universitetshospital")
    found = checked(unit)
    for part in (
        "SOREntity 9000041000016007: Nordhavets Universitetshospital",
        "from 2014-05-01",
        "Region Nordhavet",
        "hospital 22232009",
        "EPSG:25832",
        "No value: ",
    ):
        assert part in found.text
    assert "replaced_by" in found.text.split("No value:")[1]


def test_values_of_every_kind() -> None:
    found = checked(
        sorparse.SOREntity(
            "11000016002",
            sor_type=sorparse.SorType.OE,
            entity_type=records.Coded("1", "klinik", supplied="name"),
            validity=records.Validity(None, date(2021, 3, 31)),
            reporting_level=False,
            ambulant_activity=True,
            specialities=(records.Coded("7"), records.Coded()),
            replaces=("1", "2"),
            local_attributes=(None, "b"),
            postal_address=records.Address(
                street_name="Vej",
                street_building_id="2B",
                floor_id="1",
                post_code="9700",
                district_name="By",
                easting=Decimal("555130.45"),
                northing=Decimal("6320000.1"),
            ),
        )
    )
    for part in (
        *("to 2021-03-31", "OE", "klinik 1 (name not in the file)"),
        *("Vej 2B, 1", "9700 By", "E 555130.45 N 6320000.1"),
    ):
        assert part in found.text
    rows = found.text.replace("\n", "")
    assert "reporting_levelno" in rows
    assert "ambulant_activityyes" in rows


def test_issues_are_counted_and_bounded() -> None:
    one = sorparse.Issue("error", "bad-date", HOSTILE, file=HOSTILE, value=HOSTILE, column=HOSTILE)
    many = Issues(
        [*(attrs.evolve(one, line=at) for at in range(3_000)), attrs.evolve(one, code="x")]
    )
    found = checked(many)
    assert "Issues: 3,001" in found.text
    assert "2,951 more are not shown" in found.text
    assert len(many._repr_html_()) < 120_000
    assert "none" in checked(Issues()).text
    checked(one)


def test_a_feed_reports_its_tables_and_its_issues() -> None:
    data = b"SorId;EntityName\r\n11000016002;<b>A</b>\r\n11000016003;B\r\n"
    with sorparse.open(data) as feed:
        list(feed.entities())
        assert "feed.entities()" in checked(feed).text
        assert "1 issue in" in checked(feed).text
        assert "check-digit" in checked(feed.issues).text
        described = checked(feed.describe()).text
    assert "<b>A</b>" in described
    assert "EntityName" in described


def test_a_description_of_every_example() -> None:
    for path in (examples.sor2_zip, examples.sor_csv_folder, examples.shak):
        with sorparse.open(path) as feed:
            found = checked(feed.describe())
            assert all(table in found.text for table in feed.tables)


def test_a_validation_reports_its_outcome() -> None:
    valid = checked(sorparse.validate(examples.sor_xml)).text
    assert "Validation: valid" in valid
    assert "2.0.0" in valid
    text = examples.sor_xml.read_bytes()
    broken = text.replace(b"EntityName>", b"Name>").replace(
        b"hospital", b"<script>alert(1)</script>"
    )
    report = sorparse.validate(broken)
    assert not report.valid
    found = checked(report).text
    assert f"not valid: {report.fault_count:,} errors" in found
    assert report.errors[0].message[:60] in found


def test_showing_is_not_loaded_with_the_package() -> None:
    code = (
        "import sys, sorparse; sorparse.SOREntity; sorparse.open; "
        "print(sorted(m for m in sys.modules if m.startswith('sorparse.display')))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
