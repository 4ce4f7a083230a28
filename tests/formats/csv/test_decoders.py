"""The fast and the exact decoder return the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sorparse
from sorparse import SOREntity, examples
from sorparse.formats import sor2
from sorparse.formats.cells import BadCell
from sorparse.formats.csv.decoder import FastDecoder
from sorparse.formats.csv.rows import clean, split_quoted
from sorparse.formats.decode import CarefulDecoder, Leaf, make_plan
from sorparse.formats.headers import match_columns
from sorparse.formats.tolerant_writer import TolerantDecoder
from sorparse.records.row import row_class, row_of

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


def damaged(data: st.DataObject, line: str, odd: Sequence[str]) -> list[str]:
    """The cells of a line, up to three of them unexpected."""
    cells = line.split(";")
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(cells) - 1))
        cells[place] = data.draw(st.sampled_from(odd))
    return cells


@given(st.data())
def test_a_row_the_fast_decoder_takes_is_the_careful_decoders_record(data: st.DataObject) -> None:
    careful, fast = decoders()
    for _ in range(3):  # the fast way remembers the row before
        cells = damaged(data, data.draw(st.sampled_from(LINES)), ODD)
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


QUOTED = (
    *(cell for cell in ODD if cell),
    '"a;b"',
    '"a ""b"" c"',
    '""',
    '" "',
    '"NULL"',
    '"=""a;b"""',
    '"=""a"""',
    '"=""a""" ',
    '=";"',
    ' "a"',
    'a "b" c',
    '"a"b"',
    '"a',
    'a"',
    '""""',
    "\x1f",
    '"a\x1f;b"',
)


def _agrees(fast: FastDecoder, careful: CarefulDecoder, line: str) -> None:
    """The fast decoder returns what the cells of a line say, or nothing if it is not a row."""
    cells = split_quoted(line, ";")
    expected: object = "no row"
    issues: list[BadCell] = []
    if cells is not None and len(cells) == len(HEADER):
        expected = careful.decode(
            [clean(cell) for cell in cells], lambda bad, *_: issues.append(bad)
        )
    ways: list[tuple[Callable[[Any], Any], Any]] = [(fast.line, line)]
    if expected != "no row":
        ways.append((fast.cells, cells))
    for way, row in ways:
        outcome = _outcome(way, row)
        if outcome != "for the careful way":
            assert outcome == expected
            assert not issues


@given(st.data())
def test_quotes_mean_to_the_fast_decoder_what_they_mean_by_the_rules(data: st.DataObject) -> None:
    careful, fast = decoders()
    for _ in range(3):
        line = data.draw(st.sampled_from(LINES))
        cells = damaged(data, line, QUOTED)
        _agrees(fast, careful, ";".join(cells))
        _agrees(fast, careful, line)  # nothing remains of a row that was refused


@pytest.mark.parametrize("text", ['"Klinik; Nord"', '"Klinik ""Nord"""', '"Klinik"'])
def test_a_row_with_a_quoted_name_is_decoded_from_its_cells(text: str) -> None:
    careful, fast = decoders()
    for place in (1, 7, len(HEADER) - 1):  # alone, of the owner, last
        line = LINES[0].split(";")
        line[place] = text
        cells = split_quoted(";".join(line), ";")
        assert cells is not None
        assert cells[place] == text[1:-1].replace('""', '"')
        expected = careful.decode([clean(cell) for cell in cells], lambda *_: None)
        assert fast.cells(cells) == expected


FIELDS = ("sor_id", "name", "validity.to_date", "visiting_address.post_code", "note")


@given(st.data(), st.lists(st.sampled_from(FIELDS), min_size=1, unique=True))
def test_quotes_mean_the_same_where_a_few_fields_are_read(
    data: st.DataObject, fields: list[str]
) -> None:
    careful, _ = decoders()
    row = row_class(SOREntity, fields)
    few, take = FastDecoder(careful, ";", row), row_of(row)
    for _ in range(3):
        line = data.draw(st.sampled_from(LINES))
        cells = damaged(data, line, QUOTED)
        for text in (";".join(cells), ";".join(cells[:-1]), line):
            exact = split_quoted(text, ";")
            expected: object = "no row"
            if exact is not None and len(exact) == len(HEADER):
                record = careful.decode([clean(cell) for cell in exact], lambda *_: None)
                expected = None if record is None else take(record)
            ways: list[tuple[Callable[[Any], Any], Any]] = [(few.line, text)]
            if expected != "no row":
                ways.append((few.cells, exact))
            for way, given_row in ways:
                outcome = _outcome(way, given_row)
                if outcome != "for the careful way":
                    assert outcome == expected


@pytest.mark.parametrize("blank", [" ", "\xa0", "\t", "NULL"])
def test_a_cell_of_spaces_is_an_empty_one_to_the_fast_decoder_too(blank: str) -> None:
    careful, fast = decoders()
    # as a line that holds no quotes: the other decoders report nothing else
    line = [
        clean(cell[1:-1].replace('""', '"')) if cell[:1] == '"' else cell
        for cell in LINES[0].split(";")
    ]
    for place in range(1, len(HEADER)):
        for filled in (range(place, place + 1), range(place, len(HEADER))):
            cells = [blank if at in filled else cell for at, cell in enumerate(line)]
            empty = ["" if at in filled else cell for at, cell in enumerate(line)]
            expected = careful.decode([clean(cell) for cell in empty], lambda *_: None)
            assert fast.line(";".join(empty)) == expected
            assert _outcome(fast.line, ";".join(cells)) in (expected, "for the careful way")


