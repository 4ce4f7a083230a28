"""Small Sor.xml documents for tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sorparse
from sorparse import Issue, SOREntity
from support.csv_files import sor_id

# made-up units, in the order they are used
OWNER, HOSPITAL, UNIT, INNER, OTHER = (sor_id(item) for item in (1, 901, 902, 903, 904))

V2 = """<?xml version="1.0" encoding="utf-8"?>
<SorTree xmlns="urn:oio:nsi:2.0.0"
 xmlns:s="urn:oio:sundhedsstyrelsen:organisation:1.0.0"
 xmlns:p="http://rep.oio.dk/xkom.dk/xml/schemas/2006/01/06/"
 xmlns:m="http://rep.oio.dk/xkom.dk/xml/schemas/2005/03/15/"
 xmlns:d="http://rep.oio.dk/ebxml/xml/schemas/dkcc/2003/02/13/"
 xmlns:d5="http://rep.oio.dk/ebxml/xml/schemas/dkcc/2005/03/15/"
 xmlns:b="http://rep.oio.dk/ebxml/xml/schemas/dkcc/2005/05/13/"
 xmlns:cpr="http://rep.oio.dk/cpr.dk/xml/schemas/core/2005/03/18/"
 xmlns:cvr="http://rep.oio.dk/cvr.dk/xml/schemas/2005/03/22/"
 xmlns:kms="http://rep.oio.dk/kms.dk/xml/schemas/2007/05/23/"
 xmlns:osak="http://rep.oio.dk/osak.dk/xml/schemas/2006/04/25/"
 xmlns:foreign="urn:somebody:else">
<s:CreatedAtTime>2026-06-15T01:00:29.6269718+02:00</s:CreatedAtTime>
<s:SnapshotDate>2026-06-15</s:SnapshotDate>
"""

STATUS = """<s:SorStatus>
<s:FromDate>2020-03-04</s:FromDate>
<s:UpdatedAt>2020-03-01</s:UpdatedAt>
<s:FirstFromDate>2010-01-02</s:FirstFromDate>
</s:SorStatus>"""
POSTAL = """<PostalAddressInformation>
<p:AddressPostal>
<d5:StreetName>Prøvevej</d5:StreetName>
<d:StreetBuildingIdentifier>13</d:StreetBuildingIdentifier>
<d5:PostCodeIdentifier>9000</d5:PostCodeIdentifier>
<d5:DistrictName>Aalborg</d5:DistrictName>
<d:CountryIdentificationCode scheme="iso3166-alpha2">DK</d:CountryIdentificationCode>
</p:AddressPostal>
<cpr:MunicipalityCode>0851</cpr:MunicipalityCode>
<cpr:StreetCode>2277</cpr:StreetCode>
<kms:RegionCode>1081</kms:RegionCode>
<osak:CoordETRS89z32NMeasure>6347032.450</osak:CoordETRS89z32NMeasure>
<osak:CoordETRS89z32EMeasure>557481.680</osak:CoordETRS89z32EMeasure>
</PostalAddressInformation>"""
VIRTUAL = """<s:VirtualAddressInformation>
<m:EmailAddressIdentifier>post@example.dk</m:EmailAddressIdentifier>
<s:Website>www.example.dk</s:Website>
<s:TelephoneNumberIdentifier>00000001</s:TelephoneNumberIdentifier>
<s:FaxNumberIdentifier>00000002</s:FaxNumberIdentifier>
</s:VirtualAddressInformation>"""
LOCATION = """<EanLocationCodeEntity>
<s:EanLocationCode>5790099900019</s:EanLocationCode>
<s:OnlyInternalIndicator>false</s:OnlyInternalIndicator>
<s:NonActiveIndicator>1</s:NonActiveIndicator>
<SystemSupplierIdentifier>162</SystemSupplierIdentifier>
<SystemTypeIdentifier>225</SystemTypeIdentifier>
<CommunicationSupplierIdentifier>41000035001</CommunicationSupplierIdentifier>
<kms:RegionCode>1084</kms:RegionCode>
<EdiAdministratorIdentifier>639</EdiAdministratorIdentifier>
<s:SorNote>kun øvelse</s:SorNote>
<s:SorStatus>
<s:FromDate>2019-01-01</s:FromDate>
<s:ToDate>2030-12-31</s:ToDate>
<s:FirstFromDate>2018-01-01</s:FirstFromDate>
</s:SorStatus>
</EanLocationCodeEntity>"""


def option(inner: str = "<EntityInheritanceIndicator>true</EntityInheritanceIndicator>") -> str:
    return f"<EanLocationCodeOption>\n{inner}\n</EanLocationCodeOption>"


def body(
    sor_id: str | None,
    *more: str,
    name: str | None = "Enhed",
    kind: str | None = "22232009",
    status: str = STATUS,
) -> str:
    lines = [
        f"<s:SorIdentifier>{sor_id}</s:SorIdentifier>" if sor_id is not None else "",
        f"<s:EntityName>{name}</s:EntityName>" if name is not None else "",
        f"<EntityTypeIdentifier>{kind}</EntityTypeIdentifier>" if kind is not None else "",
        *more,
        status,
    ]
    return "\n".join(line for line in lines if line)


def entity(element: str, content: str, *below: str) -> str:
    inside = "\n".join(below)
    return f"<{element}Entity>\n<{element}>\n{content}\n</{element}>\n{inside}\n</{element}Entity>"


def owner(*below: str, sor_id: str = OWNER, more: Sequence[str] = (), **parts: Any) -> str:
    parts.setdefault("kind", "550881000005103")
    cvr = "<cvr:CVRnumberIdentifier>29190623</cvr:CVRnumberIdentifier>"
    content = body(sor_id, *more, POSTAL, VIRTUAL, **parts) + "\n" + cvr
    return entity("InstitutionOwner", content, *below)


def hospital(
    *below: str, sor_id: str | None = HOSPITAL, more: Sequence[str] = (), **parts: Any
) -> str:
    more = more or (option(),)
    return entity("HealthInstitution", body(sor_id, *more, **parts), *below)


def unit(*below: str, sor_id: str | None = UNIT, more: Sequence[str] = (), **parts: Any) -> str:
    more = more or (option(),)
    return entity("OrganizationalUnit", body(sor_id, *more, **parts), *below)


def document(*owners: str, root: str = V2, end: str = "</SorTree>\n") -> bytes:
    return (root + "\n".join(owners) + "\n" + end).encode()


def line_of(content: bytes, text: str, number: int = 1) -> int:
    """Line, from 1, on which a text occurs for the ``number``-th time."""
    lines = [i for i, line in enumerate(content.decode().split("\n"), 1) if text in line]
    return lines[number - 1]


def read(content: bytes, **options: Any) -> tuple[list[SOREntity], list[Issue]]:
    with sorparse.open(content, **options) as feed:
        return list(feed.entities()), feed.issues


def read_one(*more: str, **parts: Any) -> tuple[SOREntity, list[Issue]]:
    """Read a single unit under a hospital, with these elements before its status."""
    found, issues = read(document(owner(hospital(unit(more=(option(), *more), **parts)))))
    return found[2], issues
