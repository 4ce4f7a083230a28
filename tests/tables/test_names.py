"""Names beside a column of codes, in any frame library."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest

import sorparse
from sorparse import MissingExtraError, Register, SorError, View, examples

pytest.importorskip("narwhals")
pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")

DAY = date(2020, 1, 1)
HOSPITAL = "9000041000016007"
CLOSED = "9000211000016001"
"""Closed on 2021-03-31."""
FUTURE = "9000111000016007"
UNKNOWN = "698471000016005"
UNITS = [HOSPITAL, CLOSED, FUTURE, UNKNOWN, None, HOSPITAL]


@pytest.fixture(scope="module")
def register() -> Register:
    return sorparse.load(examples.sor2_zip)


@pytest.fixture(scope="module")
def view(register: Register) -> View:
    return register.as_of(examples.snapshot_date)


FRAMES: dict[str, tuple[Callable[[dict[str, Any]], Any], Callable[[Any], dict[str, list[Any]]]]] = {
    "pandas": (
        pd.DataFrame,
        lambda frame: {
            name: [None if pd.isna(value) else value for value in frame[name]]
            for name in frame.columns
        },
    ),
    "polars": (pl.DataFrame, lambda frame: frame.to_dict(as_series=False)),
    "polars lazy": (pl.LazyFrame, lambda frame: frame.collect().to_dict(as_series=False)),
    "pyarrow": (pa.table, lambda frame: frame.to_pydict()),
}


@pytest.mark.parametrize("library", FRAMES)
def test_any_library(library: str, view: View) -> None:
    make, read = FRAMES[library]
    frame = make({"unit": UNITS, "n": [1, 2, 3, 4, 5, 6]})
    named = view.add_names(frame, "unit")
    assert type(named) is type(frame)
    found = read(named)
    added = ["unit_name", "unit_type", "unit_owner", "unit_status", "unit_match"]
    assert list(found) == ["unit", "n", *added]
    assert found["n"] == [1, 2, 3, 4, 5, 6]
    hospital = "Nordhavets Universitetshospital"
    assert found["unit_name"] == [
        hospital,
        "Operationsgang Øst",
        "Dialyseafsnit M4",
        None,
        None,
        hospital,
    ]
    assert found["unit_type"][:2] == ["hospital", "operationsgang"]
    assert found["unit_owner"][0] == "Region Nordhavet"
    assert found["unit_status"] == ["ACTIVE", "CLOSED", "FUTURE", None, None, "ACTIVE"]


@pytest.mark.parametrize("library", FRAMES)
def test_each_row_as_of_its_own_day(library: str, view: View) -> None:
    make, read = FRAMES[library]
    days = [date(2010, 1, 1), date(2021, 3, 31), date(2021, 4, 1), None, None, None]
    units = [CLOSED] * 3 + [CLOSED, None, UNKNOWN]
    for kind in (
        days,
        [day and datetime.combine(day, time(23, 59)) for day in days],
        [day and day.isoformat() for day in days],
    ):
        found = read(view.add_names(make({"unit": units, "seen": kind}), "unit", on="seen"))
        assert found["unit_status"] == ["ACTIVE", "ACTIVE", "CLOSED", None, None, None]
        assert found["unit_match"] == ["exact"] * 3 + ["no-day", "missing", "no-day"]


def test_it_says_what_the_views_say(register: Register) -> None:
    rows = [
        (entity.sor_id, day)
        for entity in register.as_of(DAY).active()
        for day in (date(2008, 1, 1), DAY, date(2026, 12, 31))
    ]
    frame = pl.DataFrame(rows, schema=["unit", "day"], orient="row")
    found = register.as_of(DAY).add_names(frame, "unit", on="day")
    for sor_id, day, name, _, _, status, _ in found.iter_rows():
        there = register.as_of(day)
        assert status == str(there.status(sor_id))
        if status == "ACTIVE":
            assert name == there[sor_id].name


def test_shak_codes_and_location_numbers(view: View) -> None:
    frame = pl.DataFrame({"code": ["9901", "990101", "0000", None]})
    found = view.add_names(frame, "code").to_dict(as_series=False)
    assert found["code_sor_id"] == [HOSPITAL, "9000071000016003", None, None]
    assert found["code_candidates"] == [1, 1, 0, None]
    assert found["code_status"] == ["ACTIVE", "ACTIVE", None, None]

    frame = pl.DataFrame({"gln": ["5790099900026", "5790099900033"]})
    found = view.add_names(frame, "gln").to_dict(as_series=False)
    assert found["gln_sor_id"] == [HOSPITAL, "9000071000016003"]  # whose own number it is
    assert found["gln_candidates"][0] > 1


def test_where_nothing_decides_nothing_is_said(register: Register) -> None:
    units = [
        sorparse.SOREntity(sor_id=sor_id, name=sor_id, shak_code="1234")
        for sor_id in ("8031000016007", "8041000016000")
    ]
    view = Register.from_records(units).as_of(DAY)
    found = view.add_names(pl.DataFrame({"s": ["1234"]}), "s").to_dict(as_series=False)
    assert found["s_name"] == [None]
    assert found["s_candidates"] == [2]


def test_the_index_of_pandas_stays(view: View) -> None:
    frame = pd.DataFrame({"unit": UNITS}, index=[10, 10, 7, 3, 2, 1])
    named = view.add_names(frame, "unit")
    assert list(named.index) == [10, 10, 7, 3, 2, 1]
    assert list(named["unit_status"])[:3] == ["ACTIVE", "CLOSED", "FUTURE"]
    assert list(frame.columns) == ["unit"]


def test_ids_as_numbers(view: View) -> None:
    for column in (
        pd.Series([int(HOSPITAL), int(CLOSED)]),
        pd.Series([float(HOSPITAL), None]),
        pd.Series([HOSPITAL, pd.NA], dtype="string"),
        pd.Series([HOSPITAL, HOSPITAL], dtype="category"),
    ):
        named = view.add_names(pd.DataFrame({"unit": column}), "unit")
        assert named["unit_name"][0] == "Nordhavets Universitetshospital"


def test_an_empty_column(view: View) -> None:
    found = view.add_names(pl.DataFrame({"unit": []}, schema={"unit": pl.String}), "unit")
    assert found.shape == (0, 6)
    assert view.add_names(pl.DataFrame({"unit": [None]}), "unit")["unit_status"].to_list() == [None]


def test_asking_again_replaces(view: View) -> None:
    once = view.add_names(pl.DataFrame({"unit": UNITS}), "unit")
    assert view.add_names(once, "unit").equals(once)


def test_bad_input_is_one_sentence(view: View) -> None:
    frame = pl.DataFrame({"unit": ["a", "b"], "day": ["2020-01-01", "x"], "n": [1.5, 2.5]})
    with pytest.raises(SorError, match="no column 'units'; it has unit, day, n"):
        view.add_names(frame, "units")
    with pytest.raises(SorError, match="no column 'when'"):
        view.add_names(frame, "unit", on="when")
    with pytest.raises(SorError, match=r"'unit' \(a, b …\) is not clearly.*kind="):
        view.add_names(frame, "unit")
    with pytest.raises(SorError, match=r"'n' holds the number 1\.5, which is not a code"):
        view.add_names(frame, "n")
    with pytest.raises(SorError, match="unknown kind 'gln': expected one of sor_id, shak"):
        view.add_names(frame, "unit", kind="gln")  # type: ignore[arg-type] # the mistake tested
    with pytest.raises(SorError, match=r"builtins\.list is not a data frame"):
        view.add_names([1], "unit")


def test_without_narwhals(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "narwhals", None)
    with pytest.raises(MissingExtraError, match=r'narwhals.*pip install "sorparse\[frames\]'):
        view.add_names(pl.DataFrame({"unit": UNITS}), "unit")
