"""The checks of ``identifiers`` for many texts at once, with numpy.

Texts are given as Arrow holds them: where the bytes of each begin and end, and the bytes. Each
check gives a mask of those that are right; it says what ``identifiers`` says (a test holds one
against the other).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from ..extras import load_extra
from ..formats.declare import Kind
from ..identifiers import MIDDLE, check_tables, is_sor_id

Check = Callable[[Any, Any, Any], Any]
_TABLED_DIGITS = 6  # longest item number that is in the tables
_ZERO = 48


@cache
def _numpy() -> Any:
    return load_extra("numpy", "arrow", "Arrow tables")


def _weighted(weights: tuple[int, ...], modulus: int) -> Check:
    """Make the check that digits, each times its weight, leave no rest."""

    def check(starts: Any, ends: Any, data: Any) -> Any:
        np = _numpy()
        right = (ends - starts) == len(weights)
        found = np.flatnonzero(right)
        digits = data[starts[found][:, None] + np.arange(len(weights))] - _ZERO
        total = digits.astype(np.int32) @ np.array(weights, dtype=np.int32)
        # what is no digit has wrapped around, or lies beyond nine
        right[found] = (digits <= 9).all(axis=1) & (total % modulus == 0)
        return right

    return check


_cvr_digits = _weighted((2, 7, 6, 5, 4, 3, 2, 1), 11)


def _cvr(starts: Any, ends: Any, data: Any) -> Any:
    right = _cvr_digits(starts, ends, data)
    right[right] = data[starts[right]] != _ZERO
    return right


@cache
def _sor_id_tables() -> tuple[Any, Any, Any, Any]:
    np = _numpy()
    low, high, check_of = check_tables()
    return (
        np.array([low[f"{n:03}"] for n in range(1000)]),
        np.array([low[str(n)] for n in range(1000)]),  # as the whole item number
        np.array([high[str(n)] if n else high[""] for n in range(1000)]),
        np.array([[int(digit) for digit in row] for row in check_of]),
    )


def _sor_id(starts: Any, ends: Any, data: Any) -> Any:
    np = _numpy()
    low, alone, high, check_of = _sor_id_tables()
    tail = len(MIDDLE) + 1
    sizes = ends - starts - tail  # of the item numbers
    right = (sizes >= 1) & (sizes <= _TABLED_DIGITS)
    for at in np.flatnonzero(sizes > _TABLED_DIGITS):
        text = bytes(data[starts[at] : ends[at]]).decode("utf-8", "replace")
        right[at] = is_sor_id(text)
    found = np.flatnonzero(right & (sizes <= _TABLED_DIGITS))
    first, last, size = starts[found], ends[found], sizes[found]
    middle = data[last[:, None] + np.arange(-tail, -1)]
    places = last[:, None] - tail - 1 - np.arange(_TABLED_DIGITS)  # from the last digit on
    inside = places >= first[:, None]
    digits = np.where(inside, data[np.where(inside, places, 0)] - _ZERO, 0).astype(np.uint8)
    item = digits.astype(np.int32) @ np.array([10**n for n in range(_TABLED_DIGITS)])
    sound = (digits <= 9).all(axis=1) & (data[first] != _ZERO)
    sound &= (middle == np.frombuffer(MIDDLE.encode(), dtype=np.uint8)).all(axis=1)
    item = np.where(sound, item, 0)
    ending = np.where(size <= 3, alone[item % 1000], low[item % 1000])
    right[found] = sound & (check_of[ending, high[item // 1000]] == data[last - 1] - _ZERO)
    return right


CHECKS: dict[Kind, Check] = {
    Kind.SOR_ID: _sor_id,
    Kind.LOCATION_CODE: _weighted((1, 3) * 6 + (1,), 10),
    Kind.CVR: _cvr,
}
"""For each kind of identifier: which of many texts are right."""
