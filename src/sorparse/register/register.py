"""The register: every version of every unit, and the tables beside them."""

from __future__ import annotations

import gc
import os
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, TypeVar

import attrs

from ..errors import MissingTableError, UnknownUnitError
from ..formats.base import Format
from ..issues import Issue, Issues, OnIssue
from ..limits import Limits
from ..notebook import HtmlRepr, Records
from ..records import (
    Classification,
    EDIType,
    GeoLocation,
    LocationCode,
    LocationCodeEDIType,
    ReplacedEntity,
    SHAKSORMap,
    SOREntity,
)
from .caveats import Caveats, shown_day
from .counted import RegisterCounts
from .days import Day, as_day
from .idwords import spelled, why_unknown
from .lazily import Lazily
from .replacements import Replacements, follow, replacements_of
from .shak_bridge import WithShak
from .store import VersionStore
from .timeindex import TimeIndex

if TYPE_CHECKING:
    from .differences import Diff
    from .view import View

T = TypeVar("T")


@attrs.frozen(weakref_slot=False)
class Tables:
    """The tables beside the units, whole."""

    shak_sor_map: tuple[SHAKSORMap, ...] = ()
    location_codes: tuple[LocationCode, ...] = ()
    location_code_edi_types: tuple[LocationCodeEDIType, ...] = ()
    edi_types: tuple[EDIType, ...] = ()
    geo_locations: tuple[GeoLocation, ...] = ()
    classifications: tuple[Classification, ...] = ()
    replaced_entities: tuple[ReplacedEntity, ...] = ()


