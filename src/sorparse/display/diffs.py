"""Display of the differences between two dates or two sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .markup import MOST_ROWS, Html, code, element, identifier, listing, page
from .records import units_table
from .values import value_html

if TYPE_CHECKING:
    from ..register.differences import Change, Diff
    from ..register.replacements import Replacement

_TITLES = {
    "opened": "Opened",
    "closed": "Closed",
    "moved": "Moved: another parent",
    "renamed": "Renamed",
    "replaced": "Replaced",
    "changed": "Changed otherwise",
    "announced": "Announced: open later",
    "closing": "Closing: another closing date",
    "vanished": "Vanished: gone without a closing date",
}


def diff_html(diff: Diff) -> str:
    """Return the number of each kind of change, and the changes below."""
    caption = (
        f"From {diff.from_day} ({diff.from_units:,} units in force) "
        f"to {diff.to_day} ({diff.to_units:,})"
    )
    numbers = diff.counts()
    rows = [
        (_TITLES[name], numbers[name])
        for name in _TITLES
        if numbers[name] or name not in ("announced", "closing", "vanished")  # of two sources
    ]
    summary = listing(caption, ("what", "number"), rows)
    return page(summary, *(_part(diff, name) for name in _TITLES if numbers[name]))


def _part(diff: Diff, name: str) -> Html:
    entries = getattr(diff, name)
    title = _TITLES[name]
    if name in ("opened", "closed", "announced", "vanished"):
        table = units_table(title, entries, total=len(entries))
    elif name == "replaced":
        table = _replaced(title, entries)
    else:
        table = _changes(title, entries, with_field=name == "changed")
    return element("details", element("summary", f"{title} ({len(entries):,})"), table)


def _replaced(title: str, replacements: Sequence[Replacement]) -> Html:
    rows = [
        (
            identifier(one.sor_id),
            one.name,
            identifier(one.replaced_by_id),
            one.replaced_by_name,
            str(one.from_date or ""),
        )
        for one in replacements[:MOST_ROWS]
    ]
    return listing(
        title, ("unit", "name", "replaced by", "its name", "from"), rows, total=len(replacements)
    )


def _changes(title: str, changes: Sequence[Change], *, with_field: bool) -> Html:
    rows = [
        (
            identifier(change.sor_id),
            change.name,
            *([code(change.field)] if with_field else []),
            value_html(change.old),
            value_html(change.new),
        )
        for change in changes[:MOST_ROWS]
    ]
    heads = ("sor_id", "name", *(["field"] if with_field else []), "before", "after")
    return listing(title, heads, rows, total=len(changes))
