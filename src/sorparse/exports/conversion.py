"""``sorparse.convert``: a source into another form, as a whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING, Any, BinaryIO

import attrs

from ..errors import ConversionError, MissingTableError
from ..issues import Issue
from .load import Load

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

    def __str__(self) -> str:
        rows = ", ".join(f"{table} {count}" for table, count in self.tables.items())
        errors = sum(issue.severity == "error" for issue in self.issues)
        told = f"{self.format} written to {self.target} as {self.to}: {rows}"
        if self.issues:
            told += f"; {len(self.issues)} issues, {errors} of them errors"
        return told


def convert(
    source: str | os.PathLike[str] | bytes | BinaryIO | Feed,
    to: str,
    target: str | os.PathLike[str] | None = None,
    *,
    tables: Iterable[str] | None = None,
    **open_options: Any,
) -> ConversionReport:
    """Write the tables of a source in another form, in place of what an earlier call wrote there.

    source: what :func:`sorparse.open` takes, or a feed that is open already.
    to: ``"sqlite"``, ``"duckdb"``, ``"parquet"``, ``"csv"``, ``"jsonl"``, ``"geojson"``,
        ``"sor2"`` (the publisher's own CSV set), or ``"postgres"``; in place of the last also the
        database's address, ``"postgres://user@host/database"``.
    target: the file or folder. Parquet, CSV and JSON Lines are a folder of one file a table, or,
        with the file's ending, one file of one table; SOR2 is a zip where the name ends so, else
        a folder. For ``"postgres"`` the database's address; where ``to`` is that, the name of the
        schema, ``sor`` where left out.
    tables: names of the tables to write; all that the source has where left out.
    open_options: those of :func:`sorparse.open`.

    What was there is replaced as a whole and only at the end: where anything fails it is as it
    was. A file, folder or schema with anything else in it is refused.

    Raises ConversionError where the target cannot be written, MissingExtraError where it needs a
    package that is not installed, MissingTableError for a table that the source does not have,
    and what reading the source raises.
    """
    name, place, schema = _target(to, target)
    module = import_module(f".{_TARGETS[name]}", __package__)
    options = {} if schema is None else {"schema": schema}
    with opened(source, open_options) as feed:
        load = Load(
            source=getattr(feed, "name", "a feed"),
            format=str(feed.format),
            snapshot_date=feed.snapshot_date,
            tables=_chosen(feed, tables),
            read=lambda table: getattr(feed, table)(),
            arrow=_arrow_of(feed),
        )
        module.write(load, place, **options)
        shown = getattr(module, "shown", str)(place)
        return ConversionReport(
            target=shown,
            to=name,
            format=load.format,
            snapshot_date=load.snapshot_date,
            tables=dict(load.counts),
            issues=(*feed.issues, *load.issues),
        )


def _arrow_of(feed: Any) -> Callable[[str], Iterable[Any]] | None:
    if not hasattr(feed, "to_arrow"):
        return None
    return lambda table: feed.to_arrow(table).batches()


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
    return to, place, None


def opened(source: Any, open_options: Mapping[str, Any]) -> Any:
    """Open a source; a feed that is open already is not closed. See :meth:`Feed.settled`."""
    if hasattr(source, "tables") and hasattr(source, "snapshot_date"):
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
