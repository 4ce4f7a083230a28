"""The fast and the exact way of reading give the same."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sorparse
from sorparse import SOREntity, examples
from sorparse.formats import sor2
from sorparse.formats.cells import BadCell
from sorparse.formats.csv_reader import match_columns
from sorparse.formats.decode import CarefulDecoder, make_plan
from sorparse.formats.fast import FastDecoder
from sorparse.formats.rows import clean

HEADER = [column.name for column in sor2.ENTITIES.columns]
LINES = [
    line
    for line in examples.daily_csv.read_text("utf-8-sig").splitlines()[1:]
    if line.count(";") == len(HEADER) - 1
]
ODD = (
    "",
    " ",
    "NULL",
    "x",
    "2021-03-31",
    "31-3-2021",
    "true",
    "1,5",
    '="5790000000005"',
    "é",
    "\xa0a",
)


@cache
def decoders() -> tuple[CarefulDecoder, FastDecoder]:
    plan = make_plan(sor2.ENTITIES, HEADER, match_columns(sor2.ENTITIES, HEADER, {}))
    careful = CarefulDecoder(plan, repair=False)
    return careful, FastDecoder(careful, ";")


def _outcome(decode: Callable[[Any], Any], row: object) -> object:
    try:
        return decode(row)
    except ValueError:
        return "for the careful way"


@given(st.data())
def test_a_row_the_fast_way_takes_is_the_careful_ways_record(data: st.DataObject) -> None:
    careful, fast = decoders()
    for _ in range(3):  # the fast way remembers the row before
        cells = data.draw(st.sampled_from(LINES)).split(";")
        for _ in range(data.draw(st.integers(0, 3))):
            place = data.draw(st.integers(0, len(cells) - 1))
            cells[place] = data.draw(st.sampled_from(ODD))
        exact = [cell[1:-1].replace('""', '"') if cell[:1] == '"' else cell for cell in cells]
        issues: list[BadCell] = []

        def report(bad: BadCell, _leaf: object, _text: str, issues: list[BadCell] = issues) -> None:
            issues.append(bad)

        expected = careful.decode([clean(cell) for cell in exact], report)
        for outcome in (_outcome(fast.line, ";".join(cells)), _outcome(fast.cells, exact)):
            if outcome != "for the careful way":
                assert not issues
                assert outcome == expected
                assert hash(outcome) == hash(expected)


@pytest.mark.parametrize("blank", [" ", "\xa0", "\t", "NULL"])
def test_a_cell_of_blanks_is_an_empty_one_to_the_fast_way_too(blank: str) -> None:
    careful, fast = decoders()
    # as a line that holds no quotes: careful and cells have no others to tell of
    line = [
        clean(cell[1:-1].replace('""', '"')) if cell[:1] == '"' else cell
        for cell in LINES[0].split(";")
    ]
    for place in range(1, len(HEADER)):
        for filled in (range(place, place + 1), range(place, len(HEADER))):
            cells = [blank if at in filled else cell for at, cell in enumerate(line)]
            empty = ["" if at in filled else cell for at, cell in enumerate(line)]
            expected = careful.decode([clean(cell) for cell in empty], lambda *_: None)
            assert fast.line(";".join(cells)) == fast.line(";".join(empty)) == expected
            assert fast.cells(cells) == expected


def test_nearly_every_line_is_read_the_fast_way() -> None:
    header = ";".join(HEADER)
    with sorparse.open("\n".join([header, *LINES]).encode()) as feed:
        read = list(feed.entities())
    _, fast = decoders()
    outcomes = [_outcome(fast.line, line) for line in LINES]
    pairs = [
        (one, two) for one, two in zip(outcomes, read, strict=True) if isinstance(one, SOREntity)
    ]
    assert all(one == two for one, two in pairs)
    assert len(pairs) > 0.9 * len(read)
