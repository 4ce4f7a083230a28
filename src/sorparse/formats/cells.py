"""Convert the text of a cell to a value: a date, a decimal, yes/no, an id.

``convert`` alone defines what a text means; the fast decoders only remember its results.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from ..identifiers import (
    has_sor_id_form,
    is_cvr,
    is_location_code,
    is_sor_id,
    parse,
    rounded_sor_id,
    shak_code_problem,
)
from ..issues import Severity
from ..notations import may_hold_sor_id
from ..records import EntityRef, SorType
from .declare import Kind
from .edits import AHEAD, FIRST_PLAUSIBLE


class BadCell(ValueError):
    """A text that is not valid in its column.

    Args:
        severity: Severity of the issue.
        code: Code of the issue.
        message: Message of the issue.
        stored: The value in the record nevertheless.
        repaired: The value in the record if the caller asked for repairs.
    """

    def __init__(
        self, severity: Severity, code: str, message: str, stored: Any = None, repaired: Any = None
    ) -> None:
        super().__init__(message)
        self.severity = severity
        self.code = code
        self.stored = stored
        self.repaired = repaired


# The publisher's open ends; any later year is read as an open end too.
_OPEN_FROM = date(2500, 1, 1)
_TIME = r"(?:[T ]\s*\d{2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2})?)?"
_COMPACT = re.compile(rf"(\d{{4}})(\d{{2}})(\d{{2}}){_TIME}", re.ASCII)
_DANISH = re.compile(rf"(\d{{1,2}})[-./](\d{{1,2}})[-./](\d{{4}}){_TIME}", re.ASCII)
_ISO = re.compile(rf"(\d{{4}})-(\d{{2}})-(\d{{2}}){_TIME}", re.ASCII)
_FORMS = ((_ISO, (1, 2, 3)), (_DANISH, (3, 2, 1)), (_COMPACT, (1, 2, 3)))
SHORTEST_DATE = len("1-1-2021")


def to_date(text: str) -> date:
    """Read a date in one of the forms of the files.

    The forms are ``2021-03-31``, ``31-03-2021`` (also with dots or slashes) and ``20210331``, each
    with or without a time of day, which is ignored.

    Raises:
        BadCell: If the text is not a date. Also if the date is implausible, or an open end, which
            only a to-date can be; the record holds such a date nevertheless.
    """
    day = _day(text)
    if day >= _OPEN_FROM:
        raise BadCell(
            "warning",
            "open-end-date",
            f"{text!r} means an open end, and only a to-date can be open; the date is stored "
            "unchanged",
            stored=day,
        )
    if day >= AHEAD:
        raise BadCell(
            "warning",
            "implausible-date",
            f"{text!r} is too far ahead for anything but a to-date; it is stored unchanged",
            stored=day,
        )
    return _not_too_early(day, text)


def _not_too_early(day: date, text: str) -> date:
    if day < FIRST_PLAUSIBLE:
        raise BadCell(
            "warning",
            "implausible-date",
            f"{text!r} is before {FIRST_PLAUSIBLE.year}; it is stored unchanged",
            stored=day,
        )
    return day


def to_last_day(text: str) -> date | None:
    """Read a to-date, like ``to_date``; the date of an open end is ``None``."""
    day = _day(text)
    return None if day >= _OPEN_FROM else _not_too_early(day, text)


def _day(text: str) -> date:
    if len(text) == 10 and text[4] == text[7] == "-":
        with suppress(ValueError):
            return date.fromisoformat(text)
    for form, order in _FORMS if len(text) >= SHORTEST_DATE else ():
        match = form.fullmatch(text)
        if match is None:
            continue
        year, month, day = (int(match[group]) for group in order)
        try:
            return date(year, month, day)
        except ValueError:
            break
    raise BadCell("error", "bad-date", f"{text!r} is not a date (as in 2021-03-31)")


_TIME_OF_DAY = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2}(?::?\d{2})?)?",
    re.ASCII,
)
_YEARS = range(2, 9999)
"""Times in other years are not converted: Danish time could be outside Python's calendar."""


def to_instant(text: str) -> datetime | None:
    """Read a time such as ``2013-08-16T13:50:32.000+02:00`` as Danish time.

    A time without an offset is Danish time.

    Returns:
        The time, or ``None`` if the text does not have this form.

    Raises:
        BadCell: If the time does not exist.
    """
    if _TIME_OF_DAY.fullmatch(text) is None:
        return None
    from zoneinfo import ZoneInfo

    denmark = ZoneInfo("Europe/Copenhagen")
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            return instant.replace(tzinfo=denmark)
        return instant.astimezone(denmark) if instant.year in _YEARS else instant
    except ValueError:
        raise BadCell(
            "error", "bad-date", f"{text!r} is not a time (as in 2021-03-31T00:00:00.000+02:00)"
        ) from None


