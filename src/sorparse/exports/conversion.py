"""``sorparse.convert``: a source into another form, as a whole or not at all."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import attrs

from ..errors import ConversionError, MissingTableError, not_unicode
from ..issues import Issue
from ..notebook import HtmlRepr
from ..register import Register, load
from ..register.saved.file import is_saved_register
from ..targets import STDOUT, writable
from . import TARGETS, target_class, targets_with
from .base import Target
from .conversion_job import ConversionJob
from .guards import Guards, promises_units

if TYPE_CHECKING:
    from ..feed import Feed

_URLS = ("postgres://", "postgresql://")


@attrs.frozen
class ConversionReport(HtmlRepr):
    """What was written, and the issues of the data."""

    target: str
    """Where it was written: a path, or the database without its password."""
    to: str
    """The target's name, e.g. ``sqlite``."""
    format: str
    """The format that it was read from."""
    snapshot_date: date | None
    """The date that the data represent, if the source states it."""
    tables: Mapping[str, int]
    """Rows written, by table."""
    issues: tuple[Issue, ...]
    """Issues in the data, and what the target could not hold as it is."""
    replaced: Mapping[str, int] | None = None
    """Rows before, by table, of what was replaced; None if nothing was there."""

    @property
    def title(self) -> str:
        """What was converted to what, and where it is."""
        return f"Converted {self.format} to {target_class(self.to).title}: {self.target}"

    def __str__(self) -> str:
        rows = ", ".join(f"{table} {count}" for table, count in self.tables.items())
        errors = sum(issue.severity == "error" for issue in self.issues)
        message = f"{self.title} ({rows})"
        if self.replaced is not None:
            before = ", ".join(f"{table} {count}" for table, count in self.replaced.items())
            message += f"; it replaces {before or 'another file'}"
        if self.issues:
            message += f"; {len(self.issues)} issues, {errors} of them errors"
        return message


def convert(
    source: str | os.PathLike[str] | bytes | BinaryIO | Feed | Register,
    to: str,
    target: str | os.PathLike[str] | None = None,
    *,
    tables: Iterable[str] | None = None,
    force: bool = False,
    allow_empty: bool = False,
    max_closed: int | None = None,
    max_errors: int | None = None,
    min_units: int | None = None,
    **open_options: Any,
) -> ConversionReport:
    """Write the tables of a source in another form, in place of what an earlier call wrote there.

    What was there is replaced as a whole and only at the end: if anything fails, it is unchanged.

    Args:
        source: What :func:`sorparse.open` takes, an open feed, or a register.
        to: ``"sqlite"``, ``"duckdb"``, ``"parquet"``, ``"csv"``, ``"jsonl"``, ``"geojson"``,
            ``"sor2"`` (the publisher's own CSV set), or ``"postgres"``; instead of the last also
            the database's address, ``"postgres://user@host/database"``.
        target: The file or folder. Parquet, CSV and JSON Lines are a folder of one file a table,
            or, with the file's ending, one file of one table; SOR2 is a zip if the name ends so,
            else a folder. ``"-"`` is standard output, for ``csv``, ``jsonl`` and ``geojson``. For
            ``"postgres"`` the database's address; if ``to`` is that, the name of the schema,
            ``sor`` by default.
        tables: Names of the tables to write; by default all that the source has.
        force: Also replace what the library did not write; never the source or a device.
        allow_empty: Also write a source that has no units.
        max_closed: How many of the units in force in the target may have closed, or got a closing
            date that the target does not have. An absent target passes.
        max_errors: How many issues of severity error the data may have.
        min_units: How many units the source must have.
        open_options: Those of :func:`sorparse.open`; not for a feed or register.

    Returns:
        What was written and replaced.

    Raises:
        EmptySourceError: If units were to be written, and the source has none.
        GuardError: If ``max_closed``, ``max_errors`` or ``min_units`` is exceeded.
        ConversionError: If the target cannot be written.
        MissingExtraError: If it needs a package that is not installed.
        MissingTableError: If the source does not have a table.

    Example:
        >>> report = sorparse.convert("Sor_complete.zip", "sqlite", "sor.db", max_closed=200)
        >>> report.tables["entities"]
        95
    """
    tables = [tables] if isinstance(tables, str) else tables and list(tables)
    writer, place = _target(to, target)
    guards = Guards(allow_empty, max_closed, max_errors, min_units)
    if place == STDOUT and writer.is_path:
        return _to_stdout(source, writer, tables, guards, open_options)
    shown = writer.shown(place)
    if writer.is_path:
        place = str(writable(place, writer.is_own, sources=[source], force=force))
    replaced = writer.rows(place)
    with opened(source, open_options) as feed:
        chosen = _chosen(feed, tables)
        before = []
        if max_closed is not None:
            _refuse_comparing(writer)
            before = writer.units_in_force(place, feed.snapshot_date)
        wants_units = "entities" in tables if tables is not None else promises_units(feed)
        job = ConversionJob(
            feed,
            chosen,
            read=feed.records,
            arrow=getattr(feed, "to_arrow", None),
            force=force,
            guard=guards.checker(shown, before, wants_units=wants_units),
        )
        if wants_units and "entities" not in job.tables:
            guards.refuse_empty(job.source, shown)
        return run(job, writer, place, shown=shown, replaced=replaced)


