"""The checks of SHAK: contradictions in its content."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from ...identifiers import shak_code_problem
from ...issues import Issue, Severity
from ..days import end_ordinal, from_ordinal, start_ordinal
from ..timeline import Segment
from .core import REGIONS, UNITS, ShakCore
from .view import HOSPITAL, SECTION, hospital_code, level_of

SHAK_ISSUES: dict[str, tuple[Severity, str]] = {
    "bad-shak-code": ("warning", "a malformed SHAK code, often damaged by a spreadsheet"),
    "shak-wrong-level": (
        "warning",
        "the kind of the record does not fit its code: `sgh` has 4 characters, `afd` 6 or 7",
    ),
    "shak-inverted-period": ("warning", "a period ends before it begins; it never applies"),
    "shak-missing-date": ("warning", "a period without from-date; it applies before every date"),
    "shak-duplicate-key": ("warning", "a code has two periods with the same from-date"),
    "shak-overlap": (
        "warning",
        "two periods of a code share dates; the later-starting one takes precedence",
    ),
    "shak-gap": ("info", "days between two periods of a code; the code is closed on them"),
    "shak-deleted-period": (
        "warning",
        "a period marked as deleted (`DVal` 2, in files of changes); it is treated like others",
    ),
    "shak-without-hospital": (
        "warning",
        "a department or section is in force on dates when its hospital is not",
    ),
    "shak-section-without-department": (
        "info",
        "SHAK does not have the department of a section; this applies to every fourth section",
    ),
    "shak-region-unknown-hospital": (
        "warning",
        "a record of SHAKregion with a code that SHAK does not have",
    ),
    "shak-region-overlap": (
        "warning",
        "two records of SHAKregion for a hospital share dates; the later-starting one applies",
    ),
    "shak-hospital-without-region": (
        "info",
        "a hospital that the SHAKregion file beside SHAK does not have",
    ),
}
"""Severity and meaning of each code; the codes are stable."""
_DELETED = "2"


def check(core: ShakCore) -> Iterator[Issue]:
    """Yield the contradictions in SHAK, in the order of the codes."""
    yield from _periods(core)
    for code in core.places:
        yield from _code(core, code)
    yield from _regions(core)


def _issue(code: str, message: str, value: str, line: int | None) -> Issue:
    return Issue(SHAK_ISSUES[code][0], code, message, line=line, column="SHAKkode", value=value)


def _periods(core: ShakCore) -> Iterator[Issue]:
    keys: set[tuple[str, date | None]] = set()
    for place, unit in enumerate(core.units):
        code, validity = unit.shak_code, unit.validity
        line = core.line_of(UNITS, place)
        first, last = validity.from_date, validity.to_date
        if (code, first) in keys:
            message = f"{code} has several periods from {first or 'no date'}"
            yield _issue("shak-duplicate-key", message, code, line)
        keys.add((code, first))
        if first is None:
            yield _issue("shak-missing-date", f"a period of {code} has no from-date", code, line)
        elif last is not None and last < first:
            message = f"a period of {code} ends on {last}, before it begins on {first}"
            yield _issue("shak-inverted-period", message, code, line)
        if unit.extra.get("DVal") == _DELETED:
            message = f"the period of {code} from {first} is marked as deleted"
            yield _issue("shak-deleted-period", message, code, line)
        fits = (level_of(code) == HOSPITAL) == (unit.kind == "sgh")
        if unit.kind in ("sgh", "afd") and not fits:
            message = f"{code} has {len(code)} characters and the kind {unit.kind}"
            yield _issue("shak-wrong-level", message, code, line)


def _code(core: ShakCore, code: str) -> Iterator[Issue]:
    places = core.places_of(code)
    first = core.line_of(UNITS, places[0])
    problem = shak_code_problem(code[len(code) - level_of(code) :])
    if problem is not None:
        yield _issue("bad-shak-code", f"{code!r} is not a SHAK code: {problem}", code, first)
    latest = -1
    for place in places:
        validity = core.units[place].validity
        start, end = start_ordinal(validity.from_date), end_ordinal(validity.to_date)
        if end < start:
            continue
        if start <= latest:
            message = f"{code} has several periods on {from_ordinal(start) or 'its first days'}"
            yield _issue("shak-overlap", message, code, core.line_of(UNITS, place))
        latest = max(latest, end)
    segments = core.times(code).segments
    for one, other in pairwise(segments):
        if one.end + 1 < other.start:
            days = f"{from_ordinal(one.end + 1)} to {from_ordinal(other.start - 1)}"
            message = f"{code} is not in force from {days}"
            yield _issue("shak-gap", message, code, core.line_of(UNITS, other.row))
    hospital = hospital_code(code)
    if hospital != code:
        yield from _above(core, code, hospital, segments, first)


def _above(
    core: ShakCore,
    code: str,
    hospital: str,
    segments: Sequence[Segment],
    line: int | None,
) -> Iterator[Issue]:
    above = core.times(hospital).segments if hospital in core else ()
    day = _uncovered(segments, above)
    if day is not None:
        since = f" on {from_ordinal(day)} and perhaps later" if above else ": SHAK does not have it"
        message = f"{code} is in force without its hospital {hospital}{since}"
        yield _issue("shak-without-hospital", message, code, line)
    department = code[:-1]
    if level_of(code) == SECTION and department not in core:
        message = f"{code} has no department {department}"
        yield _issue("shak-section-without-department", message, code, line)


def _uncovered(segments: Sequence[Segment], cover: Sequence[Segment]) -> int | None:
    """Return the first date of ``segments`` that is in no period of ``cover``."""
    for segment in segments:
        day = segment.start
        for other in cover:
            if other.start <= day <= other.end:
                day = other.end + 1
        if day <= segment.end:
            return day
    return None


def _regions(core: ShakCore) -> Iterator[Issue]:
    latest: dict[str, int] = {}
    places = sorted(
        range(len(core.regions)),
        key=lambda place: start_ordinal(core.regions[place].validity.from_date),
    )
    for place in places:
        region = core.regions[place]
        code, line = region.shak_code, core.line_of(REGIONS, place)
        start, end = (
            start_ordinal(region.validity.from_date),
            end_ordinal(region.validity.to_date),
        )
        if code not in core:
            message = f"SHAKregion: SHAK does not have the code {code}"
            yield _issue("shak-region-unknown-hospital", message, code, line)
        until = latest.get(code, -1)
        if start <= until and start <= end:
            message = f"SHAKregion: {code} has several records on {from_ordinal(start)}"
            yield _issue("shak-region-overlap", message, code, line)
        latest[code] = max(until, end)
    if core.regions:
        for code in core.places:
            if hospital_code(code) == code and code not in latest:
                message = f"SHAKregion does not have the hospital {code}"
                yield _issue("shak-hospital-without-region", message, code, None)
