"""Displays of issues, descriptions and feeds, and of reports of validations and conversions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from operator import attrgetter
from typing import TYPE_CHECKING

from .markup import (
    MOST_ROWS,
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
from .values import MOST_ITEMS

if TYPE_CHECKING:
    from ..description import Description, TableDescription
    from ..exports.conversion import ConversionReport
    from ..feed import Feed
    from ..issues import Issue
    from ..validation import ValidationReport

_SEVERITIES = ("error", "warning", "info")


def issues_html(issues: Sequence[Issue]) -> str:
    """Return the number of issues by kind, and the first issues."""
    return page(issues_part(issues))


def issues_part(issues: Sequence[Issue]) -> Html:
    """Return the tables without the page around them."""
    if not issues:
        return element("p", "Issues: none.")
    by_kind = Counter((issue.severity, issue.code) for issue in issues)
    kinds = sorted(by_kind.items(), key=lambda kind: (_SEVERITIES.index(kind[0][0]), -kind[1]))
    summary = listing(
        f"Issues: {len(issues):,}",
        ("severity", "code", "number"),
        [(severity, identifier(name), number) for (severity, name), number in kinds],
    )
    if len(issues) == 1:
        return _places(issues, issues[0].message)
    return join([summary, _places(issues, "The first" if len(issues) > MOST_ROWS else "Each")])


def _places(issues: Sequence[Issue], caption: str) -> Html:
    heads = ("severity", "code", "message", "file", "line", "column", "value", "sor_id")
    rows = [
        [
            identifier(value) if name in ("code", "sor_id") and value else value
            for name, value in zip(heads, attrgetter(*heads)(issue), strict=True)
        ]
        for issue in issues[:MOST_ROWS]
    ]
    return listing(caption, heads, rows, total=len(issues), only_filled=True)


def report_html(report: ValidationReport) -> str:
    """Return the outcome of a validation, the schema, and each kind of error."""
    snapshot = None if report.snapshot_date is None else report.snapshot_date.isoformat()
    outcome = "valid"
    if not report.valid:
        least = "" if report.complete else "at least "
        outcome = f"not valid: {least}{count(report.fault_count, 'error')}"
        outcome += f" of {count(len(report.errors), 'kind')}"
    head = facts(
        f"Validation: {outcome}",
        [
            ("file", report.file),
            ("version", report.version),
            ("snapshot_date", snapshot),
            ("schema", report.schema),
        ],
    )
    return page(head, None if report.valid else _places(report.errors, "Each kind of error"))


def description_html(description: Description) -> str:
    """Return the tables of a source, each with its format and its columns."""
    head = [description.source, f": {description.format}"]
    if description.snapshot_date:
        head.append(f", snapshot of {description.snapshot_date}")
    ignored = None
    if description.ignored:
        ignored = element("p", small("Not read: " + ", ".join(description.ignored[:MOST_ITEMS])))
    return page(
        element("p", element("strong", *head)),
        *(_table_part(table, open_=at == 0) for at, table in enumerate(description.tables)),
        ignored,
    )


def table_description_html(table: TableDescription) -> str:
    """Return one table of a source."""
    return page(_table_part(table, open_=True))


def _table_part(table: TableDescription, *, open_: bool) -> Html:
    unknown = sum(column.field is None for column in table.columns)
    named = f"{table.table}: {count(table.rows, 'row')}"
    if unknown:
        named += f", {count(unknown, 'column')} not recognised"
    columns = [
        (code(c.name), (c.field and code(c.field)) or "unknown", c.filled, " | ".join(c.samples))
        for c in table.columns[: 4 * MOST_ROWS]
    ]
    missing = None
    if table.missing:
        missing = element(
            "p", small("Declared, not in the file: " + ", ".join(table.missing[: 4 * MOST_ROWS]))
        )
    return element(
        "details",
        element("summary", named),
        element("p", small(join(filter(None, [table.file, table.form, *table.notes]), ", "))),
        listing(
            f"Columns of {table.table}",
            ("column", "field", "filled", "samples"),
            columns,
            total=len(table.columns),
        ),
        missing,
        **({"open": "open"} if open_ else {}),
    )


def feed_html(feed: Feed) -> str:
    """Return the format and the tables of a source, without reading rows."""
    day = feed.snapshot_date
    caption = f"{feed.name}: {feed.format}" + (f", snapshot of {day}" if day else "")
    rows = [(code(table), code(f"feed.{table}()")) for table in feed.tables]
    number = len(feed.issues)
    return page(
        listing(caption, ("table", "read it with"), rows),
        element("p", small(f"{count(number, 'issue')} in the rows read so far.")),
    )


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
