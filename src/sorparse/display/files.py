"""Displays of what was written: conversions and archives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .issues import issues_part
from .markup import MOST_ROWS, Html, code, count, element, listing, page, small

if TYPE_CHECKING:
    from ..archive import Archive
    from ..exports.conversion import ConversionReport


def conversion_html(report: ConversionReport) -> str:
    """Return what was written, the rows of what was replaced, and the issues of the data."""
    caption = report.title
    if report.snapshot_date is not None:
        caption += f", snapshot of {report.snapshot_date}"
    before = report.replaced
    rows: list[tuple[Html | int, ...]] = []
    for table in dict.fromkeys((*report.tables, *(before or {}))):
        rows_before = () if before is None else (before.get(table, 0),)
        rows.append((code(table), report.tables.get(table, 0), *rows_before))
    heads = ("table", "rows", *(() if before is None else ("rows before",)))
    return page(listing(caption, heads, rows), issues_part(report.issues))


def archive_html(archive: Archive) -> str:
    """Return the nights of an archive, the newest first, and how many are missing."""
    nights, missing = archive.nights, archive.missing
    newest = [archive.night(night) for night in reversed(nights[-MOST_ROWS:])]
    rows = [(str(one.night), one.name, sum(one.records.values())) for one in newest]
    caption = f"Archive {archive.folder}: {count(len(nights), 'night')}"
    gap = element("p", small(f"{count(len(missing), 'night')} missing between them."))
    return page(
        listing(caption, ("night", "file", "records"), rows, total=len(nights)),
        gap if missing else None,
    )
