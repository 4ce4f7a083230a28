"""The error in a malformed SHAK code, in words."""

from __future__ import annotations

import pytest

from support.csv_files import A, read

NUMBER = "a spreadsheet has turned a code such as {} into this number"
SIGNS = "only digits and the letters A to Z are allowed"
LONG = "it has more than 7 characters; some regions add an eighth and a ninth of their own"
SHORT = "it is too short; it was cut off, or lost its leading zero"
FORM = "expected four digits, or these and two or three digits or letters"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        *((text, None) for text in ("1301", "130101", "130101A", "1301AB", "9980E1")),
        *((text, "its letters must be capitals") for text in ("1301ab", "130101a")),
        *((text, NUMBER.format("9980E10")) for text in ("9,98E+13", "9.98E+13", "3,8E+04")),
        *((text, SIGNS) for text in ("1301-1", "13 01", "130Æ", "¹301", "130101.")),
        ("38000", NUMBER.format("3800E1")),
        ("998000", None),
        ("99800000", NUMBER.format("9980E4")),
        ("99800000000000", NUMBER.format("9980E10")),
        *((text, LONG) for text in ("130101AB", "130101AB1", "13010112", "130101123")),
        *((text, FORM) for text in ("130101AB12", "1301A", "13011", "1301011234", "ABCD", "AB")),
        *((text, SHORT) for text in ("130", "13", "1", "0")),
    ],
)
def test_the_problem_of_a_code(text: str, problem: str | None) -> None:
    (record,), issues = read(f"ShakId;SorId\r\n{text};{A}\r\n".encode(), "shak_sor_map")
    assert record.shak_code == text
    expected = [] if problem is None else [("warning", f"{text!r} is not a SHAK code: {problem}")]
    assert [(issue.severity, issue.message) for issue in issues] == expected
