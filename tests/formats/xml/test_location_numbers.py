"""The table of location numbers of Sor.xml: what is reported, and whose the numbers are."""

from __future__ import annotations

import pytest

import sorparse
from sorparse import Coded, Issue, LocationCode
from support.xml import (
    HOSPITAL,
    LOCATION,
    OWNER,
    UNIT,
    document,
    hospital,
    line_of,
    option,
    owner,
    unit,
)

NUMBER, SECOND = "5790099900019", "5790000000005"


def read(content: bytes) -> tuple[list[LocationCode], list[Issue]]:
    with sorparse.open(content) as feed:
        return list(feed.location_codes()), feed.issues


def of_a_unit(location: str, *, sor_id: str | None = UNIT) -> bytes:
    return document(owner(hospital(unit(more=(option(location),), sor_id=sor_id))))


def test_a_bad_value_is_reported_with_its_place_and_the_others_are_read() -> None:
    content = of_a_unit(LOCATION.replace("false", "måske").replace(NUMBER, "579"))
    (record,), issues = read(content)
    assert [(one.severity, one.code, one.file, one.sor_id) for one in issues] == [
        ("warning", "bad-location-code", "<bytes>", UNIT),
        ("error", "bad-boolean", "<bytes>", UNIT),
    ]
    assert [(one.line, one.column, one.value) for one in issues] == [
        (line_of(content, "<s:EanLocationCode>"), "EanLocationCode", "579"),
        (line_of(content, "<s:OnlyInternalIndicator>"), "OnlyInternalIndicator", "måske"),
    ]
    assert (record.sor_id, record.location_code, record.only_internal) == (UNIT, "579", None)
    assert record.region == Coded("1084", "Region Hovedstaden")


def test_a_missing_number_is_an_error_with_the_line_of_the_element() -> None:
    content = of_a_unit(LOCATION.replace(NUMBER, ""))
    records, (issue,) = read(content)
    assert records == []
    line = line_of(content, "<EanLocationCodeEntity>")
    place = ("<bytes>", line, "EanLocationCode", None, UNIT)
    message = "the element has no location number; it is not read"
    assert (issue.severity, issue.code, issue.message) == ("error", "missing-key", message)
    assert (issue.file, issue.line, issue.column, issue.value, issue.sor_id) == place
    assert issue.raw is not None
    assert "kun øvelse" in issue.raw


@pytest.mark.parametrize("before", [b"</OrganizationalUnit>", b"</OrganizationalUnitEntity>"])
def test_what_is_beside_the_numbers_is_not_reported_with_them(before: bytes) -> None:
    content = of_a_unit(LOCATION).replace(before, b"<New>n</New>" + before)
    with sorparse.open(content) as feed:
        (record,) = feed.location_codes()
        assert (record.location_code, feed.issues) == (NUMBER, [])
        list(feed.entities())
        assert [issue.code for issue in feed.issues] == ["unknown-element"]


def test_what_is_unknown_in_a_number_is_reported_with_the_unit() -> None:
    content = of_a_unit(LOCATION.replace("<s:SorNote>", "<New>n</New><s:SorNote>"))
    _, (issue,) = read(content)
    assert (issue.code, issue.sor_id) == ("unknown-element", UNIT)
    assert issue.line == line_of(content, "<New>")


def test_an_empty_element_has_no_number() -> None:
    records, (issue,) = read(of_a_unit("<EanLocationCodeEntity></EanLocationCodeEntity>"))
    assert (records, issue.code) == ([], "missing-key")


def test_attributes_of_a_number_are_preserved() -> None:
    location = LOCATION.replace("<EanLocationCodeEntity>", '<EanLocationCodeEntity nyt="x">')
    (record,), _ = read(of_a_unit(location))
    assert record.extra == {"@nyt": "x"}
    assert (record.sor_id, record.region) == (UNIT, Coded("1084", "Region Hovedstaden"))


@pytest.mark.parametrize("sor_id", [None, "", " "])
@pytest.mark.parametrize("is_regular", [True, False])
def test_a_number_of_a_unit_without_an_id(sor_id: str | None, is_regular: bool) -> None:
    location = (
        LOCATION if is_regular else LOCATION.replace("<s:SorNote>", "<New>n</New><s:SorNote>")
    )
    (record,), _ = read(of_a_unit(location, sor_id=sor_id))
    assert (record.sor_id, record.location_code) == (None, NUMBER)


def test_all_numbers_of_a_unit_are_read_in_their_order() -> None:
    other = LOCATION.replace(NUMBER, SECOND)
    content = document(
        owner(hospital(more=(option(LOCATION), option(other))), more=(other, LOCATION))
    )
    records, _ = read(content)
    assert [(one.sor_id, one.location_code) for one in records] == [
        *((OWNER, SECOND), (OWNER, NUMBER)),
        *((HOSPITAL, NUMBER), (HOSPITAL, SECOND)),
    ]