class Register(HtmlRepr, WithShak, RegisterCounts):
    """All units with all their versions: ask it about any day.

    Made by :func:`sorparse.load` or :meth:`from_records`. Immutable: threads may share it, copying
    gives the same object, and it can be pickled.
    """

    def __init__(
        self,
        store: VersionStore,
        tables: Tables,
        *,
        lines: Mapping[str, Sequence[int]] | None = None,
        format: Format | None = None,
        snapshot_date: date | None = None,
        issues: Iterable[Issue] = (),
        path: Path | None = None,
        tables_read: Iterable[str] | None = None,
    ) -> None:
        self._store = store
        self._tables = tables
        self._lines = dict(lines or {})
        self._format = format
        self._snapshot_date = snapshot_date
        self._issues = tuple(issues)
        self._path = path
        self._tables_read = None if tables_read is None else tuple(tables_read)
        self._lazily = Lazily()
        self._caveats = Caveats(format, snapshot_date, self.shown_day)

    @classmethod
    def from_records(  # noqa: PLR0917 - one argument a table, in the order of the contract
        cls,
        entities: Iterable[SOREntity],
        shak_sor_map: Iterable[SHAKSORMap] = (),
        location_codes: Iterable[LocationCode] = (),
        location_code_edi_types: Iterable[LocationCodeEDIType] = (),
        edi_types: Iterable[EDIType] = (),
        geo_locations: Iterable[GeoLocation] = (),
        classifications: Iterable[Classification] = (),
        replaced_entities: Iterable[ReplacedEntity] = (),
        *,
        format: Format | None = None,
        snapshot_date: date | None = None,
        issues: Iterable[Issue] = (),
    ) -> Register:
        """Make a register of records; each argument is read once.

        entities: the versions of the units, in any order.
        format, snapshot_date: what the records were read from and the day it shows. They tell what
            a :class:`View` cannot know; left out, the records are taken for the full history.
        issues: findings of the reader, to be kept with the register.
        """
        store = VersionStore()
        for record in entities:
            store.add(record)
        tables = Tables(
            Records(shak_sor_map),
            Records(location_codes),
            Records(location_code_edi_types),
            Records(edi_types),
            Records(geo_locations),
            Records(classifications),
            Records(replaced_entities),
        )
        return cls(store, tables, format=format, snapshot_date=snapshot_date, issues=issues)

    # -- what it holds

    @property
    def format(self) -> Format | None:
        """The format of the source, where it is known."""
        return self._format

    @property
    def path(self) -> Path | None:
        """Absolute path of the file or folder that it was loaded from, if there is one."""
        return self._path

    @property
    def name(self) -> str:
        """Path of the source, or a word for it."""
        return "a register" if self._path is None else str(self._path)

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables that it holds, in the order of ``Feed.tables``."""
        if self._tables_read is not None:
            return self._tables_read
        others = (field.name for field in attrs.fields(Tables))
        return ("entities", *(name for name in others if getattr(self._tables, name)))

    def records(self, table: str) -> Iterator[Any]:
        """Return the records of a table in the order of the source.

        Raises:
            MissingTableError: If the register does not hold the table.
        """
        if table not in self.tables:
            raise MissingTableError(
                f"the register has no table {table!r}; it has {', '.join(self.tables)}"
            )
        if table == "entities":
            return map(self._store.record, range(len(self._store)))
        return iter(getattr(self._tables, table))

    @property
    def snapshot_date(self) -> date | None:
        """The day that the source shows, where it tells."""
        return self._snapshot_date

    @property
    def shown_day(self) -> date | None:
        """The day that the source shows: its snapshot date, else the earliest day it can be of.

        A file without a date of its own is at least of the day after the latest edit in it.
        ``None`` where nothing tells.
        """
        return self._lazily.get(
            "shown day", lambda: shown_day(self._store, self._format, self._snapshot_date)
        )

    @property
    def issues(self) -> list[Issue]:
        """What the reader found while loading; for what is wrong in the content see `check`."""
        return Issues(self._issues)

    @property
    def shak_sor_map(self) -> tuple[SHAKSORMap, ...]:
        """SHAK codes and the SOR units they stood on."""
        return self._tables.shak_sor_map

    @property
    def location_codes(self) -> tuple[LocationCode, ...]:
        """Location numbers and the systems behind them."""
        return self._tables.location_codes

    @property
    def location_code_edi_types(self) -> tuple[LocationCodeEDIType, ...]:
        """The message types of each location number."""
        return self._tables.location_code_edi_types

    @property
    def edi_types(self) -> tuple[EDIType, ...]:
        """Message types."""
        return self._tables.edi_types

    @property
    def geo_locations(self) -> tuple[GeoLocation, ...]:
        """Geographical locations."""
        return self._tables.geo_locations

    @property
    def classifications(self) -> tuple[Classification, ...]:
        """Entries of the code lists."""
        return self._tables.classifications

    @property
    def replaced_entities(self) -> tuple[ReplacedEntity, ...]:
        """Units and their successors, from the table of them."""
        return self._tables.replaced_entities

    def __len__(self) -> int:
        """Count the units."""
        return len(self._store.ids)

    def __contains__(self, sor_id: str) -> bool:
        return self._id(sor_id) in self._store.numbers

    def __iter__(self) -> Iterator[str]:
        """Yield the SOR ids in the order of the source."""
        return iter(self._store.ids)

    def __repr__(self) -> str:
        versions = len(self._store)
        source = f"{self._format}" if self._format else "records"
        of = f" of {self._snapshot_date.isoformat()}" if self._snapshot_date else ""
        return f"<Register from {source}{of}: {len(self)} units in {versions} versions>"

    # -- time

    def as_of(self, day: Day = None) -> View:
        """Give the register as it is on a day.

        day: a ``date``, ISO text (``"2021-03-31"``), or ``None`` for today in Denmark.

        Raises InvalidDateError for anything else. Where the source cannot know the day well, the
        view's ``caveats`` say why, and the logger ``sorparse`` gets one warning a register.
        """
        from .view import View

        return View(self, as_day(day))

    def history(self, sor_id: str) -> tuple[SOREntity, ...]:
        """Give all versions of a unit, oldest first.

        Sorted by from-date; of equal ones the one that counts (latest edit, then last in the file)
        comes last. Raises UnknownUnitError, a KeyError.
        """
        rows = self._index.history(self._number(sor_id))
        return Records([self._store.record(row) for row in rows])

    def diff(self, from_day: Day, to_day: Day) -> Diff:
        """Compare two days of this register: the state on each, not what happened in between."""
        from .differences import diff_days

        return diff_days(self.as_of(from_day), self.as_of(to_day))

    # -- replacements

    def successors(self, sor_id: str) -> tuple[str, ...]:
        """Give the ids of all units that replaced a unit, directly or by way of others.

        Nearest first, each once, itself left out; n:m and circles are fine. Raises
        UnknownUnitError for an id that neither a unit nor a replacement has.
        """
        return follow(self._replacements.after, self._replaced_or_known(sor_id))

    def predecessors(self, sor_id: str) -> tuple[str, ...]:
        """Give the ids of all units that a unit replaced, directly or by way of others."""
        return follow(self._replacements.before, self._replaced_or_known(sor_id))

    def active_successors(self, sor_id: str, day: Day = None) -> tuple[SOREntity, ...]:
        """Return the units in force on a date in place of ``sor_id``; see the view's method."""
        return self.as_of(day).active_successors(sor_id)

    # -- quality

    def check(self) -> list[Issue]:
        """Look for what is wrong in the content; see the docs for the list of codes."""
        from .check import check

        return Issues(check(self))

    # -- inside

    @property
    def _index(self) -> TimeIndex:
        return self._lazily.get("time", lambda: TimeIndex(self._store))

    @property
    def _replacements(self) -> Replacements:
        return self._lazily.get(
            "replacements",
            lambda: Replacements(replacements_of(self._store, self._tables.replaced_entities)),
        )

    def _number(self, sor_id: str) -> int:
        sor_id = self._id(sor_id)
        number = self._store.numbers.get(sor_id)
        if number is None:
            raise UnknownUnitError(why_unknown(sor_id), sor_id=sor_id)
        return number

    def _replaced_or_known(self, sor_id: str) -> str:
        sor_id = self._id(sor_id)
        if sor_id not in self._replacements:
            self._number(sor_id)
        return sor_id

    def _id(self, text: str) -> str:
        return spelled(text, "sor_id", self._store.numbers)

    def _line_of(self, table: str, place: int) -> int | None:
        lines = self._lines.get(table)
        return (lines[place] or None) if lines else None

    def __copy__(self) -> Register:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Register:
        return self


