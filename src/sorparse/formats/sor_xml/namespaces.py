"""The namespaces of Sor.xml, and which element belongs to which.

Elements are matched by local name and namespace, never by prefix. For some elements of 2.0.0 it is
not proven which of the two SOR namespaces they are in, and the OIO components have moved between
dated namespaces. So an element is known in every namespace of its group, and unknown in others.
"""

from __future__ import annotations

NSI = "urn:oio:nsi:2.0.0"
"""Namespace of 2.0.0; elements that 2.0.0 did not change are in the namespace of 1.0.0."""
SOR1 = "urn:oio:sundhedsstyrelsen:organisation:1.0.0"
"""Namespace of 1.0.0."""
VERSIONS = {NSI: "2.0.0", SOR1: "1.0.0"}
"""Namespace of the root element to the version of the document."""

SOR_NAMESPACES = (NSI, SOR1)
OIO_NAMESPACES = (
    "http://rep.oio.dk/xkom.dk/xml/schemas/2006/01/06/",
    "http://rep.oio.dk/xkom.dk/xml/schemas/2005/03/15/",
    "http://rep.oio.dk/ebxml/xml/schemas/dkcc/2003/02/13/",
    "http://rep.oio.dk/ebxml/xml/schemas/dkcc/2005/03/15/",
    "http://rep.oio.dk/ebxml/xml/schemas/dkcc/2005/05/13/",
    "http://rep.oio.dk/cpr.dk/xml/schemas/core/2005/03/18/",
    "http://rep.oio.dk/cvr.dk/xml/schemas/2005/03/22/",
    "http://rep.oio.dk/kms.dk/xml/schemas/2007/05/23/",
    "http://rep.oio.dk/osak.dk/xml/schemas/2006/04/25/",
)
KNOWN_NAMESPACES = frozenset(SOR_NAMESPACES + OIO_NAMESPACES)

_OIO_ELEMENTS = frozenset(
    (
        "AddressPostal",
        "MailDeliverySublocationIdentifier",
        "StreetName",
        "StreetNameForAddressingName",
        "StreetBuildingIdentifier",
        "FloorIdentifier",
        "SuiteIdentifier",
        "DistrictSubdivisionIdentifier",
        "PostOfficeBoxIdentifier",
        "PostCodeIdentifier",
        "DistrictName",
        "CountryIdentificationCode",
        "MunicipalityCode",
        "StreetCode",
        "CoordETRS89z32NMeasure",
        "CoordETRS89z32EMeasure",
        "EmailAddressIdentifier",
        "CVRnumberIdentifier",
        "ProductionUnitIdentifier",
    )
)
_BOTH = frozenset(("RegionCode",))  # SOR's own in 1.0.0, an OIO component in 2.0.0


def namespaces_of(local: str) -> tuple[str, ...]:
    """Return the namespaces in which an element of this local name is known."""
    if local in _BOTH:
        return SOR_NAMESPACES + OIO_NAMESPACES
    return OIO_NAMESPACES if local in _OIO_ELEMENTS else SOR_NAMESPACES


def tags_of(local: str) -> tuple[str, ...]:
    """Return every full tag under which an element of this local name is known."""
    return tuple(f"{{{namespace}}}{local}" for namespace in namespaces_of(local))
