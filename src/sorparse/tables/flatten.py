"""Records to flat columns: a batch of records in, one list per column out.

The work goes column by column, not row by row: a comprehension over one field costs a fraction
of a call per row, and Arrow, DuckDB and ``zip`` for rows all start from columns.

Nothing is lost on the way. What a flat column cannot hold (a ninth speciality, a coordinate that
a double does not give back unchanged, an id with a space inside where ids are joined with spaces)
goes into ``extra`` under the column's name.
"""

from __future__ import annotations

import json
import typing
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from operator import attrgetter
from typing import Any

import attrs

from ..records import SorType, Validity
from ..records.build import per_class
from .schema import PLACES, DataType, TableSchema, data_type_of, steps_of, without_none

Columns = list[list[Any]]
Overflow = dict[int, dict[str, str]]
_Step = Callable[[Sequence[Any], Columns, Overflow], None]
"""Takes objects, appends their columns, and notes by row what has none."""
BATCH_ROWS = 8192


def batches(
    schema: TableSchema, records: Iterable[Any], rows: int = BATCH_ROWS
) -> Iterator[Columns]:
    """Give the records' columns, ``rows`` records at a time, in the order of the schema."""
    source = iter(records)
    while batch := list(islice(source, rows)):
        yield columns_of(schema, batch)


def rows(schema: TableSchema, records: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    """Give each record as one flat tuple, in the order of the schema."""
    for columns in batches(schema, records, 1024):
        yield from zip(*columns, strict=True)


def columns_of(schema: TableSchema, records: Sequence[Any]) -> Columns:
    """Give the columns of a batch.

    Values are ``str``, ``date``, ``bool``, ``float``, ``list[str]`` (a list that is empty is
    ``None``), and JSON text for ``extra`` (``None`` where there is nothing).
    """
    found: Columns = []
    overflow: Overflow = {}
    for step in _plan(schema.record):
        step(records, found, overflow)
    for place, column in enumerate(schema.columns):
        if column.joined:
            found[place] = _joined(column.name, found[place], overflow)
    if overflow:
        place = next(n for n, column in enumerate(schema.columns) if column.type is DataType.JSON)
        for row, items in overflow.items():
            extra = dict(records[row].extra)
            for name, text in items.items():
                while name in extra:  # the file has a column of that very name
                    name += "_"  # noqa: PLW2901 - looks for a free name
                extra[name] = text
            found[place][row] = _as_json(extra)
    return found


def columns_of_values(kind: type[Any], values: Sequence[Any]) -> Columns:
    """Return the columns of value objects of one class; ``None`` is a row without one.

    There is no ``extra`` here, so a decimal number that no double returns unchanged becomes the
    nearest double.
    """
    if not attrs.has(kind):
        return [list(values)]
    found: Columns = []
    overflow: Overflow = {}
    absent = kind()
    for step in _plan(kind):
        step([absent if value is None else value for value in values], found, overflow)
    names = [field.name for field, _, _ in steps_of(kind)]
    for row, items in overflow.items():
        for name, text in items.items():
            found[names.index(name)][row] = nearest_double(text)
    return found


@per_class
def _plan(record: type[Any]) -> tuple[_Step, ...]:
    return tuple(_steps(record, record, ""))


def _steps(root: type[Any], cls: type[Any], name: str) -> Iterator[_Step]:
    for field, kind, _ in steps_of(cls):
        own = f"{name}_{field.name}" if name else field.name
        places = PLACES.get((root, field.name)) if not name else None
        if places is not None:
            inner = without_none(typing.get_args(kind)[0])[0]
            yield _places(root, field.name, *places, inner)
        elif attrs.has(kind):
            below = name if kind is Validity else own
            yield _nested(field.name, kind, tuple(_steps(root, kind, below)))
        else:
            yield _leaf(field.name, own, kind)


def _leaf(field: str, name: str, kind: Any) -> _Step:
    get = attrgetter(field)
    data_type = data_type_of(kind)

    def number(objects: Sequence[Any], found: Columns, overflow: Overflow) -> None:
        column: list[float | None] = []
        for row, value in enumerate(map(get, objects)):
            number = None if value is None else as_double(value)
            if number is None and value is not None:
                overflow.setdefault(row, {})[name] = str(value)
            column.append(number)
        found.append(column)

    if data_type is DataType.NUMBER:
        return number
    if kind is SorType:
        return _each(get, lambda value: None if value is None else value.value)
    if data_type is DataType.TEXT_LIST:
        return _each(get, lambda value: list(value) or None)
    if data_type is DataType.JSON:
        return _each(get, lambda value: _as_json(value) if value else None)
    return lambda objects, found, _: found.append(list(map(get, objects)))


def _each(get: Callable[[Any], Any], convert: Callable[[Any], Any]) -> _Step:
    return lambda objects, found, _: found.append([convert(value) for value in map(get, objects)])


def _nested(field: str, kind: type[Any], steps: tuple[_Step, ...]) -> _Step:
    get = attrgetter(field)
    absent = kind()

    def nested(objects: Sequence[Any], found: Columns, overflow: Overflow) -> None:
        inner = [absent if value is None else value for value in map(get, objects)]
        for step in steps:
            step(inner, found, overflow)

    return nested


def _places(root: type[Any], field: str, name: str, count: int, inner: Any) -> _Step:
    get = attrgetter(field)
    nested = attrs.has(inner)
    absent = inner() if nested else None
    steps = tuple(_steps(root, inner, name)) if nested else ()
    parts = [f.name for f, _, _ in steps_of(inner)] if nested else []

    def places(objects: Sequence[Any], found: Columns, overflow: Overflow) -> None:
        series = list(map(get, objects))
        for place in range(count):
            values = [each[place] if len(each) > place else absent for each in series]
            if nested:
                for step in steps:
                    step(values, found, overflow)
            else:
                found.append(values)
        if max(map(len, series), default=0) > count:
            beyond(series, overflow)

    def beyond(series: list[tuple[Any, ...]], overflow: Overflow) -> None:
        for row, each in enumerate(series):
            for place, value in enumerate(each[count:], start=count + 1):
                for part in parts or [""]:
                    text = getattr(value, part) if part else value
                    if text is not None:
                        column = f"{name}_{place}" + (f"_{part}" if part else "")
                        overflow.setdefault(row, {})[column] = text

    return places


def _joined(name: str, column: list[Any], overflow: Overflow) -> list[Any]:
    """Join the texts of each list with spaces; a list with a space in a text goes to ``extra``."""
    found: list[str | None] = []
    for row, texts in enumerate(column):
        text = None if texts is None else " ".join(texts)
        if text is not None and text.split() != texts:
            overflow.setdefault(row, {})[name] = json.dumps(texts, ensure_ascii=False)
            text = None
        found.append(text)
    return found


def as_double(value: Decimal) -> float | None:
    """Give the double that stands for ``value``, or ``None`` where it does not give it back."""
    text = str(value)
    try:
        number = float(text)
    except ValueError:  # a signalling NaN
        return None
    # up to 15 digits any double gives its decimal number back; longer ones are tried
    if len(text) <= 16 and "E" not in text and "N" not in text and "I" not in text:
        return number
    if not value.is_finite() or number in (float("inf"), float("-inf")):
        return None
    return number if Decimal(repr(number)) == value else None


def nearest_double(text: str) -> float | None:
    """Return the double nearest to a decimal number; ``None`` for what is not a number."""
    try:
        return float(text)
    except ValueError:  # a signalling NaN
        return None


def _as_json(items: typing.Mapping[str, str]) -> str:
    return json.dumps(dict(items), ensure_ascii=False, separators=(",", ":"))
