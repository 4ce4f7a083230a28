"""The tables of a view for data tools."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..records import SOREntity
from .arrow_table import ArrowTable
from .hierarchy import Hierarchy
from .saved.forged import reports_forged_files

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from ..tables import Table


@reports_forged_files
class ViewTables(Hierarchy, ArrowTable):
    """The tables of a view."""

    def to_arrow(self, *, effective: bool = False, lists: bool = False) -> Table:
        """Return the units in force as an Arrow table; columns as those of ``feed.to_arrow``.

        Data tools also accept the view itself: ``polars.DataFrame(view)``. Needs the extra
        ``[arrow]``.

        Args:
            effective: Whether to add columns with inheritance resolved
                (``effective_visiting_address_post_code``, ``effective_location_code``,
                ``effective_region_name`` ...), as :meth:`effective` resolves it.
            lists: Whether ``replaces`` and ``replaced_by`` are lists. The default is text with a
                space between the ids, which every tool can save.

        Example:
            >>> units = view.to_pandas(effective=True)
            >>> units[units["effective_region_name"] == "Region Sjælland"]
        """
        from ..tables.by_number import table_of_batch
        from .batch import Batch

        return table_of_batch(Batch.in_force(self), effective=effective, lists=lists)

    def to_pandas(self, *, effective: bool = False, lists: bool = False) -> pd.DataFrame:
        """Return the units in force as a ``pandas.DataFrame``.

        Args:
            effective: As in :meth:`to_arrow`.
            lists: As in :meth:`to_arrow`.

        Raises:
            MissingExtraError: If the extra ``[pandas]`` is not installed.

        Example:
            >>> units = view.to_pandas(effective=True)
            >>> int((units["effective_region_name"] == "Region Midtjylland").sum())
            3
        """
        return self.to_arrow(effective=effective, lists=lists).to_pandas()

    def to_polars(self, *, effective: bool = False, lists: bool = False) -> pl.DataFrame:
        """Return the units in force as a ``polars.DataFrame``.

        Args:
            effective: As in :meth:`to_arrow`.
            lists: As in :meth:`to_arrow`.

        Raises:
            MissingExtraError: If the extra ``[polars]`` is not installed.

        Example:
            >>> view.to_polars().height
            74
        """
        return self.to_arrow(effective=effective, lists=lists).to_polars()

    def to_table(
        self,
        units: Iterable[SOREntity | str],
        *,
        effective: bool = False,
        lists: bool = False,
    ) -> Table:
        """Return some units as an Arrow table, for example those that :meth:`find` returns.

        Needs the extra ``[arrow]``.

        Args:
            units: Records, or SOR ids of units in force.
            effective: Whether to add columns with inheritance resolved. They hold on the view's
                date for a version in force then, on its last date for an earlier version, on its
                first date for a later one. They are empty for a version that is never in force.
            lists: Whether ``replaces`` and ``replaced_by`` are lists instead of text.

        Raises:
            NotInForceError: If an id is not in force.
            ValueError: If ``effective`` is true and a record is not one of this register.

        Example:
            >>> hits = view.find(entity_type="almen lægepraksis", region="Region Sjælland")
            >>> view.to_table(hits, effective=True).to_pandas()
        """
        from ..tables import Table
        from ..tables.effective import units_table
        from .resolved import effective_of, units_of

        chosen = units_of(self, units)
        if not effective:
            return Table.from_records("entities", lambda: chosen, lists=lists)
        return units_table(chosen, [effective_of(self, unit) for unit in chosen], lists=lists)
