"""What numpy finds in lines and cells is what the readers of rows and cells find."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import sorparse
from sorparse import Limits, identifiers
from sorparse.formats.csv.rows import clean
from sorparse.formats.declare import Kind
from support.arrow_columns import GOOD, by_columns, by_records, in_order, units
from support.csv_files import sor_id

pa = pytest.importorskip("pyarrow")
np = pytest.importorskip("numpy")

from sorparse.formats.csv import plain_file  # noqa: E402 - needs what may not be installed
from sorparse.formats.csv.buffers import array_of  # noqa: E402
from sorparse.formats.csv.cell_spans import Cells, Lines, NotAligned  # noqa: E402
from sorparse.formats.csv.checks import CHECKS, is_bare, metres  # noqa: E402
from sorparse.tables import csv_batches  # noqa: E402 - needs what may not be installed

SIGNS = st.text("aæ;\" ='N1-,", max_size=8)


def cells_of(data: bytes, width: int, wrapped: tuple[int, ...] = (0,)) -> list[list[str] | None]:
    """Return the texts of each row; ``None`` for one that is irregular."""
    cells = Cells(Lines(data, 10_000), ";", width, wrapped)
    signs = cells.signs.tobytes()
    rows = zip(cells.starts.T.tolist(), cells.ends.T.tolist(), cells.irregular, strict=True)
    return [
        None if odd else [signs[a:b].decode() for a, b in zip(starts, ends, strict=True)]
        for starts, ends, odd in rows
    ]


def bare(cell: str) -> str:
    """Return a text without what Excel needs around it."""
    is_wrapped = len(cell) > 3 and cell.startswith('="') and cell.endswith('"')
    return cell[2:-1] if is_wrapped else cell


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@given(
    lines=st.lists(st.lists(SIGNS, min_size=3, max_size=3).map(";".join), min_size=1, max_size=5)
)
@example(['"=""""a"""""""";b;c'])
@example(['"=""x""";"=""y""";="z"'])
@example(['="a""b";"a""b";"a;""b"'])
@example(['"";"""";""""""'])
@example(['"a;b";"c;d'])
@example(['="";"=""""";"="""""""'])
@example(['a"b;c"d;e'])
@example(['"";";"', '"a";"b";"c"'])
@example(['"a"";""b";"c";";"'])
@example(['"=""x""";"y";"=""z"""', '"=""a;b""";"c";"d ""e"""'])
@example([';;=";1"'])
@example([';;=";"'])
def test_an_ordinary_row_has_the_cells_of_the_csv_module(end: str, lines: list[str]) -> None:
    data = "".join(line + end for line in lines).encode()
    if any(line.count('"') % 2 for line in lines):
        with pytest.raises(NotAligned):
            cells_of(data, 3)
        return
    lines_found = Lines(data, 10_000)
    cells = Cells(lines_found, ";", 3, (0,))
    for place, found in zip(cells.places, cells_of(data, 3), strict=True):
        if found is not None:
            (row,) = csv.reader([lines[place]], delimiter=";", strict=True)
            assert found == [bare(cell) for cell in row]
    assert [lines_found[n] for n in range(len(lines))] == lines


@given(
    rows=st.lists(st.lists(SIGNS, min_size=2, max_size=2), min_size=1, max_size=5),
    always=st.booleans(),
)
@example(rows=[[";", ";a"], ["x;", "x"]], always=False)
def test_rows_that_a_csv_writer_quotes_are_ordinary(rows: list[list[str]], always: bool) -> None:
    stream = io.StringIO(newline="")
    csv.writer(
        stream, delimiter=";", quoting=csv.QUOTE_ALL if always else csv.QUOTE_MINIMAL
    ).writerows(rows)
    lines = stream.getvalue().splitlines()
    # if all begin and end with a quote, one with quotes around a delimiter is read by itself
    is_quoted = all(line[0] == line[-1] == '"' for line in lines)
    assume(not (is_quoted and any(re.search('(^|");("|$)', cell) for row in rows for cell in row)))
    found = cells_of(stream.getvalue().encode(), 2)
    for row, cells in zip(rows, found, strict=True):
        if any('="' in cell for cell in row):
            assert cells in (None, [bare(cell) for cell in row])
        else:
            assert cells == row


@given(st.binary(max_size=20))
@example(b"\xc0\x80")
@example(b"\xed\xa0\x80")
@example(b"\xf4\x90\x80\x80")
@example(b"\xef\xbb\xbf")
def test_what_is_no_utf8_is_not_taken(data: bytes) -> None:
    data = data.replace(b"\0", b"").replace(b"\r", b"").replace(b'"', b"") + b";\n"
    try:
        data.decode()
    except UnicodeDecodeError:
        with pytest.raises(NotAligned):
            Lines(data, 100)
    else:
        assert "\n".join(Lines(data, 100)[n] for n in range(data.count(b"\n"))) + "\n" == (
            data.decode()
        )


