"""SHAK on one date."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, TypeVar, overload

from ...errors import NotInForceError
from ...notebook import HtmlRepr, Records
from ...records import SHAKRegion, SHAKUnit
from ..arrow_table import ArrowTable
from ..days import from_ordinal
from ..folding import fold
from ..timeline import Status

if TYPE_CHECKING:
    from ...tables import Table
    from .register import ShakRegister

T = TypeVar("T")

HOSPITAL, DEPARTMENT, SECTION = 4, 6, 7
"""Characters of the codes of the three levels."""
_EXTRA_CODE = "A"
"""Precedes the extra codes of SHAKTIL: A1301, A130101 ..."""


def hospital_code(code: str) -> str:
    """Return the part of a code that is the code of its hospital; itself for a hospital."""
    return code[: HOSPITAL + code.startswith(_EXTRA_CODE)]


def level_of(code: str) -> int:
    """Return the number of characters of a code, which is its level."""
    return len(code) - code.startswith(_EXTRA_CODE)


class ShakView(HtmlRepr, ArrowTable):
    """SHAK on one date; :meth:`ShakRegister.as_of` returns it.

    A mapping of code to the period in force on that date: ``view[code]``, ``code in view``,
    ``len(view)``, iteration over the codes. Creating a view is cheap; threads can share it.

    Example:
        >>> view = shak.as_of("2026-06-15")
        >>> view["9901"].name
        'Nordhavets Universitetshospital'
    """

    def __init__(self, register: ShakRegister, day: date) -> None:
        self._register = register
        self._core = register.core
        self._day = day
        self._ordinal = day.toordinal()

    @property
    def register(self) -> ShakRegister:
        """The register that this is a view of."""
        return self._register

    @property
    def day(self) -> date:
        """The date."""
        return self._day

    def __repr__(self) -> str:
        return f"<ShakView of {self._day.isoformat()}: {self._register!r}>"

    # -- one code

    def __getitem__(self, code: str) -> SHAKUnit:
        """Return the period in force.

        Raises:
            NotInForceError: If the code is closed or opens later; a KeyError. Its ``sor_id`` is
                the code.
            UnknownUnitError: If the file does not have the code; a NotInForceError.
            TypeError: If ``code`` is not text.
        """
        code = self._core.known(code)
        place = self._place(code)
        if place is not None:
            return self._core.units[place]
        times = self._core.all_times[code]
        ended = [one.end for one in times.segments if one.end < self._ordinal]
        if self.status(code) is Status.FUTURE:
            reason, known, words = "future", from_ordinal(times.opening), "opens on"
        else:
            reason, known, words = "closed", from_ordinal(max(ended, default=0)), "was closed after"
        when = f" ({words} {known})" if known is not None else ""
        raise NotInForceError(
            f"SHAK code {code} is not in force on {self._day}{when}",
            sor_id=code,
            day=self._day,
            reason=reason,
            date=known,
        )

    @overload
    def get(self, code: str) -> SHAKUnit | None: ...
    @overload
    def get(self, code: str, default: T) -> SHAKUnit | T: ...
    def get(self, code: str, default: T | None = None) -> SHAKUnit | T | None:
        """Return the period in force, or a default.

        Args:
            code: A SHAK code, in any notation.
            default: What to return if the code is not in force, or not in the file.

        Raises:
            TypeError: If ``code`` is not text.

        Example:
            >>> shak.as_of("2026-06-15").get("9901121") is None
            True
        """
        place = self._place(self._core.spelled(code))
        return default if place is None else self._core.units[place]

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and self.get(code) is not None

    def __iter__(self) -> Iterator[str]:
        """Yield the codes in force, in the order of the source."""
        return (unit.shak_code for unit in self.active())

    def __len__(self) -> int:
        """Return the number of codes in force."""
        return sum(1 for _ in self.active())

    def status(self, code: str) -> Status:
        """Return the status of a code.

        FUTURE before its first date, CLOSED after its last or in a gap, else ACTIVE. To-dates are
        inclusive.

        Raises:
            UnknownUnitError: If the file does not have the code; a KeyError.

        Example:
            >>> shak.as_of("2026-06-15").status("9901014")
            <Status.FUTURE: 'FUTURE'>
        """
        code = self._core.known(code)
        if self._place(code) is not None:
            return Status.ACTIVE
        opening = self._core.all_times[code].opening
        return Status.FUTURE if self._ordinal < opening else Status.CLOSED

    def region(self, code: str) -> SHAKRegion | None:
        """Return region and SOR id of a hospital, or of the hospital of a department or section.

        Of several records the one with the latest from-date counts, then the last in the file.

        Args:
            code: A SHAK code.

        Returns:
            The record; ``None`` if no SHAKregion file was read or it lacks the hospital on this
            date.

        Raises:
            UnknownUnitError: If the SHAK file does not have the code.

        Example:
            >>> shak.as_of("2026-06-15").region("9901") is None
            True
        """
        hospital = hospital_code(self._core.known(code))
        latest = None
        for one in self._core.regions_by_code.get(hospital, ()):
            if one.validity.contains(self._day) and (latest is None or _from(one) >= _from(latest)):
                latest = one
        return latest

    # -- the levels

    def hospital(self, code: str) -> SHAKUnit | None:
        """Return the hospital in force of a department or section; of a hospital itself.

        Args:
            code: A SHAK code.

        Returns:
            The hospital; ``None`` if the file has no such hospital on this date.

        Raises:
            UnknownUnitError: If the file does not have the code.

        Example:
            >>> shak.as_of("2026-06-15").hospital("9901011").name
            'Nordhavets Universitetshospital'
        """
        return self.get(hospital_code(self._core.known(code)))

    def departments(self, hospital: str) -> tuple[SHAKUnit, ...]:
        """Return the departments (6 characters) in force of a hospital, by code.

        Args:
            hospital: The code of the hospital (4 characters).

        Raises:
            ValueError: If the code is not that of a hospital.
            UnknownUnitError: If neither the hospital nor anything in it is in the file.

        Example:
            >>> [unit.shak_code for unit in shak.as_of("2026-06-15").departments("9901")][:3]
            ['990101', '990102', '990110']
        """
        return self._below(hospital, DEPARTMENT, (HOSPITAL,))

    def sections(self, code: str) -> tuple[SHAKUnit, ...]:
        """Return the sections (7 characters) in force of a hospital or department, by code.

        The department of a section may be missing from SHAK: ask for the sections of the hospital
        to be sure of all.

        Args:
            code: The code of the hospital or department.

        Raises:
            ValueError: If the code is not that of a hospital or department.
            UnknownUnitError: If neither the code nor anything below it is in the file.

        Example:
            >>> [unit.name for unit in shak.as_of("2026-06-15").sections("990101")][:1]
            ['Hjertesengeafsnit M1']
        """
        return self._below(code, SECTION, (HOSPITAL, DEPARTMENT))

    def _below(self, code: str, level: int, above: tuple[int, ...]) -> tuple[SHAKUnit, ...]:
        code = self._core.spelled(code)
        if level_of(code) not in above:
            expected = " or ".join(map(str, above))
            raise ValueError(
                f"{code!r} has no such units: expected a code of {expected} characters"
            )
        inside = self._core.by_hospital.get(hospital_code(code), ())
        inside = [one for one in inside if one != code and one.upper().startswith(code.upper())]
        if not inside:
            self._core.known(code)
        units = (self.get(one) for one in inside if level_of(one) == level)
        return Records([unit for unit in units if unit is not None])

    # -- all codes

    def active(self) -> Iterator[SHAKUnit]:
        """Return an iterator of the periods in force, in the order of the source.

        Example:
            >>> next(shak.as_of("2026-06-15").active()).shak_code
            '9901'
        """
        return self._having((Status.ACTIVE,))

    def closed(self) -> Iterator[SHAKUnit]:
        """Return an iterator of the closed codes, each in its last period before this date.

        Example:
            >>> [unit.name for unit in shak.as_of("2026-06-15").closed()][:2]
            ['Søvnklinikken', 'Operationsgang Øst']
        """
        return self._having((Status.CLOSED,))

    def future(self) -> Iterator[SHAKUnit]:
        """Return an iterator of the codes that open later, each in its first period.

        Example:
            >>> [unit.name for unit in shak.as_of("2026-06-15").future()]
            ['Dialyseafsnit M4']
        """
        return self._having((Status.FUTURE,))

    def find(
        self,
        text: str | None = None,
        *,
        status: Status | str | Iterable[Status | str] | None = None,
    ) -> tuple[SHAKUnit, ...]:
        """Search the codes.

        Args:
            text: The beginning of a code, or words of the name in any order, each a word or a part
                of one; case and Danish letters are folded (``aero`` finds Ærø).
            status: Which codes to search. Defaults to those in force; closed and future ones are
                searched in their last and first period.

        Returns:
            The code itself first, then names that are the text, then names that begin with it, then
            the rest, each by code.

        Raises:
            ValueError: If there is no such status.

        Example:
            >>> [unit.shak_code for unit in shak.as_of("2026-06-15").find("kirurgisk afdeling")][:1]
            ['990110']
        """
        asked = (status,) if status is None or isinstance(status, str) else tuple(status)
        statuses = tuple(Status(one or Status.ACTIVE) for one in asked)
        wanted = fold(text or "")
        words = wanted.split()
        ranked = []
        for unit in self._having(statuses):
            code, name = fold(unit.shak_code), fold(unit.name or "")
            by_code = len(words) == 1 and code.startswith(wanted)
            if by_code or all(word in name for word in words):
                rank = (code != wanted, not by_code, name != wanted, not name.startswith(wanted))
                ranked.append((rank, unit.shak_code, unit))
        ranked.sort()  # no two hits have one code, so units are not compared
        return Records([unit for _, _, unit in ranked])

    def to_arrow(self) -> Table:
        """Return the periods in force as an Arrow table.

        Raises:
            MissingExtraError: If the extra ``[arrow]`` is not installed.

        Example:
            >>> shak.as_of("2026-06-15").to_arrow().to_pyarrow().num_rows
            29
        """
        from ...tables import Table

        return Table.from_records("shak_units", self.active)

    # -- inside

    def _having(self, statuses: tuple[Status, ...]) -> Iterator[SHAKUnit]:
        units = self._core.units
        for code, times in self._core.all_times.items():
            place = self._place(code)
            if place is not None:
                status = Status.ACTIVE
            else:
                status = Status.FUTURE if self._ordinal < times.opening else Status.CLOSED
                place = self._representative(code)
            if status in statuses:
                yield units[place]

    def _representative(self, code: str) -> int:
        """Return the place of the period that represents a code that is not in force."""
        segments = self._core.all_times[code].segments
        if not segments:  # every period ends before it begins
            return self._core.places_of(code)[-1]
        at = bisect_right(segments, self._ordinal, key=lambda one: one.start) - 1
        return segments[max(at, 0)].row

    def _place(self, code: str) -> int | None:
        times = self._core.all_times.get(code)
        if times is None:
            return None
        at = bisect_right(times.segments, self._ordinal, key=lambda one: one.start) - 1
        if at < 0 or times.segments[at].end < self._ordinal:
            return None
        return times.segments[at].row


def _from(region: SHAKRegion) -> date:
    return region.validity.from_date or date.min
