"""Reading a CSV file takes time in proportion to its size, whatever is in it.

Each shape is made at one size and at twice that size. A quadratic step would take four times as
long; three times is refused, in the best of several attempts.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import pytest

import sorparse
from support.streams import Chunked
from support.timing import assert_growth

HEADER = "SorId;EntityName\n"
ID = "8031000016007"
BAD_ID = "8031000016008"
LINES = 2_000
SHAPES = {
    "lone quotes": '"\n',
    "pairs of quotes": '""\n',
    "bad ids": "x;\n",
    "wrong check digits": f"{BAD_ID};y\n",
    "bad ids and quoted empty cells": 'x;""\n',
    "quoted empty cells": '"";""\n',
    "all quoted, with doubled quotes": f'"{ID}";"a ""b"" c"\n',
    "delimiters in quotes": f'"{ID}";";"\n',
    "quote that stays open": f'{ID};"a\n{ID};b\n',
    "quote over two lines": f'{ID};"a\nb"\n',
    "quote behind a letter": f'{ID};a"b\n',
    "too few cells": "x\n",
    "too many cells": ";;x\n",
    "whitespace": " ; \n",
    "NUL": "x;\0\n",
    "cells over two lines": 'x;"\n"\n',
    "ids for Excel": '="1";\n',
    "bad ids and good ones": f"x;\n{ID};y\n",
    "bad ids and a quote over lines": f'x;\n{ID};"a\nb"\n',
}


def records(data: bytes) -> None:
    with sorparse.open(data) as feed:
        for _ in feed.entities():
            pass


def fields(data: bytes) -> None:
    with sorparse.open(data) as feed:
        for _ in feed.entities(fields=("sor_id", "name")):
            pass


def arrow(data: bytes) -> None:
    with sorparse.open(data) as feed:
        for _ in feed.to_arrow("entities").batches():
            pass


def describe(data: bytes) -> None:
    with sorparse.open(data) as feed:
        feed.describe()


WORK: dict[str, Callable[[bytes], None]] = {
    "records": records,
    "fields": fields,
    "describe": describe,
}
if find_spec("pyarrow") is not None:
    WORK["arrow"] = arrow


@pytest.mark.parametrize("work", WORK)
@pytest.mark.parametrize("shape", SHAPES)
def test_twice_the_rows_take_twice_the_time(shape: str, work: str) -> None:
    small, large = ((HEADER + SHAPES[shape] * lines).encode() for lines in (LINES, 2 * LINES))
    assert_growth(WORK[work], small, large, below=3, attempts=5)


@pytest.mark.parametrize("end", ['";x\n', ""], ids=["closed", "open"])
def test_a_cell_over_twice_the_lines_takes_twice_the_time(end: str) -> None:
    small, large = (
        (HEADER + f'{ID};"a' + "\n" * lines + end).encode() for lines in (20_000, 40_000)
    )

    def in_small_pieces(data: bytes) -> None:
        stream: Any = Chunked(data, 50)
        with sorparse.open(stream) as feed:
            for _ in feed.entities():
                pass

    assert_growth(in_small_pieces, small, large, below=3, attempts=5)


LONG_IDS: dict[str, Callable[[int], str]] = {
    "digits": lambda size: "1" * size,
    "digits and points": lambda size: "1." * (size // 2),
    "spaces within": lambda size: f"%{' ' * size}1",
    "signs within": lambda size: f"%{'=' * size}1",
    "letters E": lambda size: "1E" * (size // 2) + "E",
}


@pytest.mark.parametrize("text", LONG_IDS)
def test_an_invalid_id_of_twice_the_length_takes_twice_the_time(text: str) -> None:
    small, large = (f"{HEADER}{LONG_IDS[text](size)};x\n".encode() for size in (10_000, 20_000))
    assert_growth(records, small, large, below=3, attempts=3)


@pytest.mark.parametrize("top", ["", "0"], ids=["with a top", "without a top"])
def test_twice_the_units_below_each_other_take_twice_the_time(top: str) -> None:
    def sor_csv(size: int) -> bytes:
        rows = (f"{n};{n - 1 or top}\n" for n in range(1, size))
        return "".join(("SOR-kode;Parent-SOR-kode\n", *rows)).encode()

    assert_growth(records, sor_csv(5_000), sor_csv(10_000), below=3, attempts=3)
