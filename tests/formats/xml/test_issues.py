"""An error in a Sor.xml costs as little as possible and is reported with its place."""

from __future__ import annotations

from typing import Any

import pytest

import sorparse
from sorparse import Issue, Limits
from support.xml import (
    HOSPITAL,
    INNER,
    LOCATION,
    OTHER,
    OWNER,
    POSTAL,
    STATUS,
    UNIT,
    body,
    document,
    entity,
    hospital,
    line_of,
    option,
    owner,
    read,
    read_one,
    unit,
)


def reported(issues: list[Issue]) -> list[tuple[str, str, str | None, str | None]]:
    return [(i.severity, i.code, i.column, i.value) for i in issues]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("2020-03-04", "i går", ("error", "bad-date", "SorStatus/FromDate", "i går")),
        (
            "2020-03-04",
            "9999-12-31",
            ("warning", "open-end-date", "SorStatus/FromDate", "9999-12-31"),
        ),
        (
            "2010-01-02",
            "2010-02-30",
            ("error", "bad-date", "SorStatus/FirstFromDate", "2010-02-30"),
        ),
        (
            "Indicator>true</Entity",
            "Indicator>måske</Entity",
            (
                "error",
                "bad-boolean",
                "EanLocationCodeOption/EntityInheritanceIndicator",
                "måske",
            ),
        ),
        (UNIT, "123", ("warning", "bad-sor-id", "SorIdentifier", "123")),
        (UNIT, UNIT[:-1] + "0", ("warning", "check-digit", "SorIdentifier", UNIT[:-1] + "0")),
    ],
)
def test_a_bad_value_is_reported_with_its_place(
    before: str, after: str, expected: tuple[str, ...]
) -> None:
    content = document(owner(hospital())).decode()
    bad_unit = unit().replace(before, after, 1)
    content = content.replace(
        "</HealthInstitutionEntity>", f"{bad_unit}\n</HealthInstitutionEntity>"
    )
    found, issues = read(content.encode())
    assert len(found) == 3
    assert reported(issues) == [expected]
    assert issues[0].line == line_of(content.encode(), f">{after}<" if "<" not in after else after)
    assert issues[0].sor_id == found[2].sor_id


def test_a_bad_value_costs_the_cell_and_an_id_is_preserved() -> None:
    found, issues = read_one(status=STATUS.replace("2020-03-04", "i går"))
    assert found.validity.from_date is None
    assert found.first_from_date is not None
    found, _ = read_one(sor_id="1")
    assert found.sor_id == "1"
    found, issues = read_one(POSTAL.replace("6347032.450", "nord"))
    assert found.postal_address is not None
    assert found.postal_address.northing is None
    assert found.postal_address.easting is not None
    assert [issue.code for issue in issues] == ["bad-number"]


def test_a_bad_id_of_a_successor_is_preserved_and_reported() -> None:
    found, issues = read_one(
        "<s:ReplacedByEntityCollection><s:SorIdentifier>12</s:SorIdentifier>"
        f"<s:SorIdentifier>{OTHER}</s:SorIdentifier></s:ReplacedByEntityCollection>"
    )
    assert found.replaced_by == ("12", OTHER)
    assert reported(issues) == [
        ("warning", "bad-sor-id", "ReplacedByEntityCollection/SorIdentifier", "12")
    ]


def test_a_bad_cvr_is_reported_once_at_the_owner() -> None:
    content = document(owner(hospital(unit()))).replace(b"29190623", b"12345678")
    found, issues = read(content)
    assert {u.cvr for u in found} == {"12345678"}
    assert reported(issues) == [("warning", "check-digit", "CVRnumberIdentifier", "12345678")]
    assert issues[0].sor_id == OWNER


def test_exchanged_coordinates_are_corrected_and_reported_once() -> None:
    swapped = POSTAL.replace("32NM", "32XM").replace("32EM", "32NM").replace("32XM", "32EM")
    content = document(
        owner(
            hospital(unit(more=(option(), swapped)), unit(sor_id=INNER, more=(option(), swapped)))
        )
    )
    found, issues = read(content)
    assert found[2].postal_address == found[0].postal_address
    assert [issue.code for issue in issues] == ["coordinates-swapped"]


def test_an_easting_of_less_than_a_northing_can_have_is_not_exchanged() -> None:
    place = POSTAL.replace("6347032.450", "570000").replace("557481.680", "5900000")
    unknown = "<New>n</New>"  # so that the unit is read element by element
    for more in ((place,), (place, unknown)):
        found, issues = read_one(*more)
        assert found.postal_address is not None
        assert found.postal_address.easting == 5_900_000
        assert found.postal_address.northing == 570_000
        assert "coordinates-swapped" not in [issue.code for issue in issues]


def test_a_unit_without_id_is_no_record_and_preserved_in_the_issue() -> None:
    content = document(owner(hospital(unit(unit(sor_id=INNER), sor_id=None, name="Uden id"))))
    found, issues = read(content)
    assert [u.sor_id for u in found] == [OWNER, HOSPITAL, INNER]
    assert [(i.severity, i.code) for i in issues] == [("error", "missing-key")]
    assert issues[0].line == line_of(content, "<OrganizationalUnit>")
    assert issues[0].raw is not None
    assert "Uden id" in issues[0].raw
    assert found[2].parent_id is None  # its parent has no id to name


