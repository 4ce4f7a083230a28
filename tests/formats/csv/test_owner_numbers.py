"""Units of sor.csv inherit the CVR number of the unit at the top, in any order of the rows."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

import sorparse
from support.csv_files import sor_id
from support.laws import law_examples

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
