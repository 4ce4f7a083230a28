"""Lines of SHAK files whose issues are only counted: the same records and counts as with all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sorparse
from support.laws import law_examples
from support.shak import HOSPITAL, REGIONS, shak_line

LINES = {
    "shak_units": (
        *HOSPITAL.decode("cp1252").splitlines()[1:],
        *("x", "sgh", "SGH9901", " ", "sgh9901               1976040", "x" * 23, "x" * 300),
        "xyz" + shak_line("9901", "x", "19760401")[3:],
        shak_line("", "x", "19760401"),
        shak_line("38000", "x", "x", "20001332", "17990101", ("999", "9")),
        shak_line("990101", "x", "19760401", "24991231", groups=("001", "", "xyz")) + " ",
        shak_line("9901", "x", "19760401") + "x",
    ),
    "shak_regions": (
        *REGIONS.decode("cp1252").splitlines()[1:],
        *("x", "\t", "\t" * 7, "9901" + "\t" * 7, "\t" * 8, " \t" * 7 + "x"),
        "38000\tx\tx\t20001332\t9\t999\t9999\t9000041000016008",
        "9901\tx\t17990101\t24991231\t1\t101\t1081\t1,52096E+15",
    ),
}
FIRST = {"shak_units": HOSPITAL.splitlines()[0], "shak_regions": REGIONS.splitlines()[0]}


def reading(data: bytes, table: str, **options: Any) -> tuple[list[Any], dict[str, int]]:
    with sorparse.open(data, **options) as feed:
        records = list(feed.numbered(table))
        return records, dict(feed.issue_counts)


@pytest.mark.parametrize("table", LINES)
@settings(max_examples=law_examples(60), deadline=None)
@given(st.data(), st.integers(0, 3), st.booleans())
def test_lines_beyond_the_limit_are_read_and_counted_as_those_within(
    table: str, data: st.DataObject, most: int, repair: bool
) -> None:
    lines = data.draw(st.lists(st.sampled_from(LINES[table]), max_size=12))
    content = b"\n".join([FIRST[table], *(line.encode("cp1252") for line in lines)])
    expected = reading(content, table, repair=repair)
    few = sorparse.Limits(max_issues=most)
    assert reading(content, table, repair=repair, limits=few) == expected


def test_counts_are_complete_at_each_record() -> None:
    good = HOSPITAL.splitlines()[0]
    content = b"\n".join([good, *[b"x", b"y", good] * 20])
    with sorparse.open(content, limits=sorparse.Limits(max_issues=1)) as feed:
        for number, _ in enumerate(feed.shak_units()):
            assert feed.issue_counts["missing-key"] == 2 * number
