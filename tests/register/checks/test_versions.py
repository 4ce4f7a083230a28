"""The checks of a unit's versions against each other: each issue with its words."""

from __future__ import annotations

import pytest

import sorparse
from sorparse import Issue, Register, SOREntity
from support.register import unit

A, B, C = "11000016002", "21000016006", "698471000016005"  # right check digits

Reported = list[tuple[str, str, str]]
"""Unit, code and message."""


SAME_START = (
    "two versions start on 2010-01-01; the one edited last counts, else the last in the file"
)


def reported(records: list[SOREntity]) -> Reported:
    found = Register.from_records(records).check()
    return [(str(one.sor_id), one.code, one.message) for one in found]


def test_a_version_that_ends_before_it_starts() -> None:
    records = [
        unit(A, "2010-01-01", "2010-01-01"),
        unit(B, "2010-01-02", "2010-01-01"),
        unit(C, "2010-01-01"),
    ]
    message = "the version ends on 2010-01-01, before it starts on 2010-01-02"
    assert Register.from_records(records).check() == [
        Issue("warning", "inverted-validity", message, sor_id=B)
    ]


def test_inverted_versions_are_compared_with_no_other() -> None:
    inverted = "inverted-validity"
    assert reported(
        [
            unit(A, "2010-01-01", "2010-12-31"),
            unit(A, "2010-06-01", "2009-01-01"),
            unit(A, "2011-01-01"),
            unit(B, "2010-01-01", "2009-12-31"),
            unit(B, "2011-01-01", "2010-12-31"),
        ]
    ) == [
        (A, inverted, "the version ends on 2009-01-01, before it starts on 2010-06-01"),
        (B, inverted, "the version ends on 2009-12-31, before it starts on 2010-01-01"),
        (B, inverted, "the version ends on 2010-12-31, before it starts on 2011-01-01"),
    ]


def test_versions_that_start_on_one_date() -> None:
    assert (
        reported(
            [
                unit(A, "2009-01-01", "2009-12-31"),
                *(unit(A, "2010-01-01", end) for end in ("2010-06-30", None, "2010-12-31")),
            ]
        )
        == [(A, "duplicate-key", SAME_START)] * 2
    )


OPEN = (
    "the version of 2010-01-01 has no end, but another starts on {}; "
    "the earlier one ends the day before"
)
LASTS = "the version of {} lasts until {}, but another starts on {}"


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        ([("2010-01-01", "2010-12-31"), ("2011-01-01", None)], []),
        (
            [("2010-01-01", "2010-12-31"), ("2011-01-01", "2011-01-01"), ("2011-01-02", None)],
            [],
        ),
        (
            [("2010-01-01", "2010-12-31"), ("2011-01-02", None)],
            [("version-gap", "no version from 2011-01-01 to 2011-01-01")],
        ),
        (
            [("2010-01-01", "2010-12-31"), ("2010-12-31", None)],
            [
                (
                    "touching-versions",
                    "the version starts on 2010-12-31, the last day of the one before",
                )
            ],
        ),
        (
            [("2010-01-01", "2010-12-31"), ("2010-12-30", None)],
            [("overlapping-versions", LASTS.format("2010-01-01", "2010-12-31", "2010-12-30"))],
        ),
        (
            [(None, "2010-12-31"), ("2010-01-01", None)],
            [("overlapping-versions", LASTS.format("an unknown date", "2010-12-31", "2010-01-01"))],
        ),
        (
            [("2010-01-01", None), ("2011-01-01", None)],
            [("several-open-versions", OPEN.format("2011-01-01"))],
        ),
        (
            [("2010-01-01", None), ("2011-01-01", "2011-12-31")],
            [("overlapping-versions", OPEN.format("2011-01-01"))],
        ),
        (  # what starts on the same date may last longer
            [("2010-01-01", "2010-06-30"), ("2010-01-01", "2010-12-31"), ("2011-01-01", None)],
            [
                ("duplicate-key", SAME_START),
            ],
        ),
        (  # an earlier one lasts longer than the one before
            [("2010-01-01", "2010-12-31"), ("2010-02-01", "2010-02-28"), ("2010-04-01", None)],
            [
                ("overlapping-versions", LASTS.format("2010-01-01", "2010-12-31", "2010-02-01")),
                ("overlapping-versions", LASTS.format("2010-01-01", "2010-12-31", "2010-04-01")),
            ],
        ),
        (  # of those that end on one date the later one is named
            [("2010-01-01", "2010-12-31"), ("2010-02-01", "2010-12-31"), ("2010-04-01", None)],
            [
                ("overlapping-versions", LASTS.format("2010-01-01", "2010-12-31", "2010-02-01")),
                ("overlapping-versions", LASTS.format("2010-02-01", "2010-12-31", "2010-04-01")),
            ],
        ),
        (  # one without end ends where the next starts
            [("2010-01-01", None), ("2011-01-01", "2011-12-31"), ("2013-01-01", None)],
            [
                ("overlapping-versions", OPEN.format("2011-01-01")),
                ("version-gap", "no version from 2012-01-01 to 2012-12-31"),
            ],
        ),
    ],
)
def test_neighbours(
    periods: list[tuple[str | None, str | None]], expected: list[tuple[str, str]]
) -> None:
    before, after = [unit(B)], [unit(C)]
    versions = [unit(A, start, end) for start, end in periods]
    wanted = [(A, code, message) for code, message in expected]
    for records in (versions + after, before + versions, before + versions + after):
        assert reported(records) == wanted


