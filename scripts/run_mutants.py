"""Run mutation tests: change the code in one place at a time, and see whether a test fails.

::

    python scripts/run_mutants.py "sorparse.register.graph.*"    # one module; without a name: all
    python scripts/run_mutants.py --survived    # again what no test noticed and is not explained

mutmut makes the changes and holds the results; ``[tool.mutmut]`` of ``pyproject.toml`` names the
modules and the tests. This script runs them, some ten times faster than ``mutmut run``: pytest
collects the tests once, and each change is run in a process forked from that one, with the tests
that reach the changed function, those first that noticed another change of it. What runs when a
module is loaded is reached by no test: with a change of it the tests of its module are collected
anew. Then ``scripts/mutants.py`` prints the figures.
"""

from __future__ import annotations

import argparse
import fnmatch
import gc
import hashlib
import importlib
import json
import math
import os
import pkgutil
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout, suppress
from itertools import accumulate, islice, zip_longest
from pathlib import Path

import mutmut.__main__ as mutmut_main
import pytest
from mutants import change_of, explained
from mutmut.configuration import config
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state
from mutmut.utils.file_utils import copy_also_copy_files, copy_src_dir, walk_mutatable_files
from mutmut.utils.format_utils import mangled_name_from_mutant_name

COPY = Path("mutants")
REACHED = Path("reached.json")  # in the copy, in which the tests are run
SURVIVED, KILLED, NO_TESTS, TIMEOUT = 0, 1, 33, 36  # mutmut's numbers
UNNOTICED = (SURVIVED, NO_TESTS)
LOADED = ("lxml.etree", "numpy", "pandas", "pyarrow.compute", "pyarrow.parquet", "stdnum.verhoeff")
MEMORY = 3 << 30  # for a change with which a list grows for ever


def make_changes(patterns: list[str]) -> None:
    """Write the changes of modules to the copy, as far as they are not there.

    Those asked for before are written too: which tests reach them is known, and not found again.
    """
    COPY.mkdir(exist_ok=True)
    for copy in [*(COPY / "src").rglob("*.py"), *(COPY / "tests").rglob("*.py")]:
        if not copy.relative_to(COPY).exists():
            copy.unlink()  # renamed or removed
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
        copy_src_dir()
        copy_also_copy_files()
        changed = {
            path
            for path in walk_mutatable_files()
            if _is_asked(path, patterns) or SourceFileMutationData(path=path).meta_path.exists()
        }
        if not all(SourceFileMutationData(path=path).meta_path.exists() for path in changed):
            (COPY / REACHED).unlink(missing_ok=True)  # which tests reach a new module is unknown
        for path in Path("src").rglob("*.*"):
            copy = COPY / path
            if path in changed:
                if error := mutmut_main.create_file_mutants(path).error:
                    raise error
            elif path.is_file() and path.stat().st_mtime > copy.stat().st_mtime:
                shutil.copy2(path, copy)  # of the same time: mutmut sees that nothing is changed


def _is_asked(path: Path, patterns: list[str]) -> bool:
    module = ".".join(path.with_suffix("").parts[1:])
    return any(
        fnmatch.fnmatch(f"{module}.x", pattern) or pattern.startswith(f"{module}.")
        for pattern in patterns
    )


