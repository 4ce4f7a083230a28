"""Both engines report the same errors; what libxml2 cannot decide, xmlschema does."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
from lxml import etree

import sorparse
from sorparse import SorFileError, ValidationReport
from support.validation import (
    FULL_1,
    FULL_2,
    HEAD_2,
    NSI,
    each_element,
    each_swap,
    owner,
    replaced,
    tree,
    unit,
)

XS = "http://www.w3.org/2001/XMLSchema"
XSI = 'xmlns:i="http://www.w3.org/2001/XMLSchema-instance"'

Places = list[tuple[int | None, str, str | None, str | None, str]]


def places(report: ValidationReport) -> Places:
    return sorted(
        ((i.line, i.code, i.column, i.value, i.message) for i in report.occurrences), key=str
    )


def both(document: bytes) -> tuple[ValidationReport, ValidationReport]:
    first = sorparse.validate(document, engine="libxml2")
    second = sorparse.validate(document, engine="xmlschema")
    assert (first.engine, second.engine) == ("libxml2", "xmlschema")
    return first, second


DAMAGE = {
    "valid": ("Ejer", "Ejer"),
    "pattern": ("13B", "13-15"),
    "date": ("2015-05-01", "2015-02-30"),
    "boolean": (">true<", ">ja<"),
    "number": (">162<", ">MedCom<"),
    "range": (">162<", ">-1<"),
    "decimal": ("6347032.450", "6347032,450"),
    "too short": ("Ejer", ""),
    "too long": ("Ejer", "e" * 5000),
    "two rules": ("1031000016009", "1" * 5000),
    "time": ("2026-06-15T01:00:29.6269718+02:00", "now"),
    "missing": ("<sor1:EntityName>Ejer</sor1:EntityName>\n", ""),
    "unknown": ("<InstitutionOwner>", "<InstitutionOwner><Foo/>"),
    "other namespace": (
        "<sor1:EntityName>Ejer</sor1:EntityName>",
        "<EntityName>Ejer</EntityName>",
    ),
    "repeated": (
        "<sor1:LocalCode>A1</sor1:LocalCode>",
        "<sor1:LocalCode>A1</sor1:LocalCode><sor1:LocalCode>A2</sor1:LocalCode>",
    ),
    "misplaced": ("</InstitutionOwner>", "</InstitutionOwner><SorTree/>"),
    "text between elements": ("<OrganizationalUnit>", "<OrganizationalUnit>x"),
    "element in text": (">162<", "><b/>162<"),
    "missing attribute": (' scheme="iso3166-alpha2"', ""),
    "unknown attribute": ("<InstitutionOwner>", '<InstitutionOwner x="1">'),
    "bad attribute": ('"iso3166-alpha2"', '"dk"'),
    "root attribute": ("<SorTree", "<SorTree a='1'"),
    "text in the root": ("</SorTree>", "x</SorTree>"),
    "element in the root": ("</SorTree>", "<Foo/></SorTree>"),
    "no snapshot date": ("<sor1:SnapshotDate>2026-06-15</sor1:SnapshotDate>", ""),
}


@pytest.mark.parametrize(("old", "new"), DAMAGE.values(), ids=DAMAGE)
def test_both_engines_report_the_same(old: str, new: str) -> None:
    first, second = both(replaced(FULL_2, old, new))
    assert places(first) == places(second)
    assert first.errors == second.errors
    assert first.valid is (old == new)


def test_both_engines_agree_on_changed_structure() -> None:
    rng = random.Random(16)
    for full in (FULL_2, FULL_1):
        assert both(full)[1].valid
        changed = [document for document, _ in (*each_element(full), *each_swap(full))]
        for document in rng.sample(changed, 12):
            first, second = both(document)
            assert places(first) == places(second)


# -- what is known to differ ----------------------------------------------------------------------


def test_known_difference_nil() -> None:
    """An invalid xsi:nil is an invalid value for libxml2, and another error for xmlschema."""
    first, second = both(replaced(FULL_2, "<sor1:LocalCode>", f'<sor1:LocalCode {XSI} i:nil="x">'))
    assert not first.valid
    assert not second.valid
    assert [i.code for i in first.errors] == ["xsd-bad-value"]
    assert [i.code for i in second.errors] == ["xsd-other"]


def test_known_difference_type() -> None:
    """An xsi:type that does not exist is an error for libxml2; xmlschema cannot decide."""
    document = replaced(FULL_2, "<sor1:LocalCode>", f'<sor1:LocalCode {XSI} i:type="x">')
    assert not sorparse.validate(document).valid
    with pytest.raises(SorFileError, match="xmlschema cannot use the schema, or cannot decide"):
        sorparse.validate(document, engine="xmlschema")


# -- the choice of the engine ---------------------------------------------------------------------


def schema_with(folder: Path, body: str, extra: str = "") -> Path:
    file = folder / "root.xsd"
    file.write_text(
        f'<xs:schema xmlns:xs="{XS}" xmlns="{NSI}" xmlns:x="{NSI}" targetNamespace="{NSI}"'
        f' elementFormDefault="qualified">{extra}<xs:element name="SorTree">{body}</xs:element>'
        "</xs:schema>"
    )
    return file


def text_schema(folder: Path, pattern: str) -> Path:
    return schema_with(
        folder,
        '<xs:simpleType><xs:restriction base="xs:string">'
        f'<xs:pattern value="{pattern}"/></xs:restriction></xs:simpleType>',
    )


def document_of(text: str) -> bytes:
    return f'<SorTree xmlns="{NSI}">{text}</SorTree>'.encode()


@pytest.mark.parametrize("text", ["a" * 60, "a" * 10_000, "ab" * 3_000])
def test_an_ambiguous_pattern_is_decided(tmp_path: Path, text: str) -> None:
    """libxml2 gives up on it, and Python's re does not end."""
    schema = text_schema(tmp_path, "(a|aa)+b")
    report = sorparse.validate(document_of(text), schema=schema)
    assert [i.code for i in report.errors] == ["xsd-bad-value"]
    assert report.engine == "xmlschema"
    assert sorparse.validate(document_of("aaaab"), schema=schema).valid
    with pytest.raises(SorFileError, match="libxml2 gave up on a pattern"):
        sorparse.validate(document_of("a" * 60), schema=schema, engine="libxml2")


