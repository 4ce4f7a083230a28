"""The docs agree with the source: generated pages are current, every public name is there."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from contextlib import redirect_stdout
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from support.paths import DOCS, ROOT

PAGES = sorted(
    page
    for page in [ROOT / "README.md", *DOCS.rglob("*.md")]
    if "api" not in page.relative_to(ROOT).parts  # written when the site is built
)
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"(?!utf-|windows-|iso)[a-z][a-z0-9]*(-[a-z0-9]+)+")

# what looks like an issue code in the source and is none
NOT_CODES = {
    # the rules by which one unit was chosen of several
    *("only-candidate", "in-force", "reporting-level", "drops-supplementary", "not-in-force"),
    *("clinical-over-administrative", "owns-number", "health-institution"),
    "institution-owner",
    "only-in-shak",
}
# parts that report no issues in data
ELSEWHERE = ("cli", "display", "examples", "exports", "fetching", "tables")


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(DOCS / "tools")
    return import_module


def test_pages_made_of_the_source_are_current(tools: Any) -> None:
    for name, text in tools("make").generated().items():
        assert (DOCS / name).read_text(encoding="utf-8") == text, (
            f"docs/{name} is not current: python docs/tools/make.py"
        )


def test_every_column_of_every_declared_file_is_on_a_page() -> None:
    from sorparse.formats import shak_region, sor2, sor_csv
    from sorparse.formats.declare import TableSpec

    for module, page in (
        (sor2, "sor2-columns"),
        (sor_csv, "sor-csv-columns"),
        (shak_region, "shak-region-columns"),
    ):
        text = (DOCS / f"reference/formats/{page}.md").read_text(encoding="utf-8")
        specs = [value for value in vars(module).values() if isinstance(value, TableSpec)]
        assert specs
        for spec in specs:
            for column in spec.columns:
                assert f"`{column.name}`" in text
                assert f"`{column.field}`" in text


def test_every_issue_code_is_explained(tools: Any) -> None:
    documented = tools("issue_codes").documented()
    source = ROOT / "src/sorparse"
    for path in source.rglob("*.py"):
        if path.relative_to(source).parts[0] in ELSEWHERE:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
                if CODE.fullmatch(text) and text not in NOT_CODES:
                    assert text in documented, f"{path.name}: {text} (docs/tools/issue_codes.py)"


def test_every_extra_is_documented() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    text = (DOCS / "how-to/install.md").read_text(encoding="utf-8")
    for extra in project["project"]["optional-dependencies"]:
        assert f"`{extra}`" in text, f"the extra {extra} is not in docs/how-to/install.md"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in LINK.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        path, _, anchor = target.partition("#")
        if "://" in target or path.startswith("mailto:"):
            continue
        to = (page.parent / path) if path else page
        assert to.exists(), f"{page.name}: {target}"
        if anchor:
            heads = re.findall(r"^#+ (.+)$", to.read_text(encoding="utf-8"), re.MULTILINE)
            anchors = {re.sub(r"[^\w\- ]", "", head).lower().replace(" ", "-") for head in heads}
            assert anchor in anchors, f"{page.name}: {target}"


@pytest.mark.parametrize("page", sorted((DOCS / "pictures").glob("*.svg")), ids=lambda p: p.stem)
def test_pictures_tell_themselves_in_words(page: Path) -> None:
    tree = ET.parse(page).getroot()
    name = "{http://www.w3.org/2000/svg}"
    for part in ("title", "desc"):
        element = tree.find(name + part)
        assert element is not None
        assert element.text
    assert not list(tree.iter(name + "script"))


def test_the_docs_name_no_place_of_a_machine() -> None:
    for page in [*PAGES, *DOCS.rglob("*.ipynb"), *(DOCS / "tools").glob("*.py")]:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"/(?:work|home|root|tmp)/|shared/(?:formats|samples)", text), page


@pytest.mark.parametrize("page", [ROOT / "README.md", DOCS / "index.md"], ids=lambda p: p.name)
def test_the_first_program_prints_what_the_page_shows(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    found = re.search(r"```python\n(.*?)```.*?```text\n(.*?)```", text, re.DOTALL)
    assert found is not None
    output = StringIO()
    with redirect_stdout(output):
        exec(found[1], {})
    assert output.getvalue() == found[2]


def test_the_tour_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    monkeypatch.setenv("PYTHONIOENCODING", "utf-8")
    page = tmp_path / "tour.html"
    command = [sys.executable, "-m", "sorparse.examples"]
    finished = subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8")
    assert "ACTIVE on 2021-03-31 and CLOSED on 2021-04-01" in finished.stdout
    subprocess.run([*command, "--html", str(page)], check=True, capture_output=True)
    assert "A tour of the example register" in page.read_text(encoding="utf-8")
