"""From an object to its HTML: which function shows which class."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from ..description import Description
from ..feed import Feed
from ..inheritance import Effective
from ..issues import Issues
from ..notebook import Records
from ..register import Diff, Match, Register, View
from ..register.tree import Tree
from ..tables.rowtable import RowTable
from ..validation import ValidationReport
from . import diffs, issues, records, registers, tables, tree


@singledispatch
def html(shown: Any) -> str:
    """Return the HTML of an object: that of its class, else that of a record."""
    return records.record_html(shown)


html.register(Description, issues.description_html)
html.register(Diff, diffs.diff_html)
html.register(Effective, registers.effective_html)
html.register(Feed, issues.feed_html)
html.register(Issues, issues.issues_html)
html.register(Match, registers.match_html)
html.register(Records, records.many_html)
html.register(Register, registers.register_html)
html.register(RowTable, tables.table_html)
html.register(Tree, tree.tree_html)
html.register(ValidationReport, issues.report_html)
html.register(View, registers.view_html)
