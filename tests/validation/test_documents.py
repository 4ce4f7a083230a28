"""What the bundled schemas accept and refuse, and in which words."""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections import Counter
from importlib.resources import as_file, files
from pathlib import Path

import pytest
import xmlschema
from lxml import etree

import sorparse
from sorparse import Limits, SorFileError, UnrecognisedFormatError
from sorparse.validation.schema_set import BUNDLED_ROOTS
from support.paths import DOCS, PACKAGE
from support.validation import (
    ADDRESS,
    FULL_1,
    FULL_2,
    NSI,
    SOR1,
    each_element,
    each_swap,
    faults,
    line_of,
    only,
    owner,
    replaced,
    tree,
    unit,
)

GEOGRAPHICAL_PARENT = """<GeographicalParent>
<GeographicalParentRelation>3</GeographicalParentRelation>
<GeographicalParentSorIdentifier>1021000016001</GeographicalParentSorIdentifier>
</GeographicalParent>"""

# -- accepted -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("document", "version"), [(FULL_2, "2.0.0"), (FULL_1, "1.0.0")])
def test_a_full_document_is_valid(document: bytes, version: str) -> None:
    report = sorparse.validate(document)
    assert report.valid
    assert report
    assert report.errors == report.occurrences == ()
    assert report.fault_count == 0
    assert report.version == version
    assert report.schema == f"bundled schema for SOR XML {version}"
    assert str(report.snapshot_date) == "2026-06-15"
    assert str(report).splitlines()[-1] == "valid"


def test_the_example_documents_are_valid() -> None:
    folder = files("sorparse.examples") / "data"
    with as_file(folder) as path:
        found = sorted(path.glob("Sor*.xml"))
        assert {file.name for file in found} >= {"Sor.xml", "Sor_1_0_0.xml"}
        for file in found:
            assert sorparse.validate(file).valid, file.name


def test_the_real_1_0_0_excerpt_is_valid(samples_dir: Path) -> None:
    assert sorparse.validate(samples_dir / "sor_1_0_0_hospital.xml").valid


def test_of_the_real_2_0_0_excerpt_only_the_made_up_unit_is_refused(samples_dir: Path) -> None:
    report = sorparse.validate(samples_dir / "sor_2_0_0_excerpt.xml")
    assert [(i.line, i.code) for i in report.errors] == [
        (111, "xsd-missing-element"),
        (111, "xsd-missing-element"),
        (112, "xsd-bad-value"),
    ]
    assert {i.sor_id for i in report.errors} == {"6984910000160091"}
    root = etree.parse(samples_dir / "sor_2_0_0_excerpt.xml").getroot()
    inner = root.findall(f".//{{{NSI}}}OrganizationalUnitEntity")[-1]
    parent = inner.getparent()
    assert parent is not None
    parent.remove(inner)
    assert sorparse.validate(etree.tostring(root)).valid


@pytest.mark.parametrize(
    "name",
    [
        "LocalCode",
        "ShakIdentifier",
        "PharmacyIdentifier",
        "ProviderIdentifier",
        "SorNote",
        "ClinicalSpeciality",
        "ClinicalSpecialityCollection",
        "SpecialityIdentifier",
        "SpecialityTypeIdentifier",
        "ReplacesEntityCollection",
        "ReplacedByEntityCollection",
        "OrganizationalUnitInformation",
        "AmbulantActivityIndicator",
        "LocalAttributeCollection",
        "LocalAttribute1",
    ],
)
def test_an_element_of_unknown_namespace_may_be_under_either(name: str) -> None:
    root = etree.fromstring(FULL_2)
    for uri in (NSI, SOR1):
        for element in list(root.iter(f"{{{NSI}}}{name}", f"{{{SOR1}}}{name}")):
            element.tag = f"{{{uri}}}{name}"
        assert sorparse.validate(etree.tostring(root)).valid, uri


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<EntityInheritanceIndicator>true</EntityInheritanceIndicator>", ""),
        (ADDRESS, ADDRESS.replace("<cpr:Muni", "<Stairway>A</Stairway><cpr:Muni")),
        (ADDRESS, ADDRESS + "<sor1:Stairway>A</sor1:Stairway>"),
        (
            "</EanLocationCodeOption>",
            f"</EanLocationCodeOption>{GEOGRAPHICAL_PARENT}",
        ),
        ("til prøve", ""),
        ("2026-06-15T01:00:29.6269718+02:00", "2026-06-15T01:00:29"),
        ("<OrganizationalUnit>", "<!-- a remark --><OrganizationalUnit><?pi x?>"),
    ],
    ids=["empty option", "stairway", "stairway last", "geographical parent", "note", "time", "pi"],
)
def test_what_is_unknown_or_optional_is_let_in(old: str, new: str) -> None:
    assert faults(replaced(FULL_2, old, new)) == []


