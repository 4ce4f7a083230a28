"""Units of sor.csv inherit the CVR number of the unit at the top, in any order of the rows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sorparse
from support.csv_files import A, B, C, sor_csv, sor_id
from support.laws import law_examples
from support.streams import Chunked

CVR = "29190623"
MOST = 60
PARENTS = st.lists(st.integers(0, MOST + 2), min_size=1, max_size=MOST)


def expected(parents: list[int], number: int) -> str | None:
    """Return the number of a unit, one step after the other."""
    seen: set[int] = set()
    while number not in seen and 1 <= number <= len(parents):
        seen.add(number)
        if not parents[number - 1]:
            return CVR
        number = parents[number - 1]
    return None


@settings(max_examples=law_examples(100), deadline=None)
@given(st.one_of(PARENTS, st.integers(1, MOST).map(lambda size: list(range(size)))), st.randoms())
def test_the_number_comes_from_the_top(parents: list[int], random: object) -> None:
    numbers = list(range(1, len(parents) + 1))
    random.shuffle(numbers)  # type: ignore[attr-defined] # hypothesis does not name the class
    rows = [
        f"{sor_id(n)};{sor_id(parents[n - 1])};" if parents[n - 1] else f"{sor_id(n)};;{CVR}"
        for n in numbers
    ]
    data = "\n".join(["SOR-kode;Parent-SOR-kode;CVR", *rows]).encode()
    with sorparse.open(data) as feed:
        found = [unit.cvr for unit in feed.entities()]
    assert found == [expected(parents, n) for n in numbers]


FAMILY = ("SOR-kode", "Parent-SOR-kode", "CVR")
OWNER, INSTITUTION, UNIT = f"{A};;{CVR}", f"{B};{A};", f"{C};{B};"


def numbers_of(*rows: str, from_stream: bool) -> list[str | None]:
    data = sor_csv(*rows, header=FAMILY)
    source: Any = Chunked(data, 1000) if from_stream else data
    with sorparse.open(source) as feed:
        return [unit.cvr for unit in feed.entities()]


def test_in_a_stream_each_unit_has_to_follow_those_above_it() -> None:
    ordered, reverse = (OWNER, INSTITUTION, UNIT), (UNIT, INSTITUTION, OWNER)
    assert numbers_of(*ordered, from_stream=True) == [CVR, CVR, CVR]
    assert numbers_of(*reverse, from_stream=False) == [CVR, CVR, CVR]
    assert numbers_of(*reverse, from_stream=True) == [None, None, CVR]


@pytest.mark.parametrize("from_stream", [False, True])
def test_only_the_number_at_the_top_is_inherited(from_stream: bool) -> None:
    own = "12345674"
    lost = (f"{sor_id(104)};{sor_id(999)};{own}", f"{sor_id(105)};{sor_id(104)};")
    rows = (OWNER, f"{B};{A};{own}", UNIT, *lost)  # the owner of the lost units is not in the file
    assert numbers_of(*rows, from_stream=from_stream) == [CVR, own, CVR, own, None]


@pytest.mark.parametrize("from_stream", [False, True])
def test_equal_rows_of_a_few_characters_get_the_number_one_by_one(from_stream: bool) -> None:
    # beyond the limit such rows are decoded once
    data = sor_csv(*["x;y;"] * 30, f"y;;{CVR}", *["x;y;"] * 3, header=FAMILY)
    source: Any = Chunked(data, 1000) if from_stream else data
    with sorparse.open(source, limits=sorparse.Limits(max_issues=10)) as feed:
        units = list(feed.entities())
    before = None if from_stream else CVR
    assert [unit.cvr for unit in units] == [before] * 30 + [CVR] * 4
    assert {unit.parent_id for unit in units if unit.sor_id == "x"} == {"y"}
