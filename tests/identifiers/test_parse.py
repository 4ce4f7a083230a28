"""One reader of identifiers: every notation of a valid one is read as it, and damage is named."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean
from stdnum.dk import cvr

from sorparse import identifiers
from sorparse.identifiers import Identifier, Kind, parse
from support.csv_files import sor_id

DIGIT = "0123456789"
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _cvr(body: str) -> str | None:
    return next((body + last for last in DIGIT if cvr.is_valid(body + last)), None)


VALID: dict[Kind, st.SearchStrategy[str]] = {
    "sor_id": st.integers(1, 99_999_999).map(sor_id),
    "shak": st.from_regex(r"[0-9]{4}([0-9A-Z]{2}[0-9A-Z]?)?", fullmatch=True),
    "location_code": st.text(DIGIT, min_size=12, max_size=12).map(
        lambda body: body + str(ean.calc_check_digit(body))
    ),
    "provider_number": st.text(DIGIT, min_size=6, max_size=9),
    "pharmacy_number": st.from_regex(r"[1-9][0-9]{2}(,[0-9])?", fullmatch=True),
    "cvr": st.integers(1_000_000, 9_999_999)
    .map(str)
    .map(_cvr)
    .filter(lambda number: number is not None)
    .map(str),
    "production_unit": st.text(DIGIT, min_size=10, max_size=10),
}
SPACES = st.sampled_from((" ", "\t", "\n", "\r\n", "\xa0", "\u2007", "\u202f", "\u3000", "  "))
HIDDEN = st.sampled_from(("\ufeff", "\u200b", "\u200e", "\u2060", "\u00ad"))
WRAPPED = st.sampled_from(
    ("{}", '="{}"', '"=""{}"""', '"{}"', '""{}""', "'{}", "'{}'", "={}", "\u201d{}\u201d")
)
SYSTEMS: dict[Kind, tuple[str, ...]] = {
    "sor_id": (
        "urn:oid:1.2.208.176.1.1|{}",
        "1.2.208.176.1.1#{}",
        "Made-up Hospital^^^^^&1.2.208.176.1.1&ISO^^^^{}",
        "Made-up Hospital^^{}",
        "{}^Made-up Hospital",
        "{}^^^&1.2.208.176.1.1&ISO",
        "https://sorbrowser.sundhedsdatastyrelsen.dk/?FreetextSearch=%22{}%22",
        "https://sor2.sum.dsdn.dk/#id={}",
    ),
    "location_code": ("https://www.gs1.org/gln|{}", "http://www.gs1.org/gln|{}"),
    "provider_number": ("urn:oid:1.2.208.176.1.4|{}", "{}^A practice"),
    "cvr": ("http://cvr.dk|{}", "DK{}", "DK {}", "dk{}"),
    "shak": ("shak#{}", "{}^A department"),
}


@st.composite
def decorated(draw: st.DrawFn) -> tuple[Kind, str, str]:
    """A kind, a valid identifier of it, and the same in some other notation."""
    kind = draw(st.sampled_from(sorted(VALID)))
    value = draw(VALID[kind])
    text = value
    if kind in ("sor_id", "location_code", "cvr", "production_unit") and draw(st.booleans()):
        place = draw(st.integers(1, len(text) - 1))
        text = text[:place] + draw(SPACES) + text[place:]
    if value.isdigit() and kind != "pharmacy_number" and draw(st.booleans()):
        text += draw(st.sampled_from((".0", ",0", ".00")))
    if "://" not in (form := draw(st.sampled_from(SYSTEMS.get(kind, ("{}",))))) or text == value:
        text = form.format(text)
    if draw(st.booleans()):
        place = draw(st.integers(0, len(text)))
        text = text[:place] + draw(HIDDEN) + text[place:]
    text = draw(WRAPPED).format(text)
    return kind, value, draw(SPACES) + text + draw(SPACES)


@given(decorated())
def test_every_notation_of_a_valid_identifier_is_read_as_it(case: tuple[Kind, str, str]) -> None:
    kind, value, text = case
    assert parse(text, kind) == Identifier(kind, value, text)


@given(decorated() | st.tuples(st.sampled_from(sorted(VALID)), st.text(), st.text()))
def test_parsing_the_value_again_changes_nothing(case: tuple[Kind, str, str]) -> None:
    kind, _, text = case
    for asked in (kind, None):
        found = parse(text, asked)
        if found is not None:
            again = parse(found.value, found.kind)
            assert again == Identifier(found.kind, found.value, found.value, found.repaired)
            assert found.written == text


