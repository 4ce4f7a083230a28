"""Print the results of mutation testing: figures by module, and the changes without explanation.

Run it after ``scripts/run_mutants.py``, with the same names of modules if there are any. A change
that no test notices has to be in ``tests/mutants_explained.toml``, with the reason why it cannot
be noticed. Exits with 1 where one is not, and where something is explained that is noticed or does
not occur.
"""

from __future__ import annotations

import fnmatch
import sys
import tomllib
from collections import Counter, defaultdict
from pathlib import Path

from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files

EXPLAINED = Path(__file__).parent.parent / "tests" / "mutants_explained.toml"
NOTICED = ("killed", "timeout")  # a change with which the tests never end is noticed too

Change = tuple[str, str, str]
"""Module, the line as it is, and what it becomes; whitespace does not count."""


def explained() -> dict[Change, str]:
    """Return the changes that are explained, with their reasons."""
    found: dict[Change, str] = {}
    for group in tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))["group"]:
        changes = [*group.get("changes", ())]
        for line in group.get("strict", ()):
            less = ("strict=None", "strict=False", "")
            changes += [(line, line.replace("strict=True", each)) for each in less]
        for before, after in changes:
            found[group["module"], _squeezed(before), _squeezed(after)] = group["reason"]
    return found


def outcomes(patterns: list[str]) -> dict[str, str]:
    """Return the outcome of each change by its name."""
    found: dict[str, str] = {}
    for path in walk_mutatable_files():
        data = SourceFileMutationData(path=path)
        data.load()
        for name, code in data.exit_code_by_key.items():
            if not patterns or any(fnmatch.fnmatch(name, pattern) for pattern in patterns):
                found[name] = status_by_exit_code[code]
    return found


def module_of(name: str) -> str:
    """Return the path of a change's module below the package."""
    return name.rpartition(".")[0].removeprefix("sorparse.").replace(".", "/") + ".py"


def change_of(name: str) -> Change:
    """Return module, line before and line after of a change."""
    path = Path("src") / "sorparse" / module_of(name)
    lines = get_diff_for_mutant(name, path=path).splitlines()
    lines = [line for line in lines if line[:3] not in ("---", "+++")]
    before, after = ("".join(line[1:] for line in lines if line[:1] == sign) for sign in "-+")
    return module_of(name), _squeezed(before), _squeezed(after)


def _squeezed(text: str) -> str:
    return "".join(text.split())


def main() -> int:
    """Print the figures, what is not explained, and what is explained for nothing."""
    reasons = explained()
    figures: defaultdict[str, Counter[str]] = defaultdict(Counter)
    wrong: list[str] = []
    seen: set[Change] = set()
    for name, outcome in outcomes(sys.argv[1:]).items():
        module = module_of(name)
        if outcome in NOTICED:
            figures[module]["noticed"] += 1
            continue
        if outcome == "not checked":
            figures[module]["not run"] += 1
            continue
        change = change_of(name)
        if change in reasons:
            seen.add(change)
            figures[module]["explained"] += 1
            continue
        figures[module]["not explained"] += 1
        wrong.append(f"{name}: {outcome}, and not explained: {change[1]} -> {change[2]}")
    wrong += [
        f"{module}: explained, but noticed or not made: {before} -> {after}"
        for module, before, after in reasons.keys() - seen
        if module in figures and not figures[module]["not run"]
    ]
    for module, counts in figures.items():
        parts = ("not run", "noticed", "explained", "not explained")
        told = ", ".join(f"{counts[part]} {part}" for part in parts)
        print(f"{module}: {counts.total()} changes, {told}")
    for text in wrong:
        print(text)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
