"""Broken, truncated and hostile XML: what comes before the fault, then one clear error."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import sorparse
from sorparse import Limits, SorFileError
from sorparse.formats.base import ReadOptions
from sorparse.formats.sor_xml.readers import EntitiesReader
from sorparse.sources import open_source
from support.csv_files import sor_id
from support.xml import (
    HOSPITAL,
    INNER,
    OWNER,
    POSTAL,
    UNIT,
    V2,
    VIRTUAL,
    body,
    document,
    hospital,
    line_of,
    option,
    owner,
    read,
    unit,
)

REGISTER = document(owner(hospital(unit(), unit(sor_id=INNER))))


def units_before_fault(content: bytes) -> tuple[list[str], SorFileError]:
    found: list[str] = []
    try:
        with sorparse.open(content) as feed:
            for record in feed.entities():
                found.append(record.sor_id)  # noqa: PERF401 - what came before the error counts
    except SorFileError as error:
        return found, error
    pytest.fail("no error")


def test_a_truncated_document_gives_what_was_complete() -> None:
    at = REGISTER.index(INNER.encode())  # inside the last unit of an owner that does not end
    found, error = units_before_fault(REGISTER[:at])
    assert found == [OWNER, HOSPITAL, UNIT]
    assert error.line == line_of(REGISTER, INNER)
    assert error.column is not None
    assert "ends too early" in str(error)


def test_a_document_cut_anywhere_gives_only_whole_units() -> None:
    whole = [u.sor_id for u in read(REGISTER)[0]]
    for at in range(len(V2.encode()) + 50, len(REGISTER) - 2, 37):
        found, error = units_before_fault(REGISTER[:at])
        assert found == whole[: len(found)]
        assert error.line is not None


def test_a_fault_far_behind_is_reported_after_everything_before_it() -> None:
    owners = [owner(hospital(sor_id=sor_id(2000 + n)), sor_id=sor_id(1000 + n)) for n in range(200)]
    content = document(*owners)
    at = content.rindex(b"<s:FromDate>")
    broken = content[:at] + b"<s:From Date>" + content[at + len(b"<s:FromDate>") :]
    found, error = units_before_fault(broken)
    assert len(found) == 399
    assert error.line == line_of(content, "<s:FromDate>", 400)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"Enhed", b"En\0hed"),
        (b"Enhed", b"En\xffhed"),
        (b"Enhed", b"En & hed"),
        (b"Enhed", b"En&unknown;hed"),
        (b"</s:EntityName>", b"</s:Entityname>"),
        (b"<s:EntityName>", b"<t:EntityName>"),
    ],
    ids=["nul", "encoding", "ampersand", "entity", "tags", "prefix"],
)
def test_malformed_xml_is_one_clear_error(before: bytes, after: bytes) -> None:
    at = REGISTER.rindex(before)
    content = REGISTER[:at] + after + REGISTER[at + len(before) :]
    if before == b"<s:EntityName>":
        at = content.rindex(b"Enhed</s:")
        content = content[:at] + content[at:].replace(b"</s:", b"</t:", 1)
    found, error = units_before_fault(content)
    assert found[:2] == [OWNER, HOSPITAL]
    assert error.line is not None
    assert str(error).startswith("<bytes>:")


def test_bytes_after_the_end_are_an_error() -> None:
    found, _ = units_before_fault(REGISTER + b"<more/>")
    assert len(found) == 4


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE SorTree [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE SorTree SYSTEM "http://127.0.0.1:1/x.dtd">',
        '<!DOCTYPE SorTree [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        "<!DOCTYPE SorTree>",
        "<!-- a --><?b c?>\n<!DOCTYPE SorTree [<!ATTLIST SorTree x CDATA 'y'>]>",
    ],
)
def test_a_document_type_is_refused(doctype: str) -> None:
    content = document(owner(name="&b;")).replace(b"<SorTree", doctype.encode() + b"<SorTree", 1)
    with pytest.raises(SorFileError, match="DOCTYPE"):
        sorparse.open(content)
    utf16 = content.decode().replace("utf-8", "utf-16").encode("utf-16")
    with pytest.raises(SorFileError, match="DOCTYPE"):
        sorparse.open(utf16)


def test_a_document_type_behind_a_long_comment_is_refused(tmp_path: Path) -> None:
    comment = b"<!--" + b"x" * 200_000 + b"-->"
    content = REGISTER.replace(b"<SorTree", comment + b"<!DOCTYPE SorTree><SorTree", 1)
    path = tmp_path / "Sor.xml"
    path.write_bytes(content)
    with pytest.raises(SorFileError), sorparse.open(path) as feed:
        list(feed.entities())


def test_a_long_comment_before_the_root_is_no_hindrance() -> None:
    content = REGISTER.replace(b"<SorTree", b"<!--" + b"x" * 30_000 + b"--><SorTree", 1)
    assert read(content) == read(REGISTER)


@pytest.mark.parametrize("named", ["x-unknown", "UTF-9", "utf_8", "utf-16"])
@pytest.mark.parametrize("mark", [b"<?xml", b"<?xml  "])
def test_an_encoding_that_is_none_is_named_with_its_place(named: str, mark: bytes) -> None:
    content = sorparse.examples.sor_xml.read_bytes().removeprefix(b"\xef\xbb\xbf")
    content = content.replace(b"utf-8", named.encode(), 1).replace(b"<?xml", mark, 1)
    with pytest.raises(sorparse.SorFileError) as error:
        sorparse.open(content)
    assert str(error.value) == (
        f"<bytes>:1: the XML declaration names the encoding {named!r}, with which the file cannot "
        "be read; pass the right one with encoding="
    )
    whole, _ = read(sorparse.examples.sor_xml.read_bytes())
    assert read(content, encoding="utf-8")[0] == whole


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "iso-8859-1", "windows-1252"])
def test_other_encodings_are_read(encoding: str) -> None:
    text = document(owner(hospital(unit()), name="Æblegården Ø"), owner(sor_id=INNER)).decode()
    declared = "utf-16" if encoding.startswith("utf-16") else encoding
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    content = (mark + text.replace("utf-8", declared)).encode(encoding)
    assert read(content) == read(text.encode())


def test_a_wrong_declaration_can_be_overruled() -> None:
    content = document(owner(name="Æblegården")).decode().encode("windows-1252")
    none, error = units_before_fault(content)
    assert none == []
    assert error.line is not None
    found, _ = read(content, encoding="windows-1252")
    assert found[0].name == "Æblegården"


def test_nesting_beyond_the_limit_is_an_error_with_its_line() -> None:
    inner = ""
    for number in range(60, 0, -1):
        inner = unit(inner, sor_id=sor_id(5000 + number))
    content = document(owner(hospital(inner)))
    assert len(read(content)[0]) == 62
    with (
        sorparse.open(content, limits=Limits(max_depth=30)) as feed,
        pytest.raises(SorFileError, match="max_depth") as limit,
    ):
        list(feed.entities())
    assert limit.value.line is not None


@pytest.mark.parametrize("depth", [500, 5_000, 200_000])
@pytest.mark.parametrize("place", ["unit", "tree", "root"])
def test_hostile_nesting_is_an_error(depth: int, place: str) -> None:
    deep = "<a>" * depth + "</a>" * depth
    if place == "unit":
        content = document(owner(hospital(unit(more=(option(), deep)))))
    else:
        mark = "</HealthInstitutionEntity>" if place == "tree" else "</SorTree>"
        content = document(owner(hospital(unit()))).decode().replace(mark, deep + mark).encode()
    # the events of older versions of libxml2 come in larger pieces, which hold too many elements
    limit = "nested deeper|max_unit_elements" if depth > 100_000 else "nested deeper"
    with sorparse.open(content) as feed, pytest.raises(SorFileError, match=limit):
        list(feed.entities())


def test_a_unit_outside_the_tree_is_an_error() -> None:
    content = V2 + f"<InstitutionOwner>{body(OWNER)}</InstitutionOwner></SorTree>"
    found, error = units_before_fault(content.encode())
    assert found == []
    assert "outside the tree" in str(error)


def test_an_empty_tree_has_no_units() -> None:
    found, issues = read(document())
    assert (found, [issue.code for issue in issues]) == ([], ["no-entities"])


def test_the_complete_owners_can_be_looked_at_while_reading() -> None:
    content = document(owner(hospital(unit())), owner(sor_id=INNER))
    seen: list[tuple[str, int]] = []
    member = open_source(content).members[0]
    reader = EntitiesReader(
        member,
        ReadOptions(),
        on_owner=lambda element: seen.append((str(element.tag), sum(1 for _ in element.iter()))),
    )
    records = [record for _, record in reader.numbered()]
    assert records == read(content)[0]
    assert [tag for tag, _ in seen] == ["{urn:oio:nsi:2.0.0}InstitutionOwnerEntity"] * 2
    assert seen[0][1] > 2 * seen[1][1] - 10  # whole: nothing was taken out before


_MEASURE = """
import resource, sys
import sorparse
from sorparse.limits import Limits
count = 0
with sorparse.open(sys.argv[1], limits=Limits(max_ratio=10_000)) as feed:
    before = None
    for unit in feed.entities():
        count += 1
        if count == 2_000:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert not feed.issues
