"""The checks of identifiers, and of codes that units share: each issue with its words."""

from __future__ import annotations

from typing import Any

import pytest

import sorparse
from sorparse import Classification, Coded, Issue, Register
from support.register import mapped, unit

A, B, C = "11000016002", "21000016006", "698471000016005"  # right check digits
D = "31000016008"
NUMBER, OTHER = "5790000000005", "5790000000012"


def check(*units: Any, **tables: Any) -> list[Issue]:
    return Register.from_records(units, **tables).check()


def shown(issues: list[Issue]) -> list[tuple[str | None, str | None, str | None]]:
    """Return unit, column and value of issues of one code."""
    assert len({one.code for one in issues}) == 1
    return [(one.sor_id, one.column, one.value) for one in issues]


# -- identifiers


def test_ids_of_units_and_of_their_parents() -> None:
    wrong_digit, other_digit, no_id = "698471000016006", "11000016003", "12345678901"
    records = [
        unit(A, parent_id=wrong_digit),
        unit(B, parent_id=no_id),
        unit(C, "2010-01-01", "2010-12-31", parent_id=wrong_digit),
        unit(C, "2011-01-01", parent_id=other_digit),
        unit(other_digit, name="the parent of a unit"),
        unit("7", name="no id at all"),
    ]
    found = [one for one in check(*records) if one.code != "unknown-parent"]
    assert found == [
        Issue("warning", code, message, column=column, value=value, sor_id=sor_id)
        for sor_id, code, message, column, value in (
            (
                *(other_digit, "check-digit", f"{other_digit} has a wrong check digit"),
                *("sor_id", other_digit),
            ),
            ("7", "bad-sor-id", "7 is not a valid SOR id", "sor_id", "7"),
            (
                *(A, "check-digit", f"{wrong_digit} has a wrong check digit"),
                *("parent_id", wrong_digit),
            ),
            (B, "bad-sor-id", f"{no_id} is not a valid SOR id", "parent_id", no_id),
        )
    ]


def test_the_line_of_an_id_is_that_of_its_first_version() -> None:
    text = (
        "SorId;EntityName;FromDate;ToDate\n"
        f"{A};Navn;2010-01-01;\n"
        "7;Navn;2011-01-01;\n"
        "7;Navn;2010-01-01;2010-12-31\n"
    )
    found = [(one.code, one.line) for one in sorparse.load(text.encode()).check()]
    assert found == [("bad-sor-id", 4)]


@pytest.mark.parametrize(
    ("field", "right", "wrong", "what"),
    [
        ("location_code", NUMBER, "5790000000006", "location number"),
        ("location_code", NUMBER, "579000000000", "location number"),
        ("cvr", "12345674", "12345678", "CVR number"),
    ],
)
def test_numbers_are_reported_once(field: str, right: str, wrong: str, what: str) -> None:
    records = [
        unit(A, **{field: right}),
        unit(B, end="2010-12-31", **{field: wrong}),
        unit(C, "2011-01-01", **{field: wrong}),
    ]
    message = f"{wrong} is not a valid {what}: its length or its check digit is wrong"
    assert check(*records) == [
        Issue("warning", "check-digit", message, column=field, value=wrong, sor_id=B)
    ]


def test_shak_codes_are_reported_once() -> None:
    """Those of units come first; the map adds those that no unit has."""
    records = [
        unit(A, "2010-01-01", "2010-12-31", shak_code="998"),
        unit(A, "2011-01-01", shak_code="998"),
        unit(B, shak_code="9901"),
        unit(C),
    ]
    pairs = [mapped(code, A if code == "998" else C) for code in ("998", "997")]
    pairs += [mapped("9901", B), mapped("997", D)]
    found = [
        one
        for one in check(*records, shak_sor_map=pairs)
        if one.code in ("bad-shak-code", "shared-shak-code")
    ]
    words = "'{}' is not a SHAK code: it is too short; it was cut off, or lost its leading zero"
    assert found == [
        Issue(
            *("warning", "bad-shak-code", message),
            column="shak_code",
            value=value,
            sor_id=sor_id,
        )
        for message, value, sor_id in (
            (words.format("998"), "998", A),
            ("shak_sor_map: " + words.format("997"), "997", C),
        )
    ]


def test_a_code_that_units_have_and_the_map_repeats_is_reported_of_the_unit() -> None:
    found = check(unit(A), unit(B, shak_code="99"), shak_sor_map=[mapped("99", B)])
    assert shown(found) == [(B, "shak_code", "99")]


def test_provider_numbers_out_of_use() -> None:
    """Only eight digits of which the first two are 99; once for each unit."""
    records = [
        unit(A, "2010-01-01", "2010-12-31", provider_number="99000917"),
        unit(A, "2011-01-01", provider_number="99000917"),
        unit(B, provider_number="99000918"),
        unit(C, provider_number="990009"),
        unit(D, provider_number="98000917"),
    ]
    assert check(*records) == [
        Issue(
            "info",
            "disarmed-provider-number",
            f"the provider number {value[2:]} is out of use: 99 is written before it",
            column="provider_number",
            value=value,
            sor_id=sor_id,
        )
        for sor_id, value in ((A, "99000917"), (B, "99000918"))
    ]


# -- codes that units share


