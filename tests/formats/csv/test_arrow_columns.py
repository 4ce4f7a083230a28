"""The fast path from CSV to columns returns what the records return, issues included."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sorparse
from sorparse import SorDataError, examples
from sorparse.formats import sor2
from sorparse.tables import csv_batches
from support.arrow_columns import GOOD, by_columns, by_records, in_order, rows_of, units

pa = pytest.importorskip("pyarrow")
pytest.importorskip("numpy")

from sorparse.formats.csv import plain_file  # noqa: E402 - needs what may not be installed


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_file, "BLOCK_BYTES", 700)


@pytest.fixture
def never_by_records(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where the fast way gives up."""

    def refuse(*_: Any) -> Any:
        raise AssertionError("read by records")

    monkeypatch.setattr(csv_batches, "record_batches", refuse)


@pytest.mark.usefixtures("small_blocks", "never_by_records")
def test_the_example_set_is_read_by_the_fast_decoder() -> None:
    with sorparse.open(examples.sor2_zip) as feed:
        fast = {name: rows_of(feed.to_arrow(name)) for name in feed.tables if name != "entities"}
    assert fast["shak_sor_map"]


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("source", [examples.sor2_zip, examples.daily_csv, examples.sor_csv_folder])
def test_the_examples(source: Path) -> None:
    assert in_order(by_columns(source)) == in_order(by_records(source))


ODD = {
    "as it should be": GOOD,
    "not wrapped": GOOD.replace('"=""', "").replace('"""', ""),
    "wrong check digit": GOOD.replace("16007", "16008"),
    "damaged id": GOOD.replace('"=""8031000016007"""', "1,52096E+15"),
    "no id": GOOD.replace('"=""8031000016007"""', ""),
    "blanks": GOOD.replace(";Æble;", ";  Æble ;"),
    "no-break space": GOOD.replace(";Æble;", ";\xa0Æble\xa0;"),
    "ends in à": GOOD.replace("Æble", "voilà"),
    "literal NULL": GOOD.replace("Æble", "NULL"),
    "blank type": GOOD.replace(";hospital;", "; hospital;"),
    "type NULL": GOOD.replace(";hospital;", ";NULL;"),
    "wrapped type": GOOD.replace(";22232009;", ';"=""22232009""";'),
    "wrapped SHAK": GOOD.replace(";0101;", ';"=""0101""";'),
    "raw wrapped": GOOD.replace('"=""8031000016007"""', '="8031000016007"'),
    "wrapped nothing": GOOD.replace(";0101;", ';"=""""";'),
    "equals sign": GOOD.replace(";0101;", ";=0101;"),
    "quoted text": GOOD.replace("Æble", '"Æble; og ""pære"""'),
    "quote within": GOOD.replace("Æble", 'Æb"le'),
    "stray quote": GOOD.replace("Æble", '"Æb"le"s"'),
    "quote that stays open": GOOD.replace("Æble", '"Æble'),
    "over two lines": GOOD.replace("Æble", '"Æble\r\nog pære"'),
    "Danish date": GOOD.replace("2020-01-01", "31-12-2020"),
    "date and time": GOOD.replace("2020-01-01", "2020-01-01T00:00:00"),
    "short date": GOOD.replace("2020-01-01", "2020-1-1"),
    "no date": GOOD.replace("2020-01-01", "2020-13-01"),
    "open end": GOOD.replace("2020-01-01;;", "2020-01-01;9999-12-31;"),
    "begins at an open end": GOOD.replace("2020-01-01", "9999-12-31"),
    "year nought": GOOD.replace("2020-01-01", "0000-01-01"),
    "decimal point": GOOD.replace("575123,25", "575123.25"),
    "grouped number": GOOD.replace("575123,25", "575.123,25"),
    "exponent": GOOD.replace("575123,25", "5e5"),
    "not a number": GOOD.replace("575123,25", "nan"),
    "many digits": GOOD.replace("575123,25", "575123,1234567890"),
    "degrees": GOOD.replace("575123,25;6223456,5", "10,2;56,1"),
    "swapped": GOOD.replace("575123,25;6223456,5", "6223456,5;575123,25"),
    "only northing": GOOD.replace("575123,25;", ";"),
    "yes in Danish": GOOD.replace(";true;", ";Ja;"),
    "neither yes nor no": GOOD.replace(";true;", ";måske;"),
    "level in words": GOOD.replace(";SI;", ";Sundhedsinstitution;"),
    "no such level": GOOD.replace(";SI;", ";XX;"),
    "CVR": GOOD.replace(";true;;", ";true;29190925;"),
    "wrong CVR": GOOD.replace(";true;;", ";true;29190926;"),
    "unknown column filled": GOOD + "nyt",
    "unknown column wrapped": GOOD + '"=""nyt"""',
    "unknown column blank": GOOD + " x ",
    "too short": "8031000016007;x",
    "too long": GOOD + ";;;",
    "too long and filled": GOOD + ";;x",
    "blank line": "   ",
    "empty line": "",
    "NUL": GOOD.replace("Æble", "Æ\0ble"),
    "lone CR": GOOD.replace("Æble", "Æ\rble"),
    "only delimiters": ";" * 12,
}


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("oddity", ODD)
def test_one_irregular_line_among_others(oddity: str, end: str) -> None:
    data = units(GOOD, GOOD, ODD[oddity], GOOD, GOOD, end=end)
    assert in_order(by_columns(data)) == in_order(by_records(data))


