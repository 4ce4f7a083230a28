"""The SOR2 CSV set, as the publisher writes it: a zip or a folder of CSV files.

UTF-8 with byte order mark, ``;``, CRLF, ids as ``="…"`` for spreadsheets, decimal comma, ISO dates.
Columns come from the declarations of ``formats.sor2``. What is in ``extra`` becomes columns again,
after the known ones. Reading what was written gives equal records.
"""

from __future__ import annotations

import csv
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from io import StringIO, TextIOWrapper
from operator import attrgetter
from pathlib import Path
from typing import IO, Any

from ..formats import sor2
from ..formats.csv.column_names import names_in_file
from ..formats.declare import Kind, TableSpec
from ..paths import parse_path, value_at
from ..replace import failed, replaced_file, replaced_folder
from ..tables.schema import PLACES, schema_of
from .base import FileTarget
from .conversion_job import ConversionJob
from .in_force_periods import PeriodCollector
from .table_files import csv_rows

_END = b"\r\n"
_SPECS = {spec.table: spec for spec in sor2.TABLES}
_TABLE_OF = {f"{name}.csv": spec.table for spec in sor2.TABLES for name in spec.file_names}
_ZIP_COMMENT = b"sorparse"
"""Comment of a zip of the library; the publisher's own zips have the same members."""
_NAMES = frozenset(
    f"{name}.csv"
    for spec in sor2.TABLES
    for name in (spec.file_names[0], *(each for each in spec.file_names if "daily" in each))
)
"""The member names that the library writes."""
_WRAPPED = frozenset((Kind.SOR_ID, Kind.LOCATION_CODE, Kind.CVR))


class Sor2(FileTarget):
    """The publisher's own form, as a zip or a folder."""

    name = "sor2"
    title = "SOR2"

    def write(self, job: ConversionJob, place: str) -> None:
        """Write the tables as a SOR2 set: a zip if ``place`` ends so, else a folder."""
        path = Path(place)
        tables = [table for table in job.tables if table in _SPECS]
        if not tables:
            raise failed(path, f"the SOR2 set has no file for {', '.join(job.tables)}")
        others = [table for table in job.tables if table not in tables]
        if others:
            job.note("table-not-written", f"the SOR2 set has no file for {', '.join(others)}")
        if path.suffix.lower() == ".zip":
            with replaced_file(path) as new:
                _write_zip(job, tables, new)
                job.check_guards()
        else:
            with replaced_folder(path, _NAMES.__contains__, force=job.force) as new:
                for table in tables:
                    with (new / _file_name(job, table)).open("wb") as stream:
                        _write_file(job, table, new.parent, stream)
                job.check_guards()

    def is_own(self, path: Path) -> bool:
        """Return whether the library wrote what is at a path, or whether ``write`` decides."""
        if path.is_dir() or path.suffix.lower() != ".zip":
            return True  # the writer refuses other names, and what is not of the kind it writes
        try:
            with zipfile.ZipFile(path) as archive:
                return archive.comment == _ZIP_COMMENT and set(archive.namelist()) <= _NAMES
        except (OSError, zipfile.BadZipFile, ValueError):
            return False

    def table_named(self, name: str) -> str | None:
        """Return the table that a file of a folder holds, by the file's name."""
        return _TABLE_OF.get(name)

    def rows_of_file(self, path: Path, table: str | None) -> Iterator[tuple[str, int]]:
        """Yield table and rows of a file of a folder, or of each file in a zip."""
        if table is not None:
            with path.open("rb") as stream:
                yield table, csv_rows(stream)
            return
        try:
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    if name in _TABLE_OF:
                        with archive.open(name) as member:
                            yield _TABLE_OF[name], csv_rows(member)
        except (OSError, zipfile.BadZipFile):
            return

    def collect(self, path: Path, collector: PeriodCollector) -> date | str | None:
        """Read the units of a target; return the date that it shows, if it says so."""
        from ..opening import open as open_feed

        with open_feed(path) as feed:
            if "entities" in feed.tables:
                for unit in feed.entities():
                    collector.add_record(unit)
            return feed.snapshot_date


