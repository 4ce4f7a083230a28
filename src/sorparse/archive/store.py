"""The files of an archive.

| File | Holds |
|---|---|
| ``registrations.parquet`` | the runs of every row: ``part``, ``row_id``, ``registered_from``, ``registered_to``; its metadata list the nights |
| ``nights.parquet`` | the nights that are there |
| ``lines/*.parquet`` | ``row_id``, ``part`` and the bytes of each distinct line |
| ``<table>/*.parquet`` | ``row_id`` and the columns of each distinct record |

Numbers of rows are never used twice, and only ``registrations.parquet`` says which count. It is
replaced in one step and last, so a run that is killed, or a full disk, leaves rows that nobody
refers to, and every night that was there before.
"""  # noqa: E501 - a row of a table is one line

from __future__ import annotations

import json
import os
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from ..errors import ConversionError, SorFileError
from ..exports.conversion_job import ROW_ID
from ..extras import load_numpy, load_pyarrow
from ..notebook import HtmlRepr
from ..records import to_dict
from ..replace import replaced_file, restore
from .parquet_files import Lines, batches_in, highest_row, parquet, table_in
from .pieces import sha256
from .runs import Runs

if TYPE_CHECKING:
    import pyarrow as pa

    from ..tables.schema import TableSchema

REGISTRATIONS, NIGHTS, LINES = "registrations", "nights", "lines"
_INFO = b"sorparse.archive"
_INFO_HASH = b"sorparse.archive.sha256"
"""Of the list of nights: Parquet has checksums of values only. Older archives lack it."""
_VERSION = 1
_LOCK = "archive.lock"
_LOCK_SECONDS = 3600
_TAIL_ROWS = 16_384
"""A file with fewer rows takes those of the next night too, and is written anew with them."""
_LEVEL = 9


@attrs.frozen
class ArchivedFile:
    """A file of a night."""

    name: str
    """Its name, within the zip or folder if there is one."""
    part: str
    """The name under which its rows are registered: the same on every night."""
    size: int
    """Bytes."""
    sha256: str
    """SHA-256 of its bytes."""


@attrs.frozen
class Night(HtmlRepr):
    """What the archive knows of a night."""

    night: date
    """The night: the date that the caller, or the data, gave."""
    name: str
    """Name of the file, zip or folder that was added."""
    is_set: bool
    """Whether it was a zip or folder."""
    files: tuple[ArchivedFile, ...]
    """Its files, in their order."""
    records: Mapping[str, int]
    """Number of records by table."""

    @property
    def content(self) -> tuple[tuple[str, str], ...]:
        """Names and hashes of the files: equal if two nights have the same content."""
        return tuple((file.name, file.sha256) for file in self.files)


@attrs.define(eq=False)
class State:
    """All that an archive holds, without the rows themselves."""

    format: str | None = None
    nights: dict[date, Night] = attrs.Factory(dict)
    """Ascending."""
    parts: dict[str, Runs] = attrs.Factory(dict)

    def beside(self, night: date) -> tuple[int | None, int | None]:
        """Return the ordinals of the nights before and after a date."""
        days = [day.toordinal() for day in self.nights]
        at = night.toordinal()
        return (
            max((day for day in days if day < at), default=None),
            min((day for day in days if day > at), default=None),
        )


