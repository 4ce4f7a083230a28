"""The checks of SHAK: each contradiction with its line, its code and its message."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import sorparse
from support.shak import HOSPITAL, REGIONS, shak_file, shak_line


def test_check() -> None:
    shak = sorparse.load_shak(HOSPITAL)
    assert Counter(issue.code for issue in shak.check()) == {
        "shak-gap": 1,
        "shak-without-hospital": 1,
        "shak-section-without-department": 1,
    }
    found = {issue.code: (issue.value, issue.line) for issue in shak.check()}
    assert found["shak-gap"] == ("9901011", 6)
    assert found["shak-without-hospital"] == ("990201", 8)


FROM_2000 = shak_line("9901", "a", "20000101")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            [FROM_2000, FROM_2000],
            [
                (2, "warning", "shak-duplicate-key", "9901 has several periods from 2000-01-01"),
                (2, "warning", "shak-overlap", "9901 has several periods on 2000-01-01"),
            ],
        ),
        (  # each period is compared with the latest end so far
            [
                FROM_2000,
                shak_line("9901", "b", "20100101", "20101231"),
                shak_line("9901", "c", "20110101", "20111231"),
            ],
            [
                (2, "warning", "shak-overlap", "9901 has several periods on 2010-01-01"),
                (3, "warning", "shak-overlap", "9901 has several periods on 2011-01-01"),
            ],
        ),
        (  # periods of one day: they share that day, or are side by side
            [
                shak_line("9901", "a", "20000101", "20000101"),
                shak_line("9901", "b", "20000102", "20000102"),
                shak_line("9901", "c", "20000102", "20000103"),
            ],
            [
                (3, "warning", "shak-duplicate-key", "9901 has several periods from 2000-01-02"),
                (3, "warning", "shak-overlap", "9901 has several periods on 2000-01-02"),
            ],
        ),
        (
            [
                shak_line("9901", "a", "20000101", "19991231"),
                shak_line("9901", "b", "20000102", "20000103"),
                shak_line("9901", "c", "20000103", "20000103"),
            ],
            [
                (
                    1,
                    "warning",
                    "shak-inverted-period",
                    "a period of 9901 ends on 1999-12-31, before it begins on 2000-01-01",
                ),
                (3, "warning", "shak-overlap", "9901 has several periods on 2000-01-03"),
            ],
        ),
        (
            [shak_line("9901", "a", ""), shak_line("9901", "a", "")],
            [
                (1, "warning", "shak-missing-date", "a period of 9901 has no from-date"),
                (2, "warning", "shak-duplicate-key", "9901 has several periods from no date"),
                (2, "warning", "shak-missing-date", "a period of 9901 has no from-date"),
                (2, "warning", "shak-overlap", "9901 has several periods on its first days"),
            ],
        ),
        (
            [shak_line("9901", "a", "20000101", operation="2")],
            [
                (
                    1,
                    "warning",
                    "shak-deleted-period",
                    "the period of 9901 from 2000-01-01 is marked as deleted",
                ),
            ],
        ),
        (
            [FROM_2000.replace("sgh", "afd")],
            [(1, "warning", "shak-wrong-level", "9901 has 4 characters and the kind afd")],
        ),
        (
            [FROM_2000, shak_line("990101", "b", "20000101").replace("afd", "sgh")],
            [(2, "warning", "shak-wrong-level", "990101 has 6 characters and the kind sgh")],
        ),
        ([FROM_2000, shak_line("9902", "b", "20000101").replace("sgh", "   ")], []),
        (
            [FROM_2000, shak_line("9901011", "b", "20000101")],
            [
                (
                    2,
                    "info",
                    "shak-section-without-department",
                    "9901011 has no department 990101",
                ),
            ],
        ),
        (
            [
                shak_line("9901", "a", "20000101", "20000131"),
                shak_line("9901", "b", "20000203", "20000210"),
                shak_line("9901", "c", "20000212"),
            ],
            [
                (
                    2,
                    "info",
                    "shak-gap",
                    "9901 is not in force from 2000-02-01 to 2000-02-02",
                ),
                (
                    3,
                    "info",
                    "shak-gap",
                    "9901 is not in force from 2000-02-11 to 2000-02-11",
                ),
            ],
        ),
        (
            [
                shak_line("9901", "a", "20000101", "20000131"),
                shak_line("9901", "a", "20000201", "20000228"),
                shak_line("990101", "b", "20000101", "20000228"),
                shak_line("990102", "b", "20000131", "20000229"),
                shak_line("990103", "b", "19991231", "20000101"),
                shak_line("990104", "b", "20000101", "20000131"),
                shak_line("990104", "b", "20000201", "20000229"),
            ],
            [
                (
                    line,
                    "warning",
                    "shak-without-hospital",
                    f"{code} is in force without its hospital 9901 on {day} and perhaps later",
                )
                for line, code, day in [
                    (4, "990102", "2000-02-29"),
                    (5, "990103", "1999-12-31"),
                    (6, "990104", "2000-02-29"),
                ]
            ],
        ),
        (
            [shak_line("990101", "b", "20000101")],
            [
                (
                    1,
                    "warning",
                    "shak-without-hospital",
                    "990101 is in force without its hospital 9901: SHAK does not have it",
                ),
            ],
        ),
    ],
)
def test_each_contradiction(lines: list[str], expected: list[tuple[int, str, str, str]]) -> None:
    shak = sorparse.load_shak(shak_file(*lines))
    issues = list(shak.check())
    assert [(one.line, one.severity, one.code, one.message) for one in issues] == expected
    for issue in issues:
        assert issue.column == "SHAKkode"
        assert issue.value == shak.units[(issue.line or 0) - 1].shak_code


def test_malformed_codes_are_reported_and_preserved() -> None:
    shak = sorparse.load_shak(shak_file(shak_line("38000", "a", "20000101")))
    (issue,) = (issue for issue in shak.check() if issue.code == "bad-shak-code")
    assert (issue.line, issue.severity, issue.value) == (1, "warning", "38000")
    assert issue.message.startswith("'38000' is not a SHAK code: a spreadsheet has turned a code")
    assert shak.as_of("2000-01-01")["38000"].name == "a"
    extra = sorparse.load_shak(shak_file(shak_line("A9901", "a", "20000101")))  # of SHAKTIL
    assert "bad-shak-code" not in [issue.code for issue in extra.check()]


def test_regions_are_checked(tmp_path: Path) -> None:
    (tmp_path / "SHAKCOMPLETE.TXT").write_bytes(
        HOSPITAL + shak_file(shak_line("9905", "a", "20000101"))
    )
    twice = REGIONS + b"9901\tx\t20100101\t25000101\t1\t101\t1082\t\r\n"
    (tmp_path / "SHAKregion.txt").write_bytes(twice + b"9909\tx\t20100101\t\t1\t101\t1082\t\r\n")
    shak = sorparse.load_shak(tmp_path)
    region = shak.as_of("2011-01-01").region("9901")
    assert region is not None
    assert region.region is not None
    assert region.region.code == "1082"
    found = [
        (one.code, one.value, one.line, one.message) for one in shak.check() if "region" in one.code
    ]
    assert found == [
        (
            "shak-region-overlap",
            "9901",
            3,
            "SHAKregion: 9901 has several records on 2010-01-01",
        ),
        (
            "shak-region-unknown-hospital",
            "9909",
            4,
            "SHAKregion: SHAK does not have the code 9909",
        ),
        (
            "shak-hospital-without-region",
            "9905",
            None,
            "SHAKregion does not have the hospital 9905",
        ),
    ]


@pytest.mark.parametrize(
    ("periods", "lines"),
    [
        ([("20000101", "20001231"), ("20010101", "20011231")], []),
        ([("20000101", "20001231"), ("20001231", "20011231")], [2]),
        ([("", "20001231"), ("20010101", "20011231")], []),
        ([("20010101", "20011231"), ("20000101", "20010101")], [1]),  # by date, not by line
        ([("20000101", "20001231"), ("20000601", "20000501")], []),  # it never applies
        ([("20000101", "20000101"), ("20000101", "20000101")], [2]),
        ([("20000101", "20051231"), ("20010101", "20011231"), ("20020101", "")], [2, 3]),
    ],
)
def test_records_of_a_region_that_share_dates(
    tmp_path: Path, periods: list[tuple[str, str]], lines: list[int]
) -> None:
    (tmp_path / "SHAKCOMPLETE.TXT").write_bytes(HOSPITAL)
    (tmp_path / "SHAKregion.txt").write_text(
        "".join(f"9901\tx\t{first}\t{last}\t1\t101\t1082\t\r\n" for first, last in periods)
    )
    issues = sorparse.load_shak(tmp_path).check()
    assert [one.line for one in issues if one.code == "shak-region-overlap"] == lines
