"""Processor time of reading, and how it grows with the size of the input."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

import pytest

import sorparse

CHEAP = 0.05
"""Seconds of processor time below which nothing is compared."""


def assert_growth(
    work: Callable[[bytes], object], small: bytes, large: bytes, *, below: float, attempts: int
) -> None:
    """Fail if the time for the large input is ``below`` times that for the small one, or more.

    The best of several attempts counts.
    """
    _seconds(work, small)  # what is loaded and compiled at first use
    ratios = []
    for _ in range(attempts):
        before, after = _seconds(work, small), _seconds(work, large)
        if after < CHEAP:
            return
        ratios.append(after / max(before, CHEAP / 4))
        if ratios[-1] < below:
            return
    pytest.fail(f"{len(large) / len(small):.0f} x the input takes {min(ratios):.1f} x the time")


def _seconds(work: Callable[[bytes], object], data: bytes) -> float:
    start = time.process_time()
    with suppress(sorparse.SorError):  # a refusal has to be as quick
        work(data)
    return time.process_time() - start
