"""Every table of the example register as rows of cells, and ways to damage it."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from functools import cache
from typing import Any

import attrs
from hypothesis import strategies as st

from sorparse import examples
from sorparse.formats import sor2, sor_csv
from sorparse.formats.csv.rows import clean
from sorparse.formats.declare import TableSpec


@attrs.frozen
class Sheet:
    """One file: its name, its header, its rows, and the table it is."""

    name: str
    spec: TableSpec
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __repr__(self) -> str:
        return f"<{self.name}, {len(self.rows)} rows>"


@cache
def sheets() -> tuple[Sheet, ...]:
    """The eight files of SOR2, sor.csv and Edityper.csv, a few rows of each."""
    found = []
    with zipfile.ZipFile(examples.sor2_zip) as archive:
        for spec in sor2.TABLES:
            name = f"{spec.file_names[0]}.csv"
            text = archive.read(name).decode("utf-8-sig")
            found.append(_sheet(name, spec, list(csv.reader(io.StringIO(text), delimiter=";"))))
    for path, spec in (
        (examples.sor_csv, sor_csv.ENTITIES),
        (examples.edi_types_csv, sor_csv.LOCATION_CODE_EDI_TYPES),
    ):
        lines = path.read_bytes().decode("cp1252").split("\r\n")
        found.append(_sheet(path.name, spec, [line.split(";") for line in lines if line]))
    return tuple(found)


def _sheet(name: str, spec: TableSpec, rows: Sequence[Sequence[str]]) -> Sheet:
    header, *body = ([clean(cell) for cell in row] for row in rows)
    step = max(1, len(body) // 12)  # a few of all kinds
    return Sheet(name, spec, tuple(header), tuple(tuple(row) for row in body[::step]))


def plain(header: Sequence[str], rows: Sequence[Sequence[str]], end: str = "\r\n") -> str:
    """The text of a file in which nothing is quoted, without quotes and line ends."""
    return "".join(
        ";".join(cell.replace('"', "").replace("\n", " ") for cell in row) + end
        for row in (header, *rows)
    )


def any_sheet() -> st.SearchStrategy[Sheet]:
    """One of the files."""
    return st.sampled_from(sheets())


@st.composite
def damaged_rows(draw: st.DrawFn, sheet: Sheet) -> list[list[str]]:
    """Rows of a file, with cells dropped, doubled, replaced and rows repeated."""
    rows = [list(row) for row in draw(st.lists(st.sampled_from(sheet.rows), max_size=8))]
    for row in rows:
        for _ in range(draw(st.integers(0, 2))):
            place = draw(st.integers(0, max(len(row) - 1, 0)))
            match draw(st.sampled_from(["drop", "double", "replace", "empty", "swap"])):
                case "drop" if row:
                    del row[place]
                case "double" if row:
                    row.insert(place, row[place])
                case "replace" if row:
                    row[place] = draw(cell_texts())
                case "swap" if row:
                    row[place], row[0] = row[0], row[place]
                case _:
                    row.clear()
    return rows


def cell_texts() -> st.SearchStrategy[str]:
    """What a cell of a file without quotes may hold."""
    return st.one_of(
        st.text(st.characters(codec="utf-8", exclude_characters=';\r\n"\0'), max_size=8),
        st.sampled_from(
            [
                "",
                " ",
                "NULL",
                "9999-12-31",
                "31-02-2020",
                "2020-01-01T00:00:00",
                "1,52096E+15",
                "1520961000016000",
                "true",
                "nedarvet",
                "0",
                "-1",
                "6175000",
                "557481,68",
                "5790000000006",
                "\ufeff",
                "=",
            ]
        ),
    )


def byte_damage(data: bytes) -> st.SearchStrategy[bytes]:
    """The bytes of a file cut, changed, doubled and with others put in."""

    @st.composite
    def damaged(draw: st.DrawFn) -> bytes:
        found = bytearray(data)
        for _ in range(draw(st.integers(1, 4))):
            place = draw(st.integers(0, len(found)))
            match draw(st.sampled_from(["cut", "flip", "insert", "delete", "double"])):
                case "cut":
                    del found[place:]
                case "flip" if place < len(found):
                    found[place] = draw(st.integers(0, 255))
                case "insert":
                    piece = draw(
                        st.one_of(
                            st.binary(max_size=4),
                            st.sampled_from([b'"', b'"""', b'="', b"\r", b"\n", b"\0", b"\xff"]),
                        )
                    )
                    found[place:place] = piece
                case "delete":
                    del found[place : place + draw(st.integers(1, 20))]
                case _:
                    found[place:place] = found[place : place + draw(st.integers(1, 200))]
        return bytes(found)

    return damaged()


def everything(feed: Any) -> tuple[list[Any], list[Any]]:
    """All records with their lines, and all issues."""
    return [pair for table in feed.tables for pair in feed.numbered(table)], feed.issues
