"""The library as it is where numpy is not installed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sorparse.register.optional_numpy import find_numpy


@contextmanager
def without_numpy() -> Iterator[None]:
    """Let no import find numpy in a block."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "numpy", None)
        find_numpy.cache_clear()
        try:
            yield
        finally:
            find_numpy.cache_clear()
