"""Texts that are evidently invalid in their column, found without an exception.

Hostile files have millions of invalid cells of a few characters. Where issues are only counted,
nobody needs the message of such an error. So most of these cells need only one look, at their
length or in a table; ``convert`` decides on all others. A property test compares both.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import attrs

from ..identifiers import is_shak_code
from ..issues import IssueKind
from ..notations import may_hold_sor_id
from .cells import (
    CVR_DIGITS,
    INHERITED_WORDS,
    LOCATION_DIGITS,
    SHORTEST_DATE,
    SOR_TYPES,
    YES_NO_WORDS,
    BadCell,
    convert,
    folded_sor_type,
    is_number,
)
from .declare import Kind


@attrs.frozen(eq=False)
class EvidentError:
    """The most frequent error of a kind of column."""

    is_in: Callable[[str], bool]
    """Returns True only if ``convert`` refuses the text with this error."""
    issue: IssueKind
    stores_text: bool
    """Whether the record has the text nevertheless; it has ``None`` otherwise."""


def _is_no_date(text: str) -> bool:
    return len(text) < SHORTEST_DATE


def _is_no_number(text: str) -> bool:
    return not is_number(text)


_IS_IN: dict[Kind, Callable[[str], bool]] = {
    Kind.SOR_ID: lambda text: not may_hold_sor_id(text),
    Kind.LOCATION_CODE: lambda text: len(text) < LOCATION_DIGITS,
    Kind.CVR: lambda text: len(text) < CVR_DIGITS,
    Kind.SHAK: lambda text: not is_shak_code(text),
    Kind.DATE: _is_no_date,
    Kind.LAST_DAY: _is_no_date,
    Kind.TIME: _is_no_date,
    Kind.LAST_TIME: _is_no_date,
    Kind.END: _is_no_date,
    Kind.BOOL: lambda text: text.lower() not in YES_NO_WORDS,
    Kind.INHERITED: lambda text: text.lower() not in INHERITED_WORDS,
    Kind.EASTING: _is_no_number,
    Kind.NORTHING: _is_no_number,
    Kind.SOR_TYPE: lambda text: folded_sor_type(text) not in SOR_TYPES,
}
_INVALID = "?"  # invalid in each of these columns


@cache
def evident_error(kind: Kind) -> EvidentError | None:
    """Return the most frequent error of a kind of column; ``None`` if any text is valid."""
    if kind not in _IS_IN:
        return None
    try:
        convert(kind, _INVALID)
    except BadCell as bad:
        issue = (bad.severity, bad.code)
        return EvidentError(_IS_IN[kind], issue, stores_text=bad.stored == _INVALID)
    raise AssertionError(kind)
