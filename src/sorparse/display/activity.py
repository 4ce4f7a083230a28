"""Chart of openings and closings by year."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

from ..tables.counts import Field, events
from .picture import Picture, in_words, plain, plot_library, shortened

if TYPE_CHECKING:
    from ..register.register import Register

MOST_GROUPS = 7
"""Groups that have their own colour; the smaller groups are combined."""
OTHERS = "all others"
# Okabe and Ito's colours, which people with colour blindness can distinguish, in order of use
_COLOURS = (
    *("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442"),
    "#999999",
)
_UNKNOWN = "unknown"
WORDS = {"sor_type": "level", "entity_type": "type"}
"""The word in the title, if it differs from the name of the field."""


def events_by_year(
    register: Register, by: str | None, first: int | None, last: int | None
) -> tuple[Counter[tuple[int, str]], Counter[tuple[int, str]]]:
    """Count openings and closings by year and group, as ``Register.counts`` does."""
    fields = () if by is None else (Field.of(by),)

    def by_year(side: Counter[tuple[date, Any]]) -> Counter[tuple[int, str]]:
        counts: Counter[tuple[int, str]] = Counter()
        for (start, group), number in side.items():
            year = start.year
            if (first is None or year >= first) and (last is None or year <= last):
                counts[year, str(group[0] or _UNKNOWN) if group else ""] += number
        return counts

    opened, closed = events(register, fields, "year")
    return by_year(opened), by_year(closed)


def draw_activity(
    register: Register, by: str | None, first: int | None, last: int | None
) -> Picture:
    """Return the chart; see ``Register.activity``."""
    opened, closed = events_by_year(register, by, first, last)
    sizes: Counter[str] = Counter()
    for side in (opened, closed):
        for (_, group), number in side.items():
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
            sum(opened[year, group] for group in large),
            "opened,",
            sum(closed[year, group] for group in large),
            "closed",
        )
        for year in sorted({year for year, _ in (*opened, *closed)})
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
