"""The function that displays each class."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import diffs, issues, records, registers, tree

# by name, so that no module is loaded whose objects are not shown
_DISPLAYS: dict[str, Callable[[Any], str]] = {
    "Archive": registers.archive_html,
    "ConversionReport": issues.conversion_html,
    "Description": issues.description_html,
    "Diff": diffs.diff_html,
    "Effective": registers.effective_html,
    "Feed": issues.feed_html,
    "Issues": issues.issues_html,
    "Match": registers.match_html,
    "Records": records.many_html,
    "Register": registers.register_html,
    "Row": records.row_html,
    "RowTable": records.table_html,
    "ShakRegister": registers.shak_register_html,
    "ShakView": registers.shak_view_html,
    "Table": records.columns_html,
    "TableDescription": issues.table_description_html,
    "Tree": tree.tree_html,
    "ValidationReport": issues.report_html,
    "Versions": records.versions_html,
    "View": registers.view_html,
}


def html(shown: Any) -> str:
    """Return the HTML of an object: that of its class or of one above it, else of a record."""
    names = (cls.__name__ for cls in type(shown).__mro__)
    display = next(filter(None, map(_DISPLAYS.get, names)), records.record_html)
    return display(shown)
