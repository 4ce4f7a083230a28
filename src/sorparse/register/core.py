"""The data of a register: the versions, the other tables, and what is derived from both.

Everything that answers a question uses the core, or a :class:`~.state.State`: the core on a date.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from ..errors import UnknownUnitError
from ..formats.base import Format
from ..inheritance import Inheritance
from ..issues import Issue
from ..notebook import Versions
from ..records import (
    Classification,
    EDIType,
    GeoLocation,
    LocationCode,
    LocationCodeEDIType,
    ReplacedEntity,
    SHAKSORMap,
    SOREntity,
)
from .caveats import Caveats, snapshot_day
from .explain_id import spelled, why_unknown
from .lazy_cache import LazyCache
from .origins import OriginFinder
from .replacements import Replacements, replacements_of
from .storage.parts import Parts
from .storage.postings import POSTINGS, UnitsByKey, build_postings
from .storage.store import TEXTS, Store
from .storage.text_index import Names, Numbers
from .storage.timeindex import NO_ROW, TimeIndex

if TYPE_CHECKING:
    from .shak.register import ShakRegister


T = TypeVar("T")
_AT_ONCE = 8192
"""Ids that are looked up at once."""


@attrs.frozen(weakref_slot=False)
class Tables:
    """The tables other than the units, and the issues."""

    shak_sor_map: tuple[SHAKSORMap, ...] = ()
    location_codes: tuple[LocationCode, ...] = ()
    location_code_edi_types: tuple[LocationCodeEDIType, ...] = ()
    edi_types: tuple[EDIType, ...] = ()
    geo_locations: tuple[GeoLocation, ...] = ()
    classifications: tuple[Classification, ...] = ()
    replaced_entities: tuple[ReplacedEntity, ...] = ()
    issues: tuple[Issue, ...] = ()
    """Issues found while reading."""


TABLES = tuple(field.name for field in attrs.fields(Tables) if field.name != "issues")
"""Names of the tables other than the units, in the order of ``Feed.tables``."""


@attrs.frozen(eq=False)
class Core:
    """The data of a register, and the indexes, each built on first use."""

    store: Store
    tables: Tables = Tables()
    format: Format | None = None
    snapshot_date: date | None = None
    path: Path | None = None
    tables_read: tuple[str, ...] | None = None
    """Names of the tables that the source has; ``None``: those that have records."""
    lines: Mapping[str, Sequence[int]] = attrs.field(factory=dict)
    """Lines of the records of each table in the source, 0 if not known."""
    attached_shak: ShakRegister | None = None
    """SHAK, if it was attached and is not from a saved register."""
    cache: LazyCache = attrs.field(factory=LazyCache)

    # -- what is derived from the data

    @property
    def index(self) -> TimeIndex:
        """The index of the row that applies to each unit on a date."""
        return self._derived("time", lambda: TimeIndex(self.store))

    @property
    def replacements(self) -> Replacements:
        """The replacements of units."""
        return self.cache.get(
            "replacements",
            lambda: Replacements(replacements_of(self.store, self.tables.replaced_entities)),
        )

    @property
    def shown_day(self) -> date | None:
        """The date that the source shows; see ``Register.shown_day``."""
        return self._derived(
            "shown day", lambda: snapshot_day(self.store, self.format, self.snapshot_date)
        )

    @property
    def caveats(self) -> Caveats:
        """Why answers about a date may be incomplete."""
        return self.cache.get(
            "caveats", lambda: Caveats(self.format, self.snapshot_date, self.shown_day)
        )

    @property
    def shak(self) -> ShakRegister | None:
        """SHAK, if it is attached or was saved with the register."""
        attached = self.attached_shak
        return self._derived("shak", lambda: None) if attached is None else attached

    @property
    def names(self) -> Names:
        """The names that units ever had, as a text to be searched."""
        return self._derived("names", lambda: Names.of(self.store))

    @property
    def numbers(self) -> Numbers:
        """The numbers that units ever had, as a text to be searched."""
        return self._derived("numbers", lambda: Numbers.of(self.store))

    def units_by(self, what: str) -> UnitsByKey:
        """Return the units by a key of any of their versions, named in :data:`POSTINGS`."""
        return self._derived(f"units by {what}", lambda: build_postings(self.store, POSTINGS[what]))

    def parts(self, field: str, paths: Sequence[str]) -> Parts:
        """Return parts of the values of a field."""
        name = f"{', '.join(paths)} of {field}"
        return self.cache.get(name, lambda: Parts(self.store, field, paths))

    def records_by(self, table: str, field: str) -> Mapping[str, Sequence[Any]]:
        """Return the records of a table by a field, SHAK codes in capitals."""

        def build() -> dict[str, list[Any]]:
            groups: dict[str, list[Any]] = {}
            for record in getattr(self.tables, table):
                key = getattr(record, field)
                if key is not None:
                    key = key.upper() if field == "shak_code" else key
                    groups.setdefault(key, []).append(record)
            return groups

        return self.cache.get(f"{table} by {field}", build)

    def inheritance(self, day: int) -> Inheritance[int]:
        """Return the inheritance among the rows on a date (an ordinal).

        The unit above counts with the version in force; closed or in a gap, with its last version
        before the date. A unit that has not opened yet passes nothing on.
        """
        return Inheritance(self.store.value, self.origins.parent_on(day))

    @property
    def parents(self) -> Sequence[int]:
        """The number of the unit above by row, -1 without one in the register."""

        def build() -> Sequence[int]:
            numbers, values = self.store.column("parent_id")
            units = array("i", [NO_ROW])
            for at in range(1, values.count + 1, _AT_ONCE):
                some = range(at, min(at + _AT_ONCE, values.count + 1))
                texts = TEXTS["parent_id"].columns(values.texts(some))
                ids = [values[number] for number in some] if texts is None else texts[0]
                units.extend(self.store.units(ids))
            return array("i", map(units.__getitem__, numbers))

        return self._derived("parents", build)

    @property
    def origins(self) -> OriginFinder:
        """The finder of the rows from which units inherit values."""
        return self.cache.get("origins", lambda: OriginFinder(self.store, self.index, self.parents))

    def _derived(self, name: str, build: Callable[[], T]) -> T:
        def read_or_build() -> T:
            return (self.store.saved(name) or build)()

        return self.cache.get(name, read_or_build)

    # -- ids and places

    def sor_id(self, text: str) -> str:
        """Return a SOR id as the register writes it."""
        return spelled(text, "sor_id", self.store.numbers)

    def known_unit(self, text: str) -> int | None:
        """Return the number of a unit, ``None`` if there is no such unit."""
        number = self.store.numbers.get(text) if type(text) is str else None
        return self.store.numbers.get(self.sor_id(text)) if number is None else number

    def unit(self, text: str) -> int:
        """Return the number of a unit; raises UnknownUnitError."""
        number = self.known_unit(text)
        if number is None:
            sor_id = self.sor_id(text)
            raise UnknownUnitError(why_unknown(sor_id), sor_id=sor_id)
        return number

    def history(self, text: str) -> tuple[SOREntity, ...]:
        """Return all versions of a unit, oldest first; raises UnknownUnitError."""
        rows = self.index.history(self.unit(text))
        return Versions([self.store.record(row) for row in rows])

    def replaced_or_known(self, text: str) -> str:
        """Return the id of a unit, or of one that only a replacement names."""
        sor_id = self.sor_id(text)
        if sor_id not in self.replacements:
            self.unit(sor_id)
        return sor_id

    def line_of(self, table: str, place: int) -> int | None:
        """Return the line of a record of a table in the source, if known."""
        lines = self.lines.get(table)
        return (lines[place] or None) if lines else None