# -- refused --------------------------------------------------------------------------------------

OPTIONAL_2 = {
    *("CountryIdentificationCode", "DistrictSubdivisionIdentifier", "FloorIdentifier"),
    *("MailDeliverySublocationIdentifier", "PostOfficeBoxIdentifier", "SuiteIdentifier"),
    *("StreetNameForAddressingName", "SpecialityTypeIdentifier", "ClinicalSpeciality"),
    *("SorNote", "EanLocationCodeEntity", "EntityInheritanceIndicator", "ShakIdentifier"),
    *("OrganizationalUnitEntity", "HealthInstitutionEntity", "CVRnumberIdentifier"),
    *("LocalAttribute1", "LocalAttribute5", "LocalAttributeCollection", "LocalCode"),
    *("ActivityAddressInformation", "ClinicalSpecialityCollection", "VisitingAddressInformation"),
    *("OrganizationalUnitInformation", "PharmacyIdentifier", "ProviderIdentifier"),
    *("ReplacesEntityCollection", "ReplacedByEntityCollection", "ToDate", "UpdatedAt"),
    *("EmailAddressIdentifier", "FaxNumberIdentifier", "Website"),
    *("CoordETRS89z32EMeasure", "CoordETRS89z32NMeasure", "MunicipalityCode", "StreetCode"),
    # optional at some places only
    "ReplacesEntityCollection/SorIdentifier",
    "ReplacedByEntityCollection/SorIdentifier",
    "PostalAddressInformation/RegionCode",
    "VisitingAddressInformation/RegionCode",
    "ActivityAddressInformation/RegionCode",
    "OrganizationalUnit/EntityTypeIdentifier",
    "OrganizationalUnit/PostalAddressInformation",
    "OrganizationalUnit/VirtualAddressInformation",
    "EanLocationCodeEntity/SorStatus",
}
OPTIONAL_1 = {
    name.replace("Identifier", "") if name.startswith("OrganizationalUnit/Entity") else name
    for name in OPTIONAL_2 - {"SpecialityTypeIdentifier"}
} | {"EntityInheritedIndicator", "OrganizationalUnit/UnitType"}


@pytest.mark.parametrize(
    ("full", "optional"), [(FULL_2, OPTIONAL_2), (FULL_1, OPTIONAL_1)], ids=["2.0.0", "1.0.0"]
)
def test_every_mandatory_element_is_missed(full: bytes, optional: set[str]) -> None:
    for document, path in each_element(full):
        name = path.rpartition("/")[2]
        found = faults(document)
        if path in optional or name in optional:
            assert found == [], path
        else:
            assert [code for _, code, _ in found] == ["xsd-missing-element"], path
            lacking = found[0][2].partition("lacks the element ")[2].split(" or ")
            assert name in lacking, path


@pytest.mark.parametrize("full", [FULL_2, FULL_1], ids=["2.0.0", "1.0.0"])
def test_every_wrong_order_is_refused(full: bytes) -> None:
    for document, path in each_swap(full):
        codes = [code for _, code, _ in faults(document)]
        if path == "SorTree/SnapshotDate <> InstitutionOwnerEntity":
            # reported at the first owner, before it can be known that the date follows
            assert codes.pop(0) == "xsd-missing-element"
        assert codes == ["xsd-order"], path


