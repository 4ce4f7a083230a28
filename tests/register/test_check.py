"""The check of a register: every issue code is reported where it should, and nowhere else."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

import sorparse
from sorparse import (
    Address,
    Classification,
    Coded,
    EDIType,
    GeoLocation,
    LocationCode,
    LocationCodeEDIType,
    Register,
    ReplacedEntity,
    examples,
)
from sorparse.formats import sor2
from sorparse.register.checks.issues import CHECK_ISSUES
from sorparse.tables import schema_of
from support.paths import DOCS
from support.register import mapped, unit

A, B, C = "11000016002", "21000016006", "698471000016005"  # right check digits
CODE = "5790000000005"

CASES: dict[str, dict[str, Any]] = {
    "bad-shak-code": {"entities": [unit(A, shak_code="38000")]},
    "inverted-validity": {"entities": [unit(A, "2010-01-02", "2010-01-01")]},
    "duplicate-key": {
        "entities": [unit(A, "2010-01-01", "2010-12-31"), unit(A, "2010-01-01", "2010-12-31")]
    },
    "several-open-versions": {"entities": [unit(A, "2010-01-01"), unit(A, "2011-01-01")]},
    "overlapping-versions": {
        "entities": [unit(A, "2010-01-01", "2011-06-01"), unit(A, "2011-01-01")]
    },
    "touching-versions": {"entities": [unit(A, "2010-01-01", "2011-01-01"), unit(A, "2011-01-01")]},
    "version-gap": {"entities": [unit(A, "2010-01-01", "2010-12-30"), unit(A, "2011-01-01")]},
    "version-before-opening": {"entities": [unit(A, "2010-01-01", first="2010-01-02")]},
    "edit-date-ahead": {
        "entities": [
            unit(A, updated="2025-01-01"),
            unit(B, updated="2025-01-02"),
            unit(C, updated="2062-01-01"),
        ]
    },
    "opening-differs": {
        "entities": [
            unit(A, "2010-01-01", "2010-12-31", first="2010-01-01"),
            unit(A, "2011-01-01", first="2009-01-01"),
        ]
    },
    "unknown-parent": {"entities": [unit(A, parent_id=B)]},
    "parent-cycle": {"entities": [unit(A, parent_id=B), unit(B, parent_id=A)]},
    "parent-closed-before-child": {
        "entities": [unit(A, end="2010-12-31"), unit(B, end="2011-01-01", parent_id=A)]
    },
    "inherits-from-closed-unit": {
        "entities": [
            unit(A, end="2010-12-31", postal_address=Address(post_code="8000")),
            unit(B, end="2011-01-01", parent_id=A),
        ]
    },
    "parent-opens-after-child": {
        "entities": [unit(A, "2000-01-02"), unit(B, "2000-01-01", parent_id=A)]
    },
    "bad-sor-id": {"entities": [unit("12345678901")]},
    "check-digit": {"entities": [unit("698471000016006")]},
    "shared-shak-code": {"entities": [unit(A, shak_code="1301"), unit(B, shak_code="1301")]},
    "shared-location-code": {
        "entities": [unit(A, location_code=CODE), unit(B, location_code=CODE)]
    },
    "shared-provider-number": {
        "entities": [unit(A, provider_number="000917"), unit(B, provider_number="000917")]
    },
    "disarmed-provider-number": {"entities": [unit(A, provider_number="99000917")]},
    "several-shak-codes": {
        "entities": [unit(A)],
        "shak_sor_map": [mapped("1301", A), mapped("1302", A, "2010-01-01")],
    },
    "shak-map-unknown-unit": {"entities": [unit(A)], "shak_sor_map": [mapped("1301", B)]},
    "shak-map-unknown-code": {
        "entities": [unit(A), unit(B, shak_code="1302")],
        "shak_sor_map": [mapped("1301", A)],
    },
    "shak-map-outside-unit": {
        "entities": [unit(A, end="2010-12-31")],
        "shak_sor_map": [mapped("1301", A)],
    },
    "shak-map-differs": {
        "entities": [
            unit(A, shak_code="1302"),
            unit(B, "2000-01-01", "2001-01-01", shak_code="1301"),
        ],
        "shak_sor_map": [mapped("1301", A, "2005-01-01")],
    },
    "location-code-unknown-unit": {
        "entities": [unit(A)],
        "location_codes": [LocationCode(CODE, B)],
    },
    "location-code-unlisted": {
        "entities": [unit(A, location_code="5790000000012")],
        "location_codes": [LocationCode(CODE, A)],
    },
    "edi-map-unknown-location-code": {
        "entities": [unit(A)],
        "location_codes": [LocationCode(CODE, A)],
        "location_code_edi_types": [LocationCodeEDIType("5790000000012", Coded("1"))],
    },
    "edi-map-unknown-edi-type": {
        "location_code_edi_types": [LocationCodeEDIType(CODE, Coded("2"))],
        "edi_types": [EDIType("1")],
    },
    "replacement-unknown-unit": {
        "entities": [unit(A)],
        "replaced_entities": [ReplacedEntity(B, A)],
    },
    "replacement-cycle": {
        "entities": [unit(A), unit(B)],
        "replaced_entities": [ReplacedEntity(B, A), ReplacedEntity(A, B)],
    },
    "code-not-classified": {
        "entities": [unit(A, entity_type=Coded("1", "a"))],
        "classifications": [Classification(Coded("l"), Coded("2", "b"))],
    },
}


def codes(**tables: Any) -> Counter[str]:
    tables.setdefault("entities", [])
    return Counter(issue.code for issue in Register.from_records(**tables).check())


BESIDE = {"inherits-from-closed-unit": {"parent-closed-before-child": 1}}
"""What a case cannot be without."""


@pytest.mark.parametrize("code", sorted(CHECK_ISSUES))
def test_each_code_comes_up_alone_and_once(code: str) -> None:
    assert codes(**CASES[code]) == {code: 1, **BESIDE.get(code, {})}


def test_severities_are_those_of_the_table() -> None:
    for code, tables in CASES.items():
        tables.setdefault("entities", [])
        found = Register.from_records(**tables).check()
        (issue,) = [one for one in found if one.code not in BESIDE.get(code, ())]
        assert issue.severity == CHECK_ISSUES[code][0]
        assert issue.message


@pytest.mark.parametrize(
    "tables",
    [
        {"entities": [unit(A, "2010-01-01", "2010-12-31"), unit(A, "2011-01-01")]},
        {"entities": [unit(A), unit(B, parent_id=A)]},
        {
            "entities": [
                unit(A, location_code=CODE),
                unit(B, location_code=CODE, location_code_inherited=True),
            ]
        },
        # one after the other is not sharing
        {
            "entities": [
                unit(A, "2010-01-01", "2010-12-31", shak_code="1301"),
                unit(B, "2011-01-01", shak_code="1301"),
            ],
        },
        # a snapshot does not know the parent of the days before the last change
        {
            "entities": [
                unit(A, "2010-01-01"),
                unit(B, "2015-01-01", first="2000-01-01", parent_id=A),
            ]
        },
        {
            "entities": [
                unit(A, None, first="2010-01-01"),
                unit(B, None, first="2000-01-01", parent_id=A),
            ]
        },
        # the parent changes on the day that the child moves
        {
            "entities": [
                unit(A, end="2010-12-31"),
                unit(C, "2011-01-01"),
                unit(B, "2000-01-01", "2010-12-31", parent_id=A),
                unit(B, "2011-01-01", parent_id=C),
            ]
        },
        # parents that change places are not a cycle on any date
        {
            "entities": [
                unit(A, "2000-01-01", "2010-12-31", parent_id=B),
                unit(B, "2000-01-01", "2010-12-31"),
                unit(A, "2011-01-01"),
                unit(B, "2011-01-01", parent_id=A),
            ]
        },
        {"entities": [unit(A, shak_code="1301")], "shak_sor_map": [mapped("1301", A)]},
        {"entities": [], "shak_sor_map": [mapped("1301", A)]},
        {"entities": [unit(A, None)], "shak_sor_map": [mapped("1301", A, None)]},
        {
            "entities": [unit(A)],
            "shak_sor_map": [
                mapped("1301", A, "2000-01-01", "2009-12-31"),
                mapped("1302", A, "2010-01-01"),
            ],
        },
    ],
)
def test_what_is_right_is_not_reported(tables: dict[str, Any]) -> None:
    assert codes(**tables) == {}


def test_a_circle_on_one_day_only_is_found() -> None:
    records = [
        unit(A, "2000-01-01", "2010-12-31", parent_id=B),
        unit(A, "2011-01-01"),
        unit(B, "2000-01-01", "2010-12-30"),
        unit(B, "2010-12-31", "2010-12-31", parent_id=A),
        unit(B, "2011-01-01", parent_id=A),
    ]
    found = [one for one in Register.from_records(records).check() if one.code == "parent-cycle"]
    assert len(found) == 1
    assert "2010-12-31" in found[0].message


def test_three_in_a_circle_and_one_beside_it_are_one_finding() -> None:
    records = [
        unit(A, parent_id=B),
        unit(B, parent_id=C),
        unit(C, parent_id=A),
        unit("123451000016003", parent_id=A),
    ]
    found = [one for one in Register.from_records(records).check() if one.code == "parent-cycle"]
    assert len(found) == 1


def test_issues_name_the_line() -> None:
    text = (
        "SorId;EntityName;FromDate;ToDate;ParentSorId\r\n"
        f"{A};Første;2010-01-01;2010-06-30;\r\n"
        f"{A};Anden;2011-01-01;;\r\n"
        f"{B};Barn;2010-01-01;;{C}\r\n"
    )
    found = {issue.code: issue.line for issue in sorparse.load(text.encode()).check()}
    assert found == {"version-gap": 3, "unknown-parent": 4}


def test_issues_of_other_tables_name_the_line(tmp_path: Any) -> None:
    (tmp_path / "SOREntity.csv").write_text(f"SorId;EntityName;FromDate\n{A};Navn;2010-01-01\n")
    (tmp_path / "SHAKSORMap.csv").write_text(
        f"ShakId;SorId;FromDate\n1301;{A};2010-01-01\n1302;{B};2010-01-01\n"
    )
    (issue,) = sorparse.load(tmp_path).check()
    assert (issue.code, issue.line, issue.sor_id) == ("shak-map-unknown-unit", 3, B)


def test_the_examples_hold_only_what_they_are_meant_to_show() -> None:
    found = Counter(issue.code for issue in sorparse.load(examples.sor2_zip).check())
    assert found == {"shared-shak-code": 1, "shared-provider-number": 1}


def test_a_deep_chain_and_many_overlaps_are_checked_in_time() -> None:
    ids = [f"{n}1000016000" for n in range(1, 3001)]
    chain = [unit(one, parent_id=above) for one, above in zip(ids[1:], ids, strict=False)]
    many = [unit(A, f"{1000 + n}-01-01", "2900-01-01") for n in range(1500)]
    found = Counter(issue.code for issue in Register.from_records([*chain, *many]).check())
    assert found["overlapping-versions"] == 1499
    assert found["parent-cycle"] == 0


def test_the_docs_list_every_code() -> None:
    docs = (DOCS / "reference/data-quality.md").read_text(encoding="utf-8")
    docs = docs.casefold()
    for code, (severity, meaning) in CHECK_ISSUES.items():
        assert f"| `{code}` | {severity} | {meaning}. |\n".casefold() in docs


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("38000", "a code such as 3800E1"),
        ("9,98E+13", "a spreadsheet"),
        ("99800000000000", "a code such as 9980E10"),
        ("99800", "a code such as 9980E1"),
        ("998", "too short"),
        ("9901203AB", "more than 7 characters"),
        ("9901ab", "capitals"),
    ],
)
def test_a_malformed_shak_code(code: str, said: str) -> None:
    for register in (
        Register.from_records([unit(A, shak_code=code), unit(B, shak_code=code)]),
        Register.from_records([unit(A)], [mapped(code, A)]),
    ):
        (issue,) = [one for one in register.check() if one.code == "bad-shak-code"]
        assert (issue.severity, issue.column, issue.value) == ("warning", "shak_code", code)
        assert issue.sor_id == A
        assert said in issue.message


@pytest.mark.parametrize("code", ["9901", "9980E1", "9980E10", "990120", "9901AB"])
def test_a_well_formed_shak_code(code: str) -> None:
    register = Register.from_records([unit(A, shak_code=code)], [mapped(code, A)])
    assert "bad-shak-code" not in {one.code for one in register.check()}


# -- keys


def test_two_units_at_one_place_are_no_duplicate() -> None:
    places = [GeoLocation("7", sor_id=A), GeoLocation("7", sor_id=B)]
    assert codes(entities=[unit(A), unit(B)], geo_locations=places) == {}
    assert codes(entities=[unit(A), unit(B)], geo_locations=[*places, places[0]]) == {
        "duplicate-key": 1
    }


def test_a_key_is_declared_once_for_checks_indices_and_docs() -> None:
    for spec in sor2.TABLES:
        schema = schema_of(spec.table)
        assert [schema[name].path for name in schema.key] == list(spec.key)


def test_message_types_known_by_name_alone_differ_by_it() -> None:
    named = [LocationCodeEDIType(CODE, Coded(None, name)) for name in ("XDIS01", "XREF01")]
    owner = {"entities": [unit(A, location_code=CODE)]}
    assert codes(**owner, location_code_edi_types=named) == {}
    again = [*named, LocationCodeEDIType(CODE, Coded(None, "XDIS01"))]
    assert codes(**owner, location_code_edi_types=again) == {"duplicate-key": 1}
