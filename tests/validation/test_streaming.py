"""Constant memory, true lines however long the document, and validation while reading."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

import sorparse
from sorparse import Issue, Limits, SorFileError
from sorparse.validation import OwnerValidator
from sorparse.validation.owners import is_owner
from sorparse.xml.lines import true_line
from support.paths import SRC, TESTS
from support.validation import FULL_2, HEAD_2, NSI, line_of, owner, replaced, tree, unit

OWNER_TAG = f"{{{NSI}}}InstitutionOwnerEntity"


def read(document: bytes, validator: OwnerValidator, **options: Any) -> Iterator[Issue]:
    """Read as the XML reader does: an owner at a time, pruned behind it."""
    events = etree.iterparse(io.BytesIO(document), events=("end",), tag=OWNER_TAG, **options)
    for _, element in events:
        if not is_owner(element):
            continue
        yield from validator.check(element)
        element.clear(keep_tail=True)
        parent = element.getparent()
        assert parent is not None
        while element.getprevious() is not None:
            del parent[0]
    assert events.root is not None
    yield from validator.finish(events.root)


def test_reading_gives_what_validating_gives() -> None:
    document = tree(
        owner(unit().replace("13B", "13-15", 1)),
        "<Foo/>\n",
        owner(unit(unit()).replace("2015-05-01", "x", 1)),
    )
    document = replaced(document, "2026-06-15</sor1:SnapshotDate>", "</sor1:SnapshotDate>")
    validator = OwnerValidator.for_document(NSI, file="Sor.xml", severity="error")
    while_reading = list(read(document, validator))
    report = sorparse.validate(document)
    assert [(i.line, i.code, i.message) for i in while_reading] == [
        (i.line, i.code, i.message) for i in report.errors
    ]
    assert report.fault_count == validator.log.count == 4
    assert {issue.file for issue in while_reading} == {"Sor.xml"}
    assert validator.owners == 2


def test_a_valid_document_gives_nothing_to_tell() -> None:
    assert list(read(FULL_2, OwnerValidator.for_document(NSI))) == []
    assert list(read(FULL_2, OwnerValidator.for_document(NSI), remove_blank_text=True)) == []


def test_equal_faults_are_reported_three_times_and_summed_up_at_the_end() -> None:
    bad = unit().replace("13B", "13-15", 1)
    document = tree(owner(bad * 30), owner(bad * 30))
    issues = list(read(document, OwnerValidator.for_document(NSI)))
    assert len(issues) == 4
    assert {issue.severity for issue in issues} == {"warning"}
    assert [issue.line for issue in issues[:3]] == [
        line_of(document, "13-15", nth) for nth in (1, 2, 3)
    ]
    assert "(60 times, first at line" in issues[3].message


def test_a_document_without_owners_and_its_head() -> None:
    (issue,) = read(tree(), OwnerValidator.for_document(NSI))
    assert issue.message == "SorTree lacks the element InstitutionOwnerEntity"


def test_a_schema_that_cannot_be_used_is_refused_before_reading(tmp_path: Path) -> None:
    with pytest.raises(SorFileError, match="no such file"):
        OwnerValidator.for_document(NSI, schema=tmp_path / "missing")


def test_an_owner_inside_an_owner_is_reported_once_while_reading() -> None:
    document = tree(owner(owner().replace("13B", "13-15", 1)))
    (issue,) = read(document, OwnerValidator.for_document(NSI))
    assert issue.line == line_of(document, "<InstitutionOwnerEntity>", 2)


# -- lines ----------------------------------------------------------------------------------------


def test_lines_beyond_what_libxml2_keeps() -> None:
    """An element's line saturates at 65,535 in libxml2; here every kind of fault lies beyond."""
    blank = "\n" * 70_000
    faulty = (
        unit()
        .replace("13B", "13-15", 1)
        .replace("<EanLocationCodeOption>", "<Foo>\n\n<a/></Foo>\n<EanLocationCodeOption>")
        .replace("<sor1:LocalCode>A1</sor1:LocalCode>\n", "<!-- two\nlines -->\n")
        .replace("<ClinicalSpeciality>", "<ClinicalSpeciality >", 1)
        .replace("<SpecialityIdentifier>394594003</SpecialityIdentifier>\n", "")
        .replace("<OrganizationalUnitInformation>", "<Bar/>\n<OrganizationalUnitInformation>")
    )
    document = tree(owner(), blank, owner(faulty))
    found = {i.message.split(" is ")[0].split(" lacks")[0]: i.line for i in faults_of(document)}
    assert found == {
        "Foo": line_of(document, "<Foo>"),
        "Bar": line_of(document, "<Bar/>"),
        "ClinicalSpeciality": line_of(document, "<ClinicalSpeciality >"),
        "StreetBuildingIdentifier '13-15'": line_of(document, "13-15"),
    }
    assert min(line for line in found.values() if line) > 70_000


