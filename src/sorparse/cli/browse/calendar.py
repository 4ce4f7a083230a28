"""Choose a date: with the arrow keys in a month, or by typing it."""

from __future__ import annotations

import calendar
from contextlib import suppress
from datetime import date, timedelta
from typing import ClassVar

from dateutil.relativedelta import relativedelta
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import reactive
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

_WEEKDAYS = "Mo Tu We Th Fr Sa Su"


class Month(Static, can_focus=True):
    """A month with one marked date."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "day"),
        Binding("right", "move(1)", "day"),
        Binding("up", "move(-7)", "week"),
        Binding("down", "move(7)", "week"),
        Binding("pageup", "turn(-1)", "month"),
        Binding("pagedown", "turn(1)", "month"),
        Binding("shift+pageup", "turn(-12)", "year"),
        Binding("shift+pagedown", "turn(12)", "year"),
        Binding("enter", "choose", "choose"),
    ]

    day: reactive[date] = reactive(date.min)

    class Chosen(Message):
        """The marked date was chosen."""

        def __init__(self, day: date) -> None:
            super().__init__()
            self.day = day

    class Marked(Message):
        """Another date was marked."""

        def __init__(self, day: date) -> None:
            super().__init__()
            self.day = day

    def __init__(self, day: date) -> None:
        super().__init__()
        self.set_reactive(Month.day, day)

    def render(self) -> Text:
        """Draw the month, Monday first as in Denmark."""
        text = Text(f"{calendar.month_name[self.day.month]} {self.day.year}".center(20))
        text.append("\n" + _WEEKDAYS)
        for week in calendar.Calendar().monthdayscalendar(self.day.year, self.day.month):
            text.append("\n")
            for place, number in enumerate(week):
                text.append(" " if place else "")
                style = "reverse" if number == self.day.day else ""
                text.append(f"{number or '':>2}", style=style)
        return text

    def action_move(self, days: int) -> None:
        """Move the mark by a number of days."""
        try:
            self.day += timedelta(days=days)
        except OverflowError:
            return  # the first or last date that Python has

    def action_turn(self, months: int) -> None:
        """Move the mark by a number of months; to the last date if the month is shorter."""
        with suppress(ValueError):  # there are no dates before the year 1 and after 9999
            self.day += relativedelta(months=months)

    def action_choose(self) -> None:
        """Choose the marked date."""
        self.post_message(self.Chosen(self.day))

    def watch_day(self, day: date) -> None:
        """Report the marked date."""
        self.post_message(self.Marked(day))


class PickDay(ModalScreen[date | None]):
    """Dialog for a date; the result is ``None`` after escape."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "back")]
    CSS = """
    PickDay { align: center middle; }
    PickDay > Vertical {
        width: 46; max-width: 100%; height: auto; padding: 1 2;
        border: round $accent; background: $surface;
    }
    Month { height: 8; width: auto; margin: 1 0; }
    Month:focus { color: $text-accent; }
    #wrong { color: $error; }
    """

    def __init__(self, day: date) -> None:
        super().__init__()
        self._day = day

    def compose(self) -> ComposeResult:
        """Create the widgets."""
        with Vertical():
            yield Label("Show the register as of")
            yield Input(self._day.isoformat(), id="typed", placeholder="YYYY-MM-DD")
            yield Month(self._day)
            yield Label("", id="wrong")
            yield Label("arrows: day, week\npage up, down: month\nenter: choose; tab: type a date")

    def on_mount(self) -> None:
        """Set the focus on the month."""
        self.query_one(Month).focus()

    def on_month_marked(self, event: Month.Marked) -> None:
        """Write the marked date into the input."""
        typed = self.query_one("#typed", Input)
        if not typed.has_focus:
            typed.value = event.day.isoformat()

    def on_month_chosen(self, event: Month.Chosen) -> None:
        """Return the date."""
        self.dismiss(event.day)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Return the typed date, or show that it is invalid."""
        try:
            self.dismiss(date.fromisoformat(event.value.strip()))
        except ValueError:
            self.query_one("#wrong", Label).update(
                Text("invalid date: expected YYYY-MM-DD, for example 2021-03-31")
            )
