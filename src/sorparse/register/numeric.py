"""numpy, where it is installed (``pip install "sorparse[fast]"``).

Why an extra: with 1.5 million versions numpy builds the time index about ten times as fast and
tells the status of all units in a few milliseconds instead of a tenth of a second, while a point
look-up gains nothing from it. Everything works without; the tests hold both ways to equal answers.
"""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def find_numpy() -> Any:
    """Give the numpy module, or ``None`` where it is not installed."""
    try:
        import numpy as np
    except ImportError:
        return None
    return np
