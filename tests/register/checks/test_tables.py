"""The checks of the tables other than the units: each issue with its words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import sorparse
from sorparse import (
    Classification,
    Coded,
    EDIType,
    GeoLocation,
    Issue,
    LocationCode,
    LocationCodeEDIType,
    Register,
    ReplacedEntity,
)
from support.register import mapped, unit

A, B, C = "11000016002", "21000016006", "698471000016005"  # right check digits
NUMBER, OTHER = "5790000000005", "5790000000012"


def check(*units: Any, **tables: Any) -> list[Issue]:
    """Return all issues but those of the small letters in a SHAK code."""
    found = Register.from_records(units, **tables).check()
    return [one for one in found if one.code != "bad-shak-code"]


def reported(*units: Any, **tables: Any) -> list[tuple[str, str]]:
    """Return code and message of each issue."""
    return [(one.code, one.message) for one in check(*units, **tables)]


# -- keys


@pytest.mark.parametrize(
    ("table", "record", "sor_id"),
    [
        ("shak_sor_map", mapped("1301", A), A),
        ("location_codes", LocationCode(NUMBER, A), A),
        ("location_code_edi_types", LocationCodeEDIType(NUMBER, Coded("1")), None),
        ("edi_types", EDIType("1"), None),
        ("geo_locations", GeoLocation("7", sor_id=A), A),
        ("classifications", Classification(Coded("1"), Coded("2")), None),
        ("replaced_entities", ReplacedEntity(A, B), A),
    ],
)
def test_a_row_again(table: str, record: Any, sor_id: str | None) -> None:
    units = [unit(A, location_code=NUMBER), unit(B)]
    message = f"{table}: an earlier row has the same key"
    again = Issue("warning", "duplicate-key", message, sor_id=sor_id)
    assert check(*units, **{table: [record]}) == []
    assert check(*units, **{table: [record] * 3}) == [again, again]


def test_a_row_again_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "SOREntity.csv").write_text(f"SorId;EntityName;FromDate\n{A};Navn;2010-01-01\n")
    (tmp_path / "SHAKSORMap.csv").write_text(
        "ShakId;SorId;FromDate\n" + 2 * f"1301;{A};2010-01-01\n"
    )
    found = [(one.code, one.line) for one in sorparse.load(tmp_path).check()]
    assert found == [("duplicate-key", 3)]


# -- the SHAK map


def test_a_pair_of_unknown_code_and_unknown_unit() -> None:
    pairs = [mapped("1302", B), mapped("1301", A), mapped("9901AB", A, "1990-01-01", "1999-12-31")]
    found = check(
        unit(A, "1990-01-01", "1999-12-31", shak_code="9901ab"),
        unit(A, "2000-01-01", shak_code="1301"),
        shak_sor_map=pairs,
    )
    assert found == [
        Issue("warning", code, f"shak_sor_map: {message}", column=column, value=value, sor_id=B)
        for code, message, column, value in (
            ("shak-map-unknown-code", "no unit has the SHAK code 1302", "shak_code", "1302"),
            ("shak-map-unknown-unit", f"the unit {B} is not in the register", "sor_id", B),
        )
    ]


OUTSIDE = (
    "shak-map-outside-unit",
    f"shak_sor_map: 1301 is assigned to {A} on dates when the unit is not in force",
)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2001-01-01", "2004-12-31", []),
        ("2000-12-31", "2004-12-31", [OUTSIDE]),
        ("2001-01-01", "2005-01-01", [OUTSIDE]),
        ("2001-01-01", None, [OUTSIDE]),
        (None, "2004-12-31", []),  # from when is not stated
        (None, "2000-12-31", []),
        ("2002-12-31", "2003-01-01", []),
        ("2002-01-01", "2002-01-01", []),
        ("2005-01-01", "2005-12-31", [OUTSIDE]),
        ("1999-01-01", "1999-12-31", [OUTSIDE]),
        ("0001-01-01", "2004-12-31", [OUTSIDE]),
    ],
)
def test_a_pair_applies_while_its_unit_is_in_force(
    start: str | None, end: str | None, expected: list[tuple[str, str]]
) -> None:
    units = [
        unit(A, "2001-01-01", "2002-12-31"),
        unit(A, "2003-01-01", "2004-12-31"),
    ]
    assert reported(*units, shak_sor_map=[mapped("1301", A, start, end)]) == expected


def test_a_pair_in_a_gap_of_its_unit() -> None:
    units = [unit(A, "2001-01-01", "2002-12-31"), unit(A, "2003-01-02")]
    pairs = [mapped("1301", A, "2001-01-01", "2002-12-31"), mapped("1301", A, "2003-01-02")]
    gap = "version-gap"
    assert [code for code, _ in reported(*units, shak_sor_map=pairs)] == [gap]
    for pair in (mapped("1301", A, "2001-01-01"), mapped("1301", A, "2003-01-01", "2003-01-01")):
        found = reported(*units, shak_sor_map=[pair])
        assert [code for code, _ in found] == [gap, OUTSIDE[0]]


def test_each_pair_is_looked_at() -> None:
    pairs = [mapped("1301", B), mapped("1301", A, "1999-01-01")]
    unknown, outside = check(unit(A), shak_sor_map=pairs)
    assert (unknown.code, unknown.sor_id) == ("shak-map-unknown-unit", B)
    assert outside == Issue("warning", *OUTSIDE, column="validity", sor_id=A)


def test_a_unit_without_a_date_of_opening() -> None:
    for start in (None, "0001-01-01", "2000-01-01"):
        assert reported(unit(A, None), shak_sor_map=[mapped("1301", A, start)]) == []


def test_a_map_that_differs_from_the_rows() -> None:
    units = [
        unit(A, "2001-01-01", "2001-12-31", shak_code="1301"),
        unit(A, "2002-01-01", "2002-12-31", shak_code="1302"),
        unit(A, "2003-01-01", "2003-12-31", shak_code="1303"),
        unit(A, "2004-01-01", "2004-12-31"),
        unit(B, "2001-01-01", "2001-12-31", shak_code="9901ab"),
    ]
    pairs = [
        mapped("1301", A, "2001-01-01", "2001-12-31"),
        mapped("1303", A, "2002-12-31", "2004-12-31"),
        mapped("9901AB", B, "2001-01-01", "2001-12-31"),
    ]
    message = f"shak_sor_map: the map assigns 1303 to {A}, whose row has 1302"
    assert check(*units, shak_sor_map=pairs) == [
        Issue(
            "warning",
            "shak-map-differs",
            message,
            column="shak_code",
            value="1303",
            sor_id=A,
        )
    ]
    # once for each pair
    pairs[1:] = [
        mapped("1301", A, "2002-01-01", "2003-12-31"),
        mapped("1301", B, "2001-01-01", "2001-12-31"),
    ]
    found = check(*units, shak_sor_map=pairs)
    differing = [one.sor_id for one in found if one.code == "shak-map-differs"]
    assert differing == [A, B]


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([("1301", "2000-01-01", "2000-12-31"), ("1302", "2001-01-01", None)], []),
        (
            [("1301", "2000-01-01", "2001-01-01"), ("1302", "2001-01-01", None)],
            [("1301", "1302")],
        ),
        # in any order of the rows
        (
            [("1302", "2001-01-01", None), ("1301", "2000-01-01", "2001-01-01")],
            [("1301", "1302")],
        ),
        ([("9901AB", "2000-01-01", None), ("9901ab", "2001-01-01", None)], []),
        # a row that never applies
        ([("1301", "2000-01-01", None), ("1302", "2001-01-01", "2000-12-31")], []),
        ([("1301", "2001-01-01", "2000-12-31"), ("1302", "2000-06-01", None)], []),
        (
            [
                *(("1301", "2000-01-01", None), ("1302", "2000-06-01", "2000-01-01")),
                ("1303", "2001-01-01", None),
            ],
            [("1301", "1303")],
        ),
        # the one that lasts longest is compared
        (
            [
                *(("1301", "2000-01-01", "2005-12-31"), ("1302", "2001-01-01", "2001-12-31")),
                ("1302", "2003-01-01", None),
            ],
            [("1301", "1302"), ("1301", "1302")],
        ),
        (
            [
                *(("1301", "2000-01-01", "2001-12-31"), ("1302", "2001-01-01", "2001-12-31")),
                ("1303", "2001-06-01", "2002-12-31"),
                ("1304", "2002-12-31", "2002-12-31"),
            ],
            [("1301", "1302"), ("1301", "1303"), ("1303", "1304")],
        ),
        ([("1301", "2000-01-01", "2000-01-01"), ("1302", "2000-01-01", None)], [("1301", "1302")]),
        ([("1301", None, "2000-01-01"), ("1302", None, None)], [("1301", "1302")]),
    ],
)
def test_several_codes_at_once(pairs: list[Any], expected: list[tuple[str, str]]) -> None:
    table = [mapped(code, A, *days) for code, *days in pairs]
    table.append(mapped("1309", B))  # another unit
    found = check(unit(A), unit(B), shak_sor_map=table)
    assert [one for one in found if one.code != "inverted-validity"] == [
        Issue(
            "warning",
            "several-shak-codes",
            f"shak_sor_map: {A} has both {one} and {other} on the same dates",
            column="shak_code",
            value=other,
            sor_id=A,
        )
        for one, other in expected
    ]


def test_several_codes_name_the_line_of_the_later_one(tmp_path: Path) -> None:
    (tmp_path / "SOREntity.csv").write_text(f"SorId;EntityName;FromDate\n{A};Navn;2000-01-01\n")
    (tmp_path / "SHAKSORMap.csv").write_text(
        f"ShakId;SorId;FromDate\n1302;{A};2011-01-01\n1301;{A};2010-01-01\n"
    )
    found = [(one.code, one.line) for one in sorparse.load(tmp_path).check()]
    assert found == [("several-shak-codes", 2)]


# -- location numbers and message types


def test_location_numbers() -> None:
    units = [unit(A, location_code=NUMBER), unit(B, location_code=OTHER), unit(C)]
    unknown = "31000016008"
    numbers = [
        LocationCode(NUMBER, A),
        LocationCode("5790000000029", unknown),
        LocationCode("5790000000036"),
    ]
    message = f"location_codes: 5790000000029 belongs to {unknown}, which is not in the register"
    unlisted = f"the location number {OTHER} is not in the table of location numbers"
    assert check(*units, location_codes=numbers) == [
        Issue(
            "warning",
            "location-code-unknown-unit",
            message,
            column="sor_id",
            value=unknown,
            sor_id=unknown,
        ),
        Issue(
            "info",
            "location-code-unlisted",
            unlisted,
            column="location_code",
            value=OTHER,
            sor_id=B,
        ),
    ]
    assert check(location_codes=numbers) == []  # without units there is nothing to compare


def test_message_types() -> None:
    units = [unit(A, location_code=OTHER)]
    kinds = [EDIType("1")]
    numbers = [LocationCode(NUMBER, A), LocationCode(OTHER, A)]
    pairs = [
        LocationCodeEDIType(NUMBER, Coded("1")),
        LocationCodeEDIType(NUMBER, Coded("2")),
        LocationCodeEDIType(OTHER, None),
        LocationCodeEDIType(OTHER, Coded(None, "XDIS01")),
        LocationCodeEDIType("5790000000029", Coded("3")),
    ]

    def issue(code: str, words: str, column: str, value: str) -> Issue:
        message = f"location_code_edi_types: the {words}"
        return Issue("warning", code, message, column=column, value=value)

    number = issue(
        "edi-map-unknown-location-code",
        "location number 5790000000029 is not in the register",
        "location_code",
        "5790000000029",
    )
    two, three = (
        issue(
            "edi-map-unknown-edi-type",
            f"message type {code} is not in the table of message types",
            "edi_type",
            code,
        )
        for code in "23"
    )
    tables: dict[str, Any] = {"location_code_edi_types": pairs}
    assert check(*units, **tables, location_codes=numbers, edi_types=kinds) == [two, number, three]
    assert check(*units, **tables, location_codes=numbers) == [number]
    assert check(**tables, edi_types=kinds) == [two, three]
    assert check(**tables) == []
    # numbers of units and of the table count alike
    tables = {"location_code_edi_types": pairs[:4], "location_codes": numbers[:1]}
    assert check(*units, **tables)[1:] == []


def test_issues_of_message_types_name_the_line(tmp_path: Path) -> None:
    (tmp_path / "SOREntity.csv").write_text(f"SorId;EntityName;FromDate\n{A};Navn;2010-01-01\n")
    (tmp_path / "LocationsCodes.csv").write_text(f"LocationCode;SorId\n{NUMBER};{A}\n{OTHER};{C}\n")
    (tmp_path / "LocationCodesEDITypes.csv").write_text(
        f"LocationCode;EDITypeId\n{NUMBER};1\n5790000000029;2\n{OTHER};3\n"
    )
    (tmp_path / "EDITypes.csv").write_text("EDITypeId;EDITypeCode\n1;XDIS01\n2;XREF01\n")
    found = [(one.code, one.line) for one in sorparse.load(tmp_path).check()]
    assert found == [
        ("location-code-unknown-unit", 3),
        ("edi-map-unknown-location-code", 3),
        ("edi-map-unknown-edi-type", 4),
    ]


# -- replacements


def test_replacements_of_units_that_are_not_there() -> None:
    unknown, other = "31000016008", "41000016001"
    pairs = [ReplacedEntity(A, unknown), ReplacedEntity(unknown, other), ReplacedEntity(A, B)]

    def issue(old: str, new: str, missing: str) -> Issue:
        message = f"{old} is replaced by {new}, but {missing} is not in the register"
        code = "replacement-unknown-unit"
        return Issue("warning", code, message, value=missing, sor_id=missing)

    assert check(unit(A), unit(B), replaced_entities=pairs) == [
        issue(A, unknown, unknown),
        issue(unknown, other, unknown),
        issue(unknown, other, other),
    ]
    assert check(replaced_entities=pairs) == []


def test_replacements_in_a_cycle_name_the_line(tmp_path: Path) -> None:
    (tmp_path / "SOREntity.csv").write_text(
        "SorId;EntityName;FromDate\n" + "".join(f"{one};Navn;2010-01-01\n" for one in (A, B, C))
    )
    (tmp_path / "ReplacedEntities.csv").write_text(
        f"SorId;ReplacedBySorId;FromDate\n{C};{A};\n{B};{C};\n{A};{B};\n{A};{A};\n{A};31000016008;\n"
    )
    found = [(one.message, one.line, one.sor_id) for one in sorparse.load(tmp_path).check()]
    unknown = f"{A} is replaced by 31000016008, but 31000016008 is not in the register"
    cycle = f"replaced in a cycle: {C}, {A}, {B}"
    assert found == [(unknown, 6, "31000016008"), (cycle, 2, C)]


def test_a_unit_that_replaces_itself() -> None:
    found = check(unit(A), unit(B), replaced_entities=[ReplacedEntity(B, B), ReplacedEntity(A, B)])
    message = f"replaced in a cycle: {B}"
    assert found == [Issue("warning", "replacement-cycle", message, sor_id=B)]