def test_the_other_engine_agrees_on_every_change() -> None:
    """xmlschema gives the same verdict: the schemas mean what libxml2 makes of them."""
    for full, (_, path) in zip((FULL_2, FULL_1), BUNDLED_ROOTS.values(), strict=True):
        with as_file(files("sorparse") / "schemas") as folder:
            other = xmlschema.XMLSchema(str(folder / path), allow="local")
        assert other.is_valid(full)
        for at, (document, what) in enumerate([*each_element(full), *each_swap(full)]):
            if at % 16 == 0:  # it is slow
                assert other.is_valid(document) == sorparse.validate(document).valid, what


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("1031000016009", "1031000016oo9", "is not a valid SOR id"),
        ("1031000016009", "103100001600", "is not a valid SOR id"),
        ("1031000016009", "1.0310E+12", "is not a valid SOR id"),
        ("1031000016009", "", "is not a valid SOR id"),
        ("2015-05-01", "2015-02-30", "is not a valid date (yyyy-mm-dd)"),
        ("2015-05-01", "01-05-2015", "is not a valid date (yyyy-mm-dd)"),
        ("2015-05-01", "", "is not a valid date (yyyy-mm-dd)"),
        ("2026-06-15T01:00:29.6269718+02:00", "i går", "is not a valid time (yyyy-mm-ddThh:mm:ss)"),
        (">true<", ">ja<", "is neither true nor false"),
        (">162<", ">MedCom<", "is not a whole number"),
        (">162<", ">-1<", "is less than 0"),
        (">162<", ">99999999999999999999<", "is not a whole number"),
        ("5790000000012", "579000000001", "is not a location number of 13 digits"),
        ("6347032.450", "6347032,450", "is not a decimal number with a point"),
        ("13B", "13-15", "is not a house number"),
        ("13B", "013", "is not a house number"),
        ("ST", "stuen", "is not a floor"),
        (">0999<", ">999<", "does not have four digits"),
        (">12<", ">0<", "is less than 1"),
        (">12<", ">10000<", "is more than 9999"),
        ("Prøvested", "P" * 21, "is longer than 20 characters"),
        ("12345678", "1", "is shorter than 8 characters"),
        ("12345674", "1234567", "does not have 8 characters"),
        ("post@example.dk", "post", "is not an e-mail address"),
        (">DK<", ">Danmark<", "is not a country code"),
    ],
)
def test_a_bad_value_is_reported_in_words(old: str, new: str, words: str) -> None:
    document = replaced(FULL_2, old, new)
    issue = only(document)
    assert issue.code == "xsd-bad-value"
    assert words in issue.message
    assert issue.value == new.strip("<>")
    assert issue.severity == "error"
    assert issue.line == line_of(FULL_2, old)
    assert issue.column is not None
    assert issue.column.startswith("SorTree/")


def test_a_fault_has_path_value_line_and_nearest_unit() -> None:
    document = tree(owner(unit(unit(sor_id="1041000016006")).replace("13B", "13-15")))
    report = sorparse.validate(document)
    path = "SorTree/InstitutionOwnerEntity/HealthInstitutionEntity"
    path += "/OrganizationalUnitEntity/OrganizationalUnit"
    assert [
        (issue.column, issue.value, issue.sor_id, issue.line) for issue in report.occurrences[:1]
    ] == [
        (
            f"{path}/PostalAddressInformation/AddressPostal/StreetBuildingIdentifier",
            "13-15",
            "1031000016009",
            line_of(document, "13-15"),
        )
    ]
    assert {issue.sor_id for issue in report.occurrences} == {"1031000016009", "1041000016006"}


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("<OrganizationalUnit>", "<OrganizationalUnit><Foo/>", "unknown-element", "Foo is not"),
        (
            "<sor1:EntityName>Afdeling</sor1:EntityName>",
            "<EntityName>Afdeling</EntityName>",
            "unknown-element",
            f"EntityName is in the namespace {NSI}; the schema declares it in {SOR1}",
        ),
        (
            "</OrganizationalUnit>",
            "<cvr:CVRnumberIdentifier>12345674</cvr:CVRnumberIdentifier></OrganizationalUnit>",
            "unknown-element",
            "CVRnumberIdentifier does not belong in OrganizationalUnit",
        ),
        (
            "<sor1:LocalCode>A1</sor1:LocalCode>",
            "<sor1:LocalCode>A1</sor1:LocalCode><sor1:LocalCode>A2</sor1:LocalCode>",
            "repeated-element",
            "LocalCode occurs a second time in OrganizationalUnit",
        ),
        (">162<", "><b/>162<", "unknown-element", "b is inside SystemSupplierIdentifier"),
        (' scheme="iso3166-alpha2"', "", "missing-attribute", "lacks the attribute scheme"),
        ("<InstitutionOwner>", '<InstitutionOwner x="1">', "unknown-attribute", "attribute x"),
        ('"iso3166-alpha2"', '"dk"', "bad-value", "'dk' is not one of 'iso3166-alpha2', "),
        (
            "<OrganizationalUnit>",
            "<OrganizationalUnit>hej",
            "stray-text",
            "OrganizationalUnit 'hej' holds text where only elements may be",
        ),
        ("</SorTree>", "hej</SorTree>", "stray-text", "SorTree 'hej' holds text"),
        ("<sor1:CreatedAt", "hej<sor1:CreatedAt", "stray-text", "SorTree 'hej' holds text"),
    ],
)
def test_a_misplaced_element_is_reported_in_words(
    old: str, new: str, code: str, words: str
) -> None:
    issue = only(replaced(FULL_2, old, new))
    assert (issue.code, words in issue.message) == (f"xsd-{code}", True), issue.message


