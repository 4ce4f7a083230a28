"""A base class for objects that data tools accept as a table."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from ..tables import Table


class ArrowTable:
    """An object that data tools accept as a table, by its method :meth:`to_arrow`.

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
        """Return the rows as a ``pandas.DataFrame``; needs the extra ``[pandas]``.

        Example:
            >>> len(shak.to_pandas()), len(shak.as_of("2026-06-15").to_pandas())
            (45, 29)
        """
        return self.to_arrow().to_pandas()

    def to_polars(self) -> pl.DataFrame:
        """Return the rows as a ``polars.DataFrame``; needs the extra ``[polars]``.

        Example:
            >>> shak.to_polars().height, shak.as_of("2026-06-15").to_polars().height
            (45, 29)
        """
        return self.to_arrow().to_polars()
