"""Sources that are validated, and content that is refused before its values are looked at."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest

import sorparse
from sorparse import Limits, SorFileError, UnrecognisedFormatError
from support.validation import FULL_1, FULL_2, line_of, owner, replaced, tree


def test_every_kind_of_source(tmp_path: Path) -> None:
    file = tmp_path / "Sor.xml"
    file.write_bytes(FULL_2)
    zipped = tmp_path / "zip" / "Sor.zip"
    zipped.parent.mkdir()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("SorDataCodeTypes.xml", "<SorDataCodeTypes/>")
        archive.writestr("sor.XML", FULL_2)
        archive.writestr("readme.txt", "hej")
    for source in (file, str(file), tmp_path / "zip", zipped, FULL_2, io.BytesIO(FULL_2)):
        assert sorparse.validate(source).valid, source
    assert str(sorparse.validate(zipped).file).endswith("Sor.zip/sor.XML")


def test_a_stream_that_can_be_read_once() -> None:
    def through_a_pipe(document: bytes) -> sorparse.ValidationReport:
        reading, writing = os.pipe()
        with os.fdopen(writing, "wb") as out:
            out.write(document[:60_000])  # no more than a pipe holds
        with os.fdopen(reading, "rb") as stream:
            return sorparse.validate(stream)

    small = tree(owner())
    assert through_a_pipe(small).valid
    (issue,) = through_a_pipe(replaced(small, "13B", "13-15")).errors
    assert issue.line == line_of(small, "13B")


def test_utf_16_and_a_byte_order_mark() -> None:
    text = '<?xml version="1.0" encoding="UTF-16"?>\n' + FULL_2.decode()
    assert sorparse.validate(text.encode("utf-16")).valid
    assert sorparse.validate(b"\xef\xbb\xbf" + FULL_2).valid


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty, where a SorTree document was expected"),
        (b"SorId;EntityName\r\n1;x\r\n", "is not XML (it begins with 'SorId;EntityName')"),
        (b"<html><body/></html>", "is XML with the root element html, where SorTree was expected"),
        (b'<SorTree xmlns="urn:x"/>', "a SorTree in the namespace urn:x"),
        (b"<SorTree/>", "a SorTree in the namespace (none)"),
    ],
)
def test_what_is_no_sor_xml(content: bytes, words: str) -> None:
    with pytest.raises(UnrecognisedFormatError) as caught:
        sorparse.validate(content)
    assert words in str(caught.value)


def test_a_folder_without_and_with_too_many_documents(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a;b")
    (tmp_path / "b.xml").write_text("<b/>")
    with pytest.raises(UnrecognisedFormatError, match="holds no SOR XML document"):
        sorparse.validate(tmp_path)
    (tmp_path / "Sor.xml").write_bytes(FULL_2)
    (tmp_path / "old.xml").write_bytes(FULL_1)
    with pytest.raises(UnrecognisedFormatError, match="holds 2 SorTree documents"):
        sorparse.validate(tmp_path)


def test_broken_xml_says_where_and_what_was_found_before_it() -> None:
    document = tree(owner().replace("13B", "13-15"), owner(sor_id="1071000016005"))
    cut = document[: document.rindex(b"<HealthInstitution>")]
    with pytest.raises(SorFileError) as caught:
        sorparse.validate(cut)
    assert caught.value.line == cut.count(b"\n") + 1
    assert "is not well-formed XML" in str(caught.value)
    assert "before it 1 owners were checked and 1 faults found" in str(caught.value)
    assert "StreetBuildingIdentifier '13-15'" in str(caught.value)
    with pytest.raises(SorFileError, match="is not well-formed XML"):
        sorparse.validate(cut, places=False)
    with pytest.raises(SorFileError, match="is not well-formed XML"):
        sorparse.validate(b"<SorTree")
    with pytest.raises(SorFileError, match="without a fault"):
        sorparse.validate(replaced(document, "13-15", "13").replace(b"</SorTree>", b"</Sor>"))


def test_doctype_and_entities_are_refused() -> None:
    bomb = b'<!DOCTYPE SorTree [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
    with pytest.raises(SorFileError, match="DOCTYPE"):
        sorparse.validate(bomb + FULL_2.replace(b"Ejer", b"&b;"))


def test_depth_is_bounded() -> None:
    deep = "<OrganizationalUnitEntity>" * 400 + "</OrganizationalUnitEntity>" * 400
    with pytest.raises(SorFileError, match=r"nested deeper than Limits.max_depth \(256\)"):
        sorparse.validate(tree(owner(deep)))
    assert not sorparse.validate(tree(owner(deep)), limits=Limits(max_depth=1000)).valid
