"""Displays of tables: the rows of small ones, the columns of others."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from .markup import MOST_ROWS, code, count, element, listing, page
from .values import value_html

if TYPE_CHECKING:
    from ..tables import Table
    from ..tables.rowtable import RowTable


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