def load(
    source: str | os.PathLike[str] | bytes | BinaryIO | IO[bytes],
    *,
    columns: Mapping[str, str] | None = None,
    on_issue: OnIssue = "collect",
    encoding: str | None = None,
    limits: Limits | None = None,
    repair: bool = False,
    validate: bool | str | os.PathLike[str] = False,
) -> Register:
    """Read a source whole into a :class:`Register`, in one pass over each of its tables.

    Takes what :func:`sorparse.open` takes, and raises what it raises. The findings of the reading
    are in ``register.issues``. A source without units and without SHAK map raises
    MissingTableError: there is nothing that a register could be asked about.
    """
    from ..feed import open as open_feed
    from .check_versions import edits_ahead

    with open_feed(
        source,
        columns=columns,
        on_issue=on_issue,
        encoding=encoding,
        limits=limits,
        repair=repair,
        validate=validate,
    ).settled() as feed:
        if not {"entities", "shak_sor_map"} & set(feed.tables):
            raise MissingTableError(
                f"{feed.name} has no units; it has {', '.join(feed.tables)}: read those with "
                f"sorparse.{'load_shak' if 'shak_units' in feed.tables else 'open'}"
            )
        store = VersionStore()
        read: dict[str, tuple[Any, ...]] = {}
        lines: dict[str, array[int]] = {}
        with _collector_paused():
            if "entities" in feed.tables:
                for line, record in feed.numbered("entities"):
                    store.add(record, line)
                if not store:
                    feed.report_no_entities()
            for field in attrs.fields(Tables):
                if field.name in feed.tables:
                    pairs = list(feed.numbered(field.name))
                    read[field.name] = Records([record for _, record in pairs])
                    lines[field.name] = array("q", [line or 0 for line, _ in pairs])
        loaded = partial(
            Register,
            store,
            Tables(**read),
            lines=lines,
            format=feed.format,
            snapshot_date=feed.snapshot_date,
            path=feed.path,
            tables_read=feed.tables,
        )
        for issue in edits_ahead(loaded()):
            feed.report(issue)
        return loaded(issues=feed.issues)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the garbage collector from going through all records again and again.

    Millions of objects come to stay, none of them in a circle: looking for circles doubles the
    time that keeping a version takes.
    """
    was_running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_running:
            gc.enable()
