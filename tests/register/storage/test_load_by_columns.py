"""Loading by columns gives what reading records gives: records, lines, issues, in their order."""

from __future__ import annotations

import csv
import io
import pickle
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sorparse
from sorparse import Limits, Register, SorDataError, examples
from sorparse.formats import sor2
from sorparse.formats.declare import Kind

pytest.importorskip("numpy")

from sorparse.formats.csv import plain_file


def by_records(source: bytes | Path, **options: Any) -> dict[str, Any]:
    with sorparse.open(source, **options) as feed:
        pairs = list(feed.numbered("entities"))
        return {
            "records": [repr(record) for _, record in pairs],  # decimals as they are written
            "lines": [line for line, _ in pairs],
            "ids": list(dict.fromkeys(record.sor_id for _, record in pairs)),
            "issues": feed.issues,
        }


def loaded(register: Register) -> dict[str, Any]:
    store = register.core.store
    return {
        "records": [repr(record) for record in register.records("entities")],
        "lines": [store.line_of(row) for row in range(len(store))],
        "ids": list(register),
        # edit dates are compared with each other once all are read
        "issues": [one for one in register.issues if one.code != "edit-date-ahead"],
    }


def by_columns(source: bytes | Path, **options: Any) -> dict[str, Any]:
    return loaded(sorparse.load(source, **options))


def assert_alike(source: bytes | Path, **options: Any) -> None:
    found, expected = by_columns(source, **options), by_records(source, **options)
    for each in (found, expected):  # where the file has no units, it is reported before or after
        each["issues"] = [one for one in each["issues"] if one.code != "no-entities"]
    for name, value in expected.items():
        assert found[name] == value, name


