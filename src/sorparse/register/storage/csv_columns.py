"""Loading the units of a plain CSV file by columns, with numpy, without a record for each row.

The cells that fill a field are laid beside each other, so that one split gives the texts of all
fields of a block of rows. Each distinct text is looked at once, by the functions that read single
cells. A row with a text that these report, or that is irregular otherwise, is read as a record. So
values and issues are those of reading records; tests compare both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import repeat
from typing import Any

import attrs

from ...extras import load_numpy
from ...formats.cells import CONVERTERS, BadCell, convert
from ...formats.csv.cell_spans import Lines, NotAligned
from ...formats.csv.plain_file import PlainFile
from ...formats.csv.rows import clean
from ...formats.declare import Column, Kind
from ...formats.decode import CarefulDecoder, Group, Leaf
from ...paths import parse_path
from .builder import DAYS, ColumnBuilder, Numbers, StoreBuilder
from .packed import SEPARATOR
from .store import TEXTS

_METRES_PAIR = re.compile(
    r"[1-9][0-9]{3,5}+(?:[.,][0-9]{1,6})?+;[6-8][0-9]{6}(?:[.,][0-9]{1,6})?+"
).fullmatch
"""An easting and a northing that cannot have been exchanged."""
_BETWEEN, _BEHIND = SEPARATOR.encode(), b"\x1e"
"""Separator between the cells of a field, and behind the last one."""
_METRES = (Kind.EASTING, Kind.NORTHING)
_AS_WRITTEN = {Kind.TEXT, Kind.SOR_ID, Kind.LOCATION_CODE, Kind.CVR, Kind.SHAK, *_METRES}
"""Kinds of cells whose text is their value; of coordinates with a decimal point."""


@attrs.define(eq=False)
class _Source:
    """The source of the texts of a field."""

    name: str
    """Name of the array of numbers."""
    leaves: Sequence[Leaf | None]
    """The cells, ``None`` for a text of the value that no column fills."""
    numbers: Numbers
    """The numbers of the texts, -1 for those of irregular rows."""
    pieces: dict[object, bytes] = attrs.field(factory=dict)
    """The pieces of a row that are its cells, and what they are where no cell is filled."""

    def texts(self, block: _Block) -> Iterable[bytes] | None:
        """Return its texts in a block, ``None`` if no cell is filled."""
        if block.columns.keys().isdisjoint(self.pieces):
            return None
        columns = [block.columns.get(piece, repeat(empty)) for piece, empty in self.pieces.items()]
        return columns[0] if len(columns) == 1 else map(_BETWEEN.join, zip(*columns, strict=False))


@attrs.frozen(eq=False)
class _Block:
    """The texts of a block of lines."""

    lines: Lines
    places: Any
    """The lines of the rows."""
    columns: Mapping[object, Iterable[bytes]]
    """The texts of the rows by piece; not of pieces that are empty in all of them."""
    is_clean: bool
    """Whether each cell is its own value, without whitespace at an end or the like."""


def load_columns(file: PlainFile, builder: StoreBuilder) -> None:
    """Load a file, as far as its lines are rows."""
    if any(column is not None and column.also for column in file.plan.columns):
        return  # a cell that fills several fields
    if "sor_id" not in file.plan.fields:
        return  # the header was too long, and a row was taken for it
    columns = _Columns(file, builder)
    for first, block in file.blocks(columns.read):
        columns.add(first, block)


class _Columns:
    """The fields of one file."""

    def __init__(self, file: PlainFile, builder: StoreBuilder) -> None:
        self._file = file
        self._builder = builder
        self._careful = CarefulDecoder(file.plan, repair=False)
        self._names = ["sor_id", *DAYS, *builder.columns]
        self._ids = [""]
        """SOR ids by their numbers here."""
        self._is_clean = False
        self._sources = [self._sor_id(), *self._dates(), *self._fields()]
        self._ends = self._cut()

    def _cut(self) -> Any:
        """Decide which cells of a row are a piece; return the signs behind the cells."""
        width = len(self._file.plan.header)
        uses: list[list[tuple[int, int]]] = [[] for _ in range(width + 1)]
        for number, source in enumerate(self._sources):
            for at, leaf in enumerate(source.leaves):
                if leaf is not None:
                    uses[leaf.place].append((number, at))
        ends = bytearray()
        piece_of = []
        for place in range(width):
            piece_of.append(ends.count(_BEHIND))
            follows = len(uses[place]) == 1 and uses[place + 1] == [
                (number, at + 1) for number, at in uses[place]
            ]
            ends += _BETWEEN if follows else _BEHIND
        for source in self._sources:
            for at, leaf in enumerate(source.leaves):
                piece = f"absent {at}" if leaf is None else piece_of[leaf.place]
                empty = source.pieces.get(piece)
                source.pieces[piece] = b"" if empty is None else empty + _BETWEEN
        return load_numpy().frombuffer(ends, "uint8")

    # -- what fills the fields

    def _sor_id(self) -> _Source:
        leaf = self._file.plan.fields["sor_id"]
        assert isinstance(leaf, Leaf)

        def number(text: str) -> int:
            return self._id(convert(leaf.column.kind, cell)) if (cell := clean(text)) else -1

        return _Source("sor_id", [leaf], _numbers(number))

    def _id(self, sor_id: str) -> int:
        self._ids.append(sor_id)
        return len(self._ids) - 1

    def _dates(self) -> Iterator[_Source]:
        numbers: dict[Any, Numbers] = {}
        for name, (path, ordinal, _) in DAYS.items():
            first, *steps = parse_path(path)
            leaf = _part(self._file.plan.fields.get(str(first)), steps)
            if isinstance(leaf, Leaf):
                key = leaf.column.kind, ordinal
                yield _Source(name, [leaf], numbers.setdefault(key, _numbers(partial(_day, *key))))

    def _fields(self) -> Iterator[_Source]:
        plan, columns = self._file.plan, self._builder.columns
        for name, part in plan.fields.items():
            if name in columns:
                leaves = self._leaves_as_written(name, part)
                if leaves is not None:
                    yield _Source(name, leaves, self._as_written(leaves, columns[name]))
                else:
                    number = partial(self._assembled, columns[name], part)
                    yield _Source(name, part.leaves, _numbers(number))
        if plan.unknown:
            leaves = [Leaf(place, Column(name, "extra"), name) for place, name in plan.unknown]
            yield _Source("extra", leaves, _numbers(self._extra))

    def _assembled(self, column: ColumnBuilder, part: Leaf | Group, text: str) -> int:
        places = [leaf.place for leaf in part.leaves]
        cells = dict(zip(places, map(clean, text.split(SEPARATOR)), strict=True))
        value = self._careful.assembled(
            part, cells, lambda leaf, cell: convert(leaf.column.kind, cell)
        )
        return column.number_of(value)

    def _extra(self, text: str) -> int:
        cells = map(clean, text.split(SEPARATOR))
        return self._builder.columns["extra"].number_of(self._careful.extra_of(cells))

    # -- texts that are values as they are written

    @staticmethod
    def _leaves_as_written(name: str, part: Leaf | Group) -> list[Leaf | None] | None:
        """Return the cells of a field whose texts beside each other are its packed value."""
        codec = TEXTS[name]
        items: list[list[str]] = [[]]
        if isinstance(part, Leaf) and not codec.is_text:
            return None
        if isinstance(part, Group) and codec.is_tuple:
            items = [[at] for at in part.parts]
        paths = [[*item, *filter(None, path.split("."))] for item in items for path in codec.paths]
        parts = [_part(part, path) for path in paths]
        leaves = [one if isinstance(one, Leaf) else None for one in parts]
        return leaves if {leaf.column.kind for leaf in leaves if leaf} <= _AS_WRITTEN else None

    def _as_written(self, leaves: Sequence[Leaf | None], column: ColumnBuilder) -> Numbers:
        kinds = [leaf.column.kind if leaf else Kind.TEXT for leaf in leaves]
        checked = [(at, kind) for at, kind in enumerate(kinds) if kind not in (Kind.TEXT, *_METRES)]
        metres = [at for at, kind in enumerate(kinds) if kind in _METRES]

        def is_regular(raw: bytes) -> bool:
            cells = raw.decode().split(SEPARATOR)
            if not self._is_clean and any(clean(cell) != cell for cell in cells):
                return False
            if metres:
                pair = [cells[at] for at in metres]
                if any(pair) and not _METRES_PAIR(";".join(pair)):
                    return False
            try:
                for at, kind in checked:
                    if (cell := cells[at]) and CONVERTERS[kind](cell) != cell:
                        return False
            except BadCell:
                return False
            return True

        def is_clean(raw: bytes) -> bool:
            return self._is_clean or is_regular(raw)

        if not checked and not metres:
            return column.regular(is_clean, _BETWEEN * (len(leaves) - 1))
        return column.regular(is_regular, _BETWEEN * (len(leaves) - 1))

    # -- blocks

    def read(self, lines: Lines) -> _Block:
        """Cut a block into the texts of its fields; runs in a thread, and reports nothing."""
        np = load_numpy()
        if _is_sign(lines.signs).any():
            raise NotAligned
        cells = self._file.cells(lines)
        regular = np.flatnonzero(~cells.irregular)
        if not len(regular):
            return _Block(lines, regular, {}, True)
        starts, ends = cells.starts, cells.ends
        if len(regular) < len(cells.irregular):
            starts, ends = starts[:, regular], ends[:, regular]
        signs = cells.signs.copy()
        self._set_points(signs, starts, ends)
        # pieces without a filled cell are omitted
        first = np.flatnonzero(np.append(True, self._ends[:-1] == _BEHIND[0]))
        used = np.logical_or.reduceat((ends > starts).any(axis=1), first)
        used[0] = True
        used_cells = np.repeat(used, np.diff(first, append=len(self._ends)))
        starts, ends = starts[used_cells], ends[used_cells]
        signs[ends] = self._ends[used_cells][:, None]
        signs = signs[_inside(starts, ends, len(signs))]
        text = signs.tobytes()
        texts = text.split(_BEHIND)[:-1]
        pieces = np.flatnonzero(used).tolist()
        columns = {piece: texts[at :: len(pieces)] for at, piece in enumerate(pieces)}
        return _Block(lines, cells.places[regular], columns, _is_clean(text, signs))

    def _set_points(self, signs: Any, starts: Any, ends: Any) -> None:
        """Write decimals with a point."""
        np = load_numpy()
        columns = self._file.plan.columns
        metres = [at for at, column in enumerate(columns) if column and column.kind in _METRES]
        starts, ends = starts[metres].ravel(), ends[metres].ravel()
        commas = np.flatnonzero(signs == ord(","))
        if len(commas):
            first = commas.take(np.searchsorted(commas, starts), mode="clip")
            signs[first[(first >= starts) & (first < ends)]] = ord(".")

    def add(self, first: int, block: _Block) -> None:
        """Add the rows of a block, those that are read as records in their places."""
        np = load_numpy()
        numbers = np.zeros((len(self._names), len(block.places)), np.int32)
        numbers[0] = -1
        for name, (_, _, none) in DAYS.items():
            numbers[self._names.index(name)] = none
        self._is_clean = block.is_clean
        for source in self._sources:
            texts = source.texts(block)
            if texts is not None:
                read = map(source.numbers.__getitem__, texts)
                row = self._names.index(source.name)
                numbers[row] = np.fromiter(read, np.int32, len(block.places))
        regular = (numbers >= 0).all(axis=0)
        places = block.places
        if not regular.all():
            numbers, places = numbers[:, regular], places[regular]
        again = block.lines.filled
        again[places] = False
        if again.any():
            exact = self._file.exact(first, block.lines, again.nonzero()[0])
            records = list(exact.values())
            others = self._builder.numbers_of(records)
            others["sor_id"] = [self._id(record.sor_id) for record in records]
            more = np.array([others[name] for name in self._names], np.int32)
            numbers = np.concatenate(
                (numbers, more.reshape(len(self._names), len(records))), axis=1
            )
            places = np.concatenate((places, np.array([*exact], np.int64)))
            order = np.argsort(places)
            numbers, places = numbers[:, order], places[order]
        ids, *others = numbers
        self._builder.add_numbers(
            map(self._ids.__getitem__, ids.tolist()),
            first + places,
            dict(zip(self._names[1:], others, strict=True)),
        )


def _is_sign(signs: Any) -> Any:
    """Return which bytes are what is put between and behind the cells."""
    return signs & 0xFE == _BEHIND[0]


def _is_clean(text: bytes, signs: Any) -> bool:
    """Return whether each cell is its own value; ``signs`` are the bytes of the text."""
    if (
        b"\t" in text
        or (b"\xa0" in text and "\xa0".encode() in text)
        or (b"=" in text and b'="' in text)
        or b"NULL" in text
    ):
        return False
    is_space, is_end = signs == ord(" "), _is_sign(signs)
    beside = (is_space[1:] & is_end[:-1]) | (is_space[:-1] & is_end[1:])
    return not is_space[0] and not beside.any()


def _inside(starts: Any, ends: Any, size: int) -> Any:
    """Return the mask of the bytes of cells, columns x rows, and of the byte behind each."""
    np = load_numpy()
    begins, behind = np.append(starts[0], size), np.insert(ends[-1] + 1, 0, 0)
    gaps = starts[1:] > ends[:-1] + 1
    begins = np.concatenate((starts[1:][gaps], begins))
    behind = np.concatenate((ends[:-1][gaps] + 1, behind))
    sizes = begins - behind
    mask = np.ones(size, bool)
    total = np.cumsum(sizes)
    mask[np.repeat(begins - total, sizes) + np.arange(total[-1])] = False
    return mask


def _numbers(number: Callable[[str], int]) -> Numbers:
    """Return numbers by text that ``number`` gives; -1 if a cell has to be reported."""

    def make(text: bytes) -> int:
        try:
            return number(text.decode())
        except BadCell:
            return -1

    return Numbers(make)


def _day(kind: Kind, ordinal: Callable[[date | None], int], text: str) -> int:
    cell = clean(text)
    return ordinal(convert(kind, cell) if cell else None)


def _converted(leaf: Leaf, cell: str) -> Any:
    return convert(leaf.column.kind, cell)


def _part(part: Leaf | Group | None, steps: Iterable[object]) -> Leaf | Group | None:
    """Return what fills a part of a field."""
    for step in steps:
        part = part.parts.get(str(step)) if isinstance(part, Group) else None
    return part
