"""The pictures of the docs, drawn from the example register as the library answers."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import date, timedelta

import attrs

import sorparse
from sorparse import Register, SOREntity, Status, Validity, examples

WIDTH, LEFT, RIGHT, TOP, LANE, HIGH = 760, 170, 20, 64, 46, 26
INK, QUIET, ACTIVE, OTHER = "#1b1b1b", "#595959", "#9ecae9", "#c6dbef"
CLOSED, FUTURE = "#e3e3e3", "#fde3b5"


_OPENING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
    'font-family="system-ui, sans-serif" font-size="13">'
)


@attrs.frozen
class Bar:
    """A period in a picture."""

    text: str
    start: date
    end: date | None
    colour: str = ACTIVE


@attrs.frozen
class Lane:
    """A row of a picture."""

    name: str
    bars: tuple[Bar, ...]


def pages() -> dict[str, str]:
    """Return each picture by its path below docs."""
    return {
        "pictures/move.svg": move(),
        "pictures/inclusive.svg": inclusive(),
        "pictures/versions.svg": versions(),
        "pictures/daily.svg": daily(),
        "pictures/gaps-and-overlaps.svg": gaps_and_overlaps(),
    }


def move() -> str:
    """Draw the ancestors of a unit on the day before it moved and on the day of the move."""
    register = sorparse.load(examples.sor2_zip)
    unit = "9000141000016008"
    days = [date(2019, 1, 31), date(2019, 2, 1)]
    out = []
    texts = []
    for place, day in enumerate(days):
        view = register.as_of(day)
        chain = [view[unit], *view.ancestors(unit)][::-1]
        texts.append(f"{day}: " + ", ".join(one.name or one.sor_id for one in chain))
        left = 16 + place * WIDTH // 2
        out.append(_text(left, 30, f"{day:%d %B %Y}".lstrip("0"), weight="600", size=15))
        for depth, one in enumerate(chain):
            x, y = left + 18 * depth, 48 + 38 * depth
            is_unit = one.sor_id == unit
            out.append(
                f'<rect x="{x}" y="{y}" width="{WIDTH // 2 - 24 - 18 * depth}" height="30" rx="4" '
                f'fill="{ACTIVE if is_unit else CLOSED}"/>'
            )
            if depth:
                out.append(
                    f'<path d="M{x - 10} {y - 8} V{y + 15} H{x}" fill="none" stroke="{QUIET}"/>'
                )
            code = f" · SHAK {one.shak_code}" if one.shak_code else ""
            out.append(_text(x + 8, y + 20, f"{one.name}{code}"))
    height = 48 + 38 * 5 + 8
    title = "One unit on two dates"
    head = [
        _OPENING.format(width=WIDTH, height=height),
        f"<title>{title}</title>",
        f"<desc>{html.escape('; '.join(texts))}</desc>",
        f'<rect width="{WIDTH}" height="{height}" rx="6" fill="white"/>',
    ]
    return "\n".join([*head, *out, "</svg>"]) + "\n"


def inclusive() -> str:
    """Draw the last day of a unit and the day after."""
    register = sorparse.load(examples.sor2_zip)
    home = "9000471000016005"
    days = [date(2021, 3, 28) + timedelta(days=at) for at in range(8)]
    statuses = tuple(_status_bar(register, home, day, day.strftime("%d")) for day in days)
    newest = register.history(home)[-1]
    to_date = newest.validity.to_date
    assert to_date is not None
    row = Bar(f"to-date {to_date}", days[0], to_date, OTHER)
    return draw(
        "A unit with to-date 2021-03-31 is active on 31 March and closed on 1 April",
        days[0],
        days[-1],
        [Lane("its row in the file", (row,)), Lane("status on the day", statuses)],
        [(to_date, "last day in force: 31 March")],
        ticks="days",
    )


def versions() -> str:
    """Draw a unit with two versions: the opening, and the from-date of each."""
    register = sorparse.load(examples.sor2_zip)
    moved = "9000141000016008"
    first, second = register.history(moved)
    opened = first.first_from_date
    changed = second.validity.from_date
    assert opened is not None
    assert changed is not None
    start, end = date(2010, 1, 1), date(2026, 1, 1)
    names = {unit: register.as_of(end)[unit].name or unit for unit in _parents(first, second)}
    return draw(
        "Two versions of one unit, which moved on 2019-02-01",
        start,
        end,
        [
            Lane("version 1", (_version(first, names),)),
            Lane("version 2", (_version(second, names),)),
            Lane("status", tuple(_status_bars(register, moved, start, end))),
        ],
        [
            (opened, "first_from_date of both"),
            (changed, "from_date of version 2"),
        ],
    )


def daily() -> str:
    """Draw what the daily file holds of the same unit."""
    register = sorparse.load(examples.daily_csv)
    moved = "9000141000016008"
    (only,) = register.history(moved)
    changed = only.validity.from_date
    opened = only.first_from_date
    assert changed is not None
    assert opened is not None
    start, end = date(2010, 1, 1), date(2026, 1, 1)
    shown = Bar("shown as its only version", opened, changed - timedelta(days=1), OTHER)
    return draw(
        "The same unit in the daily file, which has no history",
        start,
        end,
        [
            Lane("its only row", (Bar("from_date 2019-02-01", changed, None),)),
            Lane("before it", (shown,)),
            Lane("status", tuple(_status_bars(register, moved, start, end))),
        ],
        [(opened, "first_from_date"), (changed, "from_date")],
    )


def gaps_and_overlaps() -> str:
    """Draw a gap, and overlapping versions."""
    rows = [
        ("version 1", date(2012, 1, 1), date(2014, 6, 30)),
        ("version 2", date(2016, 1, 1), date(2020, 12, 31)),
        ("version 3", date(2018, 1, 1), None),
    ]
    register = Register.from_records(
        SOREntity("1", name=name, validity=Validity(start, end)) for name, start, end in rows
    )
    start, end = date(2010, 1, 1), date(2026, 1, 1)
    in_force = []
    for name, since, _ in rows:
        days = [since + timedelta(days=at) for at in range((end - since).days)]
        days = [day for day in days if (unit := register.as_of(day).get("1")) and unit.name == name]
        in_force.append(Bar(name, days[0], days[-1], ACTIVE))
    return draw(
        "A gap is closed; of overlapping versions the later one takes precedence",
        start,
        end,
        [
            *(Lane(name, (Bar("", since, until, OTHER),)) for name, since, until in rows),
            Lane("version in force", tuple(in_force)),
            Lane("status", tuple(_status_bars(register, "1", start, end))),
        ],
        [],
    )


def _parents(*units: SOREntity) -> list[str]:
    return [unit.parent_id for unit in units if unit.parent_id is not None]


def _version(unit: SOREntity, names: dict[str, str]) -> Bar:
    start = unit.validity.from_date
    assert start is not None
    return Bar(f"below {names[unit.parent_id or '']}", start, unit.validity.to_date)


def _status_bar(register: Register, sor_id: str, day: date, text: str) -> Bar:
    status = register.as_of(day).status(sor_id)
    colours = {Status.ACTIVE: ACTIVE, Status.CLOSED: CLOSED, Status.FUTURE: FUTURE}
    return Bar(f"{text} {status.value.lower()}".strip(), day, day, colours[status])


def _status_bars(register: Register, sor_id: str, start: date, end: date) -> list[Bar]:
    bars: list[Bar] = []
    for at in range((end - start).days):
        bar = _status_bar(register, sor_id, start + timedelta(days=at), "")
        if bars and bars[-1].text == bar.text:
            bars[-1] = attrs.evolve(bars[-1], end=bar.end)
        else:
            bars.append(bar)
    return bars


def draw(
    title: str,
    first: date,
    last: date,
    lanes: Sequence[Lane],
    marks: Sequence[tuple[date, str]],
    *,
    ticks: str = "years",
) -> str:
    """Return a picture as SVG, on white, so that it can be read on a dark page too."""
    height = TOP + LANE * len(lanes) + 44
    span = (last - first).days + 1
    scale = (WIDTH - LEFT - RIGHT) / span

    def across(day: date) -> float:
        return LEFT + (day - first).days * scale

    texts = "; ".join(
        f"{lane.name}: " + ", ".join(f"{b.text or b.start} to {b.end or 'open'}" for b in lane.bars)
        for lane in lanes
    )
    out = [
        _OPENING.format(width=WIDTH, height=height),
        f"<title>{html.escape(title)}</title>",
        f"<desc>{html.escape(texts)}</desc>",
        f'<rect width="{WIDTH}" height="{height}" rx="6" fill="white"/>',
        _text(16, 26, title, weight="600", size=15),
    ]
    bottom = TOP + LANE * len(lanes)
    for place, lane in enumerate(lanes):
        y = TOP + place * LANE
        out.append(_text(16, y + 18, lane.name))
        for bar in lane.bars:
            end = min(bar.end or last, last)
            wide = across(end + timedelta(days=1)) - across(bar.start)
            out.append(
                f'<rect x="{across(bar.start):.1f}" y="{y}" width="{wide:.1f}" height="{HIGH}" '
                f'fill="{bar.colour}" stroke="white"/>'
            )
            if wide > 40:
                out.append(_text(across(bar.start) + 6, y + 18, bar.text, size=12))
    for at, (day, text) in enumerate(marks):
        x = across(day + timedelta(days=1)) if ticks == "days" else across(day)
        out.append(
            f'<line x1="{x:.1f}" y1="{TOP - 8}" x2="{x:.1f}" y2="{bottom - 8}" stroke="{INK}" '
            'stroke-dasharray="4 3"/>'
        )
        side = "end" if x > WIDTH * 0.6 and at % 2 == 0 and ticks == "days" else "start"
        out.append(_text(x + (-4 if side == "end" else 4), TOP - 12, text, size=12, anchor=side))
    if ticks == "years":
        for year in range(first.year, last.year + 1, 2):
            x = across(date(year, 1, 1))
            out.append(
                f'<line x1="{x:.1f}" y1="{bottom}" x2="{x:.1f}" y2="{bottom + 6}" '
                f'stroke="{QUIET}"/>'
            )
            out.append(_text(x, bottom + 22, str(year), size=12, anchor="middle", ink=QUIET))
    else:
        out.append(_text(LEFT, bottom + 18, f"{first} to {last}", size=12, ink=QUIET))
    return "\n".join([*out, "</svg>"]) + "\n"


def _text(
    x: float,
    y: float,
    text: str,
    *,
    size: int = 13,
    weight: str = "400",
    anchor: str = "start",
    ink: str = INK,
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" '
        f'text-anchor="{anchor}" fill="{ink}">{html.escape(text)}</text>'
    )
