"""Reading what is shown as strictly as a careful person would."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;"
VOID = {"br", "wbr", "img", "meta", "link", "input", "hr"}
ALLOWED = {
    *("style", "div", "table", "caption", "thead", "tbody", "tr", "th", "td"),
    *("p", "small", "code", "strong", "br", "wbr", "span", "details", "summary", "ul", "li", "bdi"),
}


class Page(HTMLParser):
    """Reads a piece of HTML as strictly as a careful person would."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data

    def names(self) -> set[str]:
        return {tag for tag, _ in self.tags}


def checked(shown: Any) -> Page:
    html = shown._repr_html_()
    assert isinstance(html, str)
    found = Page(html)
    assert found.names() <= ALLOWED
    for tag, attributes in found.tags:
        assert not any(name.startswith("on") for name in attributes)
        if tag == "th":
            assert attributes.get("scope") in {"row", "col"}
    assert found.names() & {"caption", "p", "summary"}, "nothing says what is shown"
    return found
