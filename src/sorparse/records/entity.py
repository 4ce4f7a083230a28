"""The unit of the register, in one version."""

from __future__ import annotations

from datetime import date

import attrs

from ..notebook import HtmlRepr
from .deferred import Deferred
from .values import (
    ALWAYS,
    NO_EXTRA,
    Address,
    Coded,
    EntityRef,
    Extra,
    SorType,
    Validity,
    VirtualAddress,
    as_extra,
    coded_tuple,
    place_tuple,
    text_tuple,
)


@attrs.frozen(weakref_slot=False)
class SOREntity(HtmlRepr, Deferred):
    """One version of a unit of SOR: an owner, an institution, or an organisational unit.

    A unit has one record for each period between two changes. Records are immutable, hashable and
    compared by value. A missing value is ``None`` or ``()``, never ``""``.

    Example:
        >>> unit = view["9000041000016007"]
        >>> unit.name, unit.entity_type.name, str(unit.validity.from_date)
        ('Nordhavets Universitetshospital', 'hospital', '2014-05-01')
    """

    sor_id: str
    """SOR id (``SorId``, ``SorIdentifier``, SOR-kode): 11 to 18 digits, text."""
    name: str | None = None
    """Name of the unit (``EntityName``, Enhedsnavn)."""
    sor_type: SorType | None = None
    """Level in the register (``SorType``): IE, SI or OE."""
    entity_type: Coded | None = None
    """Kind of unit (``EntityTypeId``/``EntityTypeName``, ``EntityTypeIdentifier``, Enhedstype)."""
    parent_id: str | None = None
    """SOR id of the organisational parent (``ParentSorId``, Parent-SOR-kode); none for owners."""
    owner: EntityRef | None = None
    """The institution owner above the unit (``InstitutionOwner…``)."""
    health_institution: EntityRef | None = None
    """The health institution the unit belongs to (``HealthInstitution…``)."""
    cvr: str | None = None
    """CVR number of the owner, eight digits (``InstitutionOwnerCvrNumberId``,
    ``CVRnumberIdentifier``)."""
    production_unit_number: str | None = None
    """P-number, ten digits (``ProductionUnitId``, P-nummer)."""
    validity: Validity = ALWAYS
    """The dates of this version, both ends inclusive (``FromDate``, ``ToDate``). ``from_date`` is
    the date from which the last change applies, not the opening; see ``first_from_date``."""
    first_from_date: date | None = None
    """The unit's first day (``FirstFromDate``, Gaeldende_fra_dato)."""
    updated_at: date | None = None
    """Date of the last edit (``UpdatedAt``, Sidst_aendret_dato)."""
    shak_code: str | None = None
    """SHAK code, 4, 6 or 7 characters (``ShakId``, ``ShakIdentifier``, SghAfd-kode)."""
    provider_number: str | None = None
    """Provider number with its leading zeros (``ProviderId``, ydernummer); not unique."""
    pharmacy_number: str | None = None
    """Pharmacy number, may hold a comma, e.g. ``362,1`` (``PharmacyId``, Apoteksnummer)."""
    local_code: str | None = None
    """The owner's own code for the unit (``LocalCode``, Lokalkode)."""
    location_code: str | None = None
    """Location number, a 13-digit GLN (``EanLocationCode``, Lokationsnummer)."""
    location_code_inherited: bool | None = None
    """Whether the location number comes from a unit above
    (``EanLocationCodeInheritedIndicator``, ``EntityInheritanceIndicator``, Nedarvningsstatus)."""
    location_code_region: Coded | None = None
    """Region in which the location number, not the unit, lies (``EanLocationCodeRegionCode``)."""
    location_code_system_type: Coded | None = None
    """System behind the location number, inherited or not (sor.csv: EDB-system)."""
    location_code_system_supplier: Coded | None = None
    """Its supplier (sor.csv: Systemleverandoer)."""
    location_code_communication_supplier: Coded | None = None
    """Network operator of the location number (sor.csv: Netoperatoer)."""
    location_code_status: str | None = None
    """Status of the location number as the file words it (sor.csv: Lokationsnummerstatus)."""
    postal_address: Address | None = None
    """Postal address (``PostalAddress…``, Postadresse)."""
    visiting_address: Address | None = None
    """Visiting address (``VisitingAddress…``, Besoegsadresse)."""
    activity_address: Address | None = None
    """Activity address (``ActivityAddress…``, Aktivitetsadresse)."""
    virtual_address: VirtualAddress | None = None
    """E-mail, website, telephone, fax (``VirtualAddress…``)."""
    specialities: tuple[Coded, ...] = attrs.field(default=(), converter=coded_tuple)
    """Clinical specialities, the main one first, at most eight
    (``PrioritizedEntitySpeciality1Id`` …, Hovedspeciale, Speciale2 …). Where a file fills a later
    place and leaves an earlier one empty, the empty place is ``Coded(None, None)``."""
    geographical_parent_relation: str | None = None
    """Code of the geographical relation, 1 own placement, 2 the organisational parent, 3 another
    parent, 4 none, 5 unknown (``GeographicalParentRelationId``)."""
    geographical_parent_id: str | None = None
    """SOR id of the geographical parent (``GeographicalParentSorId``)."""
    geographical_location: str | None = None
    """Name of the unit's geographical location (sor.csv: Geografisk_lokalisation)."""
    ambulant_activity: bool | None = None
    """Whether the unit has outpatient contacts (``AmbulantActivityIndicator``)."""
    patients_admitted: bool | None = None
    """Whether the unit is a bed ward (``PatientsAdmittedIndicator``)."""
    reporting_level: bool | None = None
    """Whether the unit reports to the national patient register (``ReportingLevelIndicator``)."""
    organisational_level: Coded | None = None
    """Clinical-administrative level (``OrganisationalLevelCode``/``…Name``)."""
    replaces: tuple[str, ...] = attrs.field(default=(), converter=text_tuple)
    """SOR ids of the units that this one replaces (``ReplacesEntityCollection``)."""
    replaced_by: tuple[str, ...] = attrs.field(default=(), converter=text_tuple)
    """SOR ids of the units that replace this one (``ReplacedByEntityCollection``)."""
    local_attributes: tuple[str | None, ...] = attrs.field(default=(), converter=place_tuple)
    """The owner's attributes 1 to 5 (``LocalAttribute1`` …); place *n* is attribute *n*, an empty
    place before a filled one is ``None``."""
    note: str | None = None
    """Remark (``SorNote``)."""
    extra: Extra = attrs.field(default=NO_EXTRA, converter=as_extra)
    """The values of the row outside the known columns, by the file's own column name."""

    def __str__(self) -> str:
        """Return name, type, SOR id and dates in one line; ``repr`` has every field."""
        kind = self.entity_type and (self.entity_type.name or self.entity_type.code)
        start, end = self.validity.from_date, self.validity.to_date
        if start and end:
            dates = f"{start} to {end}"
        else:
            dates = f"from {start}" if start else f"to {end}" if end else ""
        level = self.sor_type and self.sor_type.value
        return ", ".join(filter(None, (self.name, kind or level, self.sor_id, dates)))