class Runs:
    """Runs changes in place of the tests; a plugin of pytest."""

    def __init__(
        self,
        names: Iterable[str],
        data: dict[str, SourceFileMutationData],
        seconds: float,
        *,
        again: bool,
    ) -> None:
        """Prepare to run the changes of these names.

        Args:
            names: The names.
            data: The results by module.
            seconds: Processor time of the tests of a change together; the longest are omitted.
            again: Whether the tests were run in this order before.
        """
        self._names = list(names)
        self._data = data
        self._seconds = seconds
        self._again = again
        self._reached: dict[str, list[str]] = {}
        self._took: dict[str, float] = {}
        self._set_up: set[str] = set()
        self._noticed: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run each change in a process of its own."""
        if session.testsfailed:
            raise session.Interrupted("the tests cannot be collected")
        self._items = {item.nodeid: item for item in session.items}
        _load_all()  # before the tests are timed, or the first of each file seems long
        self._learn(session)
        if not self._again:
            self._confirm(session)
        gc.freeze()  # or each process copies what it collects
        survived = 0
        for number, name in enumerate(self._names, 1):
            outcome = self._outcome(session, name)
            data = self._data[name.rpartition(".")[0]]
            data.exit_code_by_key[name] = outcome
            data.save()
            survived += outcome in UNNOTICED
            if outcome in UNNOTICED or number % 50 == 0 or number == len(self._names):
                shown = f": {name}" if outcome in UNNOTICED else ""
                print(f"{number} of {len(self._names)}, {survived} survived{shown}", flush=True)
        return True

    def _confirm(self, session: pytest.Session) -> None:
        """Require that the tests pass in the order of their length, without any change."""
        tests = sorted(self._took, key=lambda test: self._took[test])
        tests = [test for test in tests if self._took[test] <= self._seconds]
        status, failed = forked(lambda: self._run(session, tests, ""))
        if status:
            sys.exit(f"{failed}: fails without any change, after tests of other files")

    def _outcome(self, session: pytest.Session, name: str) -> int:
        function = mangled_name_from_mutant_name(name)
        noticed = self._noticed[function]
        tests = self._chosen(self._reached.get(function, ()))
        tests.sort(key=lambda test: -noticed[test])
        if tests:
            status, failed = forked(lambda: self._run(session, tests, name))
            if status == KILLED:
                noticed[failed] += 1
            # a process that waits for ever may do so because it was forked
            if status != -signal.SIGALRM:
                return status if status in (KILLED, SURVIVED) else TIMEOUT
        else:
            module = name.rpartition(".")[0] + "."
            reaching = (on for other, on in self._reached.items() if other.startswith(module))
            tests = self._chosen({test for on in reaching for test in on})
            if not tests:
                return NO_TESTS
        return in_a_new_process(name, tests, 60 + 10 * sum(self._took[test] for test in tests))

    def _chosen(self, tests: Iterable[str]) -> list[str]:
        """Return the tests that are run, the short ones first."""
        ordered = sorted(tests, key=lambda test: (self._took[test], test))
        until = accumulate(self._took[test] for test in ordered)
        return [test for test, end in zip(ordered, until, strict=True) if end <= self._seconds]

    def _run(self, session: pytest.Session, tests: list[str], name: str) -> tuple[int, str]:
        """Run tests with a change until one fails; return its name too."""
        set_mutant_under_test(name)
        items = [self._items[test] for test in tests]
        for item, following in zip_longest(items, islice(items, 1, None)):
            seconds = 3 + 10 * self._took[item.nodeid]
            signal.setitimer(signal.ITIMER_PROF, seconds)  # of work
            signal.alarm(30 + int(10 * seconds))  # for a change with which it waits for ever
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.testsfailed:
                return KILLED, item.nodeid
        return SURVIVED, ""

    def _learn(self, session: pytest.Session) -> None:
        """Find out which tests reach which function; only of files that changed since."""
        known = json.loads(REACHED.read_text()) if REACHED.exists() else {}
        by_file: defaultdict[str, list[pytest.Item]] = defaultdict(list)
        for item in session.items:
            by_file[item.nodeid.partition("::")[0]].append(item)
        for file, items in by_file.items():
            digest = hashlib.sha256(Path(file).read_bytes()).hexdigest()
            of_file = known.get(file, {})
            if of_file.get("digest") != digest or of_file["tests"].keys() != {
                item.nodeid for item in items
            }:
                status, text = forked(lambda items=items: self._reach(session, items))
                if status:
                    sys.exit(f"{file}: fails without any change: {text}")
                known[file] = {"digest": digest, "tests": json.loads(text)}
                REACHED.write_text(json.dumps(known))
            for test, (took, functions) in known[file]["tests"].items():
                self._took[test] = took
                for function in functions:
                    self._reached.setdefault(function, []).append(test)

    def _reach(self, session: pytest.Session, items: list[pytest.Item]) -> tuple[int, str]:
        """Run tests; return as JSON how long each took, and the functions that it reached.

        What the fixtures of a test reach is reached by the later tests with one of them too.
        """
        set_mutant_under_test("stats")
        os.environ["MUTMUT_DEPENDENCY_DEPTH"] = "-1"
        common = set.intersection(*({*_fixtures(item)} for item in self._items.values()))
        by_fixture: defaultdict[str, set[str]] = defaultdict(set)
        reached: dict[str, tuple[float, list[str]]] = {}
        for item, following in zip_longest(items, islice(items, 1, None)):
            begun = time.process_time()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.testsfailed:
                return KILLED, item.nodeid
            functions = state()._stats | self._set_up
            for fixture in {*_fixtures(item)} - common:
                by_fixture[fixture] |= self._set_up
                functions |= by_fixture[fixture]
            reached[item.nodeid] = time.process_time() - begun, sorted(functions)
            state()._stats.clear()
        return SURVIVED, json.dumps(reached)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self) -> None:
        """Note what was reached before the test itself."""
        self._set_up = {*state()._stats}


def _fixtures(item: pytest.Item) -> list[str]:
    return getattr(item, "fixturenames", [])


def forked(run: Callable[[], tuple[int, str]]) -> tuple[int, str]:
    """Run something in a forked process; return what it does, or minus the signal that ended it."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as answer:
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            _alone()
            status = KILLED
            try:
                status, text = run()
                answer.write(text)
                answer.flush()
            finally:
                os._exit(status)
        _, outcome = os.waitpid(pid, 0)
        answer.seek(0)
        return os.waitstatus_to_exitcode(outcome), answer.read()


