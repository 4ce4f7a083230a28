"""The structure of the package: no import cycles, no foreign private attributes, short files."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from support.paths import PACKAGE, ROOT

MODULES = {
    ".".join(("sorparse", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(
        ".__init__"
    ): path
    for path in PACKAGE.rglob("*.py")
}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}

PRIVATE_OF_OTHERS = {
    "sorparse.cli.commands.completion: parser._actions",  # argparse has no public list of them
    "sorparse.examples.__main__: part._repr_html_",  # the protocol of notebooks
}

NAMEDTUPLE = ("_replace", "_fields", "_asdict")
"""Public, though they begin with an underscore."""
TYPES = ("_Element", "_LogEntry", "_ArgumentGroup", "_SubParsersAction")
"""Names of types that lxml and argparse have no public names for."""


def nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a module, without those for type checkers only."""
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield node
            yield from nodes(node)


def imported(module: str) -> Iterator[str]:
    """Yield the modules of the package that a module imports, also inside its functions."""
    is_package = MODULES[module].name == "__init__.py"
    package = module.split(".") if is_package else module.split(".")[:-1]
    for node in nodes(TREES[module]):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name in MODULES)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            home = ".".join([*base, *([node.module] if node.module else [])])
            for name in node.names:
                if f"{home}.{name.name}" in MODULES:
                    yield f"{home}.{name.name}"
                elif home in MODULES:
                    yield home


def test_modules_do_not_import_each_other_in_a_cycle() -> None:
    graph = {module: set(imported(module)) - {module} for module in MODULES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        cycle = " imports ".join(reversed(error.args[1]))
        raise AssertionError(cycle) from None


def declared_in(cls: ast.ClassDef) -> set[str]:
    """Return the names of a class: methods, fields, and what its methods set on themselves."""
    names = set()
    for node in ast.walk(cls):
        if isinstance(node, ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("self", "cls"):
            names.add(node.attr)
    return names


def private_of_others(module: str) -> Iterator[str]:
    """Yield the uses of private attributes outside the class that declares them."""
    tree = TREES[module]
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    own = {node.name for node in classes} | {"self", "cls"}
    declared = [(cls, declared_in(cls)) for cls in classes]
    allowed = {
        inner
        for cls, names in declared
        for inner in ast.walk(cls)
        if isinstance(inner, ast.Attribute) and inner.attr in names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and node not in allowed:
            if node.attr.startswith("__") or node.attr in (*NAMEDTUPLE, *TYPES):
                continue
            if isinstance(node.value, ast.Name) and node.value.id in own:
                continue
            yield f"{module}: {ast.unparse(node)}"


def test_no_class_uses_the_private_attributes_of_another() -> None:
    used = {use for module in MODULES for use in private_of_others(module)}
    assert used <= PRIVATE_OF_OTHERS


def python_files() -> list[str]:
    """Return the Python files of the project: those that a source distribution includes."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = settings["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    places = [ROOT / name.removeprefix("/") for name in included]
    files = [file for place in places for file in (place, *place.rglob("*.py"))]
    return [file.relative_to(ROOT).as_posix() for file in files if file.suffix == ".py"]


def test_files_are_short() -> None:
    files = python_files()
    assert {"src/sorparse/__init__.py", "noxfile.py", "docs/conf.py"} <= {*files}
    lines = {file: (ROOT / file).read_text(encoding="utf-8").count("\n") for file in files}
    assert [file for file, number in lines.items() if number > 400] == []
