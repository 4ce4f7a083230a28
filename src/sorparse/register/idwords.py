"""What is wrong with an id, in words a user understands."""

from __future__ import annotations


def why_unknown(sor_id: object) -> str:
    """Say why a register may not know an id: no text, no SOR id, a wrong digit, or not there."""
    if not isinstance(sor_id, str):
        return f"SOR ids are text, not {type(sor_id).__name__}: {sor_id!r}"
    if not (sor_id.isascii() and sor_id.isdigit()):
        return f"{sor_id!r} is no SOR id: a SOR id has digits only"
    if not 11 <= len(sor_id) <= 18:
        return f"{sor_id} is no SOR id: it has {len(sor_id)} digits, a SOR id has 11 to 18"
    from stdnum import verhoeff

    expected = verhoeff.calc_check_digit(sor_id[:-1])
    if sor_id[-1] != expected:
        return (
            f"{sor_id} is no SOR id: its check digit is {sor_id[-1]} and should be {expected} "
            "(a typing error, or damage by a spreadsheet)"
        )
    return f"no unit {sor_id} in this register"
