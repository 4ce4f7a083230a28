"""``sorparse.convert``: a source into another form, as a whole or not at all."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import attrs

from ..errors import ConversionError, MissingTableError
from ..issues import Issue
from ..register import Register
from ..targets import STDOUT, writable
from .existing import DATABASES, rows_by_table, units_in_force
from .guards import Guards, promises_units
from .load import Load
from .targets import STREAMS, own_by_format

if TYPE_CHECKING:
    from ..feed import Feed

_TARGETS = {
    "sqlite": "sqlite",
    "duckdb": "duckdb",
    "postgres": "postgres",
    "parquet": "parquet",
    "csv": "csv_files",
    "jsonl": "jsonl",
    "geojson": "geojson",
    "sor2": "sor2",
    "fhir": "fhir_files",
}
TARGETS = tuple(_TARGETS)
"""What ``convert`` writes."""
_URLS = ("postgres://", "postgresql://")


@attrs.frozen
class ConversionReport:
    """What was written, and what was found on the way."""

    target: str
    """Where it was written: a path, or the database without its password."""
    to: str
    """The form it was written in."""
    format: str
    """The form it was read from."""
    snapshot_date: date | None
    """The day the data represent, where the source tells it."""
    tables: Mapping[str, int]
    """Rows written, by table."""
    issues: tuple[Issue, ...]
    """Findings in the data, and what the target could not take as it is."""
    replaced: Mapping[str, int] | None = None
    """Rows before, by table, of what was replaced; None if nothing was there."""

    def __str__(self) -> str:
        rows = ", ".join(f"{table} {count}" for table, count in self.tables.items())
        errors = sum(issue.severity == "error" for issue in self.issues)
        told = f"{self.format} written to {self.target} as {self.to}: {rows}"
        if self.replaced is not None:
            before = ", ".join(f"{table} {count}" for table, count in self.replaced.items())
            told += f"; in place of {before or 'another file'}"
        if self.issues:
            told += f"; {len(self.issues)} issues, {errors} of them errors"
        return told


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
        >>> report = sorparse.convert(examples.sor2_zip, "sqlite", "sor.db", max_closed=200)
    """
    tables = [tables] if isinstance(tables, str) else tables and list(tables)
    name, place, schema = _target(to, target)
    module = import_module(f".{_TARGETS[name]}", __package__)
    guards = Guards(allow_empty, max_closed, max_errors, min_units)
    if place == STDOUT and name != "postgres":
        return _to_stdout(source, name, tables, guards, open_options)
    shown = getattr(module, "shown", str)(place)
    if name != "postgres":
        place = str(writable(place, own_by_format(name), sources=[source], force=force))
    replaced = rows_by_table(name, place, schema)
    with opened(source, open_options) as feed:
        chosen = _chosen(feed, tables)
        day = feed.snapshot_date
        before = [] if max_closed is None else units_in_force(name, place, schema, day)
        wants_units = "entities" in tables if tables is not None else promises_units(feed)
        load = Load(
            source=getattr(feed, "name", "a feed"),
            format=str(feed.format),
            snapshot_date=feed.snapshot_date,
            tables=chosen,
            left_out=tuple(table for table in feed.tables if table not in chosen),
            read=_reader_of(feed),
            arrow=_arrow_of(feed),
            force=force,
            guard=guards.checker(feed, shown, before, wants_units=wants_units),
        )
        if wants_units and "entities" not in load.tables:
            guards.refuse_empty(load.source, shown)
        options: dict[str, Any] = {} if schema is None else {"schema": schema}
        if name in DATABASES:
            options["force"] = force
        module.write(load, place, **options)
        return ConversionReport(
            target=shown,
            to=name,
            format=load.format,
            snapshot_date=load.snapshot_date,
            tables=dict(load.counts),
            issues=(*feed.issues, *load.issues),
            replaced=replaced,
        )


def _to_stdout(
    source: Any,
    to: str,
    tables: Iterable[str] | None,
    guards: Guards,
    open_options: Mapping[str, Any],
) -> ConversionReport:
    if to not in STREAMS:
        raise ConversionError(f"only {', '.join(STREAMS)} can be written to standard output")
    if not tables and to != "geojson":
        raise ConversionError("standard output takes one table: name it (tables, --table)")
    # by way of a file: the output begins only once all of it could be made
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, f"table.{to}")
        asked = attrs.asdict(guards)
        report = convert(source, to, file, tables=tables, **asked, **open_options)
        sys.stdout.flush()
        with file.open("rb") as content:
            shutil.copyfileobj(content, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    return attrs.evolve(report, target=STDOUT)


def _reader_of(feed: Any) -> Callable[[str], Iterable[Any]]:
    if isinstance(feed, Register):
        return feed.records
    return lambda table: getattr(feed, table)()


def _arrow_of(feed: Any) -> Callable[[str], Iterable[Any]] | None:
    if not hasattr(feed, "to_arrow"):
        return None
    return lambda table: feed.to_arrow(table, lists=True).batches()


def _target(to: str, target: str | os.PathLike[str] | None) -> tuple[str, str, str | None]:
    place = None if target is None else os.fspath(target)
    if to.startswith(_URLS):
        return "postgres", to, place
    if to not in _TARGETS:
        told = ", ".join(TARGETS)
        what = repr(to) if to.isidentifier() else "this"  # an address may hold a password
        raise ConversionError(f"cannot convert to {what}; the targets are {told}")
    if not place:
        what = "the database's address" if to == "postgres" else "a file or folder"
        raise ConversionError(f"converting to {to} needs a target: {what}")
    if to != "postgres" and place.startswith(_URLS):
        raise ConversionError(
            f"converting to {to} needs a file or folder, not the address of a database; "
            "use postgres instead"  # the address is not shown: it may hold a password
        )
    return to, place, None


def opened(source: Any, open_options: Mapping[str, Any]) -> Any:
    """Open a source as :meth:`Feed.settled`; an open feed, or a register, is not closed."""
    if hasattr(source, "tables") and hasattr(source, "snapshot_date"):
        if open_options and isinstance(source, Register):
            told = ", ".join(open_options)
            raise TypeError(f"a register is loaded already; {told} cannot be given any more")
        if open_options:
            told = ", ".join(open_options)
            raise TypeError(f"the feed is open already; {told} cannot be given any more")
        return nullcontext(source.settled() if hasattr(source, "settled") else source)
    from ..feed import open as open_feed

    return open_feed(source, **open_options).settled()


def _chosen(feed: Any, tables: Iterable[str] | None) -> tuple[str, ...]:
    if tables is None:
        return tuple(feed.tables)
    wanted = list(dict.fromkeys([tables] if isinstance(tables, str) else tables))
    missing = [table for table in wanted if table not in feed.tables]
    if missing or not wanted:
        told = ", ".join(missing) or "named"
        raise MissingTableError(
            f"there is no table {told}; the source has {', '.join(feed.tables)}"
        )
    return tuple(wanted)
