"""Recognise the header of a CSV file, and the table it belongs to."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence

import attrs

from ..errors import UnrecognisedFormatError
from ..issues import NoLog
from .base import ReadOptions
from .blocks import TextBlocks
from .csv.rows import BLANKS, clean, split_quoted
from .declare import Column, TableSpec, fold

DELIMITERS = (";", "\t", ",", "|")
_MOST_HEADERS = 5
_SEP = re.compile(r'"?sep=(.)"?;*', re.IGNORECASE)


@attrs.frozen(eq=False)
class Header:
    """A row that may be the header of a CSV file, and its delimiter."""

    names: tuple[str, ...]
    delimiter: str
    line: int = 1


def read_headers(head: bytes, name: str, options: ReadOptions) -> Iterator[Header]:
    """Yield the rows at the beginning of a file that can be its header, the first one first.

    A title, or the line ``sep=;`` of a spreadsheet, may be above the header.
    """
    blocks = TextBlocks(
        io.BytesIO(head),
        file=name,
        log=NoLog(),  # what is irregular here is reported when the table is read
        limits=options.limits,
        encoding=options.encoding,
    )
    delimiters: tuple[str, ...] = DELIMITERS
    headers = 0
    for first, lines in blocks:
        for number, line in enumerate(lines, first):
            if not line.strip(BLANKS):
                continue
            if "\0" in line or headers == _MOST_HEADERS:
                return
            stated = _SEP.fullmatch(line.strip(BLANKS))
            if stated is not None:
                delimiters = (stated[1], *(each for each in delimiters if each != stated[1]))
                continue
            delimiter = max(delimiters, key=lambda each: (line.count(each), each == delimiters[0]))
            if line.count(delimiter) >= options.limits.max_columns:
                if headers:
                    return
                raise UnrecognisedFormatError(
                    f"text whose first line has {line.count(delimiter) + 1} columns, more than "
                    f"Limits.max_columns ({options.limits.max_columns})",
                    file=name,
                    line=number,
                )
            cells = split_quoted(line, delimiter) or line.split(delimiter)
            yield Header(tuple(clean(cell) for cell in cells), delimiter, number)
            if any(each < " " and each != "\t" for each in line):
                return  # a title holds no control characters
            headers += 1


def made_by_r(columns: Sequence[Column | None], names: Sequence[str]) -> bool:
    """Return whether R has written dots for the hyphens and spaces of a header."""
    return any(
        column is not None and "." in name and name not in (column.name, *column.aliases)
        for column, name in zip(columns, names, strict=True)
    )


def match_columns(
    spec: TableSpec, names: Sequence[str], own: Mapping[str, str]
) -> list[Column | None]:
    """Return the column of ``spec`` for each name of a header.

    A field is filled from one column only. The caller's names take precedence, then exact names,
    then aliases. A second column for the same field is treated as unknown.

    Args:
        spec: Declaration of the table.
        names: The names in the header.
        own: The caller's mapping of column names to fields.

    Returns:
        A column for each name; ``None`` if the name is unknown.
    """
    by_field = {column.field: column for column in (*spec.columns, *spec.further)}
    by_name = spec.by_folded_name
    folded_own = {fold(name): field for name, field in own.items()}
    matched: list[Column | None] = [None] * len(names)
    taken: set[str] = set()

    def take(place: int, column: Column | None) -> None:
        if column is not None and column.field not in taken and matched[place] is None:
            matched[place] = column
            taken.add(column.field)

    for place, name in enumerate(names):
        field = folded_own.get(fold(name))
        if field is not None:
            take(place, by_field.get(field) or by_name.get(fold(field)))
    for exact in (True, False):
        for place, name in enumerate(names):
            column = by_name.get(fold(name)) if name else None
            if column is not None and (not exact or fold(column.name) == fold(name)):
                take(place, column)
    return matched


def best_spec(
    specs: Sequence[TableSpec], header: Header, base_name: str, options: ReadOptions
) -> TableSpec | None:
    """Return the table that fits a header best, or ``None``.

    The first criterion is the share of the header's names that the table declares, then the
    file's name, then the share of the table's columns that the header has.
    """
    best: tuple[tuple[float, bool, float], TableSpec] | None = None
    stem = fold(base_name.rsplit(".", 1)[0])
    for spec in specs:
        columns = match_columns(spec, header.names, options.columns)
        fields = {column.field for column in columns if column is not None}
        if not all(field in fields for field in spec.recognised_by or spec.required):
            continue
        # one known column among many is not enough: other files contain SOR ids too
        if len(fields) < min(2, len(header.names)):
            continue
        named = any(fold(name) == stem for name in spec.file_names)
        score = (len(fields) / len(header.names), named, len(fields) / len(spec.columns))
        if best is None or score > best[0]:
            best = (score, spec)
    return best[1] if best is not None else None
