"""The browser: search on the left; the unit, its history and its hierarchy on the right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import (
    DataTable,
    Footer,
    Header,
    Input,
    Static,
    TabbedContent,
    TabPane,
    Tree,
)
from textual.widgets.tree import TreeNode

import sorparse
from sorparse import Register, SOREntity, View

from .. import unit_details, units
from ..output import shown
from ..terminal_table import styled
from .calendar import PickDay

MOST_HITS = 200
_ID_AND_EDGES = 20
"""Cells of the column of ids, and of the scroll bar."""
_TYPE_AND_STATUS = 32
"""Cells of the columns of types and statuses."""
_SHORTEST_NAME = 18
"""Cells that names get at least."""


class Browser(App[None]):
    """Search as you type, on any date, and see a unit with its history and its hierarchy.

    The hits and the unit are beside each other on a wide terminal and below each other on one of
    80 columns. On a narrow one there is room for one of them: enter shows the unit, escape the
    hits.
    """

    TITLE = "sorparse"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - declared so by textual
        (0, "-narrow"),
        (60, "-medium"),
        (110, "-wide"),
    ]
    CSS = """
    #left { width: 2fr; }
    #right { width: 3fr; }
    .-medium #panes { layout: vertical; }
    .-medium #left { width: 100%; height: 1fr; }
    .-medium #right { width: 100%; height: 1fr; }
    .-narrow #left { width: 100%; }
    .-narrow #right { width: 100%; display: none; }
    .-narrow .with-unit #left { display: none; }
    .-narrow .with-unit #right { display: block; }
    #hits { height: 1fr; }
    #note { height: auto; color: $text-muted; padding: 0 1; }
    #unit { padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+f", "search", "search"),
        Binding("ctrl+d", "pick_day", "date", priority=True),
        Binding("ctrl+s", "toggle_status", "closed too"),
        Binding("escape", "show_hits", "back"),
        Binding("ctrl+q", "quit", "quit", priority=True),
    ]

    def __init__(self, register: Register, name: str, day: date | None = None) -> None:
        super().__init__()
        self._sor = register
        self._file_name = name
        self.view: View = register.as_of(day)
        self.selected: str | None = None
        self._with_closed = False
        self._found: list[tuple[units.UnitStatus, SOREntity]] = []

    def compose(self) -> ComposeResult:
        """Create the widgets."""
        yield Header(icon="")
        with Horizontal(id="panes"):
            with Vertical(id="left"):
                yield Input(placeholder="name, SOR id, SHAK code, location number ...", id="search")
                yield DataTable(id="hits", cursor_type="row", zebra_stripes=True)
                yield Static(id="note", markup=False)
            with Vertical(id="right"), TabbedContent():
                with TabPane("Unit", id="tab-unit"), VerticalScroll():
                    yield Static(id="unit", markup=False)
                with TabPane("History", id="tab-history"):
                    yield DataTable(id="history", cursor_type="row")
                with TabPane("Tree", id="tab-tree"):
                    yield Tree[str]("", id="tree")
        yield Footer()

    def on_mount(self) -> None:
        """Start with an empty search."""
        self._history.add_columns(*(column.replace("_", " ") for column in units.VERSION_COLUMNS))
        self._show_day()
        self.query_one("#search", Input).focus()
        self._search("")

    @property
    def _hits(self) -> DataTable[Text]:
        return self.query_one("#hits", DataTable)

    @property
    def _history(self) -> DataTable[Text]:
        return self.query_one("#history", DataTable)

    # -- search

    def on_resize(self) -> None:
        """Fit the names of the hits to the new width."""
        self.call_after_refresh(self._fill_hits)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search while text is typed."""
        if event.input.id == "search":
            self._search(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Move from the search to its hits."""
        if event.input.id == "search":
            self._hits.focus()

    @work(thread=True, exclusive=True)
    def _search(self, typed: str, *, keep: bool = False) -> None:
        view = self.view
        status = tuple(sorparse.Status) if self._with_closed else None
        hits = view.find(typed.strip() or None, status=status, limit=MOST_HITS)
        rows = [(units.unit_status(view, unit.sor_id), unit) for unit in hits]
        self.call_from_thread(self._show_hits, typed, rows, keep)

    def _show_hits(
        self, typed: str, rows: list[tuple[units.UnitStatus, SOREntity]], keep: bool
    ) -> None:
        if typed != self.query_one("#search", Input).value:
            return  # another search has begun
        self._found = rows
        ids = [unit.sor_id for _, unit in rows]
        self._fill_hits()
        if keep and self.selected in ids:
            self._hits.move_cursor(row=ids.index(self.selected))
        if ids and not (keep and self.selected is not None):
            self.select(ids[0])
        more = " or more; type on" if len(rows) == MOST_HITS else ""
        number = f"{len(rows)} {'unit' if len(rows) == 1 else 'units'}"
        self._note(number + more if rows else "nothing found")

    def _fill_hits(self) -> None:
        """Fill the table of hits: ids are whole, names as long as there is room."""
        table = self._hits
        row = table.cursor_row
        room = table.size.width - _ID_AND_EDGES
        if room - _TYPE_AND_STATUS >= _SHORTEST_NAME:
            room -= _TYPE_AND_STATUS
        # otherwise the table highlights its first row, which changes the selection
        with table.prevent(DataTable.RowHighlighted):
            table.clear(columns=True)
            table.add_column("SOR id")
            table.add_column("name", width=max(room, _SHORTEST_NAME))
            table.add_columns("type", "status")
            for status, unit in self._found:
                name = _text(unit.name)
                name.no_wrap, name.overflow = True, "ellipsis"
                table.add_row(
                    _text(unit.sor_id),
                    name,
                    _text(units.name_or_code(unit.entity_type)),
                    _text(status.status, units.status_style(status.status)),
                    key=unit.sor_id,
                )
            table.move_cursor(row=min(row, max(len(self._found) - 1, 0)))

    def _note(self, text: str) -> None:
        lines = [text, *self.view.caveats]
        self.query_one("#note", Static).update(Text("\n").join(map(_text, lines)))

    # -- one unit

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Show the unit under the cursor."""
        if event.data_table.id == "hits" and event.row_key.value is not None:
            self.select(event.row_key.value)

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Show the unit on a narrow terminal, which has no room for the hits beside it."""
        if event.data_table.id == "hits" and self._is_narrow:
            self.query_one("#panes").add_class("with-unit")
            self.query_one("#right").query_one("Tabs").focus()

    def on_tree_node_selected(self, event: Tree.NodeSelected[str]) -> None:
        """Show the unit of the node, and leave the tree unchanged."""
        if event.node.data is not None:
            self.select(event.node.data, refill_tree=False)

    def on_tree_node_expanded(self, event: Tree.NodeExpanded[str]) -> None:
        """Add the units below when a node is expanded; a region has thousands of units."""
        self._expand_node(event.node)

    def select(self, sor_id: str, *, refill_tree: bool = True) -> None:
        """Show a unit in all tabs."""
        self.selected = sor_id
        unit, status, *_ = units.unit_status(self.view, sor_id)
        text = Text("\n").join(
            (
                _text(f"{unit.name or ''}  {sor_id}", "bold"),
                _text(unit_details.status_line(self.view, sor_id), units.status_style(status)),
                *_lines(self.view, sor_id),
            )
        )
        self.query_one("#unit", Static).update(text)
        self._show_history(sor_id)
        if refill_tree:
            self._fill_tree(sor_id)

    def _show_history(self, sor_id: str) -> None:
        self._history.clear()
        for version in self._sor.history(sor_id):
            in_force = version == self.view.get(sor_id)
            style = "bold" if in_force else ""
            self._history.add_row(*(_text(each, style) for each in units.version_row(version)))

    def _fill_tree(self, sor_id: str) -> None:
        """Fill the tree from the owner down to the unit."""
        path = [*reversed(units.above(self.view, sor_id)), sor_id]
        tree: Tree[str] = self.query_one("#tree", Tree)
        tree.reset(self._label(path[0]), path[0])
        node = tree.root
        for step in path[1:]:
            self._expand_node(node)
            node.expand()
            node = next(child for child in node.children if child.data == step)
        self._expand_node(node)
        node.expand()
        tree.move_cursor(node)

    def _expand_node(self, node: TreeNode[str]) -> None:
        if node.data is None or node.children:
            return
        for child in self.view.children(node.data):
            node.add(
                self._label(child.sor_id),
                child.sor_id,
                allow_expand=bool(self.view.children(child.sor_id)),
            )

    def _label(self, sor_id: str) -> Text:
        status = units.unit_status(self.view, sor_id)
        kind = units.name_or_code(status.unit.entity_type)
        style = "" if status.status == "ACTIVE" else units.status_style(status.status)
        return _text(f"{status.unit.name or sor_id}  {kind or ''}", style)

    # -- actions of the keys

    @property
    def _is_narrow(self) -> bool:
        return self.screen.has_class("-narrow")

    def action_show_hits(self) -> None:
        """Go back to the hits on a narrow terminal."""
        self.query_one("#panes").remove_class("with-unit")
        self._hits.focus()

    def action_search(self) -> None:
        """Go to the search."""
        self.query_one("#panes").remove_class("with-unit")
        self.query_one("#search", Input).focus()

    def action_toggle_status(self) -> None:
        """Include closed and future units in the search, or exclude them again."""
        self._with_closed = not self._with_closed
        self._search(self.query_one("#search", Input).value, keep=True)

    def action_pick_day(self) -> None:
        """Ask for another date."""
        if not isinstance(self.screen, PickDay):
            self.push_screen(PickDay(self.view.day), self.go_to)

    def go_to(self, day: date | None) -> None:
        """Show the register as of another date; ``None`` changes nothing."""
        if day is None:
            return
        self.view = self._sor.as_of(day)
        self._show_day()
        if self.selected is not None:
            self.select(self.selected)
        self._search(self.query_one("#search", Input).value, keep=True)

    def _show_day(self) -> None:
        self.sub_title = f"{self._file_name} as of {self.view.day.isoformat()}"


def _lines(view: View, sor_id: str) -> Iterator[Text]:
    """Yield what the register has about a unit, group by group."""
    for title, pairs in unit_details.groups(view, sor_id):
        yield _text(title, "bold")
        width = max(len(name) for name, _ in pairs)
        for name, value in pairs:
            yield _text("  ").append(shown(name).ljust(width), "dim").append("  ") + _text(value)


def _text(value: object, style: str = "") -> Text:
    """Return a value as text without markup and control characters, its ids in their colour."""
    text: Text = styled(shown(value), style)
    return text
