"""numpy, if it is installed (``pip install "sorparse[fast]"``).

Why an extra: with 1.5 million versions numpy builds the time index about ten times as fast and
computes the status of all units in a few milliseconds instead of a tenth of a second, while a
point look-up gains nothing from it. The tests require equal answers with and without it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from typing import Any


@cache
def find_numpy() -> Any:
    """Return the numpy module, or ``None`` if it is not installed."""
    try:
        import numpy as np
    except ImportError:
        return None
    return np


def loaded_numpy() -> Any:
    """Return the numpy module if it is loaded already, else ``None``: to load it takes 0.1 s."""
    return sys.modules.get("numpy")


def first_places(numbers: Sequence[int]) -> list[int]:
    """Return the place of the first of each distinct number, ascending."""
    np = find_numpy()
    if np is None:  # from the end, so that the first place of a number remains
        places = dict(zip(reversed(numbers), reversed(range(len(numbers))), strict=True))
        return sorted(places.values())
    first: list[int] = np.sort(np.unique(array_of(numbers), return_index=True)[1]).tolist()
    return first


def array_of(column: Any) -> Any:
    """Return a column of numbers (array, bytes or block of a file) for numpy; nothing is copied."""
    return find_numpy().asarray(memoryview(column))
