"""The added columns for one code: the unit that it identifies on a date, and the kind of match."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import attrs

from ..errors import NotInForceError, SorError
from ..inheritance import Effective
from ..paths import column_name, parse_path, value_at
from ..records import EntityRef, SOREntity, SorType
from ..records.row import value_type
from .code_columns import MATCHES, ColumnKind, read_as

if TYPE_CHECKING:
    from ..identifiers import Identifier
    from ..register import View

How = Literal["exact", "repaired", "ambiguous", "unknown", "malformed", "missing", "no-day"]
_EFFECTIVE = "effective."


class Answer(NamedTuple):
    """The values added for a code, each as a column ``<column>_<field>``."""

    name: str | None = None
    """Name of the unit."""
    type: str | None = None
    """Name of its entity type; the code if the file has no name."""
    owner: str | None = None
    """Name of the institution owner."""
    status: str | None = None
    """``ACTIVE``, ``CLOSED`` or ``FUTURE``."""
    sor_id: str | None = None
    """SOR id of the unit that was matched."""
    candidates: int | None = None
    """Number of units that have the code on the date."""
    match: How = "missing"
    """How the row was matched: ``exact``, ``repaired`` (a damaged code was repaired and then
    matched), ``ambiguous`` (several units have the code, and no rule decides), ``unknown`` (no unit
    has the code on the date), ``malformed``, ``missing`` (no code), ``no-day`` (no readable
    date)."""


class Fields:
    """The further fields that are added for a code, by their paths."""

    def __init__(self, paths: Iterable[str]) -> None:
        if isinstance(paths, str):
            raise SorError(f"fields: expected several paths, as in fields=[{paths!r}]")
        self.paths = tuple(dict.fromkeys(paths))
        self.types = [self._type(path) for path in self.paths]
        self.names = tuple(column_name(path) for path in self.paths)
        self._inherited = [path.startswith(_EFFECTIVE) for path in self.paths]
        self._steps = [parse_path(path.removeprefix(_EFFECTIVE)) for path in self.paths]
        self.nothing = (None,) * len(self.paths)

    @staticmethod
    def _type(path: str) -> type[Any]:
        above = _EFFECTIVE if path.startswith(_EFFECTIVE) else ""
        record = Effective if above else SOREntity
        try:
            kind = value_type(record, path.removeprefix(above), above=above)
        except ValueError as error:
            raise SorError(f"fields: {path!r}: {error}") from None
        if kind is SorType:
            return str
        if kind not in (str, bool, date, Decimal):
            raise SorError(f"fields: {path!r} is not a single value")
        return kind

    def of(self, view: View | None, entity: SOREntity) -> tuple[Any, ...]:
        """Return the values for a version of a unit, and a view on which it is in force."""
        effective = Effective(entity.sor_id)
        if view is not None and any(self._inherited):
            effective = view.effective(entity.sor_id)
        holders = [effective if inherited else entity for inherited in self._inherited]
        return tuple(map(_plain, map(value_at, holders, self._steps)))


def _plain(value: Any) -> Any:
    if isinstance(value, SorType):
        return value.value
    return float(value) if isinstance(value, Decimal) else value


class Rows:
    """Answers for codes of one kind; each pair of code and date is looked up once."""

    def __init__(self, view: View, kind: ColumnKind, fields: Fields, *, repair: bool) -> None:
        self._kind = kind
        self._fields = fields
        self._repair = repair
        self._register = view.register
        self._views: dict[date, View] = {view.day: view}
        self._read: dict[str, Identifier | None] = {}
        self._known: dict[tuple[str, date], tuple[Any, ...]] = {}

    def answer(self, code: str | None, day: date | None) -> tuple[Any, ...]:
        """Return the items of :class:`Answer`, then the further fields."""
        if code is None or day is None:
            match: How = "missing" if code is None else "no-day"
            return (*Answer(match=match), *self._fields.nothing)
        answer = self._known.get((code, day))
        if answer is None:
            view = self._views.get(day)
            if view is None:
                view = self._views[day] = self._register.as_of(day)
            answer = self._known[code, day] = self._look_up(view, code)
        return answer

    def _look_up(self, view: View, code: str) -> tuple[Any, ...]:
        if code not in self._read:
            self._read[code] = read_as(code, self._kind)
        identifier = self._read[code]
        value = code if identifier is None else identifier.value
        kind = self._kind if identifier is None or self._kind != "hospital" else identifier.kind
        # a code that the register has is valid, whatever its form
        if kind == "sor_id" and value in self._register:
            return self._beside(view, value, 1, "exact")
        if identifier is None:
            return self._beside(view, None, 0, "malformed")
        how: How = "exact"
        matches = None if kind is None else MATCHES.get(kind)
        if identifier.repaired is not None:
            if matches is not None and matches(view, value).candidates:
                pass  # the code is in the register as it is written
            elif self._repair:
                value, how = identifier.repaired, "repaired"
            else:
                return self._beside(view, None, 0, "malformed")
        if matches is None:
            known = value in self._register
            return self._beside(view, value if known else None, int(known), how)
        match = matches(view, value)
        if match.rule == "ambiguous":
            how = "ambiguous"
        best = None if match.best is None else match.best.sor_id
        return self._beside(view, best, len(match.candidates), how)

    def _beside(self, view: View, sor_id: str | None, candidates: int, how: How) -> tuple[Any, ...]:
        if sor_id is None:
            how = how if how in ("malformed", "ambiguous") else "unknown"
            return (*Answer(candidates=candidates, match=how), *self._fields.nothing)
        if sor_id not in self._register:  # only the map of codes has the unit
            answer = Answer(sor_id=sor_id, candidates=candidates, match=how)
            return (*answer, *self._fields.nothing)
        there, entity = _version(view, sor_id)
        entity = _with_names(there or view, entity)
        kind, owner = entity.entity_type, entity.owner
        answer = Answer(
            name=entity.name,
            type=None if kind is None else kind.name or kind.code,
            owner=None if owner is None else owner.name,
            status=str(view.status(sor_id)),
            sor_id=sor_id,
            candidates=candidates,
            match=how,
        )
        return (*answer, *self._fields.of(there, entity))


def _version(view: View, sor_id: str) -> tuple[View | None, SOREntity]:
    """Return the version in force; of a closed unit the last that was, else the first to come.

    With it a view on which it is in force, ``None`` if it never is.
    """
    try:
        return view, view[sor_id]
    except NotInForceError as error:
        nearest = None if error.date is None else view.register.as_of(error.date)
        entity = None if nearest is None else nearest.get(sor_id)
        if entity is None:
            return None, view.register.history(sor_id)[-1]
        return nearest, entity


def _with_names(view: View, entity: SOREntity) -> SOREntity:
    """Return the version with the names of its owner and institution, if the file has only ids."""
    named: dict[str, Any] = {}
    for field in ("owner", "health_institution"):
        ref: EntityRef | None = getattr(entity, field)
        if ref is None or ref.name is not None or ref.sor_id is None:
            continue
        if ref.sor_id in view.register:
            named[field] = attrs.evolve(ref, name=_version(view, ref.sor_id)[1].name)
    return attrs.evolve(entity, **named) if named else entity