@pytest.mark.parametrize(
    ("field", "code", "what", "first", "second"),
    [
        ("location_code", "shared-location-code", "location number", NUMBER, OTHER),
        ("provider_number", "shared-provider-number", "provider number", "000917", "000918"),
        ("shak_code", "shared-shak-code", "SHAK code", "1301", "1302"),
    ],
)
def test_codes_that_units_share(field: str, code: str, what: str, first: str, second: str) -> None:
    records = [
        unit(A, **{field: second}),
        unit(B, **{field: first}),
        unit(C, "2010-01-01", "2010-12-31", **{field: second}),
        unit(D, "2010-12-31", **{field: second}),
        unit("41000016001", "2020-01-01", **{field: first}),
    ]
    assert check(*records) == [
        Issue(
            "info",
            code,
            f"{what} {value} is assigned to {count} units at the same time: {names}",
            column=field,
            value=value,
            sor_id=sor_id,
        )
        for value, count, names, sor_id in (
            (first, 2, f"{B}, 41000016001", B),
            (second, 3, f"{A}, {C}, {D}", A),
        )
    ]


def test_units_that_share_no_date_share_no_code() -> None:
    records = [
        unit(A, "2010-01-01", "2010-12-31", shak_code="1301"),
        unit(B, "2011-01-01", "2011-12-31", shak_code="1301"),
        unit(B, "2012-01-01", shak_code="1302"),
        unit(C, "2012-01-01", shak_code="1301"),
    ]
    assert check(*records) == []


def test_units_that_share_one_date() -> None:
    first, second = unit(A, end="2010-12-31", shak_code="1301"), unit(B)
    message = f"SHAK code 1301 is assigned to 2 units at the same time: {A}, {B}"
    for days in (("2010-12-31", "2010-12-31"), ("2010-12-31", None), ("2000-01-01", "2000-01-01")):
        found = check(first, second, shak_sor_map=[mapped("1301", B, *days)])
        shared = [one for one in found if one.code == "shared-shak-code"]
        assert [one.message for one in shared] == [message]
        assert shown(shared) == [(A, "shak_code", "1301")]


def test_a_code_that_a_unit_has_later_and_again() -> None:
    records = [
        unit(A, provider_number="000917"),
        unit(B, "2010-01-01", "2010-12-31", provider_number="000918"),
        unit(B, "2011-01-01", "2011-12-31", provider_number="000917"),
        unit(C, "2012-01-01", "2012-12-31", provider_number="000917"),
        unit(C, "2013-01-01", provider_number="000919"),
    ]
    message = f"provider number 000917 is assigned to 3 units at the same time: {A}, {B}, {C}"
    assert [one.message for one in check(*records)] == [message]


def test_a_unit_shares_no_code_with_itself() -> None:
    pairs = [mapped("1301", A, "2000-01-01"), mapped("1301", A, "2001-01-01")]
    assert check(unit(A, shak_code="1301"), shak_sor_map=pairs) == []


def test_the_line_is_that_of_the_latest_version_of_the_first_unit() -> None:
    text = (
        "SorId;EntityName;FromDate;ToDate;ProviderId\n"
        f"{B};Navn;2011-01-01;;\n"
        f"{B};Navn;2010-01-01;2010-12-31;000917\n"
        f"{A};Navn;2010-01-01;;000917\n"
    )
    found = [(one.code, one.line) for one in sorparse.load(text.encode()).check()]
    assert found == [("shared-provider-number", 2)]


def test_an_inherited_location_number_is_not_shared() -> None:
    """Only the versions that own it count."""
    records = [
        unit(A, location_code=NUMBER),
        unit(B, location_code=NUMBER, location_code_inherited=True),
        unit(C, "2010-01-01", "2010-12-31", location_code=NUMBER, location_code_inherited=True),
        unit(C, "2011-01-01", location_code=NUMBER, location_code_inherited=False),
    ]
    message = f"location number {NUMBER} is assigned to 2 units at the same time: {A}, {C}"
    assert [one.message for one in check(*records)] == [message]


def test_the_map_assigns_a_code_too() -> None:
    """Letters are compared without case; a pair that never applies does not count."""
    records = [unit(A, shak_code="9901ab"), unit(B), unit(C), unit(D)]
    pairs = [
        mapped("9901AB", B, "2010-01-01", "2010-12-31"),
        mapped("9901ab", C, "2009-12-31", "2009-12-30"),
        mapped("9901AB", "41000016001"),  # not in the register
        mapped("9901", B, "2011-01-01", "2011-12-31"),
        mapped("9901", C, None, None),
        mapped("9902", C, "2012-01-01"),
        mapped("9902", D, None, "2011-12-31"),
    ]
    found = check(*records, shak_sor_map=pairs)
    assert [one.message for one in found if one.code == "shared-shak-code"] == [
        f"SHAK code 9901 is assigned to 2 units at the same time: {B}, {C}",
        f"SHAK code 9901AB is assigned to 2 units at the same time: {A}, {B}",
    ]


# -- classifications


def test_codes_that_no_classification_has() -> None:
    known = [Classification(Coded("list"), Coded("1", "en")), Classification(Coded("list"), None)]
    records = [
        unit(A, entity_type=Coded("1"), organisational_level=Coded("2"), specialities=()),
        unit(B, entity_type=Coded("2"), specialities=(Coded("1"), Coded("3"), Coded("4"))),
        unit(C, entity_type=Coded("2", "navn"), organisational_level=Coded(None, "navn")),
        unit(D, specialities=(Coded("4"), Coded(None, "navn"), Coded("5"))),
    ]
    assert check(*records, classifications=known) == [
        Issue(
            "warning",
            "code-not-classified",
            f"the code {value} is not in the classifications",
            column=field,
            value=value,
            sor_id=sor_id,
        )
        for field, value, sor_id in (
            ("entity_type", "2", B),
            ("organisational_level", "2", A),
            ("specialities", "3", B),
            ("specialities", "4", B),
            ("specialities", "5", D),
        )
    ]


def test_classifications_without_any_code() -> None:
    nothing = [Classification(Coded("list"), None), Classification(Coded("list"), Coded(None, "n"))]
    assert check(unit(A, entity_type=Coded("2")), classifications=nothing) == []
