"""Check the built pages, as far as that needs no browser.

    python docs/tools/check_site.py SITE    exit 1 if a page has a fault

Links inside the site lead to an existing page and place, pictures have an alternative text,
headings go down one level at a time, tables are in a box that scrolls, two hyphens are not turned
into a dash, and no path of the machine that built the site is shown.
"""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

_DASHED = re.compile(r"(?:^|\s)–[a-z]{2,}")
"""An option whose two hyphens became a dash."""
_MACHINE = re.compile(r"Path\('|(?:^|[\s'\"(])/(?:home|root|tmp|usr|work)/")
_NO_PLACES = ("genindex.html", "search.html")
"""Pages that Sphinx generates by itself."""


class Page(HTMLParser):
    """The parts of a page that are checked."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.levels: list[int] = []
        self.faults: list[str] = []
        self._boxes: list[str] = []
        self._quiet = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record what the tag has."""
        values = {name: value or "" for name, value in attrs}
        if "id" in values:
            self.ids.add(values["id"])
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag == "img" and not values.get("alt", "").strip():
            self.faults.append(f"a picture without words: {values.get('src', '')[:60]}")
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag == "div":
            self._boxes.append(values.get("class", ""))
        if tag == "table" and "docutils" in values.get("class", "").split():
            box = self._boxes[-1] if self._boxes else ""
            if "table-wrapper" not in box.split():
                self.faults.append("a table outside a box that scrolls")
        if tag in ("script", "style", "pre", "code"):
            self._quiet += 1

    def handle_endtag(self, tag: str) -> None:
        """Leave the tag."""
        if tag == "div" and self._boxes:
            self._boxes.pop()
        if tag in ("script", "style", "pre", "code"):
            self._quiet -= 1

    def handle_data(self, data: str) -> None:
        """Check a text."""
        if found := _MACHINE.search(data):
            self.faults.append(f"a place of the machine: {data[found.start() :][:60].strip()}")
        if not self._quiet and (found := _DASHED.search(data)):
            self.faults.append(f"a dash in place of two hyphens: {found[0].strip()}")


def faults(site: Path) -> list[str]:
    """Return every fault of a site, with its page."""
    pages = {
        path.relative_to(site).as_posix(): Page(path.read_text(encoding="utf-8"))
        for path in sorted(site.rglob("*.html"))
        if not path.relative_to(site).parts[0].startswith("_")
    }
    return [
        f"{name}: {fault}"
        for name, page in pages.items()
        for fault in (*page.faults, *_levels(name, page), *_lost(site, name, page, pages))
    ]


def _levels(name: str, page: Page) -> list[str]:
    if name in _NO_PLACES:
        return []
    values = []
    if page.levels.count(1) != 1 or page.levels[0] != 1:
        values.append("there must be one heading of the first level, and first")
    if any(below > above + 1 for above, below in zip(page.levels, page.levels[1:], strict=False)):
        values.append(f"a level of headings is missing: {page.levels}")
    return values


def _lost(site: Path, name: str, page: Page, pages: dict[str, Page]) -> list[str]:
    values = []
    for link in page.links:
        target, _, place = unquote(link).partition("#")
        if ":" in target.split("/", maxsplit=1)[0]:
            continue  # another site
        to = (site / name).parent / target if target else site / name
        if not to.exists():
            values.append(f"a link that leads nowhere: {link}")
            continue
        found = pages.get(to.resolve().relative_to(site.resolve()).as_posix())
        if place and found is not None and place not in found.ids:
            values.append(f"a link to a place that is not there: {link}")
    return values


if __name__ == "__main__":
    values = faults(Path(sys.argv[1]))
    print("\n".join(values) or "no faults")
    sys.exit(1 if values else 0)
