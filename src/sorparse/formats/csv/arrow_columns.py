"""Convert the cells of many CSV lines to table columns at once, with numpy and pyarrow.

The result is the columns, and a mask of the irregular rows. The caller reads those rows with the
ordinary reader, so each rule and each issue is defined once. A row is regular if this module and
``cells.convert`` return the same values: ids with a valid check digit, ISO dates, plain numbers in
metres, texts without whitespace around them.

One column of one block is small, so the number of calls costs most. So the texts of all columns
of a kind are joined in one array, and checked together.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from ...extras import load_numpy, load_pyarrow
from ...records import SorType
from ..cells import CONVERTERS, BadCell
from ..declare import DATES, Kind
from ..decode import NORTHING_FROM, Plan
from ..edits import AHEAD, FIRST_PLAUSIBLE
from .buffers import (
    Filled,
    bits_of,
    days_of,
    numbers_of,
    text_array,
    texts_from,
    whole_numbers,
)
from .cell_spans import Cells
from .checks import CHECKS, is_bare, metres
from .counted_errors import Counted, CountedErrors, counted_error

_MEMO_SIZE = 50_000
_FEW_TEXTS = 100_000
_COORDINATES = (Kind.EASTING, Kind.NORTHING)
_WORDS = (Kind.BOOL, Kind.INHERITED, Kind.SOR_TYPE)
"""Kinds with few distinct texts."""
# in days since 1970: the bounds of plausible dates, and of the publisher's open ends
_FIRST_DAY = days_of(FIRST_PLAUSIBLE)
_AHEAD = days_of(AHEAD)
_OPEN_FROM = days_of(date(2500, 1, 1))
_UNCHANGED = (Kind.TEXT, *CHECKS)
"""Kinds whose texts are the values."""
_CONVERTED = (*DATES, *_COORDINATES, *_WORDS)


def readable(plan: Plan) -> bool:
    """Return whether ``ArrowColumns`` can read every column of a header."""
    known = {*_UNCHANGED, *_CONVERTED}
    columns = [column for column in plan.columns if column is not None]
    return all(column.kind in known and not column.also for column in columns)


class ArrowColumns:
    """Reads lines under one header. Threads may share a reader."""

    def __init__(self, plan: Plan, types: Mapping[str, Any], *, repair: bool) -> None:
        """Prepare reading lines under one header.

        Args:
            plan: Which cell of a line fills which field.
            types: The Arrow type of each column of the table, by the path of its field.
            repair: Whether repaired ids replace damaged ones.
        """
        pa = load_pyarrow()
        self.plan = plan
        self._repair = repair
        self.required = plan.required
        self.types = types
        self.kinds = [Kind.TEXT if column is None else column.kind for column in plan.columns]
        self.wrapped = [place for place, kind in enumerate(self.kinds) if kind is Kind.SOR_ID]
        """Places of the columns whose texts are usually written as ``="…"``."""
        places = range(len(plan.columns))
        repeats = {
            place
            for place, column in enumerate(plan.columns)
            if column is not None and pa.types.is_dictionary(self.types[column.field])
        }
        self.unchanged = [
            (kind, [p for p in places if self.kinds[p] is kind and p not in repeats])
            for kind in _UNCHANGED
        ]
        self.converted = [
            (Kind.TEXT, [p for p in places if self.kinds[p] is Kind.TEXT and p in repeats]),
            *((kind, [p for p in places if self.kinds[p] is kind]) for kind in _CONVERTED),
        ]
        self._memos: dict[Kind, dict[str, Any]] = {}
        self._nulls: dict[Any, Any] = {}

    def type_at(self, place: int) -> Any:
        """Return the Arrow type of a column of the file."""
        column = self.plan.columns[place]
        return load_pyarrow().string() if column is None else self.types[column.field]

    def read(self, cells: Cells, errors: CountedErrors | None) -> list[Any]:
        """Return the columns of the table, and add to the mask of the irregular rows.

        Args:
            cells: The cells of the rows.
            errors: Receives the errors of invalid cells, if they are only counted.
        """
        return _Batch(self, cells, errors).result()

    # -- shared by the batches

    def value(self, kind: Kind, text: str) -> Any:
        """Return the value of a text; ``BadCell`` if it is invalid, or not clean."""
        memo = self._memos.setdefault(kind, {})
        converted = memo.get(text, memo)
        if converted is memo:
            try:
                converted = CONVERTERS[kind](text) if text else None
            except BadCell:
                converted = BadCell
            if len(memo) > _MEMO_SIZE:
                memo.clear()
            memo[text] = converted
        return converted

    def error(self, kind: Kind, text: str) -> Counted | None:
        """Return the error of an invalid text; ``None`` if its row has to be read again."""
        return counted_error(kind, text, repair=self._repair)

    def nulls(self, kind: Any, length: int) -> Any:
        """Return a column of nulls: a slice of one that is built once."""
        nulls = self._nulls.get(kind)
        if nulls is None or len(nulls) < length:
            nulls = self._nulls[kind] = load_pyarrow().nulls(length, kind)
        return nulls.slice(0, length)


class _Texts:
    """The texts of some columns, one column after the other, all with the same number of rows."""

    def __init__(self, array: Any, places: Sequence[int], rows: int) -> None:
        np = load_numpy()
        _, offsets, self.data = array.buffers()
        self.offsets = numbers_of(offsets, "int32")[: len(array) + 1]
        self.signs = numbers_of(self.data, "uint8")
        self.places = places
        self.rows = rows
        self.filled = (np.diff(self.offsets) > 0).reshape(len(places), rows)

    def group(self, places: Iterable[int]) -> _Group:
        """Return some of the columns; their places are adjacent."""
        at = [self.places.index(place) for place in places if place in self.places]
        return _Group(self, at[0] if at else 0, len(at))


class _Group:
    """Columns of one kind."""

    def __init__(self, texts: _Texts, first: int, count: int) -> None:
        rows = texts.rows
        self.rows = rows
        self.places = texts.places[first : first + count]
        self.filled = texts.filled[first : first + count]
        """Mask of the cells that are not empty, columns x rows."""
        self.cells = self.filled.ravel()
        self.offsets = texts.offsets[first * rows : (first + count) * rows + 1]
        self.starts, self.ends = self.offsets[:-1], self.offsets[1:]
        self.signs, self.data = texts.signs, texts.data

    def whole(self, filled: Any = None) -> Any:
        """Return the texts of all columns as one array, with null where the mask is false."""
        return texts_from(self.offsets, self.data, filled)

    def columns(self) -> list[Any]:
        """Return an array of texts for each column."""
        return Filled(self.filled).arrays(load_pyarrow().string(), self.offsets, self.data)


class _Batch:
    """The conversion of one batch of cells to columns."""

    def __init__(self, shared: ArrowColumns, cells: Cells, errors: CountedErrors | None) -> None:
        np = load_numpy()
        self._np = np
        self._errors = errors
        self._shared = shared
        self._cells = cells
        self._irregular = cells.irregular
        self._rows = len(cells.irregular)
        self._present = (cells.ends > cells.starts).any(axis=1)
        self._found: dict[int, Any] = {}
        """Columns by their place in the file."""

    def result(self) -> list[Any]:
        shared = self._shared
        self._check_required()
        self._read_unchanged()
        self._read_converted()
        places = {
            column.field: place
            for place, column in enumerate(shared.plan.columns)
            if column is not None
        }
        columns = []
        for path, kind in shared.types.items():
            array = self._extra() if path == "extra" else self._found.get(places.get(path, -1))
            columns.append(shared.nulls(kind, self._rows) if array is None else array)
        return columns

    def _check_required(self) -> None:
        cells = self._cells
        for places in self._shared.required:
            self._irregular |= (cells.ends[places] <= cells.starts[places]).all(axis=0)

    def _texts(self, groups: Sequence[tuple[Kind, Sequence[int]]]) -> _Texts | None:
        """Return a copy of the texts of the columns that have any."""
        np, pa, cells = self._np, load_pyarrow(), self._cells
        places = [place for _, group in groups for place in group if self._present[place]]
        if not places:
            return None
        # Every second span between these bounds is a text. The others may have a negative length,
        # which is invalid in an array; they are never read.
        number = len(places) * self._rows
        bounds = np.empty(2 * number + 1, dtype=np.int32)
        bounds[:-1:2] = cells.starts[places].ravel()
        bounds[1::2] = cells.ends[places].ravel()
        bounds[-1] = len(cells.signs)
        spans = texts_from(bounds, pa.py_buffer(cells.signs))
        texts = spans.take(whole_numbers(np.arange(0, 2 * number, 2, dtype=np.int32)))
        return _Texts(texts, places, self._rows)

    def _mark(self, wrong: Any) -> None:
        """Mark the rows with wrong cells as irregular."""
        if wrong.any():
            self._irregular |= wrong.reshape(-1, self._rows).any(axis=0)

    def _judge(self, group: _Group, kind: Kind, wrong: Any) -> None:
        """Count the errors of wrong cells, or mark their rows as irregular."""
        if self._errors is None or not wrong.any():
            self._mark(wrong)
            return
        np = self._np
        at = np.flatnonzero(wrong).astype(np.int32)
        texts = group.whole().take(whole_numbers(at)).to_pylist()
        errors = [self._shared.error(kind, text) for text in texts]
        self._errors.add(at % self._rows, [error and error[0] for error in errors])

    # -- texts that stay texts

    def _read_unchanged(self) -> None:
        texts = self._texts(self._shared.unchanged)
        if texts is None:
            return
        for kind, places in self._shared.unchanged:
            group = texts.group(places)
            if not group.places:
                continue
            right = CHECKS.get(kind, is_bare)(group.starts, group.ends, group.signs)
            if kind in CHECKS:  # an invalid identifier is stored unchanged
                self._judge(group, kind, group.cells & ~right)
            else:
                self._mark(group.cells & ~right)
            self._found.update(zip(group.places, group.columns(), strict=True))

    def _extra(self) -> Any:
        names = [name for place, name in self._shared.plan.unknown if place in self._found]
        columns = [self._found[p] for p, _ in self._shared.plan.unknown if p in self._found]
        if not columns:
            return None
        # at most so many texts in memory: there may be thousands of columns
        few = _FEW_TEXTS // len(columns) + 1
        texts = (
            _json(names, row)
            for start in range(0, self._rows, few)
            for row in zip(*(each.slice(start, few).to_pylist() for each in columns), strict=True)
        )
        return text_array(texts)

    # -- texts that are converted

    def _read_converted(self) -> None:
        texts = self._texts(self._shared.converted)
        if texts is None:
            return
        for kind, places in self._shared.converted:
            group = texts.group(places)
            if not group.places:
                continue
            if kind is Kind.TEXT:
                right = is_bare(group.starts, group.ends, group.signs)
                self._mark(group.cells & ~right)
                for place, array in zip(group.places, group.columns(), strict=True):
                    self._found[place] = array.dictionary_encode()
            elif kind in _COORDINATES:
                self._metres(group, kind)
            elif kind in DATES:
                self._dates(group, kind)
            else:
                self._words(group, kind)

    def _metres(self, group: _Group, kind: Kind) -> None:
        texts, right = metres(group.starts, group.ends, group.signs)
        self._judge(group, kind, group.cells & ~right)
        filled = group.filled & right.reshape(group.filled.shape)
        pa = load_pyarrow()
        offsets = group.offsets - group.offsets[0]
        array = texts_from(offsets, pa.py_buffer(texts), filled.ravel())
        numbers = array.cast(pa.float64())
        values = numbers_of(numbers.buffers()[1], "float64")[: len(numbers)]
        if kind is Kind.EASTING:  # it may be a northing in the wrong column
            self._mark(filled.ravel() & (values > NORTHING_FROM))
        self._put(group, values, filled)

    def _put(self, group: _Group, values: Any, filled: Any) -> None:
        """Store the values of a group as columns."""
        kind = self._shared.type_at(group.places[0])
        arrays = Filled(filled.reshape(group.filled.shape)).arrays(kind, values)
        self._found.update(zip(group.places, arrays, strict=True))

    def _dates(self, group: _Group, kind: Kind) -> None:
        pa = load_pyarrow()
        filled = group.cells
        try:
            days = group.whole(group.cells).cast(pa.date32())
        except pa.ArrowInvalid:
            self._days_by_value(group, kind)
            return
        values = numbers_of(days.buffers()[1], "int32")[: len(filled)]
        wrong = filled & ((group.ends - group.starts != 10) | (values < _FIRST_DAY))
        is_open = filled & (values >= _OPEN_FROM)
        if kind is not Kind.LAST_DAY:
            wrong |= filled & (values >= _AHEAD)
        if self._errors is not None and wrong.any():
            self._days_by_value(group, kind)
            return
        self._mark(wrong)
        self._put(group, values, filled & ~is_open & ~wrong)

    def _by_value(self, group: _Group, kind: Kind) -> tuple[list[Any], Any]:
        """Convert each distinct text once; return the values, and which cell has which."""
        np = self._np
        encoded = group.whole().dictionary_encode()
        texts = encoded.dictionary.to_pylist()
        values = [self._shared.value(kind, text) for text in texts]
        which = numbers_of(encoded.indices.buffers()[1], "int32")[: len(encoded)]
        wrong = [number for number, value in enumerate(values) if value is BadCell]
        if not wrong:
            return values, which
        numbers = np.full(len(values), -1)
        for number in wrong:
            error = self._errors and self._shared.error(kind, texts[number])
            values[number] = error and error[1]
            numbers[number] = self._errors.number(error[0]) if self._errors and error else 0
        numbers = numbers[which]
        at = np.flatnonzero(numbers >= 0)
        if self._errors is None:
            self._irregular[at % self._rows] = True
        else:
            self._errors.add_numbers(at % self._rows, numbers[at])
        return values, which

    def _days_by_value(self, group: _Group, kind: Kind) -> None:
        np = self._np
        values, which = self._by_value(group, kind)
        days = np.array([days_of(day) for day in values], dtype=np.int32)
        filled = np.array([day is not None for day in values])[which]
        self._put(group, days[which], filled)

    def _words(self, group: _Group, kind: Kind) -> None:
        np = self._np
        values, which = self._by_value(group, kind)
        if kind is Kind.SOR_TYPE:
            names = [value.value if isinstance(value, SorType) else None for value in values]
            texts = text_array(names).take(whole_numbers(which))
            for at, place in enumerate(group.places):
                own = texts.slice(at * self._rows, self._rows)
                self._found[place] = own.dictionary_encode()
            return
        filled = np.array([value is not None for value in values])[which]
        yes = np.array([value is True for value in values])[which]
        self._put(group, bits_of(yes.reshape(group.filled.shape)), filled)


def _json(names: Sequence[str], row: Sequence[str | None]) -> str | None:
    items = {name: text for name, text in zip(names, row, strict=True) if text}
    return json.dumps(items, ensure_ascii=False, separators=(",", ":")) if items else None
