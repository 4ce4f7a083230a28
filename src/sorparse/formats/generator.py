"""What generated decoders share: a bounded memo, and the error at an irregular text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

MEMO_SIZE = 16_384
"""Entries of one memo: more than there are dates in the register."""
MEMO_CHARS = 1_000_000
"""Characters in the keys of one memo, so that long texts cannot fill the memory."""


class NeedsCarefulParsing(ValueError):
    """Raised by a generated function for a row or unit that the careful parser has to read."""


class Memo(dict[Any, Any]):
    """Remembers the value for each text, or tuple of texts, within a bound."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self._make = make
        self._room = MEMO_CHARS

    def __missing__(self, key: Any) -> Any:
        value = self._make(key)
        if key.__class__ is str:
            size = len(key)
        else:
            size = 0
            for text in key:  # most have two: a sum of lengths takes three times as long
                if text:
                    size += len(text)
        self._room -= size
        if self._room < 0 or len(self) >= MEMO_SIZE:
            self.clear()
            self._room = MEMO_CHARS - size
        self[key] = value
        return value
