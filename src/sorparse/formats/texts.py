"""The cells of a line: their texts and values, remembered within bounds."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ..identifiers import ENDING, halves, is_sor_id
from .cells import convert
from .declare import Kind
from .rows import BLANKS, clean

MEMO_SIZE = 4096
"""Entries of one memo. The files are ordered by owner or id, so equal values stand close."""
MEMO_CHARS = 1_000_000
"""Characters in the keys of one memo, so that long texts cannot fill the memory."""

EDGE = BLANKS + '="'
"""A cell that begins or ends with one of these may not be its own value."""
NO_TEXT = "\0"
"""A text that stands in no row: cells with a NUL are not read."""
METRES_PAIR = re.compile(
    r"[1-9][0-9]{3,5}+(?:[.,][0-9]{1,6})?+;[6-8][0-9]{6}(?:[.,][0-9]{1,6})?+"
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


_BEFORE, _AFTER = '"=""', '"""'
_QUOTED = re.compile(r';"(?!="")([^"]*+(?:""[^"]*+)*+)"(?![^;])')
# No line holds these, as it holds no line end and no NUL.
_MARK = '"\n'
_SEMICOLON = "\0"


def unquoted(line: str) -> str:
    """Write a line of cells between semicolons so that its semicolons part cells only.

    Quoted cells that are no ids written for Excel get a mark instead of their quotes, which
    ``text_of`` knows. What is quoted against the rules stays as it is, and nothing takes it.
    """
    return _QUOTED.sub(_marked, f";{line}")[1:]


def _marked(quoted: re.Match[str]) -> str:
    text = quoted[1].replace('""', '"').replace(";", _SEMICOLON)
    return f";{_MARK}{text}"


def text_of(cell: str) -> str:
    """Give the text of a cell of a line, unwrapped and without blanks.

    A cell that begins with a quote is quoted, and a delimiter may stand in it: raises Odd for all
    but an id written for Excel, which holds none, and what ``unquoted`` has marked. Quotes further
    on are the cell's own.
    """
    if cell[:1] == '"':
        if cell.startswith(_MARK):
            return clean(cell[len(_MARK) :].replace(_SEMICOLON, ";"))
        if not (cell.startswith(_BEFORE) and cell.endswith(_AFTER) and len(cell) > 6):
            raise Odd
        cell = cell[len(_BEFORE) : -len(_AFTER)]
        if '"' in cell:
            raise Odd
    return clean(cell)


def converter(kind: Kind) -> Callable[[str], Any]:
    """Give the function from a cell of a line to a value of this kind."""
    return _to_sor_id() if kind is Kind.SOR_ID else lambda cell: convert(kind, text_of(cell))


def _to_sor_id() -> Callable[[str], Any]:
    """Make the function for ids: those written for Excel are checked as they stand."""
    size = ENDING + len(_AFTER)
    beginnings, endings = halves(_BEFORE, _AFTER)

    def to_sor_id(cell: str) -> Any:
        try:
            if beginnings[cell[:-size]] == endings[cell[-size:]]:
                return cell[len(_BEFORE) : -len(_AFTER)]
        except KeyError:
            if is_sor_id(cell):
                return cell  # as it stands, without quotes
        return convert(Kind.SOR_ID, text_of(cell))

    return to_sor_id
