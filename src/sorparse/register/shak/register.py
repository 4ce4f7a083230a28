"""SHAK in time: every period of every code of the hospital classification."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import attrs

from ...issues import Issue, Issues
from ...notebook import HtmlRepr, Records
from ...records import Extra, SHAKRegion, SHAKUnit, Validity
from ..arrow_table import ArrowTable
from ..days import Day, as_day, from_ordinal
from .core import UNITS, ShakCore
from .view import ShakView

if TYPE_CHECKING:
    from ...tables import Table

_BOOKKEEPING = ("DVal", "EGrp")
"""Fields of a line that are not content: how and for whom the line was changed."""
_ONE_DAY = 1


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
        self._core = ShakCore(units, regions, lines or {})
        self._issues = tuple(issues)

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
    def core(self) -> ShakCore:
        """The periods and their indices, for views and checks."""
        return self._core

    @property
    def units(self) -> tuple[SHAKUnit, ...]:
        """Every period of every code, in the order of the source."""
        return self._core.units

    @property
    def regions(self) -> tuple[SHAKRegion, ...]:
        """Region and SOR id of the hospitals; empty if the source has no SHAKregion file."""
        return self._core.regions

    @property
    def issues(self) -> list[Issue]:
        """Issues found while reading; for the content see :meth:`check`."""
        return Issues(self._issues)

    def __len__(self) -> int:
        """Return the number of codes."""
        return len(self._core.places)

    def __contains__(self, code: object) -> bool:
        return code in self._core

    def __iter__(self) -> Iterator[str]:
        """Yield the codes in the order of the source."""
        return iter(self._core.places)

    def __repr__(self) -> str:
        regions = f", {len(self.regions)} of regions" if self.regions else ""
        return f"<ShakRegister: {len(self)} codes in {len(self.units)} periods{regions}>"

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
        core = self._core
        units = [self.units[place] for place in core.places_of(core.known(code))]
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
            for one, other in pairwise(self._core.times(code).segments)
            if one.end + _ONE_DAY < other.start
        )

    # -- quality

    def check(self) -> list[Issue]:
        """Return the contradictions in the content; *Data quality* in the docs lists the codes.

        Example:
            >>> {issue.code for issue in shak.check()}
            {'shak-section-without-department'}
        """
        from .check import check

        return Issues(check(self._core))

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
        from ...tables import Table

        if not joined:
            return Table.from_records(UNITS, lambda: self.units)
        return Table.from_records(
            UNITS, lambda: (unit for code in self for unit in self.history(code, joined=True))
        )


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
