"""Every public name has a reference page with an example, and appears in a guide."""

from __future__ import annotations

import doctest
import importlib
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

import sorparse
from sorparse import examples

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE

sys.path.insert(0, str(DOCS / "tools"))
reference = importlib.import_module("reference")
site_events = importlib.import_module("site_events")
sys.path.remove(str(DOCS / "tools"))

DOCUMENTED: dict[str, Any] = dict(reference.documented_objects())

# Classes that hold values: the example is at the function that returns them.
VALUES = {
    *("Address", "Candidate", "Change", "Classification", "Coded", "ColumnDescription"),
    *("ConversionReport", "Description", "EDIType", "EntityRef", "Extra", "GeoLocation"),
    *("LocationCode", "LocationCodeEDIType", "Match", "Node", "Registered", "ReplacedEntity"),
    *("Replacement", "SHAKRegion", "SHAKSORMap", "SHAKUnit", "ShakMatch", "SorType", "Term"),
    *("TableDescription", "VirtualAddress", "codes.CodeEntry", "fetching.Fetched"),
    *("fetching.PublishedFile", "identifiers.Identifier"),
}


# Examples that show no output, so that there is nothing to compare.
NOT_RUN = {"View.counts", "View.to_arrow", "View.to_table"}


def is_error(name: str) -> bool:
    value = DOCUMENTED[name]
    return isinstance(value, type) and issubclass(value, Exception)


def has_example(name: str) -> bool:
    return ">>>" in (reference.inspect.getdoc(DOCUMENTED[name]) or "")


def test_every_public_name_is_on_a_reference_page(tmp_path: Path) -> None:
    reference.write(tmp_path)
    for name in [*reference.public_names(), *DOCUMENTED]:
        first = name.partition(".")[0]
        page = (tmp_path / f"{reference.page_of(first)}.md").read_text(encoding="utf-8")
        assert f":: sorparse.{name}\n" in page or f":: sorparse.{first}\n" in page, name
    listed = (DOCS / "reference/python.md").read_text(encoding="utf-8")
    for name in reference.public_names():
        assert re.search(rf"`sorparse\.{name}(\(\))?`", listed), name


def test_nothing_else_is_public() -> None:
    assert {*reference.public_names(), "__version__"} == set(sorparse.__all__)


@pytest.mark.parametrize("name", DOCUMENTED)
def test_every_public_name_says_what_it_is_for(name: str) -> None:
    first = reference.summary(DOCUMENTED[name])
    assert first, f"{name} has no docstring"
    assert first.endswith((".", ":")), f"{name}: the first line is not a sentence: {first}"


def test_every_function_and_method_has_an_example() -> None:
    without = {
        name
        for name in DOCUMENTED
        if not (has_example(name) or is_error(name) or name in VALUES)
        if not reference.is_property(name)
    }
    assert not without, f"no example: {sorted(without)}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to a folder with the example files under the publisher's names."""
    for path in examples.folder.iterdir():
        if path.is_file():
            shutil.copy(path, tmp_path)
    shutil.copy(examples.sor_csv, tmp_path)
    (tmp_path / "SHAKregion.txt").write_bytes(SHAK_REGION)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "name", [name for name in DOCUMENTED if has_example(name) and name not in NOT_RUN]
)
def test_an_example_runs(name: str, folder: Path) -> None:
    names = {"sorparse": sorparse, "examples": examples}
    names |= {each: getattr(sorparse.identifiers, each) for each in sorparse.identifiers.__all__}
    source = reference.inspect.getdoc(DOCUMENTED[name])
    for needed, build in PREPARED.items():
        if re.search(rf"\b{needed}\b", source) and not re.search(rf"\b{needed} = ", source):
            names[needed] = build()
    test = doctest.DocTestParser().get_doctest(source, names, name, None, 0)
    report: list[str] = []
    doctest.DocTestRunner(optionflags=OPTIONS).run(test, out=report.append)
    assert not report, "".join(report)


SHAK_REGION = b"9901\tNordby Sygehus\t20070101\t25000101\t1\t101\t1081\t9000041000016007\r\n"


def two_nights() -> sorparse.Archive:
    archive = sorparse.Archive("nights")
    archive.add(examples.daily_csv_earlier, night="2026-06-01")
    archive.add(examples.daily_csv, night="2026-06-15")
    return archive


PREPARED: dict[str, Any] = {
    "register": lambda: sorparse.load(examples.sor2_zip),
    "view": lambda: sorparse.load(examples.sor2_zip).as_of("2026-06-15"),
    "feed": lambda: sorparse.open(examples.sor2_zip),
    "shak": lambda: sorparse.load_shak(examples.shak),
    "archive": two_nights,
}
"""The names that examples use without building them."""


GUIDES = "\n".join(
    page.read_text(encoding="utf-8")
    for page in [ROOT / "README.md", *DOCS.rglob("*.md"), *DOCS.rglob("*.ipynb")]
    if "reference" not in page.relative_to(ROOT).parts or page.parent.name == "formats"
)


@pytest.mark.parametrize("name", reference.public_names())
def test_every_public_name_appears_in_a_guide(name: str) -> None:
    assert re.search(rf"\b{name}\b", GUIDES), f"no guide mentions {name}"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("sorparse.load", "load"),
        ("sorparse.load(path)", "load"),
        ("View", "View"),
        ("view.find(text, status=...)", "View.find"),
        ("register.as_of(day).shak_to_sor(code)", "Register.as_of"),
        ("load_shak", "load_shak"),
        ("sorparse.identifiers.parse", "identifiers.parse"),
        ("open", None),
        ("sorparse fetch", None),
    ],
)
def test_inline_code_that_mentions_a_name_is_linked(text: str, name: str | None) -> None:
    assert site_events.target_of(text) == name
