"""Translate the caller's id or code to the register's; explain, if none matches."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterator

from ..identifiers import Kind, parse, require_text
from ..notations import readings

_LIKE_A_NUMBER = re.compile(r"[0-9]{4}E[0-9]{1,2}", re.ASCII)
_DISARMED = re.compile(r"99[0-9]{6}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,20}(?:[.,][0-9]{1,20})?(?:E[+]?[0-9]{1,2})?", re.ASCII)
_CUT_FROM = 3
"""Shortest length of a SHAK code that may have been cut short."""


def spelled(text: str, kind: Kind, *known: Container[str]) -> str:
    """Return a code as the register writes it.

    Args:
        text: The code in any notation.
        kind: What it is.
        known: The codes that the register has; one of them is itself, however irregular.

    Raises:
        TypeError: If ``text`` is not text.
    """
    require_text(text, kind)
    for codes in known:
        if text in codes:
            return text
    identifier = parse(text, kind)
    return text.strip() if identifier is None else identifier.value


def why_unknown(sor_id: str) -> str:
    """Return why a register does not have a unit: not a SOR id, a wrong digit, or unknown."""
    if not next(readings(sor_id))[1]:
        reason = "it is empty"
    elif not (sor_id.isascii() and sor_id.isdigit()):
        reason = "a SOR id has digits only"
    elif not 11 <= len(sor_id) <= 18:
        reason = f"it has {len(sor_id)} digits, a SOR id has 11 to 18"
    else:
        from stdnum import verhoeff

        expected = verhoeff.calc_check_digit(sor_id[:-1])
        if sor_id[-1] == expected:
            return f"no unit {sor_id} in this register"
        reason = (
            f"its check digit is {sor_id[-1]} and should be {expected} "
            "(a typing error, or damage by a spreadsheet)"
        )
    identifier = parse(sor_id, "sor_id")
    likely = (
        ""
        if identifier is None or identifier.repaired is None
        else f"; it was probably {identifier.repaired}"
    )
    return f"{sor_id!r} is not a valid SOR id: {reason}{likely}"


def likely(kind: Kind, code: str, known: Collection[str]) -> str | None:
    """Return the one known code that an unknown one was probably meant to be, else ``None``.

    A provider number with other leading zeros (``77410`` and ``077410``), or out of use, with
    ``99`` before it; a SHAK code with an 8th and 9th character, one that a spreadsheet read as a
    number (``3800E1`` as 38000), or one that was cut short.

    Args:
        kind: What the code is.
        code: The code, as :func:`sorparse.identifiers.parse` writes it.
        known: The codes that the register has.
    """
    for spellings in _spellings(kind, code, known):
        candidates = spellings & set(known) - {code}
        if len(candidates) == 1:
            return candidates.pop()
    return None


def _spellings(kind: Kind, code: str, known: Collection[str]) -> Iterator[set[str]]:
    """Yield sets of other spellings, the likeliest first."""
    parsed = parse(code, kind)
    if parsed is not None and parsed.repaired is not None:
        yield {parsed.repaired}
    if kind == "provider_number" and code.isascii() and code.isdigit():
        yield {code.lstrip("0").zfill(6)}
        yield {code.lstrip("0")}  # a file that lost the zeros itself
        if _DISARMED.fullmatch(code):
            yield {code[2:]}
    if kind == "shak":
        if _NUMBER.fullmatch(code):
            value = float(code.replace(",", "."))
            yield {one for one in known if _LIKE_A_NUMBER.fullmatch(one) and float(one) == value}
        if len(code) >= _CUT_FROM:
            yield {one for one in known if one.startswith(code)}