@pytest.mark.usefixtures("small_blocks")
def test_all_irregularities_in_any_order() -> None:
    rng = random.Random(8)
    for _ in range(30):
        lines = [rng.choice([GOOD, rng.choice(list(ODD.values()))]) for _ in range(25)]
        data = units(*lines)
        assert in_order(by_columns(data)) == in_order(by_records(data))
        assert in_order(by_columns(data, repair=True)) == in_order(by_records(data, repair=True))


@pytest.mark.parametrize("block", [100, 333, 700, 5000])
def test_blocks_of_any_size(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_file, "BLOCK_BYTES", block)
    data = units(*[GOOD.replace("Æble", f"Æble {n}") for n in range(40)])
    assert by_columns(data) == by_records(data)
    assert by_columns(data.removesuffix(b"\r\n")) == by_records(data.removesuffix(b"\r\n"))


@pytest.mark.parametrize(
    "encoding", ["windows-1252", "utf-16", "utf-8"], ids=["windows", "utf16", "utf8"]
)
def test_other_encodings(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_file, "BLOCK_BYTES", 700)
    text = units(*[GOOD] * 9).decode("utf-8-sig")
    data = text.encode(encoding)
    assert in_order(by_columns(data)) == in_order(by_records(data))
    mixed = units(GOOD, GOOD) + (GOOD + "\r\n").encode("windows-1252") + GOOD.encode()
    assert in_order(by_columns(mixed)) == in_order(by_records(mixed))


def test_the_first_error_is_raised() -> None:
    data = units(GOOD, ODD["no date"], GOOD)
    with sorparse.open(data, on_issue="raise") as feed, pytest.raises(SorDataError, match="13-01"):
        feed.to_arrow("entities").to_pyarrow()


def test_columns_named_by_the_caller() -> None:
    data = units(GOOD + "nyt")
    options: dict[str, Any] = {"columns": {"NyKolonne": "note"}}
    found = by_columns(data, **options)
    assert found == by_records(data, **options)
    assert found["rows"]["entities"][0]["note"] == "nyt"


def test_reading_stops_when_nobody_reads_on(tmp_path: Path) -> None:
    path = tmp_path / "SOREntity.csv"
    path.write_bytes(units(*[GOOD] * 5))
    with sorparse.open(path) as feed:
        batches = feed.to_arrow("entities").batches()
        assert next(batches).num_rows == 5
        batches.close()  # type: ignore[attr-defined] # it is a generator


class Pipe(io.RawIOBase):
    """A stream that cannot go back."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._data.readinto(buffer)


def test_a_stream_that_can_be_read_once() -> None:
    data = units(*[GOOD] * 2000)  # beyond what of a stream is remembered
    with sorparse.open(Pipe(data)) as feed:  # type: ignore[arg-type] # a raw stream
        assert feed.to_arrow("entities").to_pyarrow().num_rows == 2000


def test_without_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_file, "find_spec", lambda name: None)
    data = units(GOOD, ODD["no date"])
    assert by_columns(data) == by_records(data)


CELL = st.one_of(
    st.sampled_from(
        [
            *("", "x", " x", "NULL", "8031000016007", '="8031000016007"', "2020-01-01"),
            *("9999-12-31", "31-12-2020", "575123,25", "6223456.5", "true", "nej", "SI"),
            *("29190925", "=1", '"'),
        ]
    ),
    st.text('aæ;" =\r\nN1-,.', max_size=4),
)


@settings(max_examples=120, deadline=None)
@given(
    spec=st.sampled_from(sor2.TABLES),
    data=st.data(),
    block=st.integers(50, 4000),
    minimal=st.booleans(),
)
def test_any_file(spec: Any, data: st.DataObject, block: int, minimal: bool) -> None:
    """Any cells under any of the declared headers, quoted or not, cut into any blocks."""
    header = [*(column.name for column in spec.columns[:30]), "Ny"]
    rows = data.draw(
        st.lists(st.lists(CELL, min_size=len(header), max_size=len(header)), min_size=1, max_size=6)
    )
    stream = io.StringIO(newline="")
    writer = csv.writer(
        stream,
        delimiter=";",
        lineterminator="\r\n",
        quoting=csv.QUOTE_MINIMAL if minimal else csv.QUOTE_NONE,
        escapechar=None if minimal else "\\",
    )
    writer.writerow(header)
    for row in rows:
        # without quoting a cell must not break the row; the rest of it is for the reader
        writer.writerow(row if minimal else [c.translate(_HARMLESS) for c in row])
    source = stream.getvalue().replace("\\", "").encode("utf-8-sig")
    before = plain_file.BLOCK_BYTES
    plain_file.BLOCK_BYTES = block
    try:
        assert in_order(by_columns(source)) == in_order(by_records(source))
    finally:
        plain_file.BLOCK_BYTES = before


_HARMLESS = str.maketrans({";": "", "\n": "", "\r": ""})
