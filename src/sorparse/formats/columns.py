"""Counting what the columns of a file hold, and in which physical form, for ``describe``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..description import ColumnDescription, TableDescription
from .blocks import TextBlocks
from .csv.rows import clean
from .decode import Plan

_SAMPLES = 3
_SAMPLE_CHARS = 40


class Census:
    """Counts of one pass over a table."""

    def __init__(self, delimiter: str) -> None:
        self._delimiter = delimiter
        self._rows = 0
        self._filled: list[int] = []
        self._samples: list[dict[str, None]] = []
        self._quotes = 0
        self._lines = 0
        self._wrapped = 0

    def watched(self, blocks: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
        """Yield the blocks unchanged, and count their quotation marks."""
        for first, lines in blocks:
            text = "\n".join(lines)
            if '"' in text:
                self._quotes += text.count('"')
                self._wrapped += text.count('="')
            self._lines += len(lines)
            yield first, lines

    def add(self, cells: Sequence[str], width: int) -> None:
        """Count one row."""
        if not self._filled:
            self._filled = [0] * width
            self._samples = [{} for _ in range(width)]
        self._rows += 1
        for place, cell in enumerate(cells[:width]):
            if cell and (cell := clean(cell)):
                self._filled[place] += 1
                samples = self._samples[place]
                if len(samples) < _SAMPLES:
                    samples[_shortened(cell)] = None

    def describe(self, table: str, file: str, plan: Plan, blocks: TextBlocks) -> TableDescription:
        """Return what was counted."""
        filled = self._filled or [0] * len(plan.header)
        samples = self._samples or [{} for _ in plan.header]
        ends = [name for name, count in blocks.line_ends.items() if count]
        return TableDescription(
            table=table,
            file=file,
            rows=self._rows,
            columns=tuple(
                ColumnDescription(
                    name,
                    column.field if column is not None else None,
                    filled[place],
                    tuple(samples[place]),
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
        plain = self._quotes - 6 * self._wrapped
        if plain >= 2 * width * max(self._lines - 1, 1):
            return "all" + excel
        return ("some" if plain > 0 else "none") + excel


def _shortened(text: str) -> str:
    text = text.replace("\n", "⏎")
    return text if len(text) <= _SAMPLE_CHARS else text[: _SAMPLE_CHARS - 1] + "…"


class ColumnSamples:
    """Counts rows and collects the first distinct values of each column, by its name."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.rows = 0
        self._filled: Counter[str] = Counter()
        self._samples: dict[str, dict[str, None]] = {name: {} for name in names}

    def add(self, cells: Iterable[tuple[str, str]]) -> None:
        """Count a row: pairs of name and text."""
        self.rows += 1
        for name, text in cells:
            samples = self._samples.setdefault(name, {})
            if text:
                self._filled[name] += 1
                if len(samples) < _SAMPLES:
                    samples[text] = None

    def columns(self, fields: Mapping[str, str | None]) -> tuple[ColumnDescription, ...]:
        """Return the columns; ``fields`` says which field each fills."""
        return tuple(
            ColumnDescription(name, fields.get(name) or None, self._filled[name], tuple(samples))
            for name, samples in self._samples.items()
        )
