"""Load registers, and compare two sources."""

from __future__ import annotations

import gc
import os
from array import array
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO

import attrs

from ..errors import InvalidOptionError, MissingTableError
from ..formats.base import Format
from ..issues import IssueLog, OnIssue
from ..limits import DEFAULT_LIMITS, Limits
from ..notebook import Records
from .core import TABLES, Core, Tables
from .days import Day
from .register import Register
from .saved.file import SavedFile, is_saved_register

if TYPE_CHECKING:
    from ..feed import Feed
    from .differences import Diff
    from .storage.builder import StoreBuilder


def load(
    source: str | os.PathLike[str] | bytes | BinaryIO | IO[bytes],
    *,
    columns: Mapping[str, str] | None = None,
    on_issue: OnIssue = "collect",
    encoding: str | None = None,
    limits: Limits | None = None,
    repair: bool = False,
    validate: bool | str | os.PathLike[str] = False,
    cache: str | os.PathLike[str] | None = None,
) -> Register:
    """Read a source whole into a :class:`Register`, in one pass over each of its tables.

    Args:
        source: As in :func:`sorparse.open`; or the path of a register that
            :meth:`Register.save` wrote, which is opened at once.
        columns: As in :func:`sorparse.open`.
        on_issue: As in :func:`sorparse.open`.
        encoding: As in :func:`sorparse.open`.
        limits: As in :func:`sorparse.open`.
        repair: As in :func:`sorparse.open`.
        validate: As in :func:`sorparse.open`.
        cache: A folder of saved registers, which is created if needed. If it has the register of
            an unchanged source, read with the same options by the same version of the library,
            that register is opened; else the source is read, and its register is saved there.
            Sources that are bytes or streams are read each time, and so is any source if
            ``on_issue`` is a function or ``validate`` a path. The folder holds the 20 registers
            used last, of at most 4 GB in all.

    Returns:
        The register; the issues of the reading are in ``register.issues``.

    Raises:
        MissingTableError: If the source has neither units nor a SHAK map, so that a register
            would be empty.
        SorError: What :func:`sorparse.open` raises.

    Example:
        >>> sorparse.load(examples.sor2_zip)
        <Register from SOR2: 88 units in 95 versions>
    """
    options: dict[str, Any] = {
        "columns": columns,
        "encoding": encoding,
        "repair": repair,
        "validate": validate,
    }
    if isinstance(source, (str, os.PathLike)) and is_saved_register(source):
        if any(options.values()):
            wrong = ", ".join(name for name, value in options.items() if value)
            raise InvalidOptionError(f"a saved register is opened without options: omit {wrong}")
        return _open_saved(source, on_issue)

    def read() -> Register:
        return _read(source, on_issue=on_issue, limits=limits, **options)

    if (
        cache is None
        or not isinstance(source, (str, os.PathLike))
        or callable(on_issue)
        or not isinstance(validate, bool)
    ):
        return read()
    from .saved.cache import RegisterCache

    return RegisterCache(cache).load(
        source,
        cache_options(limits=limits, **options),
        read,
        accept=lambda register: on_issue == "collect" or not _has_errors(register),
    )


def cache_options(
    *,
    columns: Mapping[str, str] | None,
    encoding: str | None,
    limits: Limits | None,
    repair: bool,
    validate: bool = False,
) -> dict[str, Any]:
    """Return the options of reading as a cache compares them."""
    return {
        "columns": dict(columns or {}),
        "encoding": encoding,
        "limits": attrs.astuple(limits or DEFAULT_LIMITS),
        "repair": bool(repair),
        "validate": validate,
    }


def _has_errors(register: Register) -> bool:
    return any(issue.severity == "error" for issue in register.issues)


