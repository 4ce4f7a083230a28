"""Encodings of Sor.xml: those that the caller names, and those that a document declares."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sorparse
from support.xml import document, hospital, option, owner, read, unit

CONTENT = document(owner(hospital(unit(name="Æ-afsnit"))))
TEXT = CONTENT.decode()


def declaring(encoding: str, *, spaces: int = 1) -> bytes:
    """The document in an encoding, with an attribute of its own, after a declaration in ASCII."""
    text = document(
        owner(hospital(unit(more=(option(), '<s:LocalCode scheme="q">x</s:LocalCode>'))))
    ).decode()
    start, end = text.split("?>", 1)
    start = start.replace(' encoding="utf-8"', f'{" " * spaces}encoding="{encoding}"')
    if encoding == "utf-7":
        return f"{start}?>".encode() + end.encode("utf-7").replace(b"<", b"+ADw-").replace(
            b"=", b"+AD0-"
        )
    return f"{start}?>".encode() + end.encode(encoding)


@pytest.mark.parametrize(
    "name",
    ["latin-1", "latin1", "iso8859-1", "ISO-8859-1", "cp1252", "windows-1252", "iso8859_15"],
)
def test_python_s_names_of_one_byte_encodings(name: str) -> None:
    found, issues = read(TEXT.encode(name), encoding=name)
    assert [entity.name for entity in found] == ["Enhed", "Enhed", "Æ-afsnit"]
    assert not issues


@pytest.mark.parametrize("name", ["utf-8", "utf8", "utf_8", "utf-8-sig", "UTF-8"])
def test_python_s_names_of_utf_8(name: str) -> None:
    found, issues = read(CONTENT, encoding=name)
    assert found[2].name == "Æ-afsnit"
    assert not issues


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be", "utf-16", "utf_16_le", "UTF-16LE"])
def test_python_s_names_of_utf_16(name: str) -> None:
    found, issues = read(TEXT.replace(' encoding="utf-8"', "").encode(name), encoding=name)
    assert found[2].name == "Æ-afsnit"
    assert not issues


@pytest.mark.parametrize("name", ["nonsense", "hex", "", "utf-7", "cp037", "x" * 10_000])
@pytest.mark.parametrize("make", [bytes, io.BytesIO])
def test_an_encoding_with_which_xml_is_not_read(make: Callable[[bytes], Any], name: str) -> None:
    with pytest.raises(sorparse.SorFileError, match="XML is not read with the encoding") as error:
        sorparse.open(make(CONTENT), encoding=name)
    assert len(str(error.value)) < 300


def described(content: bytes) -> object:
    with sorparse.open(content) as feed:
        return feed.describe()


def validated(content: bytes) -> object:
    return read(content, validate=True)


@pytest.mark.parametrize("function", [read, validated, described, sorparse.validate])
@pytest.mark.parametrize("encoding", ["utf-7", "cp037", "iso2022_kr"])
@pytest.mark.parametrize("spaces", [1, 3_000])
def test_markup_that_is_not_written_in_ascii(
    function: Callable[[bytes], object], encoding: str, spaces: int
) -> None:
    content = declaring(encoding, spaces=spaces)
    with pytest.raises(sorparse.SorFileError, match=f"names the encoding '{encoding}'"):
        function(content)


@pytest.mark.parametrize("encoding", ["nonsense", "os", "x" * 3_000])
def test_an_encoding_that_no_one_knows(encoding: str) -> None:
    content = CONTENT.replace(b'"utf-8"', f'"{encoding}"'.encode())
    with pytest.raises(sorparse.SorFileError, match="names the encoding") as error:
        read(content)
    assert len(str(error.value)) < 300


@pytest.mark.parametrize("encoding", ["utf-7", "nonsense", "\u00fc"])
def test_the_error_names_file_and_line(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "Sor.xml"
    other = CONTENT.replace(b'"utf-8"', f'"{encoding}"'.encode("latin-1"))
    path.write_bytes(declaring(encoding) if encoding == "utf-7" else other)
    shown = encoding if encoding.isascii() else "\ufffd"
    for function in (sorparse.open, sorparse.validate):
        with pytest.raises(sorparse.SorFileError) as error:
            function(path)
        assert str(error.value) == (
            f"{path}:1: the XML declaration names the encoding {shown!r}, with which the file "
            "cannot be read; pass the right one with encoding="
        )


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b""])
def test_a_declaration_after_a_byte_order_mark(mark: bytes) -> None:
    content = mark + CONTENT.replace(b'"utf-8"', b'"utf-7"')
    with pytest.raises(sorparse.SorFileError, match="names the encoding 'utf-7'"):
        read(content)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_a_document_in_utf_16_that_declares_another_encoding(encoding: str) -> None:
    content = TEXT.replace('"utf-8"', '"utf-7"').encode(encoding)
    with pytest.raises(sorparse.SorFileError, match="names the encoding"):
        read(content)


def test_only_the_declaration_declares_an_encoding() -> None:
    plain = CONTENT.replace(b' encoding="utf-8"', b"")
    instruction = plain.replace(b"<SorTree ", b'<?x  encoding="utf-7"?><SorTree ')
    assert read(instruction)[0][2].name == "Æ-afsnit"
    attribute = CONTENT.partition(b"?>")[2].replace(b"<SorTree ", b'<SorTree encoding="utf-7" ')
    assert read(attribute)[0][2].name == "Æ-afsnit"


@pytest.mark.parametrize(
    ("content", "encoding", "bom"),
    [
        (CONTENT.partition(b"?>")[2].lstrip(), "utf-8", False),
        (CONTENT.replace(b'"utf-8"', b'"UTF-8"'), "utf-8", False),
        (b"\xef\xbb\xbf" + CONTENT, "utf-8", True),
        (TEXT.replace('"utf-8"', '"utf-16"').encode("utf-16"), "utf-16-le", True),
    ],
)
def test_the_encoding_that_describe_shows(content: bytes, encoding: str, bom: bool) -> None:
    with sorparse.open(content) as feed:
        table = feed.describe().tables[0]
    assert (table.encoding, table.bom) == (encoding, bom)


def test_a_declared_encoding_of_one_byte() -> None:
    content = TEXT.replace('"utf-8"', '"windows-1252"').encode("cp1252")
    assert read(content)[0][2].name == "Æ-afsnit"
    with sorparse.open(content) as feed:
        assert feed.describe().tables[0].encoding == "windows-1252"


def test_the_declared_encoding_of_a_document_in_utf_16() -> None:
    content = TEXT.replace('"utf-8"', '"utf-16"').encode("utf-16")
    assert read(content)[0][2].name == "Æ-afsnit"
    assert sorparse.validate(content) is not None
