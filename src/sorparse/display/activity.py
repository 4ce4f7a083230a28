"""Openings and closings over the years as a picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..records import SOREntity
from .picture import Picture, in_words, plain, plot_library, shortened
from .values import name_of

if TYPE_CHECKING:
    from ..register.register import Register

MOST_GROUPS = 7
"""Groups with a colour of their own; the smaller ones are put together."""
OTHERS = "all others"
# Okabe and Ito's set, told apart by those who see few colours, in the order of use
_COLOURS = (
    *("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442"),
    "#999999",
)
_NOT_TOLD = "not told"


def _level(unit: SOREntity, _: Register) -> str:
    return str(unit.sor_type or _NOT_TOLD)


def _type(unit: SOREntity, _: Register) -> str:
    return name_of(unit.entity_type) or _NOT_TOLD


def _owner(unit: SOREntity, register: Register) -> str:
    ref = unit.owner
    if ref is None or (ref.name is None and ref.sor_id is None):
        return (unit.name or unit.sor_id) if unit.parent_id is None else _NOT_TOLD
    if ref.name is not None:
        return ref.name
    assert ref.sor_id is not None
    versions = register.history(ref.sor_id) if ref.sor_id in register else ()
    return (versions[-1].name if versions else None) or ref.sor_id


def _speciality(unit: SOREntity, _: Register) -> str:
    return name_of(unit.specialities[0]) if unit.specialities else _NOT_TOLD


def _region(unit: SOREntity, register: Register) -> str:
    """Give the region of the postal address, the unit's own or that of the nearest unit above."""
    seen = set()
    above: SOREntity | None = unit
    while above is not None and above.sor_id not in seen:
        seen.add(above.sor_id)
        address = above.postal_address
        if address is not None and (address.region_name or address.region_code):
            return address.region_name or address.region_code or _NOT_TOLD
        parent = above.parent_id
        above = register.history(parent)[-1] if parent is not None and parent in register else None
    return _NOT_TOLD


GROUPS: dict[str, Callable[[SOREntity, Register], str]] = {
    "sor_type": _level,
    "entity_type": _type,
    "owner": _owner,
    "region": _region,
    "speciality": _speciality,
}
"""What ``Register.activity`` can group by."""
WORDS = {"sor_type": "level", "entity_type": "type"}
"""How a title says it, where that is not the field's name."""


def events_by_year(
    register: Register, by: str | None
) -> tuple[Counter[tuple[int, str]], Counter[tuple[int, str]]]:
    """Count openings and closings by year and group.

    A unit opens on its first day and closes on its last; a gap between versions is neither. It is
    counted in the group that its last version names.
    """
    if by is not None and by not in GROUPS:
        raise ValueError(f"by={by!r}: it must be None or one of {', '.join(GROUPS)}")
    opened: Counter[tuple[int, str]] = Counter()
    closed: Counter[tuple[int, str]] = Counter()
    from ..register.days import from_ordinal

    for number in range(len(register)):
        segments = list(register._index.segments(number))
        if not segments:
            continue
        group = ""
        if by is not None:
            group = GROUPS[by](register._store.record(segments[-1].row), register)
        first = from_ordinal(register._index.opening[number])
        last = from_ordinal(segments[-1].end)
        if first is not None:
            opened[first.year, group] += 1
        if last is not None:
            closed[last.year, group] += 1
    return opened, closed


def draw_activity(
    register: Register, by: str | None, first: int | None, last: int | None
) -> Picture:
    """Give the picture; see ``Register.activity``."""
    opened, closed = (
        Counter(
            {
                key: number
                for key, number in events.items()
                if (first is None or key[0] >= first) and (last is None or key[0] <= last)
            }
        )
        for events in events_by_year(register, by)
    )
    sizes: Counter[str] = Counter()
    for events in (opened, closed):
        for (_, group), number in events.items():
            sizes[group] += number
    large = [group for group, _ in sorted(sizes.items(), key=lambda item: (-item[1], item[0]))]
    groups = large[:MOST_GROUPS] + ([OTHERS] if len(large) > MOST_GROUPS else [])
    rows = tuple(
        (str(year), *([group] if by else []), opened[year, group], closed[year, group])
        for year, group in sorted({*opened, *closed})
    )
    title = "Openings and closings of units by year" + (f", by {WORDS.get(by, by)}" if by else "")
    figure = plot_library().Figure(figsize=(10, 4.2))
    _draw(figure.add_subplot(), groups, large, opened, closed)
    figure.axes[0].set_title(plain(title), loc="left", fontsize=11)
    heads = ("year", *([by] if by else []), "opened", "closed")
    totals = [
        (
            year,
            sum(n for k, n in opened.items() if k[0] == year),
            "opened,",
            sum(n for k, n in closed.items() if k[0] == year),
            "closed",
        )
        for year in sorted({key[0] for key in (*opened, *closed)})
    ]
    return Picture(figure, title, f"{title}: {in_words(totals, 40)}.", heads, rows)


def _draw(
    axes: Any,
    groups: list[str],
    large: list[str],
    opened: Counter[tuple[int, str]],
    closed: Counter[tuple[int, str]],
) -> None:
    seen = {key[0] for key in (*opened, *closed)}
    years = range(min(seen), max(seen) + 1) if seen else range(0)
    up = dict.fromkeys(years, 0)
    down = dict.fromkeys(years, 0)
    for at, group in enumerate(groups):
        members = large[MOST_GROUPS:] if group == OTHERS else [group]
        openings = [sum(opened[year, member] for member in members) for year in years]
        closings = [sum(closed[year, member] for member in members) for year in years]
        style = {"color": _COLOURS[at], "edgecolor": "white", "width": 0.8}
        axes.bar(
            years,
            openings,
            bottom=[up[year] for year in years],
            **style,
            label=plain(shortened(group)) or None,
        )
        axes.bar(
            years,
            [-n for n in closings],
            bottom=[-down[year] for year in years],
            **style,
            hatch="//",
            alpha=0.75,
        )
        for year, more, fewer in zip(years, openings, closings, strict=True):
            up[year] += more
            down[year] += fewer
    axes.axhline(0, color="black", linewidth=0.8)
    tallest = max([*up.values(), *down.values(), 1])
    lowest = max([*down.values(), tallest // 8, 1])
    highest = max([*up.values(), tallest // 8, 1])
    axes.set_ylim(-1.12 * lowest, 1.12 * highest)
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.yaxis.set_major_formatter(lambda value, _: f"{abs(value):,.0f}")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_ylabel("← closed     opened →")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    if groups != [""] and groups:
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=9)
