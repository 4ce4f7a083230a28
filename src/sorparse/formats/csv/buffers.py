"""Convert numpy arrays to Arrow arrays, and back.

``pa.array`` and ``to_numpy`` would work too, but they load pandas if it is installed. That costs
46 MB and a third of a second when a register is converted to Parquet. Buffers do not need pandas.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from ...extras import load_numpy, load_pyarrow

_EPOCH = date(1970, 1, 1)


def numbers_of(buffer: Any, dtype: str) -> Any:
    """Return the content of a buffer as numbers; of an empty buffer, a single zero."""
    np = load_numpy()
    return (
        np.frombuffer(buffer, dtype) if buffer is not None and buffer.size else np.zeros(1, dtype)
    )


def bits_of(mask: Any) -> Any:
    """Pack a mask into bits as Arrow does; each row of a mask begins at a new byte."""
    return load_numpy().packbits(mask, axis=-1, bitorder="little")


class Filled:
    """Which values of some columns are not null: a mask of columns x rows."""

    def __init__(self, mask: Any) -> None:
        self._rows = mask.shape[1]
        self._nulls = (self._rows - load_numpy().count_nonzero(mask, axis=1)).tolist()
        self._bits = bits_of(mask)

    def arrays(self, kind: Any, values: Any, data: Any = None) -> list[Any]:
        """Return an array for each column.

        Args:
            kind: The Arrow type of the columns.
            values: The numbers of all columns, one column after the other. For texts, the
                offsets; for booleans, the bits of each column.
            data: The bytes of the texts.
        """
        pa = load_pyarrow()
        step, size, more = self._rows, self._rows, []
        if data is not None:
            size, more = self._rows + 1, [data]
        elif pa.types.is_boolean(kind):
            step = size = values.shape[-1]
            values = values.ravel()
        arrays = []
        for at, nulls in enumerate(self._nulls):
            buffers = [
                pa.py_buffer(self._bits[at]) if nulls else None,
                pa.py_buffer(values[at * step : at * step + size]),
                *more,
            ]
            arrays.append(pa.Array.from_buffers(kind, self._rows, buffers, null_count=nulls))
        return arrays


def whole_numbers(values: Any) -> Any:
    """Return an int32 array without nulls."""
    pa = load_pyarrow()
    return pa.Array.from_buffers(pa.int32(), len(values), [None, pa.py_buffer(values)], 0)


def mask_array(mask: Any) -> Any:
    """Return an array of booleans."""
    pa = load_pyarrow()
    return pa.Array.from_buffers(pa.bool_(), len(mask), [None, pa.py_buffer(bits_of(mask))], 0)


def texts_from(offsets: Any, data: Any, filled: Any = None) -> Any:
    """Return an array of texts, with null where the mask is false."""
    pa = load_pyarrow()
    buffers = [None if filled is None else pa.py_buffer(bits_of(filled)), pa.py_buffer(offsets)]
    nulls = 0 if filled is None else -1
    return pa.Array.from_buffers(pa.string(), len(offsets) - 1, [*buffers, data], null_count=nulls)


def text_array(texts: Iterable[str | None]) -> Any:
    """Return an array of texts."""
    builder = load_pyarrow().lib.StringBuilder()
    builder.append_values(list(texts))
    return builder.finish()


def array_of(kind: Any, values: Sequence[Any]) -> Any:
    """Return an array of the values of a table's column, as ``pa.array`` does."""
    np, pa = load_numpy(), load_pyarrow()
    if pa.types.is_string(kind):
        return text_array(values)
    if pa.types.is_dictionary(kind):
        return text_array(values).dictionary_encode()
    filled = np.array([value is not None for value in values])
    if pa.types.is_list(kind):
        sizes = [len(value or ()) for value in values]
        offsets = np.cumsum([0, *sizes], dtype=np.int32)
        texts = text_array(text for value in values if value for text in value)
        buffers = [pa.py_buffer(bits_of(filled)), pa.py_buffer(offsets)]
        return pa.Array.from_buffers(kind, len(values), buffers, children=[texts])
    if pa.types.is_date32(kind):
        numbers = np.array([days_of(value) for value in values], dtype=np.int32)
    elif pa.types.is_boolean(kind):
        numbers = bits_of(np.array([[bool(value) for value in values]]))
    else:
        numbers = np.array([0.0 if value is None else value for value in values], np.float64)
    (array,) = Filled(filled.reshape(1, -1)).arrays(kind, numbers)
    return array


def days_of(day: date | None) -> int:
    """Return a date as the number of days since 1970, as Arrow does; 0 for ``None``."""
    return 0 if day is None else (day - _EPOCH).days
