"""Headers: names in any spelling, the caller's own names, columns too many and too few."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

import sorparse
from sorparse import Coded
from support.csv_files import A, B, read, sor2, sor_csv, units


@pytest.mark.parametrize(
    "name",
    ["SORID", "sor_id", "Sor-Id", "sor id", "SorIdentifier", " SorId ", "SorCode", '"SorId"'],
)
def test_a_name_in_any_spelling(name: str) -> None:
    (unit,) = units(sor2(f"{A};Enhed", header=(name, "ENTITY_NAME")))
    assert (unit.sor_id, unit.name) == (A, "Enhed")
    assert not unit.extra


@pytest.mark.parametrize("name", ["Gaeldende_fra_dato", "Gældende fra dato", "GÆLDENDE-FRA-DATO"])
def test_danish_letters_in_a_name(name: str) -> None:
    header = ("SOR-kode", "Enhedsnavn", name)
    (unit,) = units(sor_csv(f"{A};x;31-03-2021", header=header))
    assert str(unit.first_from_date) == "2021-03-31"


def test_columns_in_any_order() -> None:
    (unit,) = units(sor2(f"Enhed;007;{A}", header=("EntityName", "ProviderId", "SorId")))
    assert (unit.sor_id, unit.name, unit.provider_number) == (A, "Enhed", "007")


def test_every_optional_column_may_be_missing() -> None:
    (unit,) = units(sor2(A, header=("SorId",)))
    assert unit == sorparse.SOREntity(sor_id=A)


def test_unknown_columns_go_to_extra_under_their_own_names() -> None:
    header = ("SorId", "EntityName", "Ny kolonne", "Tom", "Æble")
    (unit,) = units(sor2(f"{A};Enhed;x y;;01", header=header))
    assert dict(unit.extra) == {"Ny kolonne": "x y", "Æble": "01"}


def test_a_column_named_twice_loses_nothing() -> None:
    header = ("SorId", "EntityName", "EntityName", "EntityName")
    (unit,), issues = read(sor2(f"{A};Et;To;Tre", header=header))
    assert unit.name == "Et"
    assert dict(unit.extra) == {"EntityName (2)": "To", "EntityName (3)": "Tre"}
    assert [issue.code for issue in issues] == ["duplicate-column"] * 2


def test_a_column_named_like_the_second_of_another_loses_nothing() -> None:
    header = ("SorId", "EntityName", "X", "X (5)", "X")
    (unit,), _ = read(sor2(f"{A};Enhed;1;2;3", header=header))
    assert sorted(unit.extra.values()) == ["1", "2", "3"]


@pytest.mark.parametrize(
    "header",
    [
        ("EntityName", "EntityName", "EntityName", "EntityName"),
        ("EntityName", "X", "EntityName", "X"),
        ("EntityName", "X", "X (2)", "X"),
        ("EntityName", "X", "", "column 4"),
        ("EntityName", "X (2)", "X (2)", "X"),
    ],
)
def test_a_column_named_twice_has_the_same_name_when_it_is_written_and_read_again(
    header: tuple[str, ...], tmp_path: Path
) -> None:
    data = sor2(f"{A};1;2;3;4", header=("SorId", *header))
    (unit,), _ = read(data)
    assert sorted([*unit.extra.values(), unit.name or "1"]) == ["1", "2", "3", "4"]
    target = tmp_path / "again.zip"
    sorparse.convert(data, "sor2", target)
    (again,), _ = read(target.read_bytes())
    assert again == unit


def test_a_column_named_twice_is_written_under_its_own_name(tmp_path: Path) -> None:
    target = tmp_path / "again.zip"
    data = sor2(f"{A};Et;To;x;y", header=("SorId", "EntityName", "EntityName", "Ny", "Ny"))
    sorparse.convert(data, "sor2", target)
    with zipfile.ZipFile(target) as archive:
        (name,) = archive.namelist()
        header = archive.read(name).decode("utf-8-sig").splitlines()[0].split(";")
    assert header.count("EntityName") == header.count("Ny") == 2
    assert not [column for column in header if "(" in column]


def test_two_spellings_of_one_column_lose_nothing() -> None:
    (unit,) = units(sor2(f"{A};{B};Enhed", header=("SorCode", "SorId", "EntityName")))
    assert unit.sor_id == B
    assert dict(unit.extra) == {"SorCode": A}


def test_a_column_without_a_name_is_named_by_its_place() -> None:
    (unit,) = units(sor2(f"{A};Enhed;x", header=("SorId", "EntityName", "")))
    assert dict(unit.extra) == {"column 3": "x"}


def test_the_caller_names_a_column() -> None:
    data = sor2(f"{A};5790000000005;Enhed", header=("SorId", "GLN", "EntityName"))
    (unit,) = units(data, columns={"gln": "location_code"})
    assert unit.location_code == "5790000000005"
    assert not unit.extra


def test_the_caller_names_a_column_of_an_address() -> None:
    data = sor2(f"{A};Enhed;Aarhus", header=("SorId", "EntityName", "By"))
    (unit,) = units(data, columns={"By": "postal_address.district_name"})
    assert unit.postal_address == sorparse.Address(district_name="Aarhus")


def test_the_caller_goes_before_the_known_name() -> None:
    data = sor2(f"{A};Kort;Lang", header=("SorId", "EntityName", "FuldtNavn"))
    (unit,) = units(data, columns={"FuldtNavn": "name"})
    assert (unit.name, dict(unit.extra)) == ("Lang", {"EntityName": "Kort"})


def test_the_caller_names_the_key_of_a_file_that_is_not_known() -> None:
    data = sor2(f"{A};Enhed", header=("Nummer", "Betegnelse"))
    with pytest.raises(sorparse.UnrecognisedFormatError, match="columns="):
        sorparse.open(data)
    (unit,) = units(data, columns={"Nummer": "sor_id", "Betegnelse": "name"})
    assert (unit.sor_id, unit.name) == (A, "Enhed")


def test_the_caller_names_a_field_that_there_is_not() -> None:
    data = sor2(f"{A};x;Enhed", header=("SorId", "GLN", "EntityName"))
    with pytest.raises(ValueError, match=r"'location_cod'.*'GLN'.*'location_code'"):
        sorparse.open(data, columns={"GLN": "location_cod"})


@pytest.mark.parametrize("name", ["Lokationsnummer", "LOKATIONSNUMMER", "lokations-nummer"])
def test_location_numbers_of_sor_csv_in_any_spelling(name: str) -> None:
    data = sor_csv(f"{A};Enhed;5790000000005", header=("SOR-kode", "Enhedsnavn", name))
    (number,) = read(data, "location_codes")[0]
    assert (number.location_code, number.sor_id) == ("5790000000005", A)


def test_location_numbers_of_sor_csv_under_the_callers_name() -> None:
    data = sor_csv(f"{A};Enhed;5790000000005", header=("SOR-kode", "Enhedsnavn", "GLN"))
    (number,) = read(data, "location_codes", columns={"GLN": "location_code"})[0]
    assert number.location_code == "5790000000005"


def test_the_first_of_several_columns_of_a_kind_may_be_missing() -> None:
    header = ("SorId", "EntityName", "LocalAttribute3", "PrioritizedEntitySpeciality2Name")
    (unit,) = units(sor2(f"{A};Enhed;x;kirurgi", header=header))
    assert unit.local_attributes == (None, None, "x")
    assert unit.specialities == (sorparse.Coded(), sorparse.Coded(name="kirurgi"))


def test_more_columns_than_allowed() -> None:
    header = ("SorId", "EntityName", *(f"Ukendt{n}" for n in range(5000)))
    with pytest.raises(sorparse.SorError, match="max_columns"):
        read(sor2(A + ";" * 5001, header=header))


def test_as_many_columns_as_allowed() -> None:
    header = ("SorId", "EntityName", *(f"Kolonne nummer {n}" for n in range(4094)))
    (unit,) = units(sor2(f"{A};Enhed" + ";x" * 4094, header=header))
    assert len(unit.extra) == 4094


def test_a_place_without_a_column_is_empty() -> None:
    header = (
        *("SorId", "PrioritizedEntitySpeciality1Id", "PrioritizedEntitySpeciality3Id"),
        *("LocalAttribute1", "LocalAttribute3"),
    )
    (unit,) = units(sor2(f"{A};1;3;a;c", header=header))
    assert unit.specialities == (Coded("1"), Coded(), Coded("3"))
    assert unit.local_attributes == ("a", None, "c")


@pytest.mark.parametrize(("easting", "is_exchanged"), [(5_900_000, False), (5_900_001, True)])
def test_coordinates_are_exchanged_by_their_size(easting: int, is_exchanged: bool) -> None:
    """Also in a row with a cell that is invalid."""
    header = (
        *("SorId", "PostalAddressCoordETRS89z32EMeasure", "PostalAddressCoordETRS89z32NMeasure"),
        "FromDate",
    )
    rows = [f"{sor_id};{easting};570000;{day}" for sor_id, day in ((A, ""), (B, "soon"))]
    records, issues = read(sor2(*rows, header=header))
    for record in records:
        place = record.postal_address
        expected = (570_000, easting) if is_exchanged else (easting, 570_000)
        assert (place.easting, place.northing) == expected
    codes = ["coordinates-swapped", "bad-date"] if is_exchanged else ["bad-date"]
    assert [issue.code for issue in issues] == codes
