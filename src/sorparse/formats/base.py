"""The interfaces between formats and feeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar, cast, runtime_checkable

import attrs

from ..issues import Issue, IssueLog, NoLog
from ..limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from datetime import date

    from ..description import TableDescription
    from ..records.row import Row
    from ..sources import Member


class Format(str, Enum):
    """The published formats. If a table is in several of them, the first one here is read.

    Members are text, so you can compare them with their names.

    Example:
        >>> sorparse.open("Sor.xml").format == "SOR_XML"
        True
    """

    _value_: str
    has_units: bool
    """Whether a complete set of the format always has units."""

    def __new__(cls, value: str, has_units: bool = False) -> Self:  # noqa: D102
        member = str.__new__(cls, value)
        member._value_ = value
        member.has_units = has_units
        return member

    SOR2 = "SOR2", True
    """SOR2 CSV set with full history (Sor_complete.zip or files of it)."""
    SOR_XML = "SOR_XML", True
    """Sor.xml 2.0.0 or 1.0.0, with or without the two files beside it; a snapshot."""
    SOR2_DAILY = "SOR2_DAILY", True
    """SorEntity_daily.csv: active units, closings ahead, future units; no history."""
    SOR_CSV = "SOR_CSV", True
    """sor.csv 1.2.1.19, with or without Edityper.csv; a snapshot without closed units."""
    EDI_TYPES = "EDI_TYPES"
    """Edityper.csv alone."""
    SKRS = "SKRS"
    """Saved responses of the national copy service (Stamdata Kopi Register Service)."""
    SHAK = "SHAK"
    """SHAKCOMPLETE.TXT and other files of the same layout."""
    SHAK_REGION = "SHAK_REGION"
    """SHAKregion.txt or SHAKregion.xml: region and SOR id of each hospital."""

    def __str__(self) -> str:
        return self._value_


class Validator(Protocol):
    """Validates one document while it is read; see ``sorparse.validation.OwnerValidator``."""

    @property
    def whole(self) -> Any:
        """The compiled lxml schema, which decides quickly whether there is any issue."""

    def check(self, owner: Any) -> Iterable[Issue]:
        """Validate a completed owner element and what precedes it."""

    def finish(self, root: Any) -> Iterable[Issue]:
        """Validate what follows the last owner, and return the summary."""


@attrs.frozen
class ReadOptions:
    """The caller's options; the same for every table of a feed."""

    log: IssueLog = attrs.Factory(IssueLog)
    columns: Mapping[str, str] = attrs.field(factory=dict)
    """The caller's mapping of a file's column names to field names."""
    encoding: str | None = None
    limits: Limits = DEFAULT_LIMITS
    repair: bool = False
    """Replace an id that a spreadsheet has damaged by the repaired one; always reported."""
    validator: Callable[[str, str], Validator] | None = None
    """Returns a validator for the namespace of a document's root and the file's name."""


def muted_options(options: ReadOptions) -> ReadOptions:
    """Return options for reading ahead: no issues, these are reported when the table is read."""
    return attrs.evolve(options, log=NoLog(), validator=None)


class TableReader(Protocol):
    """Reads one table in one member, as often as the member can be opened."""

    @property
    def table(self) -> str:
        """Name of the table."""

    @property
    def format(self) -> Format:
        """The format the table was found in."""

    @property
    def member(self) -> Member:
        """The file that holds it."""

    def numbered(self) -> Iterator[tuple[int | None, Any]]:
        """Read the table once, lazily: pairs of the record's first line and the record.

        Issues go to the log of the options.
        """

    def describe(self) -> TableDescription:
        """Read the table once and return its physical form and its columns."""


R = TypeVar("R")


def muted(reader: R) -> R:
    """Return a reader of the same table that reports no issues."""
    attributes: Any = reader
    return cast("R", attrs.evolve(attributes, options=muted_options(attributes.options)))


@runtime_checkable
class GivesNames(Protocol):
    """A reader that knows the names of codes, from lists beside the units."""

    def name_of(self, kind: str, code: str) -> str | None:
        """Return the name of a code of one of the lists of ``sorparse.codes``, if known."""


@runtime_checkable
class TakesNames(Protocol):
    """A reader of a file that holds codes without names."""

    def use_names_from(self, names: GivesNames | None) -> None:
        """Use the names of codes from ``names`` first, then from the library's tables."""


@runtime_checkable
class Poorer(Protocol):
    """A reader of a form that may hold less data than another form of the same format."""

    @property
    def poorer(self) -> bool:
        """Whether another form of the table is read instead."""


@runtime_checkable
class GivesRows(Protocol):
    """A reader that is faster if lines are not needed, and faster still for a few fields."""

    def rows(self, row: type[Row] | None) -> Iterator[Any]:
        """Yield whole records, or only the fields of ``row`` and their issues."""


@runtime_checkable
class ReadsPages(Protocol):
    """A reader of a table that comes in pages, and in which rows may occur more than once."""

    def joined(self, readers: Sequence[Any]) -> TableReader:
        """Return one reader of all pages of the table, from the readers of the pages."""

    def settled(self) -> TableReader:
        """Return a reader that omits each row that a later delivery replaces."""

    def next_offsets(self) -> Mapping[str, str]:
        """Return the last token of each datatype that has entries."""

    def snapshot_date(self) -> date | None:
        """Return the date of the newest page."""


@attrs.frozen
class Found:
    """The tables that a format recognised in one member."""

    readers: tuple[TableReader, ...]
    snapshot_date: Callable[[], date | None] = lambda: None
    """Returns the date that the data represent, if the file states it."""


# A format module offers ``recognise``. It gets a member and its beginning (64 KiB, or all of it if
# it is smaller) and returns what it found, or None if the member is not of its format.
Recognise = Callable[["Member", bytes, ReadOptions], "Found | None"]
