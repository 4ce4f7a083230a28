"""Killed at any step, on a full disk, two at once: every night reported as added is there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sorparse import Archive
from support.archive import Named, content_of, day
from support.paths import SRC, TESTS

pytest.importorskip("pyarrow")
pytest.importorskip("numpy")
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

# One process that loads the library, and forks before each addition: Arrow's threads start after.
_SCRIPT = """
import json, os, resource, signal, sys, time
from pathlib import Path
sys.path[:0] = json.loads(sys.argv[1])
import pyarrow.parquet
import sorparse
from support.archive import Named, day
from support.csv_files import sor2
from support.archive import row
from sorparse import Archive

HOW, FOLDER, MOST = sys.argv[2], sys.argv[3], int(sys.argv[4])

def content(number):
    return sor2(*[row(item, f"Navn {number}" if item == 101 + number % 50 else None)
                  for item in range(101, 151)])

def forked(work, *arguments):
    child = os.fork()
    if child == 0:
        try:
            work(*arguments)
        except sorparse.ConversionError as error:
            os.write(1, (json.dumps({"refused": str(error)}) + "\\n").encode())
            os._exit(3)
        except BaseException as error:
            os.write(1, (json.dumps({"error": repr(error)}) + "\\n").encode())
            os._exit(4)
        os._exit(0)
    return child

def add(number):
    Archive(FOLDER).add(Named(content(number)), night=day(number))
    os.write(1, (json.dumps({"added": number}) + "\\n").encode())

def killed_at(step, number):
    seen = 0
    def hook(event, arguments):
        nonlocal seen
        if event.startswith(("os.", "tempfile.", "shutil.")) or event == "open":
            if not any(FOLDER in str(each) for each in arguments):
                return
            seen += 1
            if seen == step:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(hook)
    add(number)

def on_full_disk(most, number):
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    add(number)

def many(numbers):
    for number in numbers:
        add(number)

def wait(child):
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

if HOW == "kill":
    wait(forked(add, 0))
    for step in range(1, MOST, 4):
        if wait(forked(killed_at, step, step)) == 0:
            break
elif HOW == "first":
    for step in range(1, MOST, 5):
        FOLDER = f"{sys.argv[3]}/{step}"
        if wait(forked(killed_at, step, 0)) == 0:
            break
        wait(forked(add, 0))
elif HOW == "full":
    wait(forked(add, 0))
    for most in range(0, MOST, 3000):
        wait(forked(on_full_disk, most, 1 + most))
    wait(forked(add, MOST))
else:
    children = [forked(many, range(first, MOST, 3)) for first in range(3)]
    list(map(wait, children))
"""


def run(how: str, folder: Path, most: int) -> list[dict[str, Any]]:
    paths = json.dumps([str(TESTS), str(SRC)])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _SCRIPT, paths, how, str(folder), str(most)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert not [one for one in found if "error" in one]
    return found


def whole(archive: Archive, reported: list[int]) -> None:
    assert archive.verify() == []
    assert {*map(day, reported)} <= {*archive.nights}
    for number in reported:
        assert f"Navn {number};".encode() in content_of(archive, number)


def test_killed_at_many_steps(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    found = run("kill", folder, 200)
    reported = [one["added"] for one in found]
    assert reported[0] == 0
    archive = Archive(folder)
    # the last run had fewer steps than it was to be killed at
    assert 5 < reported[-1] < 199
    whole(archive, reported)
    # a night that was there but not reported yet is whole too, and can be added again
    archive.add(Named(content_of(archive, 0)), night=day(500))
    whole(archive, [*reported])
    left = [path for path in folder.rglob("*") if path.name.startswith(".")]
    assert not [path for path in left if path.is_dir() and "registrations" in path.name]


def test_killed_while_the_first_night_is_added(tmp_path: Path) -> None:
    run("first", tmp_path, 200)
    folders = list(tmp_path.iterdir())
    assert len(folders) > 5
    for folder in folders:
        whole(Archive(folder), [0])


def test_full_disk(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    found = run("full", folder, 30_000)
    refused = [one["refused"] for one in found if "refused" in one]
    assert len(refused) > 3
    assert all("unchanged" in reason for reason in refused)
    reported = [one["added"] for one in found if "added" in one]
    assert {0, 30_000} <= {*reported}
    whole(Archive(folder), reported)
    assert len(Archive(folder).nights) == len(reported)


def test_three_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    found = run("together", folder, 24)
    reported = [one["added"] for one in found]
    assert sorted(reported) == [*range(24)]
    whole(Archive(folder), reported)
    assert len(Archive(folder).nights) == 24
