"""Parse and check the identifiers of the register; repair SOR ids that a spreadsheet damaged.

The codes of the register's code lists (SNOMED CT) are not identifiers in this sense: the check
digit of SOR ids does not apply to them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import attrs

from .check_digits import ENDING, MIDDLE, TABLED_DIGITS, check_tables, halves
from .notations import LABELS, Kind, readings, without_spaces
from .notebook import HtmlRepr

__all__ = [
    "Identifier",
    "Kind",
    "is_cvr",
    "is_location_code",
    "is_shak_code",
    "is_sor_id",
    "parse",
    "repair_sor_id",
]

# item number, SOR's namespace 1000016, partition 00, check digit; 11 to 18 digits in all
_SOR_ID = re.compile(r"[1-9][0-9]{0,7}100001600[0-9]", re.ASCII)
_SHAK = re.compile(r"[0-9]{4}([0-9A-Z]{2}[0-9A-Z]?)?", re.ASCII)
_CVR = re.compile(r"[0-9]{8}", re.ASCII)
_SCIENTIFIC = re.compile(r"([1-9])(?:[.,]([0-9]+))?[Ee]\+?([0-9]{1,2})", re.ASCII)


def is_sor_id(text: str) -> bool:
    """Return whether ``text`` is a SOR id: form, namespace and Verhoeff check digit.

    An id is an item number without leading zero, SOR's namespace ``1000016``, the partition
    ``00`` and a check digit over all of it: 11 to 18 digits.

    Args:
        text: The text, without decoration. :func:`parse` reads other notations.

    Example:
        >>> is_sor_id("698471000016005"), is_sor_id("698471000016006")
        (True, False)
    """
    beginnings, endings = halves()
    beginning, ending = beginnings.get(text[:-ENDING]), endings.get(text[-ENDING:])
    if beginning is not None and ending is not None:
        return beginning == ending
    # an item number of less than four digits, or more than six, or none
    return has_sor_id_form(text) and _check_digit(text[:-10]) == text[-1]


def has_sor_id_form(text: str) -> bool:
    """Return whether ``text`` has the form of a SOR id, whatever its check digit."""
    return _SOR_ID.fullmatch(text) is not None


def _check_digit(item: str) -> str:
    """Return the check digit of the SOR id with this item number."""
    if len(item) <= TABLED_DIGITS:
        low, high, check_of = check_tables()
        return check_of[low[item[-3:]]][high[item[:-3]]]
    from stdnum import verhoeff

    return str(verhoeff.calc_check_digit(item + MIDDLE))


def is_location_code(text: str) -> bool:
    """Return whether ``text`` is a location number: a GLN of 13 digits with its EAN check digit.

    Example:
        >>> is_location_code("5790000000005"), is_location_code("5790000000006")
        (True, False)
    """
    if not (len(text) == 13 and text.isascii() and text.isdigit()):
        return False
    # EAN-13 (as stdnum.ean, which is too slow for every row): weights 1 and 3 in turn, modulus 10.
    # The digits' own codes begin at 48, and 25 times 48 leaves no rest.
    codes = text.encode()
    return (sum(codes[::2]) + 3 * sum(codes[1::2])) % 10 == 0


def is_cvr(text: str) -> bool:
    """Return whether ``text`` is a valid CVR number: eight digits, modulus 11.

    Example:
        >>> is_cvr("29190623"), is_cvr("29190624")
        (True, False)
    """
    if _CVR.fullmatch(text) is None:  # stdnum also takes signs between the digits, or DK
        return False
    # modulus 11 (as stdnum.dk.cvr, which is too slow for every row); 48 is the code of the digit 0
    a, b, c, d, e, f, g, h = text.encode()
    total = 2 * a + 7 * b + 6 * c + 5 * d + 4 * e + 3 * f + 2 * g + h - 30 * 48
    return total % 11 == 0 and a != 48


def is_shak_code(text: str) -> bool:
    """Return whether ``text`` has the form of a SHAK code.

    A hospital has four digits, a department six characters, a section seven; letters may follow
    the fourth digit. There is no check digit.

    Example:
        >>> is_shak_code("1301"), is_shak_code("130101A"), is_shak_code("13010")
        (True, True, False)
    """
    return _SHAK.fullmatch(text) is not None


def repair_sor_id(text: str) -> str | None:
    """Return the one SOR id that a spreadsheet's damage can have come from, else ``None``.

    Two kinds of damage have a single answer: a 16-digit id whose last digit, the check digit,
    became 0 (spreadsheets keep 15 digits), and the display form ``1,52096E+15`` while the item
    number has at most six digits. ``1,52E+15`` has no single answer: two decimals may be a number
    format that drops any digit. A valid id is returned unchanged. The text may be written in any
    form that :func:`parse` reads.

    Raises:
        TypeError: If ``text`` is not text.

    Example:
        >>> repair_sor_id("1,52096E+15"), repair_sor_id("1520961000016000")
        ('1520961000016006', '1520961000016006')
    """
    identifier = parse(text, "sor_id")
    return None if identifier is None else identifier.repaired or identifier.value


def _repaired(text: str) -> str | None:
    """Return the one id that the bare text can have come from; itself if it is valid."""
    if is_sor_id(text):
        return text
    if has_sor_id_form(text):
        return rounded_sor_id(text)
    if match := _SCIENTIFIC.fullmatch(text):
        lead, decimals, exponent = match[1], (match[2] or ""), int(match[3])
        return _from_scientific(lead + decimals, exponent + 1)
    return None


def rounded_sor_id(text: str) -> str | None:
    """Return the id of which a spreadsheet made this number, which has the form of an id.

    Spreadsheets keep 15 digits, so only the last of 16 digits can have become 0.
    """
    return text[:-1] + _check_digit(text[:-10]) if len(text) == 16 and text[-1] == "0" else None


def _from_scientific(first: str, length: int) -> str | None:
    """Return the one id of ``length`` digits that rounds to the first digits, else ``None``."""
    item_length = length - 10
    if not 1 <= item_length <= 8 or len(first) > length:
        return None
    # the digits after the item number are 1000016..., so they never round it up, and the first
    # digits beyond the item number have to agree with them
    if len(first) < item_length:
        # The general format shows six digits and drops zeros at the end, so what is missing is
        # zeros. Two decimals may also be the number format 0,00E+00, which drops any digit.
        if item_length > 6 or len(first) == 3:
            return None
        first = first.ljust(item_length, "0")
    item, tail = first[:item_length], first[item_length:]
    rest = MIDDLE + _check_digit(item)
    if tail not in (rest[: len(tail)], _rounded(rest, len(tail))):
        return None
    return item + rest


def _rounded(rest: str, digits: int) -> str:
    """Round to ``digits`` digits. The text begins with 10, so rounding adds no digit."""
    unit = 10 ** (len(rest) - digits)
    return str((int(rest) + unit // 2) // unit)


_NUMBER_FORM = re.compile(r"[0-9](?:[.,][0-9]+)?[Ee][+]?[0-9]+", re.ASCII)


def shak_code_problem(text: str) -> str | None:
    """Return the error in a malformed SHAK code, or ``None`` for a well-formed one.

    Codes such as ``3800E1`` look like numbers to a spreadsheet, which writes 38000 or
    ``3,8E+04``; which code it was cannot be found again.

    Args:
        text: A SHAK code without surrounding whitespace.

    Returns:
        A phrase that continues "is not a SHAK code: ".

    Example:
        >>> shak_code_problem("3800E1")
        >>> shak_code_problem("38000")
        'a spreadsheet has turned a code such as 3800E1 into this number'
    """
    if is_shak_code(text):
        return None
    if is_shak_code(text.upper()):
        return "its letters must be capitals"
    if _NUMBER_FORM.fullmatch(text):
        return "a spreadsheet has turned a code such as 9980E10 into this number"
    if not (text.isascii() and text.isalnum()):
        return "only digits and the letters A to Z are allowed"
    if text.isdigit() and len(text) >= 5 and text.endswith("0"):
        return f"a spreadsheet has turned a code such as {_e_notation(text)} into this number"
    if is_shak_code(text[:7]) and len(text) in (8, 9):
        return "it has more than 7 characters; some regions add an eighth and a ninth of their own"
    if len(text) < 4 and text.isdigit():
        return "it is too short; it was cut off, or lost its leading zero"
    return "expected four digits, or these and two or three digits or letters"


def _e_notation(digits: str) -> str:
    """Write a number as the SHAK code it can have been: 38000 as 3800E1."""
    return f"{digits[:4]}E{len(digits) - 4}"


# -- parsing


@attrs.frozen(weakref_slot=False)
class Identifier(HtmlRepr):
    """An identifier as :func:`parse` read it."""

    kind: Kind | None
    """What it identifies; ``None`` for six digits that could be a SHAK code or a provider number
    (ydernummer)."""
    value: str
    """The identifier without decoration, in the register's notation. Of a damaged text: what is
    left without decoration, never the repaired identifier."""
    written: str
    """The text that was parsed."""
    repaired: str | None = None
    """If ``value`` is damaged, the one identifier that it probably was: a SOR id that a spreadsheet
    rounded, a provider number without its leading zeros, a SHAK code without the 8th and 9th
    character that some regions add. ``None`` if ``value`` is undamaged."""


def parse(text: str, kind: Kind | None = None) -> Identifier | None:
    """Parse an identifier in any notation in use.

    What is removed: whitespace of all kinds around it, zero-width characters and byte order marks,
    ``="\u2026"``, quotation marks, an apostrophe in front, ``.0`` or ``,0`` at the end; whitespace
    inside SOR ids, location numbers (GLN), CVR and production unit numbers; ``DK`` in front of CVR
    numbers. What is read: ``system|id``, ``system#id``, ``id^name``, HL7's XON
    (``name^^^^^&1.2.208.176.1.1&ISO^^^^id``), and web addresses that hold one SOR id, such as those
    of the SOR Browser. SHAK codes are returned in capital letters.

    A SOR id, location number or CVR number is recognised by its form and check digit, the others
    by their form only. A damaged identifier is never replaced: see :attr:`Identifier.repaired`.

    Args:
        text: The text to parse.
        kind: What the text should be. If omitted, every kind is tried except pharmacy numbers;
            damage is then recognised for SOR ids only, and provider numbers only if they have
            six digits, with kind ``None``.

    Returns:
        The identifier, or ``None`` if ``text`` is not an identifier of that kind.

    Raises:
        TypeError: If ``text`` is not text: numbers lose leading zeros, and long ones lose digits.
        ValueError: If ``kind`` is unknown.

    Example:
        >>> parse('="698471000016005"').value
        '698471000016005'
        >>> parse("DK 29 19 06 23").value
        '29190623'
        >>> parse("77410", "provider_number").repaired
        '077410'
    """
    if kind is not None and kind not in _READERS:
        raise ValueError(f"unknown kind {kind!r}: expected one of {', '.join(_READERS)}")
    for stated, bare in readings(require_text(text, kind)):
        if stated is None or kind is None or stated == kind:
            identifier = _read(bare, kind or stated)
            if identifier is not None:
                return Identifier(identifier[0], identifier[1], text, identifier[2])
    return None


def require_text(text: object, kind: Kind | None = None) -> str:
    """Return ``text`` if it is text.

    Raises:
        TypeError: If it is something else, for example a number.
    """
    if isinstance(text, str):
        return text
    what = LABELS[kind] if kind else "identifier"
    raise TypeError(f"{what}: expected text, got {type(text).__name__}: {text!r}")


_LONG_SHAK = re.compile(r"[0-9]{4}[0-9A-Z]{4,5}", re.ASCII)
_DECIMAL = re.compile(r"([^.,]*[0-9])[.,]0+", re.ASCII)
_PROVIDER = re.compile(r"[0-9]{1,9}", re.ASCII)
_PHARMACY = re.compile(r"([0-9]{1,6})(?:[,.]([0-9]{1,3}))?", re.ASCII)
_PRODUCTION_UNIT = re.compile(r"[0-9]{10}", re.ASCII)
Read = tuple[str, str | None]
"""The value, and the repaired one if the value is damaged."""


def _read(bare: str, kind: Kind | None) -> tuple[Kind | None, str, str | None] | None:
    if kind != "pharmacy_number" and (decimal := _DECIMAL.fullmatch(bare)):
        bare = decimal[1]
    if kind is not None:
        read = _READERS[kind](bare)
        return None if read is None else (kind, *read)
    if len(bare) == 6 and _PROVIDER.fullmatch(bare):
        return None, bare, None
    for each in _WITHOUT_KIND:
        read = _READERS[each](bare)
        if read is not None and (each == "sor_id" or read[1] is None):
            return each, *read
    return None


def _read_sor_id(bare: str) -> Read | None:
    value = without_spaces(bare)
    repaired = _repaired(value)
    return None if repaired is None else (value, None if repaired == value else repaired)


def _read_shak(bare: str) -> Read | None:
    value = bare.upper()
    if is_shak_code(value):
        return value, None
    return (value, value[:7]) if _LONG_SHAK.fullmatch(value) else None


def _read_location_code(bare: str) -> Read | None:
    value = without_spaces(bare)
    return (value, None) if is_location_code(value) else None


def _read_provider_number(bare: str) -> Read | None:
    if _PROVIDER.fullmatch(bare) is None:
        return None
    return bare, None if len(bare) >= 6 else bare.zfill(6)


def _read_pharmacy_number(bare: str) -> Read | None:
    match = _PHARMACY.fullmatch(bare)
    return None if match is None else (match[1] + (f",{match[2]}" if match[2] else ""), None)


def _read_cvr(bare: str) -> Read | None:
    value = without_spaces(bare)
    value = value[2:] if value[:2].upper() == "DK" else value
    return (value, None) if is_cvr(value) else None


def _read_production_unit(bare: str) -> Read | None:
    value = without_spaces(bare)
    return (value, None) if _PRODUCTION_UNIT.fullmatch(value) else None


_READERS: dict[Kind, Callable[[str], Read | None]] = {
    "sor_id": _read_sor_id,
    "shak": _read_shak,
    "location_code": _read_location_code,
    "provider_number": _read_provider_number,
    "pharmacy_number": _read_pharmacy_number,
    "cvr": _read_cvr,
    "production_unit": _read_production_unit,
}
_WITHOUT_KIND: tuple[Kind, ...] = ("sor_id", "location_code", "shak", "cvr", "production_unit")
