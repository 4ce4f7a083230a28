"""Made-up records for the table and export tests, and the way back from a flat row."""

from __future__ import annotations

import json
import re
import typing
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import attrs
from hypothesis import strategies as st

from sorparse.records import (
    Address,
    Classification,
    Coded,
    EDIType,
    EntityRef,
    Extra,
    GeoLocation,
    LocationCode,
    LocationCodeEDIType,
    ReplacedEntity,
    SHAKRegion,
    SHAKSORMap,
    SHAKUnit,
    SOREntity,
    SorType,
    Validity,
    VirtualAddress,
)
from sorparse.tables.schema import PLACES, TableSchema, schema_of, steps_of, without_none

HOSPITAL = Coded("22232009", "hospital")
WARD = Coded("550711000005101", "klinisk enhed")
REGION = EntityRef("21000016006", "Region Æblerød", Coded("550881000005103", "region"))
ADDRESS = Address(
    street_name="Ærtevej",
    street_building_id="7B",
    post_code="8000",
    district_name="Åby",
    country_code="DK",
    municipality_code="0751",
    municipality_name="Åby Kommune",
    region_code="1082",
    region_name="Region Æblerød",
    easting=Decimal("575123.25"),
    northing=Decimal("6223456.5"),
)


def entities() -> Iterator[SOREntity]:
    """Three units: an owner, a hospital in two versions, a ward closed again."""
    yield SOREntity(
        sor_id="21000016006",
        name="Region Æblerød",
        sor_type=SorType.IE,
        entity_type=REGION.entity_type,
        cvr="29190925",
        validity=Validity(date(2007, 1, 1), None),
        first_from_date=date(2007, 1, 1),
    )
    hospital = SOREntity(
        sor_id="8031000016007",
        name='Æblerød Sygehus; "gamle" afdeling\nnord',
        sor_type=SorType.SI,
        entity_type=HOSPITAL,
        parent_id="21000016006",
        owner=REGION,
        health_institution=EntityRef("8031000016007", "Æblerød Sygehus", HOSPITAL),
        cvr="29190925",
        validity=Validity(date(2007, 1, 1), date(2015, 12, 31)),
        first_from_date=date(2007, 1, 1),
        updated_at=date(2015, 11, 2),
        shak_code="0101",
        provider_number="061654",
        location_code="5790000120314",
        location_code_inherited=False,
        postal_address=ADDRESS,
        virtual_address=VirtualAddress(email="a@example.dk", telephone="+45 12 34 56 78"),
        specialities=(Coded("394579002", "kardiologi"), Coded("394539006", None)),
        ambulant_activity=True,
        patients_admitted=False,
        local_attributes=(None, "x"),
        extra={"NyKolonne": 'værdi; "x"'},
    )
    yield hospital
    yield attrs.evolve(
        hospital,
        name="Nyt Æblerød Sygehus",
        validity=Validity(date(2016, 1, 1), None),
        updated_at=date(2016, 1, 1),
        visiting_address=attrs.evolve(ADDRESS, street_building_id="9"),
        extra={"Endnu En": "1"},
    )
    yield SOREntity(
        sor_id="8041000016000",
        name="Afsnit 1",
        sor_type=SorType.OE,
        entity_type=WARD,
        parent_id="8031000016007",
        owner=REGION,
        validity=Validity(date(2010, 5, 1), date(2012, 4, 30)),
        first_from_date=date(2010, 5, 1),
        shak_code="010101A",
        specialities=(Coded(None, None), Coded("394579002", "kardiologi")),
        replaced_by=("8031000016007", "21000016006"),
        note="lukket",
    )


def small_tables() -> dict[str, list[Any]]:
    """Return one or two records of every table."""
    period = Validity(date(2010, 1, 1), date(2020, 12, 31))
    return {
        "entities": list(entities()),
        "shak_sor_map": [
            SHAKSORMap("0101", "8031000016007", "Æblerød", period, Coded("1", "Hospital")),
            SHAKSORMap("010101A", "8041000016000", extra={"Ny": "1"}),
        ],
        "location_codes": [
            LocationCode(
                "5790000120314",
                "8031000016007",
                only_internal=False,
                system_type=Coded("225", "Æskulap"),
                region=Coded("1082", None),
                validity=period,
                first_from_date=date(2010, 1, 1),
            )
        ],
        "location_code_edi_types": [
            LocationCodeEDIType("5790000120314", Coded("7", "Epikrise"), "send", period)
        ],
        "edi_types": [EDIType("7", "DIS01", "Epikrise", "D0134L", period)],
        "geo_locations": [
            GeoLocation("1", "Nord", None, "0751", "1082", Decimal("575123.25"), Decimal(6223456))
        ],
        "classifications": [Classification(Coded("SorEntityType", "Type"), HOSPITAL, period)],
        "replaced_entities": [ReplacedEntity("8041000016000", "8031000016007", date(2012, 5, 1))],
        "shak_units": [
            SHAKUnit("0101", "sgh", "Æblerød", period, None, Coded("1", "Region"), None),
            SHAKUnit("010101A", "afd", specialities=(Coded("4", None),), extra={"CGrp": "x"}),
        ],
        "shak_regions": [
            SHAKRegion("0101", "Æblerød", period, Coded("1", None), region=Coded("1082", "Midt")),
            SHAKRegion("0102", sor_id="8031000016007", extra={"Ny": "1"}),
        ],
    }


