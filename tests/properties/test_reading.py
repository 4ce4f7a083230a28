"""Laws of the reader: rows in are records and rows reported, whatever form the file has."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

import sorparse
from sorparse import examples
from sorparse.examples.write_csv import value_of
from sorparse.formats import blocks as text_module
from sorparse.formats.cells import BadCell, convert
from sorparse.formats.csv.rows import BLANKS, clean
from sorparse.formats.declare import Kind
from sorparse.formats.headers import match_columns
from support.csv_files import zipped
from support.reading_laws import common, named, outcome
from support.sheets import any_sheet, byte_damage, damaged_rows, everything, plain, sheets
from support.streams import Chunked


def starts(feed: sorparse.Feed, table: str) -> tuple[list[int], list[sorparse.Issue]]:
    """First lines of all records and of all rows reported, and the reports."""
    records = [line for line, _ in feed.numbered(table) if line is not None]
    reports = [i for i in feed.issues if i.raw is not None and i.line is not None]
    return sorted(records + [i.line for i in reports if i.line]), reports


@common
@given(st.data())
def test_rows_in_are_records_and_rows_reported(data: st.DataObject) -> None:
    sheet = data.draw(any_sheet())
    rows = data.draw(damaged_rows(sheet))
    text = plain(sheet.header, rows)
    lines = text.split("\r\n")
    meant = [n for n, line in enumerate(lines, 1) if n > 1 and line.strip(BLANKS)]
    with sorparse.open(named(sheet, text.encode())) as feed:
        found, reports = starts(feed, sheet.spec.table)
        assert found == meant
        for report in reports:
            assert report.raw == lines[(report.line or 0) - 1]


@common
@given(st.data())
def test_no_line_is_lost_among_damaged_bytes(data: st.DataObject) -> None:
    sheet = data.draw(any_sheet())
    body = plain((), sheet.rows[:6], "\r\n").encode()[2:]
    head = (";".join(sheet.header) + "\r\n").encode()
    damaged = head + data.draw(byte_damage(body))
    with sorparse.open(named(sheet, damaged), encoding="cp1252") as feed:
        found, reports = starts(feed, sheet.spec.table)
    text = text_module.decode_windows_1252(damaged)
    lines = re.split("\r\n|\r|\n", text)
    meant = [n for n, line in enumerate(lines, 1) if n > 1 and line.strip(BLANKS)]
    assert len(set(found)) == len(found)
    assert set(found) <= set(meant)
    # a line that begins no row is inside a quoted cell of an earlier one
    for n in set(meant) - set(found):
        before = max((start for start in found if start < n), default=None)
        assert before is not None
        assert '"' in lines[before - 1]
    for report in reports:
        height = (report.raw or "").count("\n")
        first = (report.line or 0) - 1
        assert report.raw == "\n".join(lines[first : first + height + 1])


@common
@given(st.data())
def test_every_cell_is_in_its_record_or_reported(data: st.DataObject) -> None:
    sheet = data.draw(any_sheet())
    rows = data.draw(damaged_rows(sheet))
    text = plain(sheet.header, rows)
    columns = match_columns(sheet.spec, sheet.header, {})
    with sorparse.open(named(sheet, text.encode())) as feed:
        records = dict(feed.numbered(sheet.spec.table))
        reported = {(i.line, i.column): i.value for i in feed.issues}
        swapped = any(i.code == "coordinates-swapped" for i in feed.issues)
    for line, record in records.items():
        assert line is not None
        cells = [clean(cell) for cell in text.split("\r\n")[line - 1].split(";")]
        for name, column, cell in zip(sheet.header, columns, cells, strict=False):
            if not cell:
                continue
            if column is None:
                assert record.extra[name] == cell
                continue
            if swapped and column.kind in (Kind.EASTING, Kind.NORTHING):
                continue
            try:
                expected = convert(column.kind, cell)
            except BadCell as bad:
                assert reported[line, name] == cell
                expected = bad.stored
            found = value_of(record, column.field)
            if not (isinstance(expected, sorparse.EntityRef) and found is not None):
                assert found == expected
            else:
                assert (found.sor_id or found.name) == (expected.sor_id or expected.name)


@common
@given(st.data())
def test_under_any_header_no_text_is_lost(data: st.DataObject) -> None:
    sheet = data.draw(any_sheet())
    columns = match_columns(sheet.spec, sheet.header, {})
    texts = [
        name
        for name, column in zip(sheet.header, columns, strict=True)
        if column is None or column.kind is Kind.TEXT
    ]
    others = st.text(st.characters(codec="utf-8", categories=["L", "N", "Zs"]), max_size=5)
    any_name = st.one_of(st.sampled_from([*texts, "Ukendt"]), others.map(clean))
    names = data.draw(st.lists(any_name, min_size=1, max_size=30))
    recognised = {c.field: c.name for c in sheet.spec.columns}
    keys = [recognised[f] for f in {*sheet.spec.required, *sheet.spec.recognised_by}]
    header = [*keys, sheet.spec.columns[1].name, *names]
    row = [f"<{place}>" for place in range(len(header))]
    with sorparse.open(named(sheet, plain(header, [row]).encode())) as feed:
        for table in feed.tables:
            shown = "".join(map(repr, feed.records(table))) + "".join(map(str, feed.issues))
            assert all(cell in shown for cell in row), table


@common
@given(st.data())
def test_columns_may_be_in_any_order(data: st.DataObject) -> None:
    sheet = data.draw(any_sheet())
    order = data.draw(st.permutations(range(len(sheet.header))))
    moved = plain(
        [sheet.header[place] for place in order],
        [[row[place] for place in order] for row in sheet.rows],
    )
    with sorparse.open(named(sheet, plain(sheet.header, sheet.rows).encode())) as feed:
        expected = list(feed.records(sheet.spec.table))
    with sorparse.open(named(sheet, moved.encode())) as feed:
        assert list(feed.records(sheet.spec.table)) == expected


@common
@given(st.data())
def test_line_ends_may_be_mixed(data: st.DataObject) -> None:
    sheet = data.draw(any_sheet())
    lines = plain(sheet.header, sheet.rows).split("\r\n")[:-1]
    ends = data.draw(
        st.lists(st.sampled_from(["\n", "\r\n"]), min_size=len(lines), max_size=len(lines))
    )
    mixed = "".join(line + end for line, end in zip(lines, ends, strict=True))
    with sorparse.open(named(sheet, plain(sheet.header, sheet.rows).encode())) as feed:
        expected = everything(feed)
    with sorparse.open(named(sheet, mixed.encode())) as feed:
        assert everything(feed) == expected


@common
@given(st.data())
def test_the_stream_may_come_in_any_pieces(data: st.DataObject) -> None:
    sheet = data.draw(any_sheet())
    content = plain(sheet.header, sheet.rows).encode()
    content = data.draw(st.one_of(st.just(content), byte_damage(content)))
    if data.draw(st.booleans()):
        content = zipped({sheet.name: content})
    sizes = data.draw(st.lists(st.integers(1, 5000), min_size=1, max_size=5))
    stream: Any = Chunked(content, *sizes, seekable=data.draw(st.booleans()))
    assert outcome(stream) == outcome(content)


@common
@given(st.data())
def test_damaged_lines_of_shak_are_records_or_reported(data: st.DataObject) -> None:
    lines = examples.shak.read_bytes().decode("cp1252").split("\r\n")[:10]
    body = "\r\n".join(lines[1:]).encode("cp1252")
    content = lines[0].encode("cp1252") + b"\r\n" + data.draw(byte_damage(body))
    with sorparse.open(content, encoding="cp1252") as feed:
        found, reports = starts(feed, "shak_units")
    text = re.split("\r\n|\r|\n", text_module.decode_windows_1252(content))
    assert found == [n for n, line in enumerate(text, 1) if line.strip()]
    assert all(report.raw == text[(report.line or 0) - 1] for report in reports)


LETTERS = st.text(
    st.characters(codec="cp1252", exclude_characters=';\r\n"\0', exclude_categories=["Cc"]),
    min_size=1,
    max_size=30,
)


def _looks_like_utf8(line: bytes) -> bool:
    """Return whether a part of a line may be a letter or sign in UTF-8."""
    return re.search(rb"[\xc2-\xf4][\x80-\xbf]", line) is not None


@common
@given(st.lists(LETTERS, min_size=1, max_size=5))
def test_the_encoding_does_not_matter(names: list[str]) -> None:
    rows = "".join(f"1011000016007;{name}\r\n" for name in names)
    text = "SorId;EntityName\r\n" + rows
    bare = text.encode("cp1252")
    # nobody can detect a line that is UTF-8 too, and one with a part that is, is reported
    assume(not any(_looks_like_utf8(name.encode("cp1252")) for name in names))
    expected = [clean(name) or None for name in names]
    for content in (bare, text.encode(), text.encode("utf-8-sig"), text.encode("utf-16")):
        with sorparse.open(content) as feed:
            assert [unit.name for unit in feed.entities()] == expected
            assert feed.issues == []


def test_every_table_has_its_sheet() -> None:
    assert {sheet.spec.table for sheet in sheets()} == {*sorparse_tables()} - {"shak_units"}


def sorparse_tables() -> tuple[str, ...]:
    with sorparse.open(examples.sor2_zip) as feed:
        return feed.tables
