"""Description of a source: its files, their physical form and their columns."""

from __future__ import annotations

import attrs

from .issues import Issue
from .notebook import HtmlRepr
from .plural import plural


@attrs.frozen
class ColumnDescription(HtmlRepr):
    """The description of one column of a file, or of one element path of an XML document."""

    name: str
    """The file's own name."""
    field: str | None
    """The field it was read as; ``None`` if it is unknown (its values are in ``extra``)."""
    filled: int
    """Number of rows in which it has a value."""
    samples: tuple[str, ...] = ()
    """The first distinct values."""


@attrs.frozen
class TableDescription(HtmlRepr):
    """The description of one table of a source."""

    table: str
    file: str
    rows: int
    """Rows read, those that could not become records included."""
    columns: tuple[ColumnDescription, ...]
    missing: tuple[str, ...] = ()
    """Declared columns that the file does not have."""
    encoding: str | None = None
    bom: bool | None = None
    delimiter: str | None = None
    quoting: str | None = None
    """``none``, ``some``, ``all``, and whether ids are written in Excel's ``="…"``."""
    line_ends: str | None = None
    notes: tuple[str, ...] = ()
    """Further remarks, e.g. namespaces and version of an XML."""

    @property
    def form(self) -> str:
        """The file's form in words: encoding, BOM, delimiter, quoting and line ends."""
        parts = [
            ("encoding", self.encoding),
            ("BOM", None if self.bom is None else ("yes" if self.bom else "no")),
            ("delimiter", None if self.delimiter is None else repr(self.delimiter)),
            ("quoting", self.quoting),
            ("line ends", self.line_ends),
        ]
        return ", ".join(f"{label} {value}" for label, value in parts if value is not None)


@attrs.frozen
class Description(HtmlRepr):
    """The description of a source, from :meth:`Feed.describe`; ``str()`` is for a terminal."""

    source: str
    format: str
    snapshot_date: str | None
    tables: tuple[TableDescription, ...]
    ignored: tuple[str, ...] = ()
    """Files beside the tables that are not SOR files."""
    issues: tuple[Issue, ...] = ()
    """Issues found on opening the source, e.g. a set without units or a second snapshot."""

    def to_dict(self) -> dict[str, object]:
        """Return the content as plain lists, dicts and texts, for JSON.

        Example:
            >>> feed.describe().to_dict()["format"]
            'SOR2'
        """
        return attrs.asdict(self)

    def __str__(self) -> str:
        lines = [f"{self.source}: {self.format}"]
        if self.snapshot_date:
            lines[0] += f", snapshot of {self.snapshot_date}"
        for table in self.tables:
            lines += ["", *_lines_of(table)]
        if self.ignored:
            lines += ["", "not read: " + ", ".join(self.ignored)]
        if self.issues:
            lines += ["", *(f"{issue.severity}: {issue}" for issue in self.issues)]
        return "\n".join(lines)


def _lines_of(table: TableDescription) -> list[str]:
    lines = [f"{table.table}: {table.rows} {plural('row', table.rows)} in {table.file}"]
    if table.form:
        lines.append(f"  {table.form}")
    lines += [f"  {note}" for note in table.notes]
    name_width = max((len(column.name) for column in table.columns), default=0)
    field_width = max((len(column.field or "unknown") for column in table.columns), default=0)
    for column in table.columns:
        samples = " | ".join(column.samples)
        lines.append(
            f"  {column.name:<{name_width}}  {column.field or 'unknown':<{field_width}}"
            f"  {column.filled:>9}  {samples}".rstrip()
        )
    if table.missing:
        lines.append("  declared, not in the file: " + ", ".join(table.missing))
    return lines
