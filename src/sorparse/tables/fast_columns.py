"""The cells of many CSV lines to the columns of a table at once, with pyarrow's kernels.

Gives the columns, and which rows are out of the ordinary: those are then read as every other
reader reads them, so that each rule and each finding stays in one place. A row is ordinary where
its cells mean the same to pyarrow as to ``formats``: ids with a right check digit, ISO dates,
plain numbers in metres, texts without outer blanks.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from functools import reduce
from typing import Any

from ..extras import load_extra
from ..formats.cells import CONVERTERS, BadCell
from ..formats.declare import DATES, Kind
from ..formats.decode import NORTHING_FROM, Plan
from ..formats.rows import clean
from ..records import SorType
from .arrow import arrow_schema, load_pyarrow
from .checks import CHECKS
from .schema import DataType, TableSchema

_MEMO_SIZE = 50_000
_COORDINATES = (Kind.EASTING, Kind.NORTHING)
_METRES = r"^[1-9][0-9]{3,7}([.,][0-9]{1,6})?$"
# as numbers of days from 1970: what a date of Python can be, and the publisher's open ends
_FIRST_DAY = (date.min - date(1970, 1, 1)).days
_OPEN_FROM = (date(2500, 1, 1) - date(1970, 1, 1)).days
KINDS = frozenset((Kind.TEXT, *DATES, Kind.BOOL, Kind.INHERITED, Kind.SOR_TYPE))
"""Kinds that are read here, beside ids and coordinates."""


def readable(plan: Plan) -> bool:
    """Tell whether every column under a header is of a kind that is read here."""
    known = {*KINDS, *CHECKS, *_COORDINATES}
    columns = [column for column in plan.columns if column is not None]
    return all(column.kind in known and not column.also for column in columns)


class NotAligned(Exception):
    """The lines do not give one row each."""


class FastColumns:
    """Reads lines under one header. Threads may share it."""

    def __init__(self, plan: Plan, schema: TableSchema, delimiter: str) -> None:
        self._pa = load_pyarrow()
        self._np = load_extra("numpy", "arrow", "Arrow tables")
        self._pc = load_extra("pyarrow.compute", "arrow", "Arrow tables")
        self._csv = load_extra("pyarrow.csv", "arrow", "Arrow tables")
        self._plan = plan
        self._schema = schema
        self._delimiter = delimiter
        self._places = {
            column.field: place for place, column in enumerate(plan.columns) if column is not None
        }
        pa = self._pa
        repeating = {column.path for column in schema.columns if column.repeats}
        self._names = [str(place) for place in range(len(plan.header))]
        self._types = {
            str(place): pa.dictionary(pa.int32(), pa.string())
            if column is not None and column.kind is Kind.TEXT and column.field in repeating
            else pa.string()
            for place, column in enumerate(plan.columns)
        }
        np = self._np
        # what a text must not begin or end with: blanks (a no-break space is C2 A0), and = of ="…"
        self._odd_first = np.zeros(256, dtype=bool)
        self._odd_first[[0x20, 0x09, 0xC2, 0x3D]] = True
        self._odd_last = np.zeros(256, dtype=bool)
        self._odd_last[[0x20, 0x09, 0xA0]] = True
        self._memos: dict[Kind, dict[str, Any]] = {}

    def read(self, data: bytes, rows: int) -> tuple[list[Any], Any, Any]:
        """Give the columns of the table, the rows that are odd, and the quotes of ``="…"`` cells.

        data: as many lines as there are rows. The second is a mask, the third a number for each
        row: six for each such cell. Raises NotAligned where lines and rows do not match,
        ValueError for what is not UTF-8.
        """
        return _Batch(self, self._parse(data, rows)).result()

    def _parse(self, data: bytes, rows: int) -> list[Any]:
        csv, pa = self._csv, self._pa
        try:
            table = csv.read_csv(
                pa.BufferReader(data),
                read_options=csv.ReadOptions(
                    use_threads=False, block_size=len(data) + 1, column_names=self._names
                ),
                parse_options=csv.ParseOptions(delimiter=self._delimiter, ignore_empty_lines=False),
                convert_options=csv.ConvertOptions(
                    column_types=self._types,
                    strings_can_be_null=True,
                    null_values=[""],
                    quoted_strings_can_be_null=True,
                ),
            )
        except pa.ArrowInvalid as error:
            raise NotAligned(str(error)) from error
        if table.num_rows != rows or table.column(0).num_chunks != 1:
            raise NotAligned
        return [column.chunk(0) for column in table.columns]

    # -- shared by the batches

    def converted(self, kind: Kind, text: str) -> Any:
        """Give what a text means, ``BadCell`` where the exact way has to tell about it."""
        memo = self._memos.setdefault(kind, {})
        found = memo.get(text, memo)
        if found is memo:
            try:
                found = CONVERTERS[kind](text)
            except BadCell:
                found = BadCell
            if len(memo) > _MEMO_SIZE:
                memo.clear()
            memo[text] = found
        return found


class _Batch:
    """The lines of one batch on their way to columns."""

    def __init__(self, shared: FastColumns, cells: list[Any]) -> None:
        self._shared = shared
        self._cells = cells
        self._pa, self._pc, self._np = shared._pa, shared._pc, shared._np
        self._odd = self._np.zeros(len(cells[0]), dtype=bool)
        self._quotes = self._np.zeros(len(cells[0]), dtype=self._np.int32)

    def result(self) -> tuple[list[Any], Any, Any]:
        shared, pa = self._shared, self._pa
        target = arrow_schema(shared._schema)
        self._look_for_keys()
        found = []
        for column, field in zip(shared._schema.columns, target, strict=True):
            place = shared._places.get(column.path)
            if column.type is DataType.JSON:
                array = self._extra()
            elif place is None:
                array = pa.nulls(len(self._odd), field.type)
            else:
                array = self._column(place, field.type)
            found.append(array)
        self._look_for_swaps(found)
        return found, self._odd, self._quotes

    def _look_for_keys(self) -> None:
        for places in self._shared._plan.required:
            self._odd |= reduce(
                lambda one, other: one & other, [self._is_null(self._cells[p]) for p in places]
            )

    def _is_null(self, array: Any) -> Any:
        return array.is_null().to_numpy(zero_copy_only=False)

    def _column(self, place: int, kind: Any) -> Any:
        column = self._shared._plan.columns[place]
        array = self._cells[place]
        assert column is not None
        if array.null_count == len(array):
            return self._pa.nulls(len(array), kind)
        if self._pa.types.is_dictionary(array.type):
            return self._dictionary(array)
        if column.kind is Kind.TEXT:
            return self._text(array)
        if column.kind in CHECKS:
            return self._ids(array, column.kind)
        array = self._unwrapped(array)
        if column.kind in _COORDINATES:
            return self._metres(array)
        if column.kind in DATES:
            return self._dates(array, column.kind)
        return self._by_value(array, column.kind, kind)

    # -- texts

    def _bounds(self, array: Any) -> tuple[Any, Any, Any]:
        """Give where the bytes of each text begin and end, and the bytes."""
        np = self._np
        _, offsets, data = array.buffers()
        every = np.frombuffer(offsets, dtype=np.int32)[array.offset : array.offset + len(array) + 1]
        return every[:-1], every[1:], np.frombuffer(data or b"\0", dtype=np.uint8)

    def _unwrapped(self, array: Any) -> Any:
        """Take Excel's ``="…"`` off."""
        starts, ends, data = self._bounds(array)
        filled = self._np.flatnonzero(ends > starts)
        begins = filled[data[starts[filled]] == 0x3D]
        if not len(begins):
            return array
        long = begins[ends[begins] - starts[begins] > 3]
        wrapped = long[(data[starts[long] + 1] == 0x22) & (data[ends[long] - 1] == 0x22)]
        self._quotes[wrapped] += 6
        mask = self._np.zeros(len(array), dtype=bool)
        mask[begins] = True
        mask[wrapped] = False
        self._odd |= mask  # a text that begins with = and is not wrapped
        bare = self._pc.utf8_slice_codeunits(array, 2, -1)
        if len(wrapped) == len(filled):
            return bare
        mask[:] = False
        mask[wrapped] = True
        return self._pc.if_else(self._pa.array(mask), bare, array)

    def _text(self, array: Any) -> Any:
        array = self._unwrapped(array)
        self._odd[self._odd_texts(array)] = True
        return array

    def _odd_texts(self, array: Any) -> Any:
        """Give the places of texts with outer blanks, of ``="…"``, and of ``NULL``."""
        starts, ends, data = self._bounds(array)
        filled = self._np.flatnonzero(ends > starts)
        first, last = data[starts[filled]], data[ends[filled] - 1]
        odd = self._shared._odd_first[first] | self._shared._odd_last[last]
        odd |= (first == 0x4E) & ((ends - starts)[filled] == 4)  # NULL, which is no text
        return filled[odd]

    def _dictionary(self, array: Any) -> Any:
        if not len(self._odd_texts(array.dictionary)):
            return array
        texts = array.dictionary.to_pylist()
        cleaned = [clean(text) or None for text in texts]
        if cleaned == texts:
            return array
        np, pa = self._np, self._pa
        wrapped = np.array([text.startswith('="') and text.endswith('"') for text in texts])
        indices = array.indices.fill_null(0).to_numpy(zero_copy_only=False)
        self._quotes[wrapped[indices] & ~self._is_null(array)] += 6
        values = self._pc.take(pa.array(cleaned, pa.string()), array.indices)
        return values.dictionary_encode()

    # -- values

    def _ids(self, array: Any, kind: Kind) -> Any:
        array = self._unwrapped(array)
        starts, ends, data = self._bounds(array)
        self._odd |= (ends > starts) & ~CHECKS[kind](starts, ends, data)
        return array

    def _mark(self, encoded: Any, wrong: list[bool]) -> None:
        """Mark the rows whose value is one of the wrong ones of the dictionary."""
        if any(wrong):
            values = self._pa.array(wrong)
            found = self._pc.take(values, encoded.indices).fill_null(False)
            self._odd |= found.to_numpy(zero_copy_only=False)

    def _dates(self, array: Any, kind: Kind) -> Any:
        pa, pc = self._pa, self._pc
        try:
            days = array.cast(pa.date32())
        except pa.ArrowInvalid:
            return self._by_value(array, kind, pa.date32())
        if pc.max(pc.utf8_length(array)).as_py() != 10:
            return self._by_value(array, kind, pa.date32())
        bounds = pc.min_max(days.cast(pa.int32())).as_py()
        if bounds["min"] < _FIRST_DAY or bounds["max"] >= _OPEN_FROM:
            return self._by_value(array, kind, pa.date32())
        return days

    def _by_value(self, array: Any, kind: Kind, target: Any) -> Any:
        """Convert each distinct text once, by the rules of the cells."""
        encoded = array.dictionary_encode()
        texts = encoded.dictionary.to_pylist()
        values = [self._shared.converted(kind, text) for text in texts]
        self._mark(encoded, [value is BadCell for value in values])
        plain = [
            None if value is BadCell else value.value if isinstance(value, SorType) else value
            for value in values
        ]
        is_dictionary = self._pa.types.is_dictionary(target)
        value_type = target.value_type if is_dictionary else target
        taken = self._pc.take(self._pa.array(plain, value_type), encoded.indices)
        return taken.dictionary_encode() if is_dictionary else taken

    def _metres(self, array: Any) -> Any:
        pa, pc = self._pa, self._pc
        plain = pc.match_substring_regex(array, _METRES)
        if not pc.all(plain).as_py():
            ordinary = plain.fill_null(True)
            self._odd |= ~ordinary.to_numpy(zero_copy_only=False)
            array = pc.if_else(ordinary, array, None)
        return pc.replace_substring(array, ",", ".").cast(pa.float64())

    def _look_for_swaps(self, found: list[Any]) -> None:
        """Mark the rows in which easting and northing stand the wrong way round."""
        names = self._shared._schema.names
        for name in names:
            if name.endswith("easting"):
                easting = found[names.index(name)]
                largest = self._pc.max(easting).as_py()
                if largest is not None and largest > NORTHING_FROM:
                    wrong = self._pc.greater(easting, NORTHING_FROM).fill_null(False)
                    self._odd |= wrong.to_numpy(zero_copy_only=False)

    def _extra(self) -> Any:
        pa = self._pa
        filled = [
            (name, self._text(self._as_text(self._cells[place])))
            for place, name in self._shared._plan.unknown
            if self._cells[place].null_count < len(self._odd)
        ]
        if not filled:
            return pa.nulls(len(self._odd), pa.string())
        names = [name for name, _ in filled]
        rows = zip(*(array.to_pylist() for _, array in filled), strict=True)
        return pa.array([_json(names, row) for row in rows], pa.string())

    def _as_text(self, array: Any) -> Any:
        return array.cast(self._pa.string()) if self._pa.types.is_dictionary(array.type) else array


def _json(names: Sequence[str], row: Sequence[str | None]) -> str | None:
    items = {name: text for name, text in zip(names, row, strict=True) if text}
    return json.dumps(items, ensure_ascii=False, separators=(",", ":")) if items else None
