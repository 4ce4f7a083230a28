"""The attributes of an element, however many there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from lxml.etree import _Element


def attributes_of(element: _Element) -> Mapping[str, str]:
    """Give names and values of all attributes, in their order.

    lxml's ``items`` looks each name up again and libxml2 searches through all attributes for it,
    which takes minutes where a hundred thousand stand on one element.
    """
    names = [str(name) for name in element.keys()]  # noqa: SIM118 - an element holds its children
    values = cast("list[str]", element.xpath("@*")) if names else []
    return dict(zip(names, map(str, values), strict=True))
