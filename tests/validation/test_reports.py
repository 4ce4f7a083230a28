"""What a report says of the faults of a document: words, places, counts, and where it stops."""

from __future__ import annotations

import re
from collections import Counter

import pytest

import sorparse
from sorparse import Limits
from support.paths import DOCS, PACKAGE
from support.validation import FULL_2, NSI, SOR1, faults, line_of, only, owner, replaced, tree, unit


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
