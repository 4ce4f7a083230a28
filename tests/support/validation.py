"""A full 2.0.0 and a full 1.0.0 document by hand, and what the tests of validation share."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

import sorparse
from sorparse import Issue

NSI = "urn:oio:nsi:2.0.0"
SOR1 = "urn:oio:sundhedsstyrelsen:organisation:1.0.0"

HEAD_2 = f"""<SorTree xmlns="{NSI}" xmlns:sor1="{SOR1}"
 xmlns:xkom="http://rep.oio.dk/xkom.dk/xml/schemas/2006/01/06/"
 xmlns:xkom1="http://rep.oio.dk/xkom.dk/xml/schemas/2005/03/15/"
 xmlns:dkcc="http://rep.oio.dk/ebxml/xml/schemas/dkcc/2003/02/13/"
 xmlns:dkcc2005="http://rep.oio.dk/ebxml/xml/schemas/dkcc/2005/03/15/"
 xmlns:dkcc2005-2="http://rep.oio.dk/ebxml/xml/schemas/dkcc/2005/05/13/"
 xmlns:cpr="http://rep.oio.dk/cpr.dk/xml/schemas/core/2005/03/18/"
 xmlns:cvr="http://rep.oio.dk/cvr.dk/xml/schemas/2005/03/22/"
 xmlns:kms="http://rep.oio.dk/kms.dk/xml/schemas/2007/05/23/"
 xmlns:osak="http://rep.oio.dk/osak.dk/xml/schemas/2006/04/25/">
<sor1:CreatedAtTime>2026-06-15T01:00:29.6269718+02:00</sor1:CreatedAtTime>
<sor1:SnapshotDate>2026-06-15</sor1:SnapshotDate>
"""

STATUS = """<sor1:SorStatus>
<sor1:FromDate>2020-01-01</sor1:FromDate>
<sor1:ToDate>2027-12-31</sor1:ToDate>
<sor1:UpdatedAt>2019-12-24</sor1:UpdatedAt>
<sor1:FirstFromDate>2015-05-01</sor1:FirstFromDate>
</sor1:SorStatus>
"""

ADDRESS = """<xkom:AddressPostal>
<dkcc:MailDeliverySublocationIdentifier>Bygning 3</dkcc:MailDeliverySublocationIdentifier>
<dkcc2005:StreetName>Prøvevej</dkcc2005:StreetName>
<cpr:StreetNameForAddressingName>Prøvevej</cpr:StreetNameForAddressingName>
<dkcc:StreetBuildingIdentifier>13B</dkcc:StreetBuildingIdentifier>
<dkcc:FloorIdentifier>ST</dkcc:FloorIdentifier>
<dkcc:SuiteIdentifier>th</dkcc:SuiteIdentifier>
<dkcc2005:DistrictSubdivisionIdentifier>Prøveby</dkcc2005:DistrictSubdivisionIdentifier>
<dkcc2005-2:PostOfficeBoxIdentifier>12</dkcc2005-2:PostOfficeBoxIdentifier>
<dkcc2005:PostCodeIdentifier>0999</dkcc2005:PostCodeIdentifier>
<dkcc2005:DistrictName>Prøvested</dkcc2005:DistrictName>
<dkcc:CountryIdentificationCode scheme="iso3166-alpha2">DK</dkcc:CountryIdentificationCode>
</xkom:AddressPostal>
<cpr:MunicipalityCode>0101</cpr:MunicipalityCode>
<cpr:StreetCode>0004</cpr:StreetCode>
<kms:RegionCode>1084</kms:RegionCode>
<osak:CoordETRS89z32NMeasure>6347032.450</osak:CoordETRS89z32NMeasure>
<osak:CoordETRS89z32EMeasure>557481.680</osak:CoordETRS89z32EMeasure>
"""

VIRTUAL = """<sor1:VirtualAddressInformation>
<xkom1:EmailAddressIdentifier>post@example.dk</xkom1:EmailAddressIdentifier>
<sor1:Website>www.example.dk</sor1:Website>
<sor1:TelephoneNumberIdentifier>12345678</sor1:TelephoneNumberIdentifier>
<sor1:FaxNumberIdentifier>12345679</sor1:FaxNumberIdentifier>
</sor1:VirtualAddressInformation>
"""

LOCATION_CODE = f"""<EanLocationCodeEntity>
<sor1:EanLocationCode>5790000000012</sor1:EanLocationCode>
<sor1:OnlyInternalIndicator>false</sor1:OnlyInternalIndicator>
<sor1:NonActiveIndicator>0</sor1:NonActiveIndicator>
<SystemSupplierIdentifier>162</SystemSupplierIdentifier>
<SystemTypeIdentifier>225</SystemTypeIdentifier>
<CommunicationSupplierIdentifier>41000035001</CommunicationSupplierIdentifier>
<kms:RegionCode>1084</kms:RegionCode>
<EdiAdministratorIdentifier>639</EdiAdministratorIdentifier>
<sor1:SorNote>til prøve</sor1:SorNote>
{STATUS}</EanLocationCodeEntity>
"""


def unit(inner: str = "", sor_id: str = "1031000016009") -> str:
    """An OrganizationalUnitEntity with every element that there is."""
    return f"""<OrganizationalUnitEntity>
