"""Loading registers, and comparing two sources."""

from __future__ import annotations

import gc
import os
from array import array
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import IO, Any, BinaryIO

import attrs

from ..errors import InvalidOptionError, MissingTableError
from ..formats.base import Format
from ..issues import IssueLog, OnIssue
from ..limits import Limits
from ..notebook import Records
from .check_versions import edits_ahead
from .core import TABLES, Core, Tables
from .days import Day
from .differences import Diff, diff_sources
from .register import Register
from .saved_file import is_saved_register
from .store import VersionStore


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

    Takes what :func:`sorparse.open` takes, and raises what it raises; also the path of a register
    that :meth:`Register.save` wrote, which is opened at once. The issues of the reading
    are in ``register.issues``. A source without units and without SHAK map raises
    MissingTableError: there is nothing that a register could be asked about.
    """
    if isinstance(source, (str, os.PathLike)) and is_saved_register(source):
        options = {"columns": columns, "encoding": encoding, "repair": repair, "validate": validate}
        if any(options.values()):
            wrong = ", ".join(name for name, value in options.items() if value)
            raise InvalidOptionError(f"a saved register was read before; omit {wrong}")
        return _open_saved(source, on_issue)
    from ..opening import open as open_feed

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
            for table in TABLES:
                if table in feed.tables:
                    pairs = list(feed.numbered(table))
                    read[table] = Records([record for _, record in pairs])
                    lines[table] = array("q", [line or 0 for line, _ in pairs])
        core = Core(
            store,
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


def _open_saved(path: str | os.PathLike[str], on_issue: OnIssue) -> Register:
    from .saving import open_saved

    core = open_saved(path)
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
    """Compare two sources of any format: what opened, closed, moved and changed from a to b.

    source_a, source_b: what :func:`sorparse.open` takes, or a :class:`Register`.
    from_day, to_day: the days to take them as of. Left out, each is taken as of the day it shows
        (:attr:`Register.shown_day`), or where nothing tells that, as of today in Denmark. A full
        history compared with a file of another format is taken as of that file's day.
    options: those of :func:`sorparse.open`, for both sources.

    Sources of one format are compared in every field, of different formats in those that both fill
    (``Diff.compared``). Raises what ``open`` raises, and InvalidDateError.
    """
    first, second = (
        source if isinstance(source, Register) else load(source, **options)
        for source in (source_a, source_b)
    )
    return diff_sources(
        first.as_of(_default_day(first, second) if from_day is None else from_day),
        second.as_of(_default_day(second, first) if to_day is None else to_day),
    )


def _default_day(register: Register, other: Register) -> date | None:
    """Return the date that a source shows; a full history without a date shows the other's too."""
    days = [register.shown_day]
    if register.format is Format.SOR2 and other.format is not Format.SOR2:
        days.append(other.shown_day)
    return max((day for day in days if day is not None), default=None)
