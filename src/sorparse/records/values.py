"""Value objects that many records share: codes, references, addresses, validity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

import attrs

from ..notebook import HtmlRepr


class SorType(str, Enum):
    """The three levels of the register (SOR-type)."""

    IE = "IE"
    """Institution owner (institutionsejer): a region, municipality, state body or private owner."""
    SI = "SI"
    """Health institution (sundhedsinstitution): a hospital, a practice, a pharmacy."""
    OE = "OE"
    """Organisational unit (organisatorisk enhed): a department, a ward, a site."""

    def __str__(self) -> str:
        return self.value


class Extra(Mapping[str, str]):
    """The values of a row outside the known columns: the file's own column name to text.

    Immutable, hashable and compared by value, so that the record around it is too.
    Cells without content are omitted.
    """

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, str] | None = None) -> None:
        self._items: dict[str, str] = dict(items) if items else {}

    def __getitem__(self, key: str) -> str:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return repr(self._items)

    def __reduce__(self) -> tuple[Any, ...]:
        return (Extra, (self._items,))


NO_EXTRA = Extra()


def coded_tuple(items: Iterable[Coded]) -> tuple[Coded, ...]:
    """Freeze any iterable that a caller passes to a record."""
    return tuple(items)


def text_tuple(items: Iterable[str]) -> tuple[str, ...]:
    """Freeze any iterable of texts that a caller passes to a record."""
    return tuple(items)


def place_tuple(items: Iterable[str | None]) -> tuple[str | None, ...]:
    """Freeze any iterable of texts and empty places that a caller passes to a record."""
    return tuple(items)


def as_extra(items: Mapping[str, str] | None) -> Extra:
    """Freeze any mapping that a caller passes to a record."""
    if isinstance(items, Extra):
        return items
    return Extra(items) if items else NO_EXTRA


@attrs.frozen(weakref_slot=False)
class Coded(HtmlRepr):
    """A code and its name; either may be ``None``. Codes are text: check digits do not hold."""

    code: str | None = None
    """The code, often a SNOMED CT concept id (columns ``…Id``/``…Code``)."""
    name: str | None = None
    """The Danish term (columns ``…Name``)."""
    supplied: str | None = attrs.field(default=None, eq=False, repr=False, kw_only=True)
    """``"name"`` or ``"code"`` where that half is not in the file but comes from the code table
    that ships with this library (see ``sorparse.codes``); not part of the comparison."""


@attrs.frozen(weakref_slot=False)
class EntityRef(HtmlRepr):
    """A reference to the institution owner or the health institution above a unit."""

    sor_id: str | None = None
    """SOR id (``InstitutionOwnerSorId``, ``HealthInstitutionSorId``)."""
    name: str | None = None
    """Name (``InstitutionOwnerEntityName``, ``HealthInstitutionEntityName``)."""
    entity_type: Coded | None = None
    """Type (``…EntityTypeId``, ``…EntityTypeName``)."""


@attrs.frozen(weakref_slot=False)
class Validity(HtmlRepr):
    """A period of whole days. Both ends are inclusive ("til og med"); ``None`` is open.

    Example:
        >>> from datetime import date
        >>> sorparse.Validity(date(2020, 1, 1)).contains(date(2026, 6, 15))
        True
    """

    from_date: date | None = None
    """First day (``FromDate``)."""
    to_date: date | None = None
    """Last day, inclusive (``ToDate``); ``None`` if the file has no end, or one of the
    publisher's open ends (9999-12-31, 2500-01-01)."""

    def contains(self, day: date) -> bool:
        """Return whether a date is in the period, first and last date included.

        Args:
            day: The date.

        Example:
            >>> from datetime import date
            >>> sorparse.Validity(None, date(2021, 3, 31)).contains(date(2021, 4, 1))
            False
        """
        return (self.from_date is None or self.from_date <= day) and (
            self.to_date is None or day <= self.to_date
        )

    def overlaps(self, other: Validity) -> bool:
        """Return whether two periods have at least one date in common.

        Args:
            other: The other period. A period that ends before it starts has no date and overlaps
                nothing.

        Example:
            >>> from datetime import date
            >>> period = sorparse.Validity(date(2020, 1, 1), date(2021, 3, 31))
            >>> period.overlaps(sorparse.Validity(date(2021, 3, 31)))
            True
        """
        start = max(self.from_date or date.min, other.from_date or date.min)
        end = min(self.to_date or date.max, other.to_date or date.max)
        return start <= end


