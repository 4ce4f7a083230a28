"""A small table."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from .markup import MOST_ROWS, element, listing, page
from .values import value_html

if TYPE_CHECKING:
    from ..tables.rowtable import RowTable


def table_html(table: RowTable) -> str:
    """Return the first rows and the caveats."""
    rows = [tuple(map(value_html, row.values())) for row in islice(table, MOST_ROWS)]
    notes = [element("p", caveat) for caveat in table.caveats]
    return page(listing(table.schema.doc, table.schema.names, rows, total=len(table)), *notes)
