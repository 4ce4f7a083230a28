"""One record, and many records."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

import attrs

from ..issues import Issue
from ..records import Coded, SOREntity
from .markup import MOST_ROWS, Html, code, count, element, facts, join, listing, page, small
from .values import name_of, period, unbroken, value_html

# what a list of units shows; the rest is in the record
_UNIT_HEADS = ("sor_id", "name", "entity_type", "sor_type", "validity", "shak_code")


def record_html(record: Any) -> str:
    """Return a record as a table of its fields, those without a value named below."""
    return page(record_table(record))


def record_table(record: Any) -> Html:
    """Return the table alone."""
    fields = [field.name for field in attrs.fields(type(record))]
    cells = [(name, value_html(getattr(record, name))) for name in fields]
    empty = [name for name, value in cells if not value]
    after = None
    if empty:
        after = element("p", small(join(["No value: ", join(map(code, empty), ", ")])))
    return facts(title(record), cells, after)


def title(record: Any) -> str:
    """Return the record's class and what it is known by."""
    known_by = next(iter(attrs.fields(type(record)))).name
    parts = [type(record).__name__]
    if isinstance(record, Issue):
        return " ".join([*parts, record.code])
    if not isinstance(record, Coded):
        key = getattr(record, known_by)
        parts += [str(key)] if isinstance(key, str) else []
    name = getattr(record, "name", None)
    return " ".join(parts) + (f": {name}" if name else "")


def units_table(caption: str, units: Iterable[SOREntity], *, total: int | None = None) -> Html:
    """Return units as a list, the first of them where they are many."""
    shown = list(islice(units, MOST_ROWS))
    rows = [
        (
            code(unit.sor_id),
            unit.name,
            name_of(unit.entity_type),
            str(unit.sor_type or ""),
            unbroken(period(unit.validity)),
            unit.shak_code and code(unit.shak_code),
        )
        for unit in shown
    ]
    return listing(caption, _UNIT_HEADS, rows, total=total)


def many_html(records: Iterable[Any]) -> str:
    """Return records of one kind as a list, with the fields that any of them fills."""
    everything = list(records)
    if all(isinstance(record, SOREntity) for record in everything):
        ids = {record.sor_id for record in everything}
        caption = count(len(everything), "unit")
        if len(ids) < len(everything):  # a history
            of = next(iter(ids)) if len(ids) == 1 else count(len(ids), "unit")
            caption = f"{count(len(everything), 'version')} of {of}"
        return page(units_table(caption, everything, total=len(everything)))
    shown = everything[:MOST_ROWS]
    fields = list(dict.fromkeys(f.name for record in shown for f in attrs.fields(type(record))))
    cells = [[value_html(getattr(record, name, None)) for name in fields] for record in shown]
    caption = count(len(everything), "record")
    return page(listing(caption, fields, cells, total=len(everything), only_filled=True))