@given(st.sampled_from(sorted(VALID)), st.text(DIGIT + CAPITALS + ".,+", max_size=18))
def test_what_was_repaired_is_undamaged(kind: Kind, text: str) -> None:
    found = parse(text, kind)
    if found is not None and found.repaired is not None:
        assert found.repaired != found.value
        assert parse(found.repaired, kind) == Identifier(kind, found.repaired, found.repaired)


@given(st.integers(100_000, 999_999).map(sor_id))
def test_a_rounded_sor_id_is_not_replaced(whole: str) -> None:
    rounded = whole[:-1] + "0"
    for text in (rounded, f'="{rounded}"', f"{rounded}.0", f"urn:oid:1.2.208.176.1.1|{rounded}"):
        repaired = None if rounded == whole else whole
        for kind in ("sor_id", None):
            assert parse(text, kind) == Identifier("sor_id", rounded, text, repaired)
        assert identifiers.repair_sor_id(text) == whole


@pytest.mark.parametrize(
    ("kind", "text", "value", "repaired"),
    [
        ("provider_number", "77410", "77410", "077410"),
        ("provider_number", "94.0", "94", "000094"),
        ("provider_number", "99077410", "99077410", None),
        ("shak", "9901203ab", "9901203AB", "9901203"),
        ("shak", "9901203A", "9901203A", "9901203"),
        ("shak", "9980e10", "9980E10", None),
        ("sor_id", "1,52096E+15", "1,52096E+15", "1520961000016006"),
        ("pharmacy_number", "362.1", "362,1", None),
        ("pharmacy_number", "362,0", "362,0", None),
    ],
)
def test_damage_is_named(kind: Kind, text: str, value: str, repaired: str | None) -> None:
    assert parse(text, kind) == Identifier(kind, value, text, repaired)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("698471000016005", "sor_id"),
        ("5790000000005", "location_code"),
        ("29190623", "cvr"),
        ("9901", "shak"),
        ("9901AB", "shak"),
        ("9980E1", "shak"),
        ("9901203", "shak"),
        ("077410", None),
        ("990120", None),
        ("1003256789", "production_unit"),
        ("urn:oid:1.2.208.176.1.4|077410", "provider_number"),
    ],
)
def test_the_kind_is_found(text: str, kind: Kind | None) -> None:
    found = parse(text)
    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", None),
        ("   ", None),
        ("hello", None),
        ("1.2", None),
        ("698471000016006", "sor_id"),  # another check digit
        ("698471000016006", None),
        ("5790000000006", "location_code"),
        ("5,79E+12", "location_code"),
        ("29190624", "cvr"),
        ("99012", "shak"),
        ("9,98E+13", "shak"),
        ("1301 130", "shak"),  # two codes, for all one knows
        ("077 410", "provider_number"),
        ("698471000016005", "cvr"),
        ("urn:oid:1.2.208.176.1.1|29190623", "cvr"),  # the system says SOR
        ("698471000016005, 1520961000016006", "sor_id"),
        ("\u0661\u0663\u0660\u0661", "shak"),  # digits of another script
    ],
)
def test_what_no_rule_recognises(text: str, kind: Kind | None) -> None:
    assert parse(text, kind) is None


@pytest.mark.parametrize("value", [698471000016005, 9901.0, None, b"9901", True, ["9901"]])
def test_a_number_is_not_an_identifier(value: Any) -> None:
    with pytest.raises(TypeError, match=r"^identifier: expected text, got"):
        parse(value)
    with pytest.raises(TypeError, match=f"^SOR id: expected text, got {type(value).__name__}"):
        parse(value, "sor_id")
    with pytest.raises(TypeError, match="SOR id: expected text"):
        identifiers.repair_sor_id(value)


def test_an_unknown_kind() -> None:
    with pytest.raises(ValueError, match="unknown kind 'gln': expected one of sor_id, shak"):
        parse("5790000000005", "gln")  # type: ignore[arg-type] # what a user may try


def test_every_kind_of_whitespace_around_an_identifier_is_ignored() -> None:
    spaces = [sign for sign in map(chr, range(sys.maxunicode + 1)) if sign.isspace()]
    identifier = parse("".join([*spaces, sor_id(1), *spaces]))
    assert identifier is not None
    assert identifier.value == sor_id(1)
