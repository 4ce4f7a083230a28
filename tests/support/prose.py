"""The prose of the project: docstrings, comments, messages, and text of Markdown pages."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_FENCED = re.compile(r"^ *(```+|~~~+|:::+).*?^ *\1 *$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"``.+?``|`[^`]+`|<!--.*?-->|\]\([^)]*\)", re.DOTALL)
_DOCTEST = re.compile(r"^ *(>>>|\.\.\. ).*$", re.MULTILINE)
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


class Prose(NamedTuple):
    """A piece of text in a file."""

    line: int
    text: str
    is_docstring: bool = False
    is_text: bool = False
    """Whether it is a string, such as a message."""


def prose_of(path: Path) -> Iterator[Prose]:
    """Yield the prose of a file, without code in it."""
    content = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        pieces = prose_of_python(content)
    elif path.suffix == ".ipynb":
        pieces = _of_notebook(content)
    else:
        pieces = prose_of_markdown(content)
    yield from pieces


def prose_of_markdown(content: str) -> Iterator[Prose]:
    """Yield the text of a page as one piece, without code."""
    yield Prose(1, _without_code(_FENCED.sub(_blank, content)))


def prose_of_python(content: str) -> Iterator[Prose]:
    """Yield docstrings, comments, and strings of at least three words."""
    tree = ast.parse(content)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False)
        if isinstance(node.body[0], ast.Expr)
    }
    in_pieces: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            in_pieces |= {id(part) for part in node.values}
            text = "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        if id(node) not in in_pieces and len(re.findall(r"[^\W\d_]+ ", text)) > 1:
            is_docstring = id(node) in docstrings
            yield Prose(node.lineno, _without_code(text), is_docstring, not is_docstring)
    for token in tokenize.generate_tokens(io.StringIO(content).readline):
        if token.type == tokenize.COMMENT and not token.string.startswith("# noqa"):
            yield Prose(token.start[0], _without_code(token.string))


def _of_notebook(content: str) -> Iterator[Prose]:
    for cell in json.loads(content)["cells"]:
        source = "".join(cell["source"])
        read = prose_of_markdown if cell["cell_type"] == "markdown" else prose_of_python
        yield from read(source)


def _without_code(text: str) -> str:
    return _CODE.sub(_blank, _DOCTEST.sub("", text))


def _blank(found: re.Match[str]) -> str:
    """Return a mark in place of code, with its line ends, so that lines are counted right."""
    return "\N{HORIZONTAL ELLIPSIS}" + "\n" * found[0].count("\n")
