"""Print the results of mutation testing: figures by module, and the changes without explanation.

Run it after ``mutmut run``. A change that no test notices has to be in
``tests/mutants_explained.toml``, with the reason why it cannot be noticed. Exits with 1 where one
is not, and where something is explained that is noticed or does not occur.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from pathlib import Path

EXPLAINED = Path(__file__).parent.parent / "tests" / "mutants_explained.toml"
NOTICED = ("killed", "timeout")  # a change with which the tests never end is noticed too

Change = tuple[str, str, str]
"""Module, the line as it is, and what it becomes; whitespace does not count."""


def explained() -> dict[Change, str]:
    """Return the changes that are explained, with their reasons."""
    found: dict[Change, str] = {}
    for group in tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))["group"]:
        for before, after in group["changes"]:
            found[group["module"], _squeezed(before), _squeezed(after)] = group["reason"]
    return found


def outcomes() -> dict[str, str]:
    """Return the outcome of each change by its name."""
    lines = _mutmut("results", "--all", "true").splitlines()
    return dict(line.strip().rsplit(": ", 1) for line in lines if ": " in line)


def module_of(name: str) -> str:
    """Return the path of a change's module below the package."""
    return name.rpartition(".")[0].removeprefix("sorparse.").replace(".", "/") + ".py"


def change_of(name: str) -> Change:
    """Return module, line before and line after of a change."""
    lines = [line for line in _mutmut("show", name).splitlines() if line[:3] not in ("---", "+++")]
    before, after = ("".join(line[1:] for line in lines if line[:1] == sign) for sign in "-+")
    return module_of(name), _squeezed(before), _squeezed(after)


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _mutmut(*arguments: str) -> str:
    command = [str(Path(sys.executable).with_name("mutmut")), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def main() -> int:
    """Print the figures, what is not explained, and what is explained for nothing."""
    reasons = explained()
    figures: defaultdict[str, Counter[str]] = defaultdict(Counter)
    wrong: list[str] = []
    seen: set[Change] = set()
    for name, outcome in outcomes().items():
        module = module_of(name)
        if outcome in NOTICED:
            figures[module]["noticed"] += 1
            continue
        # to show a change takes a second: those that were not run are many, and printed by name
        if outcome == "survived" and (change := change_of(name)) in reasons:
            seen.add(change)
            figures[module]["explained"] += 1
            continue
        figures[module]["not explained"] += 1
        wrong.append(f"{name}: {outcome}, and not explained")
    wrong += [
        f"{module}: explained, but noticed or not made: {before} -> {after}"
        for module, before, after in reasons.keys() - seen
        if module in figures
    ]
    for module, counts in figures.items():
        parts = ("noticed", "explained", "not explained")
        told = ", ".join(f"{counts[part]} {part}" for part in parts)
        print(f"{module}: {counts.total()} changes, {told}")
    for text in wrong:
        print(text)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
