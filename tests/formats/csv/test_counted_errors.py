"""Invalid cells whose errors are only counted: the same rows and counts as with every issue."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sorparse
from sorparse.formats.csv import plain_file
from support.arrow_columns import GOOD, by_columns, by_records, units
from support.laws import law_examples

pytest.importorskip("numpy")

BAD_CELLS = (
    *("", "x", "12", " ", " x ", "\xa0x", "NULL", "?", "æ", "x" * 30, "%"),
    *("8031000016008", "8031000016000", "1,52096E+15", "8031 000016007", " 8031000016007 "),
    *("2021-13-45", "1799-01-01", "9999-12-31", "2101-01-01", "31-12-2020", " 2021-03-31"),
    *("29190624", "DK29190623", "1301", "130101a", "38000", "ja", "nej", "SI", "si", "xx"),
    *("12,5", "6177010,77", "575.123,25", "1234,12345678", "-5", '"x"', '"a ""b"""', "NaN"),
)
CELLS = GOOD.split(";")
CHANGES = st.lists(
    st.tuples(st.integers(0, len(CELLS)), st.sampled_from(BAD_CELLS)), min_size=1, max_size=4
)


def changed(changes: list[tuple[int, str]]) -> str:
    cells = [*CELLS]
    for place, text in changes:
        if place < len(cells):
            cells[place] = text
        else:
            cells.append(text)
    return ";".join(cells)


def counts(data: bytes, work: Any, **options: Any) -> tuple[Any, dict[str, int]]:
    """Return what ``work`` reads from the units, and the number of issues by code."""
    with sorparse.open(data, **options) as feed:
        rows = work(feed)
        return rows, dict(feed.issue_counts)


def arrow(feed: sorparse.Feed) -> list[dict[str, Any]]:
    return [row for each in feed.to_arrow("entities").batches() for row in each.to_pylist()]


@settings(max_examples=law_examples(150), deadline=None)
@given(
    st.lists(CHANGES, min_size=1, max_size=5),
    st.integers(0, 4),
    st.booleans(),
    st.integers(50, 900),
)
def test_tables_have_the_same_rows_and_counts_beyond_the_limit(
    rows: list[list[tuple[int, str]]], most: int, repair: bool, block: int
) -> None:
    data = units(*map(changed, rows), GOOD)
    every, all_counts = counts(data, arrow, repair=repair)
    few = sorparse.Limits(max_issues=most)
    with patch.object(plain_file, "BLOCK_BYTES", block):  # issues may fill the log in any block
        assert counts(data, arrow, repair=repair, limits=few) == (every, all_counts)
    records, record_counts = counts(
        data, lambda feed: list(feed.entities()), repair=repair, limits=few
    )
    assert record_counts == all_counts
    assert len(records) == len(every)
    assert (
        by_columns(data, repair=repair, limits=few)["rows"]
        == (by_records(data, repair=repair, limits=few)["rows"])
    )


@pytest.mark.parametrize("repair", [False, True])
@pytest.mark.parametrize("most", [0, 1, 40])
def test_each_invalid_text_in_each_column(most: int, repair: bool) -> None:
    places = range(len(CELLS) + 1)
    data = units(*(changed([(place, text)]) for place in places for text in BAD_CELLS), GOOD)
    expected = counts(data, arrow, repair=repair)
    few = sorparse.Limits(max_issues=most)
    assert counts(data, arrow, repair=repair, limits=few) == expected
    with patch.object(plain_file, "BLOCK_BYTES", 5_000):
        assert counts(data, arrow, repair=repair, limits=few) == expected


@pytest.mark.parametrize("place", range(4, 12))
def test_the_other_errors_of_a_row_that_is_read_again_are_counted_once(place: int) -> None:
    """A cell with spaces around it is read as a record is, and its row with it."""
    bad = [(other, "?") for other in range(4, len(CELLS)) if other != place]
    both = changed([*bad, (place, " x ")])
    for rows in ([both, changed(bad)] * 3, [both]):
        data = units(*rows, GOOD)
        assert counts(data, arrow, limits=sorparse.Limits(max_issues=0)) == counts(data, arrow)
