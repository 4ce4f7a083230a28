"""Decode the rows of a CSV file that the generated function refuses.

A row with a quoted cell, an invalid cell or too few cells, and rows after such rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from ..decode import CarefulDecoder, Leaf
from ..tolerant_writer import TolerantDecoder
from .decoder import FastDecoder
from .rows import BLANKS, Rows, clean

if TYPE_CHECKING:
    from ...records.row import Row

_NOT_CLEAN = re.compile(f"[{BLANKS}=]|NULL").search
"""Finds what :func:`clean` removes."""
Skip = tuple[int, str]
"""A place in the row, and the text in it with which a row belongs to another table."""


def has_text(cells: Sequence[str], skip: Skip) -> bool:
    """Return whether a row has the text."""
    place, text = skip
    return len(cells) > place and clean(cells[place]).lower() == text


class IrregularRows:
    """Decodes irregular rows under one header.

    Args:
        careful: Knows the plan of the rows.
        fast: The generated function, which reads most rows with quoted cells.
        delimiter: The character between cells.
        row: The fields that the caller asked for; ``None`` for whole records.
        skip: Which rows belong to another table.
    """

    def __init__(
        self,
        careful: CarefulDecoder,
        fast: FastDecoder,
        delimiter: str,
        row: type[Row] | None,
        *,
        skip: Skip | None,
    ) -> None:
        self._careful = careful
        self._fast = fast
        self._delimiter = delimiter
        self._plan = careful.plan
        self._width = len(careful.plan.header)
        self._row = row
        self._skip = skip

    @cached_property
    def _tolerant(self) -> TolerantDecoder:
        return TolerantDecoder(self._careful, self._row)

    @cached_property
    def _counting(self) -> TolerantDecoder:
        return TolerantDecoder(self._careful, self._row, counting=True)

    def read(self, rows: Rows, line: str) -> Any:
        """Return the record of the current row; ``None``, and an issue, if it has none."""
        rows.begin()
        record = self._decoded(rows, line)
        rows.end(record)
        return record

    def _decoded(self, rows: Rows, line: str) -> Any:
        cells: list[str] | None
        is_quoted = '"' in line
        if is_quoted or (rows.has_suspects and rows.is_suspect(line)):
            cells = rows.exact()
            if cells is None:
                return None
        else:
            cells = line.split(self._delimiter)
        if self._skip is not None and has_text(cells, self._skip):
            return None
        if is_quoted and rows.is_regular:
            with suppress(ValueError):
                return self._fast.cells(cells)
        width, number = self._width, len(cells)
        if number >= width and (is_quoted or _NOT_CLEAN(line)):
            cells = [clean(cell) if cell else cell for cell in cells]
        if number != width:
            if number == 1 and not rows.raw().strip(BLANKS):
                return None
            if number < width or any(cells[width:]):
                rows.issues.add(
                    "error",
                    "row-length",
                    lambda: f"the row has {number} cells, expected {width} as in the header",
                    raw=rows.raw,
                )
                return None
            del cells[width:]  # empty cells at the end add no information
        return self._record(rows, cells)

    def _record(self, rows: Rows, cells: list[str]) -> Any:
        spec, issues = self._plan.spec, rows.issues
        is_complete = self._careful.has_required(cells)
        if spec.part and not is_complete:
            return None
        tolerant = self._counting if issues.is_counting else self._tolerant
        record = tolerant.decode(cells) if is_complete or any(cells) else None
        if tolerant.kinds:
            issues.kinds += tolerant.kinds
            tolerant.kinds.clear()
        elif tolerant.invalid:
            self._report(rows, cells)
        if is_complete:
            return record
        issues.add("error", "missing-key", self._lacks_key, raw=rows.raw)
        return None

    def _lacks_key(self) -> str:
        spec = self._plan.spec
        lacking = ", ".join(spec.column_of(field).name for field in spec.required)
        return f"the row lacks a key ({lacking})"

    def _report(self, rows: Rows, cells: Sequence[str]) -> None:
        """Report the invalid cells of a row."""
        invalid = self._tolerant.invalid
        invalid.sort(key=itemgetter(0))
        key = self._plan.fields.get("sor_id")
        sor_id = (cells[key.place] or None) if isinstance(key, Leaf) else None
        for _, leaf, text, error in invalid:
            rows.issues.add(
                error.severity,
                error.code,
                error.__str__,
                column=leaf.header,
                value=text,
                sor_id=sor_id,
            )
        invalid.clear()
