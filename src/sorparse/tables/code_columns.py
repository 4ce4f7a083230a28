"""Detect the kind of a column of codes from its values, its heading, and the register."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import TYPE_CHECKING, Literal

from ..errors import SorError
from ..formats import sor2, sor_csv
from ..formats.declare import fold
from ..identifiers import Identifier, parse
from ..register import codes

if TYPE_CHECKING:
    from ..register import View
    from ..register.matching import Match

DigitsKind = Literal["shak", "provider_number", "cvr", "production_unit"]
"""The kinds that are not evident from the digits alone."""
ColumnKind = Literal["sor_id", "location_code", "hospital"] | DigitsKind
"""The kinds of columns to which names can be added."""

MATCHES: Mapping[str, Callable[[View, str], Match]] = {
    "shak": codes.shak_match,
    "location_code": codes.location_code_match,
    "provider_number": codes.provider_match,
    "cvr": codes.cvr_match,
    "production_unit": codes.production_unit_match,
}
"""The function that finds the unit of a code, by kind."""
KINDS: tuple[str, ...] = ("sor_id", *MATCHES, "hospital")
NUMBERS: tuple[ColumnKind, ...] = ("sor_id", "location_code")
"""The kinds that survive as whole numbers: they have no leading zeros."""
_FIELDS: dict[str, DigitsKind] = {
    "shak_code": "shak",
    "provider_number": "provider_number",
    "cvr": "cvr",
    "production_unit_number": "production_unit",
}
"""The field whose names in the published files are the headings of a kind."""
_WEAK: tuple[DigitsKind, ...] = tuple(_FIELDS.values())
_MOST = 0.9  # of the values have to be of the kind
_HALF = 0.5  # of the values have to be in the register, if only that distinguishes kinds


def read_as(text: str, kind: ColumnKind) -> Identifier | None:
    """Return the identifier of a value in a column of a kind; ``None`` if it is malformed."""
    if kind != "hospital":
        return parse(text, kind)
    read = parse(text)
    return read if read is not None and read.kind == "sor_id" else parse(text, "shak")


def kind_of_column(view: View, values: Collection[str], column: str) -> ColumnKind:
    """Return the kind of codes that a column holds.

    SOR ids and location codes are recognised by their check digits. For the other kinds the
    heading decides (the names of the columns in the published files), else what the register
    has: at least half of the values, and more than twice as many as of any other kind.

    Args:
        view: The register.
        values: The different values, without missing ones.
        column: The heading.

    Raises:
        SorError: If nothing decides.
    """
    if not values:
        return "sor_id"
    parsed = {value: parse(value) for value in values}
    rest = [value for value, one in parsed.items() if one is None or one.kind != "sor_id"]
    weak = _weak_kind(view, rest, column) if rest else None
    if weak == "shak" and len(rest) < len(values):
        return "hospital"  # SHAK codes before 2019, SOR ids after
    for kind in NUMBERS:
        if sum(one is not None and one.kind == kind for one in parsed.values()) >= _share(values):
            return kind
    if weak is not None and len(rest) == len(values):
        return weak
    some = ", ".join(sorted(values)[:3])
    raise SorError(
        f"column {column!r} ({some} …) is not clearly one of SOR ids, SHAK codes, location codes, "
        f"provider numbers or CVR numbers; state which with kind=: one of {', '.join(KINDS)}"
    )


def _weak_kind(view: View, values: Collection[str], column: str) -> DigitsKind | None:
    fitting = {
        kind: [one.value for one in (parse(value, kind) for value in values) if one]
        for kind in _WEAK
    }
    headed = _heading_kinds(column)
    if headed:
        fits = [kind for kind in headed if len(fitting[kind]) >= _share(values)]
        return fits[0] if len(headed) == len(fits) == 1 else None
    known = {
        kind: sum(_in_register(view, kind, value) for value in fitting[kind]) for kind in _WEAK
    }
    best, second = sorted(_WEAK, key=lambda kind: -known[kind])[:2]
    decided = (
        len(fitting[best]) >= _share(values)
        and known[best] >= _HALF * len(values)
        and known[best] > 2 * known[second]
    )
    return best if decided else None


def _in_register(view: View, kind: DigitsKind, value: str) -> bool:
    match = MATCHES[kind](view, value)
    return bool(match.candidates or match.other_days)


def _share(values: Collection[str]) -> float:
    return _MOST * len(values)


def _heading_kinds(column: str) -> set[DigitsKind]:
    folded = fold(column)
    return {
        kind
        for spelling, kind in _headings().items()
        if spelling == folded or (len(spelling) > 2 and spelling in folded)  # "p" is in too many
    }


@cache
def _headings() -> Mapping[str, DigitsKind]:
    """Map the published names of columns, folded, with and without their last word, to kinds."""
    headings: dict[str, DigitsKind] = {}
    for spec in (*sor2.TABLES, *sor_csv.TABLES):
        for each in spec.columns:
            if each.field in _FIELDS:
                for name in (each.name, *each.aliases):
                    folded = fold(name)
                    stem = re.sub(r"(id|code|kode|nummer|number)$", "", folded)
                    headings[folded] = headings[stem] = _FIELDS[each.field]
    return headings