@pytest.mark.parametrize("data", [b"a;\0\n", b"a\rb;\n", b"\ra;b\n", b"a;b\r\r\n", b"aaaaaa;b\n"])
def test_lines_that_are_none(data: bytes) -> None:
    with pytest.raises(NotAligned):
        Lines(data, 7)


# -- checks


def laid_out(texts: list[str]) -> tuple[Any, Any, Any]:
    array = pa.array(texts, pa.string())
    _, offsets, data = array.buffers()
    bounds = np.frombuffer(offsets, dtype=np.int32)[: len(texts) + 1]
    return bounds[:-1], bounds[1:], np.frombuffer(data or b"\0", dtype=np.uint8)


def damaged(text: str) -> st.SearchStrategy[str]:
    """The text, or the text with one place changed or cut."""
    places = st.integers(0, len(text) - 1)
    signs = st.sampled_from("0123456789:/æ0 \x7f")
    return st.one_of(
        st.just(text),
        st.builds(lambda at, sign: text[:at] + sign + text[at + 1 :], places, signs),
        st.builds(lambda at: text[:at], places),
        st.builds(lambda at: text[at:], places),
    )


IDENTIFIERS = st.one_of(
    st.integers(1, 99_999_999).map(sor_id).flatmap(damaged),
    st.integers(1, 9_999).map(sor_id).flatmap(damaged),
    st.integers(10**12, 10**13 - 1).map(str).flatmap(damaged),
    st.sampled_from(["5790000000005", "29190623", "29190925"]).flatmap(damaged),
    st.integers(0, 10**8 - 1).map("{:08}".format),
    st.text("0123456789", max_size=20),
    st.text(max_size=20),
)


@pytest.mark.parametrize(
    ("kind", "check"),
    [
        (Kind.SOR_ID, identifiers.is_sor_id),
        (Kind.CVR, identifiers.is_cvr),
        (Kind.LOCATION_CODE, identifiers.is_location_code),
    ],
)
@given(texts=st.lists(IDENTIFIERS, min_size=1, max_size=8))
def test_identifiers_are_checked_alike(kind: Kind, check: Any, texts: list[str]) -> None:
    found = CHECKS[kind](*laid_out(texts)).tolist()
    assert found == [check(text) for text in texts]


@given(st.lists(st.one_of(SIGNS, st.sampled_from(["NULL", "\xa0x", "voilà", "\t"])), min_size=1))
def test_a_bare_text_is_clean(texts: list[str]) -> None:
    for text, found in zip(texts, is_bare(*laid_out(texts)).tolist(), strict=True):
        if text and found:
            assert clean(text) == text
            assert not text.startswith("=")


NUMBERS = st.one_of(
    st.from_regex(r"[0-9]{1,10}([.,][0-9]{0,8})?", fullmatch=True),
    st.text("0123456789.,-+e æ", max_size=14),
)


@given(st.lists(NUMBERS, min_size=1, max_size=8))
def test_metres_are_reported_and_read(texts: list[str]) -> None:
    starts, ends, signs = laid_out(texts)
    found, right = metres(starts, ends, signs)
    for text, start, end, is_right in zip(texts, starts, ends, right, strict=True):
        plain = re.fullmatch(r"[1-9][0-9]{3,7}([.,][0-9]{1,6})?", text, re.ASCII)
        assert bool(plain) == bool(is_right)
        if plain:
            assert found[start:end].tobytes().decode() == text.replace(",", ".")


VALUES: dict[Any, st.SearchStrategy[Any]] = {
    pa.string(): st.text(st.characters(codec="utf-8"), max_size=3),
    pa.dictionary(pa.int32(), pa.string()): st.sampled_from(["a", "b", "æ"]),
    pa.date32(): st.dates(),
    pa.bool_(): st.booleans(),
    pa.float64(): st.floats(allow_nan=False),
    pa.list_(pa.string()): st.lists(st.text("aæ"), min_size=1, max_size=3),
}


def test_zero_has_its_sign_in_an_array() -> None:
    assert repr(array_of(pa.float64(), [Decimal("-0"), None]).to_pylist()) == "[-0.0, None]"


