"""Build a release from a tag, and check it: ``nox -s release -- 0.1.0`` runs this.

Exports the tag (``v0.1.0``) to an empty folder and builds the sdist, and from it the wheel, twice;
the bytes must be equal. Then it checks the metadata (``twine check --strict``), the contents of the
wheel and the sdist, and that the wheel works without the source. If all is well, it writes to
``dist/``: the wheel, the sdist, ``SHA256SUMS`` and ``LICENCES.md``. It publishes nothing.

    python scripts/release.py VERSION [--ref REF]

``--ref HEAD`` tries it out on another commit.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
IN_WHEEL = re.compile(
    r"sorparse/([\w/]+\.py|py\.typed|schemas/(oio/)?\w+\.(xsd|md)|codes/\w+\.csv|examples/data/.+)"
    r"|sorparse-[\d.]+\.dist-info/(METADATA|WHEEL|RECORD|entry_points\.txt|licenses/LICENSE)"
)
"""Every file that may be in the wheel."""
IN_SDIST = ("PKG-INFO", "pyproject.toml", "LICENSE", "README.md", "CHANGELOG.md", "SECURITY.md")
IN_SDIST += ("CONTRIBUTING.md", "conftest.py", "noxfile.py", "tests/conftest.py", "docs/conf.py")
IN_SDIST += ("fuzz/run.py", "scripts/test", "src/sorparse/py.typed")
"""Files without which the sdist does not pass the tests or cannot be built."""

LICENCES = """\
# Licences

{name} is under the {licence} licence (LICENSE). The wheel contains only files of this project: the
XML schemas were written for it (sorparse/schemas/README.md), the example files are synthetic, and
the code table holds codes and names of public code lists. Some of these codes are SNOMED CT
concepts; SNOMED CT as a terminology has a licence of its own, which Denmark has as a member.

Packages that it uses, not contained in the wheel:

| package | needed | licence (from its metadata) |
|---|---|---|
{rows}
"""


def main() -> int:
    """Build and check; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("version")
    parser.add_argument("--ref", help="build this commit instead of the tag vVERSION")
    given = parser.parse_args()
    ref = given.ref or f"v{given.version}"
    seconds = run("git", "log", "-1", "--format=%ct", ref).strip()
    with tempfile.TemporaryDirectory() as folder:
        builds = [build(ref, seconds, Path(folder) / str(number)) for number in (1, 2)]
        if builds[0] != builds[1]:
            raise SystemExit("two builds of the same commit differ; nothing was written")
    files = builds[0]
    check_names(files, given.version)
    with tempfile.TemporaryDirectory() as folder:
        check(files, Path(folder))
    DIST.mkdir(exist_ok=True)
    for name, content in files.items():
        (DIST / name).write_bytes(content)
    (DIST / "LICENCES.md").write_text(licences(ref, given.version), encoding="utf-8")
    sums = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items()]
    (DIST / "SHA256SUMS").write_text("".join(sums), encoding="ascii")
    print("".join(sums), end="")
    return 0


def run(*command: str, **options: str) -> str:
    """Run a command and return its output; stop with its errors if it fails."""
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, **options},
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


def build(ref: str, seconds: str, folder: Path) -> dict[str, bytes]:
    """Return the files built from a commit in an empty folder, by name."""
    source = folder / "source"
    source.mkdir(parents=True)
    packed = subprocess.run(["git", "archive", ref], capture_output=True, check=True, cwd=ROOT)
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(source, filter="data")
    out = folder / "out"
    # --no-isolation: with the versions and hashes of requirements-release.txt
    command = (sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(source))
    run(*command, SOURCE_DATE_EPOCH=seconds, PYTHONHASHSEED=folder.name)
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


def check(files: dict[str, bytes], folder: Path) -> None:
    """Check the files in an empty folder."""
    sdist, wheel = (folder / name for name in sorted(files, reverse=True))
    for path in (sdist, wheel):
        path.write_bytes(files[path.name])
    run(sys.executable, "-m", "twine", "check", "--strict", str(sdist), str(wheel))
    run(sys.executable, "-m", "check_wheel_contents", str(wheel))
    check_wheel(wheel)
    check_sdist(sdist)
    check_it_works(str(wheel))


def check_names(files: dict[str, bytes], version: str) -> None:
    """Refuse a version that the project does not have."""
    expected = {f"sorparse-{version}.tar.gz", f"sorparse-{version}-py3-none-any.whl"}
    if set(files) != expected:
        raise SystemExit(
            f"expected {sorted(expected)}, built {sorted(files)}: see src/sorparse/__init__.py"
        )


def check_wheel(path: Path) -> None:
    """Check that the wheel has every module and data file of the package, and nothing else."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    if strange := [name for name in names if not IN_WHEEL.fullmatch(name)]:
        raise SystemExit(f"{path.name}: unexpected files: {strange}")
    tracked = run("git", "ls-files", "src/sorparse").splitlines()
    if missing := {name.removeprefix("src/") for name in tracked} - set(names):
        raise SystemExit(f"{path.name}: missing files: {sorted(missing)}")


def check_sdist(path: Path) -> None:
    """Check that the sdist can be built and tested."""
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    if missing := set(IN_SDIST) - names:
        raise SystemExit(f"{path.name}: missing files: {sorted(missing)}")
    if strange := [name for name in names if "__pycache__" in name or name.endswith(".pyc")]:
        raise SystemExit(f"{path.name}: unexpected files: {strange}")


def check_it_works(wheel: str) -> None:
    """Run the tour of the examples from the wheel alone."""
    code = (
        "import sorparse; print(sorparse.__file__); from sorparse.examples import __main__ as tour"
    )
    code += "; print(sorparse.__file__); tour.main([])"
    with tempfile.TemporaryDirectory() as folder:
        run(sys.executable, "-m", "pip", "install", "--no-deps", "--target", folder, wheel)
        printed = run(sys.executable, "-P", "-c", code, PYTHONPATH=folder)
        if not printed.startswith(folder):
            raise SystemExit(f"expected the wheel to be used, not {printed.splitlines()[0]}")


def licences(ref: str, version: str) -> str:
    """Return the licences of what is in the wheel and of what it needs, as a page."""
    project = tomllib.loads(run("git", "show", f"{ref}:pyproject.toml"))["project"]
    optional = project["optional-dependencies"]
    required = [Requirement(line) for line in project["dependencies"]]
    needed = {each.name: str(each.marker or "always") for each in required}
    for extra, lines in sorted(optional.items()):
        for line in lines:
            name = Requirement(line).name
            if name != "sorparse" and name not in {each.name for each in required}:
                needed[name] = ", ".join(filter(None, (needed.get(name), extra)))
    rows = [f"| {name} | {when} | {licence_of(name)} |" for name, when in sorted(needed.items())]
    name = f"sorparse {version}"
    return LICENCES.format(name=name, licence=project["license"], rows="\n".join(rows))


def licence_of(name: str) -> str:
    """Return the licence that an installed package states."""
    try:
        found: Distribution = distribution(name)
    except PackageNotFoundError:
        return "not installed here"
    metadata = found.metadata
    classifiers = [
        line.rpartition(" :: ")[2]
        for line in metadata.get_all("Classifier", [])
        if line.startswith("License ::")
    ]
    stated = metadata.get("License-Expression") or ", ".join(classifiers)
    return stated or (metadata.get("License") or "not stated").partition("\n")[0]


if __name__ == "__main__":
    sys.exit(main())
