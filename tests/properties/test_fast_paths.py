"""The fast implementations of reading rows return the same as the plain ones."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from sorparse.formats import blocks as text_module
from sorparse.formats.csv import reader as csv_reader
from sorparse.formats.csv.decoder import FastDecoder
from sorparse.formats.csv.rows import Rows, clean
from sorparse.formats.decode import CarefulDecoder, make_plan
from sorparse.formats.headers import match_columns
from sorparse.formats.tolerant_writer import TolerantDecoder
from sorparse.issues import IssueLog
from sorparse.limits import DEFAULT_LIMITS
from support.reading_laws import EXAMPLES, common, named, outcome
from support.sheets import any_sheet, damaged_rows, plain


@common
@given(st.data())
def test_it_does_not_matter_where_a_block_ends(data: st.DataObject) -> None:
    sheet = data.draw(any_sheet())
    body = plain((), sheet.rows[:5], "\n")
    place = data.draw(st.integers(1, len(body)))
    piece = data.draw(st.sampled_from(['"', ';"a\nb";', '"\n"', '"=""1"""', "\n\n", "æ"]))
    text = "\ufeff" + ";".join(sheet.header) + body[:place] + piece + body[place:]
    content = named(sheet, text.encode())
    expected = outcome(content)
    size = data.draw(st.integers(4, 3000))
    with patch.object(text_module, "BLOCK_BYTES", size):
        assert outcome(content) == expected


@settings(common, max_examples=2 * EXAMPLES)
@given(
    st.integers(2, 4).flatmap(
        lambda width: st.lists(
            st.lists(st.text('ab ;"\n=,\tæ', max_size=6), min_size=width, max_size=width),
            min_size=2,
            max_size=6,
        )
    ),
    st.sampled_from([";", ",", "\t", "|"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.integers(5, 60),
)
def test_rows_are_those_of_csv_reader_where_the_file_is_well_formed(
    table: list[list[str]], delimiter: str, end: str, quoting: Any, block: int
) -> None:
    table[0] = [f"c{place}" for place in range(len(table[0]))]  # a header is one line
    target = io.StringIO(newline="")
    csv.writer(target, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(table)
    text = target.getvalue()
    expected = [
        [clean(cell) for cell in row]
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    ]
    log = IssueLog()
    with patch.object(text_module, "BLOCK_BYTES", block):
        blocks = text_module.TextBlocks(
            io.BytesIO(text.encode()), file="x", log=log, limits=DEFAULT_LIMITS, encoding="utf-8"
        )
        rows = Rows(blocks, file="x", log=log, limits=DEFAULT_LIMITS, delimiter=delimiter, rfc=True)
        found = []
        for cells in rows.split():
            if rows.header is None:
                rows.header = cells
            found.append([clean(cell) for cell in cells])
    blank = [row for row in expected if not any(row)]
    assert [row for row in found if any(row)] == [row for row in expected if row not in blank]
    assert log.as_list() == []


@common
@given(st.data())
def test_the_fast_decoder_equals_the_careful_one(data: st.DataObject) -> None:
    sheet = data.draw(any_sheet())
    header = sheet.header
    plan = make_plan(sheet.spec, header, match_columns(sheet.spec, header, {}))
    careful = CarefulDecoder(plan, repair=False)
    fast = FastDecoder(careful, ";")
    tolerant = TolerantDecoder(careful, None)
    reports: list[str] = []
    for given_cells in data.draw(damaged_rows(sheet)):
        row = [cell.replace('"', "") for cell in given_cells]
        cells = [clean(cell) for cell in row]
        reports.clear()
        expected = None
        if len(row) == len(header):
            expected = careful.decode(cells, lambda bad, leaf, text: reports.append(text))
            if expected is not None:
                assert repr(tolerant.decode(cells)) == repr(expected)
            if reports:
                expected = None
        decodings: list[tuple[Callable[[Any], Any], Any]]
        decodings = [(fast.cells, row), (fast.line, ";".join(row))]
        for decode, given_row in decodings:
            try:
                found = decode(given_row)
            except ValueError:
                found = None
            if found is not None:
                assert found == expected
                assert repr(found) == repr(expected)


class Slow:
    """Replaces the fast decoder, and leaves every row to the slow one."""

    def __init__(self, *arguments: object) -> None:
        pass

    def line(self, row: object) -> Any:
        raise ValueError

    cells = line


@settings(common, max_examples=3 * EXAMPLES)
@given(st.data())
def test_a_file_read_the_careful_decoder_comes_to_the_same(data: st.DataObject) -> None:
    sheet = data.draw(any_sheet())
    rows = data.draw(damaged_rows(sheet))
    body = plain((), rows, "\n")
    for _ in range(data.draw(st.integers(0, 4))):
        place = data.draw(st.integers(0, len(body)))
        piece = data.draw(
            st.sampled_from(['"', '""', '="', '"=""1011000016007"""', " ", "NULL", "\0", ";", "="])
        )
        body = body[:place] + piece + body[place:]
    content = named(sheet, (";".join(sheet.header) + "\n" + body).encode())
    found = outcome(content)
    with patch.object(csv_reader, "FastDecoder", Slow):
        expected = outcome(content)
    assert found == expected
