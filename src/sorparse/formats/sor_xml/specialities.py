"""Specialities made from the texts of a unit, remembered within bounds."""

from __future__ import annotations

from collections.abc import Sequence

from ...records import Coded, Extra
from ...records.values import NO_EXTRA
from ..decode import Complete
from ..texts import Memo
from .names import MAIN_SPECIALITY

Found = tuple[tuple[Coded, ...], Extra]


def speciality_memo(complete: Complete) -> Memo:
    """Return a memo from the paths of the types, then code and type of each in turn."""

    def make(key: Sequence[str]) -> Found:
        count = len(key) // 3
        return _read_specialities(key[:count], key[count:], complete)

    return Memo(make)


def _read_specialities(types: Sequence[str], texts: Sequence[str], complete: Complete) -> Found:
    """Make specialities of code and type in turn; ``types`` are the paths of the types.

    The order says which is the main one; the type of the others has no field and goes to extra.
    """
    pairs = list(zip(texts[::2], texts[1::2], strict=True))
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