def faults_of(document: bytes) -> tuple[Issue, ...]:
    return sorparse.validate(document).errors


def test_every_line_is_true_in_a_long_tree() -> None:
    document = tree("<!-- \n -->" * 40_000, owner(unit(unit())))
    root = etree.fromstring(document)
    text = document.decode().split("\n")
    for element in root.iter("*"):
        line = true_line(element)
        assert line is not None
        name = etree.QName(element).localname
        if element is not root:
            assert f"{name}>" in text[line - 1] or f"{name} " in text[line - 1], (line, name)


def test_a_line_is_found_after_many_that_are_not() -> None:
    """Elements without a text beyond line 65,535 have no line; later ones with a text have one."""
    empty = "<OrganizationalUnitEntity><OrganizationalUnit/></OrganizationalUnitEntity>\n"
    faulty = unit().replace("13B", "13-15", 1)
    document = tree("\n" * 70_000, owner(empty * 2_000 + faulty))
    report = sorparse.validate(document)
    assert {i.line is None for i in report.occurrences[100:5_000]} == {True}
    assert report.occurrences[-1].line == line_of(document, "13-15")


def test_the_order_of_libxml2_s_errors_is_put_right() -> None:
    """It reports what a parent lacks after the errors inside it."""
    document = tree(owner(unit().replace("<EntityTypeIdentifier>309904001", "<X/><Ent>", 0)))
    document = replaced(document, "<sor1:EntityName>Afdeling</sor1:EntityName>\n", "")
    document = replaced(document, "A1</sor1:LocalCode>", "</sor1:LocalCode>")
    lines = [issue.line for issue in faults_of(document)]
    assert lines == sorted(line for line in lines if line is not None)
    assert len(lines) == 2


# -- size -----------------------------------------------------------------------------------------

_CHILD = """
import sys, threading, os
sys.path[:0] = {path!r}
import sorparse
from support.validation import HEAD_2, owner, unit

def produce(fd):
    good = owner("".join(unit() for _ in range(40)))
    bad = owner(unit().replace("13B", "13-15", 1))
    with os.fdopen(fd, "wb") as out:
        out.write(HEAD_2.encode())
        size = 0
        while size < {megabytes} * 1_000_000:
            text = (good + bad).encode()
            out.write(text)
            size += len(text)
        out.write(b"</SorTree>")

def once():
    reading, writing = os.pipe()
    thread = threading.Thread(target=produce, args=(writing,))
    thread.start()
    with os.fdopen(reading, "rb") as stream:
        report = sorparse.validate(stream)
    thread.join()
    return report

report = once()
assert report.fault_count > 10, report
assert len(report.errors) == 1
# not ru_maxrss, which a child takes over from the process that started it
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_memory_does_not_grow_with_the_document() -> None:
    path = [str(SRC), str(TESTS)]
    peaks = {}
    for megabytes in (5, 45):
        code = _CHILD.format(path=path, megabytes=megabytes)
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        peaks[megabytes] = int(done.stdout) / 1024
    assert peaks[45] < 60
    assert peaks[45] < peaks[5] + 8


def test_a_unit_beyond_the_limits_is_refused() -> None:
    limits = Limits(max_unit_elements=1_000)
    document = (HEAD_2 + "<Foo>x</Foo>" * 40_000 + "</SorTree>").encode()
    with pytest.raises(SorFileError, match=r"Limits\.max_unit_elements \(1000\)"):
        sorparse.validate(document, limits=limits)


def test_an_owner_with_too_many_other_elements_is_refused() -> None:
    """Units are freed once they are validated; what is between them is not."""
    limits = Limits(max_unit_elements=1_000)
    inside = "<HealthInstitution/><n/>" * 60_000
    document = (
        f"{HEAD_2}<InstitutionOwnerEntity><HealthInstitutionEntity>{inside}"
        "</HealthInstitutionEntity></InstitutionOwnerEntity></SorTree>"
    ).encode()
    with pytest.raises(SorFileError, match="more than 2,000 at once"):
        sorparse.validate(document, limits=limits)


def test_an_owner_of_many_units_with_few_elements_each_is_not_refused() -> None:
    limits = Limits(max_unit_elements=1_000)
    many = unit().replace("13B", "13-15", 1) * 900
    report = sorparse.validate(tree(owner(many)), limits=limits)
    assert report.fault_count == 900
