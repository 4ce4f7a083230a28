"""The structure of the tests: modules do not import each other, and use public names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from support.paths import DOCS, ROOT, TESTS

MODULES = {
    str(path.relative_to(TESTS)): ast.parse(path.read_text(encoding="utf-8"))
    for path in TESTS.rglob("*.py")
    if path != Path(__file__)  # it quotes private names
}
PUBLIC = ("_repr_html_", "_asdict")
"""Public, though they begin with an underscore."""
OF_OTHERS = ("_actions", "_SubParsersAction", "_Element", "_exit")
"""argparse and lxml have no public names for these, and ``os._exit`` is public."""
BY_NAME = ("setattr", "getattr", "delattr", "hasattr", "patch", "patch.object")
IN_SCRIPT = re.compile(r"(?<!self)\.(_[a-z_]+)\b", re.IGNORECASE)


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield the modules and names that a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def used(tree: ast.Module) -> Iterator[str]:
    """Yield the attributes that a module uses, also by name, but those of its own classes."""
    own = {
        node
        for cls in ast.walk(tree)
        if isinstance(cls, ast.ClassDef)
        for node in ast.walk(cls)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("self", "cls")
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node not in own:
            yield node.attr
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(BY_NAME):
            names = (arg.value for arg in node.args if isinstance(arg, ast.Constant))
            yield from (name.split(".")[-1] for name in names if isinstance(name, str))
        elif isinstance(node, ast.Constant) and "import sorparse" in str(node.value):
            yield from IN_SCRIPT.findall(str(node.value))  # a program for another process


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in (*PUBLIC, *OF_OTHERS)


def test_a_test_module_imports_no_other() -> None:
    assert len(MODULES) > 100
    assert not {
        f"{module} imports {name}"
        for module, tree in MODULES.items()
        for name in imported(tree)
        if any(part.startswith("test_") for part in name.split("."))
    }


def test_a_test_uses_no_private_name() -> None:
    names = {
        f"{module}: {name}"
        for module, tree in MODULES.items()
        for name in (*used(tree), *(n.split(".")[-1] for n in imported(tree) if "sorparse" in n))
        if is_private(name)
    }
    assert not names


def test_private_names_are_noticed() -> None:
    source = """
from sorparse.tables.table import _hidden
import test_rows
thing._attribute, thing._repr_html_()
monkeypatch.setattr(module, "_CONSTANT", 1)
patch("sorparse.module._FUNCTION", 1)
script = "import sorparse; sorparse.module._SIZE = 1"
class Own:
    def method(self):
        self._mine = 1
"""
    tree = ast.parse(source)
    assert {name for name in used(tree) if is_private(name)} == {
        *("_attribute", "_CONSTANT", "_FUNCTION", "_SIZE"),
    }
    assert list(imported(tree)) == ["sorparse.tables.table._hidden", "test_rows"]


def test_the_tests_that_settings_and_pages_name_exist() -> None:
    files = [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), ROOT / "pyproject.toml", ROOT / "noxfile.py"]
    named = {
        name
        for file in files
        for name in re.findall(r"\btests(?:/\w+)+(?:\.\w+)?", file.read_text(encoding="utf-8"))
    }
    security = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    named |= {f"tests/{name}" for name in re.findall(r"`((?:\w+/)+test_\w+\.py)", security)}
    assert len(named) > 30
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
