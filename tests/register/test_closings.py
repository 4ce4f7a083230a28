"""Closings between two states: announced, moved, withdrawn, and what the guard counts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sorparse
from sorparse import Change, Diff, Format, Register, SOREntity, examples
from support.cli import Run, run
from support.register import d, unit

__all__ = ["run"]

FROM, TO = date(2026, 6, 1), date(2026, 6, 15)


def compared(
    before: list[SOREntity], after: list[SOREntity], *, format: Format | None = None
) -> Diff:
    first, second = (Register.from_records(units, format=format) for units in (before, after))
    return sorparse.diff(first, second, from_day=FROM, to_day=TO)


@pytest.mark.parametrize(
    ("old", "new", "counted"),
    [
        (None, "2026-12-31", True),
        ("2026-12-31", "2026-09-30", True),
        ("2026-12-31", None, False),
        ("2026-12-31", "2026-12-31", False),
        (None, None, False),
    ],
)
def test_a_closing_date_is_part_of_the_comparison(
    old: str | None, new: str | None, counted: bool
) -> None:
    found = compared([unit("a", end=old)], [unit("a", end=new)])
    change = Change("a", "closing_date", d(old), d(new), "Enhed a")
    assert found.closing == ((change,) if old != new else ())
    assert bool(found) == (old != new)
    assert found.counts()["closing"] == len(found.closing)
    assert found.closed_or_closing == (("a",) if counted else ())


@pytest.mark.parametrize(
    ("old", "after", "counted"),
    [
        (None, [unit("a", end="2026-06-10")], True),
        ("2026-06-10", [unit("a", end="2026-06-10")], False),
        ("2026-12-31", [unit("a", end="2026-06-10")], True),
        (None, [], True),
        ("2026-06-10", [], False),
        ("2026-12-31", [], True),
        (None, [unit("a", "2027-01-01")], True),
        ("2026-06-10", [unit("a", "2027-01-01")], True),
    ],
)
def test_a_closing_that_was_known_is_not_counted_again(
    old: str | None, after: list[SOREntity], counted: bool
) -> None:
    found = compared([unit("a", end=old)], after)
    assert [one.sor_id for one in found.closed] == ["a"]
    assert found.closed_or_closing == (("a",) if counted else ())


def test_a_file_that_keeps_closed_units_must_not_lack_one() -> None:
    found = compared([unit("a", end="2026-06-10")], [unit("b")], format=Format.SOR2)
    assert found.closed_or_closing == ("a",)


def test_two_dates_of_one_register_count_what_closed_between() -> None:
    register = Register.from_records([unit("a", end="2026-06-10"), unit("b", end="2027-01-01")])
    found = register.diff(FROM, TO)
    assert (found.closed_or_closing, found.closing) == (("a",), ())
    assert (found.from_units, found.to_units) == (2, 1)


rows = st.dictionaries(
    st.sampled_from("abcde"), st.none() | st.integers(1, 28).map("2026-06-{:02}".format)
)


@given(rows, rows)
def test_the_guard_counts_by_its_definition(
    before: dict[str, str | None], after: dict[str, str | None]
) -> None:
    found = compared(
        *([unit(key, end=end) for key, end in side.items()] for side in (before, after))
    )
    expected = set()
    for key, end in before.items():
        if end is not None and d(end) < FROM:  # type: ignore[operator] # both are dates
            continue
        if key in after:
            news = after[key] is not None and after[key] != end
        else:
            news = end is None or d(end) >= TO  # type: ignore[operator] # both are dates
        if news:
            expected.add(key)
    assert set(found.closed_or_closing) == expected


def test_a_watch_list_limits_every_list() -> None:
    before = [unit("a"), unit("b"), unit("c", replaced_by=["d"])]
    after = [unit("a", end="2026-12-31"), unit("b", end="2026-12-31"), unit("d", "2026-06-10")]
    after += [unit("c", end="2026-06-09", replaced_by=["d"]), unit("c", "2030-01-01")]
    found = compared(before, after).only(["a"])
    assert found.counts() == dict.fromkeys(found.counts(), 0) | {"closing": 1}
    assert found.closed_or_closing == ("a",)


def test_a_replacement_shows_both_names() -> None:
    before = [unit("a", name="Før")]
    after = [unit("a", end="2026-06-09", name="Før", replaced_by=["b"]), unit("b", name="Efter")]
    (pair,) = compared(before, after).replaced
    assert (pair.name, pair.replaced_by_name) == ("Før", "Efter")
    assert "Efter" in compared(before, after)._repr_html_()


# -- the command


def csv_file(path: Path, *rows: str) -> Path:
    head = "SorId;EntityName;SorType;ParentSorId;FromDate;ToDate;UpdatedAt"
    path.write_text("\r\n".join([head, *rows, ""]), "utf-8")
    return path


A, B = "11000016002", "21000016006"


@pytest.fixture
def nights(tmp_path: Path) -> tuple[Path, Path]:
    old = [f"{A};A;IE;;2020-01-01;;2026-06-01", f"{B};B;IE;;2020-01-01;;2026-06-01"]
    new = [line.replace(";;2026-06-01", ";2030-12-31;2026-06-02") for line in old]
    return csv_file(tmp_path / "old.csv", *old), csv_file(tmp_path / "new.csv", *new)


def test_announced_closings_trip_the_guard(run: Run, nights: tuple[Path, Path]) -> None:
    result = run("diff", *nights, "--max-closed", 1)
    assert result.status == 1
    assert "2 units closed or got a closing date, more than --max-closed 1" in result.err
    assert result.out.count("2030-12-31") == 2
    assert run("diff", *nights, "--max-closed", 2).status == 0
    assert run("diff", nights[1], nights[1], "--max-closed", 0).status == 0
    assert "(2 units in force) to 2026-06-03 (2): 2 closing" in result.err


def test_two_sources_take_days(run: Run, nights: tuple[Path, Path]) -> None:
    days = ("--from", "2026-01-01", "--to", "2031-01-01", "--summary", "--json")
    reported = run("diff", *nights, *days).json
    assert (reported["from_day"], reported["to_day"]) == ("2026-01-01", "2031-01-01")
    assert (reported["from_units"], reported["to_units"]) == (2, 0)
    assert (reported["counts"]["closed"], reported["closed_or_closing"]) == (2, 2)


def test_a_watch_list_reports_ids_that_no_side_has(
    run: Run, nights: tuple[Path, Path], tmp_path: Path
) -> None:
    watched = tmp_path / "ids.txt"
    watched.write_text(f"{B}\n", "utf-8")
    result = run("diff", *nights, "--ids", watched, "--json")
    assert (result.status, result.json["unknown_ids"]) == (0, [])
    assert [one["sor_id"] for one in result.json["closing"]] == [B]
    watched.write_text(f"{B}\n698471000016005\n", "utf-8")
    result = run("diff", *nights, "--ids", watched, "--csv")
    assert result.status == 1
    assert "no unit has the id 698471000016005" in result.err
    assert A not in result.out


def test_replaced_rows_show_names(run: Run) -> None:
    out = run("diff", examples.sor2_zip, "--from", "2010-01-01", "--to", "2026-01-01", "--csv").out
    replaced = [line.split(",") for line in out.splitlines() if line.startswith("replaced,")]
    assert replaced
    assert all(row[2] and row[-1] for row in replaced)