def test_a_fault_does_not_hide_others_behind_it() -> None:
    document = replaced(FULL_2, "<HealthInstitutionEntity>", "<Foo/><HealthInstitutionEntity>")
    document = replaced(document, "<sor1:EntityName>Hospital</sor1:EntityName>", "<Bar/>")
    document = replaced(document, "13B", "13-15", count=99)
    found = faults(document)
    assert [code for _, code, _ in found] == [
        "xsd-bad-value",  # the owner's address
        "xsd-unknown-element",
        "xsd-missing-element",
        "xsd-unknown-element",
        *["xsd-bad-value"] * 3,  # the unit's three addresses
    ]
    assert "(2 times, first at line" in found[-1][2]  # the unit's and that of the unit in it


def test_all_that_is_missing_in_one_place_is_reported() -> None:
    document = replaced(FULL_2, "<sor1:EntityName>Ejer</sor1:EntityName>", "")
    document = replaced(
        document, "<EntityTypeIdentifier>550891000005100</EntityTypeIdentifier>", ""
    )
    assert [message for _, _, message in faults(document)] == [
        "InstitutionOwner lacks the element EntityName",
        "InstitutionOwner lacks the element EntityTypeIdentifier",
    ]


def test_equal_faults_are_one_line_with_a_count_and_first_places() -> None:
    bad = unit().replace("13B", "13-15", 1)
    other = unit().replace("13B", "2 C", 1)
    document = tree(owner(bad * 400 + other), owner(bad * 599))
    report = sorparse.validate(document)
    assert report.fault_count == 1000
    assert len(report.occurrences) == 1000
    (issue,) = report.errors
    lines = [line_of(document, "13-15", nth) for nth in (1, 2, 3)]
    assert issue.message == (
        "StreetBuildingIdentifier '13-15' is not a house number (1 to 3 digits without a leading "
        "zero, then at most one letter A to Z) "
        f"(1,000 times, first at line {lines[0]}, {lines[1]}, {lines[2]})"
    )
    assert Counter(i.value for i in report.occurrences) == {"13-15": 999, "2 C": 1}
    assert report.occurrences[400].line == line_of(document, "2 C")
    assert "not valid: 1,000 faults of 1 kind" in str(report)


def test_values_that_differ_are_shown_with_their_places() -> None:
    document = tree(owner(unit().replace("13B", "1-3", 1) + unit().replace("13B", "2 C", 1)))
    (issue,) = sorparse.validate(document).errors
    first, second = line_of(document, "1-3"), line_of(document, "2 C")
    assert issue.message.endswith(f"(2 times, first at line {first} ('1-3'), {second} ('2 C'))")


def test_validation_stops_at_the_limit_of_issues() -> None:
    bad = unit().replace("13B", "1-3", 1)
    for document in (tree(owner(bad * 50)), tree(owner(bad) * 50)):
        report = sorparse.validate(document, limits=Limits(max_issues=10))
        assert report.fault_count == len(report.occurrences) == 10
        assert not report.complete
        assert "at least 10 faults" in str(report)
        assert sorparse.validate(document).complete


# -- the root and its head ------------------------------------------------------------------------


