"""Run the benchmark suite.

    python benchmarks/run.py [--scale 1.0] [--only TEXT] [--repeat 3] [--markdown FILE]

Makes its own data once, runs every case in a process of its own with its floor beside it, and
prints ratios of processor and wall time to that floor, best of the repeats. Cases whose
packages are not installed are named and omitted. A second table holds the questions as of a date
(``benchmarks/as_of.py``); ``benchmarks/register.py`` measures more of the register of sorparse.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from as_of import METHODS
from cases import CASES
from data import make

BEGIN, END = "<!-- the last run -->", "<!-- end of the last run -->"
LIBRARIES = [
    *("lxml", "attrs", "numpy", "pandas", "polars", "duckdb", "pyarrow", "arro3-io"),
    *("cattrs", "pydantic", "xmltodict", "xmlschema", "xsdata"),
]
HEAD = "| case | items | wall s | CPU s | x floor (CPU) | x floor (wall) | MB | MB over import |"


AS_OF_HEAD = "| method | build CPU s | look-up µs | status of all ms | MB | in force |"


def measured(name: str, folder: Path, program: str = "cases.py") -> list[float] | str:
    """Run one case: items, wall, processor seconds, peak, peak over the import; or why not."""
    command = [sys.executable, str(Path(__file__).with_name(program)), name, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["failed"])[-1]
    found: list[float] = json.loads(done.stdout)
    return found


def best(name: str, folder: Path, repeat: int) -> str:
    """Return the table's row of a case."""
    floor = CASES[name][0]
    runs: list[tuple[list[float], list[float]]] = []
    for _ in range(repeat):
        beside, own = measured(floor, folder), measured(name, folder)
        if isinstance(own, str) or isinstance(beside, str):
            return f"| {name} | not run: {own if isinstance(own, str) else beside} | | | | | | |"
        runs.append((beside, own))
    wall, cpu = (min(run[1][i] for run in runs) for i in (1, 2))
    floor_wall, floor_cpu = (min(run[0][i] for run in runs) for i in (1, 2))
    last = runs[-1][1]
    return (
        f"| {name} | {last[0]:,.0f} | {wall:.2f} | {cpu:.2f} | **{cpu / floor_cpu:.2f}** | "
        f"{wall / floor_wall:.2f} | {last[3]:.0f} | {last[4]:.0f} |"
    )


def as_of(name: str, folder: Path) -> str:
    """Return the row of a method of the second table."""
    run = measured(name, folder, "as_of.py")
    if isinstance(run, str):
        return f"| {name} | not run: {run} | | | | |"
    build, look_up, status, grown, found = run
    return f"| {name} | {build:.2f} | {look_up:,.1f} | {status:.1f} | {grown:.0f} | {found:,} |"


def versions() -> str:
    """The machine and what is installed."""
    found = [f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"]
    for name in LIBRARIES:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return ", ".join(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--only", default="", help="cases with this text in their name")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--data", type=Path, help="folder of the data")
    parser.add_argument("--markdown", type=Path, help="file whose table is replaced")
    given = parser.parse_args()
    folder = given.data or Path(tempfile.gettempdir()) / f"sorparse-benchmarks-{given.scale}"
    make(folder, given.scale)
    lines = [f"{versions()}; scale {given.scale}, best of {given.repeat}.", "", HEAD]
    lines.append("|---" + "|--:" * 7 + "|")
    print("\n".join(lines), flush=True)
    for name in CASES:
        if given.only in name:
            lines.append(best(name, folder, given.repeat))
            print(lines[-1], flush=True)
    asked = [name for name in METHODS if given.only in f"as_of_{name}"]
    if asked:
        lines += ["", AS_OF_HEAD, "|---" + "|--:" * 5 + "|"]
        print("\n".join(lines[-3:]), flush=True)
        for name in asked:
            lines.append(as_of(name, folder))
            print(lines[-1], flush=True)
    if given.markdown:
        text = given.markdown.read_text(encoding="utf-8")
        before, _, rest = text.partition(BEGIN)
        after = rest.partition(END)[2]
        table = "\n".join(lines)
        new = f"{before}{BEGIN}\n\n{table}\n\n{END}{after}"
        given.markdown.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
