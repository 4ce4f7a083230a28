"""The cells of a line: their texts and values, remembered within bounds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from ..identifiers import is_sor_id
from .cells import convert, to_sor_id
from .declare import Kind
from .rows import BLANKS, clean

MEMO_SIZE = 4096
"""Entries of one memo. The files are ordered by owner or id, so equal values stand close."""
OBJECT_MEMO_SIZE = 64
"""Entries of a memo of value objects: equal ones stand close, and each holds much memory."""
MEMO_CHARS = 1_000_000
"""Characters in the keys of one memo, so that long texts cannot fill the memory."""

_ESCAPED = '"\n'  # begins no cell of a line: a line holds no line end
_METRES = re.compile(r"[1-9][0-9]{3,7}(?:[.,][0-9]{1,6})?").fullmatch


class Odd(ValueError):
    """The row is for the exact way."""


class Memo(dict[Any, Any]):
    """Remembers the value for each text, or tuple of texts, within a bound."""

    def __init__(self, make: Callable[[Any], Any], size: int = MEMO_SIZE) -> None:
        super().__init__()
        self._make = make
        self._size = size
        self._room = MEMO_CHARS

    def __missing__(self, key: Any) -> Any:
        value = self._make(key)
        size = len(key) if isinstance(key, str) else sum(map(len, key))
        self._room -= size
        if self._room < 0 or len(self) >= self._size:
            self.clear()
            self._room = MEMO_CHARS - size
        self[key] = value
        return value


class Texts:
    """How the cells of a line are read, and how exact cells are written as a line."""

    def __init__(self, delimiter: str) -> None:
        self._delimiter = delimiter

    def text_of(self, cell: str) -> str | None:
        """Give the value of a cell of a line: unwrapped, without blanks, or ``None``."""
        if '"' in cell:
            if cell.startswith(_ESCAPED):
                text = cell[2:].replace("\nd", self._delimiter).replace("\nn", "\n")
                return clean(text) or None
            cell = cell.strip(BLANKS)
            if not (cell.startswith('"=""') and cell.endswith('"""') and len(cell) > 6):
                raise Odd
            cell = cell[4:-3]
            if '"' in cell:
                raise Odd
        return clean(cell) or None

    def line_of(self, cells: Sequence[str]) -> str:
        """Write cells that were split by the rules as a line that ``text_of`` reads aright."""
        sign = self._delimiter
        return sign.join(
            [
                self._escaped(cell)
                if cell and ('"' in cell or sign in cell or "\n" in cell)
                else cell
                for cell in cells
            ]
        )

    def _escaped(self, cell: str) -> str:
        wrapped = cell.startswith('="') and cell.endswith('"') and len(cell) > 3
        if wrapped and cell.count('"') == 2 and self._delimiter not in cell and "\n" not in cell:
            return f'"=""{cell[2:-1]}"""'  # as other lines write it, and the memos know it
        return _ESCAPED + cell.replace("\n", "\nn").replace(self._delimiter, "\nd")

    def converter(self, kind: Kind) -> Callable[[str], Any]:
        """Give the function from a cell of a line to a value of this kind."""
        text_of = self.text_of
        if kind is Kind.SOR_ID:

            def sor_id(cell: str) -> str | None:
                bare = cell[4:-3] if cell[:4] == '"=""' and cell[-3:] == '"""' else cell
                if is_sor_id(bare):
                    return bare
                text = text_of(cell)
                return to_sor_id(text) if text else None

            return sor_id
        if kind in (Kind.EASTING, Kind.NORTHING):

            def coordinate(cell: str) -> Decimal | None:
                if _METRES(cell):
                    return Decimal(cell.replace(",", "."))
                value: Decimal | None = convert(kind, text_of(cell) or "")
                return value

            return coordinate
        return lambda cell: convert(kind, text_of(cell) or "")
