"""The cells of many CSV lines to the columns of a table at once, with numpy and pyarrow's kernels.

Gives the columns, and which rows are out of the ordinary: those are then read as every other
reader reads them, so that each rule and each finding stays in one place. A row is ordinary where
its cells mean the same here as to ``formats``: ids with a right check digit, ISO dates, plain
numbers in metres, texts without outer blanks.

What costs is the number of calls, one column of one block being small. So the texts of all
columns of a kind are laid one behind the other, and looked at together.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from ..formats.cells import CONVERTERS, BadCell
from ..formats.declare import DATES, Kind
from ..formats.decode import NORTHING_FROM, Plan
from ..records import SorType
from .arrow import arrow_schema, load_pyarrow
from .buffers import bits_of, load_numpy, numbers_of, plain_array, text_array, whole_numbers
from .checks import CHECKS, is_bare, metres
from .fast_lines import Cells
from .schema import DataType, TableSchema

_MEMO_SIZE = 50_000
_COORDINATES = (Kind.EASTING, Kind.NORTHING)
_WORDS = (Kind.BOOL, Kind.INHERITED, Kind.SOR_TYPE)
"""Kinds of few distinct texts."""
# as numbers of days from 1970: what a date of Python can be, and the publisher's open ends
_EPOCH = date(1970, 1, 1)
_FIRST_DAY = (date.min - _EPOCH).days
_OPEN_FROM = (date(2500, 1, 1) - _EPOCH).days
_KEPT = (Kind.TEXT, *CHECKS)
"""Kinds whose texts are the values."""
_CONVERTED = (*DATES, *_COORDINATES, *_WORDS)


def readable(plan: Plan) -> bool:
    """Tell whether every column under a header is of a kind that is read here."""
    known = {*_KEPT, *_CONVERTED}
    columns = [column for column in plan.columns if column is not None]
    return all(column.kind in known and not column.also for column in columns)


class FastColumns:
    """Reads lines under one header. Threads may share it."""

    def __init__(self, plan: Plan, schema: TableSchema) -> None:
        pa = load_pyarrow()
        self.schema = schema
        self.plan = plan
        self.required = plan.required
        self.types = {
            column.path: field.type
            for column, field in zip(schema.columns, arrow_schema(schema), strict=True)
        }
        self.kinds = [Kind.TEXT if column is None else column.kind for column in plan.columns]
        self.wrapped = [place for place, kind in enumerate(self.kinds) if kind is Kind.SOR_ID]
        """Places of the columns that usually stand in ``="…"``."""
        places = range(len(plan.columns))
        repeats = {
            place
            for place, column in enumerate(plan.columns)
            if column is not None and pa.types.is_dictionary(self.types[column.field])
        }
        self.kept = [
            (kind, [p for p in places if self.kinds[p] is kind and p not in repeats])
            for kind in _KEPT
        ]
        self.converted = [
            (Kind.TEXT, [p for p in places if self.kinds[p] is Kind.TEXT and p in repeats]),
            *((kind, [p for p in places if self.kinds[p] is kind]) for kind in _CONVERTED),
        ]
        self._memos: dict[Kind, dict[str, Any]] = {}
        self._nulls: dict[Any, Any] = {}

    def type_at(self, place: int) -> Any:
        """Give the Arrow type of a column of the file."""
        column = self.plan.columns[place]
        return load_pyarrow().string() if column is None else self.types[column.field]

    def read(self, cells: Cells) -> tuple[list[Any], Any]:
        """Give the columns of the table, and a mask of the rows that are odd."""
        return _Batch(self, cells).result()

    # -- shared by the batches

    def value(self, kind: Kind, text: str) -> Any:
        """Give what a text means, ``BadCell`` where the exact way has to tell about it."""
        memo = self._memos.setdefault(kind, {})
        found = memo.get(text, memo)
        if found is memo:
            try:
                found = CONVERTERS[kind](text) if text else None
            except BadCell:
                found = BadCell
            if len(memo) > _MEMO_SIZE:
                memo.clear()
            memo[text] = found
        return found

    def nulls(self, kind: Any, length: int) -> Any:
        """Give a column of nothing: a part of one that is made once."""
        found = self._nulls.get(kind)
        if found is None or len(found) < length:
            found = self._nulls[kind] = load_pyarrow().nulls(length, kind)
        return found.slice(0, length)


class _Texts:
    """The texts of some columns, one column behind the other, each of as many rows."""

    def __init__(self, array: Any, places: Sequence[int], rows: int) -> None:
        np = load_numpy()
        _, offsets, self.data = array.buffers()
        self.offsets = numbers_of(offsets, "int32")[: len(array) + 1]
        self.signs = numbers_of(self.data, "uint8")
        self.places = places
        self.rows = rows
        self.filled = (np.diff(self.offsets) > 0).reshape(len(places), rows)

    def group(self, places: Iterable[int]) -> _Group:
        """Give some of the columns, which stand side by side."""
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
        self.offsets = texts.offsets[first * rows : (first + count) * rows + 1]
        self.starts, self.ends = self.offsets[:-1], self.offsets[1:]
        self.signs, self.data = texts.signs, texts.data

    def whole(self, *, nulls: bool) -> Any:
        """Give the texts of all columns as one array, where an empty one is null or not."""
        pa, length = load_pyarrow(), len(self.starts)
        if nulls:
            return plain_array(pa.string(), self.offsets, self.filled.ravel(), self.data)
        return pa.Array.from_buffers(
            pa.string(), length, [None, pa.py_buffer(self.offsets), self.data], null_count=0
        )

    def columns(self) -> Iterator[tuple[int, Any]]:
        """Give each column's place, and its texts."""
        kind = load_pyarrow().string()
        for at, place in enumerate(self.places):
            offsets = self.offsets[at * self.rows : (at + 1) * self.rows + 1]
            yield place, plain_array(kind, offsets, self.filled[at], self.data)