@pytest.mark.parametrize("kind", VALUES, ids=str)
@given(data=st.data())
def test_arrays_are_those_that_pyarrow_makes(kind: Any, data: st.DataObject) -> None:
    values = data.draw(st.lists(st.none() | VALUES[kind], min_size=1, max_size=9))
    found = array_of(kind, values)
    found.validate(full=True)
    assert found.equals(pa.array(values, kind))
    assert repr(found.to_pylist()) == repr(pa.array(values, kind).to_pylist())  # with -0.0
    assert found.null_count == values.count(None)
    assert array_of(pa.date32(), [date.min, date.max]).to_pylist() == [date.min, date.max]


# -- files


@pytest.fixture
def never_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where a line is not taken from the columns."""

    def refuse(*_: Any) -> Any:
        raise AssertionError("read line by line")

    monkeypatch.setattr(plain_file.PlainFile, "exact", refuse)
    monkeypatch.setattr(csv_batches, "record_batches", refuse)


@pytest.mark.parametrize(
    "line",
    [
        GOOD,
        GOOD.replace('"=""', "").replace('"""', ""),
        GOOD.replace('"=""8031000016007"""', '="8031000016007"'),
        GOOD.replace('"=""8031000016007"""', '"8031000016007"'),
        GOOD.replace("Æble", '"Æble; og ""pære"""'),
        GOOD.replace("Æble", '"""Æble"""'),
        GOOD.replace(";0101;", ';"=""0101""";'),
        GOOD.replace("2020-01-01;;", "2020-01-01;9999-12-31;"),
        GOOD.replace("2020-01-01", "31-12-2020"),
        GOOD.replace(";true;", ";Ja;"),
        GOOD.replace("6223456,5", "6223456"),
        ";".join(f'"{cell}"' for cell in GOOD.replace('"', "").replace("=", "").split(";")),
    ],
)
def test_what_is_ordinary(line: str, request: pytest.FixtureRequest) -> None:
    data = units(GOOD, line, GOOD)
    expected = by_records(data)
    request.getfixturevalue("never_again")
    assert by_columns(data) == expected


ENDS: dict[str, Callable[[list[str]], str]] = {
    "lone CR only": lambda lines: "\r".join([*lines, ""]),
    "lone CR under the header": lambda lines: lines[0] + "\r" + "\n".join([*lines[1:], ""]),
    "lone CR above the header": lambda lines: "\r" + "\n".join([*lines, ""]),
    "empty lines above the header": lambda lines: "\n\r\n" + "\r\n".join([*lines, ""]),
    "CR LF and LF": lambda lines: lines[0] + "\n" + "\r\n".join(lines[1:]) + "\n",
    "lone CR before CR LF": lambda lines: "\r\r\n".join([*lines, ""]),
    "no end": "\n".join,
    "an end and a lone CR": lambda lines: "\n".join(lines) + "\r",
}


@pytest.mark.parametrize("block", [40, 150, 700, 2**20])
@pytest.mark.parametrize("ends", ENDS)
def test_no_row_is_lost_however_lines_end(
    ends: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plain_file, "BLOCK_BYTES", block)
    lines = units(*[GOOD.replace("Æble", f"Æble {n}") for n in range(9)]).decode("utf-8-sig")
    data = ENDS[ends](lines.splitlines()).encode()
    found = by_columns(data)
    assert len(found["rows"]["entities"]) == 9
    assert in_order(found) == in_order(by_records(data))


@pytest.mark.parametrize("block", [150, 700, 2**20])
@pytest.mark.parametrize("place", [0, 3, 8])
def test_no_row_is_lost_beside_a_line_that_is_too_long(
    place: int, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plain_file, "BLOCK_BYTES", block)
    lines = [GOOD.replace("Æble", f"Æble {n}") for n in range(9)]
    lines[place] += "x" * 3000
    options: dict[str, Any] = {"limits": Limits(max_field_chars=1000)}
    found = by_columns(units(*lines), **options)
    assert len(found["rows"]["entities"]) == 8
    assert in_order(found) == in_order(by_records(units(*lines), **options))


def test_pandas_is_left_alone() -> None:
    """pyarrow loads it by itself, wherever it has to do with lists or arrays of numpy."""
    script = """
import sys, sorparse
from sorparse import examples
for source in (examples.daily_csv, sys.stdin.buffer.read()):
    with sorparse.open(source) as feed:
        assert sum(batch.num_rows for batch in feed.to_arrow("entities").batches())
print("pandas" in sys.modules)
"""
    odd = units(GOOD, GOOD.replace("Æble", " Æble"), GOOD.replace("2020-01-01", "x"), GOOD)
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=odd,
        capture_output=True,
        check=True,
        env={"PYTHONPATH": str(next(iter(sorparse.__path__)) + "/..")},
    )
    assert done.stdout.strip() == b"False"