@pytest.fixture
def never_a_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where a line is read as a record."""

    def refuse(*_: Any) -> Any:
        raise AssertionError("read as a record")

    monkeypatch.setattr(plain_file.PlainFile, "exact", refuse)
    monkeypatch.setattr(plain_file.PlainFile, "rest", refuse)


# values that need no second look, by kind of column
REGULAR: dict[Kind, tuple[str, ...]] = {
    Kind.SOR_ID: ("8031000016007", '="8031000016007"', "9000041000016007", "9000471000016005"),
    Kind.CVR: ("29190925", "29190623"),
    Kind.LOCATION_CODE: ("5790000000005",),
    Kind.SHAK: ("0101", "010101", "01010A1"),
    Kind.DATE: ("2020-01-01", "31-12-2020", "2021-03-31T00:00:00"),
    Kind.LAST_DAY: ("2020-01-01", "9999-12-31", "2500-01-01"),
    Kind.BOOL: ("true", "false", "1", "Nej"),
    Kind.INHERITED: ("nedarvet", "egen", "true"),
    Kind.SOR_TYPE: ("SI", "OE", "Sundhedsinstitution"),
    Kind.EASTING: ("575123,25", "575123.250", "575123"),
    Kind.NORTHING: ("6223456,5", "6223456.50", "6223456"),
    Kind.TEXT: ("Æble", "x", "to ord", "1,5", 'en "to"', "a;b", "voilà", "001", "NULLER", "-"),
}
IRREGULAR = (
    *(" x", "x ", "\xa0x", "\t", "NULL", '="x"', "=1", '"', "8031000016008", "1,52096E+15"),
    *("2020-13-01", "9999-12-31", "0000-01-01", "575.123,25", "10,2", "nan", "måske", "XX"),
    *("6223456,5", "æ\nø", "æ\r\nø", "\r", "\0", "\x1f", "\x1e", "''", "29190926"),
)
COLUMNS = (*sor2.ENTITIES.columns, *sor2.ENTITIES.further)


def cells(kind: Kind, irregular: int) -> st.SearchStrategy[str]:
    """Texts of a kind of column, so many in a hundred irregular."""
    regular = st.sampled_from(("", *REGULAR[kind]))
    others = st.sampled_from(IRREGULAR) | st.text('aæ;" =\r\n1,.\xa0', max_size=4)
    return st.integers(0, 99).flatmap(lambda chance: others if chance < irregular else regular)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """SOR2 files with any of the columns in any order, some of them repeated or unknown."""
    rng = draw(st.randoms(use_true_random=False))
    columns = [*rng.sample(COLUMNS[1:], draw(st.integers(2, 40)))]
    if draw(st.booleans()):
        columns.sort(key=COLUMNS.index)  # as the publisher orders them
    columns.insert(rng.randrange(len(columns)), COLUMNS[0])
    names = [column.name for column in columns]
    kinds = [column.kind for column in columns]
    for _ in range(draw(st.integers(0, 2))):  # a column again, or one that nobody knows
        at = rng.randrange(len(names))
        names.append(draw(st.sampled_from(["Ny", "Nyere", names[at]])))
        kinds.append(kinds[at])
    irregular = draw(st.sampled_from([0, 0, 2, 10]))
    rows = draw(
        st.lists(st.tuples(*(cells(kind, irregular) for kind in kinds)), min_size=1, max_size=8)
    )
    stream = io.StringIO(newline="")
    quoting: Any = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONE]))
    end = draw(st.sampled_from(["\r\n", "\n"]))
    writer = csv.writer(stream, delimiter=";", lineterminator=end, quoting=quoting, escapechar="\\")
    writer.writerow(names)
    writer.writerows(rows)
    text = stream.getvalue().replace("\\", "")
    for _ in range(draw(st.integers(0, 1)) * (irregular > 0)):  # damage
        at = rng.randrange(len(text))
        text = text[:at] + draw(st.sampled_from(["", '"', ";", "\r", "\n\n"])) + text[at + 1 :]
    return text.encode(draw(st.sampled_from(["utf-8", "utf-8-sig"])))


@settings(max_examples=200)
@given(data=files(), block=st.integers(50, 4000), repair=st.booleans())
def test_any_file(data: bytes, block: int, repair: bool) -> None:
    try:
        with sorparse.open(data) as feed:
            if "entities" not in feed.tables:
                return
    except sorparse.SorError:
        return
    before = plain_file.BLOCK_BYTES
    plain_file.BLOCK_BYTES = block
    try:
        assert_alike(data, repair=repair)
    finally:
        plain_file.BLOCK_BYTES = before


@pytest.mark.parametrize("block", [600, 5000, 2**20])
@pytest.mark.parametrize("source", [examples.sor2_zip, examples.daily_csv, examples.sor_csv_folder])
def test_the_examples(source: Path, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_file, "BLOCK_BYTES", block)
    with sorparse.open(source) as feed:
        assert [repr(one) for one in sorparse.load(source).records("entities")] == [
            repr(one) for one in feed.entities()
        ]


def test_the_real_excerpts(samples_dir: Path) -> None:
    for path in sorted(samples_dir.iterdir()):
        try:
            with sorparse.open(path) as feed:
                has_units = "entities" in feed.tables
        except sorparse.SorError:
            continue
        if has_units:
            assert_alike(path)


def a_file(rows: int, *, seed: int = 1) -> list[list[str]]:
    """Header and regular rows, all columns filled."""
    rng = random.Random(seed)
    lines = [[column.name for column in COLUMNS]]
    lines += [[rng.choice(REGULAR[column.kind]) for column in COLUMNS] for _ in range(rows)]
    return lines


def written(lines: list[list[str]], quoting: int = csv.QUOTE_MINIMAL) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=";", quoting=quoting).writerows(lines)  # type: ignore[arg-type] # an int
    return stream.getvalue().encode("utf-8-sig")


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_regular_rows_are_never_read_as_records(
    quoting: int, request: pytest.FixtureRequest
) -> None:
    data = written(a_file(300), quoting)
    expected = by_records(data)
    request.getfixturevalue("never_a_record")
    assert by_columns(data) == expected
    assert expected["issues"] == []


def test_the_order_of_the_columns_does_not_matter(request: pytest.FixtureRequest) -> None:
    lines = a_file(20)
    order = list(range(len(COLUMNS)))
    random.Random(3).shuffle(order)
    data = written([[line[at] for at in order] for line in lines])
    expected = by_records(data)
    assert expected["records"] == by_records(written(lines))["records"]
    request.getfixturevalue("never_a_record")
    assert by_columns(data) == expected


def test_issues_keep_their_order_and_lines() -> None:
    lines = a_file(60)
    date, name = (
        [column.name for column in COLUMNS].index(one) for one in ("FromDate", "EntityName")
    )
    for at in (3, 17, 18, 40):
        lines[at][date] = "2020-13-01"
    lines[20][0] = ""
    lines[30].pop()
    lines[35][name] = "to\nlinjer"
    data = written(lines)
    assert_alike(data)
    assert [one.line for one in by_columns(data)["issues"]] == [4, 18, 19, 21, 31, 42]


def test_no_issue_is_counted_twice_where_the_rest_is_read_by_records() -> None:
    """The cell over two lines ends the reading by columns; beyond the limit issues are counted."""
    lines = a_file(40)
    date, name = (
        [column.name for column in COLUMNS].index(one) for one in ("FromDate", "EntityName")
    )
    for at in range(1, 40):
        lines[at][date] = "2020-13-01"
    lines[20][name] = '"'
    lines[30][name] = "to\nlinjer"
    for block in (3_000, 2**20):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(plain_file, "BLOCK_BYTES", block)
            assert_alike(written(lines), limits=Limits(max_issues=5))


@pytest.mark.parametrize("most", [0, 1, 100])
def test_an_issue_of_the_whole_file_is_counted_once(most: int) -> None:
    """Also where there is no room to store it, and where the end is read by records."""
    header = (
        "SorId;EntityName;PostalAddressCoordETRS89z32EMeasure;PostalAddressCoordETRS89z32NMeasure"
    )
    swapped, right = (f"9000041000016007;x;{pair}" for pair in ("6223456;557481", "557481;6223456"))
    for row in ('9000041000016007;"to\nlinjer";;', right):
        data = "\n".join((header, swapped, right, swapped, row, swapped, "")).encode()
        handed: list[sorparse.Issue] = []
        limits = Limits(max_issues=most)
        sorparse.load(data, limits=limits, on_issue=handed.append)
        assert [issue.code for issue in handed] == ["coordinates-swapped"]
        assert_alike(data, limits=limits)
        with sorparse.open(data, limits=limits) as feed:
            list(feed.entities())
            assert feed.issue_counts == {"coordinates-swapped": 1}


def test_the_first_error_is_raised() -> None:
    lines = a_file(5)
    lines[3][16] = "2020-13-01"
    with pytest.raises(SorDataError, match="13-01"):
        sorparse.load(written(lines), on_issue="raise")


@pytest.mark.parametrize("encoding", ["windows-1252", "utf-16"])
def test_other_encodings(encoding: str) -> None:
    data = written(a_file(9)).decode("utf-8-sig").encode(encoding)
    assert_alike(data)
    assert_alike(data, encoding=encoding)


def test_files_of_several_encodings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_file, "BLOCK_BYTES", 4000)
    whole = written(a_file(30))
    data = whole + whole.splitlines()[3].decode().encode("windows-1252") + b"\n" + whole[5000:]
    assert_alike(data)


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_a_header_in_another_encoding(end: bytes) -> None:
    """The rows are UTF-8, and it is reported that the header is not."""
    rows = (
        "SorId;EntityName;\xe5r".encode("cp1252"),
        *["9000041000016007;Blå;x".encode()] * 3,
        b"",
    )
    data = end.join(rows)
    assert_alike(data)
    assert [one.code for one in sorparse.load(data).issues] == ["undecodable-text"]


def test_a_loaded_register_can_be_pickled_and_saved(tmp_path: Path) -> None:
    register = sorparse.load(written(a_file(50)))
    expected = loaded(register)
    assert loaded(pickle.loads(pickle.dumps(register))) == expected
    register.save(tmp_path / "register.sor")
    assert loaded(sorparse.load(tmp_path / "register.sor")) == expected
