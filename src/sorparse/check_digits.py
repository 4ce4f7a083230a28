"""Tables for a fast check of the Verhoeff check digit of SOR ids."""

from __future__ import annotations

from functools import cache

MIDDLE = "100001600"
"""The part between item number and check digit in every SOR id."""
TABLED_DIGITS = 6
"""Digits of the longest item number in the tables."""
ENDING = 3 + len(MIDDLE) + 1  # characters of an id from the last three digits of its item number


@cache
def check_tables() -> tuple[dict[str, int], dict[str, int], list[list[str]]]:
    """Return tables for the check digit of an id whose item number has at most six digits.

    Verhoeff's scheme is a product in a group, so the item number can be split into two pieces of
    three digits, and the constant middle of the id is computed once. This makes the check cheap
    enough to run on every id that is read; a test compares it with python-stdnum.
    """
    from stdnum.verhoeff import checksum

    values: list[list[int]] = []  # of each digit, by its place from the right
    neutral = ""  # digits in the places so far whose product is 0
    for _ in range(16):
        values.append([checksum(f"{digit}{neutral}") for digit in range(10)])
        neutral = f"{values[-1].index(0)}{neutral}"
    product = [[checksum(f"{values[1].index(b)}{a}") for b in range(10)] for a in range(10)]

    def of(digits: str, place: int) -> int:
        total = 0
        for offset, digit in enumerate(reversed(digits), place):
            total = product[total][values[offset][int(digit)]]
        return total

    low = {f"{n:0{size}}": of(f"{n:0{size}}", 10) for size in (1, 2, 3) for n in range(10**size)}
    high = {"": 0} | {str(n): of(str(n), 13) for n in range(1, 1000)}
    # the product of check digit and middle must be the inverse of the item number's
    digit_of = {product[of(MIDDLE + check, 0)].index(0): check for check in "0123456789"}
    check_of = [[digit_of[product[a][b]] for b in range(10)] for a in range(10)]
    return low, high, check_of


@cache
def halves() -> tuple[dict[str, int], dict[str, int]]:
    """Return tables of the two halves of ids whose item number has four to six digits.

    An id is valid if its first half (all but the last ``ENDING`` characters) and its second half
    have the same number in these tables.
    """
    low, high, check_of = check_tables()
    beginnings = {digits: part for digits, part in high.items() if digits}
    endings = {
        f"{digits}{MIDDLE}{check_of[part][other]}": other
        for digits, part in low.items()
        if len(digits) == 3
        for other in range(10)
    }
    return beginnings, endings