def test_a_pattern_that_neither_engine_can_decide(tmp_path: Path) -> None:
    schema = text_schema(tmp_path, "((a|aa)+(b|a)*)+c")
    with pytest.raises(SorFileError, match="too many ways"):
        sorparse.validate(document_of("a" * 200_000), schema=schema)


def test_a_pattern_on_which_libxml2_gives_up_in_a_stream(tmp_path: Path) -> None:
    class Once(io.BytesIO):
        def seekable(self) -> bool:
            return False

    schema = text_schema(tmp_path, "(a|aa)+b")
    assert not sorparse.validate(Once(document_of("a" * 60)), schema=schema).valid


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        (r"[a-z-[aeiou]]+(x|xx)*", "bcd", "bad"),
        (r"\p{Lu}{2,}(ab|c)+", "ÆØabc", "Øabc"),
        (r"(\(|\)|[|*])+\.", "(|*).", "(|*)"),
        (r"((a?){3}|b{2})*c", "aabbc", "bc!"),
        (r"(\d{2,4} ?)+", "12 3456 78", "1 2"),
        (r"(ab|)+", "abab", "aba"),
    ],
)
def test_patterns_are_matched_as_the_standard_says(
    tmp_path: Path, pattern: str, good: str, bad: str
) -> None:
    schema = text_schema(tmp_path, pattern)
    for text, valid in ((good, True), (bad, False)):
        report = sorparse.validate(document_of(text), schema=schema, engine="xmlschema")
        assert report.valid is valid


def test_a_schema_that_libxml2_refuses(tmp_path: Path) -> None:
    # libxml2 cannot parse the subtraction of a class from a class that is subtracted
    schema = text_schema(tmp_path, "[a-z-[a-m-[b]]]")
    report = sorparse.validate(document_of("b"), schema=schema, engine="xmlschema")
    assert report.valid


def test_rules_across_owners_are_undecided_with_xmlschema(tmp_path: Path) -> None:
    schema = schema_with(
        tmp_path,
        '<xs:complexType><xs:sequence><xs:element ref="x:InstitutionOwnerEntity" maxOccurs="9"/>'
        '</xs:sequence></xs:complexType><xs:unique name="one">'
        '<xs:selector xpath="x:InstitutionOwnerEntity"/><xs:field xpath="@id"/></xs:unique>',
        '<xs:element name="InstitutionOwnerEntity"><xs:complexType>'
        '<xs:attribute name="id" type="xs:int"/></xs:complexType></xs:element>',
    )
    document = document_of('<InstitutionOwnerEntity id="1"/>')
    assert sorparse.validate(document, schema=schema).valid
    with pytest.raises(SorFileError, match="rules across units"):
        sorparse.validate(document, schema=schema, engine="xmlschema")


def test_an_unknown_engine() -> None:
    with pytest.raises(ValueError, match="engine must be one of libxml2, xmlschema, not 'expat'"):
        sorparse.validate(FULL_2, engine="expat")  # type: ignore[arg-type] # that is the test


def test_counts_and_streams_with_xmlschema() -> None:
    document = tree(owner(unit().replace("13B", "1-3", 1) * 5))
    report = sorparse.validate(io.BytesIO(document), engine="xmlschema", places=False)
    assert (report.fault_count, report.occurrences) == (5, ())


# -- large owners and hostile schemas -------------------------------------------------------------