class _Batch:
    """The cells of one batch on their way to columns."""

    def __init__(self, shared: FastColumns, cells: Cells) -> None:
        np = load_numpy()
        self._np = np
        self._shared = shared
        self._cells = cells
        self._odd = cells.odd
        self._rows = len(cells.odd)
        self._present = (cells.texts[..., 1] > cells.texts[..., 0]).any(axis=0)
        self._found: dict[int, Any] = {}
        """Columns by their place in the file."""

    def result(self) -> tuple[list[Any], Any]:
        shared = self._shared
        self._look_for_keys()
        self._keep()
        self._convert()
        places = {
            column.field: place
            for place, column in enumerate(shared.plan.columns)
            if column is not None
        }
        columns = []
        for column in shared.schema.columns:
            if column.type is DataType.JSON:
                array = self._extra()
            else:
                array = self._found.get(places.get(column.path, -1))
            if array is None:
                array = shared.nulls(shared.types[column.path], self._rows)
            columns.append(array)
        return columns, self._odd

    def _look_for_keys(self) -> None:
        texts = self._cells.texts
        for places in self._shared.required:
            self._odd |= (texts[:, places, 1] <= texts[:, places, 0]).all(axis=1)

    def _texts(self, groups: Sequence[tuple[Kind, Sequence[int]]]) -> _Texts | None:
        """Copy the texts of columns that are not empty throughout."""
        np, pa, texts = self._np, load_pyarrow(), self._cells.texts
        places = [place for _, group in groups for place in group if self._present[place]]
        if not places:
            return None
        # every second of the spans between the bounds is a cell, the others hold what parts them
        spans = texts.size - 1
        every = pa.Array.from_buffers(
            pa.string(),
            spans,
            [None, pa.py_buffer(texts), pa.py_buffer(self._cells.signs)],
            null_count=0,
        )
        _, width, _ = texts.shape
        begins = np.arange(0, spans, 2 * width, dtype=np.int32)
        wanted = begins[None, :] + 2 * np.array(places, dtype=np.int32)[:, None]
        return _Texts(every.take(whole_numbers(wanted.ravel())), places, self._rows)

    def _mark(self, wrong: Any) -> None:
        """Mark the rows of cells that are wrong."""
        if wrong.any():
            self._odd |= wrong.reshape(-1, self._rows).any(axis=0)

    # -- texts that stay texts

    def _keep(self) -> None:
        texts = self._texts(self._shared.kept)
        if texts is None:
            return
        for kind, places in self._shared.kept:
            group = texts.group(places)
            if not group.places:
                continue
            right = CHECKS.get(kind, is_bare)(group.starts, group.ends, group.signs)
            self._mark(group.filled.ravel() & ~right)
            self._found.update(group.columns())

    def _extra(self) -> Any:
        filled = [
            (name, self._found[place].to_pylist())
            for place, name in self._shared.plan.unknown
            if place in self._found
        ]
        if not filled:
            return None
        names = [name for name, _ in filled]
        rows = zip(*(texts for _, texts in filled), strict=True)
        return text_array(_json(names, row) for row in rows)

    # -- texts that become something else

    def _convert(self) -> None:
        texts = self._texts(self._shared.converted)
        if texts is None:
            return
        for kind, places in self._shared.converted:
            group = texts.group(places)
            if not group.places:
                continue
            if kind is Kind.TEXT:
                right = is_bare(group.starts, group.ends, group.signs)
                self._mark(group.filled.ravel() & ~right)
                for place, array in group.columns():
                    self._found[place] = array.dictionary_encode()
            elif kind in _COORDINATES:
                self._metres(group, kind)
            elif kind in DATES:
                self._dates(group, kind)
            else:
                self._words(group, kind)

    def _metres(self, group: _Group, kind: Kind) -> None:
        texts, right = metres(group.starts, group.ends, group.signs)
        self._mark(group.filled.ravel() & ~right)
        filled = group.filled & right.reshape(group.filled.shape)
        pa = load_pyarrow()
        array = plain_array(
            pa.string(), group.offsets - group.offsets[0], filled.ravel(), pa.py_buffer(texts)
        )
        numbers = array.cast(pa.float64())
        values = numbers_of(numbers.buffers()[1], "float64")
        if kind is Kind.EASTING:  # may stand in the other's place
            self._mark(filled.ravel() & (values > NORTHING_FROM))
        self._numbers(group, values, filled)

    def _numbers(self, group: _Group, values: Any, filled: Any) -> None:
        for at, place in enumerate(group.places):
            own = values[at * self._rows : (at + 1) * self._rows]
            self._found[place] = plain_array(self._shared.type_at(place), own, filled[at])

    def _dates(self, group: _Group, kind: Kind) -> None:
        pa = load_pyarrow()
        filled = group.filled.ravel()
        try:
            days = group.whole(nulls=True).cast(pa.date32())
        except pa.ArrowInvalid:
            self._days_by_value(group, kind)
            return
        values = numbers_of(days.buffers()[1], "int32")[: len(filled)]
        wrong = filled & ((group.ends - group.starts != 10) | (values < _FIRST_DAY))
        is_open = filled & (values >= _OPEN_FROM)
        if kind is not Kind.LAST_DAY:
            wrong |= is_open
        self._mark(wrong)
        self._numbers(group, values, (filled & ~is_open & ~wrong).reshape(group.filled.shape))

    def _by_value(self, group: _Group, kind: Kind) -> tuple[list[Any], Any]:
        """Convert each distinct text once, by the rules of the cells; give which stands where."""
        np = self._np
        encoded = group.whole(nulls=False).dictionary_encode()
        values = [self._shared.value(kind, text) for text in encoded.dictionary.to_pylist()]
        which = numbers_of(encoded.indices.buffers()[1], "int32")[: len(encoded)]
        wrong = np.array([value is BadCell for value in values])
        self._mark(wrong[which])
        return [None if value is BadCell else value for value in values], which

    def _days_by_value(self, group: _Group, kind: Kind) -> None:
        np = self._np
        values, which = self._by_value(group, kind)
        days = np.array([0 if day is None else (day - _EPOCH).days for day in values], np.int32)
        filled = np.array([day is not None for day in values])[which]
        self._numbers(group, days[which], filled.reshape(group.filled.shape))

    def _words(self, group: _Group, kind: Kind) -> None:
        np, pa = self._np, load_pyarrow()
        values, which = self._by_value(group, kind)
        if kind is Kind.SOR_TYPE:
            names = [value.value if isinstance(value, SorType) else None for value in values]
            texts = text_array(names).take(whole_numbers(which))
            for at, place in enumerate(group.places):
                own = texts.slice(at * self._rows, self._rows)
                self._found[place] = own.dictionary_encode()
            return
        filled = np.array([value is not None for value in values])[which]
        yes = bits_of(np.array([value is True for value in values])[which].reshape(-1, self._rows))
        for at, (place, own) in enumerate(
            zip(group.places, filled.reshape(-1, self._rows), strict=True)
        ):
            self._found[place] = plain_array(pa.bool_(), yes[at], own)


def _json(names: Sequence[str], row: Sequence[str | None]) -> str | None:
    items = {name: text for name, text in zip(names, row, strict=True) if text}
    return json.dumps(items, ensure_ascii=False, separators=(",", ":")) if items else None
