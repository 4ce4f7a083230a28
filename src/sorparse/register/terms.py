"""The values that units can be searched by, and those most similar to an unknown value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any

import attrs

from ..errors import UnknownTermError
from ..inheritance import ADDRESSES
from ..notebook import HtmlRepr, Records
from ..records import Address, Coded, EntityRef, SorType
from . import codes
from .batch import Batch
from .core import Core
from .folding import fold
from .match_codes import municipality_name, region_name, shipped_name
from .state import State
from .storage.postings import first_rows
from .storage.timeindex import NO_ROW

_FEW = 3
_FEW_ENOUGH = 8
"""Values that a message can list in full."""

Pair = tuple[str | None, str | None]
"""Code and name."""


@attrs.frozen(weakref_slot=False)
class Term(HtmlRepr):
    """A value that units can be searched by."""

    code: str | None
    """The code, of an owner the SOR id; ``None`` if the source only has names."""
    name: str | None
    """The name, ``None`` if neither the source nor the library's code tables have one."""
    count: int
    """Number of units in force that have it."""


@attrs.frozen
class _Field:
    """A field to search in: where its values are, and which code lists have more of them."""

    stored: tuple[str, ...]
    pairs: Callable[[Any], Iterable[Pair]]
    lists: tuple[str, ...] = ()
    plain: Callable[[str], str] = fold
    """Converts a name for comparison."""


def _coded(value: Coded | None) -> Iterator[Pair]:
    if value is not None:
        yield value.code, value.name


def _each_coded(values: Iterable[Coded]) -> Iterator[Pair]:
    for value in values:
        yield value.code, value.name


def _owner(value: EntityRef | None) -> Iterator[Pair]:
    if value is not None:
        yield value.sor_id, value.name


def _region(value: Address | None) -> Iterator[Pair]:
    if value is not None:
        code = value.region_code
        yield code, value.region_name or shipped_name("region", code)


def _municipality(value: Address | None) -> Iterator[Pair]:
    if value is not None:
        code = value.municipality_code
        yield code, value.municipality_name or shipped_name("municipality", code)


def _level(value: SorType | None) -> Iterator[Pair]:
    if value is not None:
        yield value.value, None


_FIELDS = {
    "entity_type": _Field(("entity_type",), _coded, ("entity_type", "owner_type")),
    "sor_type": _Field(("sor_type",), _level),
    "speciality": _Field(("specialities",), _each_coded, ("clinical_speciality",)),
    "region": _Field(ADDRESSES, _region, ("region",), region_name),
    "municipality": _Field(ADDRESSES, _municipality, ("municipality",), municipality_name),
    "owner": _Field(("owner",), _owner, ("owner_type",)),
    "edi_type": _Field((), _coded, ("edi_type",)),
}
FIELDS = tuple(_FIELDS)
"""The fields that :func:`terms` accepts."""


def terms(state: State, field: str) -> tuple[Term, ...]:
    """Return the values that the units in force have; see ``View.terms``."""
    if field not in _FIELDS:
        raise ValueError(f"unknown field {field!r}: expected one of {', '.join(FIELDS)}")
    counts: Counter[str] = Counter()
    names: dict[str, Counter[str | None]] = {}
    having: dict[str, str | None] = {}
    for pairs in _edi_types(state) if field == "edi_type" else _of_units(state, field):
        keys = set()
        for code, name in pairs:
            key = code if code is not None else _FIELDS[field].plain(name or "")
            if key:
                keys.add(key)
                having[key] = code
                names.setdefault(key, Counter())[name] += 1
        counts.update(keys)
    terms = [Term(having[key], names[key].most_common(1)[0][0], counts[key]) for key in counts]
    return Records(sorted(terms, key=lambda one: (-one.count, one.name or "", one.code or "")))


