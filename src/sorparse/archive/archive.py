"""A folder to which nights of the register are added, and which returns each of them."""

from __future__ import annotations

import os
import zipfile
from collections.abc import MutableMapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import attrs

from ..errors import ConversionError, UnknownNightError
from ..exports.guards import Guards, error_count, promises_units
from ..feed import Feed
from ..notebook import HtmlRepr, Records
from ..opening import open as open_feed
from ..register import Register, View, diff, load
from ..register.closings import in_force
from ..register.days import Day, as_day
from ..replace import replaced_file, replaced_folder
from ..targets import writable
from .history import UNITS, Registered, history
from .intake import Intake, state_with, take_in, unchanged
from .pieces import as_file, read_files, sha256, write_zip
from .saved_registers import SavedRegisters
from .store import LINES, Night, State, Store
from .verify import contents, problems

if TYPE_CHECKING:
    from ..register import Diff


@attrs.frozen
class Added(HtmlRepr):
    """What :meth:`Archive.add` did."""

    night: date
    """The night."""
    changed: bool
    """Whether the archive changed: false if it had the night with the same content already."""
    records: int
    """Number of records of the night, in all tables."""
    new_rows: int
    """How many lines and records the archive did not have from another night."""


class Archive(HtmlRepr):
    """A folder of nights. Needs the extra ``[arrow]``.

    The first :meth:`add` creates the folder. It holds one format. Every method reads what the
    archive has at that moment, so another process may add nights meanwhile.

    Args:
        folder: The folder of the archive.
        registers: A folder in which registers are saved when they are first asked for, so that
            later questions about that night are answered within a second; or a mapping that holds
            registers by a hash of their content. By default the latest one is held in memory.

    Example:
        >>> archive = sorparse.Archive("sor-archive")
        >>> archive.add("Sor_complete.zip", night="2026-06-15").changed
        True
        >>> archive.as_of("2013-05-01", registered="2026-06-15")["9000041000016007"].name
        'Nordhavet Universitetshospital'
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        registers: str | os.PathLike[str] | MutableMapping[str, Register] | None = None,
    ) -> None:
        self.folder = Path(folder).absolute()
        self._store = Store(self.folder)
        if isinstance(registers, (str, os.PathLike)):
            registers = SavedRegisters(registers)
        self._registers: MutableMapping[str, Register] = (
            _Latest() if registers is None else registers
        )

    def __repr__(self) -> str:
        return f"<Archive {self.folder}: {len(self.nights)} nights>"

    # -- nights

    @property
    def format(self) -> str | None:
        """The format of its nights; ``None`` if it has none."""
        return self._store.state().format

    @property
    def nights(self) -> tuple[date, ...]:
        """The nights that are there, oldest first."""
        return Records(self._store.state().nights)

    @property
    def missing(self) -> tuple[date, ...]:
        """The dates between the first and the last night that are not there.

        What the register said on these nights is unknown.
        """
        nights = self._store.state().nights
        days = [night.toordinal() for night in nights]
        between = range(min(days, default=0), max(days, default=-1) + 1)
        return Records(map(date.fromordinal, sorted({*between} - {*days})))

    def night(self, night: Day) -> Night:
        """Return the files of a night, with their hashes.

        Raises:
            UnknownNightError: If the archive does not have it.

        Example:
            >>> archive.night("2026-06-15").records["entities"]
            79
        """
        return self._night(self._store.state(), night)

    def _night(self, state: State, night: Day) -> Night:
        day = _as_night(night)
        stored = state.nights.get(day)
        if stored is None:
            before, after = (
                None if each is None else date.fromordinal(each) for each in state.beside(day)
            )
            beside = " and ".join(
                f"{each} {what} it" for each, what in ((before, "before"), (after, "after")) if each
            )
            raise UnknownNightError(
                f"{self.folder} does not have the night {day}, so what the register said then is "
                f"unknown; it has {beside or 'no nights'}"
            )
        return stored

    # -- adding

    def add(
        self,
        source: Any,
        *,
        night: Day = None,
        replace: bool = False,
        allow_empty: bool = False,
        max_closed: int | None = None,
        max_errors: int | None = None,
        min_units: int | None = None,
    ) -> Added:
        """Add a night. If anything fails, the archive is as it was before.

        Nights may be added in any order. Another process that adds a night is waited for.

        Args:
            source: What :func:`sorparse.open` takes.
            night: The night: a date, or ISO text. Defaults to the date inside the data
                (``Feed.snapshot_date``), which only some formats have.
            replace: Put it in the place of the same night with other content.
            allow_empty: Also add a source without units.
            max_closed: How many of the units in force on the night before may have closed, or got
                a closing date that was not known then.
            max_errors: How many issues of severity error the data may have.
            min_units: How many units the source must have.

        Returns:
            What was done. A night that is there with the same content is not added again.

        Raises:
            ConversionError: If the night is there with other content, is unknown, or has another
                format than the archive, and if the archive cannot be written.
            EmptySourceError: If the source has no units.
            GuardError: If ``max_closed``, ``max_errors`` or ``min_units`` is exceeded.
            SorError: What :func:`sorparse.open` raises for a file that is broken.

        Example:
            >>> archive.add("SorEntity_daily.csv", night="2026-06-15").changed  # has it already
            False
        """
        guards = Guards(allow_empty, max_closed, max_errors, min_units)
        name, is_set, files = read_files(source)
        with open_feed(as_file(name, is_set, files)) as opened:
            feed = opened.settled()
            day = feed.snapshot_date if night is None else _as_night(night)
            if day is None:
                raise ConversionError(
                    f"{name} does not state the date of its data: name the night with --night "
                    "(night=)"
                )
            with self._store.locked():
                state = self._store.state()
                self._refuse_other_format(state, feed)
                hashes = tuple((each, sha256(files[each])) for each in files)
                there = state.nights.get(day)
                if there is not None and there.content == hashes:
                    self._store.write_nights(state)
                    return Added(
                        day, changed=False, records=sum(there.records.values()), new_rows=0
                    )
                if there is not None and not replace:
                    raise ConversionError(
                        f"{self.folder} has the night {day} with other content than {name}; it is "
                        "unchanged; --replace (replace=True) puts the new content in its place"
                    )
                before, after = state.beside(day)
                taken = None if max_errors is not None else unchanged(state, before, hashes)
                taken = taken or take_in(feed, files, is_set, self._store)
                self._check(guards, feed, taken, before, day)
                self._store.write_nights(state)
                # lines last: a line that is there is taken as known, with its records
                for kind in sorted(taken.new, key=LINES.__eq__):
                    self._store.append(kind, taken.new[kind])
                added = Night(day, Path(name).name, is_set, tuple(taken.files), taken.records)
                self._store.commit(
                    state_with(state, str(feed.format), added, taken.parts, before, after)
                )
                new = sum(rows.num_rows for rows in taken.new.values())
                return Added(day, changed=True, records=sum(taken.records.values()), new_rows=new)

    def _refuse_other_format(self, state: State, feed: Feed) -> None:
        if state.format not in (None, str(feed.format)):
            raise ConversionError(
                f"{self.folder} is an archive of {state.format} and {feed.name} is "
                f"{feed.format}; use one archive for each format"
            )

    def _check(
        self, guards: Guards, feed: Feed, taken: Intake, before: int | None, day: date
    ) -> None:
        wants_units = promises_units(feed)
        records = taken.records.get(UNITS, 0) if wants_units else sum(taken.records.values())
        place = str(self.folder)
        guards.check_counts(
            feed.name, place, units=records, errors=error_count(feed), wants_units=True
        )
        if guards.max_closed is not None and before is not None and wants_units:
            earlier = list(in_force(self.register(date.fromordinal(before)).as_of(day)))
            now = Register.from_records(feed.records(UNITS), format=feed.format).as_of(day)
            guards.check_closed(feed.name, place, earlier, now)

    # -- what it says

    def file(self, night: Day) -> BinaryIO:
        """Return the content of a night as a source for :func:`sorparse.open` and the like.

        Raises:
            UnknownNightError: If the archive does not have the night.

        Example:
            >>> with sorparse.open(archive.file("2026-06-15")) as feed:
            ...     print(feed.format)
            SOR2_DAILY
        """
        state = self._store.state()
        stored = self._night(state, night)
        name = str(self.folder / str(stored.night) / stored.name)
        return as_file(name, stored.is_set, contents(state, stored, self._store.lines()))

    def register(self, night: Day) -> Register:
        """Return the register of a night: equal to that of the file that was added.

        Raises:
            UnknownNightError: If the archive does not have the night.
            MissingTableError: If it is an archive of a format without units.

        Example:
            >>> len(archive.register("2026-06-01"))
            76
        """
        stored = self.night(night)
        content = sha256(repr((stored.name, stored.content)).encode())
        register = self._registers.get(content)
        if register is None:
            self._registers[content] = register = load(self.file(stored.night))
            register = self._registers.get(content, register)  # from its file, if it was saved
        return register

    def as_of(self, day: Day, *, registered: Day = None) -> View:
        """Return what the register said on a night about a date.

        Args:
            day: The date asked about (*virkningstidspunkt*); ``None`` is today in Denmark.
            registered: The night on which the register said so (*registreringstidspunkt*); the
                last night of the archive by default.

        Raises:
            UnknownNightError: If the archive does not have the night.

        Example:
            >>> archive.as_of("2026-06-10", registered="2026-06-01").day
            datetime.date(2026, 6, 10)
        """
        night = registered if registered is not None else max(self.nights, default=date.max)
        return self.register(night).as_of(day)

    def history(self, sor_id: str) -> tuple[Registered, ...]:
        """Return every record of a unit that the register ever had, with the nights.

        A record that vanished and came back, or that was there before and after a missing night,
        is returned once for each unbroken series of nights. Sorted by first night, then by the
        first date of the record.

        Raises:
            UnknownUnitError: If no night has the unit.
            SorError: If it is an archive of a format without units.

        Example:
            >>> [str(one.registered_from) for one in archive.history("9000041000016007")]
            ['2026-06-01', '2026-06-15']
        """
        return history(self._store, sor_id, self.register)

    def diff(self, night_a: Day, night_b: Day) -> Diff:
        """Compare what two nights said, each about its own date.

        Raises:
            UnknownNightError: If the archive does not have one of the nights.

        Example:
            >>> archive.diff("2026-06-01", "2026-06-15").counts()["announced"]
            3
        """
        first, second = self.night(night_a).night, self.night(night_b).night
        return diff(self.register(first), self.register(second), from_day=first, to_day=second)

    # -- files

    def export(self, night: Day, path: str | os.PathLike[str], *, force: bool = False) -> Path:
        """Write a night as it was added: the same bytes in every file.

        Args:
            night: The night.
            path: The file to write. Of a zip or folder: a zip if the name ends in ``.zip``, else
                a folder.
            force: Also replace what is there.

        Returns:
            The path that was written.

        Raises:
            UnknownNightError: If the archive does not have the night.
            ConversionError: If the target must not be written, or cannot be.

        Example:
            >>> archive.export("2026-06-15", "exported.csv").name
            'exported.csv'
        """
        state = self._store.state()
        stored = self._night(state, night)
        target = writable(path, lambda _: False, sources=[self.folder], force=force)
        files = contents(state, stored, self._store.lines())
        if not stored.is_set or target.suffix.lower() == ".zip":
            with replaced_file(target) as new:
                if stored.is_set:
                    write_zip(new, files, zipfile.ZIP_DEFLATED)
                else:
                    new.write_bytes(next(iter(files.values())))
            return target
        tops = {name.split("/")[0] for name in files}
        with replaced_folder(target, tops.__contains__, force=force) as folder:
            for name, content in files.items():
                file = folder / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
        return target

    def verify(self) -> list[str]:
        """Read every night back and compare it with its hashes.

        Returns:
            The problems, each with its night and file; empty if there are none.

        Example:
            >>> archive.verify()
            []
        """
        return list(problems(self._store))


def _as_night(night: Day) -> date:
    if night is None:
        raise ConversionError("name a night: a date, or text such as 2026-06-15")
    return as_day(night)


class _Latest(dict[str, Register]):
    """Holds one register: the one that was loaded last."""

    def __setitem__(self, key: str, value: Register) -> None:
        self.clear()
        super().__setitem__(key, value)
