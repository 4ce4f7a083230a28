"""Comparing what a user types with the register's codes and names."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..records import Coded
from .folding import fold


def coded_keys(value: Coded | None) -> Iterator[str]:
    """Yield what a code can be asked for by: the code, and the folded name."""
    if value is not None:
        if value.code is not None:
            yield value.code
        if value.name is not None:
            yield fold(value.name)


def asked_keys(asked: str | Coded) -> frozenset[str]:
    """Give the keys that a question stands for; text may be either code or name."""
    if isinstance(asked, Coded):
        if asked.code is not None:
            return frozenset({asked.code})  # the code decides, names change
        return frozenset(coded_keys(asked))
    return frozenset({asked.strip(), fold(asked)})


def coded_matcher(asked: str | Coded | None) -> Callable[[Coded | None], bool] | None:
    """Give a test for a code or name; ``None`` where nothing is asked."""
    if asked is None:
        return None
    keys = asked_keys(asked)
    return lambda value: any(key in keys for key in coded_keys(value))
