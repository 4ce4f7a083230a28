"""What the blocks of a saved register must be, whatever their content: types and lengths.

They are in the header, so that this costs no time. The content of a block of numbers is not
checked, except for bounds: reading every number would take longer than opening the file.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from ..optional_numpy import array_of, loaded_numpy
from ..storage.packed import UnreadableError
from ..storage.postings import POSTINGS
from ..storage.store import POOLED
from .file import SavedFile

_CODES = {
    **dict.fromkeys(("data", "keys", "text", "others", "table"), "B"),
    **dict.fromkeys(("offsets", "key_offsets", "ids", "sorted"), "Q"),
    **dict.fromkeys(("line", "lines", "starts"), "q"),
    **dict.fromkeys(("bounds", "units"), "iI"),
    "numbers": "BHI",
}
"""Types of numbers by the first or the last part of the name of a block; else 32 bits, signed."""


def check_layout(file: SavedFile) -> None:
    """Compare types and lengths of the blocks.

    Raises:
        SorFileError: If a block is missing.
        UnreadableError: If a block is of another type or length than the library writes.
    """
    for name in file.names():
        first, _, last = name.partition(".")
        part = last if last and first not in {"table", "lines"} else first
        if file.code(name) not in _CODES.get(part, "i"):
            raise UnreadableError(name)
    rows, units, segments = map(file.length, ("unit", "ids", "time._starts"))
    expected = {
        **dict.fromkeys(("line", "start", "end", "updated", "first_from", "parents"), rows),
        **{name: rows for field in POOLED if (name := f"{field}.numbers") in file},
        "time.rows": rows,
        "time.opening": units,
        "time.rows_from": units + 1,
        "time._segment_from": units + 1,
        "time._ends": segments,
        "time._segment_rows": segments,
        "ids.units": file.length("ids.sorted"),
        **{f"{name}.bounds": file.length(f"{name}.starts") for name in ("names", "numbers")},
        **{
            f"units by {name}.bounds": file.length(f"units by {name}.key_offsets")
            for name in POSTINGS
        },
    }
    for name, length in expected.items():
        if file.length(name) != length:
            raise UnreadableError(name)


def require_bounds(bounds: memoryview, end: int | None = None) -> None:
    """Check where the parts of a block begin.

    If parts overlapped, the time for all of them would grow with the square of their number.

    Args:
        bounds: The bounds.
        end: Where the block ends; ``None``: it may end anywhere.

    Raises:
        UnreadableError: If they do not ascend from 0 to the end.
    """
    if (
        not bounds
        or bounds[0] != 0
        or bounds[-1] != (bounds[-1] if end is None else end)
        or not _ascends(bounds)
    ):
        raise UnreadableError


def _ascends(numbers: memoryview) -> bool:
    if np := loaded_numpy():
        array = array_of(numbers)
        return bool(np.all(array[1:] >= array[:-1]))
    listed = numbers.tolist()
    return listed == sorted(listed)


def day_of(text: Any) -> date | None:
    """Return a date of the header."""
    return None if text is None else date.fromisoformat(text)
