"""What Sor.xml holds comes out in the fields of the records."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

import sorparse
from sorparse import Address, Coded, EntityRef, Format, SorType, Validity, VirtualAddress, codes
from sorparse.formats.sor_xml import TABLES
from support.csv_files import sor_id
from support.xml import (
    HOSPITAL,
    INNER,
    LOCATION,
    OTHER,
    OWNER,
    POSTAL,
    UNIT,
    V2,
    document,
    hospital,
    line_of,
    option,
    owner,
    read,
    read_one,
    unit,
)

REGISTER = document(owner(hospital(unit(unit(sor_id=INNER))), name="Region"), owner(sor_id=OTHER))


def test_a_feed_reports_what_it_is() -> None:
    with sorparse.open(REGISTER) as feed:
        assert feed.format is Format.SOR_XML
        assert feed.snapshot_date == date(2026, 6, 15)
        assert feed.tables == ("entities", "location_codes")


def test_units_come_in_document_order_with_what_is_above_them() -> None:
    found, issues = read(REGISTER)
    assert issues == []
    assert [(u.sor_id, u.parent_id, u.sor_type) for u in found] == [
        (OWNER, None, SorType.IE),
        (HOSPITAL, OWNER, SorType.SI),
        (UNIT, HOSPITAL, SorType.OE),
        (INNER, UNIT, SorType.OE),
        (OTHER, None, SorType.IE),
    ]
    region = EntityRef(OWNER, "Region", Coded("550881000005103", "region"))
    institution = EntityRef(HOSPITAL, "Enhed", Coded("22232009", "hospital"))
    assert [u.owner for u in found[:4]] == [region] * 4
    assert [u.health_institution for u in found[:4]] == [None, *[institution] * 3]
    assert [u.cvr for u in found] == ["29190623"] * 5


def test_the_fields_of_an_owner() -> None:
    found, _ = read(document(owner()))
    assert found[0].postal_address == Address(
        street_name="Prøvevej",
        street_building_id="13",
        post_code="9000",
        district_name="Aalborg",
        country_code="DK",
        municipality_code="0851",
        street_code="2277",
        region_code="1081",
        easting=Decimal("557481.680"),
        northing=Decimal("6347032.450"),
    )
    assert found[0].virtual_address == VirtualAddress(
        "post@example.dk", "www.example.dk", "00000001", "00000002"
    )
    assert found[0].validity == Validity(date(2020, 3, 4), None)
    assert found[0].updated_at == date(2020, 3, 1)
    assert found[0].first_from_date == date(2010, 1, 2)


@pytest.mark.parametrize("more", ["", f"<s:SorIdentifier>{OTHER}</s:SorIdentifier>"])
def test_an_empty_id_in_a_list_is_none(more: str) -> None:
    found, issues = read_one(
        f"<s:ReplacedByEntityCollection><s:SorIdentifier></s:SorIdentifier>{more}"
        "</s:ReplacedByEntityCollection>"
    )
    assert issues == []
    assert found.replaced_by == ((OTHER,) if more else ())


def test_the_fields_of_a_unit() -> None:
    found, issues = read_one(
        "<s:LocalCode>HJ-1</s:LocalCode>",
        "<s:PharmacyIdentifier>362,1</s:PharmacyIdentifier>",
        "<s:ShakIdentifier>1301019</s:ShakIdentifier>",
        "<s:ProviderIdentifier>019062</s:ProviderIdentifier>",
        "<GeographicalParent><GeographicalParentRelation>3</GeographicalParentRelation>"
        f"<GeographicalParentSorIdentifier>{OTHER}</GeographicalParentSorIdentifier>"
        "</GeographicalParent>",
        POSTAL.replace("Postal", "Visiting").replace("p:AddressVisiting", "p:AddressPostal"),
        POSTAL.replace("PostalAddressI", "ActivityAddressI").replace("13", "15"),
        f"<s:ReplacesEntityCollection><s:SorIdentifier>{OTHER}</s:SorIdentifier>"
        f"<s:SorIdentifier>{INNER}</s:SorIdentifier></s:ReplacesEntityCollection>",
        f"<s:ReplacedByEntityCollection><s:SorIdentifier>{OWNER}</s:SorIdentifier>"
        "</s:ReplacedByEntityCollection>",
        "<s:OrganizationalUnitInformation>"
        "<s:AmbulantActivityIndicator>true</s:AmbulantActivityIndicator>"
        "<s:PatientsAdmittedIndicator>0</s:PatientsAdmittedIndicator>"
        "<s:ReportingLevelIndicator>1</s:ReportingLevelIndicator>"
        "</s:OrganizationalUnitInformation>",
        "<s:LocalAttributeCollection><s:LocalAttribute1>a</s:LocalAttribute1>"
        "<s:LocalAttribute3>c</s:LocalAttribute3></s:LocalAttributeCollection>",
    )
    assert issues == []
    assert found.local_code == "HJ-1"
    assert found.pharmacy_number == "362,1"
    assert found.shak_code == "1301019"
    assert found.provider_number == "019062"
    assert (found.geographical_parent_relation, found.geographical_parent_id) == ("3", OTHER)
    assert found.postal_address is None
    assert found.visiting_address is not None
    assert found.visiting_address.street_building_id == "13"
    assert found.activity_address is not None
    assert found.activity_address.street_building_id == "15"
    assert found.replaces == (OTHER, INNER)
    assert found.replaced_by == (OWNER,)
    assert (found.ambulant_activity, found.patients_admitted) == (True, False)
    assert found.reporting_level is True
    assert found.local_attributes == ("a", None, "c")


def test_namespaces_count_and_prefixes_do_not() -> None:
    # s1: the same namespace under another prefix; foreign: a known name in another namespace
    found, issues = read_one(
        '<s1:ShakIdentifier xmlns:s1="urn:oio:sundhedsstyrelsen:organisation:1.0.0">1301'
        "</s1:ShakIdentifier>",
        "<LocalCode>in the other SOR namespace</LocalCode>",
        "<foreign:ProviderIdentifier>019062</foreign:ProviderIdentifier>",
    )
    assert found.shak_code == "1301"
    assert found.local_code == "in the other SOR namespace"
    assert found.provider_number is None
    assert found.extra == {"{urn:somebody:else}ProviderIdentifier": "019062"}
    assert [issue.code for issue in issues] == ["unknown-element"]


@pytest.mark.parametrize(
    ("inner", "code", "inherited", "region"),
    [
        ("<EntityInheritanceIndicator>true</EntityInheritanceIndicator>", None, True, None),
        ("<EntityInheritanceIndicator>0</EntityInheritanceIndicator>", None, False, None),
        ("", None, None, None),
        (LOCATION, "5790099900019", False, "1084"),
    ],
)
def test_a_location_number_is_own_inherited_or_none(
    inner: str, code: str | None, inherited: bool | None, region: str | None
) -> None:
    found, issues = read(document(owner(hospital(more=(option(inner), POSTAL)))))
    assert issues == []
    assert found[1].location_code == code
    assert found[1].location_code_inherited is inherited
    assert (found[1].location_code_region and found[1].location_code_region.code) == region
    assert found[1].postal_address is not None
    assert found[1].postal_address.region_code == "1081"  # not the number's
    assert found[1].validity.from_date == date(2020, 3, 4)  # not the number's


def test_location_numbers_come_out_with_all_their_codes() -> None:
    content = document(owner(hospital(unit(more=(option(LOCATION),))), more=(LOCATION,)))
    with sorparse.open(content) as feed:
        first, second = feed.location_codes()
        lines = [line for line, _ in feed.numbered("location_codes")]
    assert (first.sor_id, second.sor_id) == (OWNER, UNIT)
    assert lines == [line_of(content, "<EanLocationCodeEntity>", n) for n in (1, 2)]
    assert first.location_code == "5790099900019"
    assert (first.only_internal, first.non_active) == (False, True)
    assert first.system_supplier == Coded("162")
    assert first.system_type == Coded("225")
    assert first.communication_supplier == Coded("41000035001", "KMD")
    assert first.region == Coded("1084", "Region Hovedstaden")
    assert first.edi_administrator == Coded("639")
    assert first.note == "kun øvelse"
    assert first.validity == Validity(date(2019, 1, 1), date(2030, 12, 31))
    assert first.first_from_date == date(2018, 1, 1)
    assert feed.issues == []


def speciality(code: str, kind: str = "") -> str:
    type_element = f"<SpecialityTypeIdentifier>{kind}</SpecialityTypeIdentifier>" if kind else ""
    return (
        f"<ClinicalSpeciality><SpecialityIdentifier>{code}</SpecialityIdentifier>{type_element}"
        "</ClinicalSpeciality>"
    )


def test_the_main_speciality_comes_first() -> None:
    inner = speciality("394579002", "2") + speciality("394594003", "51000095001") + speciality("7")
    found, issues = read_one(
        f"<ClinicalSpecialityCollection>{inner}</ClinicalSpecialityCollection>"
    )
    assert issues == []
    assert [coded.code for coded in found.specialities] == ["394594003", "394579002", "7"]
    assert found.specialities[0].name == codes.name_of("clinical_speciality", "394594003")
    # the order states only the main one's type
    assert found.extra == {
        "ClinicalSpecialityCollection/ClinicalSpeciality[1]/SpecialityTypeIdentifier": "2"
    }


def test_a_ninth_speciality_is_preserved() -> None:
    inner = "".join(speciality(str(number)) for number in range(1, 10))
    found, issues = read_one(
        f"<ClinicalSpecialityCollection>{inner}</ClinicalSpecialityCollection>"
    )
    assert [coded.code for coded in found.specialities] == list("12345678")
    assert list(found.extra.values()) == ["9"]
    assert [issue.code for issue in issues] == ["unknown-element"]


def test_names_of_codes_are_marked_as_ours() -> None:
    found, _ = read(document(owner()))
    assert found[0].entity_type == Coded("550881000005103", "region")
    assert found[0].entity_type is not None
    assert found[0].entity_type.supplied == "name"


def test_the_caller_can_name_an_element_that_is_not_known() -> None:
    content = document(owner(hospital(unit(more=(option(), "<PNumber>1099000001</PNumber>")))))
    found, issues = read(content, columns={"PNumber": "production_unit_number"})
    assert found[2].production_unit_number == "1099000001"
    assert found[2].extra == {}
    assert issues == []


def test_version_1_0_0_has_its_own_names() -> None:
    new_to_old = {
        "urn:oio:nsi:2.0.0": "urn:oio:sundhedsstyrelsen:organisation:1.0.0",
        "EanLocationCodeOption": "OptionalEanLocationCode",
        "EntityInheritanceIndicator": "EntityInheritedIndicator",
        "SystemSupplierIdentifier": "SystemSupplier",
        "SystemTypeIdentifier": "SystemType",
        "CommunicationSupplierIdentifier": "CommunicationSupplier",
        "EdiAdministratorIdentifier": "EdiAdministrator",
        "kms:RegionCode": "RegionCode",
        "SpecialityIdentifier": "SpecialityCode",
        "SpecialityTypeIdentifier": "SpecialityType",
    }
    inner = speciality("394579002", "51000095001")
    specialities = f"<ClinicalSpecialityCollection>{inner}</ClinicalSpecialityCollection>"
    new = document(
        owner(hospital(unit(more=(option(), specialities)), more=(option(LOCATION),)))
    ).decode()
    old = new
    for name, older in new_to_old.items():
        old = old.replace(name, older)
    for name in ("OwnerType", "InstitutionType", "UnitType"):
        old = old.replace("EntityTypeIdentifier>", f"{name}>", 2)
    assert "EntityTypeIdentifier" not in old
    # 1.0.0 does not have the address's region and municipality, but accepts them
    with sorparse.open(new.encode()) as newer, sorparse.open(old.encode()) as older_feed:
        assert list(older_feed.entities()) == list(newer.entities())
        assert list(older_feed.location_codes()) == list(newer.location_codes())
        assert older_feed.issues == newer.issues == []


def test_a_unit_of_1_0_0_needs_no_type() -> None:
    content = document(owner(hospital(unit(kind=None)))).replace(
        b'xmlns="urn:oio:nsi:2.0.0"', b'xmlns="urn:oio:sundhedsstyrelsen:organisation:1.0.0"'
    )
    found, issues = read(content)
    assert found[2].entity_type is None
    assert issues == []


def test_equal_values_are_shared() -> None:
    found, _ = read(
        document(
            owner(
                hospital(unit(more=(option(), POSTAL)), unit(sor_id=INNER, more=(option(), POSTAL)))
            )
        )
    )
    assert found[2].postal_address is found[3].postal_address
    assert found[2].entity_type is found[3].entity_type
    assert found[2].owner is found[3].owner


def test_blanks_comments_and_instructions_say_nothing() -> None:
    plain = document(owner(hospital(unit())))
    odd = (
        plain.decode()
        .replace(
            "<s:EntityName>Enhed</s:EntityName>",
            "<s:EntityName>\n  En<!-- x -->hed \n</s:EntityName>",
        )
        .replace(
            "<s:SorStatus>", "<!-- <s:ToDate>2020-01-01</s:ToDate> --><?why not?><s:SorStatus>"
        )
        .replace("2010-01-02", "<![CDATA[ 2010-01-02 ]]>")
    )
    assert read(odd.encode()) == read(plain)


def test_layout_does_not_matter() -> None:
    content = document(owner(hospital(unit(unit(sor_id=INNER)), more=(option(LOCATION),))))
    dense = content.replace(b">\n<", b"><")
    windows = content.replace(b"\n", b"\r\n\t  ")
    assert dense.count(b"\n") < 20
    assert read(dense) == read(windows) == read(content)


def test_any_depth_below_the_limit_is_read() -> None:
    depth = 150
    inner = ""
    for number in range(depth, 0, -1):
        inner = unit(inner, sor_id=sor_id(9_100_000 + number))
    found, issues = read(document(owner(hospital(inner))))
    assert issues == []
    assert len(found) == depth + 2
    assert all(below.parent_id == above.sor_id for above, below in pairwise(found))


def test_records_tell_the_line_of_their_element() -> None:
    with sorparse.open(REGISTER) as feed:
        lines = [line for line, _ in feed.numbered("entities")]
    assert lines[0] == line_of(REGISTER, "<InstitutionOwner>")
    assert lines[3] == line_of(REGISTER, "<OrganizationalUnit>", 2)


def test_a_feed_can_be_read_again_and_side_by_side() -> None:
    with sorparse.open(REGISTER) as feed:
        one, two = feed.entities(), feed.entities()
        pairs = list(zip(one, two, strict=True))
        assert all(left == right for left, right in pairs)
        assert len(list(feed.entities())) == len(pairs)


def test_describe_reports_the_elements() -> None:
    content = document(owner(hospital(unit(more=(option(LOCATION), "<New>x</New>")))))
    with sorparse.open(content) as feed:
        entities, numbers = feed.describe().tables
    columns = {column.name: column for column in entities.columns}
    assert entities.rows == 3
    assert columns["SorIdentifier"].field == "sor_id"
    assert columns["SorIdentifier"].filled == 3
    assert columns["SorIdentifier"].samples == (OWNER, HOSPITAL, UNIT)
    assert columns["New"].field is None
    assert "LocalCode" in entities.missing
    assert "SorIdentifier" not in entities.missing
    assert any("version 2.0.0" in note for note in entities.notes)
    assert any("urn:oio:nsi:2.0.0" in note for note in entities.notes)
    assert entities.line_ends == "LF"
    assert numbers.rows == 1
    assert {column.name: column.field for column in numbers.columns}["RegionCode"] == "region.code"


def test_every_declared_name_is_read_as_one_column() -> None:
    for spec in TABLES:
        assert spec.by_folded_name  # raises where a spelling names two
        for field in spec.required:
            assert spec.column_of(field)


def test_the_root_has_to_be_sors() -> None:
    with pytest.raises(sorparse.UnrecognisedFormatError):
        sorparse.open(document(owner(), root=V2.replace("urn:oio:nsi:2.0.0", "urn:other")))
    with pytest.raises(sorparse.UnrecognisedFormatError):
        sorparse.open(b"<html><body>nothing</body></html>")