class FakeFeed:
    """A feed of given records; what the exports need of one."""

    def __init__(self, tables: Mapping[str, Sequence[Any]], format: str = "SOR2") -> None:
        self._tables = tables
        self.tables = tuple(tables)
        self.format = format
        self.snapshot_date = date(2020, 1, 2)
        self.issues: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        if name in self._tables:
            return lambda: iter(self._tables[name])
        raise AttributeError(name)

    def records(self, table: str) -> Iterator[Any]:
        """Read a table by its name."""
        found: Iterator[Any] = getattr(self, table)()
        return found


# ------------------------------------------------------------------ rows back to records


def record_of(table: str, row: Mapping[str, Any]) -> Any:
    """Make the record of a flat row again.

    Accepts dates, lists and JSON also in the form in which targets without such types hold them.
    """
    schema = schema_of(table)
    extra = row["extra"]
    items = dict(json.loads(extra or "{}") if isinstance(extra, str) else extra or {})
    names = {column.path: column.name for column in schema.columns}
    return _build(schema.record, schema, names, row, items, "", "")


def _build(  # noqa: PLR0917 - a walk down
    cls: type[Any],
    schema: TableSchema,
    names: Mapping[str, str],
    row: Mapping[str, Any],
    extra: dict[str, str],
    path: str,
    name: str,
) -> Any:
    values: dict[str, Any] = {}
    for field, kind, _ in steps_of(cls):
        own = f"{path}.{field.name}" if path else field.name
        own_name = f"{name}_{field.name}" if name else field.name
        places = PLACES.get((schema.record, field.name)) if not path else None
        if places is not None:
            inner = without_none(typing.get_args(kind)[0])[0]
            values[field.name] = _series(inner, schema, names, row, extra, own, *places)
        elif attrs.has(kind):
            below = name if kind is Validity else own_name
            value = _build(kind, schema, names, row, extra, own, below)
            values[field.name] = value if value != kind() or kind is Validity else None
        elif kind is not Extra:
            overflows = kind is Decimal or typing.get_origin(kind) is tuple
            beyond = extra.pop(names[own], None) if overflows else None
            values[field.name] = _cell(kind, row[names[own]], beyond)
    if not path:
        values["extra"] = extra
    return cls(**values)


def _series(  # noqa: PLR0917 - a walk down
    inner: Any,
    schema: TableSchema,
    names: Mapping[str, str],
    row: Mapping[str, Any],
    extra: dict[str, str],
    path: str,
    name: str,
    count: int,
) -> tuple[Any, ...]:
    found: list[Any] = []
    beyond = [re.match(rf"{name}_(\d+)(_code|_name)?$", key) for key in extra]
    last = max([count, *(int(match[1]) for match in beyond if match)])
    for place in range(last):
        here = f"{path}[{place}]"
        if attrs.has(inner):
            parts = {}
            for field, kind, _ in steps_of(inner):
                column = names.get(f"{here}.{field.name}")
                text = extra.pop(f"{name}_{place + 1}_{field.name}", None)
                parts[field.name] = _cell(kind, row[column] if column else text, None)
            found.append(inner(**parts))
        else:
            column = names.get(here)
            found.append(row[column] if column else extra.pop(f"{name}_{place + 1}", None))
    empty = inner() if attrs.has(inner) else None
    while found and (found[-1] == empty or found[-1] == ""):
        found.pop()
    return tuple(value or None if isinstance(value, str) else value for value in found)


def _cell(kind: Any, value: Any, beyond: str | None) -> Any:
    if typing.get_origin(kind) is tuple:
        return _texts(value if beyond is None else beyond)
    if beyond is not None:
        return Decimal(beyond)
    if value is None or value == "":
        return None
    if kind is bool:
        return {"true": True, "false": False}[value] if isinstance(value, str) else bool(value)
    if kind is date:
        return date.fromisoformat(value) if isinstance(value, str) else value
    if kind is Decimal:
        return Decimal(value if isinstance(value, str) else repr(value))
    return SorType(value) if kind is SorType else str(value)


def _texts(value: Any) -> tuple[str, ...]:
    """Read a list: as it is, as a JSON array, or as ids with a space between them."""
    if not isinstance(value, str):
        return tuple(value or ())
    return tuple(json.loads(value) if value.startswith('["') else value.split())


# ------------------------------------------------------------------ any record

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=12
).filter(lambda text: text.strip() == text)
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False)
_LEAVES: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    date: st.dates(),
    bool: st.booleans(),
    Decimal: NUMBERS,
    SorType: st.sampled_from(SorType),
    Extra: st.dictionaries(TEXT.map("X{}".format), TEXT, max_size=3).map(Extra),
}


def any_record(cls: type[Any]) -> st.SearchStrategy[Any]:
    """Draw any record of a class that a reader can return: no empty text, no empty value object."""
    values: dict[str, st.SearchStrategy[Any]] = {}
    for field, kind, optional in steps_of(cls):
        values[field.name] = _of(kind)
        if optional:
            values[field.name] = st.none() | values[field.name]
    return st.builds(cls, **values)


def _of(kind: Any) -> st.SearchStrategy[Any]:
    if kind in _LEAVES:
        return _LEAVES[kind]
    if typing.get_origin(kind) is tuple:
        inner, optional = without_none(typing.get_args(kind)[0])
        item = _of(inner)
        if optional or inner is Coded:
            empty = Coded() if inner is Coded else None
            return st.lists(st.just(empty) | item, max_size=11).map(_without_empty_end)
        return st.lists(item, max_size=3).map(tuple)
    if kind is Validity:
        return any_record(kind)
    return any_record(kind).filter(lambda value: value != kind())


def _without_empty_end(values: list[Any]) -> tuple[Any, ...]:
    while values and values[-1] in (None, Coded()):
        values.pop()
    return tuple(values)
