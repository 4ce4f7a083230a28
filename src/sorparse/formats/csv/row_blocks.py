"""Change blocks of lines before they are split into rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator


def without_na(
    blocks: Iterable[tuple[int, list[str]]], delimiter: str
) -> Iterator[tuple[int, list[str]]]:
    """Yield blocks of lines in which cells that are ``NA`` are empty, unless they are quoted."""
    sign = re.escape(delimiter)
    cell = re.compile(rf'"(?:[^"]|"")*(?:"|$)|(?<![^{sign}])NA(?![^{sign}])')

    def emptied(match: re.Match[str]) -> str:
        return "" if match[0] == "NA" else match[0]

    for first, lines in blocks:
        yield first, [cell.sub(emptied, line) for line in lines]


def beginning_at(
    number: int, blocks: Iterable[tuple[int, list[str]]]
) -> Iterator[tuple[int, list[str]]]:
    """Yield blocks of lines from a line on."""
    for first, lines in blocks:
        if first + len(lines) > number:
            skipped = max(number - first, 0)
            yield first + skipped, lines[skipped:]
