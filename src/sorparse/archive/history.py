"""Every record that a unit ever had, with the nights on which the register had it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date

import attrs

from ..errors import SorError, UnknownUnitError
from ..identifiers import parse
from ..notebook import HtmlRepr, Records
from ..opening import open as open_feed
from ..records import SOREntity
from ..register import Register
from ..tables import flatten
from ..tables.schema import schema_of
from .pieces import NamedBytes
from .runs import unbroken
from .store import Store

UNITS = "entities"


@attrs.frozen
class Registered(HtmlRepr):
    """A record, and the nights on which the register had it: both axes of time."""

    record: SOREntity
    """The record; its ``validity`` is the period in the world (*virkningFra*, *virkningTil*)."""
    registered_from: date
    """The first night of an unbroken series of nights with it (*registreringFra*)."""
    registered_to: date
    """The last night of the series (*registreringTil*): the night before a night without the
    record, before a night that is not in the archive, or the last night of the archive."""


def history(
    store: Store, sor_id: str, register: Callable[[date], Register]
) -> tuple[Registered, ...]:
    """Return the records of a unit, sorted by first night and by the first date of the record.

    Args:
        store: The files of the archive.
        sor_id: The unit, in any notation.
        register: Returns the register of a night.

    Raises:
        UnknownUnitError: If no night has the unit.
        SorError: If it is an archive of a format without units.
    """
    known = parse(sor_id, "sor_id")
    if UNITS not in store.state().parts:
        raise SorError(
            f"{store.folder} has no units; read a night of it: sorparse.open(archive.file(night))"
        )
    spelled = sor_id.strip() if known is None else known.value
    registered = [
        Registered(record, date.fromordinal(first), date.fromordinal(last))
        for record, nights in _nights_by_record(store, spelled, register).items()
        for first, last in unbroken(sorted(nights))
    ]
    if not registered:
        raise UnknownUnitError(f"no night of {store.folder} has a unit {sor_id!r}", sor_id=sor_id)
    return Records(sorted(registered, key=_place))


def _place(one: Registered) -> tuple[date, ...]:
    return one.registered_from, one.record.validity.from_date or date.min, one.registered_to


def _nights_by_record(
    store: Store, sor_id: str, register: Callable[[date], Register]
) -> dict[SOREntity, set[int]]:
    state = store.state()
    has_units = any(night.records.get(UNITS) for night in state.nights.values())
    rows = set(store.rows_where(UNITS, "sor_id", sor_id)) if has_units else set()
    days = [night.toordinal() for night in state.nights]
    of_lines = {row: _of_line(header, line) for row, header, line in store.lines_of(rows)}
    nights: defaultdict[SOREntity, set[int]] = defaultdict(set)
    for row, first, last in state.parts[UNITS]:
        if row not in rows:
            continue
        if row not in of_lines:
            of_lines[row] = _of_night(store, row, register(date.fromordinal(first)), sor_id)
        for record in of_lines[row]:
            if record.sor_id == sor_id:
                nights[record].update(day for day in days if first <= day <= last)
    return nights


def _of_line(header: bytes, line: bytes) -> list[SOREntity]:
    """Return the records of a line of SOR2, which follow from it and the header alone."""
    with open_feed(NamedBytes(header + line, "SOREntity.csv")) as feed:
        return list(feed.entities())


def _of_night(store: Store, row: int, register: Register, sor_id: str) -> list[SOREntity]:
    """Return the record that a row has the values of, from a night on which it was there."""
    schema = schema_of(UNITS, lists=False)
    wanted = store.values(schema, row)
    versions = register.history(sor_id)
    rows = zip(versions, flatten.rows(schema, versions), strict=True)
    matching = [record for record, values in rows if values == wanted]
    if not matching:
        raise SorError(
            f"row {row} of {UNITS} differs from every record of {sor_id} on its night: the archive "
            "is damaged (Archive.verify lists all damage), or another version of sorparse wrote it"
        )
    return matching
