"""Widths of the columns of a table, so that it fits a terminal and no word is broken."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence


def _cell_length() -> Callable[[str], int]:
    try:
        from rich.cells import cell_len
    except ImportError:
        return len
    return cell_len


cells = _cell_length()
"""Return the number of cells of a terminal that a text takes."""

SAMPLES = " | "
"""What is written between samples."""
_BETWEEN = 2
"""Cells between two columns."""
_LEAST_CUT = 20
"""Cells that a column of samples gets at least: one id, and the sign that there are more."""
# a text continues in the next line after a space, or between the words of a dotted name or column
_BREAK = re.compile(r"(?<=\s)(?=\S)|(?<=[._/])(?=[^\W\d_])|(?<=[a-z])(?=[A-Z][a-z])")


def fitted(
    titles: Sequence[str],
    texts: Sequence[Sequence[str]],
    width: int,
    cut: Collection[str] = (),
) -> list[int] | None:
    """Return widths of the columns with which no word is broken; None if there is no room.

    Args:
        titles: The titles of the columns.
        texts: The values of each row.
        width: The width of the terminal.
        cut: Titles of columns of samples, of which only those that fit are shown.
    """
    room = width - _BETWEEN * (len(titles) - 1)
    least: list[int] = []
    widths: list[int] = []
    for title, *column in zip(titles, *texts, strict=True):
        longest = max(map(cells, (title, *column)))
        widths.append(min(longest, room))
        word = max(map(_longest_word, (title, *column)))
        least.append(min(longest, _LEAST_CUT) if title in cut else word)
    if sum(least) > room:
        return None
    while sum(widths) > room:
        _, widest = max((w, at) for at, w in enumerate(widths) if w > least[at])
        widths[widest] -= 1
    return widths


def wrapped(text: str, width: int) -> list[str]:
    """Return a text as lines of a width, broken between words; a longer word stays whole."""
    if cells(text) <= width:
        return [text]
    lines = [""]
    for word in _BREAK.split(text):
        if lines[-1] and cells((lines[-1] + word).rstrip()) > width:
            lines.append("")
        lines[-1] += word
    return [line.rstrip() for line in lines]


def cut_samples(text: str, width: int) -> str:
    """Return as many samples as fit."""
    fits = text
    while cells(fits) > width and SAMPLES in text:
        text = text.rpartition(SAMPLES)[0]
        fits = f"{text}{SAMPLES}\N{HORIZONTAL ELLIPSIS}"
    return fits


def _longest_word(text: str) -> int:
    return max((cells(word.rstrip()) for word in _BREAK.split(text)), default=0)
