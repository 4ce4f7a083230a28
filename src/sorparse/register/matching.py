"""Find the one unit for a code that several units may share; none if no rule decides.

The order of the rules follows from the publisher's texts and real data: the date, the
reporting level, then units that only carry further information, then clinical before
administrative (of 3,861 SHAK codes in a real file, 42 are assigned to up to six units).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Literal

import attrs

from ..notebook import HtmlRepr
from ..records import Coded, SHAKUnit, SOREntity, SorType, Validity
from .folding import fold
from .timeline import Status

Rule = Literal[
    "only-candidate",
    "in-force",
    "reporting-level",
    "drops-supplementary",
    "clinical-over-administrative",
    "owns-number",
    "health-institution",
    "institution-owner",
    "ambiguous",
    "not-in-force",
    "only-in-shak",
    "none",
]

SUPPLEMENTARY = frozenset({"554241000005103", "255203001"})
"""Entity types that only carry further information: *anden EDI* and *supplerende oplysninger*."""
CLINICAL = frozenset({"550851000005109"})
"""*klinisk enhed*."""
ADMINISTRATIVE = frozenset({"550811000005108"})
"""*administrativ enhed*."""
_NAMES = {  # the CSV 1.2.1.19 set has names of the types, but no codes
    SUPPLEMENTARY: frozenset(map(fold, ("anden EDI", "supplerende oplysninger"))),
    CLINICAL: frozenset(map(fold, ("klinisk enhed",))),
    ADMINISTRATIVE: frozenset(map(fold, ("administrativ enhed",))),
}


@attrs.frozen(weakref_slot=False)
class Candidate(HtmlRepr):
    """One unit that has the code asked for."""

    sor_id: str
    """SOR id of the unit."""
    validity: Validity
    """Dates on which the unit has the code, as in the source; both ends inclusive."""
    source: Literal["map", "unit"]
    """Whether the code comes from SHAKSORMap or LocationsCodes, or from the unit's own row."""
    entity: SOREntity | None = None
    """The version in force on the date; ``None`` if the unit is not in force or unknown."""
    name: str | None = None
    """Name of the unit."""


@attrs.frozen(weakref_slot=False)
class Match(HtmlRepr):
    """All units that have a code on a date, and the one that a named rule chose, if any."""

    code: str
    """The code asked for."""
    day: date
    """The date asked for."""
    candidates: tuple[Candidate, ...]
    """Every unit that has the code on the date, in the order of the source."""
    best: Candidate | None
    """The one chosen; ``None`` if no rule decides."""
    rule: Rule
    """The rule: ``only-candidate`` (there is one), ``in-force`` (the only one whose unit is in
    force), ``reporting-level`` (the only one that reports to the national patient register),
    ``drops-supplementary`` (the only one left without *anden EDI* and *supplerende oplysninger*),
    ``clinical-over-administrative`` (the only one left without *administrativ enhed* if there is
    a *klinisk enhed*), ``owns-number`` (the only one that owns the location number, the others
    inherit it), ``health-institution`` (the institution, the others are units below it),
    ``institution-owner`` (the only institution owner among them), or why no rule applies:
    ``ambiguous``, ``not-in-force`` (no candidate's unit is in force), ``only-in-shak`` (SHAK has
    the code on the date and no SOR unit does; see :meth:`Register.with_shak`), ``none`` (no unit
    has the code on the date)."""
    other_days: tuple[Candidate, ...] = ()
    """Units that have the code only on other dates."""
    hint: str | None = None
    """If no unit ever has the code: a spelling that units do have, if there is one likely
    one. It is never used for the answer."""


@attrs.frozen(weakref_slot=False)
class ShakMatch(Match):
    """The units of a SHAK code on a date; see :class:`Match`."""

    shak_unit: SHAKUnit | None = None
    """The period of the code in SHAK that is in force on the date; ``None`` also if the register
    has no SHAK (see :meth:`Register.with_shak`)."""
    shak_status: Status | None = None
    """Status of the code in SHAK on the date; ``None`` if SHAK does not have the code, or the
    register has no SHAK."""


Narrow = Callable[[Sequence[Candidate]], Sequence[Candidate]]
Step = tuple[Rule, Narrow]


def decide(
    candidates: Sequence[Candidate], steps: Iterable[Step], *, knows_units: bool
) -> tuple[Candidate | None, Rule]:
    """Apply the rules in order until one candidate is left.

    A rule that would leave none is skipped. ``knows_units`` false says that the source has no
    units at all, so that none can be in force.
    """
    if not candidates:
        return None, "none"
    left: Sequence[Candidate] = candidates
    if knows_units:
        left = [candidate for candidate in candidates if candidate.entity is not None]
        if not left:
            return None, "not-in-force"
    if len(left) == 1:
        return left[0], "only-candidate" if len(candidates) == 1 else "in-force"
    for rule, narrow in steps:
        narrowed = narrow(left)
        if len(narrowed) == 1:
            return narrowed[0], rule
        left = narrowed or left
    return None, "ambiguous"


def _reporting(left: Sequence[Candidate]) -> Sequence[Candidate]:
    return [one for one in left if one.entity is not None and one.entity.reporting_level]


def _without_supplementary(left: Sequence[Candidate]) -> Sequence[Candidate]:
    return [one for one in left if not _is(one, SUPPLEMENTARY)]


def _clinical(left: Sequence[Candidate]) -> Sequence[Candidate]:
    if any(_is(one, CLINICAL) for one in left):
        return [one for one in left if not _is(one, ADMINISTRATIVE)]
    return left


def _owning(left: Sequence[Candidate]) -> Sequence[Candidate]:
    return [
        one
        for one in left
        if one.source == "map" or (one.entity and one.entity.location_code_inherited is not True)
    ]


def _institution(left: Sequence[Candidate]) -> Sequence[Candidate]:
    """Return the institution that all the other candidates belong to; all if there is none."""
    tops = [one for one in left if one.entity and one.entity.sor_type is SorType.SI]
    if len(tops) != 1:
        return left
    top = tops[0].sor_id
    below = [one.entity for one in left if one.entity and one.sor_id != top]
    if all(
        unit.parent_id == top
        or (unit.health_institution is not None and unit.health_institution.sor_id == top)
        for unit in below
    ):
        return tops
    return left


def _owners(left: Sequence[Candidate]) -> Sequence[Candidate]:
    return [one for one in left if one.entity and one.entity.sor_type is SorType.IE]


_KIND_OF_UNIT: tuple[Step, ...] = (
    ("drops-supplementary", _without_supplementary),
    ("clinical-over-administrative", _clinical),
)
SHAK_STEPS: tuple[Step, ...] = (("reporting-level", _reporting), *_KIND_OF_UNIT)
LOCATION_CODE_STEPS: tuple[Step, ...] = (("owns-number", _owning), *_KIND_OF_UNIT)
OWNER_STEPS: tuple[Step, ...] = (("institution-owner", _owners),)
PROVIDER_STEPS: tuple[Step, ...] = (
    ("health-institution", _institution),
    ("drops-supplementary", _without_supplementary),
)


def _is(candidate: Candidate, kinds: frozenset[str]) -> bool:
    kind: Coded | None = candidate.entity.entity_type if candidate.entity else None
    if kind is None:
        return False
    if kind.code is not None:
        return kind.code in kinds
    return kind.name is not None and fold(kind.name) in _NAMES[kinds]
