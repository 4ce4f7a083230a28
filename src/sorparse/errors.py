"""Every exception that this library raises on purpose, and its warnings.

All exceptions derive from :class:`SorError`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date

    from .issues import Issue


class SorError(Exception):
    """The base class of all errors of this library.

    Example:
        >>> try:
        ...     sorparse.open(b"hello")
        ... except sorparse.SorError as error:
        ...     print(type(error).__name__)
        UnrecognisedFormatError
    """

    def __str__(self) -> str:
        return Exception.__str__(self)  # KeyError would show the repr

    def __reduce__(self) -> tuple[Any, ...]:
        # by default an exception is pickled as its positional arguments alone
        return _made_again, (type(self), self.args), self.__dict__


def _made_again(cls: type[SorError], args: tuple[Any, ...]) -> SorError:
    error = cls.__new__(cls, *args)
    super(SorError, error).__init__(*args)
    return error


class SorFileError(SorError):
    """A file cannot be read: a broken zip, an unreadable encoding, a truncated XML, a limit.

    The message states file, place and what was expected.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        place = file or ""
        if line is not None:
            place += f":{line}" + (f":{column}" if column is not None else "")
        super().__init__(f"{place}: {message}" if place else message)
        self.reason = message
        self.file = file
        self.line = line
        self.column = column


class UnrecognisedFormatError(SorFileError):
    """The content is not a recognised SOR file. The message says what it looks like."""


class SorDataError(SorError):
    """The first error in the data, if the caller asked for ``on_issue="raise"``."""

    def __init__(self, issue: Issue) -> None:
        super().__init__(str(issue))
        self.issue = issue


class MissingTableError(SorError):
    """The source does not have the table asked for."""


class MissingExtraError(SorError, ImportError):
    """A package of one of the extras is not installed; the message names the extra."""


class InvalidDateError(SorError, ValueError):
    """A text or value is not a valid date; the message says why and how to write one."""


class ConversionError(SorError):
    """A target cannot be written: unknown, refused, interrupted, no space left.

    What was at the target before is left unchanged.
    """


class EmptySourceError(ConversionError):
    """Units were to be written, and the source has none. Nothing is replaced."""

    issues: tuple[Issue, ...] = ()
    """Issues in the data that were found up to then."""


class GuardError(ConversionError):
    """A guard is exceeded: too many closings or errors, or too few units. Nothing is replaced."""

    issues: tuple[Issue, ...] = ()
    """Issues in the data that were found up to then."""


class FetchError(SorError):
    """A file cannot be fetched, or is not what it should be. The earlier file is unchanged."""


class InvalidOptionError(SorError, ValueError):
    """An option has an invalid value; the message says what was expected."""


class NotInForceError(SorError, KeyError):
    """No version of the unit is in force on the date asked about."""

    def __init__(
        self, message: str, *, sor_id: str, day: date | None, reason: str, date: date | None = None
    ) -> None:
        super().__init__(message)
        self.sor_id = sor_id
        self.day = day
        """The date asked about; ``None`` if the question was not about a date."""
        self.reason = reason
        """``"unknown"``, ``"closed"`` or ``"future"``."""
        self.date = date
        """Last day in force where closed, first day where future."""


class UnknownUnitError(NotInForceError):
    """The register does not have the unit; the message says whether the id is a SOR id."""

    def __init__(self, message: str, *, sor_id: str, day: date | None = None) -> None:
        super().__init__(message, sor_id=sor_id, day=day, reason="unknown")


class UnknownTermError(SorError, ValueError):
    """No code list and no unit has the value to search for; the message names similar values."""

    def __init__(self, message: str, *, field: str, value: str, similar: tuple[str, ...]) -> None:
        super().__init__(message)
        self.field = field
        """What was searched in, for example ``"entity_type"``."""
        self.value = value
        """The unknown value."""
        self.similar = similar
        """The values that are most like it, best first."""


class UnknownNightError(SorError, KeyError):
    """The archive does not have the night; the message names the nights beside it."""


class FhirError(SorError, ValueError):
    """A record or the arguments lack what a FHIR resource or profile requires."""


class UnknownFieldError(SorError, ValueError):
    """A name is neither a field of a record nor a short name for one."""


class UnreadableDateWarning(UserWarning):
    """Dates in a column of a data frame could not be read; their rows have no answer."""


def not_unicode(error: UnicodeEncodeError) -> str:
    """Return the message for a text that cannot be written as UTF-8."""
    text = error.object if len(error.object) < 100 else error.object[:100] + "…"
    return f"a text is not valid Unicode and cannot be written: {text!r}"
