"""Flat columns: names, types and meanings from the records, and nothing lost in them."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sorparse import SorError
from sorparse.formats import sor2
from sorparse.records import Address, Coded, GeoLocation, SOREntity
from sorparse.records.docs import field_docs
from sorparse.records.tables import TABLES
from sorparse.tables import DataType, schema_of
from sorparse.tables.flatten import as_double, rows
from sorparse.tables.schema import PLACES
from support.tables import any_record, entities, record_of, small_tables


def flat(table: str, *records: Any) -> list[dict[str, Any]]:
    schema = schema_of(table)
    return [dict(zip(schema.names, row, strict=True)) for row in rows(schema, records)]


def test_every_declared_column_of_sor2_has_its_flat_column() -> None:
    for spec in sor2.TABLES:
        paths = {column.path for column in schema_of(spec.table).columns}
        assert {column.field for column in spec.columns} <= paths, spec.title


def test_names_types_and_meanings() -> None:
    schema = schema_of("entities")
    assert {"entity_type_code", "owner_sor_id", "from_date", "to_date"} <= set(schema.names)
    assert {"speciality_1_code", "speciality_8_name", "local_attribute_5"} <= set(schema.names)
    post_code = schema["postal_address_post_code"]
    assert post_code.type is DataType.TEXT
    assert post_code.repeats
    assert "Postadresse" in post_code.doc
    assert "PostCodeIdentifier" in post_code.doc
    assert schema["postal_address_easting"].type is DataType.NUMBER
    assert schema["from_date"].type is DataType.DATE
    assert schema["ambulant_activity"].type is DataType.BOOL
    assert schema["replaces"].type is DataType.TEXT_LIST
    assert schema["extra"].type is DataType.JSON
    assert schema.key == ("sor_id", "from_date")
    assert not schema["sor_id"].nullable
    assert not schema["sor_id"].repeats
    assert schema["name"].nullable
    assert "postal_address_post_code" in str(schema)
    with pytest.raises(KeyError, match="no_such"):
        schema["no_such"]


@pytest.mark.parametrize("table", TABLES)
def test_every_column_has_a_meaning(table: str) -> None:
    assert [column.name for column in schema_of(table).columns if not column.doc] == []
    for cls in (schema_of(table).record, Address, Coded):
        compared = {field.name for field in attrs.fields(cls) if field.eq}
        assert compared <= set(field_docs(cls))


def test_field_docs_are_one_line() -> None:
    docs = field_docs(SOREntity)
    assert docs["sor_type"] == "Level in the register (``SorType``): IE, SI or OE."
    assert not any(re.search(r"\s\s|\n", doc) for doc in docs.values())


def test_a_name_that_is_no_table() -> None:
    with pytest.raises(SorError, match=r"'units'.*entities"):
        schema_of("units")


def test_rows_hold_plain_values() -> None:
    row = flat("entities", *entities())[1]
    assert row["sor_type"] == "SI"
    assert type(row["sor_type"]) is str
    assert row["from_date"] == date(2007, 1, 1)
    assert row["postal_address_easting"] == 575123.25
    assert row["visiting_address_easting"] is None
    assert row["speciality_2_code"] == "394539006"
    assert row["speciality_3_code"] is None
    assert row["local_attribute_1"] is None
    assert row["local_attribute_2"] == "x"
    assert row["replaced_by"] is None
    assert json.loads(row["extra"]) == {"NyKolonne": 'værdi; "x"'}
    assert flat("entities", *entities())[3]["replaced_by"] == ["8031000016007", "21000016006"]


def test_what_has_no_column_of_its_own_goes_into_extra() -> None:
    count = PLACES[SOREntity, "specialities"][1]
    many = tuple(Coded(str(place), f"s{place}") for place in range(count + 2))
    entity = SOREntity(
        sor_id="1",
        specialities=many,
        postal_address=Address(easting=Decimal("0.12345678901234567890")),
        extra={"Ny": "1"},
    )
    row = flat("entities", entity)[0]
    assert row["speciality_8_code"] == "7"
    assert row["postal_address_easting"] is None
    assert json.loads(row["extra"]) == {
        "Ny": "1",
        "speciality_9_code": "8",
        "speciality_9_name": "s8",
        "speciality_10_code": "9",
        "speciality_10_name": "s9",
        "postal_address_easting": "0.12345678901234567890",
    }
    assert record_of("entities", row) == entity


@pytest.mark.parametrize("table", TABLES)
def test_small_records_come_back(table: str) -> None:
    records = small_tables()[table]
    assert [record_of(table, row) for row in flat(table, *records)] == records


@settings(max_examples=25, deadline=None)
@given(st.data())
@pytest.mark.parametrize("table", TABLES)
def test_any_record_comes_back(table: str, data: st.DataObject) -> None:
    record = data.draw(any_record(schema_of(table).record))
    assert record_of(table, flat(table, record)[0]) == record


@given(st.decimals())
def test_a_double_is_used_only_if_it_is_exact(value: Decimal) -> None:
    number = as_double(value)
    if number is not None:
        assert Decimal(repr(number)) == value
    else:
        assert len(value.as_tuple().digits) > 15 or not value.is_finite() or value.adjusted() > 300


def test_coordinates_that_are_no_numbers_are_preserved_as_text() -> None:
    row = flat(
        "geo_locations", GeoLocation("1", easting=Decimal("NaN"), northing=Decimal("1E+999"))
    )
    assert row[0]["easting"] is None
    assert json.loads(row[0]["extra"]) == {"easting": "NaN", "northing": "1E+999"}
