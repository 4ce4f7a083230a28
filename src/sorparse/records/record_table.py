"""What a table declares, and the method of ``Feed`` that follows from the declaration."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from types import MethodType
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, overload

import attrs

if TYPE_CHECKING:
    from .row import Row

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Mask(Enum):
    """What ``extract(mask=True)`` writes in the place of a field's value."""

    KEEP = "the value itself"
    TEXT = "a made-up text of the same shape"
    TEXTS = "made-up texts of the same shape"
    PARTS = "each field of the value object by its own rule"
    COORDINATE = "a coordinate rounded down to 10 km"
    EMAIL = "a made-up e-mail address"
    WEBSITE = "a made-up website"
    TELEPHONE = "a made-up telephone number"
    EXTRA = "the names of the columns, with made-up texts"


Masks = Mapping[str, Mask]
"""Field of a record to its rule."""


def masks(**fields: str) -> Masks:
    """Return the rules of a record's fields.

    Args:
        fields: Names of fields with spaces between them, by the name of their rule.
    """
    return {name: Mask[rule] for rule, names in fields.items() for name in names.split()}


class ReadTable(Protocol[R_co]):
    """A method of an open feed that reads a table."""

    @overload
    def __call__(self, *, fields: None = None) -> Iterator[R_co]: ...
    @overload
    def __call__(self, *, fields: Iterable[str]) -> Iterator[Row]: ...


@attrs.frozen(eq=False)
class RecordTable(Generic[R]):
    """One table: what its rows are, and how they are named, identified and masked.

    As an attribute of :class:`~sorparse.records.tables.Tables`, it has the name of the attribute,
    and the attribute of a feed is the method that reads the table.
    """

    record: type[R]
    """The class of its records."""
    title: str
    """Danish title."""
    doc: str
    """What its records are, in words that complete "an iterator of"."""
    required: tuple[str, ...]
    """Fields without which a row is not a record."""
    key: tuple[str, ...]
    """Fields that together identify a row."""
    masks: Masks
    """What ``extract(mask=True)`` does to each field."""
    example: str = "examples.sor2_zip"
    """A source with the table, for the example of the method: an expression of Python."""
    name: str = attrs.field(init=False)
    """Name of the table: that of the method of ``Feed``, and of the table in a database."""
    method: Callable[..., Iterator[Any]] = attrs.field(init=False)
    """The method of ``Feed``."""

    def __set_name__(self, owner: type[Any], name: str) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "method", _method(self))

    @overload
    def __get__(self, feed: None, owner: type[Any]) -> Callable[..., Iterator[Any]]: ...
    @overload
    def __get__(self, feed: object, owner: type[Any]) -> ReadTable[R]: ...
    def __get__(self, feed: object | None, owner: type[Any]) -> Any:
        return self.method if feed is None else MethodType(self.method, feed)


def _method(table: RecordTable[Any]) -> Callable[..., Iterator[Any]]:
    """Return the method that reads a table."""

    def read(self: Any, *, fields: Iterable[str] | None = None) -> Iterator[Any]:
        records: Iterator[Any] = (
            self.records(table.name) if fields is None else self.rows(table.name, fields)
        )
        return records

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

    Example:
        >>> with sorparse.open({table.example}) as feed:
        ...     print(type(next(feed.{table.name}())).__name__)
        {table.record.__name__}
    """
    return read
