"""SHAK in time: every period of every code of the hospital classification."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import attrs

from ..errors import UnknownUnitError
from ..identifiers import shak_code_problem
from ..issues import Issue, Issues
from ..notebook import HtmlRepr, Records
from ..records import Extra, SHAKRegion, SHAKUnit, Validity
from .arrow_table import ArrowTable
from .days import UNKNOWN_START, Day, as_day, end_ordinal, from_ordinal, start_ordinal
from .explain_id import spelled
from .lazy_cache import LazyCache
from .shak_view import ShakView, hospital_code
from .timeline import Segment, Version, resolve

if TYPE_CHECKING:
    from ..tables import Table

UNITS, REGIONS = "shak_units", "shak_regions"
_BOOKKEEPING = ("DVal", "EGrp")
"""Fields of a line that are not content: how and for whom the line was changed."""
_ONE_DAY = 1


@attrs.frozen
class Times:
    """The periods in which one code was in force."""

    opening: int
    """Ordinal of its first day."""
    segments: tuple[Segment, ...]
    """Disjoint periods, ascending, each with the place of its record in ``units``."""


class ShakRegister(HtmlRepr, ArrowTable):
    """All codes of SHAK (Sygehus-afdelingsklassifikationen) with all their periods.

    :func:`sorparse.load_shak` and :meth:`from_records` return it. It is immutable: threads can
    share it. The rules of time are those of SOR (both ends of a period are inclusive), and codes
    are read in any notation.

    Example:
        >>> shak
        <ShakRegister: 40 codes in 45 periods>
    """

    def __init__(
        self,
        units: Iterable[SHAKUnit],
        regions: Iterable[SHAKRegion] = (),
        *,
        lines: Mapping[str, Sequence[int]] | None = None,
        issues: Iterable[Issue] = (),
    ) -> None:
        self._units = Records(units)
        self._regions = Records(regions)
        self._lines = dict(lines or {})
        self._issues = tuple(issues)
        self._cache = LazyCache()
        self._places: dict[str, list[int]] = {}
        for place, unit in enumerate(self._units):
            self._places.setdefault(unit.shak_code, []).append(place)

    @classmethod
    def from_records(
        cls,
        units: Iterable[SHAKUnit],
        regions: Iterable[SHAKRegion] = (),
        *,
        issues: Iterable[Issue] = (),
    ) -> ShakRegister:
        """Return a register of records.

        Args:
            units: The periods of the codes, in any order.
            regions: Region and SOR id of the hospitals (SHAKregion).
            issues: Issues found while reading them.

        Example:
            >>> sorparse.ShakRegister.from_records(shak.units[:3])
            <ShakRegister: 2 codes in 3 periods>
        """
        return cls(units, regions, issues=issues)

    # -- what it holds

    @property
    def units(self) -> tuple[SHAKUnit, ...]:
        """Every period of every code, in the order of the source."""
        return self._units

    @property
    def regions(self) -> tuple[SHAKRegion, ...]:
        """Region and SOR id of the hospitals; empty if the source has no SHAKregion file."""
        return self._regions

    @property
    def issues(self) -> list[Issue]:
        """Issues found while reading; for the content see :meth:`check`."""
        return Issues(self._issues)

    def __len__(self) -> int:
        """Return the number of codes."""
        return len(self._places)

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and self.spelled(code) in self._places

    def __iter__(self) -> Iterator[str]:
        """Yield the codes in the order of the source."""
        return iter(self._places)

    def __repr__(self) -> str:
        regions = f", {len(self._regions)} of regions" if self._regions else ""
        return f"<ShakRegister: {len(self)} codes in {len(self._units)} periods{regions}>"

    # -- time

    def as_of(self, day: Day = None) -> ShakView:
        """Return a view of SHAK on the given date.

        Args:
            day: A date, or ISO text such as ``"1995-03-31"``. Defaults to today in Denmark.

        Raises:
            InvalidDateError: If the text is not a valid date.

        Example:
            >>> import sorparse
            >>> from sorparse import examples
            >>> shak = sorparse.load_shak(examples.shak)
            >>> shak.as_of("2026-06-15")["9901"].name
            'Nordhavets Universitetshospital'
        """
        return ShakView(self, as_day(day))

    def history(self, code: str, *, joined: bool = False) -> tuple[SHAKUnit, ...]:
        """Return all periods of a code, oldest first.

        Args:
            code: A SHAK code.
            joined: Whether to join a period to the one before if it begins on the next day and has
                the same content. The joined record has the later date of change.

        Raises:
            UnknownUnitError: If the file does not have the code.

        Example:
            >>> [unit.name for unit in shak.history("9901203")][-1]
            'Akutklinik'
        """
        units = [self._units[place] for place in self.places_of(self.known(code))]
        return Records(_joined(units) if joined else units)

    def gaps(self, code: str) -> tuple[Validity, ...]:
        """Return the periods between the first and last date of a code when it is not in force.

        Args:
            code: A SHAK code.

        Raises:
            UnknownUnitError: If the file does not have the code.

        Example:
            >>> shak.gaps("9901")
            ()
        """
        return tuple(
            Validity(from_ordinal(one.end + 1), from_ordinal(other.start - 1))
            for one, other in pairwise(self.times(code).segments)
            if one.end + _ONE_DAY < other.start
        )

    # -- quality

    def check(self) -> list[Issue]:
        """Return the contradictions in the content; *Data quality* in the docs lists the codes.

        Example:
            >>> {issue.code for issue in shak.check()}
            {'shak-section-without-department'}
        """
        from .shak_check import check

        return Issues(check(self))

    def line_of(self, place: int) -> int | None:
        """Return the line of a period in its file, ``None`` if it is not known.

        Args:
            place: The place of the period in :attr:`units`.

        Example:
            >>> shak.line_of(0)
            1
        """
        return self._line(UNITS, place)

    def region_line_of(self, place: int) -> int | None:
        """Return the line of a record of :attr:`regions` in its file, ``None`` if it is not known.

        Args:
            place: The place of the record.

        Example:
            >>> shak.region_line_of(0) is None
            True
        """
        return self._line(REGIONS, place)

    def _line(self, table: str, place: int) -> int | None:
        lines = self._lines.get(table)
        return (lines[place] or None) if lines else None

    # -- tables

    def to_arrow(self, *, joined: bool = False) -> Table:
        """Return every period as an Arrow table.

        Args:
            joined: As in :meth:`history`; the rows are then in the order of the codes' first
                appearance.

        Raises:
            MissingExtraError: If the extra ``[arrow]`` is not installed.

        Example:
            >>> shak.to_arrow().to_pyarrow().num_rows
            45
        """
        from ..tables import Table

        if not joined:
            return Table.from_records(UNITS, lambda: self._units)
        return Table.from_records(
            UNITS, lambda: (unit for code in self for unit in self.history(code, joined=True))
        )

    # -- for views and checks

    def spelled(self, code: str) -> str:
        """Return a code as the file writes it.

        Raises:
            TypeError: If ``code`` is not text.

        Example:
            >>> shak.spelled(" 9901x2a ")
            '9901X2A'
        """
        return spelled(code, "shak", self._places)

    def known(self, code: str) -> str:
        """Return a code as the file writes it.

        Raises:
            UnknownUnitError: If the file does not have the code.
            TypeError: If ``code`` is not text.

        Example:
            >>> shak.known("9901")
            '9901'
        """
        found = self.spelled(code)
        if found in self._places:
            return found
        problem = shak_code_problem(found)
        reason = (
            f"no code {found} in this SHAK file"
            if problem is None
            else f"{code!r} is not a SHAK code: {problem}"
        )
        raise UnknownUnitError(reason, sor_id=code)

    def times(self, code: str) -> Times:
        """Return the periods in which a code was in force.

        Raises:
            UnknownUnitError: If the file does not have the code.

        Example:
            >>> len(shak.times("9901").segments) >= 1
            True
        """
        return self.all_times[self.known(code)]

    def places_of(self, code: str) -> list[int]:
        """Return the places of a code in :attr:`units`, oldest period first.

        Args:
            code: A code as the file writes it.

        Example:
            >>> [shak.units[place].shak_code for place in shak.places_of("990101")][0]
            '990101'
        """
        return [version.row for version in sorted(map(self._version, self._places[code]))]

    @property
    def all_times(self) -> Mapping[str, Times]:
        """The periods in which each code was in force."""
        return self._cache.get("times", self._all_times)

    @property
    def by_hospital(self) -> Mapping[str, Sequence[str]]:
        """The codes of departments and sections by the code of their hospital, sorted."""
        return self._cache.get("by hospital", self._by_hospital)

    @property
    def regions_by_code(self) -> Mapping[str, Sequence[SHAKRegion]]:
        """The records of :attr:`regions` by the code of their hospital."""
        return self._cache.get("regions", self._regions_by_code)

    def _all_times(self) -> dict[str, Times]:
        found = {}
        for code, places in self._places.items():
            opening, segments = resolve(map(self._version, places), UNKNOWN_START)
            found[code] = Times(opening, tuple(segments))
        return found

    def _version(self, place: int) -> Version:
        unit = self._units[place]
        return Version(
            start_ordinal(unit.validity.from_date),
            start_ordinal(unit.updated_at),
            place,
            end_ordinal(unit.validity.to_date),
        )

    def _by_hospital(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for code in sorted(self._places):
            hospital = hospital_code(code)
            if hospital != code:
                found.setdefault(hospital, []).append(code)
        return found

    def _regions_by_code(self) -> dict[str, list[SHAKRegion]]:
        found: dict[str, list[SHAKRegion]] = {}
        for region in self._regions:
            found.setdefault(region.shak_code, []).append(region)
        return found


def _joined(units: Sequence[SHAKUnit]) -> Iterator[SHAKUnit]:
    """Yield the periods, those with equal content joined if they follow each other."""
    waiting: SHAKUnit | None = None
    for unit in units:
        if waiting is not None and _follows(waiting, unit) and _content(waiting) == _content(unit):
            period = Validity(waiting.validity.from_date, unit.validity.to_date)
            edits = [day for day in (waiting.updated_at, unit.updated_at) if day is not None]
            waiting = attrs.evolve(unit, validity=period, updated_at=max(edits, default=None))
            continue
        if waiting is not None:
            yield waiting
        waiting = unit
    if waiting is not None:
        yield waiting


def _follows(one: SHAKUnit, other: SHAKUnit) -> bool:
    first, last = one.validity.from_date or date.min, one.validity.to_date
    return (
        last is not None
        and first <= last
        and other.validity.from_date is not None
        and other.validity.from_date.toordinal() == last.toordinal() + _ONE_DAY
        and other.validity.from_date <= (other.validity.to_date or date.max)
    )


def _content(unit: SHAKUnit) -> SHAKUnit:
    extra = {name: text for name, text in unit.extra.items() if name not in _BOOKKEEPING}
    return attrs.evolve(unit, validity=Validity(), updated_at=None, extra=Extra(extra))
