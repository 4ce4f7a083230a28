"""What makes an object a table for data tools: one Arrow table, and the short-cuts to it."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from ..tables import Table


class ArrowTable:
    """Hands :meth:`to_arrow` to data tools, so that they accept the object itself.

    ``polars.DataFrame(view)``, ``pandas.DataFrame.from_arrow(view)``, ``pyarrow.table(view)``.
    """

    __slots__ = ()

    @abstractmethod
    def to_arrow(self) -> Table:
        """Return the rows as an Arrow table; needs the extra ``[arrow]``."""

    def __arrow_c_schema__(self) -> object:
        """Return the schema (Arrow PyCapsule interface)."""
        return self.to_arrow().__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return the rows (Arrow PyCapsule interface)."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def to_pandas(self) -> pd.DataFrame:
        """Return the rows as a ``pandas.DataFrame``; needs the extra ``[pandas]``."""
        return self.to_arrow().to_pandas()

    def to_polars(self) -> pl.DataFrame:
        """Return the rows as a ``polars.DataFrame``; needs the extra ``[polars]``."""
        return self.to_arrow().to_polars()
