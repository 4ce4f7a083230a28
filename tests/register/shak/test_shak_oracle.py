"""SHAK on any date, against a plain scan of the lines that knows nothing of the library."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sorparse
from support.shak import OPEN, shak_file, shak_line


class Line(NamedTuple):
    """What the scan takes from a line."""

    code: str
    first: str
    last: str
    changed: str
    name: str


def lines_of(content: bytes) -> list[Line]:
    """Cut the lines by the places of the layout."""
    texts = content.decode("cp1252").splitlines()
    return [Line(t[3:23].strip(), t[23:31], t[39:47], t[31:39], t[47:167].strip()) for t in texts]


@pytest.mark.parametrize("name", ["SHAKCOMPLETE_201108.TXT"])
def test_the_real_file_answers_as_a_scan_of_its_lines(name: str, samples_dir: Path) -> None:
    content = (samples_dir / name).read_bytes()
    lines = lines_of(content)
    shak = sorparse.load_shak(samples_dir / name)
    assert [issue for issue in shak.issues if issue.severity == "error"] == []
    codes = sorted({line.code for line in lines})
    assert sorted(shak) == codes
    chosen = random.Random(2011)
    days = [date(1970, 1, 1) + timedelta(days=chosen.randrange(50 * 365)) for _ in range(150)]
    edges = chosen.sample(lines, 25)
    days += [date.fromisoformat(line.first) for line in edges]
    days += [date.fromisoformat(line.last) for line in edges]
    for code, day in zip(chosen.choices(codes, k=200), days, strict=True):
        compact = day.strftime("%Y%m%d")
        view = shak.as_of(day)
        own = [line for line in lines if line.code == code]
        holding = [line for line in own if line.first <= compact <= line.last]
        found = view.get(code)
        if holding:
            (line,) = holding
            assert found is not None
            assert found.name == line.name
            assert view.status(code) == "ACTIVE"
        else:
            assert found is None
            future = all(compact < line.first for line in own)
            assert view.status(code) == ("FUTURE" if future else "CLOSED")
        hospital = code[:4]
        below = sorted(
            line.code
            for line in lines
            if line.code.startswith(hospital)
            and len(line.code) == 6
            and line.first <= compact <= line.last
        )
        assert [unit.shak_code for unit in view.departments(hospital)] == below
    for day in days[::20]:
        compact = day.strftime("%Y%m%d")
        active = [line.code for line in lines if line.first <= compact <= line.last]
        assert sorted(shak.as_of(day)) == sorted(active)


FIRST = date(2000, 1, 1)
SPAN = 12
DAYS = st.integers(0, SPAN).map(lambda n: (FIRST + timedelta(days=n)).strftime("%Y%m%d"))
LINES = st.lists(
    st.builds(
        Line,
        st.sampled_from(["9901", "990101", "9901011"]),
        DAYS,
        st.one_of(st.just(OPEN), DAYS),
        DAYS,
        st.sampled_from(["a", "b"]),
    ),
    min_size=1,
    max_size=8,
)


def holding_on(own: list[tuple[int, Line]], day: str) -> Line | None:
    """Apply the rules of time to the lines of one code, one by one."""
    live = [(place, line) for place, line in own if line.first <= line.last]
    found = []
    for place, line in live:
        later = [other.first for _, other in live if other.first > line.first]
        superseded = line.last == OPEN and any(first <= day for first in later)
        if line.first <= day <= line.last and not superseded:
            found.append((line.first, line.changed, place, line))
    return max(found)[-1] if found else None


@settings(max_examples=200, deadline=None)
@given(LINES)
def test_random_files_answer_as_the_rules_say(lines: list[Line]) -> None:
    content = shak_file(*(shak_line(x.code, x.name, x.first, x.last, x.changed) for x in lines))
    shak = sorparse.load_shak(content)
    assert shak.issues == []
    for code in {line.code for line in lines}:
        own = [(place, line) for place, line in enumerate(lines) if line.code == code]
        starts = [line.first for _, line in own if line.first <= line.last]
        opening = min(starts or [line.first for _, line in own])
        in_force = []
        for n in range(-2, SPAN + 3):
            day = (FIRST + timedelta(days=n)).strftime("%Y%m%d")
            line = holding_on(own, day)
            in_force.append(line is not None)
            view = shak.as_of(day)
            unit = view.get(code)
            if line is None:
                assert unit is None
                assert view.status(code) == ("FUTURE" if day < opening else "CLOSED")
            else:
                assert unit is not None
                assert unit.validity.from_date is not None
                first = unit.validity.from_date.strftime("%Y%m%d")
                assert (unit.name, first) == (line.name, line.first)
        days = [FIRST + timedelta(days=n) for n in range(-2, SPAN + 3)]
        closed = {
            day
            for at, day in enumerate(days)
            if not in_force[at] and any(in_force[:at]) and any(in_force[at:])
        }
        gaps = shak.gaps(code)
        assert {day for day in days if any(gap.contains(day) for gap in gaps)} == closed


@settings(max_examples=100, deadline=None)
@given(LINES)
def test_joined_periods_hold_the_same_days(lines: list[Line]) -> None:
    content = shak_file(*(shak_line(x.code, x.name, x.first, x.last, x.changed) for x in lines))
    shak = sorparse.load_shak(content)
    for code in shak:
        one, other = shak.history(code), shak.history(code, joined=True)
        assert len(other) <= len(one)
        for n in range(-2, SPAN + 3):
            day = FIRST + timedelta(days=n)
            names = {unit.name for unit in one if unit.validity.contains(day)}
            assert {unit.name for unit in other if unit.validity.contains(day)} == names


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=600))
def test_damage_is_one_error_or_issues(damage: bytes) -> None:
    content = shak_file(shak_line("9901", "a", "20000101")) + damage
    shak = sorparse.load_shak(content, encoding="cp1252")
    assert "9901" in shak
    shak.check()
    held = len(shak.units) + sum(issue.raw is not None for issue in shak.issues)
    text = content.decode("cp1252", "replace").replace("\r\n", "\n").replace("\r", "\n")
    assert held == sum(bool(line.strip()) for line in text.split("\n"))
