"""Reading the Parquet files of an archive, and what is raised if one is damaged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import SorError, SorFileError
from ..exports.conversion_job import ROW_ID
from ..extras import load_extra, load_numpy, load_pyarrow

if TYPE_CHECKING:
    import pyarrow as pa


def parquet() -> Any:
    """Return ``pyarrow.parquet``."""
    return load_extra("pyarrow.parquet", "arrow", "Archives")


def table_in(path: Path, columns: list[str] | None = None, **options: Any) -> pa.Table:
    """Read a file that is opened once: another process may replace it meanwhile."""
    with readable(path), load_pyarrow().OSFile(str(path)) as file:
        table = parquet().read_table(
            file, columns=columns, page_checksum_verification=True, **options
        )
        return table if columns is None else table.select(columns)  # KeyError: one is missing


def batches_in(path: Path, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a file, some thousands at a time."""
    with (
        readable(path),
        parquet().ParquetFile(path, page_checksum_verification=True) as file,
    ):
        for batch in file.iter_batches(columns=columns):
            yield batch if columns is None else batch.select(columns)


def highest_row(path: Path) -> int:
    """Return the highest number in the first column of a file; 0 if the file has no rows.

    Raises:
        SorFileError: If the file is not one of an archive.
    """
    with readable(path):
        metadata = parquet().read_metadata(path)
        first = next(iter(metadata.schema.to_arrow_schema()), None)
        groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
        if first is not None and first.name == ROW_ID and first.type == load_pyarrow().int64():
            counts = [group.column(0).statistics for group in groups if group.num_rows]
            if all(count is not None and count.has_min_max for count in counts):
                return max((count.max for count in counts), default=0)
    raise SorFileError("not a file of the archive; remove it from the folder", file=str(path))


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn what pyarrow raises for a damaged file into SorFileError."""
    try:
        yield
    except (OSError, ValueError, LookupError, NotImplementedError) as error:
        if isinstance(error, SorError):
            raise
        reason = " ".join(str(error).split())
        raise SorFileError(
            f"cannot read this file of the archive: {reason}", file=str(path)
        ) from error


class Lines:
    """The lines of an archive in memory."""

    def __init__(self, table: pa.Table, name: str) -> None:
        self._rows = table[ROW_ID].to_numpy()
        self._lines = table["line"]
        self._name = name

    def joined(self, rows: Sequence[int]) -> memoryview:
        """Return the bytes of some lines one after the other.

        Raises:
            SorFileError: If a line is missing.
        """
        np, pa = load_numpy(), load_pyarrow()
        wanted = np.asarray(rows, np.int64)
        places = np.searchsorted(self._rows, wanted)
        if len(wanted) and (
            not len(self._rows)
            or (self._rows[places.clip(max=len(self._rows) - 1)] != wanted).any()
        ):
            raise SorFileError("lines of the archive are missing", file=self._name)
        taken = self._lines.take(pa.array(places))
        pieces = [chunk for chunk in taken.chunks if len(chunk)]
        return memoryview(b"".join(map(_bytes_of, pieces)))


def _bytes_of(chunk: Any) -> memoryview:
    """Return the bytes of all values of a chunk, which lie one after the other."""
    offsets = memoryview(chunk.buffers()[1]).cast("q")
    start, end = offsets[chunk.offset], offsets[chunk.offset + len(chunk)]
    return memoryview(chunk.buffers()[2])[start:end]
