"""Convert the columns of a row to a record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

from ...issues import Issue, IssueLog, Severity
from ...records import Extra
from ..base import ReadOptions
from ..cells import BadCell, same_instant, to_instant, to_last_day_in_denmark
from ..declare import Column, Kind, TableSpec, fold
from ..decode import CarefulDecoder, Leaf, make_plan
from ..sor2 import ENTITIES
from ..sor_xml.reporting import ExtraTexts
from .names import ROW_KEYS, VALID_FROM, VALID_TO
from .pages import Row

_ROW_KEYS = tuple(fold(name) for name in ROW_KEYS)
_FROM, _TO = fold(VALID_FROM), fold(VALID_TO)
_OWN = -1
"""Rank of a column that the caller has named; those of a declaration count from 0."""


class Cells:
    """The texts of a row, by the places of the declared columns."""

    def __init__(self, width: int) -> None:
        self.texts = [""] * width
        self.names: dict[int, str] = {}
        """Name of each column as the row spells it, by place."""
        self.extra = ExtraTexts()
        self.twice: list[str] = []
        """Columns that the row has more than once."""


class RowDecoder:
    """Builds records from the rows of one datatype."""

    def __init__(self, spec: TableSpec, options: ReadOptions) -> None:
        self.spec = spec
        self._options = options
        own = {fold(name): field for name, field in options.columns.items()}
        all_declared = (*spec.columns, *spec.further)
        declared = {column.field for column in all_declared}
        borrowed = tuple(
            column
            for column in ENTITIES.columns
            if spec.record is ENTITIES.record
            and column.field in own.values()
            and column.field not in declared
        )
        columns: tuple[Column, ...] = (*all_declared, *borrowed)
        names = [column.name for column in columns]
        self._decoder = CarefulDecoder(make_plan(spec, names, columns), repair=options.repair)
        self._width = len(columns)
        self._first: dict[str, int] = {}
        for place, column in enumerate(columns):
            self._first.setdefault(column.field, place)
        # several columns may fill one field: the one that is declared first takes precedence
        self._by_name = {
            name: (all_declared.index(column), self._first[column.field])
            for name, column in spec.by_folded_name.items()
        }
        for name, field in own.items():
            declared_as = spec.by_folded_name.get(fold(field))
            path = field if field in self._first else declared_as and declared_as.field
            if path:
                self._by_name[name] = (_OWN, self._first[path])
        self._periodic = any(column.kind is Kind.END for column in spec.columns)

    def cells(self, row: Row) -> Cells:
        """Return the texts of a row by column; other texts go to ``extra``."""
        cells = Cells(self._width)
        ranks: dict[int, int] = {}
        seen: set[str] = set()
        for name, text in row.values:
            if name in seen:
                cells.twice.append(name)
            at = self._by_name.get(fold(name))
            if at is None or name in seen:
                cells.extra.add(name, text)
                continue
            seen.add(name)
            rank, place = at
            before = cells.texts[place]
            if not before or (text and rank < ranks[place]):
                if before:
                    cells.extra.add(cells.names[place], before)
                cells.texts[place], cells.names[place], ranks[place] = text, name, rank
            else:
                cells.extra.add(name, text)
        return cells

    def key(self, row: Row) -> bytes:
        """Return the key of a row. Each delivery of the row has the same key."""
        texts = {fold(name): text for name, text in row.values}
        parts = [] if self._periodic else [texts.get(name, "") for name in _ROW_KEYS]
        if not any(parts):
            cells = self.cells(row).texts
            parts = [same_instant(cells[self._first[field]]) for field in self.spec.key]
        parts += [row.datatype, same_instant(texts.get(_FROM, ""))]
        return blake2b(repr(parts).encode(), digest_size=16).digest()

    def is_former(self, row: Row, now: int) -> bool:
        """Return whether a row is no longer in the register.

        In version 2, a row's period says when it was in the register; in version 1, when the unit
        existed. If the period ended on the unit's own last day, the register still has the row as
        history.

        Args:
            row: The row in its last delivery.
            now: Time of the last known change, in seconds since 1970.
        """
        if self._periodic:
            return False
        end = next((text for name, text in row.values if fold(name) == _TO), "")
        try:
            until = to_instant(end)
            if until is None or to_last_day_in_denmark(end) is None or until.timestamp() > now:
                return False
            place = self._first.get("validity.to_date")
            stated = "" if place is None else self.cells(row).texts[place]
            last = to_last_day_in_denmark(stated) if stated else None
        except BadCell:
            return False
        return not _ends_with(until, last)

    def decode(self, row: Row, log: IssueLog) -> Any:
        """Build the record of a row; ``None``, and an issue, if it cannot become one."""
        cells = self.cells(row)
        place = self._first.get("sor_id")
        sor_id = (cells.texts[place] or None) if place is not None else None

        def add(severity: Severity, code: str, message: str, **more: Any) -> None:
            more = {"sor_id": sor_id, **more}
            log.add(Issue(severity, code, message, file=row.file, line=row.line, **more))

        most = self._options.limits.max_field_chars
        for name, text in row.values:
            if len(text) > most:
                add(
                    "error",
                    "field-too-long",
                    f"a value holds {len(text)} characters, more than Limits.max_field_chars "
                    f"({most}); the row is not read",
                    column=name,
                    value=text[:200] + "…",
                )
                return None
        for name in dict.fromkeys(cells.twice):
            add(
                "warning",
                "duplicate-element",
                f"{name} occurs more than once in the row; the first is used, others are in extra",
                column=name,
            )
        self._check_period(cells, add)

        def report(bad: BadCell, leaf: Leaf, text: str) -> None:
            add(bad.severity, bad.code, str(bad), column=cells.names[leaf.place], value=text)

        self._decoder.on_swap = lambda: log.add_once(
            Issue(
                "warning",
                "coordinates-swapped",
                "eastings are in the northing column and northings in the easting column; each "
                "pair was exchanged (reported once for the page)",
                file=row.file,
            )
        )
        record = self._decoder.decode(cells.texts, report)
        if record is None:
            lacking = ", ".join(self.spec.column_of(field).name for field in self.spec.required)
            message = f"the row lacks a key ({lacking})"
            add("error", "missing-key", message, raw=row.raw)
        elif cells.extra:
            object.__setattr__(record, "extra", Extra(cells.extra))
        return record

    def _check_period(self, cells: Cells, add: Any) -> None:
        if not self._periodic:
            return
        for field in ("validity.from_date", "validity.to_date"):
            if not cells.texts[self._first[field]]:
                name = self.spec.column_of(field).name
                add(
                    "warning",
                    "missing-element",
                    f"the row has no {name}, which the service always fills; the period is open",
                    column=name,
                )

    def fields(self, names: Sequence[str]) -> list[str | None]:
        """Return the field that each column of a row fills; ``None`` if it fills none."""
        by_place = {place: field for field, place in self._first.items()}
        places = [self._by_name.get(fold(name)) for name in names]
        return [None if at is None else by_place[at[1]] for at in places]


def _ends_with(until: datetime, last: Any) -> bool:
    """Return whether a period of rows ends with this last day."""
    return last is not None and 0 <= (until.date() - last).days <= 1