def _of_units(state: State, field: str) -> Iterator[list[Pair]]:
    store, kind = state.core.store, _FIELDS[field]
    rows = [row for row in state.rows if row != NO_ROW]
    if kind.stored is ADDRESSES:
        yield from _of_addresses(state, rows, kind.pairs)
        return
    numbers, values = store.column(kind.stored[0])
    for row in rows:
        pairs = list(kind.pairs(values[numbers[row]]))
        if field == "owner":
            if store.value(row, "sor_type") is SorType.IE:
                pairs.append((store.ids[store.unit[row]], store.value(row, "name")))
            pairs = [(sor_id, name or _name(state, sor_id)) for sor_id, name in pairs]
        yield pairs


def _of_addresses(
    state: State, rows: Sequence[int], pairs_of: Callable[[Any], Iterable[Pair]]
) -> list[list[Pair]]:
    """Return the values in the effective addresses of versions."""
    batch = Batch(state.core, rows, state.ordinal)
    columns = [batch.effective(field).converted(lambda v: [*pairs_of(v)]) for field in ADDRESSES]
    return [[pair for pairs in each for pair in pairs] for each in zip(*columns, strict=True)]


def _name(state: State, sor_id: str | None) -> str | None:
    unit = None if sor_id is None else state.get(sor_id)
    return None if unit is None else unit.name


def _edi_types(state: State) -> Iterator[list[Pair]]:
    core = state.core
    by_unit: dict[str, list[Pair]] = {}
    for number, records in core.records_by("location_code_edi_types", "location_code").items():
        kinds = [
            codes.with_type_name(core, record).edi_type
            for record in records
            if record.validity.contains(state.day)
        ]
        for unit in codes.by_location_code(state, number) if kinds else ():
            by_unit.setdefault(unit.sor_id, []).extend(pair for k in kinds for pair in _coded(k))
    yield from by_unit.values()


def require_known(
    state: State, field: str, asked: str | Coded, is_known: Callable[[], bool]
) -> None:
    """Raise UnknownTermError for a value that no unit ever had and that no code list has.

    Args:
        state: The register on the date that is searched.
        field: The field that is searched.
        asked: The value.
        is_known: Returns whether something has it in the register.
    """
    text = (asked.code or asked.name or "") if isinstance(asked, Coded) else asked.strip()
    plain = _FIELDS[field].plain
    wanted = plain(text)
    for code, name in _listed(field):
        if text == code or (name is not None and plain(name) == wanted):
            return
    if is_known():
        return
    codes_known: dict[str, str] = {}
    names_known: dict[str, str] = {}
    for code, name in _everything(state.core, field):
        if code is not None:
            codes_known.setdefault(code, fold(code))
        if name is not None:
            names_known.setdefault(plain(name), name)
    if text in codes_known or plain(text) in names_known:
        return
    known = {folded: code for code, folded in codes_known.items()} | names_known
    close = [known[key] for key in get_close_matches(plain(text), known, n=_FEW)]
    if not close and len(names_known) <= _FEW_ENOUGH:
        close = list(names_known.values())
    similar = tuple(dict.fromkeys(close))
    likely = f": did you mean {' or '.join(map(repr, similar))}?" if similar else ""
    raise UnknownTermError(
        f"{field} {text!r} is neither in this register nor in a code list{likely} "
        f"(all values: view.terms({field!r}), or sorparse terms)",
        field=field,
        value=text,
        similar=similar,
    )


def _everything(core: Core, field: str) -> Iterator[Pair]:
    """Yield the values of all versions of all units, and of the code lists."""
    kind = _FIELDS[field]
    for stored in kind.stored:
        for _, value in first_rows(core.store, stored):
            yield from kind.pairs(value)
            if field == "owner":
                yield from _coded(value and value.entity_type)
    if field == "owner":
        for row, name in core.store.values_by_row("name"):
            if core.store.value(row, "sor_type") is SorType.IE:
                yield None, name
    if field in ("entity_type", "speciality"):
        for record in core.tables.classifications:
            yield from _coded(record.entry)
    if field == "edi_type":
        for message in core.tables.edi_types:
            yield message.edi_type_id, message.name
            yield message.code, None
    yield from _listed(field)


def _listed(field: str) -> Iterator[Pair]:
    """Yield the values of the code lists that ship with the library."""
    from ..codes import entries

    for each in _FIELDS[field].lists:
        yield from ((entry.code, entry.name) for entry in entries(each))