def test_an_empty_id_is_none() -> None:
    found, issues = read(document(owner(hospital(unit(sor_id=" ")))))
    assert len(found) == 2
    assert [i.code for i in issues] == ["missing-key"]


@pytest.mark.parametrize(
    ("parts", "names"),
    [
        ({"name": None}, ["EntityName"]),
        ({"kind": None}, ["EntityTypeIdentifier"]),
        ({"status": ""}, ["SorStatus/FromDate", "SorStatus/FirstFromDate"]),
        ({"more": (POSTAL,)}, ["EanLocationCodeOption"]),
        ({"name": ""}, ["EntityName"]),
    ],
)
def test_a_missing_element_is_reported_by_its_name(parts: dict[str, Any], names: list[str]) -> None:
    found, issues = read(document(owner(hospital(unit(**parts)))))
    assert len(found) == 3
    assert [(i.severity, i.code, i.column) for i in issues] == [
        ("warning", "missing-element", name) for name in names
    ]
    assert {issue.sor_id for issue in issues} == {UNIT}


def test_an_owner_without_addresses_is_reported() -> None:
    _, issues = read(document(entity("InstitutionOwner", body(OWNER))))
    assert [issue.column for issue in issues] == [
        "PostalAddressInformation",
        "VirtualAddressInformation",
    ]


def test_a_second_value_is_reported_and_preserved() -> None:
    content = document(
        owner(hospital(unit(more=(option(), "<s:EntityName>Et andet</s:EntityName>"))))
    )
    found, issues = read(content)
    assert found[2].name == "Enhed"
    assert found[2].extra == {"EntityName": "Et andet"}
    assert reported(issues) == [("warning", "duplicate-element", "EntityName", "Et andet")]
    assert issues[0].line == line_of(content, "Et andet")


def test_a_second_block_is_reported_and_its_values_preserved() -> None:
    found, issues = read_one(POSTAL, POSTAL.replace("Prøvevej", "Andenvej"))
    assert found.postal_address is not None
    assert found.postal_address.street_name == "Prøvevej"
    assert found.extra["PostalAddressInformation/AddressPostal/StreetName"] == "Andenvej"
    assert {issue.code for issue in issues} == {"duplicate-element"}


def test_what_is_unknown_is_preserved_under_its_path_and_reported_once_for_each() -> None:
    new = '<New kind="a">\n<Deep>x</Deep><Deep>y</Deep>tail</New>'
    content = document(
        owner(hospital(unit(more=(option(), new)), unit(sor_id=INNER, more=(option(), new))))
    )
    found, issues = read(content)
    expected = {"New/@kind": "a", "New/Deep": "x", "New/Deep (2)": "y", "New/text()": "tail"}
    assert found[2].extra == found[3].extra == expected
    assert {(i.severity, i.code) for i in issues} == {("info", "unknown-element")}
    assert sorted(str(i.column) for i in issues) == ["New/@kind", "New/Deep", "New/text()"]
    assert {i.sor_id for i in issues} == {UNIT}


def test_unknown_elements_inside_known_ones_are_preserved() -> None:
    street = "<d5:StreetName>Prøvevej<d5:Old>Gammelvej</d5:Old></d5:StreetName>"
    address = POSTAL.replace("<d5:StreetName>Prøvevej</d5:StreetName>", f"{street}<New>n</New>")
    found, issues = read_one(address)
    assert found.postal_address is not None
    assert found.postal_address.street_name == "Prøvevej"
    prefix = "PostalAddressInformation/AddressPostal"
    assert found.extra == {f"{prefix}/StreetName/Old": "Gammelvej", f"{prefix}/New": "n"}
    assert len(issues) == 2


def test_unknown_elements_of_a_location_number_are_preserved_there() -> None:
    location = LOCATION.replace("<s:SorNote>", "<New>n</New><s:SorNote>")
    content = document(owner(hospital(unit(more=(option(location),)))))
    with sorparse.open(content) as feed:
        assert next(feed.location_codes()).extra == {"New": "n"}
        assert [issue.code for issue in feed.issues] == ["unknown-element"]


def test_a_location_number_without_number_is_no_record() -> None:
    location = LOCATION.replace("5790099900019", "")
    with sorparse.open(document(owner(hospital(unit(more=(option(location),)))))) as feed:
        assert list(feed.location_codes()) == []
        assert [(i.code, i.sor_id) for i in feed.issues] == [("missing-key", UNIT)]
        assert feed.issues[0].raw is not None


def test_another_country_scheme_is_preserved() -> None:
    found, issues = read_one(POSTAL.replace("iso3166-alpha2", "imk"))
    path = "PostalAddressInformation/AddressPostal/CountryIdentificationCode/@scheme"
    assert found.extra == {path: "imk"}
    assert issues == []


