"""Chart of one unit over time: names, parents, codes, predecessors and successors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import attrs

from ..records import SOREntity
from ..register.days import from_ordinal
from .picture import Picture, in_words, plain, plot_library, shortened
from .values import name_of

if TYPE_CHECKING:
    from ..register.register import Register

MOST_RELATED = 8
"""Predecessors and successors that are drawn."""
_DAY = timedelta(days=1)
_WIDTH_IN_LETTERS = 105
_COLOURS = ("#9ecae9", "#c6dbef")  # of neighbouring bars; dark letters are read well on both
_LETTERS = "#111111"  # of the texts on bars, in dark notebooks too
_RELATED = ("#d9d9d9", "#ececec")


@attrs.frozen
class Bar:
    """A period with one value; an end that is ``None`` is open or unknown."""

    lane: str
    text: str
    start: date | None
    end: date | None
    related: bool = False


def lanes_of(register: Register, sor_id: str) -> list[Bar]:
    """Return the values of a unit over time; equal values of consecutive versions are joined."""
    core = register.core
    parts = [
        (from_ordinal(segment.start), from_ordinal(segment.end), core.store.record(segment.row))
        for segment in core.index.segments(core.unit(sor_id))
    ]
    bars: list[Bar] = []
    for lane, value_of in (
        ("name", lambda unit, _: unit.name),
        ("parent", lambda unit, day: _parent_name(register, unit, day)),
        ("type", lambda unit, _: name_of(unit.entity_type)),
        ("SHAK code", lambda unit, _: unit.shak_code),
        ("location number", lambda unit, _: unit.location_code),
    ):
        if lane == "SHAK code" and (shak_bars := _shak_bars(register, sor_id)):
            bars += shak_bars
        else:
            bars += _joined(lane, parts, value_of)
    for lane, ids in (
        ("predecessor", register.predecessors(sor_id)),
        ("successor", register.successors(sor_id)),
    ):
        for related in ids[:MOST_RELATED]:
            bars += _lifetime_bars(register, related, lane)
    return bars


def _joined(
    lane: str,
    parts: Iterable[tuple[date | None, date | None, SOREntity]],
    value_of: Callable[[SOREntity, date | None], str | None],
) -> Iterator[Bar]:
    bar: Bar | None = None
    for start, end, unit in parts:
        text = value_of(unit, start) or ""
        if bar is not None and bar.text == text and bar.end is not None and bar.end + _DAY == start:
            bar = attrs.evolve(bar, end=end)
            continue
        if bar is not None and bar.text:
            yield bar
        bar = Bar(lane, text, start, end)
    if bar is not None and bar.text:
        yield bar


def _parent_name(register: Register, unit: SOREntity, day: date | None) -> str | None:
    if unit.parent_id is None:
        return None
    parent = register.as_of(day or date.min).get(unit.parent_id)
    return parent.name if parent is not None and parent.name else unit.parent_id


def _shak_bars(register: Register, sor_id: str) -> list[Bar]:
    pairs = [pair for pair in register.shak_sor_map if pair.sor_id == sor_id]
    pairs.sort(key=lambda pair: pair.validity.from_date or date.min)
    return [
        Bar("SHAK code", pair.shak_code, pair.validity.from_date, pair.validity.to_date)
        for pair in pairs
    ]


def _lifetime_bars(register: Register, sor_id: str, lane: str) -> Iterator[Bar]:
    if sor_id not in register:
        yield Bar(lane, sor_id, None, None, related=True)
        return
    segments = list(register.core.index.segments(register.core.unit(sor_id)))
    if segments:
        name = register.core.store.record(segments[-1].row).name or sor_id
        yield Bar(
            lane,
            name,
            from_ordinal(segments[0].start),
            from_ordinal(segments[-1].end),
            related=True,
        )


def draw_timeline(register: Register, sor_id: str) -> Picture:
    """Return the chart; see ``Register.timeline``."""
    bars = lanes_of(register, sor_id)
    newest = register.history(sor_id)[-1]
    title = f"{newest.name or '(no name)'} ({sor_id})"
    rows = tuple(
        (bar.lane, bar.text, str(bar.start or "unknown"), str(bar.end or "open")) for bar in bars
    )
    figures = plot_library()
    lines = list(dict.fromkeys(_line(bar) for bar in bars))
    figure = figures.Figure(figsize=(10, 1.0 + 0.42 * max(len(lines), 1)))
    axes = figure.add_subplot()
    days = [day for bar in bars for day in (bar.start, bar.end) if day is not None]
    first = min(days, default=date(2000, 1, 1)).toordinal()
    last = max([*days, *_known_days(register)], default=date(2000, 1, 1)).toordinal()
    room = max((last - first) // 25, 30)
    left, right = first - room // 2, last + room
    for place, line in enumerate(lines):
        for at, bar in enumerate(one for one in bars if _line(one) == line):
            start = left if bar.start is None else bar.start.toordinal()
            end = right if bar.end is None else bar.end.toordinal() + 1
            colours = _RELATED if bar.related else _COLOURS
            axes.barh(
                place,
                end - start,
                left=start,
                height=0.72,
                color=colours[at % 2],
                edgecolor="white",
            )
            if bar.end is None:
                axes.text(right, place, "→ ", va="center", ha="right", fontsize=9, color=_LETTERS)
            letters = int(_WIDTH_IN_LETTERS * (end - start) / (right - left))
            if letters >= 3:
                axes.text(
                    start + (right - left) / 250,
                    place,
                    plain(shortened(bar.text, letters)),
                    va="center",
                    fontsize=9,
                    color=_LETTERS,
                )
    axes.set_yticks(range(len(lines)), [line[0] for line in lines])
    axes.set_ylim(max(len(lines), 1) - 0.5, -0.5)
    axes.set_xlim(left, right)
    _years(axes, left, right)
    axes.tick_params(axis="y", length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.set_title(plain(shortened(title, 90)), loc="left", fontsize=11)
    alternative = f"{title} over time: {in_words(rows)}."
    return Picture(figure, title, alternative, ("what", "value", "first date", "last date"), rows)


def _line(bar: Bar) -> tuple[str, str]:
    """Return the line of the chart for a bar; each related unit has its own line."""
    return (bar.lane, bar.text if bar.related else "")


def _known_days(register: Register) -> list[date]:
    """Return the date up to which the source is known to be complete, if known."""
    known = register.snapshot_date or register.core.store.latest_edit()
    return [] if known is None else [known]


def _years(axes: Any, left: int, right: int) -> None:
    left, right = max(left, 1), min(right, date.max.toordinal())
    years = range(date.fromordinal(left).year + 1, date.fromordinal(right).year + 1)
    step = next((step for step in (1, 2, 5, 10, 20, 50, 100, 500) if len(years) <= 14 * step), 1000)
    shown = [year for year in years if year % step == 0] or list(years)[:1]
    axes.set_xticks([date(year, 1, 1).toordinal() for year in shown], [str(year) for year in shown])