def test_nearly_every_line_is_read_by_the_fast_decoder() -> None:
    header = ";".join(HEADER)
    with sorparse.open("\n".join([header, *LINES]).encode()) as feed:
        read = list(feed.entities())
    _, fast = decoders()
    outcomes = [_outcome(fast.line, line) for line in LINES]
    for place, line in enumerate(LINES):
        if not isinstance(outcomes[place], SOREntity):
            cells = split_quoted(line, ";") or []
            outcomes[place] = _outcome(fast.cells, [clean(cell) for cell in cells])
    pairs = [
        (one, two) for one, two in zip(outcomes, read, strict=True) if isinstance(one, SOREntity)
    ]
    assert all(one == two for one, two in pairs)
    assert len(pairs) > 0.9 * len(read)


@pytest.mark.parametrize("sign", ["\x1e", "\x1f", "\x85", "\u2028", "\x0b"])
def test_a_cell_of_an_unknown_column_has_its_control_characters(sign: str) -> None:
    """Only spaces are cut off, in each column, and by each way of reading."""
    rows = f"9000041000016007;x;{sign}\n9000041000016007;x{sign};\n"
    content = f"SorId;EntityName;New\n{rows}".encode()
    with sorparse.open(content) as feed:
        units = list(feed.entities())
        few = [(name, dict(extra)) for name, extra in feed.entities(fields=("name", "extra"))]
    expected = [("x", {"New": sign}), (f"x{sign}", {})]
    assert [(unit.name, dict(unit.extra)) for unit in units] == few == expected
    assert list(sorparse.load(content).records("entities")) == units


@pytest.mark.parametrize("field", ["sor_id", "name", "cvr", "note"])
@pytest.mark.parametrize("more", [";", ";x", ";;x", ";;;;"])
def test_a_row_that_is_too_long_is_so_whatever_fields_are_asked_for(field: str, more: str) -> None:
    """Also where the last field is in the last column but one."""
    header = "SorId;EntityName;InstitutionOwnerCvrNumberId;SorNote"
    content = f"{header}\n9000041000016007;x;99000015;y{more}\n".encode()
    with sorparse.open(content) as feed:
        expected = [(getattr(unit, field),) for unit in feed.entities()]
    with sorparse.open(content) as feed:
        assert [tuple(row) for row in feed.entities(fields=(field,))] == expected
        codes = {issue.code for issue in feed.issues}
    assert ("row-length" in codes) == (not expected)


REPORTED = (*ODD, "9000041000016008", "9,00004E+15", "1899-01-01", "3000-01-01", "12,5", "6000000")


def _reported(decoder: TolerantDecoder) -> list[tuple[str, str, str]]:
    reports = []
    for _, leaf, text, error in decoder.invalid:
        reports.append((leaf.header, text, f"{error} [{error.severity} {error.code}]"))
    decoder.invalid.clear()
    return reports


@given(st.data(), st.booleans(), st.lists(st.sampled_from(FIELDS), unique=True))
def test_the_tolerant_decoder_returns_and_reports_what_the_careful_one_does(
    data: st.DataObject, repair: bool, fields: list[str]
) -> None:
    careful, tolerant, counting, few = tolerant_decoders(repair, tuple(sorted(fields)))
    take = row_of(row_class(SOREntity, sorted(fields))) if fields else None
    for _ in range(3):  # nothing of the row before is left
        cells = [clean(cell) for cell in damaged(data, data.draw(st.sampled_from(LINES)), REPORTED)]
        reports: list[tuple[str, str, str]] = []

        def report(
            bad: BadCell, leaf: Leaf, text: str, reports: list[tuple[str, str, str]] = reports
        ) -> None:
            reports.append((leaf.header, text, f"{bad} [{bad.severity} {bad.code}]"))

        record = careful.decode(cells, report)
        if record is None:
            continue
        assert tolerant.decode(cells) == record
        found = _reported(tolerant)
        assert sorted(found) == sorted(dict.fromkeys(reports))
        assert counting.decode(cells) == record
        kinds = [f"[{severity} {code}]" for severity, code in counting.kinds]
        assert sorted(kinds) == sorted(f"[{text.rpartition('[')[2]}" for _, _, text in found)
        counting.kinds.clear()
        if take is not None:
            assert few.decode(cells) == take(record)
            names = {column for column, *_ in _reported(few)}
            assert names <= {column for column, *_ in reports}


@cache
def tolerant_decoders(
    repair: bool, fields: tuple[str, ...]
) -> tuple[CarefulDecoder, TolerantDecoder, TolerantDecoder, TolerantDecoder]:
    plan = make_plan(sor2.ENTITIES, HEADER, match_columns(sor2.ENTITIES, HEADER, {}))
    careful = CarefulDecoder(plan, repair=repair)
    row = row_class(SOREntity, fields) if fields else None
    counting = TolerantDecoder(careful, None, counting=True)
    return careful, TolerantDecoder(careful, None), counting, TolerantDecoder(careful, row)
