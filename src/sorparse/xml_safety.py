"""What keeps libxml2 from taking quadratic time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from lxml.etree import _Element


MOST_REFERENCES = 2_000
"""References in one chunk that a parser with a schema and without a tree may meet: it appends each
one to a copy of the text before it. Real files have a few."""


def attributes_of(element: _Element) -> Mapping[str, str]:
    """Return names and values of all attributes, in their order.

    lxml's ``items`` looks each name up again and libxml2 searches through all attributes for it,
    which takes minutes if one element has a hundred thousand.
    """
    names = [str(name) for name in element.keys()]  # noqa: SIM118 - an element holds its children
    values = cast("list[str]", element.xpath("@*")) if names else []
    return dict(zip(names, map(str, values), strict=True))