def run(
    job: ConversionJob,
    writer: Target,
    place: str,
    *,
    shown: str,
    replaced: Mapping[str, int] | None,
) -> ConversionReport:
    """Write the tables of a job, and return the report.

    Raises:
        ConversionError: If the target cannot be written.
    """
    try:
        writer.write(job, place)
    except UnicodeEncodeError as error:  # a lone surrogate, in a record of the caller's
        raise ConversionError(not_unicode(error)) from error
    return ConversionReport(
        target=shown,
        to=writer.name,
        format=job.format,
        snapshot_date=job.snapshot_date,
        tables=dict(job.counts),
        issues=(*job.feed.issues, *job.issues),
        replaced=replaced,
    )


def _refuse_comparing(writer: Target) -> None:
    if not writer.is_comparable:
        raise ConversionError(
            "max_closed compares with the units in the target, and "
            f"{writer.name} cannot be asked for them; use {_listed('is_comparable')}"
        )


def _listed(feature: str) -> str:
    *names, last = targets_with(feature)
    return f"{', '.join(names)} or {last}"


def _to_stdout(
    source: Any,
    writer: Target,
    tables: Iterable[str] | None,
    guards: Guards,
    open_options: Mapping[str, Any],
) -> ConversionReport:
    if not writer.is_stream:
        raise ConversionError(
            f"{writer.name} cannot be written to standard output, only {_listed('is_stream')} can"
        )
    if not tables and writer.name != "geojson":
        raise ConversionError("standard output takes one table: name it (tables, --table)")
    # by way of a file: the output begins only once all of it could be made
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, f"table.{writer.name}")
        asked = attrs.asdict(guards)
        report = convert(source, writer.name, file, tables=tables, **asked, **open_options)
        sys.stdout.flush()
        with file.open("rb") as content:
            shutil.copyfileobj(content, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    return attrs.evolve(report, target=STDOUT)


def _target(to: str, target: str | os.PathLike[str] | None) -> tuple[Target, str]:
    """Return the target and its place."""
    place = None if target is None else os.fspath(target)
    if to.startswith(_URLS):
        from .postgres import Postgres

        return Postgres() if place is None else Postgres(place), to
    if to not in TARGETS:
        what = repr(to) if to.isidentifier() else "this"  # an address may hold a password
        raise ConversionError(f"cannot convert to {what}; the targets are {', '.join(TARGETS)}")
    writer = target_class(to)()
    if not place:
        raise ConversionError(f"converting to {to} needs a target: {writer.needs}")
    if writer.is_path and place.startswith(_URLS):
        raise ConversionError(
            f"converting to {to} needs a file or folder, not the address of a database; "
            "use postgres instead"  # the address is not shown: it may hold a password
        )
    return writer, place


def opened(source: Any, open_options: Mapping[str, Any]) -> Any:
    """Open a source as :meth:`Feed.settled`; an open feed, or a register, is not closed."""
    if hasattr(source, "tables") and hasattr(source, "snapshot_date"):
        if open_options:
            state = "register is loaded" if isinstance(source, Register) else "feed is open"
            raise TypeError(
                f"the {state} already; {', '.join(open_options)} cannot be set any more"
            )
        return nullcontext(source.settled() if hasattr(source, "settled") else source)
    if isinstance(source, (str, os.PathLike)) and is_saved_register(source):
        return nullcontext(load(source, **open_options))
    from ..opening import open as open_feed

    return open_feed(source, **open_options).settled()


def _chosen(feed: Any, tables: Iterable[str] | None) -> tuple[str, ...]:
    if tables is None:
        return tuple(feed.tables)
    wanted = list(dict.fromkeys(tables))
    missing = [table for table in wanted if table not in feed.tables]
    if missing or not wanted:
        names = ", ".join(missing) or "named"
        raise MissingTableError(
            f"there is no table {names}; the source has {', '.join(feed.tables)}"
        )
    return tuple(wanted)
