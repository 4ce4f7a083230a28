"""Arrow arrays from numpy's memory, and the other way round.

``pa.array`` and ``to_numpy`` would do, but load pandas where it is installed: 46 MB and a third
of a second for who reads a register to Parquet. Buffers need neither.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from ..extras import load_extra
from .arrow import load_pyarrow


@cache
def load_numpy() -> Any:
    """Import numpy, or say which extra brings it."""
    return load_extra("numpy", "arrow", "Arrow tables")


def numbers_of(buffer: Any, dtype: str) -> Any:
    """See what a buffer holds as numbers; one that holds nothing as a lone zero."""
    np = load_numpy()
    return (
        np.frombuffer(buffer, dtype) if buffer is not None and buffer.size else np.zeros(1, dtype)
    )


def bits_of(mask: Any) -> Any:
    """Pack a mask as Arrow has it; of several rows each begins at a byte of its own."""
    return load_numpy().packbits(mask, axis=-1, bitorder="little")


def plain_array(kind: Any, values: Any, filled: Any, data: Any = None) -> Any:
    """Make an array of numbers, bits (packed) or texts (``values`` being their offsets).

    filled: mask of what is not null.
    """
    pa = load_pyarrow()
    length = len(filled)
    nulls = length - int(load_numpy().count_nonzero(filled))
    buffers = [pa.py_buffer(bits_of(filled)) if nulls else None, pa.py_buffer(values)]
    if data is not None:
        buffers.append(data)
    return pa.Array.from_buffers(kind, length, buffers, null_count=nulls)


def whole_numbers(values: Any) -> Any:
    """Make an int32 array without nulls."""
    pa = load_pyarrow()
    return pa.Array.from_buffers(pa.int32(), len(values), [None, pa.py_buffer(values)], 0)


def mask_array(mask: Any) -> Any:
    """Make an array of yes and no."""
    pa = load_pyarrow()
    return pa.Array.from_buffers(pa.bool_(), len(mask), [None, pa.py_buffer(bits_of(mask))], 0)


def text_array(texts: Iterable[str | None]) -> Any:
    """Make an array of texts."""
    builder = load_pyarrow().lib.StringBuilder()
    builder.append_values(list(texts))
    return builder.finish()
