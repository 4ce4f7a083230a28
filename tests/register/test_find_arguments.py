"""What ``View.find`` refuses, with the whole message; and the version that counts."""

from __future__ import annotations

from typing import Any

import pytest

import sorparse
from sorparse import (
    Coded,
    EDIType,
    EntityRef,
    LocationCode,
    LocationCodeEDIType,
    Register,
    SorType,
)
from support.register import CLINICAL, HOSPITAL, REGION, SUPPLEMENTARY, unit

VIEW = Register.from_records([unit("1", name="Enhed")]).as_of("2020-01-01")


@pytest.mark.parametrize("field", ["text", "region", "municipality", "post_code"])
def test_text_is_expected(field: str) -> None:
    for value in (7, Coded("7")):
        asked: Any = {field: value}
        with pytest.raises(TypeError) as refused:
            VIEW.find(**asked)
        kind = type(value).__name__
        assert str(refused.value) == f"{field}: expected text, got {kind}: {value!r}"


@pytest.mark.parametrize("field", ["entity_type", "speciality", "owner", "edi_type"])
def test_text_or_a_code_with_its_name_is_expected(field: str) -> None:
    asked: Any = {field: 7}
    with pytest.raises(TypeError) as refused:
        VIEW.find(**asked)
    assert str(refused.value) == f"{field}: expected text, got int: 7"


def test_levels() -> None:
    asked: Any = 7
    with pytest.raises(TypeError) as refused:
        VIEW.find(sor_type=asked)
    assert str(refused.value) == "sor_type: expected text, got int: 7"
    with pytest.raises(sorparse.UnknownTermError) as unknown:
        VIEW.find(sor_type=" xe ")
    assert str(unknown.value) == "sor_type ' xe ' is not one of IE, SI, OE"
    assert (unknown.value.field, unknown.value.value) == ("sor_type", " xe ")
    assert unknown.value.similar == ("IE", "SI", "OE")
    assert VIEW.find(sor_type=" oe ") == (VIEW["1"],)


def test_statuses() -> None:
    for asked in (7, [7], [b"ACTIVE"], b"ACTIVE"):
        wrong: Any = asked
        with pytest.raises(TypeError) as refused:
            VIEW.find(status=wrong)
        one = asked[0] if isinstance(asked, list) else asked
        message = f"status: expected text, got {type(one).__name__}: {one!r}"
        assert str(refused.value) == message
    with pytest.raises(ValueError, match="is not one of") as unknown:
        VIEW.find(status=["ACTIVE", "open"])
    assert str(unknown.value) == "status 'open' is not one of ACTIVE, CLOSED, FUTURE"
    assert VIEW.find(status=[" closed ", "Active"]) == (VIEW["1"],)
    assert VIEW.find(status=()) == ()


def test_a_post_code_that_is_none() -> None:
    with pytest.raises(sorparse.UnknownTermError) as unknown:
        VIEW.find(post_code="80000")
    assert str(unknown.value) == (
        "post_code '80000' is not a post code and no unit has it: expected four digits"
    )
    assert (unknown.value.field, unknown.value.value) == ("post_code", "80000")
    assert unknown.value.similar == ()
    assert VIEW.find(post_code=" 8000 ") == ()


def test_the_status_of_a_unit_that_never_was_in_force() -> None:
    register = Register.from_records([unit("1", "2020-01-05", "2020-01-04")])
    for day, status in (("2020-01-04", "FUTURE"), ("2020-01-05", "CLOSED")):
        view = register.as_of(day)
        assert view.status("1") == status
        for one in ("ACTIVE", "CLOSED", "FUTURE"):
            assert len(view.find(status=one)) == (one == status)


@pytest.mark.parametrize(
    ("asked", "before", "after"),
    [
        ({"entity_type": "hospital"}, ["1"], []),
        ({"entity_type": CLINICAL}, [], ["1"]),
        ({"speciality": "kirurgi"}, ["1"], []),
        ({"owner": "Gammel"}, ["2"], []),
        ({"owner": "Ny"}, [], ["1", "2"]),
        ({"owner": "2"}, ["2"], ["1", "2"]),
        ({"owner": "region"}, [], ["2"]),
        ({"text": "gammel"}, ["2", "3"], ["3"]),
        ({"sor_type": "IE"}, ["2"], ["2"]),
    ],
)
def test_the_version_of_the_date_has_to_match(
    asked: dict[str, Any], before: list[str], after: list[str]
) -> None:
    end, start = "2009-12-31", "2010-01-01"
    surgery = (Coded("408463005", "kirurgi"),)
    owner = EntityRef("2", "Ny")
    register = Register.from_records(
        [
            unit("1", end=end, name="Enhed", entity_type=HOSPITAL, specialities=surgery),
            unit("1", start, name="Enhed", entity_type=CLINICAL, owner=owner),
            unit("2", end=end, name="Gammel", sor_type=SorType.IE),
            unit("2", start, name="Ny", sor_type=SorType.IE, entity_type=REGION),
            unit("3", name="Gammel", entity_type=SUPPLEMENTARY),
        ]
    )
    for day, expected in (("2009-12-31", before), ("2010-01-01", after)):
        assert [one.sor_id for one in register.as_of(day).find(**asked)] == expected


def test_an_owner_in_the_notations_of_an_id() -> None:
    owner = "9000041000016007"
    view = Register.from_records(
        [unit(owner, sor_type=SorType.IE), unit("2", owner=EntityRef(owner, "Ejer"))]
    ).as_of("2020-01-01")
    for asked in (owner, f' ="{owner}" ', '"9000041000016007"'):
        assert [one.sor_id for one in view.find(owner=asked)] == [owner, "2"]
    register = Register.from_records(
        [
            unit(owner),
            # as spreadsheets write them
            unit(f"{owner}.0", name='="077410"', sor_type=SorType.IE),
        ]
    )
    for asked in (f"{owner}.0", '="077410"'):
        found = register.as_of("2020-01-01").find(owner=asked)
        assert [one.name for one in found] == ['="077410"']


def test_a_row_of_message_types_without_the_type() -> None:
    number = "5790000000005"
    register = Register.from_records(
        [unit("1", location_code=number)],
        location_codes=[LocationCode(number, "1")],
        location_code_edi_types=[
            LocationCodeEDIType(number, None),
            LocationCodeEDIType(number, Coded("7")),
        ],
        edi_types=[EDIType("7", name="Henvisning")],
    )
    view = register.as_of("2020-01-01")
    for asked in ("7", "henvisning", Coded("7")):
        assert [one.sor_id for one in view.find(edi_type=asked)] == ["1"]
    with pytest.raises(sorparse.UnknownTermError):
        view.find(edi_type="8")
