"""What is fuzzed, and where the first inputs come from.

A target takes bytes. It may end, or raise SorError; whatever else it raises is a finding, as are
more than ten seconds or a gigabyte.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs

import sorparse
from sorparse import examples

LIMITS = sorparse.Limits(max_member_bytes=20_000_000, max_issues=1000)
BLANKS = " \t\xa0"
HEADER = b"SorId;EntityName;FromDate;PostalAddressStreetName;PatientsAdmittedIndicator;Ny\n"


def read(data: bytes) -> None:
    """Open whatever it is, read every table and describe it."""
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
    """Rows under a known header: each line that holds something is a record, or reported."""
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
    """Rows of a sor.csv, in which no quote swallows the line after it."""
    header = b"SOR-kode;Enhedsnavn;Enhedstype;Nedarvningsstatus;Lokationsnummer\r\n"
    read(header + data)


def shak(data: bytes) -> None:
    """Lines after a first line of the fixed-width file."""
    first = examples.shak.read_bytes().split(b"\r\n", 1)[0]
    read(first + b"\r\n" + data)


def identifiers(data: bytes) -> None:
    """Any text as an identifier; what is repaired is an id."""
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
        raise AssertionError(f"{text!r} was repaired to {repaired!r}, which is no id")


def xml(data: bytes) -> None:
    """Any document of the XML set."""
    read(data)


def validation(data: bytes) -> None:
    """Any document against the bundled schemas."""
    try:
        report = sorparse.validate(data, limits=LIMITS)
        for issue in report.errors:
            str(issue)
    except sorparse.SorError as error:
        str(error)


def schema(data: bytes) -> None:
    """Any schema for a document that is fine."""
    with tempfile.NamedTemporaryFile(suffix=".xsd") as file:
        file.write(data)
        file.flush()
        try:
            sorparse.validate(examples.sor_xml, schema=file.name, limits=LIMITS)
        except sorparse.SorError as error:
            str(error)


@attrs.frozen
class Target:
    """A function that takes bytes, and its first inputs."""

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


def _lines(path: Path, first: int, count: int) -> bytes:
    return b"\n".join(path.read_bytes().split(b"\n")[first : first + count])


def _csv_seeds() -> Iterator[bytes]:
    with zipfile.ZipFile(examples.sor2_zip) as archive:
        for name in archive.namelist():
            yield b"\n".join(archive.read(name).split(b"\n")[:4])
    yield _lines(examples.sor_csv, 0, 4)
    yield _lines(examples.edi_types_csv, 0, 6)
    yield _lines(examples.daily_csv, 0, 3).decode().encode("utf-16")


def _row_seeds() -> Iterator[bytes]:
    yield b'"=""698471000016005""";Enhed;2020-01-01;Vej 1;true;x\r\n'
    yield b'698471000016005;"En;hed";01-01-2020;"Vej\n1";0;\n\n698471000016005;\xc6;;;;\n'
    yield b'1,52096E+15;Huset "Sol";9999-12-31;;nej;"x"\n698471000016005;"\xe5ben;;;;\n'


def _sor_csv_seeds() -> Iterator[bytes]:
    yield b"698471000016005;Enhed;sygehus;egen;5790000000005\r\n"
    yield b'698471000016005;"Enhed;sygehus;nedarvet;5790000000005\r\n;;;;\r\n'


def _shak_seeds() -> Iterator[bytes]:
    yield _lines(examples.shak, 1, 5)


def _identifier_seeds() -> Iterator[bytes]:
    yield from (b"698471000016005", b"1,52096E+15", b"1520961000016000")
    yield from (b"5790000000005", b"1301A", b"29190623")


def _zip_seeds() -> Iterator[bytes]:
    for packing in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", packing) as archive:
            archive.writestr("a/SOREntity.csv", HEADER + next(_row_seeds()))
            archive.writestr("EDITypes.csv", b"EDITypeId;EDITypeName\n1;x\n")
        yield target.getvalue()


def _xml_seeds() -> Iterator[bytes]:
    """The smallest whole documents: the first unit of each, and the files beside."""
    for path in (examples.sor_xml, examples.sor_xml_1_0_0):
        yield path.read_bytes()[:12_000]
        yield path.read_bytes()
    with zipfile.ZipFile(examples.sor_xml_zip) as archive:
        for name in archive.namelist():
            yield archive.read(name)[:60_000]


def _schema_seeds() -> Iterator[bytes]:
    yield b"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:x"
elementFormDefault="qualified"><xs:element name="SorTree"><xs:complexType><xs:sequence>
<xs:any processContents="lax" maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element>
</xs:schema>"""


TARGETS = {
    "csv": Target(read, _csv_seeds, _CELLS, 8192),
    "rows": Target(rows, _row_seeds, _CELLS, 1024),
    "sor_csv": Target(sor_csv, _sor_csv_seeds, _CELLS, 1024),
    "shak": Target(shak, _shak_seeds, (b"sgh", b"afd", b"20250101"), 2048),
    "identifiers": Target(identifiers, _identifier_seeds, (b"100001600", b"E+15"), 32),
    "zip": Target(read, _zip_seeds, (b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"), 2048),
    "xml": Target(xml, _xml_seeds, _TAGS, 65_536),
    "validation": Target(validation, _xml_seeds, _TAGS, 65_536),
    "schema": Target(schema, _schema_seeds, _TAGS, 2048),
}
