"""A likely other spelling of a code that no unit has: suggested, and never used."""

from __future__ import annotations

import re

import pytest

from sorparse import Register
from support.register import mapped, unit

VIEW = Register.from_records(
    [
        unit("a", provider_number="077410", shak_code="9901203"),
        unit("b", provider_number="000094", shak_code="9980E10"),
        unit("c", provider_number="88123", shak_code="3800E1"),
        unit("d", "2000-01-01", "2001-01-01", provider_number="012345", shak_code="990150"),
    ],
    shak_sor_map=[mapped("9902", "a"), mapped("990301", "a"), mapped("990302", "b")],
).as_of("2020-01-01")


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("77410", "077410"),
        ("77410.0", "077410"),
        ("0077410", "077410"),
        ("94", "000094"),
        ("99077410", "077410"),
        ("12345", "012345"),  # a closed unit has it
        ("088123", "88123"),  # the register itself lost the zero
        ("88124", None),
        ("hello", None),
        ("", None),
    ],
)
def test_a_provider_number(asked: str, hint: str | None) -> None:
    match = VIEW.match_provider_number(asked)
    assert (match.rule, match.candidates, match.best, match.hint) == ("none", (), None, hint)
    assert VIEW.by_provider_number(asked) == ()


@pytest.mark.parametrize("asked", ["077410", " 077410", "077410.0", "012345", "88123"])
def test_a_provider_number_that_a_unit_has_needs_no_hint(asked: str) -> None:
    assert VIEW.match_provider_number(asked).hint is None


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("9901203A", "9901203"),
        ("9901203AB", "9901203"),
        ("'9901203A", "9901203"),  # as a spreadsheet marks text
        ("99012", "9901203"),
        ("990120", "9901203"),
        ("9901", None),  # 9901203 and 990150
        ("9903", None),  # 990301 and 990302
        ("38000", "3800E1"),
        ("9,98E+13", "9980E10"),
        ("9.98E+13", "9980E10"),
        ("99800000000000", "9980E10"),
        ("998", "9980E10"),
        ("8888", None),
        ("hello", None),
        ("", None),
    ],
)
def test_a_shak_code(asked: str, hint: str | None) -> None:
    match = VIEW.shak_to_sor(asked)
    assert (match.rule, match.candidates, match.best, match.hint) == ("none", (), None, hint)
    assert VIEW.by_shak(asked) == ()


@pytest.mark.parametrize("asked", ["9901203", "9980e10", "990150", "9902"])
def test_a_shak_code_that_a_unit_has_needs_no_hint(asked: str) -> None:
    assert VIEW.shak_to_sor(asked).hint is None


@pytest.mark.parametrize("end", [None, "2001-01-01"])
def test_a_code_that_is_there_needs_no_hint_of_a_similar_one(end: str | None) -> None:
    units = [
        unit("a", end=end, shak_code="990120", provider_number="77410"),
        unit("b", shak_code="9901203", provider_number="077410"),
    ]
    view = Register.from_records(units).as_of("2020-01-01")
    assert view.shak_to_sor("990120").hint is None
    assert view.match_provider_number("77410").hint is None


def test_a_notebook_shows_the_hint() -> None:
    assert "Did you mean <code>077410</code>?" in _without_styles(
        VIEW.match_provider_number("77410")._repr_html_()
    )


def _without_styles(html: str) -> str:
    return re.sub(r"<(\w+) [^>]*>", r"<\1>", html)


def test_a_location_number_has_no_other_spelling() -> None:
    assert VIEW.match_location_code("5790000000005").hint is None
