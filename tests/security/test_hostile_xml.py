"""Hostile documents: each is one clear error or issue, in bounded memory and time.

Each is read, and each is checked against the schema: both are ways in.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

import sorparse
from sorparse import examples
from support.csv_files import zipped
from support.hostile import MEGABYTE, bounded, read_bounded

WHOLE = examples.sor_xml.read_bytes().removeprefix(b"\xef\xbb\xbf")
DECLARATION, REST = WHOLE.split(b"?>", 1)
DECLARATION += b"?>"
# a place in a text, the name of the first unit
NAME = "Fonden Det Første Hus".encode()
BEFORE, AFTER = WHOLE.split(NAME, 1)

needs_reader = pytest.mark.skipif(
    find_spec("sorparse.formats.sor_xml") is None, reason="XML is not read yet"
)


def validate_bounded(path: Path, megabytes: int = 200, seconds: int = 60) -> str:
    """Check a document; prints what it came to."""
    return bounded(
        """
        import sys
        import sorparse
        try:
            report = sorparse.validate(sys.argv[1])
            print("valid" if report.valid else f"{len(report.errors)} errors")
        except sorparse.SorError as error:
            print(type(error).__name__, str(error).replace(sys.argv[1], "FILE")[:500])
        """,
        path,
        megabytes=megabytes,
        seconds=seconds,
    )


@pytest.fixture(params=[pytest.param("open", marks=needs_reader), "validate"])
def way(request: pytest.FixtureRequest) -> str:
    """The two ways in."""
    return str(request.param)


def outcome(way: str, path: Path, megabytes: int = 250) -> str:
    return (read_bounded if way == "open" else validate_bounded)(path, megabytes)


def written(path: Path, *parts: bytes | tuple[bytes, int]) -> Path:
    with path.open("wb") as target:
        for part in parts:
            content, times = part if isinstance(part, tuple) else (part, 1)
            for _ in range(times):
                target.write(content)
    return path


def laughs() -> bytes:
    entities = b'<!ENTITY a0 "ha">' + b"".join(
        b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 15)
    )
    return b"<!DOCTYPE SorTree [" + entities + b"]>"


DOCTYPES = {
    "empty": b"<!DOCTYPE SorTree>",
    "external": b'<!DOCTYPE SorTree SYSTEM "file:///etc/passwd">',
    "public": b'<!DOCTYPE SorTree PUBLIC "x" "http://127.0.0.1:9/x.dtd">',
    "laughs": laughs(),
    "quadratic": b'<!DOCTYPE SorTree [<!ENTITY a0 "' + b"x" * 100_000 + b'">]>',
    "file entity": b'<!DOCTYPE SorTree [<!ENTITY a0 SYSTEM "file:///etc/passwd">]>',
    "http entity": b'<!DOCTYPE SorTree [<!ENTITY a0 SYSTEM "http://127.0.0.1:9/x">]>',
    "parameter": b'<!DOCTYPE SorTree [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
    "default": b'<!DOCTYPE SorTree [<!ATTLIST SorTree x CDATA "y">]>',
}


@pytest.mark.parametrize("name", DOCTYPES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_a_document_type_is_refused(tmp_path: Path, way: str, name: str, encoding: str) -> None:
    text = DECLARATION + DOCTYPES[name] + REST.replace(NAME, b"&a14;&a0;" * 3)
    if encoding != "utf-8":
        declared = text.decode().replace('encoding="utf-8"', 'encoding="utf-16"')
        mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
        text = mark + declared.encode(encoding)
    path = written(tmp_path / "Sor.xml", text)
    said = outcome(way, path)
    assert "Error FILE" in said
    words = ("DOCTYPE", "document type", "subset", "no root element", "broken XML")
    assert any(word in said for word in words)
    assert "root:" not in said


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a named pipe")
@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE SorTree SYSTEM "{}">',
        '<!DOCTYPE SorTree PUBLIC "x" "{}">',
        '<!DOCTYPE SorTree [<!ENTITY a0 SYSTEM "{}">]>',
        '<!DOCTYPE SorTree [<!ENTITY % p SYSTEM "{}"> %p;]>',
        '<?xml-stylesheet href="{}"?>',
    ],
)
def test_no_file_is_opened_for_a_document(tmp_path: Path, way: str, doctype: str) -> None:
    # who opens a named pipe that nobody writes to waits for ever
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    text = DECLARATION + doctype.format(pipe.as_uri()).encode() + REST.replace(NAME, b"&a0;")
    assert "Error" in outcome(way, written(tmp_path / "Sor.xml", text))


def test_an_entity_without_a_document_type(tmp_path: Path, way: str) -> None:
    path = written(tmp_path / "Sor.xml", BEFORE, b"&a0;", AFTER)
    assert "FileError" in outcome(way, path)


def test_a_million_elements_deep(tmp_path: Path, way: str) -> None:
    path = written(tmp_path / "Sor.xml", BEFORE, (b"<a>", 1_000_000), (b"</a>", 1_000_000), AFTER)
    assert "FileError" in outcome(way, path)


def test_deep_from_the_root_on(tmp_path: Path, way: str) -> None:
    path = written(tmp_path / "Sor.xml", DECLARATION, (b"<SorTree>", 1_000_000))
    assert "Error" in outcome(way, path)


def test_a_text_of_100_megabytes(tmp_path: Path, way: str) -> None:
    path = written(tmp_path / "Sor.xml", BEFORE, (b"x" * MEGABYTE, 100), AFTER)
    said = outcome(way, path, 500)
    assert "Error" in said or "too-long" in said or "errors" in said


def test_a_comment_of_100_megabytes(tmp_path: Path, way: str) -> None:
    path = written(tmp_path / "Sor.xml", BEFORE, b"<!--", (b"x" * MEGABYTE, 100), b"-->", AFTER)
    assert outcome(way, path, 500)


def test_an_attribute_of_100_megabytes(tmp_path: Path, way: str) -> None:
    before, after = WHOLE.split(b"<InstitutionOwner>", 1)
    start = before + b'<InstitutionOwner x="'
    path = written(tmp_path / "Sor.xml", start, (b"x" * MEGABYTE, 100), b'">', after)
    assert outcome(way, path, 500)


def test_a_hundred_thousand_attributes(tmp_path: Path, way: str) -> None:
    before, after = WHOLE.split(b"<InstitutionOwner>", 1)
    many = b" ".join(b'a%d="x"' % n for n in range(100_000))
    path = written(tmp_path / "Sor.xml", before, b"<InstitutionOwner ", many, b">", after)
    assert outcome(way, path, 500)


def test_many_unknown_elements(tmp_path: Path, way: str) -> None:
    path = written(tmp_path / "Sor.xml", BEFORE, (b"<ny>x</ny>" * 1000, 30), AFTER)
    assert outcome(way, path, 500)


def test_an_owner_that_never_ends(tmp_path: Path, way: str) -> None:
    unit = REST.split(b"<InstitutionOwnerEntity>", 2)[1].split(b"</InstitutionOwnerEntity>")[0]
    head = WHOLE[: WHOLE.index(b"<InstitutionOwnerEntity>")]
    inner = (b"<InstitutionOwnerEntity>" + unit, 150)
    path = written(tmp_path / "Sor.xml", head, inner)
    assert "Error" in outcome(way, path, 300)


@pytest.mark.parametrize(
    "instruction",
    [b'<?xml-stylesheet href="file:///etc/passwd"?>', b"<?php system('id') ?>", b"<?a?>"],
)
def test_a_processing_instruction_does_nothing(
    tmp_path: Path, way: str, instruction: bytes
) -> None:
    expected = outcome(way, written(tmp_path / "plain.xml", WHOLE))
    path = written(tmp_path / "Sor.xml", DECLARATION, instruction, REST.replace(NAME, NAME))
    assert outcome(way, path) == expected


def test_an_xinclude_is_not_followed(tmp_path: Path, way: str) -> None:
    include = (
        b'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>'
    )
    path = written(tmp_path / "Sor.xml", BEFORE, include, AFTER)
    said = outcome(way, path)
    assert said
    assert "root:" not in said


def test_a_schema_location_is_not_fetched(tmp_path: Path) -> None:
    place = (
        b'<SorTree xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        b'xsi:schemaLocation="urn:oio:nsi:2.0.0 http://127.0.0.1:9/x.xsd" '
    )
    path = written(tmp_path / "Sor.xml", WHOLE.replace(b"<SorTree ", place, 1))
    assert "FileError" not in validate_bounded(path)


def in_utf16() -> Iterator[tuple[str, bytes]]:
    text = WHOLE.decode().replace('encoding="utf-8"', 'encoding="utf-16"', 1)
    yield "le", text.encode("utf-16")
    yield "be", b"\xfe\xff" + text.encode("utf-16-be")


@pytest.mark.parametrize(("name", "content"), list(in_utf16()), ids=["le", "be"])
def test_a_document_in_utf16_is_read_as_in_utf8(
    tmp_path: Path, way: str, name: str, content: bytes
) -> None:
    expected = outcome(way, written(tmp_path / "plain.xml", WHOLE))
    assert outcome(way, written(tmp_path / "Sor.xml", content)) == expected
    assert "Error" not in expected


@pytest.mark.parametrize("piece", [b"\xed\xa0\x80", b"\0", b"\xff", b"&#0;", b"&#xD800;", b"\x08"])
def test_what_is_no_character(tmp_path: Path, way: str, piece: bytes) -> None:
    path = written(tmp_path / "Sor.xml", BEFORE, piece, AFTER)
    said = outcome(way, path)
    assert "SorFileError FILE:" in said
    assert "FILE:8" in said


def test_an_encoding_that_there_is_not(tmp_path: Path, way: str) -> None:
    text = WHOLE.replace(b'encoding="utf-8"', b'encoding="klingon"', 1)
    assert "Error FILE" in outcome(way, written(tmp_path / "Sor.xml", text))


@pytest.mark.parametrize("share", [0.0001, 0.01, 0.3, 0.7, 0.999])
def test_a_document_cut_off(tmp_path: Path, way: str, share: float) -> None:
    path = written(tmp_path / "Sor.xml", WHOLE[: int(len(WHOLE) * share)])
    assert "Error" in outcome(way, path)


@needs_reader
def test_what_is_before_a_fault_is_given() -> None:
    cut = WHOLE[: len(WHOLE) // 2]
    with sorparse.open(WHOLE) as feed:
        expected = list(feed.entities())
    found: list[sorparse.SOREntity] = []
    with sorparse.open(cut) as feed, pytest.raises(sorparse.SorFileError):
        found.extend(feed.entities())
    assert found
    assert found == expected[: len(found)]


@needs_reader
def test_a_zip_of_nothing_but_hostile_documents() -> None:
    content = zipped({"Sor.xml": DECLARATION + laughs() + REST})
    with pytest.raises(sorparse.SorFileError):
        sorparse.open(content)
