"""``sorparse fetch``, and that nothing else uses the network."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

import sorparse
from sorparse import examples
from sorparse.cli.progress import bar
from sorparse.fetching import FILES
from support.cli import Run, run
from support.paths import SRC
from support.share import NOON, PATHS, Clock, Share, fetcher, share

__all__ = ["run", "share"]
YEARS = ("--max-age", "36500")
DAY = date(2026, 6, 5)
"""Of the latest edit in the example register."""


@pytest.fixture
def fetched(share: Share, run: Run, tmp_path: Path) -> Run:
    """Runs ``sorparse fetch`` into a folder; forced, for it may be night in Denmark."""

    def fetch(what: str, *more: object, folder: Path = tmp_path) -> object:
        return run("fetch", what, folder, "--base-url", share.address, "--force", *more)

    return fetch  # type: ignore[return-value]


def test_a_file_is_fetched(fetched: Run, share: Share, tmp_path: Path) -> None:
    done = fetched("sor2", *YEARS)
    path = tmp_path / "Sor_complete.zip"
    assert done == (0, f"{path}: changed, data of {DAY}\n", "")
    assert path.read_bytes() == examples.sor2_zip.read_bytes()
    assert "unchanged" in fetched("sor2", *YEARS).out
    assert fetched("sor2", *YEARS, "--quiet").out == ""


def test_json_and_csv_have_all_that_is_known(fetched: Run, share: Share, tmp_path: Path) -> None:
    result = fetched("daily", *YEARS, "--json").json
    assert result["path"] == str(tmp_path / "SorEntity_daily.csv")
    assert result["changed"] is True
    assert result["address"] == share.address + PATHS["daily"][0]
    assert result["data_date"] == result["unchanged_since"]
    header, row = fetched("daily", *YEARS, "--csv").out.splitlines()
    assert header == ",".join(result)
    assert row.split(",")[1] == "false"


def test_data_that_have_not_changed_for_long_are_a_finding(fetched: Run, share: Share) -> None:
    done = fetched("sor2", "--max-age", "0")
    assert done.status == 1
    assert done.err.startswith("sorparse: ")
    assert "the date of the data has not changed for" in done.err
    assert fetched("shak").status == 0  # SHAK hardly changes


@pytest.mark.parametrize(
    ("what", "day", "status"), [("sor2", 6, 0), ("sor2", 7, 1), ("edi", 29, 0), ("edi", 30, 1)]
)
def test_each_file_has_an_age_of_its_own(
    share: Share, tmp_path: Path, what: str, day: int, status: int
) -> None:
    fetcher(share, Clock(NOON)).fetch(what, tmp_path)
    start = NOON if what == "edi" else datetime.combine(DAY, time(12, tzinfo=UTC))
    later = fetcher(share, Clock(start + timedelta(days=day))).fetch(what, tmp_path)
    assert later.unchanged_days == day
    max_age = FILES[what].max_age
    assert (max_age is not None and later.unchanged_days >= max_age) == bool(status)


def test_what_cannot_be_fetched_is_one_line(fetched: Run, share: Share, tmp_path: Path) -> None:
    share.mishaps = ["page"]
    done = fetched("sor2")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(f"sorparse: error: {share.address}")
    assert "HTML page titled 'Lukket'; nothing was written" in done.err
    assert fetched("sor9").err.count("\n") == 1
    assert fetched("sor2", folder=tmp_path / "a" / "b").status == 2


def test_the_night_is_added_to_the_archive(fetched: Run, share: Share, tmp_path: Path) -> None:
    nights = tmp_path / "nights"
    for _ in range(2):
        assert fetched("sor2", *YEARS, "--archive", nights).status == 0
    archive = sorparse.Archive(nights)
    assert len(archive.nights) == 1
    units = {unit.sor_id for unit in sorparse.load(examples.sor2_zip).as_of("2026-06-15").active()}
    register = archive.register(archive.nights[0])
    assert {unit.sor_id for unit in register.as_of("2026-06-15").active()} == units


def test_other_content_in_one_night_is_not_added_silently(
    fetched: Run, run: Run, share: Share, tmp_path: Path
) -> None:
    nights = tmp_path / "nights"
    assert fetched("daily", *YEARS, "--archive", nights).status == 0
    [night] = sorparse.Archive(nights).nights
    name, content = PATHS["daily"][0], examples.daily_csv.read_bytes()
    share.put(name, content[: content.rindex(b"\n", 0, -1) + 1])
    done = fetched("daily", *YEARS, "--archive", nights)
    assert (done.status, done.out) == (2, "")
    command = f"sorparse archive add {nights} {tmp_path / 'SorEntity_daily.csv'} --night {night}"
    assert "was fetched, but not added to the archive" in done.err
    assert f"the night {night} with other content" in done.err
    assert command in done.err
    assert run(*command.split()[1:], "--replace").status == 0
    assert fetched("daily", *YEARS, "--archive", nights).status == 0


@pytest.mark.parametrize(("hour", "day"), [(12, 20), (5, 20), (4, 19), (0, 19), (24, 20), (29, 21)])
def test_a_night_ends_at_five_in_the_morning(
    share: Share, tmp_path: Path, hour: int, day: int
) -> None:
    clock = Clock(NOON + timedelta(hours=hour - 12))  # in Denmark
    assert fetcher(share, clock, force=True).fetch("edi", tmp_path).night == date(2026, 6, day)


def test_help_names_every_file(run: Run) -> None:
    assert ", ".join(list(FILES)[:-1]) in " ".join(run("fetch", "--help").out.split())


@pytest.mark.parametrize("package", ["httpx2", "filelock"])
def test_without_the_extra_one_sentence_says_so(
    fetched: Run, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    done = fetched("sor2")
    assert done.status == 2
    assert f"need the package {package}, which is not installed" in done.err
    assert 'pip install "sorparse[fetch]"' in done.err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_shows_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("rich")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with bar("fetching sor2", wanted=True) as progress:
        assert progress is not None
        progress(250_000, None)
        progress(500_000, 1_000_000)
    assert "fetching sor2" in terminal.getvalue()
    assert "50%" in terminal.getvalue()
    with bar("fetching sor2", wanted=False) as progress:
        assert progress is None


LOADED = """
import importlib, pathlib, sys
import sorparse
root = pathlib.Path(sorparse.__file__).parent
for path in root.rglob("*.py"):
    name = ".".join(path.relative_to(root.parent).with_suffix("").parts)
    if "__main__" not in name and ".fetching" not in name:
        try:
            importlib.import_module(name.removesuffix(".__init__"))
        except ModuleNotFoundError as missing:  # the package of an extra
            if missing.name.startswith("sorparse"):
                raise
print([name for name in sys.modules if name.startswith(("sorparse.fetching", "httpx2"))])
sorparse.fetching
print("httpx2" in sys.modules)
"""


def test_no_other_module_imports_it() -> None:
    source = str(SRC)
    done = subprocess.run(
        [sys.executable, "-c", LOADED],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": source},
        text=True,
    )
    assert done.stderr == ""
    assert done.stdout.split("\n")[:2] == ["[]", "False"]
