"""Prose is plain English: none of the words that readers trip over.

``scripts/test`` also runs codespell, which knows misspelt words.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.paths import DOCS, PACKAGE, ROOT, TESTS
from support.prose import Prose, prose_of, prose_of_markdown, prose_of_python

BETTER = {
    r"told|tells?": "report, return, show, state",
    r"stands?|stood": "is assigned to, is in, applies to, takes precedence",
    r"(?<!there )(is|are) no (?!longer|more)": "is not a, does not have",
    r"findings?": "issues",
    r"odd|oddit(y|ies)": "unexpected, irregular, invalid",
    r"out of the ordinary": "unexpected, irregular",
    r"(?<!-)kept": "stored, preserved, left unchanged",
    r"a day(?!-)": "a date",
    r"blanks?": "space, whitespace, empty",
    r"go(es)? through|gone through": "traverse, iterate",
    r"circles?": "cycle",
    r"hangs|hung|hang (on|from|below)": "has the parent",
    r"what is wrong": "the error",
    r"left out": "omitted",
    r"made (of|from)": "built from, derived from",
    r"ours|one's own": "the library's, the caller's",
    r"such as it is": "leave it out",
    r"(takes|taken|took) .{0,20}\bfor (a|an|the)": "detect as, interpret as",
}
FIRST = r"(give|tell|say|take)s?"
"""What no docstring begins with: it says Return, Yield, or what the thing is."""
ALLOWED: tuple[str, ...] = ()
"""Uses of these words that are right."""

_BANNED = {re.compile(rf"\b({words})\b", re.IGNORECASE): better for words, better in BETTER.items()}


def _files() -> dict[str, list[Path]]:
    """Return the files with prose by the folder or page that they are reported as."""
    found = defaultdict(list)
    for root in (PACKAGE, TESTS):
        for path in sorted(root.rglob("*.py")):
            inside = path.relative_to(root).parts[:-1][:1]
            found["/".join((str(root.relative_to(ROOT)), *inside))].append(path)
    for path in sorted(DOCS.rglob("*")):
        if DOCS / "reference" / "api" in path.parents:
            continue  # generated when the site is built
        if path.suffix in (".py", ".ipynb"):
            found[str(path.parent.relative_to(ROOT))].append(path)
        elif path.suffix == ".md":
            found[f"docs/{path.name}"].append(path)  # whatever folder it is in
    for folder in ("benchmarks", "fuzz", "scripts"):
        found[folder] += [*(ROOT / folder).glob("*.py"), *(ROOT / folder).glob("*.md")]
    for path in (*ROOT.glob("*.md"), *ROOT.glob("*.py"), TESTS / "README.md"):
        found[str(path.relative_to(ROOT))].append(path)
    return dict(found)


FILES = _files()


def faults(prose: Prose) -> Iterator[str]:
    """Yield each banned word of a piece of prose, with its line and what to write."""
    text = prose.text
    for phrase in ALLOWED:
        text = text.replace(phrase, "")
    for words, better in _BANNED.items():
        for match in words.finditer(text):
            line = prose.line + text.count("\n", 0, match.start())
            yield f"{line}: {' '.join(match[0].split())!r}; better: {better}"
    if prose.is_docstring and (first := re.match(rf"\s*{FIRST}\b", text, re.IGNORECASE)):
        yield f"{prose.line}: begins with {first[0].strip()!r}; better: Return, Yield, a noun"


@pytest.mark.parametrize("place", sorted(FILES))
def test_prose_is_plain(place: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{fault}"
        for path in FILES[place]
        for prose in prose_of(path)
        if not (prose.is_text and path.is_relative_to(TESTS))  # tests quote messages and data
        for fault in faults(prose)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ('"""Give the rows."""\n', [1]),
        ('"""Return the rows.\n\nWhat is odd is left.\n"""\n', [3]),
        ("x = 1  # what the file tells\n", [1]),
        ('x = f"{y} is no SOR id"\n', [1]),
        ('def f():\n    """Tell whether it is."""\n', [2]),
        ('told = "told"\n"""The value of ``odd``, `kept` and :func:`tells`."""\n', []),
        ('"""There is no file, and it is no longer open."""\n', []),
    ],
)
def test_python_is_read(source: str, lines: list[int]) -> None:
    found = {fault for prose in prose_of_python(source) for fault in faults(prose)}
    assert {int(fault.split(":")[0]) for fault in found} == {*lines}


def test_markdown_is_read() -> None:
    page = "# Odd\n\n```console\n$ told\n```\nWhat `kept` means\nand [tells](told.md).\n"
    found = [fault for prose in prose_of_markdown(page) for fault in faults(prose)]
    assert sorted(int(fault.split(":")[0]) for fault in found) == [1, 7]