@pytest.mark.parametrize("engine", ["libxml2", "xmlschema"])
def test_the_units_of_a_large_owner_are_validated_one_by_one(engine: str) -> None:
    """The errors are the same as in a small one: lines, paths, ids, order and missing elements."""
    count = 700 if engine == "libxml2" else 620
    bad = (
        unit(sor_id="1041000016006")
        .replace("13B", "13-15", 1)
        .replace("<sor1:LocalCode>A1</sor1:LocalCode>", "<Foo/>")
    )
    nested = unit(bad, sor_id="1051000016004")
    swapped = f"<OrganizationalUnitEntity>\n{unit()}</OrganizationalUnitEntity>\n"
    large = tree(owner(unit() * count + nested + swapped + unit() * 20))
    small = tree(owner(unit() + nested + swapped + unit() * 20))
    shift = (count - 1) * unit().count("\n")
    (first, second) = (
        sorparse.validate(document, engine=engine)  # type: ignore[arg-type] # both are engines
        for document in (large, small)
    )
    assert {(i.line, i.code, i.column, i.value, i.sor_id) for i in first.occurrences} == {
        (i.line + shift if i.line else None, i.code, i.column, i.value, i.sor_id)
        for i in second.occurrences
    }
    assert first.fault_count == second.fault_count == 3


def test_an_element_with_too_many_children_is_refused() -> None:
    wide = "<ClinicalSpecialityCollection>" + "<ClinicalSpeciality/>" * 10_001
    document = replaced(FULL_2, "<ClinicalSpecialityCollection>", wide)
    with pytest.raises(SorFileError, match="more than 10,000 child elements"):
        sorparse.validate(document)


@pytest.mark.parametrize("prefix", ["p" * 12, "p" * 13])
def test_long_prefixes_of_many_levels_are_refused(prefix: str) -> None:
    """libxml2 repeats all of them for each error: 10 MB of nested units took 580 MB."""
    levels = 40
    inner = "<OrganizationalUnit/>" + f"<{prefix}:OrganizationalUnitEntity>" * levels
    inner += f"</{prefix}:OrganizationalUnitEntity>" * levels
    document = tree(
        owner(
            f'<OrganizationalUnitEntity xmlns:{prefix}="{NSI}">{inner}</OrganizationalUnitEntity>'
        )
    )
    if len(prefix) > 12:
        with pytest.raises(SorFileError, match="more than 30 levels"):
            sorparse.validate(document)
    else:
        assert sorparse.validate(document).fault_count > levels


@pytest.mark.parametrize("what", ["elements", "attributes", "bytes"])
def test_the_limits_of_one_unit(what: str) -> None:
    body = {
        "elements": "<n/>" * 200_000,
        "attributes": "<n " + " ".join(f'a{at}="1"' for at in range(20_000)) + "/>",
        "bytes": ("<n>" + "x" * 1024**2 + "</n>") * 17,
    }[what]
    document = (HEAD_2 + f"<InstitutionOwnerEntity>{body}").encode()
    with pytest.raises(SorFileError, match=rf"Limits\.max_unit_{what} "):
        sorparse.validate(document)


def test_text_that_looks_like_attributes_is_no_error() -> None:
    text = "a=" * 60_000
    document = replaced(FULL_2, "Ejer", "E")
    document = document.replace(b"</SorTree>", f"<!--{text}--></SorTree>".encode())
    limits = sorparse.Limits(max_unit_attributes=200_000)
    assert sorparse.validate(document, limits=limits).valid


def test_schemas_too_large_to_be_used(tmp_path: Path) -> None:
    groups = "".join(
        f'<xs:group name="g{at}"><xs:sequence><xs:group ref="g{at + 1}"/>'
        f'<xs:group ref="g{at + 1}"/></xs:sequence></xs:group>'
        for at in range(40)
    )
    groups += '<xs:group name="g40"><xs:sequence><xs:element name="z"/></xs:sequence></xs:group>'
    many = '<xs:element name="a{}" minOccurs="0"/>'
    sequence = "<xs:complexType><xs:sequence>{}</xs:sequence></xs:complexType>"
    for body, extra in (
        ('<xs:complexType><xs:group ref="g0"/></xs:complexType>', groups),
        (sequence.format("".join(map(many.format, range(5_000)))), ""),
        (sequence.format(""), '<xs:annotation id="a"/>' * 20_001),
    ):
        with pytest.raises(SorFileError, match="the schema is too large to be used"):
            sorparse.validate(FULL_2, schema=schema_with(tmp_path, body, extra))
    with pytest.raises(SorFileError, match="the schema is too large to be used"):
        sorparse.validate(FULL_2, schema=text_schema(tmp_path, "a?" * 600))


def test_a_circular_schema_is_refused(tmp_path: Path) -> None:
    circle = '<xs:group name="g"><xs:sequence><xs:group ref="g"/></xs:sequence></xs:group>'
    body = '<xs:complexType><xs:group ref="g"/></xs:complexType>'
    with pytest.raises(SorFileError, match="the schema cannot be used"):
        sorparse.validate(FULL_2, schema=schema_with(tmp_path, body, circle))


def test_the_patterns_of_the_bundled_schemas_need_no_second_engine() -> None:
    for full in (FULL_1, FULL_2):
        assert sorparse.validate(full).engine == "libxml2"
        assert etree.fromstring(full) is not None