<OrganizationalUnit>
<sor1:SorIdentifier>{sor_id}</sor1:SorIdentifier>
<sor1:EntityName>Afdeling</sor1:EntityName>
<EntityTypeIdentifier>309904001</EntityTypeIdentifier>
<sor1:LocalCode>A1</sor1:LocalCode>
<sor1:PharmacyIdentifier>362,1</sor1:PharmacyIdentifier>
<sor1:ShakIdentifier>130101</sor1:ShakIdentifier>
<sor1:ProviderIdentifier>019062</sor1:ProviderIdentifier>
<EanLocationCodeOption>
<EntityInheritanceIndicator>true</EntityInheritanceIndicator>
</EanLocationCodeOption>
<PostalAddressInformation>
{ADDRESS}</PostalAddressInformation>
<VisitingAddressInformation>
{ADDRESS}</VisitingAddressInformation>
<ActivityAddressInformation>
{ADDRESS}</ActivityAddressInformation>
{VIRTUAL}<ClinicalSpecialityCollection>
<ClinicalSpeciality>
<SpecialityIdentifier>394594003</SpecialityIdentifier>
<SpecialityTypeIdentifier>51000095001</SpecialityTypeIdentifier>
</ClinicalSpeciality>
</ClinicalSpecialityCollection>
{STATUS}<ReplacesEntityCollection>
<sor1:SorIdentifier>1051000016004</sor1:SorIdentifier>
</ReplacesEntityCollection>
<ReplacedByEntityCollection>
<sor1:SorIdentifier>1061000016002</sor1:SorIdentifier>
</ReplacedByEntityCollection>
<OrganizationalUnitInformation>
<AmbulantActivityIndicator>true</AmbulantActivityIndicator>
<PatientsAdmittedIndicator>false</PatientsAdmittedIndicator>
<ReportingLevelIndicator>true</ReportingLevelIndicator>
</OrganizationalUnitInformation>
<LocalAttributeCollection>
<LocalAttribute1>x</LocalAttribute1>
<LocalAttribute5>y</LocalAttribute5>
</LocalAttributeCollection>
</OrganizationalUnit>
{inner}</OrganizationalUnitEntity>
"""


def owner(inner: str = "", sor_id: str = "1011000016003") -> str:
    """An InstitutionOwnerEntity with one institution; ``inner`` are its units."""
    return f"""<InstitutionOwnerEntity>
