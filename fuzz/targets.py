"""The fuzz targets and their first inputs.

A target gets bytes. It may end normally or raise SorError. It fails on any other exception, after
ten seconds, or with more than a gigabyte of memory.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator

import attrs
import seeds
from archives import archive_seeds, archives
from public import public
from saved import saved, saved_seeds
from seeds import HEADER
from ways import LIMITS, csv_way_seeds, csv_ways, unit_seeds, units

import sorparse
from sorparse import examples

BLANKS = " \t\xa0"


def read(data: bytes) -> None:
    """Open any bytes as a file, read every table and describe it."""
    try:
        with sorparse.open(data, limits=LIMITS) as feed:
            for table in feed.tables:
                for record in feed.records(table):
                    hash(record)
            feed.describe()
            for issue in feed.issues:
                str(issue)
    except sorparse.SorError as error:
        str(error)


def rows(data: bytes) -> None:
    """Read rows under a known header: each line that is not empty is a record, or reported."""
    content = HEADER + data
    try:
        with sorparse.open(content, encoding="cp1252", limits=LIMITS) as feed:
            starts = {line for line, _ in feed.numbered("entities")}
            issues = feed.issues
    except sorparse.UnrecognisedFormatError:
        return
    starts |= {issue.line for issue in issues if issue.raw is not None}
    text = content.decode("latin-1").replace("\r\n", "\n").replace("\r", "\n")
    open_quote = False
    for number, line in enumerate(text.split("\n"), 1):
        if number == 1 or not line.strip(BLANKS):
            continue
        if number in starts:
            open_quote = '"' in line
        elif not open_quote:
            raise AssertionError(f"line {number} is lost: {line!r}")


def sor_csv(data: bytes) -> None:
    """Read rows of a sor.csv, in which a quote never includes the next line in its cell."""
    header = b"SOR-kode;Enhedsnavn;Enhedstype;Nedarvningsstatus;Lokationsnummer\r\n"
    read(header + data)


def shak(data: bytes) -> None:
    """Read lines after a valid first line of the fixed-width file."""
    first = examples.shak.read_bytes().split(b"\r\n", 1)[0]
    read(first + b"\r\n" + data)


def identifiers(data: bytes) -> None:
    """Check any text as an identifier; a repaired text has to be a valid id."""
    text = data.decode("utf-8", "replace")
    for check in (
        sorparse.identifiers.is_sor_id,
        sorparse.identifiers.is_cvr,
        sorparse.identifiers.is_location_code,
        sorparse.identifiers.is_shak_code,
    ):
        check(text)
    repaired = sorparse.identifiers.repair_sor_id(text)
    if repaired is not None and not sorparse.identifiers.is_sor_id(repaired):
        raise AssertionError(f"{text!r} was repaired to {repaired!r}, which is not an id")


def xml(data: bytes) -> None:
    """Read any document of the XML set."""
    read(data)


def validation(data: bytes) -> None:
    """Validate any document against the bundled schemas."""
    try:
        report = sorparse.validate(data, limits=LIMITS)
        for issue in report.errors:
            str(issue)
    except sorparse.SorError as error:
        str(error)


def schema(data: bytes) -> None:
    """Validate a valid document against any schema."""
    with tempfile.NamedTemporaryFile(suffix=".xsd") as file:
        file.write(data)
        file.flush()
        try:
            sorparse.validate(examples.sor_xml, schema=file.name, limits=LIMITS)
        except sorparse.SorError as error:
            str(error)


@attrs.frozen
class Target:
    """A function that gets bytes, and its first inputs."""

    run: Callable[[bytes], None]
    seeds: Callable[[], Iterator[bytes]]
    words: tuple[bytes, ...] = ()
    max_len: int = 4096


_CELLS = (
    b'"',
    b'""',
    b'"=""',
    b'"""',
    b";",
    b"\r\n",
    b"NULL",
    b"9999-12-31",
    b"1,52096E+15",
    b"\0",
)
_TAGS = (b"<!DOCTYPE", b"<!ENTITY", b"&#0;", b"<![CDATA[", b"<?xml", b"xmlns=", b"-->", b"&lt;")


TARGETS = {
    "csv": Target(read, seeds.csv_seeds, _CELLS, 8192),
    "rows": Target(rows, seeds.row_seeds, _CELLS, 1024),
    "sor_csv": Target(sor_csv, seeds.sor_csv_seeds, _CELLS, 1024),
    "shak": Target(shak, seeds.shak_seeds, (b"sgh", b"afd", b"20250101"), 2048),
    "identifiers": Target(identifiers, seeds.identifier_seeds, (b"100001600", b"E+15"), 32),
    "csv_ways": Target(csv_ways, csv_way_seeds, (b"\x00", b"\xfa"), 60),
    "zip": Target(read, seeds.zip_seeds, (b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"), 2048),
    "xml": Target(xml, seeds.xml_seeds, _TAGS, 65_536),
    "units": Target(units, unit_seeds, (b"\x00", b"\x05"), 40),
    "validation": Target(validation, seeds.xml_seeds, _TAGS, 65_536),
    "public": Target(public, seeds.public_seeds, _CELLS, 8192),
    "saved": Target(saved, saved_seeds, (b"\xff\xff", b"\x7f"), 64),
    "skrs": Target(read, seeds.skrs_seeds, (*_TAGS, b"<entry>", b"</entry>", b"\t"), 8192),
    "archive": Target(archives, archive_seeds, (b"PAR1",), 35),
    "schema": Target(schema, seeds.schema_seeds, _TAGS, 2048),
}
