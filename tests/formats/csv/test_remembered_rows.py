"""Short rows are remembered once issues are only counted; nothing else changes."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sorparse
from support.csv_files import A
from support.streams import Chunked

LINES = (
    '"',
    '""',
    '";"',
    'x;"',
    'x"',
    '"x";',
    '"";""',
    'a"b;',
    "x;",
    "y;",
    ";x",
    ";",
    " ; ",
    "",
    " ",
    "x",
    ";;x",
    "x;;",
    "x;\0",
    '"\0";"\0"',
    '="1";',
    "NULL;",
    "ø;æ",
    f"{A};x",
    f'{A};"x',
    f'"{A}";"x"',
)
FEW = sorparse.Limits(max_issues=3)
SHORT_VALUES = sorparse.Limits(max_issues=3, max_field_chars=4)
SHORT_HEADER = {"S": "sor_id", "N": "name"}
"""Names that are no longer than the values may be."""


def _read(source: Any, limits: sorparse.Limits | None = None) -> tuple[list[Any], dict[str, int]]:
    limits = limits or sorparse.Limits()
    with sorparse.open(source, limits=limits, columns=SHORT_HEADER) as feed:
        return list(feed.entities()), dict(feed.issue_counts)


@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=6), st.integers(1, 40))
def test_rows_beyond_the_limit_are_read_and_counted_as_those_within(
    lines: list[str], times: int
) -> None:
    data = "\n".join(["SorId;EntityName", f"{A};x", *lines * times]).encode()
    records, counts = _read(data)
    assert _read(data, FEW) == (records, counts)
    assert _read(Chunked(data, 7), FEW) == (records, counts)
    with sorparse.open(data, limits=FEW) as feed:
        few = list(feed.entities(fields=("sor_id", "name")))
        assert few == [(record.sor_id, record.name) for record in records]
        assert feed.issue_counts == counts
    if find_spec("pyarrow") is not None:
        with sorparse.open(data, limits=FEW) as feed:
            rows = [
                row for batch in feed.to_arrow("entities").batches() for row in batch.to_pylist()
            ]
            assert [(row["sor_id"], row["name"]) for row in rows] == few
            assert feed.issue_counts == counts


OVER_LINES = {
    "other second lines": [*['"a', 'b";'] * 3, *['"a', 'c";'] * 3, *['"a', "d;", '"a', 'b";'] * 2],
    "another number of lines": [*['"', '";'] * 3, *['"', "x", '";'] * 3, *['"', '";'] * 2],
    "a line that is too long": [*['x;"y', "l" * 40] * 3, *['x;"y', 'z"'] * 3],
    "no second line": [*['x;"y', "z;"] * 3, 'x;"y'],
}


@pytest.mark.parametrize("lines", OVER_LINES.values(), ids=OVER_LINES)
def test_a_row_is_remembered_with_all_lines_that_decide_on_it(lines: list[str]) -> None:
    data = "\n".join(["S;N", "v;w", *lines]).encode()
    records, counts = _read(data, sorparse.Limits(max_field_chars=5))
    assert len(records) > 2
    assert _read(data, sorparse.Limits(max_field_chars=5, max_issues=1)) == (records, counts)


@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=6), st.integers(1, 20))
def test_values_beyond_their_limit_are_counted_too(lines: list[str], times: int) -> None:
    data = "\n".join(["S;N", "v;w", *lines * times]).encode()
    long = sorparse.Limits(max_field_chars=4)
    assert _read(data, SHORT_VALUES) == _read(data, long)


@pytest.mark.parametrize("row", ['"\0";"\0"', "x;y;\0;\0"])
def test_each_nul_outside_the_columns_is_an_issue(row: str) -> None:
    data = f"SorId;EntityName\n{row}\n".encode()
    for most in (100, 0):
        limits = sorparse.Limits(max_issues=most, max_field_chars=4 if '"' in row else 100)
        _, counts = _read(data, limits)
        assert counts["control-character"] == 2


def test_counts_are_complete_at_each_record() -> None:
    data = "\n".join(["SorId;EntityName", *["x", "y", "x;"] * 50]).encode()
    with sorparse.open(data, limits=FEW) as feed:
        for number, _ in enumerate(feed.entities(), 1):
            assert feed.issue_counts == {"row-length": 2 * number, "bad-sor-id": number}


def test_rows_after_an_issue_without_room_for_its_text_are_only_counted() -> None:
    data = "\n".join(["SorId;EntityName", "x" * 500, "x", "y", f"{A};x"]).encode()
    with sorparse.open(data, limits=sorparse.Limits(max_issue_chars=300)) as feed:
        assert len(list(feed.entities())) == 1
        assert feed.issue_counts["row-length"] == 3
        assert [issue.code for issue in feed.issues] == ["too-many-issues"]


@pytest.mark.parametrize("on_issue", ["raise", "collect"])
def test_warnings_beyond_the_limit_are_counted_whatever_errors_do(on_issue: Any) -> None:
    data = "\n".join(["SorId;EntityName", *["x;"] * 50, "x"]).encode()
    with sorparse.open(data, limits=FEW, on_issue=on_issue) as feed:
        if on_issue == "raise":
            with pytest.raises(sorparse.SorDataError):
                list(feed.entities())
        else:
            list(feed.entities())
        assert feed.issue_counts == {"bad-sor-id": 50, "row-length": 1}


def test_lines_that_are_not_utf8_are_counted_beyond_the_limit() -> None:
    lines = ["SorId;EntityName", *["ø;æ"] * 20_000, *["x;\udcff"] * 20_000]
    data = "\n".join(lines).encode("utf-8", "surrogateescape")
    records, counts = _read(data)
    assert counts["undecodable-text"] == 20_000
    assert _read(data, FEW) == (records, counts)
