"""Reading the Parquet files of an archive, and what is raised if one is damaged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import SorError, SorFileError
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
