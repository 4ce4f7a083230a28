"""Display and the command line are the top layer: nothing below imports them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from support.paths import PACKAGE

TOP = ("display", "cli")


def imports(module: Path) -> Iterator[str]:
    """Yield the modules of the package that a module imports, also in functions, not for types."""
    package = ["sorparse", *module.relative_to(PACKAGE).parent.parts]
    tree = ast.parse(module.read_text(encoding="utf-8"))
    for_types = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            above = [*base, *([node.module] if node.module else [])]
            yield from (".".join([*above, name.name]) for name in node.names)


def test_nothing_below_imports_the_display_or_the_command_line() -> None:
    below = [
        path
        for path in PACKAGE.rglob("*.py")
        if path.relative_to(PACKAGE).parts[0] not in TOP and path.name != "__main__.py"
    ]
    assert len(below) > 100
    upwards = {
        f"{path.relative_to(PACKAGE)}: {name}"
        for path in below
        for name in imports(path)
        if name.startswith(tuple(f"sorparse.{layer}" for layer in TOP))
    }
    assert upwards == set()