<InstitutionOwner>
<sor1:SorIdentifier>{sor_id}</sor1:SorIdentifier>
<sor1:EntityName>Ejer</sor1:EntityName>
<EntityTypeIdentifier>550891000005100</EntityTypeIdentifier>
{LOCATION_CODE}<PostalAddressInformation>
{ADDRESS}</PostalAddressInformation>
{VIRTUAL}{STATUS}<cvr:CVRnumberIdentifier>12345674</cvr:CVRnumberIdentifier>
</InstitutionOwner>
<HealthInstitutionEntity>
<HealthInstitution>
<sor1:SorIdentifier>1021000016001</sor1:SorIdentifier>
<sor1:EntityName>Hospital</sor1:EntityName>
<EntityTypeIdentifier>22232009</EntityTypeIdentifier>
<sor1:ShakIdentifier>1301</sor1:ShakIdentifier>
<EanLocationCodeOption>
{LOCATION_CODE}</EanLocationCodeOption>
{STATUS}</HealthInstitution>
{inner}</HealthInstitutionEntity>
</InstitutionOwnerEntity>
"""


def tree(*owners: str, head: str = HEAD_2) -> bytes:
    """A whole 2.0.0 document."""
    return (head + "".join(owners) + "</SorTree>\n").encode()


FULL_2 = tree(owner(unit(unit(sor_id="1041000016006"))))

# 1.0.0 is one namespace for all that is SOR's; its own names for what 2.0.0 renamed
_RENAMED = {
    "EntityInheritanceIndicator": "EntityInheritedIndicator",
    "EanLocationCodeOption": "OptionalEanLocationCode",
    "SystemSupplierIdentifier": "SystemSupplier",
    "SystemTypeIdentifier": "SystemType",
    "CommunicationSupplierIdentifier": "CommunicationSupplier",
    "EdiAdministratorIdentifier": "EdiAdministrator",
    "SpecialityIdentifier": "SpecialityCode",
    "SpecialityTypeIdentifier": "SpecialityType",
}
_TYPES = {
    "InstitutionOwner": "OwnerType",
    "HealthInstitution": "InstitutionType",
    "OrganizationalUnit": "UnitType",
}


def as_1_0_0(document: bytes) -> bytes:
    """Turn a 2.0.0 document of this file into the 1.0.0 one that says the same."""
    root = etree.fromstring(document)
    for element in list(root.iter("*")):
        name = etree.QName(element)
        local = name.localname
        parent = element.getparent()
        in_address = parent is not None and local_name(parent).endswith("AddressInformation")
        new_there = in_address and local.endswith(("Code", "Measure"))
        if parent is not None and (new_there or local == "CVRnumberIdentifier"):
            parent.remove(element)
            continue
        if name.namespace in (NSI, SOR1) or local == "RegionCode":
            if local == "EntityTypeIdentifier":
                assert parent is not None
                local = _TYPES[local_name(parent)]
            element.tag = f"{{{SOR1}}}{_RENAMED.get(local, local)}"
        if local == "EanLocationCodeOption" and parent is not None and is_unit(parent):
            relation = etree.fromstring(
                f'<GeographicalParent xmlns="{SOR1}"><GeographicalParentRelation>2'
                "</GeographicalParentRelation></GeographicalParent>"
            )
            element.addnext(relation)
    return etree.tostring(root)


def is_unit(element: etree._Element) -> bool:
    return local_name(element) == "OrganizationalUnit"


def local_name(element: etree._Element) -> str:
    return etree.QName(element).localname


FULL_1 = as_1_0_0(FULL_2)


def faults(document: bytes, **options: object) -> list[tuple[int | None, str, str]]:
    """Line, code and message of each distinct fault."""
    report = sorparse.validate(document, **options)  # type: ignore[arg-type] # any option
    return [(issue.line, issue.code, issue.message) for issue in report.errors]


def only(document: bytes, **options: object) -> Issue:
    """The one fault that a document has."""
    report = sorparse.validate(document, **options)  # type: ignore[arg-type] # any option
    (issue,) = report.errors
    return issue


def replaced(document: bytes, old: str, new: str, count: int = 1) -> bytes:
    """Replace the first ``count`` places; the text must be there."""
    assert old.encode() in document, old
    return document.replace(old.encode(), new.encode(), count)


def line_of(document: bytes, text: str, nth: int = 1) -> int:
    """The line on which a text occurs for the ``nth`` time."""
    at = -1
    for _ in range(nth):
        at = document.index(text.encode(), at + 1)
    return document.count(b"\n", 0, at) + 1


def each_element(document: bytes) -> Iterator[tuple[bytes, str]]:
    """The document without one of its elements, for each of them; and which it was."""
    root = etree.fromstring(document)
    count = sum(1 for _ in root.iter("*"))
    for at in range(1, count):
        copy = etree.fromstring(document)
        element = list(copy.iter("*"))[at]
        parent = element.getparent()
        assert parent is not None
        path = f"{local_name(parent)}/{local_name(element)}"
        parent.remove(element)
        yield etree.tostring(copy), path


def each_swap(document: bytes) -> Iterator[tuple[bytes, str]]:
    """The document with two neighbouring unlike elements swapped, for each such pair."""
    root = etree.fromstring(document)
    count = sum(1 for _ in root.iter("*"))
    for at in range(1, count):
        copy = etree.fromstring(document)
        element = list(copy.iter("*"))[at]
        following = element.getnext()
        if following is None or following.tag == element.tag:
            continue
        parent = element.getparent()
        assert parent is not None
        path = f"{local_name(parent)}/{local_name(element)} <> {local_name(following)}"
        following.addnext(element)
        yield etree.tostring(copy), path
