"""What makes an object a table for data tools: one Arrow table, and the short-cuts to it."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from .table import Table


class AsTable:
    """Hands :meth:`to_arrow` to data tools, so that they take the object as it is.

    ``polars.DataFrame(view)``, ``pandas.DataFrame.from_arrow(view)``, ``pyarrow.table(view)``.
    """

    __slots__ = ()

    @abstractmethod
    def to_arrow(self, *, effective: bool = False, lists: bool = False) -> Table:
        """Return the rows as an Arrow table; needs the extra ``[arrow]``."""

    def __arrow_c_schema__(self) -> object:
        """Hand the schema over (Arrow PyCapsule interface)."""
        return self.to_arrow().__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Hand the rows over (Arrow PyCapsule interface)."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def to_pandas(self, *, effective: bool = False, lists: bool = False) -> pd.DataFrame:
        """Return the rows as a ``pandas.DataFrame``; arguments as those of :meth:`to_arrow`.

        Needs the extra ``[pandas]``.
        """
        return self.to_arrow(effective=effective, lists=lists).to_pandas()

    def to_polars(self, *, effective: bool = False, lists: bool = False) -> pl.DataFrame:
        """Return the rows as a ``polars.DataFrame``; arguments as those of :meth:`to_arrow`.

        Needs the extra ``[polars]``.
        """
        return self.to_arrow(effective=effective, lists=lists).to_polars()
