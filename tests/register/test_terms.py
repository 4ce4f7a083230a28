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


def test_names_that_the_units_lack() -> None:
    owner, unknown = EntityRef("ie"), EntityRef("xx")
    view = Register.from_records(
        [
            unit("ie", name="Ejeren", sor_type=SorType.IE),
            unit("si", owner=owner, postal_address=Address(region_code="1081")),
            *(unit(sor_id, owner=owner) for sor_id in ("oe", "further")),
            unit("a", owner=unknown, visiting_address=Address(municipality_code="0101")),
        ]
    ).as_of(DAY)
    assert view.terms("owner") == (Term("ie", "Ejeren", 4), Term("xx", None, 1))
    assert view.terms("region") == (Term("1081", "Region Nordjylland", 1),)
    assert view.terms("municipality") == (Term("0101", "København", 1),)


def test_the_most_frequent_name_of_a_code_is_the_one_shown() -> None:
    kinds = [Coded("1", name) for name in ("sjælden", "hyppig", "hyppig")]
    view = Register.from_records(
        [unit(str(place), entity_type=kind) for place, kind in enumerate(kinds)]
    ).as_of(DAY)
    assert view.terms("entity_type") == (Term("1", "hyppig", 3),)


def test_terms_are_sorted_by_number_name_and_code() -> None:
    kinds = [
        *(Coded("9", "Zoo"), Coded("4", "Apotek"), Coded("3", "Apotek"), Coded(None, "Apotek")),
        *(Coded("2"), Coded("1"), Coded("8", "Zebra"), Coded("8", "Zebra")),
    ]
    view = Register.from_records(
        [unit(str(place), entity_type=kind) for place, kind in enumerate(kinds)]
    ).as_of(DAY)
    assert view.terms("entity_type") == (
        Term("8", "Zebra", 2),
        *(Term("1", None, 1), Term("2", None, 1)),
        *(Term(None, "Apotek", 1), Term("3", "Apotek", 1), Term("4", "Apotek", 1)),
        Term("9", "Zoo", 1),
    )


def test_the_example_register_finds_as_many_as_its_terms_say() -> None:
    view = sorparse.load(sorparse.examples.sor2_zip).as_of("2026-06-15")
    for field in ("entity_type", "sor_type", "speciality", "region", "municipality", "edi_type"):
        terms = view.terms(field)
        assert terms
        for term in terms:
            asked = term.code or term.name
            assert len(view.find(**{field: asked})) == term.count  # type: ignore[arg-type] # names of arguments


def test_a_field_that_there_is_not() -> None:
    fields = "entity_type, sor_type, speciality, region, municipality, owner, edi_type"
    with pytest.raises(ValueError, match=f"^unknown field 'type': expected one of {fields}$"):
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


NOBODY = "is neither in this register nor in a code list"
ALL_VALUES = "(all values: view.terms({!r}), or sorparse terms)"


@pytest.mark.parametrize(
    ("field", "asked", "likely"),
    [
        ("owner", "Hospitalet Solsidenn", ": did you mean 'Hospitalet Solsiden'?"),  # has no units
        ("owner", "særlig ejertyp", ": did you mean 'særlig ejertype'?"),
        ("owner", "Almindeligt hu", ""),
        ("region", "Nordjyland", ": did you mean 'Region Nordjylland' or 'Region Midtjylland'?"),
        ("speciality", "en ny slag", ": did you mean 'En ny slags'?"),
        ("entity_type", "q", ""),
        ("entity_type", Coded(), ""),
    ],
)
def test_the_message_about_a_value_that_nothing_has(
    field: str, asked: str | Coded, likely: str
) -> None:
    kinds = [Coded(name=f"ejertype {place}") for place in range(9)]
    view = Register.from_records(
        [
            unit("ie", name="Hospitalet Solsiden", sor_type=SorType.IE),
            unit(
                "a",
                name="Almindeligt hus",
                owner=EntityRef("x", None, Coded(name="særlig ejertype")),
            ),
            *(unit(str(n), owner=EntityRef("y", None, kind)) for n, kind in enumerate(kinds)),
        ],
        classifications=[Classification(Coded("1"), Coded("999", "En ny slags"))],
    ).as_of(DAY)
    value = "" if isinstance(asked, Coded) else asked
    with pytest.raises(UnknownTermError) as caught:
        view.find(**{field: asked})  # type: ignore[arg-type] # names of arguments
    assert str(caught.value) == f"{field} {value!r} {NOBODY}{likely} {ALL_VALUES.format(field)}"
    assert caught.value.value == value


@pytest.mark.parametrize(("own", "listed"), [(3, 8), (4, 0)])
def test_all_values_are_listed_if_they_are_eight_at_most(own: int, listed: int) -> None:
    view = Register.from_records(
        [unit(str(n), postal_address=Address(region_name=f"Ø {n}")) for n in range(own)]
    ).as_of(DAY)
    with pytest.raises(UnknownTermError) as caught:
        view.find(region="zzz")
    assert len(caught.value.similar) == listed


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
