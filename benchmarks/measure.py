"""What the benchmark programs share: the list of cases, and memory and time of a process."""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

CASES: dict[str, tuple[str, Callable[[Path], Callable[[], int]]]] = {}


def case(floor: str) -> Callable[[Callable[[Path], Callable[[], int]]], None]:
    """Register a case. It imports what it needs, and gives what is timed."""

    def register(prepare: Callable[[Path], Callable[[], int]]) -> None:
        CASES[prepare.__name__] = (floor, prepare)

    return register


def count(items: Iterable[Any]) -> int:
    return sum(1 for _ in items)


def peak() -> float:
    """Peak memory of this process, or of a program it has run, in MB."""
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    of_programs = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would include the process that started this one
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM"):
                return max(int(line.split()[1]) / 1024, of_programs)
    return max(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, of_programs)


def processor_time() -> float:
    """Processor seconds of this process and of the programs it has run."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system