class Store:
    """Reads and writes the files of one archive."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: tuple[tuple[int, int] | None, State] = (None, State())

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other writers out, and wait for one; the lock ends with the process.

        Raises:
            ConversionError: If the folder holds other files, or cannot be written.
            MissingExtraError: If pyarrow is not installed.
        """
        parquet()  # before the folder is made
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            own = (self.folder / _LOCK, self._path(REGISTRATIONS))
            if not any(path.exists() for path in own) and any(self.folder.iterdir()):
                raise ConversionError(
                    f"{self.folder} is not an archive and not empty; name a new folder"
                )
            lock = sqlite3.connect(self.folder / _LOCK, timeout=_LOCK_SECONDS)
            with closing(lock):
                lock.execute("BEGIN EXCLUSIVE")
                yield
        except (OSError, sqlite3.Error) as error:
            reason = getattr(error, "strerror", None) or error
            raise ConversionError(
                f"cannot write to the archive {self.folder}: {reason}; it is unchanged"
            ) from error

    # -- nights and runs

    def state(self) -> State:
        """Return what the archive holds now.

        Raises:
            SorFileError: If ``registrations.parquet`` cannot be read, or was removed.
        """
        path = self._path(REGISTRATIONS)
        try:
            status = path.stat()
        except FileNotFoundError:
            if not self._had_nights():
                return State()
            if path.exists():  # another process has added the first night meanwhile
                return self.state()
            raise SorFileError(
                "this file of the archive is missing, without which no night can be read",
                file=str(path),
            ) from None
        except OSError as error:  # the folder is a file, or may not be read
            raise SorFileError(
                f"this is not an archive that can be read: {error.strerror}", file=str(self.folder)
            ) from error
        stamp = _stamp(status)
        if self._read[0] != stamp:
            self._read = stamp, self._state(path)
        return self._read[1]

    def _had_nights(self) -> bool:
        """Return whether the list of nights has some, or was removed and rows remain.

        A list without nights precedes the first rows: the first night may not get further.
        """
        if self._path(NIGHTS).exists():
            return self.listed_nights() != []
        return any((self.folder / LINES).glob("*.parquet"))

    def _state(self, path: Path) -> State:
        pa = load_pyarrow()
        table = table_in(path, [ROW_ID, "registered_from", "registered_to"])
        metadata = table.schema.metadata or {}
        text = metadata.get(_INFO, b"{}")
        if metadata.get(_INFO_HASH, sha256(text).encode()) != sha256(text).encode():
            raise SorFileError("the list of nights is damaged", file=str(path))
        info = json.loads(text)
        if info.get("version") != _VERSION:
            raise SorFileError("not an archive that this version of sorparse reads", file=str(path))
        nights = [
            attrs.evolve(
                Night(**each),
                night=date.fromisoformat(each["night"]),
                files=tuple(ArchivedFile(*file) for file in each["files"]),
            )
            for each in info["nights"]
        ]
        offset = date(1970, 1, 1).toordinal()
        np = load_numpy()
        columns = [
            table[name].cast(pa.int32()).to_numpy() + np.int64(offset)
            for name in ("registered_from", "registered_to")
        ]
        rows = table[ROW_ID].to_numpy()
        parts: dict[str, Runs] = {}
        start = 0
        for part, count in info["parts"]:
            piece = slice(start, start + count)
            parts[part] = Runs(rows[piece].tolist(), *(each[piece].tolist() for each in columns))
            start += count
        return State(info["format"], {night.night: night for night in nights}, parts)

    def commit(self, state: State) -> None:
        """Put a state in the place of the one there is."""
        pa = load_pyarrow()
        offset = date(1970, 1, 1).toordinal()

        def days(values: list[int]) -> Any:
            return pa.array([value - offset for value in values], pa.int32()).cast(pa.date32())

        parts = list(state.parts.items())
        table = pa.table(
            {
                "part": pa.DictionaryArray.from_arrays(
                    pa.array(
                        [at for at, (_, runs) in enumerate(parts) for _ in runs.rows], "int32"
                    ),
                    pa.array([name for name, _ in parts], pa.string()),
                ),
                ROW_ID: pa.array([row for _, runs in parts for row in runs.rows], pa.int64()),
                "registered_from": days([day for _, runs in parts for day in runs.first]),
                "registered_to": days([day for _, runs in parts for day in runs.last]),
            }
        )
        info = {
            "version": _VERSION,
            "format": state.format,
            "parts": [(name, len(runs.rows)) for name, runs in parts],
            "nights": [
                {**to_dict(each), "files": [attrs.astuple(file) for file in each.files]}
                for each in state.nights.values()
            ],
        }
        text = json.dumps(info).encode()
        table = table.replace_schema_metadata({_INFO: text, _INFO_HASH: sha256(text)})
        self._write(self._path(REGISTRATIONS), table)
        self._read = _stamp(self._path(REGISTRATIONS).stat()), state
        self.write_nights(state)

    def write_nights(self, state: State) -> None:
        """Write the list of nights for other tools; a run that was killed may not have done so."""
        pa, path = load_pyarrow(), self._path(NIGHTS)
        if not path.exists() or self.listed_nights() != list(state.nights):
            nights = pa.array(list(state.nights), pa.date32())
            self._write(path, pa.table({"night": nights}))

    def listed_nights(self) -> list[date] | None:
        """Return the nights of the list for other tools; ``None`` if the list is damaged."""
        if not self._path(NIGHTS).exists():
            return []
        try:
            there: list[date] = table_in(self._path(NIGHTS), ["night"])["night"].to_pylist()
        except SorFileError:
            return None
        return there

    # -- rows

    def next_row(self) -> int:
        """Return the lowest number above those of all rows, also of those nobody refers to."""
        return max(map(highest_row, self.folder.glob("[!.]*/*.parquet")), default=0) + 1

    def append(self, kind: str, table: pa.Table) -> None:
        """Add rows: ``lines``, or the records of a table; their numbers ascend."""
        if not table.num_rows:
            return
        files = self._files(kind)
        path = self.folder / kind / f"{table[ROW_ID][0].as_py():012}.parquet"
        if files and table.num_rows < _TAIL_ROWS:
            tail = table_in(files[-1])
            if tail.num_rows < _TAIL_ROWS:
                path = files[-1]
                table = load_pyarrow().concat_tables([tail, table], promote_options="default")
        path.parent.mkdir(exist_ok=True)
        self._write(path, table.unify_dictionaries())

    def batches(self, kind: str, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yield all rows of a kind, some thousands at a time."""
        for path in self._files(kind):
            yield from batches_in(path, columns)

    def table(self, kind: str, **options: Any) -> pa.Table:
        """Return rows of a kind; ``options`` are those of ``pyarrow.parquet.read_table``."""
        tables = [table_in(path, **options) for path in self._files(kind)]
        if not tables:
            raise SorFileError(f"the files of {kind} are missing", file=str(self.folder))
        return load_pyarrow().concat_tables(tables, promote_options="default")

    def rows_where(self, table: str, column: str, value: str) -> list[int]:
        """Return the rows of a table whose column has a value."""
        matching = self.table(table, columns=[ROW_ID], filters=[(column, "=", value)])
        rows: list[int] = matching[ROW_ID].to_pylist()
        return rows

    def values(self, schema: TableSchema, row: int) -> tuple[Any, ...]:
        """Return the columns of a record that is there."""
        values = self.table(schema.name, filters=[(ROW_ID, "=", row)]).to_pylist()[0]
        return tuple(values.get(name) for name in schema.names)

    def lines_of(self, rows: Iterable[int]) -> Iterator[tuple[int, bytes, bytes]]:
        """Yield row, header and bytes of some lines that are records."""
        if not rows:
            return
        matching = self.table(
            LINES, columns=[ROW_ID, "header", "line"], filters=[(ROW_ID, "in", [*rows])]
        )
        for each in matching.to_pylist():
            yield each[ROW_ID], each["header"], each["line"]

    def records_by_row(self, schema: TableSchema) -> Counter[int]:
        """Return how many records each row of a table has: one, unless quotation marks join lines.

        All columns are read, and so the checksums of all values are compared.

        Raises:
            SorFileError: If a file is damaged, also in the name of a column.
        """
        counts: Counter[int] = Counter()
        for batch in self.batches(schema.name):
            unknown = {*batch.schema.names} - {ROW_ID, *schema.names}
            if unknown:
                raise SorFileError(
                    f"{schema.name}: unknown columns {', '.join(sorted(unknown))}",
                    file=str(self.folder),
                )
            counts.update(batch[ROW_ID].to_pylist())
        return counts

    def lines(self) -> Lines:
        """Return all lines."""
        return Lines(self.table(LINES, columns=[ROW_ID, "line"]), str(self.folder))

    def _files(self, kind: str) -> list[Path]:
        paths = sorted((self.folder / kind).glob("*.parquet"))
        for path in paths:
            highest_row(path)  # raises SorFileError for a file of another program
        return paths

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.parquet"

    @staticmethod
    def _write(path: Path, table: pa.Table) -> None:
        plain = {ROW_ID, "line"}
        restore(path)
        with replaced_file(path) as new:
            parquet().write_table(
                table,
                new,
                compression="zstd",
                compression_level=_LEVEL,
                use_dictionary=[name for name in table.column_names if name not in plain],
                column_encoding={ROW_ID: "DELTA_BINARY_PACKED"},  # if there is such a column
                write_statistics=[name for name in table.column_names if name != "line"],
                write_page_checksum=True,
            )


def _stamp(status: os.stat_result) -> tuple[int, int]:
    return status.st_ino, status.st_mtime_ns