def _write_zip(job: ConversionJob, tables: list[str], path: Path) -> None:
    day = job.snapshot_date
    stamp = (max(day.year, 1980), day.month, day.day) if day else (1980, 1, 1)
    with zipfile.ZipFile(path, "w") as archive:
        archive.comment = _ZIP_COMMENT
        for table in tables:
            member = zipfile.ZipInfo(_file_name(job, table), (*stamp, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            with archive.open(member, "w", force_zip64=True) as stream:
                _write_file(job, table, path.parent, stream)


def _file_name(job: ConversionJob, table: str) -> str:
    names = _SPECS[table].file_names
    if job.format == "SOR2_DAILY":
        names = tuple(name for name in names if "daily" in name) or names
    return f"{names[0]}.csv"


def _write_file(job: ConversionJob, table: str, scratch: Path, stream: IO[bytes]) -> None:
    """Write header and rows.

    Which further columns there are is known only after the last record, and the header comes
    first: rows go to a scratch file, and are padded to the full width when they are copied.
    """
    spec = _SPECS[table]
    further: dict[str, int] = {}
    rows = scratch / ".rows"
    widths = _write_rows(job, spec, rows, further)
    header = names_in_file([*(column.name for column in spec.columns), *further])
    stream.write(_as_csv(header))
    with rows.open("rb") as source:
        for width, size in widths:
            _copy(source, stream, size, b";" * (len(header) - width))
    rows.unlink()


def _as_csv(cells: list[str]) -> bytes:
    text = StringIO(newline="")
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerow(cells)
    return text.getvalue().encode("utf-8-sig")


def _copy(source: IO[bytes], stream: IO[bytes], size: int, pad: bytes) -> None:
    """Copy the next ``size`` bytes, which are whole rows, each made longer by ``pad``."""
    while size > 0:
        # a line break within a cell is LF alone, so CRLF ends a row
        data = source.readline() if pad else source.read(min(size, 1 << 20))
        size -= len(data)
        if pad and data.endswith(_END):
            data = data[: -len(_END)] + pad + _END
        stream.write(data)


def _write_rows(
    job: ConversionJob, spec: TableSpec, path: Path, further: dict[str, int]
) -> list[tuple[int, int]]:
    """Write the rows, each as wide as the columns known by then.

    Fills ``further`` (name of each further column to its place) and returns, for each
    group of rows of one width, the width and their size in bytes.
    """
    cells_of = [_cell_writer(column.field, column.kind) for column in spec.columns]
    others = [(column.name, getter(column.field)) for column in spec.further]
    lost = _LostFields(spec)
    known = len(spec.columns)
    widths: list[tuple[int, int]] = []
    start = 0
    with path.open("wb") as binary, TextIOWrapper(binary, encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
        for record in job.records(spec.table):
            lost.look(record)
            row = [cell(record) for cell in cells_of]
            more = {name: value for name, value_of in others if (value := value_of(record))}
            more |= record.extra
            if more:
                new = [name for name in more if name not in further]
                if new:
                    stream.flush()
                    end = binary.tell()
                    widths.append((known + len(further), end - start))
                    start = end
                    further.update({name: len(further) + n for n, name in enumerate(new)})
            if further:
                row += [_text(more.get(name)) for name in further]
            writer.writerow(row)
        stream.flush()
        widths.append((known + len(further), binary.tell() - start))
    lost.report(job)
    return widths


def _cell_writer(field: str, kind: Kind) -> Callable[[Any], str]:
    value_of = getter(field)
    if kind in _WRAPPED:

        def wrapped(record: Any) -> str:
            value = value_of(record)
            return f'="{value}"' if value else ""

        return wrapped
    return lambda record: _text(value_of(record))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f").replace(".", ",")
    text = str(value)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def getter(path: str) -> Callable[[Any], Any]:
    """Return a function that follows a field's path in a record: ``specialities[0].code``."""
    steps = parse_path(path)
    return attrgetter(path) if len(steps) == 1 else lambda record: value_at(record, steps)


class _LostFields:
    """Counts what a record holds and the SOR2 file cannot hold."""

    def __init__(self, spec: TableSpec) -> None:
        declared = {column.field for column in (*spec.columns, *spec.further)}
        schema = schema_of(spec.table)
        self._table = spec.title
        self._others = [
            (column.path, getter(column.path))
            for column in schema.columns
            if column.path not in declared and column.path != "extra"
        ]
        self._series = [
            (field, attrgetter(field), count)
            for (record, field), (_, count) in PLACES.items()
            if record is spec.record
        ]
        self._required = [(path, getter(path)) for path in spec.required]
        self._counts: Counter[str] = Counter()
        self._keyless: Counter[str] = Counter()

    def look(self, record: Any) -> None:
        """Look at one record."""
        for path, value_of in self._others:
            if value_of(record) not in (None, ()):
                self._counts[path] += 1
        for field, value_of, count in self._series:
            if len(value_of(record)) > count:
                self._counts[f"{field} beyond the {count}th"] += 1
        for path, value_of in self._required:
            if not value_of(record):
                self._keyless[path] += 1

    def report(self, job: ConversionJob) -> None:
        """Report each field that was omitted, and in how many rows."""
        for field, count in self._keyless.items():
            job.note(
                "row-without-key",
                f"{count} rows of {self._table} have no {field}; a reader will not read them",
                column=field,
            )
        for field, count in self._counts.items():
            job.note(
                "field-not-written",
                f"{self._table} has no column for {field}; {count} rows have a value there",
                column=field,
            )
