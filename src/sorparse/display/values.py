"""Display of a single value in a cell of a table."""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch
from typing import Any

import attrs

from ..identifiers import is_sor_id
from ..records import (
    Address,
    Coded,
    EntityRef,
    SOREntity,
    Validity,
    VirtualAddress,
)
from .markup import Html, code, element, escape, identifier, join, lines, small

MOST_ITEMS = 30
"""Items shown of a tuple or of ``extra``."""


@singledispatch
def value_html(value: Any) -> Html:
    """Return a value as HTML; empty if there is none."""
    return escape("" if value is None else str(value))


@value_html.register
def _(value: str) -> Html:
    return identifier(value) if is_sor_id(value) else escape(value)


@value_html.register
def _(value: bool) -> Html:
    return escape("yes" if value else "no")


@value_html.register
def _(value: Coded) -> Html:
    parts = [value.name and escape(value.name), value.code and identifier(value.code)]
    supplied = value.name and value.supplied and f"({value.supplied} not in the file)"
    return join(filter(None, [*parts, supplied]), " ")


@value_html.register
def _(value: EntityRef) -> Html:
    kind = None if value.entity_type is None else small(value_html(value.entity_type))
    return lines([value.name, value.sor_id and identifier(value.sor_id), kind])


@value_html.register
def _(value: SOREntity) -> Html:
    return lines([value.name, identifier(value.sor_id)])


@value_html.register
def _(value: Validity) -> Html:
    return unbroken(period(value))


@value_html.register
def _(value: Address) -> Html:
    number = join(filter(None, [value.street_name, value.street_building_id]), " ")
    door = join(filter(None, [value.floor_id, value.suite_id, value.stairway]), " ")
    town = join(filter(None, [value.post_code, value.district_name, value.country_code]), " ")
    place = None
    if value.easting is not None and value.northing is not None:
        place = small(f"E {value.easting} N {value.northing} (EPSG:25832)")
    return lines(
        [
            value.mail_delivery_sublocation,
            join(filter(None, [number, door]), ", "),
            value.district_subdivision,
            value.post_office_box and f"box {value.post_office_box}",
            value.additional_info,
            town,
            _named(value.municipality_name, value.municipality_code, "municipality"),
            _named(value.region_name, value.region_code, "region"),
            place,
        ]
    )


def _named(name: str | None, number: str | None, what: str) -> Html | None:
    if name is None and number is None:
        return None
    return small(join([name or what, number and join([" ", identifier(number)])]))


@value_html.register
def _(value: VirtualAddress) -> Html:
    return lines(
        [
            f"{field.name} {text}"
            for field in attrs.fields(VirtualAddress)
            if (text := getattr(value, field.name))
        ]
    )


@value_html.register(Mapping)
def _(value: Mapping[str, Any]) -> Html:
    pairs = [join([code(name), " ", value_html(each)]) for name, each in value.items()]
    return _items(pairs)


@value_html.register
def _(value: tuple) -> Html:  # type: ignore[type-arg] # singledispatch takes the bare class
    return _items([value_html(item) for item in value])


def _items(items: list[Html]) -> Html:
    shown = items[:MOST_ITEMS]
    if len(items) > MOST_ITEMS:
        shown.append(small(f"{len(items) - MOST_ITEMS:,} more"))
    return lines(shown)


def period(validity: Validity) -> str:
    """Return a period in words; both ends are inclusive."""
    start, end = validity.from_date, validity.to_date
    if start is None and end is None:
        return "always"
    if end is None:
        return f"from {start}"
    if start is None:
        return f"to {end}"
    return f"{start} to {end}"


def unbroken(text: str) -> Html:
    """Return a text that stays on one line: dates are not broken at their hyphens."""
    return element("span", text, class_="keep")


def name_of(coded: Coded | None) -> str:
    """Return the name of a code, or else the code."""
    return (coded.name or coded.code or "") if coded is not None else ""
