"""A bad cell costs only itself: the rest of its row is read cell by cell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from sorparse import Coded
from sorparse.formats.declare import Kind
from sorparse.formats.headers import match_columns
from support.csv_files import A, B, C, read, sor2, sor_csv, zipped
from support.sheets import Sheet, plain, sheets

BAD = "i går"


def records_of(sheet: Sheet, rows: list[list[str]]) -> list[Any]:
    """The records of rows under the sheet's header and a column that nobody knows."""
    text = plain((*sheet.header, "Ny"), rows)
    return read(zipped({sheet.name: text.encode()}), sheet.spec.table, encoding="utf-8")[0]


def without(record: Any, *paths: str) -> Any:
    """The record with nothing in some fields."""
    for path in paths:
        name, _, rest = path.partition(".")
        part = without(getattr(record, name), rest) if rest else None
        record = attrs.evolve(record, **{name: part})
    return record


@pytest.mark.parametrize("sheet", sheets(), ids=lambda sheet: sheet.spec.title)
def test_a_bad_date_costs_only_itself(sheet: Sheet) -> None:
    columns = match_columns(sheet.spec, sheet.header, {})
    # every second row has a value in the unknown column
    rows = [[*row, f"ny {n}" if n % 2 else ""] for n, row in enumerate(sheet.rows)]
    good = records_of(sheet, rows)
    assert len(good) > 1
    assert [record.extra.get("Ny") for record in good[:2]] == [None, "ny 1"]
    for place, column in enumerate(columns):
        if column is None or column.kind not in (Kind.DATE, Kind.LAST_DAY):
            continue
        for row in rows:
            kept, row[place] = row[place], BAD
            row.append(kept)
        assert records_of(sheet, [row[:-1] for row in rows]) == [
            without(record, column.field, *column.also) for record in good
        ]
        for row in rows:
            row[place] = row.pop()


EAST, NORTH = (f"PostalAddressCoordETRS89z32{axis}Measure" for axis in "EN")


@pytest.mark.parametrize("bad", ["", BAD])
@pytest.mark.parametrize(
    ("east", "north", "swapped"),
    [
        ("6175000", "557000", True),
        ("5900001", "557000", True),
        ("5900000", "557000", False),
        ("6175000", "5899999", True),
        ("6175000", "5900000", False),
        ("6175000", "-5899999", True),
        ("6175000", "-5900000", False),
        ("557000", "6175000", False),
        ("6175000", "", False),
        ("", "557000", False),
    ],
)
def test_a_pair_of_coordinates_is_swapped_by_its_size(
    east: str, north: str, swapped: bool, bad: str
) -> None:
    data = sor2(f"{A};{bad};{east};{north}", header=("SorId", "FromDate", EAST, NORTH))
    ((unit,), issues) = read(data)
    found = [unit.postal_address.easting, unit.postal_address.northing]
    texts = ["" if value is None else str(value) for value in found]
    assert texts == ([north, east] if swapped else [east, north])
    expected = (["bad-date"] if bad else []) + (["coordinates-swapped"] if swapped else [])
    assert sorted(issue.code for issue in issues) == expected


def test_swapped_pairs_are_reported_once_for_a_file() -> None:
    rows = (f"{unit};{BAD};6175000;557000" for unit in (A, B, C))
    _, issues = read(sor2(*rows, header=("SorId", "FromDate", EAST, NORTH)))
    (swap,) = (issue for issue in issues if issue.code == "coordinates-swapped")
    assert str(swap) == (
        "<bytes>: eastings are in the northing column and northings in the easting column; "
        "each pair was exchanged (reported once for the file) "
        "[coordinates-swapped]"
    )


@pytest.mark.parametrize("made", [sor2, sor_csv])
def test_rows_without_unknown_values_share_what_is_empty(made: Callable[..., bytes]) -> None:
    columns = {"Enhed": "sor_id", "Fra": "validity.from_date"}
    data = made(f"{A};{BAD};", f"{B};{BAD};", header=("Enhed", "Fra", "Ny"))
    first, second = read(data, columns=columns)[0]
    assert first.extra is second.extra
    assert first.extra == {}


SECOND_AND_THIRD = ("PrioritizedEntitySpeciality2Id", "PrioritizedEntitySpeciality3Id")


@pytest.mark.parametrize("bad", ["", BAD])
def test_a_place_that_the_file_has_no_column_for_stays_empty(bad: str) -> None:
    header = ("SorId", "FromDate", *SECOND_AND_THIRD, "LocalAttribute3")
    full, none = read(sor2(f"{A};{bad};1;2;x", f"{B};{bad};;;", header=header))[0]
    assert full.specialities == (Coded(), Coded("1"), Coded("2"))
    assert full.local_attributes == (None, None, "x")
    assert none.specialities == none.local_attributes == ()


@pytest.mark.parametrize("bad", ["", BAD])
def test_empty_places_between_stay_and_those_at_the_end_go(bad: str) -> None:
    header = ("SorId", "FromDate", *(f"LocalAttribute{n}" for n in range(1, 4)))
    rows = (f"{A};{bad};x;;", f"{B};{bad};;x;", f"{C};{bad};;;x")
    found = [unit.local_attributes for unit in read(sor2(*rows, header=header))[0]]
    assert found == [("x",), (None, "x"), (None, None, "x")]


@pytest.mark.parametrize("bad", ["", BAD])
def test_the_codes_of_names_are_filled_in(bad: str) -> None:
    header = ("SOR-kode", "Enhedstype", "Hovedspeciale", "Speciale2", "Oprettet_dato")
    data = sor_csv(f"{A};klinisk enhed;kirurgi;akutmedicin;{bad}", header=header)
    ((unit,), _) = read(data)
    assert unit.entity_type == Coded("550851000005109", "klinisk enhed", supplied="code")
    assert [one.code for one in unit.specialities] == ["394609007", "773568002"]
