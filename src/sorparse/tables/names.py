"""Names beside a column of codes, in any frame library that narwhals knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

from ..errors import NotInForceError, SorError
from ..extras import load_extra
from ..identifiers import is_location_code, is_shak_code, is_sor_id

if TYPE_CHECKING:
    from ..records import SOREntity
    from ..register import View

Frame = TypeVar("Frame")
Kind = Literal["sor_id", "shak", "location_code"]
_TESTS: dict[Kind, Callable[[str], bool]] = {
    "sor_id": is_sor_id,
    "location_code": is_location_code,
    "shak": is_shak_code,
}
_MOST = 0.9  # of the values of a column have to be what the column is taken for


class Told(NamedTuple):
    """What is put beside a code, each as a column ``<column>_<field>``."""

    name: str | None = None
    """Name of the unit."""
    type: str | None = None
    """Name of its entity type, the code where the file has no name."""
    owner: str | None = None
    """Name of the institution owner."""
    status: str | None = None
    """``ACTIVE``, ``CLOSED`` or ``FUTURE``."""
    sor_id: str | None = None
    """The unit that a SHAK code or location number stands for."""
    candidates: int | None = None
    """How many units have the SHAK code or location number on the day."""


def add_names(
    view: View, frame: Frame, column: str, *, on: str | None = None, kind: Kind | None = None
) -> Frame:
    """Give the frame with name, type, owner and status beside a column of codes.

    frame: a data frame of pandas, Polars, pyarrow, Modin or cuDF, or a lazy one of Polars. It
        comes back in its own kind, rows in their order, with the columns ``<column>_name``,
        ``<column>_type``, ``<column>_owner`` and ``<column>_status`` added.
    column: the column of SOR ids, SHAK codes or location numbers (GLN), as text. SOR ids and
        location numbers may be whole numbers.
    on: a column of days of the same frame (dates, date-times or ISO text): each row is told as
        of its own day. Where it is left out, or a row's day is missing, as of the view's day.
    kind: ``"sor_id"``, ``"shak"`` or ``"location_code"``; found from the values where left out.

    A closed unit is told by the last version that was in force, a future one by the first that
    will be. For SHAK codes and location numbers ``<column>_sor_id`` says which unit was taken, by
    the rules of ``View.shak_to_sor``, and ``<column>_candidates`` how many have the code; where
    nothing decides between several, the other columns stay empty. So they do for unknown codes.
    Columns of those names that the frame has already are replaced.

    Raises SorError for a column that is not there or whose kind cannot be told, MissingExtraError
    without the extra ``[frames]``.
    """
    nw = load_extra("narwhals", "frames", "Names beside a column")
    try:
        native = nw.from_native(frame)
    except TypeError as error:
        raise SorError(
            f"{type(frame).__module__}.{type(frame).__qualname__} is no data frame that narwhals "
            "knows"
        ) from error
    lazy = isinstance(native, nw.LazyFrame)
    if lazy and not native.implementation.is_polars():
        raise SorError(
            f"a lazy frame of {native.implementation} has no order of rows; collect it first"
        )
    eager = native.collect() if lazy else native
    wanted = [column] if on is None else [column, on]
    for name in wanted:
        if name not in eager.columns:
            told = ", ".join(eager.columns)
            raise SorError(f"the frame has no column {name!r}; it has {told}")
    codes = [_as_text(value, column) for value in eager[column].to_list()]
    days = [None] * len(codes) if on is None else [_as_day(v, on) for v in eager[on].to_list()]
    kind = kind or _kind_of(codes, column)
    if kind not in _TESTS:
        raise SorError(f"kind is one of {', '.join(_TESTS)}, not {kind!r}")
    found = _look_up(view, zip(codes, days, strict=True), kind)
    fields = Told._fields[:4] if kind == "sor_id" else Told._fields
    backend = eager.implementation
    columns = []
    for place, field in enumerate(Told._fields):
        if field not in fields:
            continue
        dtype = nw.Int64 if field == "candidates" else nw.String
        values = [told[place] for told in found]
        columns.append(nw.new_series(f"{column}_{field}", values, dtype, backend=backend))
    result = eager.with_columns(*_aligned(nw, eager, columns))
    return (result.lazy() if lazy else result).to_native()  # type: ignore[no-any-return] # untyped


def _aligned(nw: Any, frame: Any, columns: Sequence[Any]) -> Sequence[Any]:
    """Give pandas' columns the frame's index: by it, and not by place, pandas puts them beside."""
    index = nw.maybe_get_index(frame)
    return columns if index is None else [nw.maybe_set_index(each, index=index) for each in columns]


def _is_missing(value: Any) -> bool:
    """Tell None, NaN and NaT (which are not equal to themselves), and the NA of pandas."""
    try:
        return value is None or bool(value != value)  # noqa: PLR0124
    except TypeError:
        return True


def _as_text(value: Any, column: str) -> str | None:
    if _is_missing(value):
        return None
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    raise SorError(f"column {column!r} holds {value!r}, which is no code; codes are text")


def _as_day(value: Any, column: str) -> date | None:
    if _is_missing(value):
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise SorError(f"column {column!r} holds {value!r}, which is no day") from None


def _kind_of(codes: Iterable[str | None], column: str) -> Kind:
    values = {code for code in codes if code is not None}
    if not values:
        return "sor_id"
    for kind, test in _TESTS.items():
        if sum(map(test, values)) >= _MOST * len(values):
            return kind
    some = ", ".join(sorted(values)[:3])
    raise SorError(
        f"column {column!r} ({some} …) is not clearly one of SOR ids, SHAK codes or location "
        "numbers; say which with kind="
    )


def _look_up(view: View, pairs: Iterable[tuple[str | None, date | None]], kind: Kind) -> list[Told]:
    views: dict[date | None, View] = {None: view}
    answers: dict[tuple[str | None, date | None], Told] = {}
    found = []
    for pair in pairs:
        told = answers.get(pair)
        if told is None:
            code, day = pair
            if day not in views:
                views[day] = view.register.as_of(day)
            told = answers[pair] = Told() if code is None else _tell(views[day], code, kind)
        found.append(told)
    return found


def _tell(view: View, code: str, kind: Kind) -> Told:
    if kind == "sor_id":
        return _tell_unit(view, code)
    match = view.shak_to_sor(code) if kind == "shak" else view.match_location_code(code)
    told = Told() if match.best is None else _tell_unit(view, match.best.sor_id)
    best = None if match.best is None else match.best.sor_id
    return told._replace(sor_id=best, candidates=len(match.candidates))


def _version(view: View, sor_id: str) -> SOREntity:
    """Give the version in force; of a closed unit the last that was, else the first to come."""
    try:
        return view[sor_id]
    except NotInForceError as error:
        nearest = None if error.date is None else view.register.as_of(error.date).get(sor_id)
        return nearest or view.register.history(sor_id)[-1]


def _tell_unit(view: View, sor_id: str) -> Told:
    if sor_id not in view.register:
        return Told()
    entity = _version(view, sor_id)
    kind, owner = entity.entity_type, entity.owner
    owner_name = None if owner is None else owner.name
    if owner_name is None and owner is not None and owner.sor_id is not None:
        above = view.get(owner.sor_id)
        owner_name = None if above is None else above.name
    return Told(
        name=entity.name,
        type=None if kind is None else kind.name or kind.code,
        owner=owner_name,
        status=str(view.status(sor_id)),
    )
