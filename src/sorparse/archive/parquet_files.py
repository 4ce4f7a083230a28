"""Reading the Parquet files of an archive, and what is raised if one is damaged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import SorError, SorFileError
from ..exports.conversion_job import ROW_ID
from ..extras import load_extra, load_pyarrow

if TYPE_CHECKING:
    import pyarrow as pa


def parquet() -> Any:
    """Return ``pyarrow.parquet``."""
    return load_extra("pyarrow.parquet", "arrow", "Archives")


def table_in(path: Path, **options: Any) -> pa.Table:
    """Read a file that is opened once: another process may replace it meanwhile."""
    with readable(path), load_pyarrow().OSFile(str(path)) as file:
        return parquet().read_table(file, **options)


def highest_row(path: Path) -> int:
    """Return the highest number in the first column of a file; 0 if the file has no rows.

    Raises:
        SorFileError: If the file is not one of an archive.
    """
    with readable(path):
        found = parquet().read_metadata(path)
        first = next(iter(found.schema.to_arrow_schema()), None)
        groups = [found.row_group(number) for number in range(found.num_row_groups)]
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
    except (OSError, ValueError, KeyError) as error:
        if isinstance(error, SorError):
            raise
        reason = " ".join(str(error).split())
        raise SorFileError(
            f"cannot read this file of the archive: {reason}", file=str(path)
        ) from error
