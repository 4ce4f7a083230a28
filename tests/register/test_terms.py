"""Filter values that there are, and those that nothing has."""

from __future__ import annotations

import pickle

import pytest

import sorparse
from sorparse import (
    Address,
    Classification,
    Coded,
    EDIType,
    EntityRef,
    LocationCodeEDIType,
    Register,
    SorType,
    Term,
    UnknownTermError,
)
from support.register import CLINICAL, HOSPITAL, REGION, unit

DAY = "2020-01-01"
OWNER = EntityRef("ie", "Region Nordjylland", REGION)
PRACTICE = Coded("394761003", "almen lægepraksis")
VIEW = Register.from_records(
    [
        unit(
            "ie",
            name="Region Nordjylland",
            sor_type=SorType.IE,
            entity_type=REGION,
            postal_address=Address(
                region_code="1081",
                region_name="Region Nordjylland",
                municipality_code="0851",
                municipality_name="Aalborg",
            ),
        ),
        unit("si", sor_type=SorType.SI, entity_type=HOSPITAL, parent_id="ie", owner=OWNER),
        unit(
            "a",
            parent_id="si",
            entity_type=CLINICAL,
            owner=OWNER,
            specialities=[Coded("394579002", "kardiologi"), Coded(name="Egen betegnelse")],
            location_code="5790000000005",
        ),
        unit("b", parent_id="a", entity_type=CLINICAL, location_code_inherited=True),
        unit("gone", "2000-01-01", "2001-01-01", entity_type=PRACTICE),
    ],
    location_code_edi_types=[
        LocationCodeEDIType("5790000000005", Coded("7")),
        LocationCodeEDIType("5790000000005", Coded("8", "Et brev")),
    ],
    edi_types=[EDIType("7", code="XDIS91", name="Korrespondance")],
    classifications=[Classification(Coded("1"), Coded("999", "En ny slags"))],
).as_of(DAY)


@pytest.mark.parametrize(
    ("field", "terms"),
    [
        (
            "entity_type",
            [
                Term("22232009", "hospital", 1),
                Term("550851000005109", "klinisk enhed", 2),
                Term("550881000005103", "region", 1),
            ],
        ),
        ("sor_type", [Term("OE", None, 2), Term("IE", None, 1), Term("SI", None, 1)]),
        ("speciality", [Term(None, "Egen betegnelse", 1), Term("394579002", "kardiologi", 1)]),
        ("region", [Term("1081", "Region Nordjylland", 4)]),
        ("municipality", [Term("0851", "Aalborg", 4)]),
        ("owner", [Term("ie", "Region Nordjylland", 3)]),
        ("edi_type", [Term("8", "Et brev", 2), Term("7", "Korrespondance", 2)]),
    ],
)
def test_the_values_that_there_are(field: str, terms: list[Term]) -> None:
    found = VIEW.terms(field)
    assert set(found) == set(terms)
    assert [one.count for one in found] == sorted((one.count for one in terms), reverse=True)
    for term in found:  # each can be asked for, and finds so many
        for asked in (term.code, term.name):
            if asked is not None:
                assert len(VIEW.find(**{field: asked})) == term.count  # type: ignore[arg-type] # names of arguments


def test_the_example_register_finds_as_many_as_its_terms_say() -> None:
    view = sorparse.load(sorparse.examples.sor2_zip).as_of("2026-06-15")
    for field in ("entity_type", "sor_type", "speciality", "region", "municipality", "edi_type"):
        terms = view.terms(field)
        assert terms
        for term in terms:
            asked = term.code or term.name
            assert len(view.find(**{field: asked})) == term.count  # type: ignore[arg-type] # names of arguments


def test_a_field_that_there_is_not() -> None:
    with pytest.raises(ValueError, match="unknown field 'type': expected one of entity_type"):
        VIEW.terms("type")


@pytest.mark.parametrize(
    ("field", "asked", "similar"),
    [
        ("entity_type", "almen praksis", "almen lægepraksis"),
        ("entity_type", "hospitall", "hospital"),
        ("entity_type", Coded(name="klinisk ened"), "klinisk enhed"),
        ("entity_type", "2223200", "22232009"),
        ("speciality", "kardologi", "kardiologi"),
        ("speciality", "Egen betegnelsen", "Egen betegnelse"),
        ("region", "Region Nowhere", "Region Sjælland"),
        ("region", "Nordjyland", "Region Nordjylland"),
        ("municipality", "Aalborgg", "Aalborg"),
        ("municipality", "Ålborg komune", "Aalborg"),
        ("owner", "Region Nordjyllan", "Region Nordjylland"),
        ("edi_type", "Korespondance", "Korrespondance"),
        ("edi_type", "XDIS9", "XDIS91"),
        ("sor_type", "XX", "IE"),
    ],
)
def test_a_value_that_nothing_has(field: str, asked: str | Coded, similar: str) -> None:
    with pytest.raises(UnknownTermError) as caught:
        VIEW.find(**{field: asked})  # type: ignore[arg-type] # names of arguments
    error = caught.value
    assert isinstance(error, ValueError)
    assert isinstance(error, sorparse.SorError)
    assert error.field == field
    assert similar in error.similar
    assert similar in str(error)
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.similar, again.value) == (str(error), error.similar, error.value)


@pytest.mark.parametrize(
    ("field", "asked"),
    [
        ("entity_type", "almen lægepraksis"),  # of a closed unit
        ("entity_type", "apotek"),  # of the library's list only
        ("entity_type", "264372000"),
        ("entity_type", "999"),  # of the register's classifications only
        ("entity_type", "en ny slags"),
        ("speciality", "pædiatri"),
        ("region", "1085"),
        ("region", "Sjælland"),
        ("municipality", "København"),
        ("municipality", "0101"),
        ("owner", "kommune"),
        ("edi_type", "FDIS20"),
        ("post_code", "9999"),  # no list of post codes ships with the library
    ],
)
def test_a_value_that_a_code_list_has_finds_nothing(field: str, asked: str) -> None:
    assert VIEW.find(**{field: asked}) == ()  # type: ignore[arg-type] # names of arguments
