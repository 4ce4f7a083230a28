"""The cases of the benchmark suite: one function a case, run alone in a fresh process by run.py.

    python benchmarks/cases.py CASE FOLDER

prints one line of JSON: items, wall and processor seconds, peak memory and what of it came after
the case's imports.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import csv_cases  # noqa: F401 - each of the two adds its cases to the list
import xml_cases  # noqa: F401
from measure import CASES, peak, processor_time


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    run = CASES[name][1](folder)
    before = peak()
    wall, cpu = time.perf_counter(), processor_time()
    items = run()
    wall, cpu = time.perf_counter() - wall, processor_time() - cpu
    print(json.dumps([items, wall, cpu, peak(), peak() - before]))


if __name__ == "__main__":
    main()
