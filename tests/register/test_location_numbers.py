"""Location numbers and message types: of a row, of the table, inherited, on a date."""

from __future__ import annotations

from datetime import date
from typing import Any

import sorparse
from sorparse import (
    Coded,
    EDIType,
    LocationCode,
    LocationCodeEDIType,
    Register,
    Validity,
)
from support.register import unit

DAY = "2020-01-01"

CODE = "5790000000005"


def best(found: sorparse.Match) -> tuple[str | None, str]:
    return (found.best.sor_id if found.best else None, found.rule)


def test_the_table_says_who_owns_a_number_that_both_rows_inherit() -> None:
    inherits: dict[str, Any] = {"location_code": CODE, "location_code_inherited": True}
    register = Register.from_records(
        [unit("a", **inherits), unit("b", **inherits)], location_codes=[LocationCode(CODE, "a")]
    )
    assert best(register.as_of(DAY).match_location_code(CODE)) == ("a", "owns-number")


def test_a_number_that_only_the_table_gives_a_unit() -> None:
    register = Register.from_records([unit("a")], location_codes=[LocationCode(CODE, "a")])
    view = register.as_of(DAY)
    assert [one.sor_id for one in view.by_location_code(CODE)] == ["a"]
    assert best(view.match_location_code(CODE)) == ("a", "only-candidate")
    assert view.location_codes("a") == (LocationCode(CODE, "a"),)


def test_the_rows_of_location_numbers_count_for_those_who_inherit_and_while_they_hold() -> None:
    other = "5790000000012"
    owned, nobody = LocationCode(CODE, "si"), LocationCode(CODE)
    past = LocationCode(CODE, "b", validity=Validity(None, date(2010, 1, 1)))
    own = LocationCode(other, "oe")
    register = Register.from_records(
        [
            unit("si", location_code=CODE),
            unit("oe", parent_id="si", location_code_inherited=True),
            unit("b"),
        ],
        location_codes=[owned, nobody, past, own],
    )
    view = register.as_of(DAY)
    assert view.location_codes("oe") == (owned, nobody, own)
    assert view.location_codes("b") == ()
    found = view.match_location_code(CODE)
    assert [(one.sor_id, one.source) for one in found.candidates] == [("si", "map"), ("oe", "unit")]
    assert [one.name for one in found.candidates] == ["Enhed si", "Enhed oe"]
    assert register.as_of("2010-01-01").location_codes("b") == (past,)


def test_message_types_are_those_of_the_effective_number_that_day() -> None:
    register = Register.from_records(
        [unit("si", location_code=CODE), unit("oe", parent_id="si", location_code_inherited=True)],
        location_codes=[LocationCode(CODE, "si")],
        location_code_edi_types=[
            LocationCodeEDIType(CODE, Coded("1"), "send"),
            LocationCodeEDIType(
                CODE, Coded("2", "egen"), validity=Validity(None, date(2010, 1, 1))
            ),
            LocationCodeEDIType(CODE, Coded("3")),
            LocationCodeEDIType("5790000000012", Coded("1")),
        ],
        edi_types=[EDIType("1", "DIS01", "Epikrise"), EDIType("2", "REF01", "Henvisning")],
    )
    now = register.as_of(DAY).edi_types("oe")
    assert [(one.edi_type, one.direction) for one in now] == [
        (Coded("1", "Epikrise"), "send"),
        (Coded("3"), None),
    ]
    before = register.as_of("2005-01-01").edi_types("oe")
    assert [one.edi_type for one in before] == [
        Coded("1", "Epikrise"),
        Coded("2", "egen"),
        Coded("3"),
    ]
    for asked in ("1", "DIS01", "epikrise", Coded("1")):
        assert [one.sor_id for one in register.as_of(DAY).find(edi_type=asked)] == ["si", "oe"]
    assert register.as_of(DAY).find(edi_type="REF01") == ()


def test_message_types_of_a_number_that_is_in_one_place_only() -> None:
    kinds = [LocationCodeEDIType(CODE, Coded("1", "a")), LocationCodeEDIType(CODE, None)]
    on_row = Register.from_records([unit("a", location_code=CODE)], location_code_edi_types=kinds)
    assert on_row.as_of(DAY).edi_types("a") == tuple(kinds)
    listed = Register.from_records(
        [unit("a"), unit("b")],
        location_codes=[LocationCode(CODE, "a")],
        location_code_edi_types=kinds,
    )
    assert listed.as_of(DAY).edi_types("a") == tuple(kinds)
    assert listed.as_of(DAY).edi_types("b") == ()


def test_the_table_alone_decides_where_there_are_no_units() -> None:
    register = Register.from_records([], location_codes=[LocationCode(CODE, "a")])
    assert best(register.as_of(DAY).match_location_code(CODE)) == ("a", "only-candidate")
    closed = Register.from_records(
        [unit("a", end="2010-12-31")], location_codes=[LocationCode(CODE, "a")]
    )
    assert best(closed.as_of(DAY).match_location_code(CODE)) == (None, "not-in-force")


def test_a_location_number_opens_as_a_unit_does() -> None:
    number = LocationCode(
        CODE,
        "a",
        validity=Validity(date(2019, 1, 1), date(2020, 1, 1)),
        first_from_date=date(2005, 1, 1),
    )
    register = Register.from_records([unit("a")], location_codes=[number])
    days = ("2004-12-31", "2005-01-01", "2020-01-01", "2020-01-02")
    assert [bool(register.as_of(day).by_location_code(CODE)) for day in days] == [
        False,
        True,
        True,
        False,
    ]
