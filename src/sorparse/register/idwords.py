"""From the id or code that a caller wrote to the register's, and the reason if there is none."""

from __future__ import annotations

from collections.abc import Container

from ..identifiers import Kind, parse, require_text
from ..notations import readings


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
    found = parse(text, kind)
    return text.strip() if found is None else found.value


def why_unknown(sor_id: str) -> str:
    """Return why a register may not have a unit: not a SOR id, a wrong digit, or not there."""
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
    found = parse(sor_id, "sor_id")
    likely = (
        "" if found is None or found.repaired is None else f"; it was probably {found.repaired}"
    )
    return f"{sor_id!r} is not a valid SOR id: {reason}{likely}"
