"""The result of a validation."""

from __future__ import annotations

from datetime import date
from typing import Literal

import attrs

from ..issues import Issue
from ..notebook import HtmlRepr
from ..plural import plural


@attrs.frozen
class ValidationReport(HtmlRepr):
    """The result of :func:`sorparse.validate`; true if the document is valid.

    ``str()`` returns it as text for a terminal.

    Example:
        >>> import sorparse
        >>> report = sorparse.validate(sorparse.examples.sor_xml)
        >>> report.valid, report.fault_count, report.version
        (True, 0, '2.0.0')
    """

    errors: tuple[Issue, ...]
    """One issue for each distinct fault (the same rule broken at the same element path), in the
    order of their first places: ``line``, ``column`` (the element path), ``value`` and ``sor_id``
    are those of the first, the message has the count and the first places."""
    schema: str
    """The schema against which the document was checked."""
    fault_count: int
    """Number of all faults."""
    occurrences: tuple[Issue, ...] = attrs.field(default=(), repr=False)
    """Each fault at each place, in document order, up to ``Limits.max_issues``; empty with
    ``places=False``."""
    file: str | None = None
    """The document: a path, or ``archive.zip/member``."""
    version: str | None = None
    """Version of the format by the root's namespace: ``"2.0.0"``, ``"1.0.0"`` or ``None``."""
    snapshot_date: date | None = None
    """Snapshot date of the document, if stated."""
    complete: bool = True
    """Whether the whole document was checked; ``False`` if ``Limits.max_issues`` was reached."""
    engine: Literal["libxml2", "xmlschema"] = "libxml2"
    """The engine that checked it."""

    @property
    def valid(self) -> bool:
        """Whether the document has no fault."""
        return not self.fault_count

    def __bool__(self) -> bool:
        return self.valid

    def __str__(self) -> str:
        what = f"SOR XML {self.version}" if self.version else "SOR XML"
        if self.snapshot_date is not None:
            what += f", snapshot of {self.snapshot_date}"
        lines = [f"{self.file or 'document'}: {what}", f"checked against the {self.schema}"]
        if self.valid:
            return "\n".join([*lines, "valid"])
        kinds = len(self.errors)
        least = "" if self.complete else "at least "
        lines.append(
            f"not valid: {least}{self.fault_count:,} {plural('fault', self.fault_count)}"
            f" of {kinds:,} {plural('kind', kinds)}"
        )
        for issue in self.errors:
            place = f"line {issue.line:,}: " if issue.line is not None else ""
            unit = f" (SOR id {issue.sor_id})" if issue.sor_id else ""
            lines.append(f"  {place}{issue.message} [{issue.code}]")
            lines.append(f"    at {issue.column}{unit}")
        return "\n".join(lines)
