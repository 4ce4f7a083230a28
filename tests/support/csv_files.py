"""Small files for the tests of the reader: made in the test, seen whole in the test."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from stdnum import verhoeff

import sorparse
from sorparse import Issue, SOREntity
from sorparse.formats.blocks import BLOCK_BYTES

HEADER = ("SorId", "EntityName", "FromDate", "ToDate", "ProviderId")


def sor_id(item: int) -> str:
    """The SOR id with this item number; the check digit is python-stdnum's."""
    body = f"{item}100001600"
    return body + str(verhoeff.calc_check_digit(body))


A, B, C = (sor_id(item) for item in (101, 102, 103))


def sor2(
    *rows: str,
    header: Sequence[str] = HEADER,
    end: str = "\r\n",
    encoding: str = "utf-8",
    bom: bool = False,
) -> bytes:
    """A SOREntity file of the SOR2 set from rows as they are in the file."""
    text = "".join(line + end for line in (";".join(header), *rows))
    mark = b"\xef\xbb\xbf" if bom else b""
    return mark + text.encode(encoding)


def in_two_blocks(place: int, *rows: str) -> bytes:
    """Return a file below whose long first row a block ends so many bytes into the other rows."""
    before = len(sor2(f"{A};;;;"))
    return sor2(f"{A};{'x' * (BLOCK_BYTES - before - place)};;;", *rows)


def sor_csv(*rows: str, header: Sequence[str] = (), end: str = "\r\n") -> bytes:
    """A sor.csv: Windows-1252, nothing quoted."""
    names = header or ("SOR-kode", "Enhedsnavn", "Enhedstype", "Telefon")
    return "".join(line + end for line in (";".join(names), *rows)).encode("cp1252")


def read(source: Any, table: str = "entities", **options: Any) -> tuple[list[Any], list[Issue]]:
    """All records of one table, and what was found."""
    with sorparse.open(source, **options) as feed:
        records = list(feed.records(table))
        return records, feed.issues


def units(source: Any, **options: Any) -> list[SOREntity]:
    """All units, where nothing may be found wrong."""
    records, issues = read(source, **options)
    assert issues == []
    return records


def one(source: Any, **options: Any) -> tuple[SOREntity, Issue]:
    """Return the only unit and the only issue."""
    records, issues = read(source, **options)
    assert len(records) == 1, records
    assert len(issues) == 1, issues
    return records[0], issues[0]


def zipped(
    members: Mapping[str, bytes] | Iterable[tuple[str, bytes]],
    packing: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """A zip with these members; pairs may name one twice."""
    pairs = members.items() if isinstance(members, Mapping) else members
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", packing) as archive:
        for name, content in pairs:
            archive.writestr(name, content)
    return target.getvalue()
