"""Run the nightly job of docs/how-to/nightly-import.md many times in one process.

    python scripts/soak.py [--nights 200]

Each night fetches a file from a server on this machine, loads it with guards into SQLite, compares
it with the file of the night before, adds it to an archive, and validates a Sor.xml. Two nights of
three are damaged in one of several ways. After the 20th night the memory, the open files and the
threads of the process must no longer grow; the exit status is 1 if they do.
"""

from __future__ import annotations

import argparse
import gc
import resource
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# the server and the nights are those of the tests
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

import sorparse  # noqa: E402
from sorparse import examples  # noqa: E402
from support.recipe_nights import nights  # noqa: E402
from support.share import NOON, PATHS, Clock, Share, fetcher, running  # noqa: E402

WARM = 20
"""Nights after which nothing may grow any more."""
MOST_GROWTH = 25.0
"""Megabytes that the memory may grow after them, for what allocators hold back; a register of each
night would be hundreds."""
GUARDS = {"max_closed": 5, "max_errors": 0, "min_units": 10}
SOR2 = PATHS["sor2"][0]


def memory() -> float:
    """Return the memory of this process now, in MB (on other systems than Linux, its peak)."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize() / 1024**2
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def open_files() -> int:
    """Return how many files this process has open, sockets included."""
    for folder in ("/proc/self/fd", "/dev/fd"):
        if Path(folder).exists():
            return len([*Path(folder).iterdir()])
    return 0


def damaged(content: bytes, night: int) -> bytes:
    """Return a file as it arrives on a bad night."""
    kinds = (
        content[: len(content) * 2 // 3],
        content[:500] + bytes(byte ^ 255 for byte in content[500:600]) + content[600:],
        b"<!DOCTYPE html><html><body>Maintenance</body></html>",
        b"",
        content.replace(b"</", b"<", 1),
        content.replace(b"<SorTree", b"<!DOCTYPE SorTree><SorTree", 1),
    )
    return kinds[night % len(kinds)]


class Job:
    """The nightly job."""

    def __init__(self, share: Share, folder: Path) -> None:
        self.share, self.folder = share, folder
        self.clock = Clock()
        self.archive = sorparse.Archive(folder / "archive")
        self.loaded = folder / "loaded.zip"
        shutil.copy(examples.sor2_zip, self.loaded)
        (folder / "made").mkdir()
        self.files = [path.read_bytes() for path, _ in nights(folder / "made")]
        self.outcomes: Counter[str] = Counter()

    def run(self, night: int) -> None:
        """Run one night; what is refused is counted."""
        self.clock.moment = NOON + timedelta(night)
        content = self.files[night % len(self.files)]
        if night % 3 == 2:
            content = damaged(content, night // 3)
        self.share.put(SOR2, content, self.clock.moment)
        self.share.mishaps = ["cut"] if night % 7 == 3 else []
        for step in (self._load, self._validate):
            try:
                step(night)
            except sorparse.SorError as error:
                self.outcomes[type(error).__name__] += 1
            else:
                self.outcomes["done"] += 1

    def _load(self, night: int) -> None:
        file = fetcher(self.share, self.clock).fetch("sor2", self.folder).path
        self.archive.add(file, night=self.clock.moment.date())
        with sorparse.open(file) as feed:
            for _ in zip(feed.entities(), range(night), strict=False):
                pass  # an iteration that is given up
        sorparse.diff(self.loaded, file)
        sorparse.load(file).check()
        sorparse.convert(file, "sqlite", self.folder / "sor.sqlite", **GUARDS)
        shutil.copy(file, self.loaded)

    def _validate(self, night: int) -> None:
        content = examples.sor_xml.read_bytes()
        if night % 3:
            content = damaged(content, night // 3)
        with sorparse.open(content, validate=True) as feed:
            for _ in feed.entities():
                pass
        sorparse.validate(content)


def main() -> int:
    """Run the nights and print the figures; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nights", type=int, default=200)
    given = parser.parse_args()
    figures: list[tuple[float, int, int]] = []
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, running() as share:
        job = Job(share, Path(folder))
        for night in range(given.nights):
            job.run(night)
            gc.collect()
            figures.append((memory(), open_files(), threading.active_count()))
            if night + 1 in (1, WARM, given.nights) or not (night + 1) % 50:
                megabytes, files, threads = figures[-1]
                line = f"night {night + 1}: {megabytes:.0f} MB, {files} open files"
                print(f"{line}, {threads} threads", flush=True)
    outcomes = ", ".join(f"{count} {name}" for name, count in job.outcomes.most_common())
    print(f"{outcomes}; {time.monotonic() - start:.0f} s")
    before, after = figures[min(WARM, len(figures)) - 1], figures[-1]
    grown = [after[0] - before[0] > MOST_GROWTH, after[1] > before[1], after[2] > before[2]]
    for what, is_grown in zip(("memory", "open files", "threads"), grown, strict=True):
        if is_grown:
            print(f"grown after night {WARM}: {what}", file=sys.stderr)
    return int(any(grown))


if __name__ == "__main__":
    sys.exit(main())
