"""Hostile text: each is one clear error or issue, in bounded memory and time."""

from __future__ import annotations

import random
from importlib.util import find_spec
from pathlib import Path

import pytest

import sorparse
from support.csv_files import A, B, C, read, sor2, sor_csv
from support.hostile import MEGABYTE, bounded, read_bounded
from support.hostile_shapes import CSV_SHAPES
from support.hostile_tables import TABLE_SHAPES

START = sor2(f"{A};Før;;;")
FAMILY = ("SOR-kode", "Parent-SOR-kode", "CVR")
END = f"{B};Efter;;;\r\n".encode()


def written(path: Path, *parts: bytes | tuple[bytes, int]) -> Path:
    """A file of parts, each as often as said, without holding it in memory."""
    with path.open("wb") as target:
        for part in parts:
            content, times = part if isinstance(part, tuple) else (part, 1)
            for _ in range(times):
                target.write(content)
    return path


@pytest.mark.parametrize("quote", [b"", b'"'], ids=["bare", "quoted"])
def test_a_field_of_100_megabytes(tmp_path: Path, quote: bytes) -> None:
    field = quote + b"x" * MEGABYTE
    rest = (b"x" * MEGABYTE, 99)
    path = written(
        tmp_path / "a.csv", START, A.encode() + b";", field, rest, quote + b";;;\r\n", END
    )
    assert read_bounded(path) == "entities 2\nrecord-too-long 1"


def test_a_quoted_field_of_100_megabytes_in_lines(tmp_path: Path) -> None:
    lines = (b"x" * 10_239 + b"\n", 10 * 1024)
    path = written(tmp_path / "a.csv", START, A.encode() + b';"', lines, b'";;;\r\n', END)
    # the line that opens the quote and the one that closes it; the others are not whole rows
    said = read_bounded(path, megabytes=250)  # the raw text of every line is in an issue
    assert said == "entities 2\nunclosed-quote 2\nrow-length 10239"


