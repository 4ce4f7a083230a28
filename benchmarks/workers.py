"""Processes that answer from one saved register while it is replaced under them.

    python benchmarks/workers.py SOURCE [--workers 4] [--replacements 50] [--start fork|spawn]

SOURCE is any source, or a saved register. Two registers are saved that differ in the name of every
unit that is asked for. Each worker asks for a status, a record, a search and a code, and opens the
register again if it was replaced. An answer has to belong to the register that gave it. Prints what
was answered, how often a worker opened a new register, and the memory of a worker.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import attrs

import sorparse

DAY = "2020-01-01"
MARKS = ("Udgave A", "Udgave B")


def marked(register: sorparse.Register, mark: str) -> sorparse.Register:
    """Return a register in which each name ends with a mark."""
    return sorparse.Register.from_records(
        attrs.evolve(unit, name=f"{unit.name} {mark}") for unit in register.records("entities")
    )


def memory() -> dict[str, float]:
    """Return the memory of this process in MB."""
    try:
        lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return {}
    found = dict(line.split(":", 1) for line in lines if "kB" in line)
    return {name: int(found[name].split()[0]) / 1024 for name in ("Pss", "Private_Dirty")}


def answer(register: sorparse.Register, ids: list[str]) -> int:
    """Ask a register about a few units; raises AssertionError if an answer is of another one."""
    view = register.as_of(DAY)
    marks = set()
    for sor_id in ids:
        if view.status(sor_id) is sorparse.Status.ACTIVE:
            unit = view[sor_id]
            marks.add(unit.name[-len(MARKS[0]) :] if unit.name else "")
            found = view.find(unit.name)
            if unit.sor_id not in [each.sor_id for each in found]:
                raise AssertionError(f"{unit.name} is not found")
            if unit.location_code is not None and not view.by_location_code(unit.location_code):
                raise AssertionError(f"{unit.location_code} is not found")
    if len(marks) > 1 or not marks <= set(MARKS):
        raise AssertionError(f"answers of several registers: {marks}")
    return len(ids)


def work(path: str, ids: list[str], stop: Any, result: Connection) -> None:
    """Answer until asked to stop, as a worker of a service does."""
    rng = random.Random(os.getpid())
    register = sorparse.load(path)
    answered = opened = 0
    slowest = 0.0
    try:
        while not stop.is_set():
            began = time.perf_counter()
            if not register.is_current():
                register = sorparse.load(path)
                opened += 1
            answered += answer(register, rng.sample(ids, 3))
            slowest = max(slowest, time.perf_counter() - began)
    except BaseException as error:
        result.send(repr(error))
        raise
    result.send({"answered": answered, "opened": opened, "slowest": slowest, **memory()})


def run(
    register: sorparse.Register,
    folder: Path,
    *,
    workers: int,
    replacements: int,
    start: str,
    pause: float,
) -> list[Any]:
    """Replace a saved register under workers; return what each of them reports."""
    path = folder / "register.sor"
    versions = []
    for mark in MARKS:
        versions.append(folder / f"{mark}.sor")
        marked(register, mark).save(versions[-1])
    ids = [*register][:: max(1, len(register) // 5_000)]
    sorparse.load(versions[0]).save(path)
    context: Any = multiprocessing.get_context(start)
    stop = context.Event()
    running = []
    for _ in range(workers):
        receive, send = context.Pipe(duplex=False)
        process = context.Process(target=work, args=(str(path), ids, stop, send))
        process.start()
        send.close()
        running.append((process, receive))
    try:
        for number in range(1, replacements + 1):
            time.sleep(pause)
            sorparse.load(versions[number % 2]).save(path)
    finally:
        time.sleep(pause)
        stop.set()
    reports = []
    for process, receive in running:
        reports.append(receive.recv() if receive.poll(60) else "no report")
        process.join(60)
    return reports


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("source")
    options.add_argument("--workers", type=int, default=4)
    options.add_argument("--replacements", type=int, default=50)
    options.add_argument("--start", choices=["fork", "spawn"], default="spawn")
    options.add_argument("--pause", type=float, default=1.0, help="seconds between replacements")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        reports = run(
            sorparse.load(given.source),
            Path(folder),
            workers=given.workers,
            replacements=given.replacements,
            start=given.start,
            pause=given.pause,
        )
    for report in reports:
        print(report)
    if any(isinstance(report, str) for report in reports):
        sys.exit(1)


if __name__ == "__main__":
    main()
