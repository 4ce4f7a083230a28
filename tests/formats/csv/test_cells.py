"""What the text of a cell means: dates, numbers, yes and no, ids."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

import sorparse
from sorparse import EntityRef, SorType
from support.csv_files import A, B, one, read, sor2, sor_csv, units


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


@pytest.mark.parametrize("text", ["9999-12-31", "31-12-9999", "99991231", "2500-01-01"])
@pytest.mark.parametrize("column", ["FromDate", "FirstFromDate", "UpdatedAt"])
def test_the_date_of_an_open_end_is_no_beginning(column: str, text: str) -> None:
    unit, issue = one(beside(column, text))
    kept = {
        "FromDate": unit.validity.from_date,
        "FirstFromDate": unit.first_from_date,
        "UpdatedAt": unit.updated_at,
    }[column]
    assert kept == (date(2500, 1, 1) if "2500" in text else date.max)
    assert str(issue) == (
        f"<bytes>:2: column {column}: {text!r} means an open end, and only a to-date can be open; "
        "the date is stored unchanged [open-end-date]"
    )
    assert issue.severity == "warning"


def test_a_unit_that_begins_at_the_end_of_time_is_future_and_not_always_open() -> None:
    register = sorparse.load(sor2(f"{A};Enhed;9999-12-31;;"))
    assert register.as_of("2026-06-15").status(A) is sorparse.Status.FUTURE


def test_the_last_day_before_the_open_ends() -> None:
    assert cell("ToDate", "2499-12-31").validity.to_date == date(2499, 12, 31)
    unit, issue = one(beside("FromDate", "2499-12-31"))
    assert unit.validity.from_date == date(2499, 12, 31)
    assert issue.code == "implausible-date"


def test_in_a_shak_line_too_only_the_last_day_can_be_open() -> None:
    (line, *_) = sorparse.examples.shak.read_bytes().splitlines()
    begins, edited, ends = line[23:31], line[31:39], line[39:47]
    assert b"25000101" not in begins + edited
    data = line.replace(begins + edited + ends, b"250001012026010125000101") + b"\r\n"
    (unit,), (issue,) = read(data, "shak_units")
    assert unit.validity == sorparse.Validity(date(2500, 1, 1), None)
    assert (issue.severity, issue.code, issue.line) == ("warning", "open-end-date", 1)
    assert (issue.column, issue.value) == ("DatoFra", "25000101")


def test_an_open_end_may_have_a_time() -> None:
    assert cell("ToDate", "9999-12-31T23:59:59").validity.to_date is None


@pytest.mark.parametrize(
    "text",
    [
        "2021-02-29",
        "31-13-2021",
        "2021-3-31x",
        "2021-03-31x",
        "2021-03-31 kl. 12",
        "2021-03-31 00:00 x",
        "31-03-20211",
        "202103311",
        "0000-00-00",
        "i morgen",
        "٢٠٢١-٠٣-٣١",
        "44286",
    ],
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


def test_exchanged_coordinates_in_xml_are_corrected_and_reported_once() -> None:
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


@pytest.mark.parametrize("notation", ["'{}", "{}.0", "{}\u200b", "urn:oid:1.2.208.176.1.1|{}"])
def test_an_id_in_another_notation_is_read_as_the_id(notation: str) -> None:
    written = notation.format(A)
    with sorparse.open(beside("ParentSorId", written)) as feed:
        (unit,) = feed.entities()
        assert (unit.parent_id, feed.issues) == (A, [])


@pytest.mark.parametrize(
    ("column", "field", "text", "value"),
    [
        ("EanLocationCode", "location_code", "5790 0000 0000 5", "5790000000005"),
        ("EanLocationCode", "location_code", "5790000000005.0", "5790000000005"),
        ("InstitutionOwnerCvrNumberId", "cvr", "DK 29 19 06 23", "29190623"),
        ("InstitutionOwnerCvrNumberId", "cvr", "'29190623", "29190623"),
    ],
)
def test_a_number_in_another_notation(column: str, field: str, text: str, value: str) -> None:
    with sorparse.open(beside(column, text)) as feed:
        (unit,) = feed.entities()
        assert (getattr(unit, field), feed.issues) == (value, [])


def test_a_unit_is_named_by_its_id_or_by_its_name() -> None:
    header = ("SOR-kode", "Institutionsejer", "Sundhedsinstitution")
    wrong = B[:-1] + str((int(B[-1]) + 1) % 10)  # its form is that of an id
    first, second = units(
        sor_csv(f"{A};{B};Nordhavets Hospital", f"{B};Region Nordhavet;{wrong}", header=header)
    )
    assert (first.owner, first.health_institution) == (
        EntityRef(sor_id=B),
        EntityRef(name="Nordhavets Hospital"),
    )
    assert (second.owner, second.health_institution) == (
        EntityRef(name="Region Nordhavet"),
        EntityRef(sor_id=wrong),
    )


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        (f"'{B}", EntityRef(sor_id=B)),
        ("1520961000016000", EntityRef(sor_id="1520961000016000")),
        ("1,52096E+15", EntityRef(name="1,52096E+15")),
        ("5100001600003", EntityRef(name="5100001600003")),
    ],
    ids=["another notation", "damaged", "damaged form", "location number"],
)
def test_a_unit_is_named_by_what_may_be_an_id(text: str, unit: EntityRef) -> None:
    (found,) = units(sor_csv(f"{A};{text}", header=("SOR-kode", "Institutionsejer")))
    assert found.owner == unit


def test_an_id_that_cannot_be_repaired_is_preserved_and_reported() -> None:
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
        # a valid identifier of another kind, also in another notation
        ("ParentSorId", "5790000000005", "bad-sor-id"),
        ("ParentSorId", "5100001600003", "bad-sor-id"),
        ("EanLocationCode", A, "check-digit"),
        ("EanLocationCode", f"'{A}", "bad-location-code"),
        ("CvrNumber", f"'{A}", "bad-cvr"),
    ],
)
def test_a_wrong_identifier_is_preserved_and_reported(column: str, text: str, code: str) -> None:
    unit, issue = one(beside(column, text))
    assert text in (unit.parent_id, unit.location_code, unit.cvr)
    assert (issue.severity, issue.code, issue.value) == ("warning", code, text)


@pytest.mark.parametrize(
    ("column", "text", "said"),
    [
        ("FromDate", "31-02-2020", "is not a date (as in 2021-03-31) [bad-date]"),
        (
            "PatientsAdmittedIndicator",
            "måske",
            "is neither yes nor no (true, false, 1, 0) [bad-boolean]",
        ),
        (
            "EanLocationCodeInheritedIndicator",
            "arvet?",
            "is neither nedarvet nor egen, true nor false [bad-boolean]",
        ),
        (
            "PostalAddressCoordETRS89z32EMeasure",
            "1,2,3",
            "is not a number (as in 557481,68) [bad-number]",
        ),
        (
            "PostalAddressCoordETRS89z32NMeasure",
            "55,67",
            "looks like degrees, not like metres in ETRS89 / UTM zone 32N [coordinate-in-degrees]",
        ),
        ("SorType", "XX", "is not a SOR type (IE, SI or OE) [bad-sor-type]"),
        (
            "ParentSorId",
            "1520961000016000",
            (
                "was damaged by a spreadsheet; the only possible id is 1520961000016006 "
                "[damaged-sor-id]"
            ),
        ),
        (
            "ParentSorId",
            "ukendt",
            "is not a well-formed SOR id: expected 11 to 18 digits [bad-sor-id]",
        ),
        ("EanLocationCode", "579", "is not a location number of 13 digits [bad-location-code]"),
        ("CvrNumber", "2919062", "is not a CVR number of 8 digits [bad-cvr]"),
        (
            "ShakId",
            "998",
            (
                "is not a SHAK code: it is too short; it was cut off, or lost its leading zero "
                "[bad-shak-code]"
            ),
        ),
    ],
)
def test_an_error_is_reported_in_words_with_its_place(column: str, text: str, said: str) -> None:
    _, issue = one(beside(column, text))
    assert str(issue) == f"<bytes>:2: column {column}: {text!r} {said}"


@pytest.mark.parametrize(
    ("column", "text", "said"),
    [
        ("ParentSorId", "698471000016006", "SOR id '698471000016006' has a wrong check digit"),
        (
            "EanLocationCode",
            "5790000000006",
            "location number '5790000000006' has a wrong check digit",
        ),
        ("CvrNumber", "29190624", "CVR number '29190624' fails the modulus 11 check"),
    ],
)
def test_a_wrong_check_digit_is_reported_in_words_with_its_place(
    column: str, text: str, said: str
) -> None:
    _, issue = one(beside(column, text))
    assert str(issue) == f"<bytes>:2: column {column}: {said} [check-digit]"
