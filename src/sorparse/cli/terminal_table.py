"""Tables on a terminal: with a frame if they fit its width, else row after row."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

_BETWEEN = 3
"""Cells between two columns, as the frame has them."""
_EDGES = 2
# where a text may go on in the next line: after a blank, and between the words of a dotted name
_BREAK = re.compile(r"(?<=\s)(?=\S)|(?<=[._/])(?=[^\W\d_])")

Mark = Callable[[str], str] | None
"""Returns the style of a value."""


def draw(
    console: Any, titles: Sequence[str], texts: Sequence[Sequence[str]], marks: Sequence[Mark]
) -> None:
    """Write a table to rich's console; columns that no row fills are omitted."""
    used = [at for at in range(len(titles)) if any(row[at] for row in texts)]
    titles = [titles[at] for at in used]
    texts = [[row[at] for at in used] for row in texts]
    marks = [marks[at] for at in used]
    widths = fitted(titles, texts, console.width)
    if widths is None:
        _write_rows(console, titles, texts, marks)
        return
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title, width in zip(titles, widths, strict=True):
        table.add_column("\n".join(wrapped(title, width)), width=width)
    for row in texts:
        cells = zip(row, widths, marks, strict=True)
        table.add_row(
            *(
                Text("\n".join(wrapped(text, width)), style=mark(text) if mark else "")
                for text, width, mark in cells
            )
        )
    console.print(table)


def fitted(titles: Sequence[str], texts: Sequence[Sequence[str]], width: int) -> list[int] | None:
    """Return widths of the columns with which no word is broken; None if there is no room."""
    room = width - _EDGES - _BETWEEN * (len(titles) - 1)
    columns = list(zip(titles, *texts, strict=True))
    least = [max(map(_longest_word, column), default=0) for column in columns]
    if sum(least) > room:
        return None
    widths = [min(max(map(_cells, column)), room) for column in columns]
    while sum(widths) > room:
        _, widest = max((w, at) for at, w in enumerate(widths) if w > least[at])
        widths[widest] -= 1
    return widths


def wrapped(text: str, width: int) -> list[str]:
    """Return a text as lines of a width, broken between words; a longer word stays whole."""
    lines = [""]
    for word in _BREAK.split(text):
        if lines[-1] and _cells((lines[-1] + word).rstrip()) > width:
            lines.append("")
        lines[-1] += word
    return [line.rstrip() for line in lines]


def _write_rows(
    console: Any, titles: Sequence[str], texts: Sequence[Sequence[str]], marks: Sequence[Mark]
) -> None:
    """Write each row as its first two values and, below, the others with their titles."""
    from rich.text import Text

    for row in texts:
        known_by = [
            Text(text, style=f"bold {mark(text) if mark else ''}")
            for text, mark in list(zip(row, marks, strict=True))[:2]
            if text
        ]
        console.print(Text("  ").join(known_by), soft_wrap=True)
        line = Text("  ")
        for title, text, mark in list(zip(titles, row, marks, strict=True))[2:]:
            if not text:
                continue
            pair = Text.assemble((f"{title} ", "dim"), (text, mark(text) if mark else ""))
            if line.plain.strip() and line.cell_len + pair.cell_len + 2 > console.width:
                console.print(line, soft_wrap=True)
                line = Text("  ")
            if line.plain.strip():
                line.append("  ")
            line.append_text(pair)
        if line.plain.strip():
            console.print(line, soft_wrap=True)


def _longest_word(text: str) -> int:
    return max((_cells(word.rstrip()) for word in _BREAK.split(text)), default=0)


def _cells(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)
