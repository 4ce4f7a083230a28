"""The cells of a line: their texts and values, remembered within bounds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from ..identifiers import is_sor_id
from .cells import convert
from .declare import Kind
from .rows import BLANKS, clean

MEMO_SIZE = 4096
"""Entries of one memo. The files are ordered by owner or id, so equal values stand close."""
MEMO_CHARS = 1_000_000
"""Characters in the keys of one memo, so that long texts cannot fill the memory."""

EDGE = BLANKS + '="'
"""A cell that begins or ends with one of these may not be its own value yet."""
_ESCAPED = '"\n'  # begins no cell of a line: a line holds no line end
METRES_PAIR = re.compile(
    r"[1-9][0-9]{3,5}(?:[.,][0-9]{1,6})?;[6-8][0-9]{6}(?:[.,][0-9]{1,6})?"
).fullmatch
"""An easting and a northing that cannot have been taken for each other."""

NOT_REPEATED = frozenset((Kind.SOR_ID, Kind.LOCATION_CODE, Kind.CVR, Kind.EASTING, Kind.NORTHING))
"""Kinds of too many values for a memo to pay."""


class Odd(ValueError):
    """The row is for the exact way."""


class Memo(dict[Any, Any]):
    """Remembers the value for each text, or tuple of texts, within a bound."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self._make = make
        self._room = MEMO_CHARS

    def __missing__(self, key: Any) -> Any:
        value = self._make(key)
        size = len(key) if isinstance(key, str) else sum(map(len, key))
        self._room -= size
        if self._room < 0 or len(self) >= MEMO_SIZE:
            self.clear()
            self._room = MEMO_CHARS - size
        self[key] = value
        return value


def text_of(cell: str) -> str:
    """Give the text of a cell of a line: unwrapped and without blanks; raise Odd for odd quotes."""
    if '"' in cell:
        if cell.startswith(_ESCAPED):
            return cell[len(_ESCAPED) :]
        cell = cell.strip(BLANKS)
        if not (cell.startswith('"=""') and cell.endswith('"""') and len(cell) > 6):
            raise Odd
        cell = cell[4:-3]
        if '"' in cell:
            raise Odd
    return clean(cell)


def like_a_line(cells: Sequence[str]) -> list[str]:
    """Write cells that were split by the rules so that ``text_of`` reads them aright."""
    return [
        _written(cell)
        if cell and (cell[0] in EDGE or cell[-1] in EDGE or '"' in cell or cell == "NULL")
        else cell
        for cell in cells
    ]


def _written(cell: str) -> str:
    text = clean(cell)
    if '"' in text or text != clean(text):
        return _ESCAPED + text
    if text and cell == f'="{text}"':
        return f'"=""{text}"""'  # as other lines write it, and the memos know it
    return text


def converter(kind: Kind) -> Callable[[str], Any]:
    """Give the function from a cell of a line to a value of this kind."""
    if kind is Kind.SOR_ID:
        return _to_sor_id
    return lambda cell: convert(kind, text_of(cell))


def _to_sor_id(cell: str) -> Any:
    bare = cell[4:-3] if cell[:1] == '"' else cell
    if is_sor_id(bare) and (bare is cell or cell == f'"=""{bare}"""'):
        return bare
    return convert(Kind.SOR_ID, text_of(cell))
