"""Distinct names for the columns of a header that has a name more than once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_NUMBERED = re.compile(r"(.*) \((\d+)\)", re.DOTALL)


def distinct_names(cells: Sequence[str]) -> list[str]:
    """Return a name for each column; a repeated name gets a number, as in ``Name (2)``.

    A column without a name is named by its place.
    """
    names: list[str] = []
    written = set(cells)
    last: dict[str, int] = {}
    for place, cell in enumerate(cells, 1):
        wanted = name = cell or f"column {place}"
        number = last.get(wanted, 1)
        if wanted in last or (not cell and wanted in written):
            number += 1
            while (name := f"{wanted} ({number})") in written:
                number += 1
        last[wanted] = number
        names.append(name)
    return names


def names_in_file(names: Iterable[str]) -> list[str]:
    """Return what to write in a header so that :func:`distinct_names` returns these names."""
    names_read: list[str] = []
    for name in names:
        match = _NUMBERED.fullmatch(name)
        repeats = match is not None and names_read.count(match[1]) == int(match[2]) - 1 > 0
        names_read.append(match[1] if match is not None and repeats else name)
    return names_read
