"""SOR and SHAK together: codes that no unit had, and one table of both kinds of codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from ..tables import Table
    from .register import Register
    from .shak import ShakRegister
    from .store import VersionStore
    from .timeindex import TimeIndex


class WithShak:
    """What a register can do with SHAK beside it."""

    _shak: ShakRegister | None = None
    _store: VersionStore

    if TYPE_CHECKING:

        @property
        def _index(self) -> TimeIndex: ...

    @property
    def shak(self) -> ShakRegister | None:
        """SHAK, if it was attached with :meth:`with_shak`."""
        return self._shak

    def with_shak(self, shak: ShakRegister) -> Self:
        """Return the same register with SHAK attached; the data are shared, not copied.

        ``view.shak_to_sor`` then also reports the period of the code in SHAK (``shak_unit``) and
        its status there, and the rule ``only-in-shak`` if the code was in force on the date
        although no SOR unit had it. Everything else is answered as before.

        Args:
            shak: SHAK, from :func:`sorparse.load_shak`.

        Example:
            >>> import sorparse
            >>> from sorparse import examples
            >>> shak = sorparse.load_shak(examples.shak)
            >>> register = sorparse.load(examples.sor2_zip).with_shak(shak)
            >>> match = register.as_of("2026-06-15").shak_to_sor("9901")
            >>> match.best.sor_id, match.shak_status
            ('9000041000016007', <Status.ACTIVE: 'ACTIVE'>)
        """
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other._shak = shak
        return other

    def code_periods(self) -> Table:
        """Return a table for data that hold SHAK codes and SOR ids in one column.

        Its key is the SHAK code or the SOR id, in the column ``code``, and the date: of each code
        the periods are disjoint, and their first and last days are filled
        (``in_force_from``, ``in_force_to``; 0001-01-01 and 9999-12-31 if they are open). Each row
        has the name, the other code if there is one, and the hospital. SHAK codes are in it if
        SHAK is attached, see :meth:`with_shak`. Needs the extra ``[arrow]``.
        """
        from ..extras import load_pyarrow
        from ..tables import Table
        from ..tables.arrow import record_batches
        from ..tables.schema import schema_for
        from .code_periods import TABLE, CodePeriod, code_periods

        load_pyarrow()
        schema = schema_for(TABLE, CodePeriod, ("code", "in_force_from"))
        register: Register = self  # type: ignore[assignment]  # the only class with this base
        store, index = self._store, self._index
        return Table(schema, lambda: record_batches(schema, code_periods(register, store, index)))
