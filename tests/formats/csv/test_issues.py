"""Issues are reported with their place, in each of the three ways."""

from __future__ import annotations

import pickle

import pytest

import sorparse
from sorparse import Issue
from support.csv_files import A, B, C, read, sor2, sor_csv, zipped

BAD = sor2(f"{A};Enhed;i går;;", f"{B};for kort", f"{C};Enhed;;31-02-2020;")


def test_collect_goes_on_and_keeps_them_in_order() -> None:
    records, issues = read(BAD)
    assert [unit.sor_id for unit in records] == [A, C]
    assert [(issue.code, issue.line, issue.column, issue.value) for issue in issues] == [
        ("bad-date", 2, "FromDate", "i går"),
        ("row-length", 3, None, None),
        ("bad-date", 4, "ToDate", "31-02-2020"),
    ]


def test_raise_stops_at_the_first_error() -> None:
    with sorparse.open(BAD, on_issue="raise") as feed:
        with pytest.raises(sorparse.SorDataError) as error:
            list(feed.entities())
        assert error.value.issue.line == 2
        assert feed.issues == [error.value.issue]


def test_raise_lets_warnings_pass() -> None:
    records, issues = read(sor2("1,52096E+15;Enhed;;;", f"{B};Enhed;;;"), on_issue="raise")
    assert len(records) == 2
    assert [issue.severity for issue in issues] == ["warning"]


def test_raise_raises_again_when_the_table_is_read_again() -> None:
    with sorparse.open(BAD, on_issue="raise") as feed:
        for _ in range(2):
            with pytest.raises(sorparse.SorDataError):
                list(feed.entities())
        assert len(feed.issues) == 1


def test_a_callable_is_given_each_one_as_it_comes() -> None:
    seen: list[Issue] = []
    with sorparse.open(BAD, on_issue=seen.append) as feed:
        iterator = feed.entities()
        next(iterator)
        assert [issue.line for issue in seen] == [2]
        list(iterator)
    assert seen == feed.issues
    assert len(seen) == 3


class CallersError(Exception):
    pass


@pytest.mark.parametrize("error", [CallersError, OSError, ValueError, EOFError, FileNotFoundError])
def test_what_the_callable_raises_comes_through_as_it_is(error: type[Exception]) -> None:
    def on_issue(issue: Issue) -> None:
        raise error("the caller's own")

    with sorparse.open(BAD, on_issue=on_issue) as feed, pytest.raises(error) as raised:
        list(feed.entities())
    assert type(raised.value) is error


@pytest.mark.parametrize("on_issue", ["ignore", "", None, 1])
def test_there_is_no_fourth_path(on_issue: object) -> None:
    with pytest.raises(ValueError, match="on_issue"):
        sorparse.open(BAD, on_issue=on_issue)  # type: ignore[arg-type] # that is the test


def test_a_table_read_twice_reports_each_issue_once() -> None:
    with sorparse.open(BAD) as feed:
        first = list(feed.entities())
        assert list(feed.entities()) == first
        assert len(feed.issues) == 3


def test_the_member_of_a_zip_is_named() -> None:
    _, issues = read(zipped({"mappe/SOREntity.csv": BAD}))
    assert {issue.file for issue in issues} == {"<bytes>/mappe/SOREntity.csv"}
    assert str(issues[0]).startswith("<bytes>/mappe/SOREntity.csv:2: column FromDate: ")


def test_issues_beyond_the_limit_are_counted() -> None:
    data = sor2(*[f"{A};Enhed;x{n};;" for n in range(10)])
    with sorparse.open(data, limits=sorparse.Limits(max_issues=3)) as feed:
        assert len(list(feed.entities())) == 10
        *kept, closing = feed.issues
        assert [issue.line for issue in kept] == [2, 3, 4]
        assert (closing.code, closing.message[:13]) == ("too-many-issues", "7 more issues")
        assert feed.issue_counts["bad-date"] == 10


def test_the_text_stored_with_issues_is_bounded() -> None:
    data = sor2(*[f"{A};{'x' * 100_000}" for _ in range(100)])
    limits = sorparse.Limits(max_issue_chars=1_000_000)
    with sorparse.open(data, limits=limits) as feed:
        assert list(feed.entities()) == []
        *kept, closing = feed.issues
        assert 5 <= len(kept) <= 10
        assert closing.code == "too-many-issues"
        assert feed.issue_counts["row-length"] == 100


def test_location_numbers_of_sor_csv_tell_what_is_wrong_with_them() -> None:
    header = ("SOR-kode", "Enhedsnavn", "Lokationsnummer")
    data = sor_csv(f"{A};x;5790000000006", f"{B};kort", header=header)
    records, issues = read(data, "location_codes")
    assert [number.location_code for number in records] == ["5790000000006"]
    assert [(issue.code, issue.line) for issue in issues] == [("check-digit", 2), ("row-length", 3)]


def test_what_is_wrong_is_reported_once_though_two_tables_read_the_rows() -> None:
    header = ("SOR-kode", "Enhedsnavn", "Lokationsnummer")
    data = sor_csv(f"{A};x;5790000000006", f"{B};kort", header=header)
    with sorparse.open(data) as feed:
        assert [len(list(feed.records(table))) for table in feed.tables] == [1, 1]
        assert len(feed.issues) == 2


def test_issues_and_errors_pickle() -> None:
    with pytest.raises(sorparse.SorDataError) as error:
        read(BAD, on_issue="raise")
    again = pickle.loads(pickle.dumps(error.value))
    assert (again.issue, str(again)) == (error.value.issue, str(error.value))
