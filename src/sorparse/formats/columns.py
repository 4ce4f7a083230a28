"""Counts of the values in the columns of a file, and its physical form, for ``describe``."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest

from ..description import ColumnDescription, TableDescription
from .blocks import TextBlocks
from .csv.rows import BLANKS, clean
from .decode import Plan

_SAMPLES = 3
_SAMPLE_CHARS = 40
_BATCH_ROWS = 512
_MAY_BE_EMPTY = frozenset(BLANKS + "=N")
"""First characters of cells that :func:`clean` makes empty: whitespace, ``=" "``, ``NULL``."""


class ColumnCounter:
    """Counts of one pass over a table, column by column for many rows at a time."""

    def __init__(self, delimiter: str) -> None:
        self._delimiter = delimiter
        self._waiting: list[Sequence[str]] = []
        """Rows that are not counted yet, at most a block of them."""
        self._rows = 0
        self._filled: Counter[int] = Counter()
        self._samples: defaultdict[int, dict[str, None]] = defaultdict(dict)
        self._quotes = 0
        self._lines = 0
        self._wrapped = 0
        self._quoted_wrapped = 0  # those with six quotation marks, and not two

    def watched(self, blocks: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
        """Yield the blocks unchanged, and count their quotation marks."""
        for first, lines in blocks:
            self._count()
            text = "\n".join(lines)
            if '"' in text:
                self._quotes += text.count('"')
                self._wrapped += text.count('="')
                self._quoted_wrapped += text.count('"=""')
            self._lines += len(lines)
            yield first, lines

    def add(self, cells: Sequence[str]) -> None:
        """Add a row."""
        self._waiting.append(cells)
        if len(self._waiting) == _BATCH_ROWS:
            self._count()

    def _count(self) -> None:
        self._rows += len(self._waiting)
        for place, column in enumerate(zip_longest(*self._waiting, fillvalue="")):
            cells = [cell for cell in column if cell]
            empty = sum(1 for cell in cells if cell[0] in _MAY_BE_EMPTY and not clean(cell))
            self._filled[place] += len(cells) - empty
            samples = self._samples[place]
            if len(samples) < _SAMPLES:
                for cell in filter(None, map(clean, dict.fromkeys(cells))):
                    samples[shortened(cell)] = None
                    if len(samples) == _SAMPLES:
                        break
        self._waiting.clear()

    def describe(self, table: str, file: str, plan: Plan, blocks: TextBlocks) -> TableDescription:
        """Return the counts as the description of a table."""
        self._count()
        ends = [name for name, count in blocks.line_ends.items() if count]
        return TableDescription(
            table=table,
            file=file,
            rows=self._rows,
            columns=tuple(
                ColumnDescription(
                    name,
                    column.field if column is not None else None,
                    self._filled[place],
                    tuple(self._samples[place]),
                )
                for place, (name, column) in enumerate(zip(plan.header, plan.columns, strict=True))
            ),
            missing=plan.missing,
            encoding=blocks.encoding,
            bom=blocks.bom,
            delimiter=self._delimiter,
            quoting=self._quoting(len(plan.header)),
            line_ends=" and ".join(ends) or None,
        )

    def _quoting(self, width: int) -> str:
        if not self._quotes:
            return "none"
        excel = f', ids in Excel\'s ="…" ({self._wrapped})' if self._wrapped else ""
        plain = self._quotes - 2 * self._wrapped - 4 * self._quoted_wrapped
        if plain >= 2 * width * max(self._lines - 1, 1):
            return "all" + excel
        return ("some" if plain > 0 else "none") + excel


def shortened(text: str) -> str:
    """Return a text as a sample: in one line, and not long."""
    text = text.replace("\n", "⏎")
    return text if len(text) <= _SAMPLE_CHARS else text[: _SAMPLE_CHARS - 1] + "…"


class ColumnSamples:
    """Counts rows and collects the first distinct values of each column, by its name."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.rows = 0
        self._filled: Counter[str] = Counter()
        self._samples: dict[str, dict[str, None]] = {name: {} for name in names}

    def add(self, cells: Iterable[tuple[str, str]], times: int = 1) -> None:
        """Count a row that occurs some times: pairs of name and text."""
        self.rows += times
        for name, text in cells:
            samples = self._samples.setdefault(name, {})
            if text:
                self._filled[name] += times
                if len(samples) < _SAMPLES:
                    samples[text] = None

    def columns(self, fields: Mapping[str, str | None]) -> tuple[ColumnDescription, ...]:
        """Return the columns; ``fields`` says which field each fills."""
        return tuple(
            ColumnDescription(name, fields.get(name) or None, self._filled[name], tuple(samples))
            for name, samples in self._samples.items()
        )
