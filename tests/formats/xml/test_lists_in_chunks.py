"""Lists that are read by their shape: where a file is cut into chunks makes no difference."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sorparse
from support.laws import law_examples

COMMENT = f"<!--{'x' * 70_000}-->"
"""Longer than a chunk. It is not part of the tree."""
LIST = (
    '<SorDataCodeTypes a="1">|<List code="L">|<Name>y</Name>|t|'
    '<c id="1" name="a"/>|u|<c id="2"><Name>b</Name>|<m><n>1</n>|<n>2</n>|</m>|</c>|'
    "<late>v</late>|<o><p>w</p>|</o>|</List>|<List>|<c><id>3</id>|<Name/></c>|</List>|"
    "<z>1</z>|</SorDataCodeTypes>"
)
PARTS = LIST.split("|")

Outcome = tuple[list[Any], list[str], str]


def outcome(text: str, **limits: int) -> Outcome:
    found: list[Any] = []
    error = ""
    with sorparse.open(text.encode(), limits=sorparse.Limits(**limits)) as feed:
        try:
            found.extend(feed.classifications())
        except sorparse.SorFileError as raised:
            error = str(raised).partition(": ")[2]
        return found, [str(issue) for issue in feed.issues], error


def described(text: str) -> Any:
    with sorparse.open(text.encode()) as feed:
        return feed.describe().tables[0].columns


@settings(deadline=None, max_examples=law_examples(40))
@given(
    st.sets(st.integers(1, len(PARTS) - 1), max_size=4),
    st.integers(2, len(PARTS)),
    st.sampled_from((3, 4, 5, 200)),
)
def test_chunks_make_no_difference(places: set[int], end: int, depth: int) -> None:
    parts = PARTS[:end]
    cut = [COMMENT * (number in places) + part for number, part in enumerate(parts)]
    assert outcome("".join(cut), max_depth=depth) == outcome("".join(parts), max_depth=depth)


@pytest.mark.parametrize("place", range(1, len(PARTS)))
def test_described_in_chunks(place: int) -> None:
    text = "".join([*PARTS[:place], COMMENT, *PARTS[place:]])
    assert described(text) == described("".join(PARTS))


def test_entries_before_an_error_are_read() -> None:
    text = '<SorDataCodeTypes><L><c id="1" name="a"/><c id="2" name="b"/><c id="3" name="c">'
    found, _, error = outcome(text)
    assert [one.entry.code for one in found] == ["1", "2"]
    assert error.startswith("is not well-formed XML, or ends too early")


def test_entries_before_too_many_names_are_read() -> None:
    text = (
        '<Codes><c id="1" name="a"/><c id="2" name="b"/>'
        + "".join(f"<n{number}/>" for number in range(9))
        + '<c id="3" name="c"/></Codes>'
    )
    found, _, error = outcome(f"<SorDataCodeTypes>{text}</SorDataCodeTypes>", max_columns=6)
    assert [one.entry.code for one in found] == ["1", "2"]
    assert "more different unknown elements" in error


def test_entries_before_elements_that_are_too_deep_are_read() -> None:
    text = (
        f"<Codes><c id='1' name='a'/><c id='2' name='b'/>{'<n>' * 9}{'</n>' * 9}"
        "<c id='3' name='c'/></Codes>"
    )
    found, _, error = outcome(f"<SorDataCodeTypes>{text}</SorDataCodeTypes>", max_depth=5)
    assert [one.entry.code for one in found] == ["1", "2"]
    assert "nested deeper" in error
