"""Displays of records, of lists of records and values, and of tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any

import attrs

from ..identifiers import is_sor_id
from ..issues import Issue
from ..records import Coded, SOREntity
from ..records.row import Row
from .markup import (
    MOST_ROWS,
    Child,
    Html,
    code,
    count,
    element,
    facts,
    identifier,
    join,
    listing,
    page,
    small,
)
from .values import name_of, period, unbroken, value_html

if TYPE_CHECKING:
    from ..tables import Table
    from ..tables.table import RowTable

# the columns of a list of units
_CODES = ("_id", "_code", "_number")
"""Endings of the names of fields that hold ids and codes."""
_UNIT_HEADS = ("sor_id", "name", "entity_type", "sor_type", "validity", "shak_code")


def record_html(record: Any) -> str:
    """Return a record as a table of its fields; fields without a value are listed below."""
    return page(record_table(record))


def record_table(record: Any) -> Html:
    """Return the table without the page around it."""
    fields = [field.name for field in attrs.fields(type(record))]
    cells = [(name, _field_html(name, getattr(record, name))) for name in fields]
    empty = [name for name, value in cells if not value]
    after = None
    if empty:
        after = element("p", small(join(["No value: ", join(map(code, empty), ", ")])))
    return join([facts(title(record), cells), after])


def _field_html(name: str, value: Any) -> Html:
    """Return the value of a field; ids and codes look the same in every record and list."""
    is_code = isinstance(value, str) and (name.endswith(_CODES) or name == "cvr")
    return identifier(value) if is_code else value_html(value)


def row_html(row: Row) -> str:
    """Return a row of chosen fields as a table of its fields."""
    pairs = zip(row.paths, map(value_html, row), strict=True)
    return page(facts("Row", pairs))


def title(record: Any) -> Html:
    """Return the class of a record with its key and its name."""
    parts: list[str] = [type(record).__name__]
    key = getattr(record, next(iter(attrs.fields(type(record)))).name)
    if isinstance(record, Issue):
        return join([*parts, record.code], " ")
    if isinstance(key, str) and not isinstance(record, Coded):
        parts.append(identifier(key))
    name = getattr(record, "name", None)
    return join([join(parts, " "), name if name != key else None], ": ")


def units_table(caption: Child, units: Iterable[SOREntity], *, total: int | None = None) -> Html:
    """Return a list of units, only the first ones if there are many."""
    shown = list(islice(units, MOST_ROWS))
    rows = [
        (
            identifier(unit.sor_id),
            unit.name,
            name_of(unit.entity_type),
            str(unit.sor_type or ""),
            unbroken(period(unit.validity)),
            unit.shak_code and identifier(unit.shak_code),
        )
        for unit in shown
    ]
    return listing(caption, _UNIT_HEADS, rows, total=total)


def many_html(records: Iterable[Any]) -> str:
    """Return records of one kind as a list, with the fields that any of them fills."""
    everything = list(records)
    if everything and not attrs.has(type(everything[0])):
        return values_html(everything)
    if all(isinstance(record, SOREntity) for record in everything):
        caption = count(len(everything), "unit")
        return page(units_table(caption, everything, total=len(everything)))
    shown = everything[:MOST_ROWS]
    fields = list(dict.fromkeys(f.name for record in shown for f in attrs.fields(type(record))))
    cells = [
        [_field_html(name, getattr(record, name, None)) for name in fields] for record in shown
    ]
    caption = count(len(everything), "record")
    return page(listing(caption, fields, cells, total=len(everything), only_filled=True))


def versions_html(versions: Sequence[SOREntity]) -> str:
    """Return the versions of one unit as a list."""
    newest = versions[-1]
    of = [count(len(versions), "version"), " of ", newest.name, " " if newest.name else None]
    caption = join([*of, identifier(newest.sor_id)])
    return page(units_table(caption, versions, total=len(versions)))


def values_html(values: Sequence[Any]) -> str:
    """Return ids, dates or other single values as a list."""
    are_ids = all(isinstance(value, str) and is_sor_id(value) for value in values)
    kinds = {date: "date", str: "SOR id" if are_ids else "value"}
    kind = next((kinds[kind] for kind in kinds if isinstance(values[0], kind)), "value")
    rows = [[value_html(value)] for value in values[:MOST_ROWS]]
    return page(listing(count(len(values), kind), [kind], rows, total=len(values)))


def table_html(table: RowTable) -> str:
    """Return the first rows and the caveats."""
    rows = [tuple(map(value_html, row.values())) for row in islice(table, MOST_ROWS)]
    notes = [element("p", caveat) for caveat in table.caveats]
    return page(listing(table.schema.doc, table.schema.names, rows, total=len(table)), *notes)


def columns_html(table: Table) -> str:
    """Return the columns of a table whose rows are read when they are used."""
    rows = [
        (code(column.name), column.type.value, column.doc)
        for column in table.schema.columns[: 4 * MOST_ROWS]
    ]
    total = len(table.schema.columns)
    caption = f"{table.schema.doc}: {count(total, 'column')}"
    return page(listing(caption, ("column", "type", "what it is"), rows, total=total))
