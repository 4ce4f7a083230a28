"""Implausible dates are reported, and one outlier does not decide the date of a source."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sorparse
from sorparse.formats.edits import latest_edit
from support.csv_files import A, B, C, read, sor2, sor_csv, sor_id

HEADER = ("SorId", "FirstFromDate", "FromDate", "ToDate", "UpdatedAt")


def edits(*days: str) -> bytes:
    rows = (f"{sor_id(100 + n)};;2020-01-01;;{day}" for n, day in enumerate(days))
    return sor2(*rows, header=HEADER)


@pytest.mark.parametrize("column", HEADER[1:])
@pytest.mark.parametrize("text", ["1799-12-31", "0202-01-01", "2100-01-01", "2202-01-01"])
def test_a_date_out_of_all_bounds_is_reported_and_preserved(column: str, text: str) -> None:
    data = sor2(f"{A};{text}", header=("SorId", column))
    records, issues = read(data)
    far_closing = column == "ToDate" and text > "2000"
    assert [(issue.severity, issue.code, issue.value) for issue in issues] == (
        [] if far_closing else [("warning", "implausible-date", text)]
    )
    (unit,) = records
    days = (unit.first_from_date, unit.validity.from_date, unit.validity.to_date, unit.updated_at)
    assert days[HEADER.index(column) - 1] == date.fromisoformat(text)


@pytest.mark.parametrize(
    ("column", "text", "message"),
    [
        ("FromDate", "1799-12-31", "'1799-12-31' is before 1800; it is stored unchanged"),
        ("ToDate", "1799-12-31", "'1799-12-31' is before 1800; it is stored unchanged"),
        ("FromDate", "1800-01-01", None),
        ("ToDate", "1800-01-01", None),
        ("FromDate", "2099-12-31", None),
        (
            "FromDate",
            "2100-01-01",
            "'2100-01-01' is too far ahead for anything but a to-date; it is stored unchanged",
        ),
        ("FromDate", "2021-W01-1", "'2021-W01-1' is not a date (as in 2021-03-31)"),
    ],
)
def test_the_words_of_an_issue(column: str, text: str, message: str | None) -> None:
    _, issues = read(sor2(f"{A};{text}", header=("SorId", column)))
    assert [issue.message for issue in issues] == ([] if message is None else [message])


def test_tables_report_the_same() -> None:
    pytest.importorskip("pyarrow")
    data = sor2(*(f"{A};{day}" for day in ("1700-01-01", "2020-01-01", "2101-01-01")),
                header=("SorId", "FromDate"))  # fmt: skip
    with sorparse.open(data) as feed:
        found = feed.to_arrow("entities").to_pandas()
        assert [str(day)[:10] for day in found["from_date"]] == [
            "1700-01-01",
            "2020-01-01",
            "2101-01-01",
        ]
        assert feed.issue_counts == {"implausible-date": 2}


@pytest.mark.parametrize("wrong", ["2062-03-01", "2099-01-01", "2202-01-01"])
def test_one_mistyped_edit_date_decides_nothing(wrong: str) -> None:
    data = edits("2025-03-01", "2025-03-02", wrong, "2024-12-01")
    register = sorparse.load(data)
    assert register.shown_day == date(2025, 3, 3)
    codes = {issue.code for issue in register.issues}
    assert codes == ({"implausible-date"} if wrong > "2100" else {"edit-date-ahead"})
    plain = sorparse.load(edits("2025-03-01", "2025-03-02", "2025-03-02", "2024-12-01"))
    assert sorparse.diff(plain, register).to_day == date(2025, 3, 3)


def test_a_mistyped_start_does_not_decide_it_either() -> None:
    rows = [f"{sor_id(n)};2010-01-01;2020-01-01;;2025-03-01" for n in range(101, 120)]
    rows.append(f"{sor_id(120)};2010-01-01;2062-01-01;;2025-03-01")
    with sorparse.open(sor2(*rows, header=HEADER)) as feed:
        assert feed.format is sorparse.Format.SOR2_DAILY
    assert sorparse.load(sor2(*rows, header=HEADER)).shown_day == date(2025, 3, 2)


def test_the_severity_and_place_of_an_edit_ahead() -> None:
    register = sorparse.load(edits("2025-03-01", "2025-03-02", "2062-01-01"))
    (reported,) = register.issues
    assert (reported.severity, reported.line, reported.value) == ("warning", 4, "2062-01-01")
    assert reported in register.check()
    header = ("SOR-kode", "Enhedsnavn", "Sidst_aendret_dato")
    units = sor_csv(f"{A};a;01-03-2025", f"{B};b;02-03-2025", f"{C};c;01-01-2062", header=header)
    assert [issue.code for issue in sorparse.load(units).issues] == ["edit-date-ahead"]


_EDITS = st.lists(st.dates(date(2005, 1, 1), date(2026, 1, 1)), min_size=3, max_size=200)


@given(_EDITS, st.dates(date(2049, 1, 1), date(2099, 12, 31)))
def test_an_outlier_never_counts(days: list[date], wrong: date) -> None:
    counts = Counter(day.toordinal() for day in days)
    counts[wrong.toordinal()] += 1
    found = latest_edit(counts)
    assert found is not None
    spread = (max(days) - min(days)).days
    if spread < 365:  # edits spread thinly over decades decide nothing
        assert found == max(days).toordinal()
    assert found in counts


@given(st.dates(date(2010, 1, 1), date(2026, 1, 1)), st.integers(40, 300), st.integers(1, 9))
def test_edits_that_go_on_steadily_all_count(last: date, number: int, step: int) -> None:
    days = [last - timedelta(days=step * n) for n in range(number)]
    assert latest_edit(Counter(day.toordinal() for day in days)) == last.toordinal()


@given(st.lists(st.dates(date(1990, 1, 1), date(2026, 1, 1)), max_size=30))
def test_the_answer_is_one_of_the_dates(days: list[date]) -> None:
    found = latest_edit(Counter(day.toordinal() for day in days))
    assert (found is None) == (not days)
    assert found is None or date.fromordinal(found) in days
    if len(days) in (1, 2):
        assert found == max(days).toordinal()


def test_two_edits_close_together_are_no_outliers() -> None:
    # all other units of this small file were edited years before
    register = sorparse.load(sorparse.examples.daily_csv_earlier)
    assert [issue.code for issue in register.issues] == []
    assert sorparse.diff(register, sorparse.examples.daily_csv).from_day == date(2026, 5, 21)