def same_instant(text: str) -> str:
    """Return a text that is equal for equal times, whatever their offsets are."""
    try:
        moment = to_instant(text)
    except BadCell:
        return text
    return (
        text if moment is None or moment.year not in _YEARS else moment.astimezone(UTC).isoformat()
    )


def to_date_in_denmark(text: str) -> date:
    """Read a date, or a time with any offset as its date in Denmark; see ``to_date``."""
    instant = to_instant(text)
    return to_date(text if instant is None else instant.date().isoformat())


def to_last_day_in_denmark(text: str) -> date | None:
    """Read a to-date, or a time with any offset as its date in Denmark; see ``to_last_day``."""
    instant = to_instant(text)
    return to_last_day(text if instant is None else instant.date().isoformat())


def to_last_day_before(text: str) -> date | None:
    """Read the end of a half-open period as its last day; the open end is ``None``.

    A period that ends at midnight in Denmark ends the day before, any other on that same day. A
    date without a time means midnight.
    """
    end = to_instant(text)
    last = to_last_day_in_denmark(text)
    at_midnight = end is None or (end.hour, end.minute, end.second, end.microsecond) == (0,) * 4
    if last is None or not at_midnight or last == date.min:
        return last
    return last - timedelta(days=1)


YES_NO_WORDS: dict[str, bool] = {
    **dict.fromkeys(("true", "1", "ja", "j", "yes", "y", "sand"), True),
    **dict.fromkeys(("false", "0", "nej", "n", "no", "falsk"), False),
}
INHERITED_WORDS: dict[str, bool] = {
    **YES_NO_WORDS,
    **dict.fromkeys(("nedarvet", "inherited"), True),
    **dict.fromkeys(("egen", "eget", "own"), False),
}


def to_bool(text: str) -> bool:
    """Read a yes/no: ``true``/``false``, ``1``/``0``, ``ja``/``nej`` in any case."""
    value = YES_NO_WORDS.get(text.lower())
    if value is None:
        raise BadCell("error", "bad-boolean", f"{text!r} is neither yes nor no (true, false, 1, 0)")
    return value


def to_inherited(text: str) -> bool:
    """Read ``nedarvet`` (inherited) or ``egen`` (own), or a plain yes/no."""
    value = INHERITED_WORDS.get(text.lower())
    if value is None:
        message = f"{text!r} is neither nedarvet nor egen, true nor false"
        raise BadCell("error", "bad-boolean", message)
    return value


_PLAIN_NUMBER = re.compile(r"[+-]?\d{1,12}(?:[.,]\d{1,12})?", re.ASCII)
_GROUPED_NUMBER = re.compile(r"[+-]?\d{1,3}(?:([.,\xa0 ])\d{3})+(?:([.,])\d{1,12})?", re.ASCII)


def is_number(text: str) -> bool:
    """Return whether a text looks like a number; :func:`to_decimal` refuses any other."""
    return (_PLAIN_NUMBER.fullmatch(text) or _GROUPED_NUMBER.fullmatch(text)) is not None


def to_decimal(text: str) -> Decimal:
    """Read a number with decimal comma or point; the other sign may group thousands."""
    if _PLAIN_NUMBER.fullmatch(text):
        return Decimal(text.replace(",", "."))
    match = _GROUPED_NUMBER.fullmatch(text)
    if match is not None and match[1] != match[2]:
        digits = text.replace(match[1], "")
        try:
            return Decimal(digits.replace(",", "."))
        except InvalidOperation:
            pass  # two decimal signs: not a number
    raise BadCell("error", "bad-number", f"{text!r} is not a number (as in 557481,68)")


def to_coordinate(text: str) -> Decimal:
    """Read a coordinate in metres. Some exports contain degrees, which are refused."""
    value = to_decimal(text)
    if 0 < abs(value) < 180:
        raise BadCell(
            "error",
            "coordinate-in-degrees",
            f"{text!r} looks like degrees, not like metres in ETRS89 / UTM zone 32N",
        )
    return value


# Danish names, and the English names of the MedCom terms
SOR_TYPES: dict[str, SorType] = {
    **dict.fromkeys(("ie", "institutionsejer", "io", "institutionowner"), SorType.IE),
    **dict.fromkeys(("si", "sundhedsinstitution", "hi", "healthinstitution"), SorType.SI),
    **dict.fromkeys(("oe", "organisatoriskenhed", "ou"), SorType.OE),
    **dict.fromkeys(("organizationalunit", "organisationalunit"), SorType.OE),
}


