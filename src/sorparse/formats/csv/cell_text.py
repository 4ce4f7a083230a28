"""The cells of a line: their texts, and the functions from them to values."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ...check_digits import ENDING, halves
from ...identifiers import is_sor_id
from ..cells import convert
from ..declare import Kind
from ..generator import NeedsCarefulParsing
from .rows import BLANKS, clean

EDGE = BLANKS + '="'
"""A cell that begins or ends with one of these may not be its own value."""
NO_TEXT = "\0"
"""A text that stands in no row: cells with a NUL are not read."""
METRES_PAIR = re.compile(
    r"[1-9][0-9]{3,5}+(?:[.,][0-9]{1,6})?+;[6-8][0-9]{6}(?:[.,][0-9]{1,6})?+"
).fullmatch
"""An easting and a northing that cannot have been taken for each other."""

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

    A cell that begins with a quote is quoted, and a delimiter may be in it. So only an id written
    for Excel, which holds none, and what ``unquoted`` has marked are read here; other quoted cells
    raise NeedsCarefulParsing. Quotes further on are the cell's own.
    """
    if cell[:1] == '"':
        if cell.startswith(_MARK):
            return clean(cell[len(_MARK) :].replace(_SEMICOLON, ";"))
        if not (cell.startswith(_BEFORE) and cell.endswith(_AFTER) and len(cell) > 6):
            raise NeedsCarefulParsing
        cell = cell[len(_BEFORE) : -len(_AFTER)]
        if '"' in cell:
            raise NeedsCarefulParsing
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
