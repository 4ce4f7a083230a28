"""Which documents the bundled schemas accept, and which they refuse."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

import pytest
import xmlschema
from lxml import etree

import sorparse
from sorparse.validation.schema_set import BUNDLED_ROOTS
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
