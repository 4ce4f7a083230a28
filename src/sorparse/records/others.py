"""The records of the smaller tables."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import attrs

from ..notebook import HtmlRepr
from .values import ALWAYS, NO_EXTRA, Coded, Extra, Validity, as_extra, coded_tuple


@attrs.frozen(weakref_slot=False)
class SHAKSORMap(HtmlRepr):
    """One period in which a SHAK code was assigned to a SOR unit (SHAKSORMap)."""

    shak_code: str
    """SHAK code (``ShakId``)."""
    sor_id: str
    """SOR id (``SorId``)."""
    name: str | None = None
    """Name of the unit (``EntityName``)."""
    validity: Validity = ALWAYS
    """Dates of the pair, both ends inclusive (``FromDate``, ``ToDate``)."""
    organisational_level: Coded | None = None
    """Clinical-administrative level (``OrganisationalLevelCode``/``…Name``)."""
    extra: Extra = attrs.field(default=NO_EXTRA, converter=as_extra)
    """The values of the row outside the known columns."""


@attrs.frozen(weakref_slot=False)
class LocationCode(HtmlRepr):
    """A location number (lokationsnummer, GLN) and the systems behind it (LocationsCodes)."""

    location_code: str
    """The number, 13 digits (``EanLocationCode``)."""
    sor_id: str | None = None
    """SOR id of the unit that owns it (``SorId``)."""
    only_internal: bool | None = None
    """For internal use only (``OnlyInternalIndicator``)."""
    non_active: bool | None = None
    """Not active (``NonActiveIndicator``)."""
    system_type: Coded | None = None
    """IT system (``SystemTypeId``/``…Name``, EDB-system)."""
    system_supplier: Coded | None = None
    """Supplier of the system (``SystemSupplierId``/``…Name``, Systemleverandoer)."""
    communication_supplier: Coded | None = None
    """Network operator (``CommunicationSupplierId``/``…Name``, Netoperatoer, VANS)."""
    region: Coded | None = None
    """Region in which the number lies (``RegionCode``/``RegionName``)."""
    edi_administrator: Coded | None = None
    """Who maintains the number's message types (``EdiAdministratorId``/``…Name``)."""
    note: str | None = None
    """Remark (``SorNote``)."""
    validity: Validity = ALWAYS
    """Dates of the number, both ends inclusive (``FromDate``, ``ToDate``)."""
    first_from_date: date | None = None
    """First day of the number (``FirstFromDate``)."""
    updated_at: date | None = None
    """Date of the last edit (``UpdatedAt``)."""
    extra: Extra = attrs.field(default=NO_EXTRA, converter=as_extra)
    """The values of the row outside the known columns."""


@attrs.frozen(weakref_slot=False)
class LocationCodeEDIType(HtmlRepr):
    """A message type that a location number handles (LocationsCodeEDITypeMap, Edityper)."""

    location_code: str
    """Location number, 13 digits (``EanLocationCode``)."""
    edi_type: Coded | None = None
    """Message type (``EDITypeId``/``EDITypeName``)."""
    direction: str | None = None
    """Send or receive, as worded in the file, if stated (``Direction``)."""
    validity: Validity = ALWAYS
    """Dates of the pair, both ends inclusive (``FromDate``, ``ToDate``)."""
    extra: Extra = attrs.field(default=NO_EXTRA, converter=as_extra)
    """The values of the row outside the known columns."""


@attrs.frozen(weakref_slot=False)
class EDIType(HtmlRepr):
    """A message type (EDITypes)."""

    edi_type_id: str
    """Id (``EDITypeId``)."""
    code: str | None = None
    """Code, e.g. ``DIS01`` (``EDITypeCode``)."""
    name: str | None = None
    """Name (``EDITypeName``)."""
    version: str | None = None
    """Version (``Version``)."""
    validity: Validity = ALWAYS
    """Dates of the type, both ends inclusive (``FromDate``, ``ToDate``)."""
    extra: Extra = attrs.field(default=NO_EXTRA, converter=as_extra)
    """The values of the row outside the known columns."""


