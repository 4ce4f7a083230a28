"""What classes need to be shown in a notebook. Costs nothing until something is shown."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


class HtmlRepr:
    """Gives a record its table in a notebook. Has no slots: records stay as they are."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        from .records import record_html

        return record_html(self)


class Records(tuple[T, ...]):
    """A tuple of records that a notebook shows as a list; a tuple in every other way."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        from .records import many_html

        return many_html(self)
