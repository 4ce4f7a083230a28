"""The function that displays each class."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch
from typing import Any

from ..description import Description, TableDescription
from ..feed import Feed
from ..inheritance import Effective
from ..issues import Issues
from ..notebook import Records, Versions
from ..records.row import Row
from ..register import Diff, Match, Register, ShakRegister, ShakView, View
from ..register.tree import Tree
from ..tables import Table
from ..tables.rowtable import RowTable
from ..validation import ValidationReport
from . import diffs, files, issues, records, registers, tables, tree


@singledispatch
def html(shown: Any) -> str:
    """Return the HTML of an object: that of its class, else that of a record."""
    return _BY_NAME.get(type(shown).__name__, records.record_html)(shown)


_BY_NAME: dict[str, Callable[[Any], str]] = {
    "Archive": files.archive_html,
    "ConversionReport": files.conversion_html,
}
"""Classes in modules that are not needed, and not loaded, for other displays."""


html.register(Description, issues.description_html)
html.register(Diff, diffs.diff_html)
html.register(Effective, registers.effective_html)
html.register(Feed, issues.feed_html)
html.register(Issues, issues.issues_html)
html.register(Match, registers.match_html)
html.register(Records, records.many_html)
html.register(Register, registers.register_html)
html.register(Row, records.row_html)
html.register(RowTable, tables.table_html)
html.register(ShakRegister, registers.shak_register_html)
html.register(ShakView, registers.shak_view_html)
html.register(Table, tables.columns_html)
html.register(TableDescription, issues.table_description_html)
html.register(Tree, tree.tree_html)
html.register(ValidationReport, issues.report_html)
html.register(Versions, records.versions_html)
html.register(View, registers.view_html)
