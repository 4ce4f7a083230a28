"""The checks that take longer than ``scripts/test``; ``nox`` runs all of them.

    nox -l                          # list the sessions
    nox -s tests-3.13               # the test suite on one Python
    nox -s lowest -- tests/formats/test_codes.py

Arguments after ``--`` go to pytest. Every session has an environment of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nox

OLDEST, NEWEST = 11, 15
FUZZ_SECONDS = "30"
# What is read, validated and asked of a register; tables and exports need newer packages anyway.
LOWEST_TESTS = [
    "tests/examples",
    "tests/formats/csv",
    "tests/formats/xml",
    "tests/formats/test_codes.py",
    "tests/formats/test_no_entities.py",
    "tests/formats/test_snapshots.py",
    "tests/identifiers",
    "tests/project/test_lowest.py",
    "tests/register/test_time.py",
    "tests/register/test_tree.py",
    "tests/register/test_view.py",
    "tests/sources",
    "tests/validation/test_documents.py",
    "tests/validation/test_reports.py",
    "tests/validation/test_sources.py",
]

# a release is built when somebody makes one, not with the tests
nox.options.sessions = ["tests", "lowest", "spark", "fuzz"]
nox.options.reuse_existing_virtualenvs = True
nox.options.error_on_missing_interpreters = True


def _add_pyenv_to_path() -> None:
    """Put every Python that pyenv manages on the PATH: its shims run only the selected one."""
    if shutil.which("pyenv"):
        listed = subprocess.run(["pyenv", "root"], capture_output=True, text=True, check=True)
        folders = sorted(Path(listed.stdout.strip(), "versions").glob("3.*/bin"))
        os.environ["PATH"] = os.pathsep.join([*map(str, folders), os.environ["PATH"]])


def _other_pythons() -> list[str]:
    """Return the supported versions of Python that are installed, but the one that runs this."""
    _add_pyenv_to_path()
    others = set(range(OLDEST, NEWEST + 1)) - {sys.version_info.minor}
    versions = [f"3.{minor}" for minor in sorted(others)]
    return [version for version in versions if shutil.which(f"python{version}")]


def _install(session: nox.Session, *groups: str, constraints: str | None = None) -> None:
    session.install("--quiet", "--upgrade", "pip>=25.1")  # --group came with it
    chosen = [argument for group in groups for argument in ("--group", group)]
    limits = ["--constraint", constraints] if constraints else []
    session.install("--quiet", *limits, "--editable", ".", *chosen)


@nox.session(python=_other_pythons())
def tests(session: nox.Session) -> None:
    """Run the test suite on every other supported Python; scripts/test runs it on this one."""
    _install(session, "test", "server", "tools", "people")
    session.run("pytest", "-n", "auto", *session.posargs)


@nox.session
def lowest(session: nox.Session) -> None:
    """Run the tests of reading and the register on the lowest allowed dependencies."""
    _install(session, "test", "tools", "people", constraints="constraints-lowest.txt")
    session.run("pytest", "-n", "auto", *(session.posargs or LOWEST_TESTS))


@nox.session
def spark(session: nox.Session) -> None:
    """Read the exported tables, and an archive, with Spark in local mode (needs Java)."""
    _install(session, "test", "tools", "people", "spark")
    chosen = ["tests/exports/test_spark.py", "tests/archive/test_spark.py"]
    session.run("pytest", "-n", "0", *(session.posargs or chosen))


@nox.session
def fuzz(session: nox.Session) -> None:
    """Run every fuzz target for a short time (Linux and macOS)."""
    _install(session, "fuzz")
    seconds = session.posargs or [FUZZ_SECONDS]
    environment = {"PYTHON": "python", "SEED": "1"}
    session.run("scripts/fuzz", *seconds, env=environment, external=True)


@nox.session
def release(session: nox.Session) -> None:
    """Build a release twice, compare the bytes, and check it: nox -s release -- VERSION."""
    session.install("--quiet", "--require-hashes", "--requirement", "requirements-release.txt")
    session.install("--quiet", ".[all]")  # to run the wheel, and to list the licences
    session.run("python", "scripts/release.py", *session.posargs)