def test_a_version_before_the_opening() -> None:
    assert reported(
        [
            unit(A, "2010-01-01", first="2010-01-02"),
            unit(B, "2010-01-02", first="2010-01-02"),
            unit(C, None, "2010-12-31", first="2010-01-02"),
            unit(C, "2011-01-01", first="2010-01-02"),
        ]
    ) == [
        (
            A,
            "version-before-opening",
            "the version starts on 2010-01-01, the unit opens on 2010-01-02",
        )
    ]


def test_openings_that_differ() -> None:
    message = "the versions state that the unit opened on 2009-01-01, 2010-01-01"
    records = [
        unit(A, "2010-01-01", "2010-12-31", first="2010-01-01", name="first"),
        unit(A, "2011-01-01", "2011-12-31", first="2009-01-01"),
        unit(A, "2012-01-01", "2012-12-31"),  # states none
        unit(B, "2008-01-01", "2010-12-31", first="2010-01-01"),
        unit(B, "2011-01-01", first="2009-01-01"),
        unit(C, "2010-01-01", "2010-12-31", first="2009-01-01"),
        unit(C, "2011-01-01", first="2010-01-01"),
    ]
    assert reported(records) == [
        (A, "opening-differs", message),
        (B, "opening-differs", message),
        (
            B,
            "version-before-opening",
            "the version starts on 2008-01-01, the unit opens on 2009-01-01",
        ),
        (C, "opening-differs", message),
    ]


def test_issues_of_two_versions_name_the_line_of_the_later_one() -> None:
    text = (
        "SorId;EntityName;FromDate;ToDate;FirstFromDate\n"
        f"{A};Navn;2011-01-01;2011-12-31;2011-01-01\n"
        f"{A};Navn;2010-01-01;2010-12-30;2010-01-01\n"
        f"{A};Navn;2009-01-01;2009-12-31;2010-01-01\n"
    )
    found = [(one.code, one.line) for one in sorparse.load(text.encode()).check()]
    assert found == [
        *(("version-gap", 2), ("opening-differs", 2), ("version-before-opening", 4)),
    ]


def test_an_edit_that_is_ahead() -> None:
    edits = {A: "2025-01-01", B: "2062-01-01", C: "2025-01-02"}
    records = [unit(sor_id, updated=day) for sor_id, day in edits.items()]
    message = (
        "edited on 2062-01-01, well after nearly all other edits (the latest of them: 2025-01-02); "
        "the date is ignored when the date of the source is determined"
    )
    assert Register.from_records(records).check() == [
        Issue(
            "warning",
            "edit-date-ahead",
            message,
            column="updated_at",
            value="2062-01-01",
            sor_id=B,
        )
    ]
