"""HTML in which no value can become markup.

Text is escaped unless it is :class:`Html`, and only the functions here make that. No scripts, no
links built from data and no text colours: the colours of the notebook apply, dark or light.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

LONGEST_TEXT = 300
"""Characters shown of one value."""
MOST_ROWS = 50
"""Rows shown of one table."""

# The doubled class takes precedence over the notebook's rules for tables.
_STYLE = (
    "<style>"
    ".sorparse.sorparse{max-width:100%;overflow-x:auto;color:inherit;text-align:start}"
    ".sorparse.sorparse table{border-collapse:collapse;margin:.4em 0;width:auto;font-size:inherit}"
    ".sorparse.sorparse caption{caption-side:top;text-align:start;font-weight:600;"
    "padding:.2em 0;color:inherit}"
    ".sorparse.sorparse :is(th,td){border:1px solid rgba(127,127,127,.4);padding:.2em .6em;"
    "text-align:start;vertical-align:top;unicode-bidi:isolate;white-space:normal;"
    "overflow-wrap:break-word;max-width:42em}"
    ".sorparse.sorparse th{font-weight:600}"
    ".sorparse.sorparse td.number{text-align:end;font-variant-numeric:tabular-nums}"
    ".sorparse.sorparse :is(p,ul,ol){margin:.3em 0}"
    ".sorparse.sorparse :is(ul,ol){padding-inline-start:1.4em}"
    ".sorparse.sorparse details>:is(details,ul){margin-inline-start:1.2em}"
    ".sorparse.sorparse summary{cursor:pointer}"
    ".sorparse.sorparse li:has(>details){list-style:none;margin-inline-start:-1.1em}"
    ".sorparse.sorparse small{opacity:.85}"
    ".sorparse.sorparse .keep{white-space:nowrap}"
    # JupyterLab, VS Code and Colab do not pass their dark theme on to images
    ":is([data-jp-theme-light=false],.vscode-dark,html[theme=dark]) .sorparse.sorparse img"
    "{color-scheme:dark}"
    ".sorparse.sorparse :is(p,caption,summary,th[scope=row]+td){overflow-wrap:anywhere}"
    "</style>"
)


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


Child = str | None


def element(tag: str, *children: Child, **attributes: str) -> Html:
    """Return ``<tag …>children</tag>``; text among the children and all attributes are escaped."""
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{html.escape(value)}"'
        for name, value in attributes.items()
    )
    return Html(f"<{tag}{written}>{join(children)}</{tag}>")


def join(parts: Iterable[Child], between: str = "") -> Html:
    """Join parts; text is escaped, absent parts are omitted."""
    return Html(between.join(escape(part) for part in parts if part is not None))


def escape(text: str) -> Html:
    """Escape text, cut to a length that a person can read; markup is left as it is."""
    return text if isinstance(text, Html) else Html(html.escape(clip(text)))


def clip(text: str, longest: int = LONGEST_TEXT) -> str:
    """Shorten a text, and state its length."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]}… ({len(text):,} characters)"


def lines(parts: Iterable[Child]) -> Html:
    """Join parts with line breaks."""
    return join([part for part in parts if part], "<br>")


def small(text: str) -> Html:
    """Return a remark in small type."""
    return element("small", text)


def code(text: str) -> Html:
    """Return a name that is typed in code."""
    return element("code", text)


def identifier(text: str) -> Html:
    """Return an id or a code on one line; they look the same everywhere."""
    return element("code", text, class_="keep")


def field_name(name: str) -> Html:
    """Return a field's name, which may be broken after an underscore."""
    return element("code", join(name.split("_"), "_<wbr>"))


def count(number: int, one: str, many: str | None = None) -> str:
    """Return ``1 unit``, ``12,345 units``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def facts(caption: Child, pairs: Iterable[tuple[str, Child]]) -> Html:
    """Return a table of names and values. Pairs without a value are omitted."""
    rows = [
        element("tr", element("th", field_name(name), scope="row"), element("td", value))
        for name, value in pairs
        if value
    ]
    return element("table", element("caption", caption), element("tbody", *rows))


def listing(
    caption: Child,
    heads: Sequence[str],
    rows: Sequence[Sequence[Child | int]],
    *,
    total: int | None = None,
    only_filled: bool = False,
) -> Html:
    """Return a table with a head; numbers are aligned to the right.

    Args:
        caption: What the table shows.
        heads: Titles of the columns.
        rows: The rows that are shown.
        total: Number of rows there are, if not all are shown.
        only_filled: Omit columns without a value in any row.
    """
    if only_filled:
        used = [at for at in range(len(heads)) if any(row[at] not in (None, "") for row in rows)]
        heads = [heads[at] for at in used]
        rows = [[row[at] for at in used] for row in rows]
    head = element("tr", *(element("th", name, scope="col") for name in heads))
    body = [element("tr", *(_cell(value) for value in row)) for row in rows]
    table = element(
        "table", element("caption", caption), element("thead", head), element("tbody", *body)
    )
    if total is not None and total > len(rows):
        return join([table, element("p", small(f"{total - len(rows):,} more are not shown."))])
    return table


def _cell(value: Child | int) -> Html:
    if isinstance(value, int):
        return element("td", f"{value:,}", class_="number")
    return element("td", value)


def page(*parts: Child) -> str:
    """Return the parts as HTML for a notebook, with the styles that they need."""
    return f'{_STYLE}<div class="sorparse">{join(parts)}</div>'