@attrs.frozen(weakref_slot=False)
class GeoLocation(HtmlRepr):
    """A geographical location (GeoLocations, GeographicalLocalisations)."""

    geo_location_id: str
    """Id (``GeoLocationId``)."""
    name: str | None = None
    """Name (``GeoLocationName``)."""
    sor_id: str | None = None
    """SOR id (``SorId``)."""
    municipality_code: str | None = None
    """Municipality, four digits (``MunicipalityCode``)."""
    region_code: str | None = None
    """Region (``RegionCode``)."""
    easting: Decimal | None = None
    """Easting in metres, EPSG:25832 (``CoordETRS89z32EMeasure``)."""
    northing: Decimal | None = None
    """Northing in metres, EPSG:25832 (``CoordETRS89z32NMeasure``)."""
    validity: Validity = ALWAYS
    """Dates of the location, both ends inclusive (``FromDate``, ``ToDate``)."""
    extra: Extra = attrs.field(default=NO_EXTRA, converter=as_extra)
    """The values of the row outside the known columns."""


@attrs.frozen(weakref_slot=False)
class Classification(HtmlRepr):
    """One entry of one of the register's code lists (SORClassifications, SorDataCodeTypes)."""

    classification: Coded | None = None
    """The list (``ClassificationId``/``ClassificationName``)."""
    entry: Coded | None = None
    """The entry (``Code``/``Name``)."""
    validity: Validity = ALWAYS
    """Dates of the entry, both ends inclusive (``FromDate``, ``ToDate``)."""
    extra: Extra = attrs.field(default=NO_EXTRA, converter=as_extra)
    """The values of the row outside the known columns."""


@attrs.frozen(weakref_slot=False)
class ReplacedEntity(HtmlRepr):
    """A pair of units, the second of which replaces the first (SORReplacedEntities); n:m."""

    sor_id: str
    """SOR id of the replaced unit (``SorId``)."""
    replaced_by_id: str
    """SOR id of its successor (``ReplacedBySorId``)."""
    from_date: date | None = None
    """Date from which the replacement applies (``FromDate``)."""
    extra: Extra = attrs.field(default=NO_EXTRA, converter=as_extra)
    """The values of the row outside the known columns."""


@attrs.frozen(weakref_slot=False)
class SHAKUnit(HtmlRepr):
    """One period of one code of the hospital-department classification (SHAKCOMPLETE)."""

    shak_code: str
    """Code (SHAKkode): 4 characters a hospital, 6 a department, 7 a section."""
    kind: str | None = None
    """Record kind (RecArt): ``sgh`` hospital, ``afd`` department or section."""
    name: str | None = None
    """Name (Kodetekst)."""
    validity: Validity = ALWAYS
    """Dates of the period, both ends inclusive (DatoFra, DatoTil)."""
    updated_at: date | None = None
    """Date of creation or last change (DatoÆndring)."""
    owner_type: Coded | None = None
    """Ownership (ejerforhold, BGrp of a hospital)."""
    institution_type: Coded | None = None
    """Kind of institution (institutionsart, AGrp of a hospital)."""
    specialities: tuple[Coded, ...] = attrs.field(default=(), converter=coded_tuple)
    """Specialities of a section, main one first (AGrp to DGrp)."""
    extra: Extra = attrs.field(default=NO_EXTRA, converter=as_extra)
    """The remaining fixed-width fields that hold something, by the publisher's name."""


@attrs.frozen(weakref_slot=False)
class SHAKRegion(HtmlRepr):
    """One period of a hospital of SHAK with its region and SOR id (SHAKregion)."""

    shak_code: str
    """SHAK code of the hospital (``SHAKkode``)."""
    name: str | None = None
    """Name of the hospital."""
    validity: Validity = ALWAYS
    """Dates of the period, both ends inclusive (``DatoFra``, ``Datotil``)."""
    owner_type: Coded | None = None
    """Ownership (``Ejerforhold``): 1 public, 2 private, 3 other; not the codes of
    ``SHAKUnit.owner_type``."""
    institution_type: Coded | None = None
    """Kind of institution (``Institutionsart``)."""
    region: Coded | None = None
    """Region, 1081 to 1085 (``Regionskode``)."""
    sor_id: str | None = None
    """SOR id of the hospital."""
    extra: Extra = attrs.field(default=NO_EXTRA, converter=as_extra)
    """The values of the row outside the known columns."""