def to_sor_type(text: str) -> SorType:
    """Read the SOR type: ``IE``, ``SI``, ``OE``, or the whole term."""
    value = SOR_TYPES.get(folded_sor_type(text))
    if value is None:
        raise BadCell("error", "bad-sor-type", f"{text!r} is not a SOR type (IE, SI or OE)")
    return value


def folded_sor_type(text: str) -> str:
    """Return the text as it is in ``SOR_TYPES``."""
    return text.lower().replace(" ", "")


def to_sor_id(text: str) -> str:
    """Check a SOR id. An invalid one is stored unchanged and reported, with the repaired id."""
    if is_sor_id(text):
        return text
    has_form = has_sor_id_form(text)
    if has_form:
        repaired = rounded_sor_id(text)
    else:
        identifier = parse(text, "sor_id") if may_hold_sor_id(text) else None
        if identifier is not None and identifier.repaired is None:
            return identifier.value
        repaired = None if identifier is None else identifier.repaired
    if repaired is not None:
        raise BadCell(
            "warning",
            "damaged-sor-id",
            f"{text!r} was damaged by a spreadsheet; the only possible id is {repaired}",
            stored=text,
            repaired=repaired,
        )
    if has_form:
        raise BadCell(
            "warning", "check-digit", f"SOR id {text!r} has a wrong check digit", stored=text
        )
    message = f"{text!r} is not a well-formed SOR id: expected 11 to 18 digits"
    raise BadCell("warning", "bad-sor-id", message, stored=text)


LOCATION_DIGITS, CVR_DIGITS = 13, 8


def to_location_code(text: str) -> str:
    """Check a location number; an invalid one is stored unchanged and reported."""
    if is_location_code(text):
        return text
    if len(text) >= LOCATION_DIGITS and (identifier := parse(text, "location_code")):
        return identifier.value
    if len(text) == LOCATION_DIGITS and text.isascii() and text.isdigit():
        message = f"location number {text!r} has a wrong check digit"
        raise BadCell("warning", "check-digit", message, stored=text)
    message = f"{text!r} is not a location number of 13 digits"
    raise BadCell("warning", "bad-location-code", message, stored=text)


def to_cvr(text: str) -> str:
    """Check a CVR number; an invalid one is stored unchanged and reported."""
    if is_cvr(text):
        return text
    if len(text) >= CVR_DIGITS and (identifier := parse(text, "cvr")):
        return identifier.value
    if len(text) == CVR_DIGITS and text.isascii() and text.isdigit():
        raise BadCell(
            "warning", "check-digit", f"CVR number {text!r} fails the modulus 11 check", stored=text
        )
    raise BadCell("warning", "bad-cvr", f"{text!r} is not a CVR number of 8 digits", stored=text)


def to_shak_code(text: str) -> str:
    """Check a SHAK code; an invalid one is stored unchanged and reported."""
    problem = shak_code_problem(text)
    if problem is None:
        return text
    raise BadCell(
        "warning", "bad-shak-code", f"{text!r} is not a SHAK code: {problem}", stored=text
    )


def to_unit(text: str) -> EntityRef:
    """Read a reference to a unit that is either its SOR id or its name."""
    if has_sor_id_form(text):
        return EntityRef(sor_id=text)
    identifier = parse(text, "sor_id") if may_hold_sor_id(text) else None
    if identifier is not None and identifier.repaired is None:
        return EntityRef(sor_id=identifier.value)
    return EntityRef(name=text)


CONVERTERS: dict[Kind, Callable[[str], Any]] = {
    Kind.TEXT: str,
    Kind.SOR_ID: to_sor_id,
    Kind.LOCATION_CODE: to_location_code,
    Kind.CVR: to_cvr,
    Kind.SHAK: to_shak_code,
    Kind.DATE: to_date,
    Kind.LAST_DAY: to_last_day,
    Kind.TIME: to_date_in_denmark,
    Kind.LAST_TIME: to_last_day_in_denmark,
    Kind.END: to_last_day_before,
    Kind.BOOL: to_bool,
    Kind.INHERITED: to_inherited,
    Kind.EASTING: to_coordinate,
    Kind.NORTHING: to_coordinate,
    Kind.SOR_TYPE: to_sor_type,
    Kind.UNIT: to_unit,
}


def convert(kind: Kind, text: str) -> Any:
    """Return the value of a cleaned cell.

    Args:
        kind: What the text of the column means.
        text: The text, without whitespace around it.

    Returns:
        The value; ``None`` if the cell is empty.

    Raises:
        BadCell: If the text is not valid in such a column.
    """
    return CONVERTERS[kind](text) if text else None
