"""The datatypes of the service and their columns, and the namespaces of its responses."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from .. import sor2
from ..base import ReadOptions
from ..declare import Column, Kind, TableSpec, fold
from ..headers import Header, best_spec

C = Column

ATOM = "http://www.w3.org/2005/Atom"
SERVICES = (
    "http://nsi.dk/2011/10/21/StamdataKrs/",
    "http://nsi.dk/2021/03/03/StamdataRfs/",
)
SOAP = ("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope")
ROWS = "http://nsi.dk/-/stamdata/3.0/"
"""Namespace of the rows, followed by the register."""
FEED_ID = "tag:nsi.dk,"
REGISTER = "sor"

VALID_FROM, VALID_TO = "validFrom", "validTo"
ROW_KEYS = ("UniqueCurrentKey", "Id")
"""Columns of version 2 that identify a row in all its periods."""

_PERIOD = (
    C(VALID_FROM, "validity.from_date", Kind.TIME, evidence="verified"),
    C(VALID_TO, "validity.to_date", Kind.END, evidence="verified"),
)
_SOR_ID = C("sorNummer", "sor_id", Kind.SOR_ID, evidence="verified")
_LOCATION = C("eanLokationsnummer", "location_code", Kind.LOCATION_CODE, evidence="verified")
_NAME = C("navn", "name", evidence="verified")
_CONTACT = (
    C("telefon", "virtual_address.telephone", evidence="verified"),
    C("vejnavn", "postal_address.street_name", evidence="verified"),
    C("postnummer", "postal_address.post_code", evidence="verified"),
    C("bynavn", "postal_address.district_name", evidence="verified"),
    C("email", "virtual_address.email", evidence="verified"),
    C("www", "virtual_address.website", evidence="verified"),
)
_SPECIALITY = (
    C("hovedSpecialeKode", "specialities[0].code", evidence="verified"),
    C("hovedSpecialeTekst", "specialities[0].name", evidence="verified"),
)


def _parent(name: str) -> Column:
    return C(name, "parent_id", Kind.SOR_ID, evidence="verified")


def _v1(datatype: str, *columns: Column) -> TableSpec:
    return TableSpec(
        table="entities",
        title=datatype,
        file_names=(datatype,),
        columns=(_SOR_ID, *columns, *_PERIOD),
    )


APOTEK = _v1(
    "apotek",
    C("apotekNummer", "pharmacy_number", evidence="verified"),
    _LOCATION,
    C("cvr", "cvr", Kind.CVR, evidence="verified"),
    _NAME,
    *_CONTACT,
)
PRAKSIS = _v1(
    "praksis",
    _LOCATION,
    C("regionCode", "postal_address.region_code", evidence="verified"),
    _NAME,
)
SYGEHUS = _v1(
    "sygehus",
    _LOCATION,
    C("nummer", "shak_code", Kind.SHAK, evidence="verified"),
    _NAME,
    *_CONTACT,
)
SYGEHUSAFDELING = _v1(
    "sygehusafdeling",
    # the first filled one is the parent
    _parent("overafdelingSorNummer"),
    _parent("underlagtSygehusSorNummer"),
    _parent("sygehusSorNummer"),
    _LOCATION,
    C("afdelingTypeKode", "entity_type.code", evidence="verified"),
    C("afdelingTypeTekst", "entity_type.name", evidence="verified"),
    *_SPECIALITY,
    C("nummer", "shak_code", Kind.SHAK, evidence="verified"),
    _NAME,
    *_CONTACT,
)
YDER = _v1(
    "yder",
    _parent("praksisSorNummer"),
    _LOCATION,
    C("nummer", "provider_number", evidence="verified"),
    _NAME,
    *_CONTACT,
    *_SPECIALITY,
)
V1 = (APOTEK, PRAKSIS, SYGEHUS, SYGEHUSAFDELING, YDER)

_TIMES = {Kind.DATE: Kind.TIME, Kind.LAST_DAY: Kind.LAST_TIME}


def _v2(spec: TableSpec) -> TableSpec:
    """Return the declaration of a SOR2 table for rows that hold times in place of dates."""
    columns, further = (
        tuple(attrs.evolve(one, kind=_TIMES.get(one.kind, one.kind)) for one in part)
        for part in (spec.columns, spec.further)
    )
    return attrs.evolve(spec, columns=columns, further=further)


V2 = tuple(_v2(spec) for spec in sor2.TABLES)
_OTHER_NAMES = {"eanlocationcodeeditype": sor2.LOCATION_CODE_EDI_TYPES.table}
TABLES = V1
_BY_NAME = {fold(name): spec for spec in (*V1, *V2) for name in spec.file_names} | {
    name: spec for name, table in _OTHER_NAMES.items() for spec in V2 if spec.table == table
}


def spec_of(datatype: str, columns: Sequence[str], options: ReadOptions) -> TableSpec | None:
    """Return the declaration of a datatype: by its name, else by a row's columns."""
    spec = _BY_NAME.get(fold(datatype))
    if spec is None and columns:
        spec = best_spec(V2, Header(tuple(columns), ""), datatype, options)
    return spec
