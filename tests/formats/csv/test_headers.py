"""Which line is the header, which delimiter it has, and which table it belongs to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import sorparse
from sorparse import Limits, SOREntity, UnrecognisedFormatError
from support.csv_files import A

HEADER, ROW = "SorId;EntityName", f"{A};Enhed"


def only_unit(*lines: str, **options: Any) -> SOREntity:
    with sorparse.open("\n".join([*lines, ""]).encode(), **options) as feed:
        (found,) = feed.entities()
        assert {issue.code for issue in feed.issues} <= {"line-above-header"}
    return found


def refusal(*lines: str, **options: Any) -> str:
    with pytest.raises(UnrecognisedFormatError) as raised:
        sorparse.open("\n".join([*lines, ""]).encode(), **options)
    assert raised.value.file == "<bytes>"
    return str(raised.value)


def test_the_header_is_one_of_the_first_five_lines_that_are_not_empty() -> None:
    empty = ("", " \t\xa0")
    assert only_unit(*["Titel", *empty] * 4, HEADER, ROW).name == "Enhed"
    assert "the text begins with 'Titel'" in refusal(*["Titel", *empty] * 5, HEADER, ROW)


def test_no_header_is_searched_below_control_characters() -> None:
    assert only_unit("Udtræk\t2026", HEADER, ROW).name == "Enhed"
    refusal("Udtræk\x01", HEADER, ROW)
    refusal("\x1f", HEADER, ROW)
    refusal("\x1fsep=,", HEADER, ROW)
    for lines in (("Udtræk\0", HEADER, ROW), (f"{HEADER};Ny\0", f"{ROW};1")):
        assert "binary data" in refusal(*lines)


@pytest.mark.parametrize("above", ["sep=,", '"sep=,"', "SEP=,;;", "\xa0sep=, "])
def test_the_stated_delimiter_goes_before_another_that_is_as_frequent(above: str) -> None:
    unit = only_unit(above, "SorId,EntityName,a;b;c", f"{A},Enhed,1")
    assert (unit.name, {**unit.extra}) == ("Enhed", {"a;b;c": "1"})
    assert only_unit(above, HEADER, ROW).name == "Enhed"  # what is stated is wrong


@pytest.mark.parametrize("other", ["\t", ",", "|"])
def test_a_semicolon_goes_before_another_that_is_as_frequent(other: str) -> None:
    unit = only_unit(f"SorId;EntityName;a{other}b{other}c", f"{A};Enhed;1")
    assert unit.extra == {f"a{other}b{other}c": "1"}
    unit = only_unit(f"SorId{other}EntityName{other}a;b", f"{A}{other}Enhed{other}1")
    assert unit.extra == {"a;b": "1"}


def test_the_most_columns() -> None:
    limits = Limits(max_columns=3)
    assert only_unit("SorId;EntityName;a", f"{A};Enhed;", limits=limits).name == "Enhed"
    with pytest.raises(UnrecognisedFormatError) as raised:
        sorparse.open(b"\nSorId;EntityName;a;b\n", limits=limits)
    assert str(raised.value) == (
        "<bytes>:2: not a recognised SOR file: text whose first line has 4 columns, more than "
        "Limits.max_columns (3)"
    )
    assert (raised.value.file, raised.value.line) == ("<bytes>", 2)


def test_an_unknown_encoding_is_reported_with_the_file() -> None:
    with pytest.raises(sorparse.SorFileError, match=r"^<bytes>: unknown encoding 'klingon'$"):
        sorparse.open(f"{HEADER}\n{ROW}\n".encode(), encoding="klingon")


def test_a_header_in_the_encoding_of_the_caller() -> None:
    content = f"{HEADER}\n{ROW}\n".encode("utf-16-le")
    with sorparse.open(content, encoding="utf-16-le") as feed:
        assert [unit.name for unit in feed.entities()] == ["Enhed"]


def test_the_caller_names_a_column_by_that_of_the_publisher() -> None:
    unit = only_unit("SorId;Betegnelse", ROW, columns={"Betegnelse": "Entity Name"})
    assert unit.name == "Enhed"


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("SOREntity.csv", "entities"),
        ("sor_entity.csv", "entities"),
        ("SHAKSORMap.csv", "shak_sor_map"),
        ("SHAKSORMap.old.csv", "shak_sor_map"),
        ("SOREntity.old.csv", "shak_sor_map"),  # of which these columns are a larger share
        ("noget.csv", "shak_sor_map"),
    ],
)
def test_the_name_of_the_file_decides_between_tables_that_fit_alike(
    name: str, table: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(f"SorId;ShakCode\n{A};9901\n", encoding="utf-8")
    with sorparse.open(path) as feed:
        assert feed.tables == (table,)


def test_the_share_of_known_columns_goes_before_the_name_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "SHAKSORMap.csv"
    path.write_text(f"SorId;ShakCode;ProviderId\n{A};9901;1\n", encoding="utf-8")
    with sorparse.open(path) as feed:
        assert feed.tables == ("entities",)


def test_one_known_column_among_many_is_not_enough() -> None:
    refusal("SorId;Noget;Andet", f"{A};1;2")
    with sorparse.open(f"SorId;GeoLocationId;GeoLocationName\n{A};1;Sted\n".encode()) as feed:
        assert feed.tables == ("geo_locations",)
