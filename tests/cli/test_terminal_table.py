"""Tables on a terminal: no word is broken, at any width; options may stand before the words."""

from __future__ import annotations

import io
from typing import Any

import pytest

from sorparse import examples
from support.cli import Run, run

__all__ = ["run"]

rich_console = pytest.importorskip("rich.console")
from sorparse.cli.terminal_table import draw, fitted, wrapped  # noqa: E402 - after rich is known to be there

TITLES = ("sor id", "name", "closes", "opened")
ROWS = (
    ("9000091000016004", 'Hjerteambulatoriet "Søstjernen"', "", "2010-01-01"),
    ("9000081000016001", "Hjertesengeafsnit M1", "", "2010-02-01"),
)


def drawn(width: int) -> str:
    written = io.StringIO()
    console: Any = rich_console.Console(file=written, width=width)
    draw(console, TITLES, ROWS, [None] * len(TITLES))
    return written.getvalue()


@pytest.mark.parametrize("width", [200, 80, 60, 40, 20])
def test_every_word_is_whole_at_any_width(width: int) -> None:
    words = drawn(width).split()
    for row in ROWS:
        for word in " ".join(row).split():
            assert word in words


def test_a_table_fits_its_width() -> None:
    for width in (200, 80, 60):
        text = drawn(width)
        assert "─" in text
        assert max(map(len, text.splitlines())) <= width


def test_a_column_that_no_row_fills_is_left_out() -> None:
    assert "closes" not in drawn(200)
    assert "closes" not in drawn(30)


def test_where_a_table_has_no_room_each_row_is_written() -> None:
    assert drawn(30).splitlines() == [
        '9000091000016004  Hjerteambulatoriet "Søstjernen"',
        "  opened 2010-01-01",
        "9000081000016001  Hjertesengeafsnit M1",
        "  opened 2010-02-01",
    ]


def test_dotted_names_may_be_broken_between_their_words() -> None:
    assert wrapped("postal_address.post_code", 15) == ["postal_address.", "post_code"]
    assert wrapped("556302.49", 3) == ["556302.49"]
    assert fitted(("field",), [("postal_address.post_code",)], 17) == [15]
    assert fitted(("number",), [("556302.49",)], 10) is None


@pytest.mark.parametrize(
    "argv",
    [
        ("find", str(examples.sor2_zip), "--as-of", "2026-06-15", "hjerte", "m1"),
        ("find", str(examples.sor2_zip), "hjerte", "m1", "--as-of", "2026-06-15"),
        ("find", "--as-of", "2026-06-15", str(examples.sor2_zip), "hjerte", "m1"),
    ],
)
def test_options_stand_before_or_after_the_words(run: Run, argv: tuple[str, ...]) -> None:
    done = run(*argv, "--csv")
    assert done.status == 0, done.err
    lines = done.out.splitlines()
    assert [line.partition(",")[0] for line in lines[1:]] == ["9000081000016001"]
