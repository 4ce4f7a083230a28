"""Records to flat columns: a batch of records in, one list per column out.

The work goes column by column, not row by row: a comprehension over one field costs a fraction
of a call per row, and Arrow, DuckDB and ``zip`` for rows all start from columns.

Nothing is lost. What a flat column cannot hold (a ninth speciality, a coordinate that
a double does not preserve, an id with a space inside where ids are joined with spaces)
goes into ``extra`` under the column's name.
"""

from __future__ import annotations

import json
import typing
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from operator import attrgetter
from typing import Any

import attrs

from ..records import Extra, SorType, Validity
from ..records.build import per_class
from ..records.values import NO_EXTRA
from .schema import PLACES, DataType, TableSchema, data_type_of, steps_of, without_none

Columns = list[list[Any]]
Overflow = dict[int, dict[str, str]]
_Flatten = Callable[[Sequence[Any], Columns, Overflow], None]
"""A function that appends the columns of a field's values, and notes by row what has none."""
_Step = tuple[str, Callable[[Any], Any], _Flatten]
"""Name of a field, the function from an object to its value, and what flattens the values."""
BATCH_ROWS = 8192
_BATCH_CHARS = 8_000_000
"""Characters of ``extra`` and of inherited names in one batch."""
_PAIR_CHARS = 40
"""What a name with its value in ``extra`` takes in memory beside their characters, at least."""
_INHERITED = ("owner", "health_institution", "classification")
"""Fields of which many records share one object, whose texts each row of a table has again."""
_GROUP_ROWS = 256
"""Records that are flattened at once: Python's garbage collector examines what lives long again and
again."""
_FEW = 16
"""So many records are examined at once for very long texts."""
DIGITS = 16
"""Characters of a number that any double gives back: 15 digits and a point."""


def column_batches(
    records: Iterable[Any], flatten: Callable[[list[Any]], Sequence[list[Any] | None]]
) -> Iterator[tuple[int, Sequence[list[Any] | None]]]:
    """Yield the rows and the columns of each batch, given what flattens a group of records.

    A batch has :data:`BATCH_ROWS` rows, or fewer if their texts would be very long. A column
    without values may be ``None``.
    """
    rows = 0
    joined: list[list[Any] | None] = []
    for group, is_last in _groups(records):
        columns = flatten(group)
        joined = joined or [None] * len(columns)
        for place, column in enumerate(columns):
            before = joined[place]
            if column is None:
                if before is not None:
                    before.extend([None] * len(group))
            elif before is None:
                joined[place] = [None] * rows + column
            else:
                before += column
        rows += len(group)
        if is_last:
            yield rows, joined
            rows, joined = 0, []
    if rows:
        yield rows, joined


def _groups(records: Iterable[Any]) -> Iterator[tuple[list[Any], bool]]:
    """Yield records in groups, and whether a batch is full with them.

    A file of 1 MB can have an owner with a name of 500 kB and thousands of units. The records are
    examined a few at a time, which takes a fraction of the time of one at a time.
    """
    source = iter(records)
    group: list[Any] = []
    rows = chars = 0
    while few := list(islice(source, _FEW)):
        group += few
        rows += len(few)
        chars += _chars_of_texts(few)
        is_full = chars > _BATCH_CHARS or rows >= BATCH_ROWS
        if is_full or len(group) >= _GROUP_ROWS:
            yield group, is_full
            group = []
        if is_full:
            rows = chars = 0
    if group:
        yield group, False


def _chars_of_texts(records: Sequence[Any]) -> int:
    """Return the characters of unknown columns and of inherited texts in a few records."""
    chars = 0
    for get in _long_fields(type(records[0])):
        values = list(map(get, records))
        first = values[0]
        if values.count(first) == len(values):  # most records share one object
            chars += len(values) * _chars_in(first)
        else:
            chars += sum(map(_chars_in, values))
    return chars


@per_class
def _long_fields(record: type[Any]) -> tuple[Callable[[Any], Any], ...]:
    """Return the functions from a record to its unknown columns and inherited objects."""
    names = [field.name for field in attrs.fields(record)]
    return tuple(attrgetter(name) for name in ("extra", *_INHERITED) if name in names)


def _chars_in(value: Any) -> int:
    """Return the characters of the texts in a value object, or of names and texts in ``extra``."""
    if value is None or value is NO_EXTRA:
        return 0
    if value.__class__ is str:
        return len(value)
    if isinstance(value, Extra):
        return sum(map(len, value)) + sum(map(len, value.values())) + _PAIR_CHARS * len(value)
    return sum(map(_chars_in, _values(type(value))(value)))


