"""What the text of a cell means: dates, numbers, yes and no, ids."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from sorparse import SorType
from trust_support import A, B, one, read, sor2, sor_csv, units


def beside(column: str, text: str) -> bytes:
    """A file of one unit whose second column holds the text."""
    header = ("SorId", column, "EntityName", "EntityTypeName")
    return sor2(f"{A};{text};Enhed;afdeling", header=header)


def cell(column: str, text: str) -> Any:
    """The one unit of such a file."""
    (unit,) = units(beside(column, text))
    return unit


@pytest.mark.parametrize(
    "text",
    [
        "2021-03-31",
        "2021-03-31 00:00:00",
        "2021-03-31T00:00:00",
        "2021-03-31T01:30:00.0000000",
        "2021-03-31T00:00:00+02:00",
        "2021-03-31T00:00:00Z",
        "2021-03-31 00:00",
        "31-03-2021",
        "31-3-2021",
        "31-03-2021 00:00:00",
        "31-03-2021 00.00.00",
        "31.03.2021",
        "31/03/2021 12:00",
        "20210331",
        "20210331 00:00",
    ],
)
def test_date_forms(text: str) -> None:
    assert cell("ToDate", text).validity.to_date == date(2021, 3, 31)


@pytest.mark.parametrize("text", ["", "9999-12-31", "31-12-9999", "99991231", "2500-01-01"])
def test_open_ends(text: str) -> None:
    assert cell("ToDate", text).validity.to_date is None


def test_an_open_end_may_have_a_time() -> None:
    assert cell("ToDate", "9999-12-31T23:59:59").validity.to_date is None


@pytest.mark.parametrize(
    "text",
    ["2021-02-29", "31-13-2021", "2021-3-31x", "0000-00-00", "i morgen", "٢٠٢١-٠٣-٣١", "44286"],
)
def test_what_is_no_date_costs_its_cell(text: str) -> None:
    unit, issue = one(sor2(f"{A};Enhed;{text};;007"))
    assert (unit.name, unit.validity.from_date, unit.provider_number) == ("Enhed", None, "007")
    assert (issue.severity, issue.code, issue.line) == ("error", "bad-date", 2)
    assert (issue.column, issue.value, issue.sor_id) == ("FromDate", text, A)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("557481,68", "557481.68"),
        ("557481.68", "557481.68"),
        ("557.481,68", "557481.68"),
        ("557,481.68", "557481.68"),
        ("557 481,68", "557481.68"),
        ("557481", "557481"),
        ("-42000,5", "-42000.5"),
        ("0", "0"),
    ],
)
def test_decimal_comma_and_point(text: str, value: str) -> None:
    unit = cell("PostalAddressCoordETRS89z32EMeasure", text)
    assert unit.postal_address.easting == Decimal(value)


@pytest.mark.parametrize("text", ["1,2,3", "12.34.56", "NaN", "Infinity", "1e5", "0x1", "--1", "½"])
def test_what_is_no_number_costs_its_cell(text: str) -> None:
    header = ("SorId", "PostalAddressCoordETRS89z32EMeasure")
    unit, issue = one(sor2(f"{A};{text}", header=header))
    assert unit.postal_address is None
    assert (issue.severity, issue.code, issue.value) == ("error", "bad-number", text)


@pytest.mark.parametrize("text", ["55,676098", "0,5", "-45", "179,9"])
def test_degrees_are_no_metres(text: str) -> None:
    _, issue = one(beside("PostalAddressCoordETRS89z32NMeasure", text))
    assert (issue.severity, issue.code) == ("error", "coordinate-in-degrees")


def test_from_180_on_it_is_metres() -> None:
    assert cell("PostalAddressCoordETRS89z32NMeasure", "180").postal_address.northing == 180


def test_coordinates_that_stand_the_wrong_way_round_are_put_right_and_told_once() -> None:
    east, north = (f"PostalAddressCoordETRS89z32{axis}Measure" for axis in "EN")
    rows = [f"{unit};6175000;{n}57000" for n, unit in ((5, A), (6, B))]
    records, (issue,) = read(sor2(*rows, header=("SorId", east, north)))
    assert [str(unit.postal_address.easting) for unit in records] == ["557000", "657000"]
    assert issue.code == "coordinates-swapped"


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("FALSE", False), ("1", True), ("0", False), ("Ja", True), ("nej", False)],
)
def test_yes_and_no(text: str, value: bool) -> None:
    assert cell("PatientsAdmittedIndicator", text).patients_admitted is value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("nedarvet", True),
        ("Nedarvet", True),
        ("inherited", True),
        ("true", True),
        ("egen", False),
        ("EGEN", False),
        ("eget", False),
        ("own", False),
    ],
)
def test_nedarvet_and_egen(text: str, value: bool) -> None:
    header = ("SOR-kode", "Enhedsnavn", "Nedarvningsstatus")
    assert units(sor_csv(f"{A};x;{text}", header=header))[0].location_code_inherited is value


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        ("PatientsAdmittedIndicator", "måske", "bad-boolean"),
        ("EanLocationCodeInheritedIndicator", "arvet?", "bad-boolean"),
        ("SorType", "XX", "bad-sor-type"),
    ],
)
def test_a_word_that_is_none_of_those_known(column: str, text: str, code: str) -> None:
    _, issue = one(beside(column, text))
    assert (issue.severity, issue.code, issue.column, issue.value) == ("error", code, column, text)


@pytest.mark.parametrize(
    ("text", "value"),
    [("IE", SorType.IE), ("si", SorType.SI), ("Organisatorisk enhed", SorType.OE)],
)
def test_sor_types(text: str, value: SorType) -> None:
    assert cell("SorType", text).sor_type is value


@pytest.mark.parametrize(
    ("column", "field", "text"),
    [
        ("ProviderId", "provider_number", "004219"),
        ("PharmacyId", "pharmacy_number", "0362,1"),
        ("ShakId", "shak_code", "0001"),
        ("LocalCode", "local_code", "00"),
        ("ProductionUnitId", "production_unit_number", "0012345678"),
    ],
)
def test_leading_zeros_stay(column: str, field: str, text: str) -> None:
    assert getattr(cell(column, text), field) == text


@pytest.mark.parametrize(
    ("damaged", "whole"),
    [("1520961000016000", "1520961000016006"), ("1,52096E+15", "1520961000016006")],
)
@pytest.mark.parametrize("repair", [False, True])
def test_an_id_damaged_by_a_spreadsheet(damaged: str, whole: str, repair: bool) -> None:
    unit, issue = one(sor2(f"{damaged};Enhed;;;"), repair=repair)
    assert unit.sor_id == (whole if repair else damaged)
    assert (issue.severity, issue.code) == ("warning", "damaged-sor-id")
    assert (issue.line, issue.column) == (2, "SorId")
    assert issue.value == damaged
    assert whole in issue.message


def test_an_id_that_cannot_be_repaired_is_kept_and_reported() -> None:
    unit, issue = one(sor2("1,52E+15;Enhed;;;"), repair=True)
    assert (unit.sor_id, issue.severity, issue.code) == ("1,52E+15", "warning", "bad-sor-id")


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        ("ParentSorId", A[:-1] + str((int(A[-1]) + 1) % 10), "check-digit"),
        ("ParentSorId", "ukendt", "bad-sor-id"),
        ("EanLocationCode", "5790000000006", "check-digit"),
        ("EanLocationCode", "579000000000", "bad-location-code"),
        ("CvrNumber", "29190624", "check-digit"),
        ("CvrNumber", "2919062", "bad-cvr"),
        ("EanLocationCode", "٥٧٩٠٠٠٠٠٠٠٠٠٥", "bad-location-code"),
        ("CvrNumber", "²9190623", "bad-cvr"),
    ],
)
def test_a_wrong_identifier_is_kept_and_reported(column: str, text: str, code: str) -> None:
    unit, issue = one(beside(column, text))
    assert text in (unit.parent_id, unit.location_code, unit.cvr)
    assert (issue.severity, issue.code, issue.value) == ("warning", code, text)