print(count, before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.parametrize("one_owner", [False, True])
def test_memory_does_not_grow_with_the_document(tmp_path: Path, one_owner: bool) -> None:
    """30 MB of units, in many owners or in one, are read in the memory of a few."""
    path = tmp_path / "Sor.zip"
    made = 0
    end = "</InstitutionOwnerEntity>"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("Sor.xml", "w") as stream,
    ):
        stream.write(V2.encode())
        while made < 16_000:
            if made == 0 or not one_owner:
                stream.write(owner(sor_id=sor_id(10_000 + made)).removesuffix(end).encode())
                made += 1
            more = (option(), POSTAL, VIRTUAL)
            below = [unit(sor_id=sor_id(100_000 + made + n), more=more) for n in range(100)]
            stream.write(hospital(*below, sor_id=sor_id(10_000 + made)).encode())
            made += 101
            if not one_owner:
                stream.write(end.encode())
        stream.write((end if one_owner else "").encode() + b"</SorTree>")
    with zipfile.ZipFile(path) as archive:
        assert archive.getinfo("Sor.xml").file_size > 15_000_000
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(path)], check=True, capture_output=True, text=True
    )
    count, before, after = (int(number) for number in done.stdout.split())
    assert count == made
    assert after - before < 8 * 1024  # KiB
