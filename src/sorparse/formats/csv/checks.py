"""The checks of ``identifiers`` for many texts at once, with numpy.

The arguments are the texts as in an Arrow array: where the bytes of each begin and end, and the
bytes. Each check returns a mask of the valid texts. A test compares the checks with those of
``identifiers``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from ...check_digits import MIDDLE, TABLED_DIGITS, check_tables
from ...extras import load_numpy
from ...identifiers import is_sor_id
from ..declare import Kind

Check = Callable[[Any, Any, Any], Any]
_ZERO = 48
_EACH = 0x0101010101010101  # the lowest bit of each of eight characters in one integer


def _weighted(weights: tuple[int, ...], modulus: int) -> Check:
    """Return a check that the weighted sum of the digits is a multiple of ``modulus``."""

    def check(starts: Any, ends: Any, data: Any) -> Any:
        np = load_numpy()
        right = (ends - starts) == len(weights)
        candidates = np.flatnonzero(right)
        digits = data[starts[candidates][:, None] + np.arange(len(weights))] - _ZERO
        total = digits.astype(np.int32) @ np.array(weights, dtype=np.int32)
        # any other character has wrapped around, or is above nine
        right[candidates] = (digits <= 9).all(axis=1) & (total % modulus == 0)
        return right

    return check


_cvr_digits = _weighted((2, 7, 6, 5, 4, 3, 2, 1), 11)


def _cvr(starts: Any, ends: Any, data: Any) -> Any:
    right = _cvr_digits(starts, ends, data)
    right[right] = data[starts[right]] != _ZERO
    return right


@cache
def _sor_id_tables() -> tuple[Any, Any, Any, Any]:
    np = load_numpy()
    low, high, check_of = check_tables()
    return (
        np.array([low[f"{n:03}"] for n in range(1000)]),
        np.array([low[str(n)] for n in range(1000)]),  # as the whole item number
        np.array([high[str(n)] if n else high[""] for n in range(1000)]),
        np.array([[int(digit) for digit in row] for row in check_of]),
    )


def _sor_id(starts: Any, ends: Any, data: Any) -> Any:
    np = load_numpy()
    low, alone, high, check_of = _sor_id_tables()
    sizes = ends - starts - len(MIDDLE) - 1  # of the item numbers
    right = (sizes >= 1) & (sizes <= TABLED_DIGITS)
    candidates = np.flatnonzero(right)
    for at in np.flatnonzero(sizes > TABLED_DIGITS):
        text = bytes(data[starts[at] : ends[at]]).decode("utf-8", "replace")
        right[at] = is_sor_id(text)
    if not len(candidates):
        return right
    size, first, last = sizes[candidates], starts[candidates], ends[candidates] - 1
    # eight characters at once, from any place; eight zeros are put before the first text
    padded = np.concatenate((np.zeros(8, dtype=np.uint8), data[: ends[-1]]))
    eights = np.ndarray((len(padded) - 7,), "<u8", padded, strides=(1,))
    middle = last - len(MIDDLE)
    item, sound = _digits(eights[middle], size)
    sound &= eights[middle + 8] == np.uint64(int.from_bytes(MIDDLE[:8].encode(), "little"))
    sound &= data[last - 1] == ord(MIDDLE[8])
    sound &= data[first] != _ZERO
    item[~sound] = 0
    thousands = item // 1000
    item -= thousands * 1000
    ending = np.where(size <= 3, alone.take(item), low.take(item))
    right[candidates] = sound & (check_of[ending, high.take(thousands)] == data[last] - _ZERO)
    return right


def _digits(eights: Any, size: Any) -> tuple[Any, Any]:
    """Return the last ``size`` of eight characters as a number, and whether all are digits.

    The first character is the lowest byte. So one multiplication adds ten times each digit to the
    next one, a second adds a hundred times each pair to the next pair, and so on.
    """
    np = load_numpy()
    word, zeros = np.uint64, np.uint64(_ZERO * _EACH)
    others = ((8 - size) * 8).astype(word)
    unused = ~(~word(0) << others)
    signs = (eights & ~unused) | (zeros & unused)
    digits = signs ^ zeros
    # above nine, one of the four upper bits is set, or becomes set when six is added
    sound = ((digits | (digits + word(6 * _EACH))) & word(0xF0 * _EACH)) == 0
    pairs = (digits * word(10 * 2**8 + 1) >> word(8)) & word(0x00FF00FF00FF00FF)
    fours = (pairs * word(100 * 2**16 + 1) >> word(16)) & word(0x0000FFFF0000FFFF)
    return (fours * word(10_000 * 2**32 + 1) >> word(32)).astype(np.int32), sound


def is_bare(starts: Any, ends: Any, signs: Any) -> Any:
    """Return a mask of the texts that are values without cleaning.

    The others begin or end with whitespace (a no-break space is C2 A0), are ``NULL``, or begin
    with an equals sign, as ``="…"`` does. Some others are values too: C2 and A0 are also parts of
    letters.
    """
    np = load_numpy()
    first = signs.take(starts, mode="clip")
    last = signs.take(ends - 1, mode="clip")
    bare = (first != 0x20) & (first != 0x09) & (first != 0xC2) & (first != 0x3D)
    bare &= (last != 0x20) & (last != 0x09) & (last != 0xA0)
    named = np.flatnonzero((first == 0x4E) & (last == 0x4C))
    bare[named] &= ends[named] - starts[named] != len("NULL")
    return bare


def metres(starts: Any, ends: Any, signs: Any) -> tuple[Any, Any]:
    """Return the bytes with decimal points in place of commas, and a mask of the plain numbers.

    A plain number has four to eight digits, no leading zero, and at most six decimals.
    """
    np = load_numpy()
    texts = signs[starts[0] : ends[-1]].copy()
    if not len(texts):
        return texts, np.zeros(len(starts), dtype=bool)
    starts, ends = starts - starts[0], ends - starts[0]
    others = texts - _ZERO > 9  # what is below the digits wraps around
    number = np.concatenate((np.zeros(1, np.int32), np.cumsum(others, dtype=np.int32)))
    before = number.take(starts)
    others_in = number.take(ends) - before
    at = np.flatnonzero(others)
    signed = others_in == 1
    point = ends.copy()
    point[signed] = at.take(before[signed])
    whole, decimals = point - starts, ends - point - 1
    right = (whole >= 4) & (whole <= 8) & (texts.take(starts, mode="clip") != _ZERO)
    right &= (others_in == 0) | (signed & (decimals >= 1) & (decimals <= 6))
    characters = texts[at]
    points = (characters == 0x2C) | (characters == 0x2E)
    if not points.all():
        right[signed] &= points.take(before[signed])
    texts[at[points]] = 0x2E
    return texts, right


def _shak(starts: Any, ends: Any, data: Any) -> Any:
    np = load_numpy()
    sizes = ends - starts
    right = (sizes == 4) | (sizes == 6) | (sizes == 7)
    candidates = np.flatnonzero(right)
    size = sizes[candidates]
    signs = data.take(starts[candidates][:, None] + np.arange(7), mode="clip")
    digit = signs - _ZERO <= 9  # what is below the digits wraps around
    letter = signs - ord("A") <= 25
    sound = (digit | letter) | (np.arange(7) >= size[:, None])
    right[candidates] = digit[:, :4].all(axis=1) & sound.all(axis=1)
    return right


CHECKS: dict[Kind, Check] = {
    Kind.SOR_ID: _sor_id,
    Kind.LOCATION_CODE: _weighted((1, 3) * 6 + (1,), 10),
    Kind.CVR: _cvr,
    Kind.SHAK: _shak,
}
"""For each kind of identifier, the check that returns a mask of the valid texts."""
