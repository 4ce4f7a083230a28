"""What has been made of texts, remembered within bounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..texts import MEMO_CHARS
from .survey import ABSENT

Texts = Sequence[str | None]
Pairs = tuple[tuple[int, Any], ...]
"""Places of fields in the record, and their values."""

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


class Values:
    """Fields whose texts are looked up together."""

    def __init__(self, places: tuple[int, ...], make: Callable[[Texts], Pairs]) -> None:
        self.places = places
        """Places of the texts in the row of the layout."""
        self._make = make
        self._bound = Bound()
        self._memos: dict[tuple[int, ...], BoundMemo] = {}

    def memo_of(self, present: tuple[int, ...]) -> BoundMemo:
        """The memo for texts of these places only: the fewer texts, the cheaper."""
        if present not in self._memos:
            at = {place: number for number, place in enumerate(present)}
            spread = [at.get(place, ABSENT) for place in self.places]
            # a getter of one place gives no tuple, so there is always an empty text at the end
            self._memos[present] = self._bound.memo(
                lambda texts: self._make([texts[number] for number in spread])
            )
        return self._memos[present]

    def forget(self) -> None:
        """Let go of the memos."""
        self._memos.clear()
        self._bound.forget()