_SNAPSHOT = "<sor1:SnapshotDate>2026-06-15</sor1:SnapshotDate>"
_ROOT = "osak.dk"  # the root's start tag ends here: a tag of several lines counts by its last


@pytest.mark.parametrize(
    ("old", "new", "expected", "at"),
    [
        (_SNAPSHOT, "", "SorTree lacks the element SnapshotDate", _ROOT),
        (
            "15</sor1:Sna",
            "x</sor1:Sna",
            "SnapshotDate '2026-06-x' is not a valid date",
            "<sor1:Snapshot",
        ),
        ("</SorTree>", "<kms:RegionCode/></SorTree>", "RegionCode does not", "<kms:RegionCode/>"),
        ("</SorTree>", f"{_SNAPSHOT}</SorTree>", "SnapshotDate occurs a second", "</SorTree>"),
        ("<SorTree ", '<SorTree version="2" ', "SorTree '2' has the attribute version", _ROOT),
    ],
)
def test_the_head_and_what_follows_the_owners(old: str, new: str, expected: str, at: str) -> None:
    document = replaced(tree(owner(), owner()), old, new)
    ((line, _, message),) = faults(document)
    assert message.startswith(expected)
    assert line == line_of(document, at)


def test_what_is_between_two_owners_is_looked_at() -> None:
    between = "<sor1:CreatedAtTime>2026-06-15T00:00:00</sor1:CreatedAtTime>\n<Foo/>\n"
    document = tree(owner(), between, owner(sor_id="1071000016005"))
    found = faults(document)
    assert [(line, code) for line, code, _ in found] == [
        (line_of(document, "<sor1:CreatedAtTime", 2), "xsd-repeated-element"),
        (line_of(document, "<Foo/>"), "xsd-unknown-element"),
    ]


def test_head_elements_behind_the_owners_are_out_of_place() -> None:
    head, _, rest = FULL_2.decode().partition("<sor1:SnapshotDate>2026-06-15</sor1:SnapshotDate>\n")
    late = "<sor1:SnapshotDate>2026-06-15</sor1:SnapshotDate></SorTree>"
    document = (head + rest.replace("</SorTree>", late)).encode()
    assert ("xsd-missing-element", "SorTree lacks the element SnapshotDate") in [
        (code, message) for _, code, message in faults(document)
    ]


def test_a_document_without_owners_lacks_one() -> None:
    assert only(tree()).message == "SorTree lacks the element InstitutionOwnerEntity"


def test_an_owner_inside_an_owner_is_refused() -> None:
    document = tree(owner(owner()))
    assert [code for _, code, _ in faults(document)] == ["xsd-unknown-element"]


# -- sources --------------------------------------------------------------------------------------


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


# -- without places -------------------------------------------------------------------------------


def test_without_places_only_rules_and_counts() -> None:
    bad = unit().replace("13B", "13-15", 1)
    document = replaced(tree(owner(bad * 30)), "2015-05-01", "2015")
    report = sorparse.validate(document, places=False)
    assert not report.valid
    assert report.fault_count == sorparse.validate(document).fault_count == 31
    assert report.occurrences == ()
    assert {(i.code, i.line, i.column) for i in report.errors} == {
        ("xsd-bad-value", None, "FirstFromDate"),
        ("xsd-bad-value", None, "StreetBuildingIdentifier"),
    }
    assert any("(30 times)" in issue.message for issue in report.errors)
    assert sorparse.validate(FULL_2, places=False).valid
    missing = replaced(FULL_2, "<sor1:EntityName>Ejer</sor1:EntityName>", "")
    assert sorparse.validate(missing, places=False).errors[0].code == "xsd-order"


def test_counting_stops_at_the_limit() -> None:
    document = tree(owner(unit().replace("13B", "13-15", 1) * 50))
    report = sorparse.validate(document, places=False, limits=Limits(max_issues=20))
    assert not report.complete
    assert "at least" in str(report)


def test_the_docs_list_the_codes() -> None:
    listed = set(re.findall(r"`(xsd-[a-z-]+)`", (DOCS / "how-to" / "validation.md").read_text()))
    folder = PACKAGE / "validation"
    used: set[str] = set()
    for file in folder.glob("*.py"):
        used |= set(re.findall(r'"(xsd-[a-z-]+)"', file.read_text()))
    assert listed == used