def _read(source: Any, **options: Any) -> Register:
    from ..opening import open as open_feed
    from .checks.versions import edits_ahead
    from .storage.builder import StoreBuilder

    with open_feed(source, **options).settled() as feed:
        if not {"entities", "shak_sor_map"} & set(feed.tables):
            raise MissingTableError(
                f"{feed.name} has no units; it has {', '.join(feed.tables)}: read those with "
                f"sorparse.{'load_shak' if 'shak_units' in feed.tables else 'open'}"
            )
        builder = StoreBuilder()
        read: dict[str, tuple[Any, ...]] = {}
        lines: dict[str, array[int]] = {}
        with _collector_paused():
            if "entities" in feed.tables:
                _read_entities(feed, builder)
                if not builder:
                    feed.report_no_entities()
            for table in TABLES:
                if table in feed.tables:
                    pairs = list(feed.numbered(table))
                    read[table] = Records([record for _, record in pairs])
                    lines[table] = array("q", [line or 0 for line, _ in pairs])
        core = Core(
            builder.store(),
            Tables(**read),
            format=feed.format,
            snapshot_date=feed.snapshot_date,
            path=feed.path,
            tables_read=tuple(feed.tables),
            lines=lines,
        )
        for issue in edits_ahead(core):
            feed.report(issue)
        return Register(attrs.evolve(core, tables=Tables(**read, issues=tuple(feed.issues))))


def _read_entities(feed: Feed, builder: StoreBuilder) -> None:
    """Read the units, by columns where that is possible."""
    from ..formats.csv.reader import CsvTable
    from .optional_numpy import find_numpy

    for reader in feed.readers("entities"):
        numbered = reader.numbered
        if isinstance(reader, CsvTable) and find_numpy() is not None:
            from ..formats.csv.plain_file import PlainFile
            from .storage.csv_columns import load_columns

            file = PlainFile.of(reader)
            if file is not None:
                load_columns(file, builder)
                if file.is_whole:
                    continue
                numbered = file.rest
        for line, record in numbered():
            builder.add(record, line)


def _open_saved(path: str | os.PathLike[str], on_issue: OnIssue) -> Register:
    from .saved.saving import open_saved

    core = open_saved(SavedFile(Path(path).absolute()))
    log = IssueLog(on_issue)
    if on_issue != "collect":
        for issue in core.tables.issues:
            log.add(issue)
    return Register(core)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Stop the garbage collector from traversing all records again and again.

    Millions of objects are added, none of them in a cycle: searching for cycles doubles the time
    that adding a version takes.
    """
    was_running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_running:
            gc.enable()


def diff(
    source_a: Any,
    source_b: Any,
    *,
    from_day: Day = None,
    to_day: Day = None,
    **options: Any,
) -> Diff:
    """Return what opened, closed, moved and changed between two sources of any format.

    Sources of one format are compared in every field, those of different formats in the fields
    that both fill (``Diff.compared``).

    Args:
        source_a: What :func:`sorparse.open` takes, or a :class:`Register`.
        source_b: The same, for the newer source.
        from_day: The date for ``source_a``. Defaults to the date it shows
            (:attr:`Register.shown_day`), else today in Denmark. A full history that is compared
            with another format is read on the date of that file.
        to_day: The same for ``source_b``.
        options: Those of :func:`sorparse.open`, for both sources.

    Raises:
        InvalidDateError: If a text is not a valid date.
        SorError: What :func:`sorparse.open` raises.

    Example:
        >>> sorparse.diff(examples.daily_csv_earlier, examples.daily_csv).counts()["announced"]
        3
    """
    from .differences import diff_sources
    from .saved.forged import reports_forged_file

    first, second = (
        source if isinstance(source, Register) else load(source, **options)
        for source in (source_a, source_b)
    )
    return reports_forged_file(diff_sources)(
        first.as_of(_default_day(first, second) if from_day is None else from_day),
        second.as_of(_default_day(second, first) if to_day is None else to_day),
    )


def _default_day(register: Register, other: Register) -> date | None:
    """Return the date that a source shows; a full history without a date shows the other's too."""
    days = [register.shown_day]
    if register.format is Format.SOR2 and other.format is not Format.SOR2:
        days.append(other.shown_day)
    return max((day for day in days if day is not None), default=None)
