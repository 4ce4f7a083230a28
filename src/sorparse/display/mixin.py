"""The method by which a notebook shows a record. Costs nothing until it is called."""

from __future__ import annotations


class HtmlRepr:
    """Gives a record its table in a notebook. Has no slots: records stay as they are."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        from .records import record_html

        return record_html(self)
