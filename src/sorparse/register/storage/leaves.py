"""The parts of many values at once: numpy splits their texts without an object for each part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..optional_numpy import find_numpy
from .packed import NO_TEXT, SEPARATOR

_NO_TEXT, _SEPARATOR = NO_TEXT.encode(), ord(SEPARATOR)


def split(pieces: Sequence[bytes | memoryview], width: int) -> tuple[Any, Any] | None:
    """Split texts at their separators; needs numpy.

    Args:
        pieces: The texts in UTF-8.
        width: The number of parts of each.

    Returns:
        The bytes of all parts, one after the other; where each begins, and where the last one
        ends. ``None`` if a text has another number of parts, is JSON, or is not UTF-8.
    """
    np, count, joined = find_numpy(), len(pieces), b"".join(pieces)
    try:
        joined.decode()
    except UnicodeDecodeError:
        return None
    data = np.frombuffer(joined, np.uint8)
    is_separator = data == _SEPARATOR
    at = np.flatnonzero(is_separator)
    if len(at) != count * (width - 1) or _NO_TEXT in joined:
        return None
    lengths = np.fromiter(map(len, pieces), np.int64, count)
    ends = np.column_stack((at.reshape(count, width - 1), np.cumsum(lengths)))
    starts = ends[:, -1:] - lengths[:, None]
    if ((ends[:, :-1] < starts) | (ends[:, :-1] >= ends[:, -1:])).any():
        return None
    # the separators are omitted
    ends -= (np.arange(count) * (width - 1))[:, None] + np.arange(width)
    return data[~is_separator], np.concatenate(([0], ends.ravel()))
