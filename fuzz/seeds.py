"""First inputs of the targets, from the examples of the library and by hand."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from sorparse import examples
from support.shak import REGIONS, REGIONS_XML
from support.skrs_writer import WRAPPERS, page, unit

HEADER = b"SorId;EntityName;FromDate;PostalAddressStreetName;PatientsAdmittedIndicator;Ny\n"


def _lines(path: Path, first: int, count: int) -> bytes:
    return b"\n".join(path.read_bytes().split(b"\n")[first : first + count])


def csv_seeds() -> Iterator[bytes]:
    with zipfile.ZipFile(examples.sor2_zip) as archive:
        for name in archive.namelist():
            yield b"\n".join(archive.read(name).split(b"\n")[:4])
    yield _lines(examples.sor_csv, 0, 4)
    yield _lines(examples.edi_types_csv, 0, 6)
    yield _lines(examples.daily_csv, 0, 3).decode().encode("utf-16")


def row_seeds() -> Iterator[bytes]:
    yield b'"=""698471000016005""";Enhed;2020-01-01;Vej 1;true;x\r\n'
    yield b'698471000016005;"En;hed";01-01-2020;"Vej\n1";0;\n\n698471000016005;\xc6;;;;\n'
    yield b'1,52096E+15;Huset "Sol";9999-12-31;;nej;"x"\n698471000016005;"\xe5ben;;;;\n'


def sor_csv_seeds() -> Iterator[bytes]:
    yield b"698471000016005;Enhed;sygehus;egen;5790000000005\r\n"
    yield b'698471000016005;"Enhed;sygehus;nedarvet;5790000000005\r\n;;;;\r\n'


def shak_seeds() -> Iterator[bytes]:
    yield _lines(examples.shak, 1, 5)


def identifier_seeds() -> Iterator[bytes]:
    yield from (b"698471000016005", b"1,52096E+15", b"1520961000016000")
    yield from (b"5790000000005", b"1301A", b"29190623")


def zip_seeds() -> Iterator[bytes]:
    for packing in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", packing) as archive:
            archive.writestr("a/SOREntity.csv", HEADER + next(row_seeds()))
            archive.writestr("EDITypes.csv", b"EDITypeId;EDITypeName\n1;x\n")
        yield target.getvalue()


def xml_seeds() -> Iterator[bytes]:
    """Yield the beginnings of the example documents, whole ones, and the code files."""
    for path in (examples.sor_xml, examples.sor_xml_1_0_0):
        yield path.read_bytes()[:12_000]
        yield path.read_bytes()
    with zipfile.ZipFile(examples.sor_xml_zip) as archive:
        for name in archive.namelist():
            yield archive.read(name)[:60_000]


def schema_seeds() -> Iterator[bytes]:
    yield b"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:x"
elementFormDefault="qualified"><xs:element name="SorTree"><xs:complexType><xs:sequence>
<xs:any processContents="lax" maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element>
</xs:schema>"""


def public_seeds() -> Iterator[bytes]:
    sources = [seed for seeds in (csv_seeds, shak_seeds, zip_seeds) for seed in seeds()]
    sources += [seed[:4000] for seed in xml_seeds()]
    for number in range(100):
        text = (b"9000471000016005|2020-01-01", b"1301|x", b"Afdeling|5790000000005")[number % 3]
        yield bytes([number, number]) + text + b"\n" + sources[number % len(sources)]


def skrs_seeds() -> Iterator[bytes]:
    """Yield pages of the copy service in each envelope, and the region files of SHAK."""
    columns = {"sorNummer": "9000041000016007", "enhedsnavn": "Klinik", "postNummer": "9990"}
    rows = [unit(columns), unit({**columns, "shakNummer": "9901"}, valid_to="2021-01-01T00:00:00Z")]
    for wrap in WRAPPERS:
        yield page(rows, wrap=wrap)
        yield page(rows[:1], datatype="sygehus", wrap=wrap)
    yield from (REGIONS, REGIONS_XML)
