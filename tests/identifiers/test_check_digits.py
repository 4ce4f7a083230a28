"""Check digits, held against python-stdnum, and what a spreadsheet does to an id."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean, verhoeff
from stdnum.dk import cvr

from sorparse import identifiers
from support.csv_files import sor_id

ITEMS = st.integers(1, 99_999_999)
DIGITS = st.text("0123456789", min_size=1, max_size=20)


@given(ITEMS)
def test_an_id_is_its_item_number_namespace_partition_and_check_digit(item: int) -> None:
    assert identifiers.is_sor_id(sor_id(item))


@given(ITEMS, st.integers(1, 9))
def test_another_check_digit_is_wrong(item: int, more: int) -> None:
    whole = sor_id(item)
    other = whole[:-1] + str((int(whole[-1]) + more) % 10)
    assert not identifiers.is_sor_id(other)
    assert identifiers.has_sor_id_form(other)


@given(ITEMS)
def test_an_item_number_has_no_leading_zero(item: int) -> None:
    body = f"0{item}100001600"
    padded = body + verhoeff.calc_check_digit(body)
    assert not identifiers.is_sor_id(padded)
    assert not identifiers.has_sor_id_form(padded)


@given(ITEMS.map(sor_id), st.data())
def test_one_digit_changed_or_two_swapped_are_reported(whole: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.sampled_from("0123456789"))
    changed = whole[:place] + other + whole[place + 1 :]
    assert identifiers.is_sor_id(changed) == (changed == whole)
    if place:
        pair = whole[place] + whole[place - 1]
        swapped = whole[: place - 1] + pair + whole[place + 1 :]
        assert identifiers.is_sor_id(swapped) == (swapped == whole)


@given(DIGITS)
def test_what_is_an_id_stdnum_says_too(text: str) -> None:
    if identifiers.is_sor_id(text):
        assert verhoeff.is_valid(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0" + sor_id(123),
        sor_id(123) + "0",
        " " + sor_id(123),
        sor_id(123) + "\n",
        "1000016005",
        sor_id(123_456_789),
        "698471000116005",
        "698471000016005 ",
        "٦٩٨٤٧١٠٠٠٠١٦٠٠٥",
        "+698471000016005",
    ],
)
def test_what_is_no_id(text: str) -> None:
    assert not identifiers.is_sor_id(text)


@given(st.one_of(DIGITS, st.text(max_size=15)))
def test_location_numbers_and_cvr_numbers_are_those_of_stdnum(text: str) -> None:
    plain = text.isascii() and text.isdigit()
    valid = plain and len(text) == 13 and ean.is_valid(text)
    assert identifiers.is_location_code(text) == valid
    assert identifiers.is_cvr(text) == (plain and len(text) == 8 and cvr.is_valid(text))


@given(st.text("0123456789", min_size=12, max_size=12), st.integers(1, 9))
def test_one_check_digit_is_right(body: str, more: int) -> None:
    check = ean.calc_check_digit(body)
    assert identifiers.is_location_code(body + check)
    assert not identifiers.is_location_code(body + str((int(check) + more) % 10))


@pytest.mark.parametrize("first", "0123456789")
def test_any_digit_but_nought_begins_a_cvr_number(first: str) -> None:
    right = [text for n in range(100) if not cvr.checksum(text := f"{first}12345{n:02}")]
    assert right
    assert {identifiers.is_cvr(text) for text in right} == {first != "0"}


def test_a_location_number_and_a_cvr_number() -> None:
    assert identifiers.is_location_code("5790000000005")
    assert not identifiers.is_location_code("5790000000006")
    assert not identifiers.is_location_code("96385074")  # a valid EAN-8 is not a location number
    assert identifiers.is_cvr("29190623")
    assert not identifiers.is_cvr("29190624")
    assert not identifiers.is_cvr("2919062")


@pytest.mark.parametrize("text", ["1301", "130101", "130101A", "1301AB", "0000", "99999Z9"])
def test_shak_codes(text: str) -> None:
    assert identifiers.is_shak_code(text)


@pytest.mark.parametrize(
    "text", ["", "130", "13010", "130101AB", "A301", "1301a", "1301 ", "１３０１"]
)
def test_what_is_no_shak_code(text: str) -> None:
    assert not identifiers.is_shak_code(text)


def shown_by_a_spreadsheet(whole: str, digits: int = 6) -> str:
    """The display form with so many digits, zeros at its end omitted."""
    mantissa, exponent = f"{Decimal(whole):.{digits - 1}E}".split("E")
    return f"{mantissa.rstrip('0').rstrip('.').replace('.', ',')}E{exponent}"


@given(st.integers(1, 999_999))
def test_the_display_form_is_repaired(item: int) -> None:
    whole = sor_id(item)
    shown = shown_by_a_spreadsheet(whole)
    if len(shown.split("E")[0].replace(",", "")) == 3 and item > 999:
        assert identifiers.repair_sor_id(shown) is None  # may be a number format instead
    else:
        assert identifiers.repair_sor_id(shown) == whole
        assert identifiers.repair_sor_id(shown.replace(",", ".")) == whole


@given(st.integers(1_000_000, 99_999_999))
def test_the_display_form_of_longer_ids_has_no_single_answer(item: int) -> None:
    shown = shown_by_a_spreadsheet(sor_id(item))
    assert identifiers.repair_sor_id(shown) is None


@pytest.mark.parametrize("item", [10_000_000, 99_999_999])
def test_an_item_number_of_eight_digits_in_full(item: int) -> None:
    assert identifiers.repair_sor_id(f"{str(item)[0]},{str(item)[1:]}E+17") == sor_id(item)


@given(ITEMS)
def test_a_lost_check_digit_is_computed_again(item: int) -> None:
    whole = sor_id(item)
    lost = whole[:-1] + "0"
    if lost == whole:
        return
    assert identifiers.repair_sor_id(lost) == (whole if len(whole) == 16 else None)


@given(st.integers(100_000, 999_999).map(sor_id), st.integers(1, 9))
def test_a_wrong_check_digit_that_is_not_0_was_not_lost_in_a_spreadsheet(
    whole: str, wrong: int
) -> None:
    if str(wrong) != whole[-1]:
        assert identifiers.repair_sor_id(whole[:-1] + str(wrong)) is None


@given(ITEMS.map(sor_id))
def test_a_good_id_is_given_back(whole: str) -> None:
    assert identifiers.repair_sor_id(whole) == whole
    assert identifiers.repair_sor_id(f"  {whole}\n") == whole


@given(
    st.one_of(DIGITS, st.from_regex(r"[1-9]([.,][0-9]{1,15})?[Ee]\+?[0-9]{1,2}", fullmatch=True))
)
def test_what_is_repaired_is_an_id_that_can_have_been_there(text: str) -> None:
    repaired = identifiers.repair_sor_id(text)
    if repaired is None or repaired == text:
        return
    assert identifiers.is_sor_id(repaired)
    if "E" in text.upper():
        mantissa, exponent = text.upper().replace(",", ".").split("E")
        shown = Decimal(mantissa).scaleb(int(exponent))
        unit = Decimal(1).scaleb(int(exponent) - len(mantissa.partition(".")[2]))
        # the display rounds; the item number itself is never rounded
        assert abs(Decimal(repaired) - shown) <= unit


@pytest.mark.parametrize(
    "text",
    ["", "x", "1,52E+15", "1E+5", "1,5E+30", "0,5209E+15", "1,52E15,0", "abcE+15", "1E+9"],
)
def test_what_cannot_be_repaired(text: str) -> None:
    assert identifiers.repair_sor_id(text) is None


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("1,52096E+15", 152096),
        ("1.52096e15", 152096),
        ("1,52096100001600E+15", 152096),
        ("1,5209610000160E+15", 152096),
        ("1,520961E+15", 152096),
        ("1,52096100002E+15", 152096),
        ("1,520961000016E+15", 152096),
        ("1,520961000016006E+15", 152096),
        ("9,1E+10", 9),
        ("9,1000016E+10", 9),
        ("9E+10", 9),
        ("1E+15", 100_000),
    ],
)
def test_display_forms_with_more_and_fewer_digits(text: str, whole: int) -> None:
    assert identifiers.repair_sor_id(text) == sor_id(whole)


@pytest.mark.parametrize(
    "text",
    [
        "1,52096200001600E+15",
        "1,520969E+15",
        "1,52096100003E+15",
        "1,520961000016009E+15",
        "1,5209610000160060E+15",  # more digits than the number has
        "1,23456789E+18",  # an item number of nine digits
    ],
)
def test_digits_that_are_not_those_of_the_namespace(text: str) -> None:
    assert identifiers.repair_sor_id(text) is None