@per_class
def _values(cls: type[Any]) -> Callable[[Any], tuple[Any, ...]]:
    """Return the function from a value object to the values of its fields."""
    names = [field.name for field in attrs.fields(cls)]
    return attrgetter(names[0], *names[1:]) if len(names) > 1 else lambda _: ()


def batches(
    schema: TableSchema, records: Iterable[Any], rows: int = BATCH_ROWS
) -> Iterator[Columns]:
    """Yield the columns of the records, ``rows`` records at a time, in the order of the schema."""
    source = iter(records)
    while batch := list(islice(source, rows)):
        yield columns_of(schema, batch)


def rows(schema: TableSchema, records: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    """Yield each record as one flat tuple, in the order of the schema."""
    for columns in batches(schema, records, 1024):
        yield from zip(*columns, strict=True)


def columns_of(schema: TableSchema, records: Sequence[Any]) -> Columns:
    """Return the columns of a batch.

    Values are ``str``, ``date``, ``bool``, ``float``, ``list[str]`` (a list that is empty is
    ``None``), and JSON text for ``extra`` (``None`` where there is nothing).
    """
    columns: Columns = []
    overflow: Overflow = {}
    for _, get, flatten in _plan(schema.record):
        flatten(list(map(get, records)), columns, overflow)
    return _finished(schema, records, columns, overflow)


def filled_columns_of(
    schema: TableSchema, records: Sequence[Any], fields: Container[str]
) -> list[list[Any] | None]:
    """Return the columns of a batch whose records have their defaults in all but some fields.

    Returns:
        The columns as in :func:`columns_of`; ``None`` for a column without values of the other
        fields.
    """
    columns: Columns = []
    overflow: Overflow = {}
    empty: set[int] = set()
    for name, get, flatten in _plan(schema.record):
        first = len(columns)
        if name in fields or name == "extra":
            flatten(list(map(get, records)), columns, overflow)
            continue
        flatten([get(records[0])], columns, {})
        for place in range(first, len(columns)):
            if columns[place] == [None]:
                empty.add(place)
            else:
                columns[place] *= len(records)
    finished = _finished(schema, records, columns, overflow, empty)
    return [None if place in empty else column for place, column in enumerate(finished)]


def _finished(
    schema: TableSchema,
    records: Sequence[Any],
    columns: Columns,
    overflow: Overflow,
    empty: Container[int] = (),
) -> Columns:
    """Return the columns with joined lists, and with what has no column in ``extra``."""
    for place, column in enumerate(schema.columns):
        if column.joined and place not in empty:
            columns[place] = joined(column.name, columns[place], overflow)
    if overflow:
        place = next(n for n, column in enumerate(schema.columns) if column.type is DataType.JSON)
        for row, items in overflow.items():
            columns[place][row] = extra_with(records[row].extra, items)
    return columns


def columns_of_field(
    record: type[Any], field: str, values: Sequence[Any]
) -> tuple[Columns, Overflow]:
    """Return the columns of the values of one field of a record, and by place what has none.

    Args:
        record: The class of the records.
        field: Name of the field.
        values: Its values.
    """
    columns: Columns = []
    overflow: Overflow = {}
    flatten = next(step[2] for step in _plan(record) if step[0] == field)
    flatten(values, columns, overflow)
    return columns, overflow


def extra_with(extra: typing.Mapping[str, str], items: typing.Mapping[str, str]) -> str:
    """Return ``extra`` as JSON, with what has no column."""
    every = dict(extra)
    for name, text in items.items():
        while name in every:  # the file has a column of the same name
            name += "_"  # noqa: PLW2901 - looks for a free name
        every[name] = text
    return _as_json(every)


def columns_of_values(kind: type[Any], values: Sequence[Any]) -> Columns:
    """Return the columns of value objects of one class; ``None`` is a row without one.

    There is no ``extra`` here, so a decimal number that no double returns unchanged becomes the
    nearest double.
    """
    if not attrs.has(kind):
        return [list(values)]
    columns: Columns = []
    overflow: Overflow = {}
    _nested(kind, _plan(kind))(values, columns, overflow)
    names = [field.name for field, _, _ in steps_of(kind)] if overflow else []
    for row, items in overflow.items():
        for name, text in items.items():
            columns[names.index(name)][row] = nearest_double(text)
    return columns


def column_of_numbers(name: str, texts: Sequence[str | None]) -> tuple[list[Any], Overflow]:
    """Return the column of decimal numbers from their texts, and by place what has none."""
    columns: Columns = []
    overflow: Overflow = {}
    _leaf(name, Decimal)(texts, columns, overflow)
    return columns[0], overflow


@per_class
def _plan(record: type[Any]) -> tuple[_Step, ...]:
    return tuple(_steps(record, record, ""))


def _steps(root: type[Any], cls: type[Any], name: str) -> Iterator[_Step]:
    for field, kind, _ in steps_of(cls):
        own = f"{name}_{field.name}" if name else field.name
        places = PLACES.get((root, field.name)) if not name else None
        if places is not None:
            inner = without_none(typing.get_args(kind)[0])[0]
            flatten = _places(root, *places, inner)
        elif attrs.has(kind):
            below = name if kind is Validity else own
            flatten = _nested(kind, tuple(_steps(root, kind, below)))
        else:
            flatten = _leaf(own, kind)
        yield field.name, attrgetter(field.name), flatten


def _leaf(name: str, kind: Any) -> _Flatten:
    data_type = data_type_of(kind)

    def number(values: Sequence[Any], columns: Columns, overflow: Overflow) -> None:
        column: list[float | None] = []
        for row, value in enumerate(values):
            number = None if value is None else as_double(value)
            if number is None and value is not None:
                overflow.setdefault(row, {})[name] = str(Decimal(value))
            column.append(number)
        columns.append(column)

    if data_type is DataType.NUMBER:
        return number
    if kind is SorType:
        return _each(lambda value: None if value is None else value.value)
    if data_type is DataType.TEXT_LIST:
        return _each(lambda value: list(value) or None)
    if data_type is DataType.JSON:
        # most records share one empty value, which need not be asked for its length
        return _each(lambda value: _as_json(value) if value is not NO_EXTRA and value else None)
    return lambda values, columns, _: columns.append(list(values))


def _each(convert: Callable[[Any], Any]) -> _Flatten:
    return lambda values, columns, _: columns.append(list(map(convert, values)))


def _nested(kind: type[Any], steps: Sequence[_Step]) -> _Flatten:
    absent = kind()

    def nested(values: Sequence[Any], columns: Columns, overflow: Overflow) -> None:
        inner = [absent if value is None else value for value in values]
        for _, get, flatten in steps:
            flatten(list(map(get, inner)), columns, overflow)

    return nested


def _places(root: type[Any], name: str, count: int, inner: Any) -> _Flatten:
    is_nested = attrs.has(inner)
    nested = _nested(inner, tuple(_steps(root, inner, name))) if is_nested else None
    parts = [field.name for field, _, _ in steps_of(inner)] if is_nested else []

    def places(series: Sequence[Any], columns: Columns, overflow: Overflow) -> None:
        for place in range(count):
            values = [each[place] if len(each) > place else None for each in series]
            if nested is None:
                columns.append(values)
            else:
                nested(values, columns, overflow)
        if max(map(len, series), default=0) > count:
            beyond(series, overflow)

    def beyond(series: Sequence[tuple[Any, ...]], overflow: Overflow) -> None:
        for row, each in enumerate(series):
            for place, value in enumerate(each[count:], start=count + 1):
                for part in parts or [""]:
                    text = getattr(value, part) if part else value
                    if text is not None:
                        column = f"{name}_{place}" + (f"_{part}" if part else "")
                        overflow.setdefault(row, {})[column] = text

    return places


def joined(name: str, column: list[Any], overflow: Overflow) -> list[Any]:
    """Join the texts of each list with spaces; a list with a space in a text goes to ``extra``."""
    joined_texts: list[str | None] = []
    for row, texts in enumerate(column):
        text = None if texts is None else " ".join(texts)
        if text is not None and text.split() != texts:
            overflow.setdefault(row, {})[name] = json.dumps(texts, ensure_ascii=False)
            text = None
        joined_texts.append(text)
    return joined_texts


def as_double(value: Decimal | str) -> float | None:
    """Return the double of a decimal number, ``None`` if it does not convert back unchanged."""
    text = str(value)
    try:
        number = float(text)
    except ValueError:  # a signalling NaN
        return None
    # up to 15 digits any double gives its decimal number back; longer ones are tried
    if len(text) <= DIGITS and "E" not in text and "N" not in text and "I" not in text:
        return number
    value = Decimal(value)
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
    return _encode(dict(items))


# json.dumps makes an encoder for each call with options
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