def test_an_endless_line(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", START, (b"x;" * (MEGABYTE // 2), 200))
    assert read_bounded(path) == "entities 1\nrecord-too-long 1"


def test_nothing_but_an_endless_line(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", (b"x" * MEGABYTE, 200))
    assert "the text begins with 'xxx" in read_bounded(path)


def test_nothing_but_line_ends(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", START, (b"\r\n" * (MEGABYTE // 2), 30), END)
    assert read_bounded(path) == "entities 2"


def test_a_header_of_a_million_columns(tmp_path: Path) -> None:
    names = b"".join(b";x%d" % n for n in range(1_000_000))
    path = written(tmp_path / "a.csv", b"SorId;EntityName", names, b"\r\n", END)
    assert "Limits.max_columns" in read_bounded(path)


def test_a_header_of_many_columns_of_long_names(tmp_path: Path) -> None:
    # those that are looked at first are few enough
    names = b"".join(b";%040d" % n for n in range(90_000))
    path = written(tmp_path / "a.csv", b"SorId;EntityName", names, b"\r\n", END)
    said = read_bounded(path)
    assert "the header has 90002 columns, more than Limits.max_columns (4096)" in said


def test_a_row_of_a_million_cells(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", START, (b";" * 1_000_000 + b"x\r\n", 5), END)
    assert read_bounded(path, megabytes=160) == "entities 2\nrow-length 5"


def test_describing_rows_of_a_million_cells(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", START, (b";" * 999_000 + b"\n", 20))
    assert described(path, megabytes=120) == "SOREntity.csv 21"


def described(path: Path, megabytes: int) -> str:
    return bounded(
        """
        import sys
        import sorparse
        with sorparse.open(sys.argv[1]) as feed:
            for table in feed.describe().tables:
                print("SOREntity.csv", table.rows)
        """,
        path,
        megabytes=megabytes,
    )


@pytest.mark.parametrize("row", ["x;", ";x", "x", f"{A};x"])
def test_a_table_of_very_short_rows(tmp_path: Path, row: str) -> None:
    pytest.importorskip("pyarrow")
    header = b"SorId;EntityName\n"
    rows = (row.encode() + b"\n", 150_000)
    path = written(tmp_path / "a.csv", header, f"{A};x\n".encode(), rows, b"x;\n")
    script = """
        import sys
        import sorparse
        with sorparse.open(sys.argv[1], limits=sorparse.Limits(max_issues=100)) as feed:
            print(sum(batch.num_rows for batch in feed.to_arrow("entities").batches()))
        """
    expected = 2 if row in {";x", "x"} else 150_002
    assert bounded(script, path, megabytes=300) == str(expected)


def test_a_quote_that_never_closes(tmp_path: Path) -> None:
    row = f"{A};Enhed;;;\r\n".encode()
    path = written(tmp_path / "a.csv", START, f'{C};"Åben;;;\r\n'.encode(), (row, 100_000))
    assert read_bounded(path) == "entities 100002\nstray-quote 1"


@pytest.mark.parametrize(
    "row",
    ['{A};"x;;;', '{A};"x""";"";"', '"";"";"";"";"', '"', '""', '"""', '=""', '"=""', ';"\n;"'],
)
def test_quotes_in_every_row(tmp_path: Path, row: str) -> None:
    line = row.format(A=A).encode() + b"\r\n"
    path = written(tmp_path / "a.csv", START, (line, 20_000), END)
    assert read_bounded(path).startswith("entities ")
    with sorparse.open(path) as feed:
        assert [unit.sor_id for unit in feed.entities()][-1] == B


@pytest.mark.parametrize("byte", [b"\0", b"\xff", b"\n"])
def test_megabytes_of_one_byte(tmp_path: Path, byte: bytes) -> None:
    content = byte * MEGABYTE
    path = written(tmp_path / "a.csv", (content, 50))
    assert read_bounded(path).startswith("UnrecognisedFormatError")
    path = written(tmp_path / "b.csv", START, (content, 20))
    assert read_bounded(path).startswith("entities 1")


@pytest.mark.parametrize("piece", ["<?", "<!--", "<title", "<!DOCTYPE", "<a ", "<", "((", '"'])
def test_text_made_to_be_searched_for_ever(tmp_path: Path, piece: str) -> None:
    path = written(tmp_path / "a.csv", (piece.encode() * 10_000, 10))
    assert "UnrecognisedFormatError" in read_bounded(path, seconds=20)


def test_rows_that_are_all_wrong_and_long(tmp_path: Path) -> None:
    # a hundred thousand issues are allowed, but not gigabytes of raw text with them
    rows = (f"{A};{'x' * 100_000}\r\n".encode(), 2_500)
    path = written(tmp_path / "a.csv", START, rows)
    assert read_bounded(path, megabytes=250) == "entities 1\nrow-length 2500"


def test_values_that_are_all_long_and_new_are_not_remembered(tmp_path: Path) -> None:
    maker = random.Random(1)
    path = tmp_path / "a.csv"
    with path.open("wb") as target:
        target.write(b"SorId;EntityName;PostalAddressStreetName;VirtualAddressWebsite\r\n")
        for n in range(2_500):
            text = f"{maker.random()}{n}" * 2_500
            target.write(f"{A};x;{text};{text}\r\n".encode())
    assert read_bounded(path, megabytes=120) == "entities 2500"


def test_bytes_that_are_all_beyond_ascii(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", START, (b"\xc3(;\xe2\x82;\xff\n" * 1000, 300))
    said = read_bounded(path, megabytes=250)
    assert "row-length 300000" in said


@pytest.mark.parametrize("shape", CSV_SHAPES)
def test_every_shape_has_the_same_rows_and_issues_in_each_way(shape: str, tmp_path: Path) -> None:
    path = CSV_SHAPES[shape].write(tmp_path / "SOREntity.csv", 20_000)
    limits = sorparse.Limits(max_issues=50)
    with sorparse.open(path) as every, sorparse.open(path, limits=limits) as few:
        ids = [unit.sor_id for unit in every.entities()]
        assert [unit.sor_id for unit in few.entities()] == ids
        assert few.issue_counts == every.issue_counts
        assert [unit.sor_id for unit in few.entities(fields=("sor_id",))] == ids
        if find_spec("pyarrow") is not None:
            batches = few.to_arrow("entities").batches()
            assert [sor_id for batch in batches for sor_id in batch["sor_id"].to_pylist()] == ids
        assert few.describe().tables[0].rows >= len(ids)


@pytest.mark.parametrize(
    ("file", "shape"), [(file, shape) for file, shapes in TABLE_SHAPES.items() for shape in shapes]
)
def test_every_shape_of_the_other_tables_is_read_alike_beyond_the_limit(
    file: str, shape: str, tmp_path: Path
) -> None:
    path = TABLE_SHAPES[file][shape].write(tmp_path / file, 20_000)
    limits = sorparse.Limits(max_issues=50)
    with sorparse.open(path) as feed:
        tables = feed.tables
    for table in tables:
        with sorparse.open(path) as every, sorparse.open(path, limits=limits) as few:
            assert list(few.records(table)) == list(every.records(table))
            assert few.issue_counts == every.issue_counts
            assert few.describe().tables == every.describe().tables


def test_a_symbolic_link_that_points_outside(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    folder = tmp_path / "folder"
    for path in (outside, folder):
        path.mkdir()
    (outside / "EDITypes.csv").write_bytes(b"EDITypeId;EDITypeName\n1;x\n")
    (folder / "SOREntity.csv").write_bytes(START)
    (folder / "link.csv").symlink_to(outside / "EDITypes.csv")
    (folder / "up.csv").symlink_to("../outside/EDITypes.csv")
    (folder / "loop.csv").symlink_to("loop.csv")
    (folder / "nowhere.csv").symlink_to("nowhere-at-all.csv")
    (folder / "outside").symlink_to(outside)
    with sorparse.open(folder) as feed:
        assert feed.tables == ("entities",)
        ignored = feed.describe().ignored
    assert set(ignored) == {"link.csv", "up.csv", "loop.csv", "nowhere.csv", "outside"}


def test_a_named_pipe_in_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    os = pytest.importorskip("os")
    if not hasattr(os, "mkfifo"):
        pytest.skip("needs a named pipe")
    (tmp_path / "SOREntity.csv").write_bytes(START)
    os.mkfifo(tmp_path / "pipe.csv")
    assert len(read(tmp_path)[0]) == 1


def test_a_sor_csv_with_too_many_units_to_hold(tmp_path: Path) -> None:
    # units inherit the CVR number of their owner, which needs the units above in memory
    long = "x" * 100_000
    rows = (f"{number}{long};{A};\r\n".encode() for number in range(1_100))
    path = written(tmp_path / "sor.csv", sor_csv(f"{A};;12345674", header=FAMILY), *rows)
    said = read_bounded(path, megabytes=300)
    assert said.startswith("SorFileError FILE: 999 units, or their ids, are too large to be held")


@pytest.mark.skipif(find_spec("pyarrow") is None, reason="needs the extra [arrow]")
def test_tables_of_thousands_of_columns_come_in_small_batches(tmp_path: Path) -> None:
    # each of a million cells is in several arrays at once
    shape = CSV_SHAPES["many columns of values, each another"]
    with sorparse.open(shape.write(tmp_path / "SOREntity.csv", 5 * MEGABYTE)) as feed:
        sizes = [batch.num_rows for batch in feed.to_arrow("entities").batches()]
        units = list(feed.entities())
    assert sum(sizes) == len(units)
    assert max(sizes) * len(units[0].extra) < 600_000
