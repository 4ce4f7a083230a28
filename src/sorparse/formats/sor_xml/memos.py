"""What has been made of texts, remembered within bounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...records import Coded, Extra
from ...records.values import NO_EXTRA
from ..decode import Complete
from ..texts import MEMO_CHARS
from .names import MAIN_SPECIALITY

Texts = Sequence[str | None]

_MEMO_SIZE = 512
"""Value objects that are remembered: equal ones stand close."""


class Bound:
    """Keeps what some memos hold together within a bound."""

    def __init__(self) -> None:
        self._memos: list[BoundMemo] = []
        self._entries = 0
        self._room = MEMO_CHARS

    def memo(self, make: Callable[[Texts], Any]) -> BoundMemo:
        """Give a new memo within this bound."""
        made = BoundMemo(self, make)
        self._memos.append(made)
        return made

    def count(self, texts: Texts) -> None:
        """Count an entry to be made; forget all where there are too many."""
        size = sum(len(text) for text in texts if text)
        self._entries += 1
        self._room -= size
        if self._entries > _MEMO_SIZE or self._room < 0:
            self._entries = 1
            self._room = MEMO_CHARS - size
            for memo in self._memos:
                memo.clear()

    def forget(self) -> None:
        """Let go of the memos themselves."""
        self._memos.clear()
        self._entries = 0
        self._room = MEMO_CHARS


class BoundMemo(dict[Texts, Any]):
    """What has been made of texts."""

    def __init__(self, bound: Bound, make: Callable[[Texts], Any]) -> None:
        super().__init__()
        self._bound = bound
        self._make = make

    def __missing__(self, texts: Texts) -> Any:
        made = self._make(texts)
        self._bound.count(texts)
        self[texts] = made
        return made


def read_specialities(
    texts: Texts, types: tuple[str, ...], complete: Complete
) -> tuple[tuple[Coded, ...], Extra]:
    """Make specialities of code and type in turn; ``types`` are the paths of the types.

    The order tells which is the main one; the type of the others has no field and goes to extra.
    """
    stripped = [text.strip() if text else "" for text in texts]
    pairs = list(zip(stripped[::2], stripped[1::2], strict=True))
    extra = {
        path: kind
        for path, (_, kind) in zip(types, pairs, strict=True)
        if kind not in ("", MAIN_SPECIALITY)
    }
    pairs.sort(key=lambda pair: pair[1] != MAIN_SPECIALITY)
    codes = [code for code, _ in pairs]
    while codes and not codes[-1]:
        codes.pop()
    found = tuple(complete("specialities", Coded(code or None)) for code in codes)
    return found, Extra(extra) if extra else NO_EXTRA
