"""The methods of ``Feed`` that read one table each, built from the tables' declarations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast, overload

if TYPE_CHECKING:
    from .feed import Feed
    from .records.row import Row
    from .records.tables import RecordTable

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class ReadTable(Protocol[R_co]):
    """A method of an open feed that reads a table."""

    @overload
    def __call__(self, *, fields: None = None) -> Iterator[R_co]: ...
    @overload
    def __call__(self, *, fields: Iterable[str]) -> Iterator[Row]: ...


class TableMethod(Protocol[R_co]):
    """The same method in the class."""

    def __get__(self, feed: Any, owner: type[Any] | None = None) -> ReadTable[R_co]: ...


def _example(table: RecordTable[Any]) -> str:
    """Return the example of a docstring, with the example file that has the table."""
    file = {"shak_units": "examples.shak", "shak_regions": '"SHAKregion.txt"'}
    return f"""
    Example:
        >>> with sorparse.open({file.get(table.name, "examples.sor2_zip")}) as feed:
        ...     print(type(next(feed.{table.name}())).__name__)
        {table.record.__name__}
"""


def table_method(table: RecordTable[R]) -> TableMethod[R]:
    """Return the method that reads a table."""

    def read(self: Feed, *, fields: Iterable[str] | None = None) -> Iterator[Any]:
        return self.records(table.name) if fields is None else self.rows(table.name, fields)

    read.__name__ = table.name
    read.__qualname__ = f"Feed.{table.name}"
    read.__module__ = "sorparse.feed"
    del read.__annotations__["self"]  # as in any other method
    read.__annotations__["return"] = f"Iterator[{table.record.__name__}]"
    read.__doc__ = f"""Return an iterator over {table.doc}.

    Args:
        fields: Paths of a few fields, to read named tuples instead of records; see :meth:`rows`.

    Raises:
        MissingTableError: If the source does not have the table.
{_example(table)}    """
    return cast("TableMethod[R]", read)