@attrs.frozen(weakref_slot=False)
class Address(HtmlRepr):
    """A postal, visiting or activity address (OIO ``AddressPostal`` and what SOR adds to it)."""

    street_name: str | None = None
    """Street (``StreetName``)."""
    street_name_for_addressing: str | None = None
    """Street name as shortened for addressing, 20 characters (``StreetNameForAddressingName``)."""
    street_building_id: str | None = None
    """House number with letter, e.g. ``70B`` (``StreetBuildingIdentifier``). The CSV 1.2.1.19 set
    writes street and number in one column; all of it is in ``street_name`` then."""
    floor_id: str | None = None
    """Floor (``FloorIdentifier``)."""
    suite_id: str | None = None
    """Door or side (``SuiteIdentifier``)."""
    stairway: str | None = None
    """Stairway or entrance (``Stairway``)."""
    mail_delivery_sublocation: str | None = None
    """Name of farm or building (``MailDeliverySublocationIdentifier``)."""
    district_subdivision: str | None = None
    """Village or part of town (``DistrictSubdivisionIdentifier``)."""
    post_office_box: str | None = None
    """Post box number (``PostOfficeBoxIdentifier``)."""
    additional_info: str | None = None
    """Further text (``AdditionalAddressInfo``)."""
    post_code: str | None = None
    """Post code, four digits; ``9999`` is used for abroad (``PostCodeIdentifier``)."""
    district_name: str | None = None
    """Postal town (``DistrictName``)."""
    country_code: str | None = None
    """Country, e.g. ``DK`` (``CountryIdentificationCode``)."""
    municipality_code: str | None = None
    """Municipality, four digits with leading zero (``MunicipalityCode``, kommunekode)."""
    municipality_name: str | None = None
    """Municipality (``MunicipalityName``)."""
    street_code: str | None = None
    """Road code within the municipality, four digits (``StreetCode``, vejkode)."""
    region_code: str | None = None
    """Region of the address, 1081 to 1085 (``RegionCode``)."""
    region_name: str | None = None
    """Region of the address (``RegionName``)."""
    easting: Decimal | None = None
    """Easting in metres, ETRS89 / UTM zone 32N, EPSG:25832 (``CoordETRS89z32EMeasure``)."""
    northing: Decimal | None = None
    """Northing in metres, ETRS89 / UTM zone 32N, EPSG:25832 (``CoordETRS89z32NMeasure``)."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of the address as it is written on a letter; a country only if not Denmark."""
        floor = f"{self.floor_id}." if self.floor_id and self.floor_id.isdigit() else self.floor_id
        country = None if (self.country_code or "").upper() in ("DK", "DNK") else self.country_code
        return tuple(
            filter(
                None,
                (
                    self.mail_delivery_sublocation,
                    _joined(self.street_name, self.street_building_id),
                    self.stairway and f"opg. {self.stairway}",
                    _joined(floor, self.suite_id),
                    self.additional_info,
                    self.district_subdivision,
                    self.post_office_box and f"Postboks {self.post_office_box}",
                    _joined(self.post_code, self.district_name),
                    country,
                ),
            )
        )

    def __str__(self) -> str:
        """Return the address in one line."""
        return ", ".join(self.lines)


def _joined(*parts: str | None) -> str:
    return " ".join(filter(None, parts))


@attrs.frozen(weakref_slot=False)
class VirtualAddress(HtmlRepr):
    """Electronic and telephone addresses (``VirtualAddressInformation``)."""

    email: str | None = None
    """E-mail (``EmailAddressIdentifier``)."""
    website: str | None = None
    """Website (``Website``)."""
    telephone: str | None = None
    """Telephone, free text (``TelephoneNumberIdentifier``)."""
    fax: str | None = None
    """Fax, free text (``FaxNumberIdentifier``)."""


ALWAYS = Validity()
