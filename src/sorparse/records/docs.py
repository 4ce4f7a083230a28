"""The meaning of each field, read from the docstring below it.

The records state the meaning of a field once, in their source. The column comments of the
databases, the metadata of the Arrow schemas and the reference page of the docs all use it.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from .build import per_class


@per_class
def field_docs(cls: type[Any]) -> Mapping[str, str]:
    """Return the docstring below each field of a record class, on one line.

    A field without a docstring is omitted. If the source is missing (a stripped installation), the
    mapping is empty: docstrings are a help, not data.
    """
    try:
        tree = ast.parse(inspect.getsource(cls))
    except (OSError, TypeError):
        return MappingProxyType({})
    return MappingProxyType(dict(_pairs(tree.body[0])))


def _pairs(node: ast.stmt) -> Iterator[tuple[str, str]]:
    body = node.body if isinstance(node, ast.ClassDef) else []
    for field, below in pairwise(body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
            and isinstance(below.value.value, str)
        ):
            yield field.target.id, re.sub(r"\s+", " ", below.value.value).strip()
