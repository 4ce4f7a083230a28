"""Decode the rows of a CSV file that the generated function refuses.

A row with a quoted cell, an invalid cell or too few cells. Hostile files have millions of such
rows, of a few characters each, so rows of that size are few different ones: what they decode to is
remembered.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import attrs

from ...issues import Issue, IssueLog
from ..cells import BadCell
from ..decode import CarefulDecoder, Leaf
from ..generator import MEMO_SIZE
from .decoder import FastDecoder, FieldSelection
from .rows import BLANKS, Rows, clean

if TYPE_CHECKING:
    from ...records.row import Row

_SHORT = 8
"""Most characters of a line whose record is remembered."""
Skip = tuple[int, str]
"""A place in the row, and the text in it with which a row belongs to another table."""


@attrs.frozen
class _Outcome:
    """The record of a row, if it has one, and its issues, without their file and line."""

    record: Any
    issues: list[Issue]


def has_text(cells: Sequence[str], skip: Skip) -> bool:
    """Return whether a row has the text."""
    place, text = skip
    return len(cells) > place and clean(cells[place]).lower() == text


class IrregularRows:
    """Decodes irregular rows under one header.

    Args:
        careful: Decodes a row cell by cell.
        fast: The generated function.
        row: The fields that the caller asked for; ``None`` for whole records.
        skip: Which rows belong to another table.
        log: Receives the issues.
        file: Name of the file, for issues.
        shares: Whether equal rows may have one record.
    """

    def __init__(
        self,
        careful: CarefulDecoder,
        fast: FastDecoder,
        row: type[Row] | None,
        *,
        skip: Skip | None,
        log: IssueLog,
        file: str,
        shares: bool,
    ) -> None:
        self._careful = careful
        self._plan = careful.plan
        self._fast = fast
        self._selection = FieldSelection(row)
        self._skip = skip
        self._log = log
        self._file = file
        self._longest = _SHORT if shares else -1
        self._seen: set[str] = set()
        self._remembered: dict[str, _Outcome] = {}

    def read(self, rows: Rows, line: str) -> Any:
        """Return the record of the current row; ``None``, and an issue, if it has none."""
        outcome = self._remembered.get(line)
        if outcome is None:
            outcome = self._decoded(rows, line)
            if len(line) <= self._longest and rows.is_repeatable:
                self._remember(line, outcome)
        for issue in outcome.issues:
            place = (self._file, rows.number, issue.column, issue.value, issue.sor_id)
            if not self._log.only_counts(issue.severity, issue.code, place):
                self._log.add(attrs.evolve(issue, file=self._file, line=rows.number))
        return outcome.record

    def _remember(self, line: str, outcome: _Outcome) -> None:
        """Remember what a line decodes to, if this is not its first time."""
        if line in self._seen:
            self._remembered[line] = outcome
            return
        if len(self._seen) >= MEMO_SIZE:
            self._seen.clear()
            self._remembered.clear()
        self._seen.add(line)

    def _decoded(self, rows: Rows, line: str) -> _Outcome:
        skip, width = self._skip, len(self._plan.header)
        has_quotes = '"' in line
        if skip is None and not has_quotes:
            count = rows.count(line)
            if count < width:
                return self._bad_length(rows, count)
        cells = rows.exact()
        if cells is None or (skip is not None and has_text(cells, skip)):
            return _Outcome(None, [])
        if has_quotes:  # a line without quotes was refused because of its cells
            with suppress(ValueError):
                return _Outcome(self._fast.cells(cells), [])
        cleaned = [clean(cell) if cell else cell for cell in cells]
        if cleaned != cells:
            with suppress(ValueError):
                return _Outcome(self._fast.cleaned(cleaned), [])
        return self._by_cell(rows, cleaned)

    def _by_cell(self, rows: Rows, cells: list[str]) -> _Outcome:
        if cells == [""] and not rows.raw().strip(BLANKS):
            return _Outcome(None, [])
        width = len(self._plan.header)
        if len(cells) != width:
            if len(cells) < width or any(cells[width:]):
                return self._bad_length(rows, len(cells))
            del cells[width:]  # empty cells at the end add no information
        spec = self._plan.spec
        if spec.part and not self._careful.has_required(cells):
            return _Outcome(None, [])
        key = self._plan.fields.get("sor_id")
        sor_id = (cells[key.place] or None) if isinstance(key, Leaf) else None
        issues: list[Issue] = []

        def report(bad: BadCell, leaf: Leaf, text: str) -> None:
            if self._selection.includes(leaf):
                issues.append(
                    Issue(
                        bad.severity,
                        bad.code,
                        str(bad),
                        column=leaf.header,
                        value=text,
                        sor_id=sor_id,
                    )
                )

        record = self._careful.decode(cells, report)
        if record is not None:
            return _Outcome(self._selection.finished(record), issues)
        lacking = ", ".join(spec.column_of(field).name for field in spec.required)
        issues.append(_of_row(rows, "missing-key", f"the row lacks a key ({lacking})"))
        return _Outcome(None, issues)

    def _bad_length(self, rows: Rows, count: int) -> _Outcome:
        width = len(self._plan.header)
        message = f"the row has {count} cells, expected {width} as in the header"
        return _Outcome(None, [_of_row(rows, "row-length", message)])


def _of_row(rows: Rows, code: str, message: str) -> Issue:
    return Issue("error", code, message, raw=rows.raw())