def test_attributes_are_preserved_wherever_they_are() -> None:
    content = document(owner(hospital(unit()))).decode()
    content = content.replace("<OrganizationalUnit>", "<OrganizationalUnit id = '7'>")
    content = content.replace("<OrganizationalUnitEntity>", '<OrganizationalUnitEntity nr="8">')
    found, issues = read(content.encode())
    assert found[2].extra == {"@id": "7", "../@nr": "8"}
    assert {issue.code for issue in issues} == {"unknown-element"}


def test_an_attribute_is_found_wherever_the_pieces_are_cut() -> None:
    plain = document(owner(hospital(unit(name="Navn"))))
    for length in range(4096 - 40, 4096 + 40, 3):
        at = plain.index(b"<s:EntityName>Navn") + len(b"<s:EntityName")
        filler = b"<!--" + b"x" * (length - at - 7) + b"-->"
        content = plain[:at] + b' lang="da"' + plain[at:]
        content = content.replace(
            b"<InstitutionOwnerEntity>", filler + b"<InstitutionOwnerEntity>", 1
        )
        found, _ = read(content)
        assert found[2].extra == {"EntityName/@lang": "da"}, length


def test_what_is_beside_the_units_is_reported_with_its_content() -> None:
    content = (
        document(owner(hospital(unit())))
        .decode()
        .replace("</HealthInstitutionEntity>", "<Beside>værdi</Beside>\n</HealthInstitutionEntity>")
        .replace("<InstitutionOwnerEntity>", "<Before>x</Before><InstitutionOwnerEntity>")
        .replace("</SorTree>", "<After>y</After></SorTree>")
    )
    found, issues = read(content.encode())
    assert len(found) == 3
    assert [(i.severity, i.code, i.column) for i in issues] == [
        ("warning", "unknown-element", "SorTree/Before"),
        ("warning", "unknown-element", "HealthInstitutionEntity/Beside"),
        ("warning", "unknown-element", "SorTree/After"),
    ]
    assert issues[1].raw is not None
    assert "værdi" in issues[1].raw
    assert issues[1].line == line_of(content.encode(), "<Beside>")


def test_text_between_elements_is_reported() -> None:
    content = document(owner(hospital(unit()))).decode()
    stray = content.replace("<OrganizationalUnitEntity>", "løs<OrganizationalUnitEntity>")
    found, issues = read(stray.encode())
    assert len(found) == 3
    assert [(i.code, i.value) for i in issues] == [("unknown-element", "løs")]
    stray = content.replace("</OrganizationalUnitEntity>", "</OrganizationalUnitEntity>løs")
    found, issues = read(stray.encode())
    assert [(i.code, i.value) for i in issues] == [("stray-text", "løs")]


def test_a_unit_in_a_stranger_is_not_lost() -> None:
    content = document(owner(hospital(unit(unit(sor_id=INNER)), unit(sor_id=OTHER)))).decode()
    content = content.replace(
        "<OrganizationalUnitEntity>", "<Wrapper><OrganizationalUnitEntity>", 1
    )
    at = content.rindex("<OrganizationalUnitEntity>")
    content = content[:at].rstrip() + "</Wrapper>\n" + content[at:]
    found, issues = read(content.encode())
    assert [(u.sor_id, u.parent_id) for u in found[2:]] == [
        (UNIT, HOSPITAL),
        (INNER, UNIT),
        (OTHER, HOSPITAL),
    ]
    assert "misplaced-element" in {issue.code for issue in issues}


def test_a_second_unit_in_one_container_is_read_as_one_beside() -> None:
    end = "</OrganizationalUnit>"
    second = f"{end}<OrganizationalUnit>{body(INNER, option())}{end}"
    content = document(owner(hospital(unit(unit(sor_id=OTHER)))))
    text = content.decode().replace(end, second, 1)
    found, issues = read(text.encode())
    assert [(u.sor_id, u.parent_id) for u in found[2:4]] == [(UNIT, HOSPITAL), (INNER, HOSPITAL)]
    assert [issue.code for issue in issues] == ["duplicate-element"]


def test_a_value_beyond_the_limit_costs_its_unit() -> None:
    content = document(owner(hospital(unit(name="x" * 300), unit(sor_id=INNER))))
    found, issues = read(content, limits=Limits(max_field_chars=200))
    assert [u.sor_id for u in found] == [OWNER, HOSPITAL, INNER]
    assert [(i.code, i.column, i.sor_id) for i in issues] == [
        ("field-too-long", "EntityName", UNIT)
    ]


def test_a_bad_snapshot_date_is_reported() -> None:
    content = document(owner()).replace(b"<s:SnapshotDate>2026-06-15", b"<s:SnapshotDate>i dag")
    with sorparse.open(content) as feed:
        assert feed.snapshot_date is None
        assert [(i.code, i.value) for i in feed.issues] == [("bad-date", "i dag")]


def test_reading_again_reports_nothing_twice() -> None:
    content = document(owner(hospital(unit(status="", more=(option(), "<New>x</New>")))))
    with sorparse.open(content) as feed:
        list(feed.entities())
        first = feed.issues
        list(feed.entities())
        list(feed.location_codes())
        assert feed.issues == first
        assert len(first) == 3
