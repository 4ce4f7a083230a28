"""Add names to a column of codes, in any data frame library that narwhals supports."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import SorError, UnreadableDateWarning
from ..extras import load_extra
from ..notations import readings
from ..register.days import date_in_denmark
from ..typed_dates import parse_typed_date
from .code_columns import KINDS, NUMBERS, ColumnKind, kind_of_column, read_as
from .code_rows import Answer, Fields, Rows

if TYPE_CHECKING:
    from ..register import View

Frame = TypeVar("Frame")
_TYPES: dict[str, type[Any]] = {"candidates": int}
"""The types of the items of :class:`Answer` that are not text."""


def add_names(
    view: View,
    frame: Frame,
    column: str,
    *,
    on: str | None = None,
    kind: ColumnKind | None = None,
    fields: Iterable[str] | None = None,
    repair: bool = False,
) -> Frame:
    """Return the frame with columns about the units that a column of codes names.

    See :meth:`sorparse.View.add_names`.
    """
    nw = load_extra("narwhals", "frames", "Names beside a column")
    try:
        native = nw.from_native(frame)
    except TypeError as error:
        raise SorError(
            f"{type(frame).__module__}.{type(frame).__qualname__} is not a data frame that "
            "narwhals supports"
        ) from error
    lazy = isinstance(native, nw.LazyFrame)
    if lazy and not (native.implementation.is_polars() or native.implementation.is_duckdb()):
        raise SorError(
            f"a lazy frame of {native.implementation} has no order of rows; collect it first"
        )
    if kind is not None and kind not in KINDS:
        raise SorError(f"unknown kind {kind!r}: expected one of {', '.join(KINDS)}")
    further = Fields(fields or ())
    eager = native.collect() if lazy else native
    for name in [column] if on is None else [column, on]:
        if not isinstance(name, str):
            raise TypeError(f"expected the name of a column as text, got {name!r}; rename it first")
        if name not in eager.columns:
            there = ", ".join(map(str, eager.columns))
            raise SorError(f"the frame has no column {name!r}; it has {there}")
    values = eager[column].to_list()
    texts = [_as_text(value, column) for value in values]
    kind = kind or kind_of_column(view, {text for text in texts if text is not None}, column)
    _refuse_numbers(values, texts, kind, column)
    days = [view.day] * len(texts) if on is None else _as_days(eager[on].to_list(), on)
    rows = Rows(view, kind, further, repair=repair)
    answers = [rows.answer(text, day) for text, day in zip(texts, days, strict=True)]
    fixed = [(name, _TYPES.get(name, str)) for name in Answer._fields]
    left_out = set() if kind != "sor_id" else {"candidates"} if repair else {"sor_id", "candidates"}
    columns: dict[str, Any] = {}
    for place, (name, of) in enumerate((*fixed, *zip(further.names, further.types, strict=True))):
        if place >= len(fixed) or name not in left_out:
            cells = list(map(itemgetter(place), answers))
            full = f"{column}_{name}"
            columns.setdefault(full, _series(nw, eager, full, of, cells))
    series = list(columns.values())
    result = eager.with_columns(*_aligned(nw, eager, series))
    if lazy and native.implementation.is_duckdb():
        return _as_relation(frame, result.to_native())  # type: ignore[no-any-return] # untyped
    return (result.lazy() if lazy else result).to_native()  # type: ignore[no-any-return] # untyped


def _series(nw: Any, frame: Any, name: str, of: type[Any], values: Sequence[Any]) -> Any:
    """Return a column of the frame's library; pandas needs a type that can be missing."""
    backend = frame.implementation
    if backend.is_pandas_like() and of is not str:
        types = {int: "int64", bool: "bool", date: "datetime64[us]"}
        if None in values and of is not date:
            types |= {int: "Int64", bool: "boolean"}
        native = backend.to_native_namespace().Series(
            values, name=name, dtype=types.get(of, "float64")
        )
        return nw.from_native(native, series_only=True)
    dtypes = {str: nw.String, int: nw.Int64, bool: nw.Boolean, date: nw.Date, Decimal: nw.Float64}
    return nw.new_series(name, values, dtypes[of], backend=backend)


def _as_relation(relation: Any, rows: Any) -> Any:  # noqa: ARG001 - DuckDB finds rows by its name
    """Return a relation of DuckDB, on the connection of the one that was passed."""
    return relation.query("sorparse_relation", "SELECT * FROM rows")


def _aligned(nw: Any, frame: Any, columns: Sequence[Any]) -> Sequence[Any]:
    """Return the columns with the frame's index, by which pandas joins them."""
    index = nw.maybe_get_index(frame)
    return columns if index is None else [nw.maybe_set_index(each, index=index) for each in columns]


def _is_missing(value: Any) -> bool:
    """Return whether a value is None, NaN, NaT (not equal to themselves) or pandas' NA."""
    try:
        return value is None or bool(value != value)  # noqa: PLR0124
    except TypeError:
        return True


def _as_text(value: Any, column: str) -> str | None:
    if _is_missing(value):
        return None
    if isinstance(value, str):
        bare = next(readings(value))[1]  # SOR2 writes an empty cell as =""
        return value.strip() if bare else None
    if _is_whole(value):
        return str(int(value))
    if isinstance(value, (float, Decimal)):
        raise SorError(
            f"column {column!r} holds the number {value!r}, which is not a code or has lost "
            "digits; read the column as text"
        )
    raise SorError(f"column {column!r} holds {value!r}, a {type(value).__name__}; codes are text")


def _is_whole(value: Any) -> bool:
    if isinstance(value, float):
        return value.is_integer() and abs(value) < 2**53
    return isinstance(value, int) and not isinstance(value, bool)


def _refuse_numbers(
    values: Sequence[Any], texts: Sequence[str | None], kind: ColumnKind, column: str
) -> None:
    """Refuse numbers in a column of codes that lose leading zeros as numbers."""
    if kind in NUMBERS:
        return
    for value, text in zip(values, texts, strict=True):
        if text is None or isinstance(value, str):
            continue
        identifier = read_as(text, kind)
        if kind == "hospital" and identifier is not None and identifier.kind == "sor_id":
            continue
        raise SorError(
            f"column {column!r} holds the number {text}, but codes of the kind {kind} are text: "
            "numbers have lost their leading zeros; read the column as text"
        )


def _as_days(values: Sequence[Any], column: str) -> list[date | None]:
    known: dict[str, date | None] = {}
    unreadable: list[str] = []
    days: list[date | None] = []
    for value in values:
        if _is_missing(value) or (isinstance(value, str) and not value.strip()):
            days.append(None)
        elif isinstance(value, date):
            days.append(date_in_denmark(value) if isinstance(value, datetime) else value)
        else:
            text = str(int(value)) if _is_whole(value) else str(value)
            if text not in known:
                known[text] = parse_typed_date(text)
            if known[text] is None:
                unreadable.append(text)
            days.append(known[text])
    if unreadable:
        warnings.warn(
            f"column {column!r}: {len(unreadable)} dates could not be read, such as "
            f"{unreadable[0]!r}; their rows have no answer. Write dates as 2019-06-30",
            UnreadableDateWarning,
            stacklevel=5,
        )
    return days