def _alone() -> None:
    """Let a forked process print nothing, and not take all memory; a timer ends it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    for number in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(number, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def in_a_new_process(name: str, tests: list[str], limit: float) -> int:
    """Run tests in a process that loads the modules with the change."""
    command = [sys.executable, "-m", "pytest", "--rootdir=.", *config().pytest_add_cli_args, *tests]
    try:
        done = subprocess.run(
            command,
            env={**os.environ, "MUTANT_UNDER_TEST": name},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=3 * limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return TIMEOUT
    return SURVIVED if done.returncode == 0 else KILLED


def _load_all() -> None:
    """Load the modules that would be loaded in each process otherwise."""
    import sorparse

    modules = [one.name for one in pkgutil.walk_packages(sorparse.__path__, "sorparse.")]
    for name in (*modules, *LOADED):
        if not name.endswith("__main__"):
            with suppress(ImportError):
                importlib.import_module(name)


def main() -> int:
    """Make the changes, and run those that are asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", default=["*"], help='such as "sorparse.register.*"')
    parser.add_argument(
        "--survived", action="store_true", help="what survived and is not explained"
    )
    parser.add_argument("--tests", nargs="+", help="only these folders and files of tests")
    parser.add_argument(
        "--seconds",
        type=float,
        default=math.inf,
        help="leave out the longest tests of a change if its tests take longer together",
    )
    parser.add_argument("--new", action="store_true", help="what was not run before")
    asked = parser.parse_args()
    make_changes(asked.names)
    by_module: dict[str, SourceFileMutationData] = {}
    outcomes: dict[str, int | None] = {}
    for path in walk_mutatable_files():
        data = SourceFileMutationData(path=path)
        data.load()
        data.meta_path = data.meta_path.resolve()
        outcomes |= data.exit_code_by_key
        by_module |= dict.fromkeys(
            {name.rpartition(".")[0] for name in data.exit_code_by_key}, data
        )
    reasons = explained()
    names = [
        name
        for pattern in asked.names
        for name in fnmatch.filter(outcomes, pattern)
        if not (asked.survived or asked.new)
        or (asked.new and outcomes[name] is None)
        or (asked.survived and outcomes[name] in UNNOTICED and change_of(name) not in reasons)
    ]
    if not names:
        parser.error("no changes of these names")
    folder = tempfile.mkdtemp()
    os.environ["MUTANT_UNDER_TEST"] = ""
    os.chdir(COPY)
    chosen = asked.tests or config().pytest_add_cli_args_test_selection
    arguments = [
        "--rootdir=.",
        "--tb=native",
        "-s",
        f"--basetemp={folder}/tests",
        *config().pytest_add_cli_args,
    ]
    try:
        return int(
            pytest.main(
                [*arguments, *chosen],
                plugins=[Runs(names, by_module, asked.seconds, again=asked.survived)],
            )
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
