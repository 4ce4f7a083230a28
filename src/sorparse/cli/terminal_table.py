"""Tables, groups of values and lines of text on a terminal: their widths, and what rich draws.

Without rich the widths alone are used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import Any

try:
    from rich.cells import cell_len as cells
except ImportError:
    cells = len  # type: ignore[assignment]

ID_STYLE = "cyan"
"""The colour of SOR ids, the same wherever they are shown."""
_SOR_ID = r"\b\d{1,8}1000016\d{3}\b"
_LEAST_WRAPPED = 20
"""Cells below which a column of text is not narrowed: ids would break."""
Style = Callable[[str], str] | None
"""Returns the style of a value."""


SAMPLES = " | "
"""What is written between samples."""
_BETWEEN = 2
"""Cells between two columns."""
_LEAST_CUT = 20
"""Cells that a column of samples gets at least: one id, and the sign that there are more."""
# a text continues in the next line after a space, or between the words of a dotted name or column
_BREAK = re.compile(r"(?<=\s)(?=\S)|(?<=[._/])(?=[^\W\d_])|(?<=[a-z])(?=[A-Z][a-z])")


def styled(text: str, style: str = "") -> Any:
    """Return rich's text, with its SOR ids in their colour."""
    from rich.text import Text

    shown = Text(text, style=style)
    shown.highlight_regex(_SOR_ID, ID_STYLE)
    return shown


def draw_line(console: Any, text: Any) -> None:
    """Write a text in lines that fit; a word that is wider than the console stays whole."""
    words = text.plain.split()
    console.print(text, soft_wrap=max(map(cells, words), default=0) > console.width)


def draw_branch(console: Any, branch: str, below: str, text: Any) -> None:
    """Write a unit of a tree, on several lines if it is wider than the console.

    Args:
        console: The console.
        branch: The lines that lead to the unit.
        below: The lines that lead past it, before its further lines.
        text: What is shown of the unit.
    """
    from rich.text import Text

    room = console.width - len(branch)
    fits = room < _LEAST_WRAPPED or text.cell_len <= room
    for at, line in enumerate([text] if fits else text.wrap(console, room)):
        console.print(Text.assemble((below if at else branch, "dim"), line), soft_wrap=True)


def draw_pairs(console: Any, pairs: Sequence[tuple[str, str]]) -> None:
    """Write values with their titles, one below the other."""
    from rich.padding import Padding
    from rich.table import Table

    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", max_width=max(console.width * 2 // 5, _LEAST_WRAPPED))
    grid.add_column(overflow="fold")
    for title, text in pairs:
        grid.add_row(title, styled(text))
    console.print(Padding(grid, (0, 0, 0, 2)))


def draw(
    console: Any,
    titles: Sequence[str],
    texts: Sequence[Sequence[str]],
    styles: Sequence[Style],
    *,
    numbers: Collection[int] = (),
    cut: Collection[str] = (),
) -> None:
    """Write a table to rich's console; columns that no row fills are omitted.

    Args:
        console: The console.
        titles: The titles of the columns.
        texts: The values of each row.
        styles: For each column, what returns the style of a value.
        numbers: Places of the columns that are aligned to the right.
        cut: Titles of columns of samples, of which only those that fit are shown.
    """
    used = [at for at in range(len(titles)) if any(row[at] for row in texts)]
    right = [at in numbers for at in used]
    titles = [titles[at] for at in used]
    texts = [[row[at] for at in used] for row in texts]
    styles = [styles[at] for at in used]
    widths = fitted(titles, texts, console.width, cut)
    if widths is None:
        _write_rows(console, titles, texts, styles)
        return
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for title, width, is_number in zip(titles, widths, right, strict=True):
        table.add_column(
            "\n".join(wrapped(title, width)),
            width=width,
            justify="right" if is_number else "left",
            no_wrap=title in cut,
            overflow="ellipsis" if title in cut else "fold",
        )
    for row in texts:
        lines = (
            cut_samples(text, width) if title in cut else "\n".join(wrapped(text, width))
            for title, text, width in zip(titles, row, widths, strict=True)
        )
        table.add_row(
            *(
                styled(line, style(text) if style else "")
                for line, text, style in zip(lines, row, styles, strict=True)
            )
        )
    console.print(table)


def _write_rows(
    console: Any, titles: Sequence[str], texts: Sequence[Sequence[str]], styles: Sequence[Style]
) -> None:
    """Write each row as its first two values and, below, the others with their titles."""
    for row in texts:
        looks = (style(text) if style else "" for style, text in zip(styles, row, strict=True))
        known_by = [
            styled(text, f"bold {look}") for text, look in zip(row[:2], looks, strict=False)
        ]
        draw_line(console, styled("  ").join(filter(None, known_by)))
        draw_pairs(console, [pair for pair in zip(titles[2:], row[2:], strict=True) if pair[1]])


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
