"""Half a year of nights, fetched one after the other, some of them with mishaps."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

import sorparse
from sorparse import FetchError
from support.nights import BROKEN, ENTITIES, LENGTH, MISSING, nights, tables
from support.paths import SRC
from support.share import PAGE, PATHS, Clock, Share, fetcher, share

__all__ = ["share"]
PATH = PATHS["sor2"][0]
SEED = 11


def test_every_night_is_fetched(share: Share, tmp_path: Path) -> None:
    rows = tables(SEED)
    fetched_nights, refused, stale = 0, [], set()
    before = b""
    for place, (night, content) in enumerate(nights(SEED)):
        moment = datetime.combine(night, time(10, tzinfo=UTC))
        share.put(PATH, content or PAGE, moment)
        share.validators = ("etag", "last-modified") if place % 3 else ()
        share.mishaps = {0: ["503"], 1: ["cut"], 2: ["gzip"]}.get(place % 10, [])
        try:
            fetched = fetcher(share, Clock(moment)).fetch("sor2", tmp_path)
        except FetchError:
            refused.append(night)
            assert (tmp_path / "Sor_complete.zip").read_bytes() == before
            continue
        fetched_nights += 1
        assert fetched.night == night
        assert fetched.changed == (content != before)
        assert fetched.path.read_bytes() == content
        assert fetched.data_date == max(
            datetime.fromisoformat(row["UpdatedAt"]).date() for row in rows[night][ENTITIES]
        )
        stale.add(fetched.unchanged_days)
        before = fetched.path.read_bytes()
    assert refused == sorted([*MISSING, BROKEN])
    assert fetched_nights == LENGTH - 4
    assert max(stale) < 7  # weekends do not count as data that have stopped
    left = {path.name for path in tmp_path.iterdir() if not path.name.startswith(".")}
    assert left == {"Sor_complete.zip", "Sor_complete.zip.fetched.json"}


def test_the_fetched_nights_are_those_of_the_archive(share: Share, tmp_path: Path) -> None:
    archive = sorparse.Archive(tmp_path / "archive")
    some = nights(SEED)[90:130]
    for night, content in some:
        moment = datetime.combine(night, time(10, tzinfo=UTC))
        share.put(PATH, content or PAGE, moment)
        try:
            fetched = fetcher(share, Clock(moment)).fetch("sor2", tmp_path)
        except FetchError:
            continue
        archive.add(fetched.path, night=fetched.night)
    assert list(archive.nights) == [night for night, content in some if content]
    for night in archive.nights[::7]:
        units = {unit.sor_id for unit in archive.register(night).as_of(night).active()}
        expected = sorparse.load(dict(some)[night] or b"").as_of(night).active()
        assert units == {unit.sor_id for unit in expected}


KILLED = """
import os, signal, sys
from sorparse.fetching.fetcher import Fetcher

def step(size, total):
    if size >= total * int(sys.argv[3]) // 100:
        os.kill(os.getpid(), signal.SIGKILL)

Fetcher(sys.argv[1], force=True, progress=step).fetch("xml", sys.argv[2])
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs signals of POSIX")
@pytest.mark.parametrize("percent", [1, 100])
def test_a_killed_run_leaves_the_earlier_file_and_the_next_one_succeeds(
    share: Share, tmp_path: Path, percent: int
) -> None:
    path = PATHS["xml"][0]
    good = fetcher(share).fetch("xml", tmp_path).path
    before, content = good.read_bytes(), share.files[path]
    share.put(path, content + b"\0" * 3, datetime.now(UTC))  # a zip may end with other bytes
    source = str(SRC)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, share.address, str(tmp_path), str(percent)],
        check=False,
        env={**os.environ, "PYTHONPATH": source},
    )
    assert done.returncode == -signal.SIGKILL
    assert good.read_bytes() == before
    share.put(path, content, datetime.now(UTC) + timedelta(days=1))
    assert fetcher(share).fetch("xml", tmp_path).path.read_bytes() == content
    record = json.loads((tmp_path / "Sor.zip.fetched.json").read_text())
    assert sorparse.load(good)
    assert record["sha256"] == fetcher(share).fetch("xml", tmp_path).sha256
    assert not (tmp_path / "Sor.zip.part").exists()
