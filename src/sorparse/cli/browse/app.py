"""The browser: search on the left; the unit, its history and its hierarchy on the right."""

from __future__ import annotations

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
from .calendar import PickDay

HITS = 200
_VALUE = 24
"""Cells that a value is given beside the names of the fields."""


class Browser(App[None]):
    """Search as you type, on any day, and look at a unit from all sides."""

    TITLE = "sorparse"
    CSS = """
    #left { width: 2fr; }
    #right { width: 3fr; }
    #hits { height: 1fr; }
    #note { height: auto; color: $text-muted; padding: 0 1; }
    #unit { padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+f", "search", "search"),
        Binding("ctrl+d", "pick_day", "day", priority=True),
        Binding("ctrl+s", "toggle_status", "closed too"),
        Binding("ctrl+q", "quit", "quit", priority=True),
    ]

    def __init__(self, register: Register, name: str, day: date | None = None) -> None:
        super().__init__()
        self._sor = register
        self._file_name = name
        self.view: View = register.as_of(day)
        self.selected: str | None = None
        self._with_closed = False

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield Header(icon="")
        with Horizontal():
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
        self._hits.add_columns("name", "SOR id", "type", "status")
        self._history.add_columns(*(column.replace("_", " ") for column in units.VERSION_COLUMNS))
        self._tell_day()
        self.query_one("#search", Input).focus()
        self._look_up("")

    @property
    def _hits(self) -> DataTable[Text]:
        return self.query_one("#hits", DataTable)

    @property
    def _history(self) -> DataTable[Text]:
        return self.query_one("#history", DataTable)

    # -- search

    def on_resize(self) -> None:
        """Set the fields anew: they are laid out for the width."""
        if self.selected is not None:
            self.select(self.selected, replant=False)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search as it is typed."""
        if event.input.id == "search":
            self._look_up(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go from the search to its hits."""
        if event.input.id == "search":
            self._hits.focus()

    @work(thread=True, exclusive=True)
    def _look_up(self, typed: str, *, keep: bool = False) -> None:
        view = self.view
        status = tuple(sorparse.Status) if self._with_closed else None
        found = view.find(typed.strip() or None, status=status, limit=HITS)
        rows = [(units.unit_status(view, unit.sor_id), unit) for unit in found]
        self.call_from_thread(self._show_hits, typed, rows, keep)

    def _show_hits(
        self, typed: str, rows: list[tuple[units.UnitStatus, SOREntity]], keep: bool
    ) -> None:
        if typed != self.query_one("#search", Input).value:
            return  # what was typed since is being searched
        ids = [unit.sor_id for _, unit in rows]
        # the table would highlight its first row at once, and take the selection along
        with self._hits.prevent(DataTable.RowHighlighted):
            self._hits.clear()
            for status, unit in rows:
                self._hits.add_row(
                    _text(unit.name),
                    _text(unit.sor_id),
                    _text(units.name_or_code(unit.entity_type)),
                    _text(status.status, units.status_style(status.status)),
                    key=unit.sor_id,
                )
            if keep and self.selected in ids:
                self._hits.move_cursor(row=ids.index(self.selected))
        if ids and not (keep and self.selected is not None):
            self.select(ids[0])
        more = " or more; type on" if len(rows) == HITS else ""
        number = f"{len(rows)} {'unit' if len(rows) == 1 else 'units'}"
        self._note(number + more if rows else "nothing found")

    def _note(self, text: str) -> None:
        lines = [text, *self.view.caveats]
        self.query_one("#note", Static).update(_text("\n".join(lines), lines=True))

    # -- one unit

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Show the unit under the cursor."""
        if event.data_table.id == "hits" and event.row_key.value is not None:
            self.select(event.row_key.value)

    def on_tree_node_selected(self, event: Tree.NodeSelected[str]) -> None:
        """Show the unit of the node, and leave the tree as it is."""
        if event.node.data is not None:
            self.select(event.node.data, replant=False)

    def on_tree_node_expanded(self, event: Tree.NodeExpanded[str]) -> None:
        """Grow a branch when it is opened; a region has thousands of units."""
        self._grow(event.node)

    def select(self, sor_id: str, *, replant: bool = True) -> None:
        """Show a unit in all tabs."""
        self.selected = sor_id
        details = unit_details.describe(self.view, sor_id)
        lines = [
            f"{details['unit']['name'] or ''}  {sor_id}",
            unit_details.status_line(details),
            *(f"in {above['name'] or ''}  {above['sor_id']}" for above in details["ancestors"]),
            "",
        ]
        fields = list(unit_details.flat(details["unit"]))
        width = max(len(field) for field, _ in fields)
        if width + _VALUE > self.size.width * 3 // 5:
            width = 0  # padded lines would fall apart
        lines += [f"{field.ljust(width)}  {value}" for field, value in fields]
        self.query_one("#unit", Static).update(_text("\n".join(lines), lines=True))
        self._show_history(sor_id)
        if replant:
            self._plant(sor_id)

    def _show_history(self, sor_id: str) -> None:
        self._history.clear()
        for version in self._sor.history(sor_id):
            in_force = version == self.view.get(sor_id)
            style = "bold" if in_force else ""
            self._history.add_row(*(_text(each, style) for each in units.version_row(version)))

    def _plant(self, sor_id: str) -> None:
        """Grow the tree from the owner down to the unit."""
        above = [unit.sor_id for unit in self.view.ancestors(sor_id)] if sor_id in self.view else []
        path = [*reversed(above), sor_id]
        tree: Tree[str] = self.query_one("#tree", Tree)
        tree.reset(self._label(path[0]), path[0])
        node = tree.root
        for step in path[1:]:
            self._grow(node)
            node.expand()
            node = next(child for child in node.children if child.data == step)
        self._grow(node)
        node.expand()
        tree.move_cursor(node)

    def _grow(self, node: TreeNode[str]) -> None:
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

    # -- what the keys do

    def action_search(self) -> None:
        """Go to the search."""
        self.query_one("#search", Input).focus()

    def action_toggle_status(self) -> None:
        """Search closed and future units as well, or no longer."""
        self._with_closed = not self._with_closed
        self._look_up(self.query_one("#search", Input).value, keep=True)

    def action_pick_day(self) -> None:
        """Ask for another day."""
        if not isinstance(self.screen, PickDay):
            self.push_screen(PickDay(self.view.day), self.go_to)

    def go_to(self, day: date | None) -> None:
        """Show the register as of another day; ``None`` changes nothing."""
        if day is None:
            return
        self.view = self._sor.as_of(day)
        self._tell_day()
        if self.selected is not None:
            self.select(self.selected)
        self._look_up(self.query_one("#search", Input).value, keep=True)

    def _tell_day(self) -> None:
        self.sub_title = f"{self._file_name} as of {self.view.day.isoformat()}"


def _text(value: object, style: str = "", *, lines: bool = False) -> Text:
    """Return a value as text without markup and control characters."""
    if lines:
        return Text("\n".join(shown(line) for line in str(value).split("\n")), style=style)
    return Text(shown(value), style=style)
