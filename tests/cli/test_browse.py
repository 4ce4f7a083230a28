"""``sorparse browse``, driven as a person would."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import sorparse
from sorparse import examples

pytest.importorskip("textual")

from textual.pilot import Pilot
from textual.widgets import DataTable, Input, Static, TabbedContent, Tree

from sorparse.cli.browse.app import Browser
from sorparse.cli.browse.calendar import Month, PickDay

DAY = date(2026, 6, 15)
MIDWIVES = "9000371000016001"
Play = Callable[[Browser, Pilot[None]], Awaitable[None]]


@pytest.fixture(scope="module")
def register() -> sorparse.Register:
    return sorparse.load(examples.sor2_zip)


def browse(
    register: sorparse.Register, play: Play, day: date = DAY, size: tuple[int, int] = (120, 40)
) -> None:
    async def session() -> None:
        app = Browser(register, "Sor_complete.zip", day)
        async with app.run_test(size=size) as pilot:
            await settled(app, pilot)
            await play(app, pilot)

    asyncio.run(session())


async def settled(app: Browser, pilot: Pilot[None]) -> None:
    await pilot.pause()
    await app.workers.wait_for_complete()
    await pilot.pause()


def hits(app: Browser) -> list[str]:
    table = app.query_one("#hits", DataTable)
    return [str(key.value) for key in table.rows]


def cells(table: DataTable[Any]) -> list[list[str]]:
    return [[str(cell) for cell in table.get_row_at(row)] for row in range(table.row_count)]


def unit_text(app: Browser) -> str:
    return str(app.query_one("#unit", Static).content)


def test_search_as_you_type(register: sorparse.Register) -> None:
    async def play(app: Browser, pilot: Pilot[None]) -> None:
        assert len(hits(app)) == len(list(register.as_of(DAY).active()))
        await pilot.press(*"aero")
        await settled(app, pilot)
        assert hits(app) == [unit.sor_id for unit in register.as_of(DAY).find("aero")]
        await pilot.press(*"nosuch")
        await settled(app, pilot)
        assert hits(app) == []
        assert "nothing found" in str(app.query_one("#note", Static).content)

    browse(register, play)


def test_the_unit_under_the_cursor_is_shown(register: sorparse.Register) -> None:
    async def play(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press(*"jordemoder", "enter")
        await settled(app, pilot)
        assert app.selected == MIDWIVES
        text = unit_text(app)
        assert text.startswith(f"Jordemoderklinikken på Ærø  {MIDWIVES}\nACTIVE on 2026-06-15")
        assert re.search(r"in +Ærøvig Sygehus  9000341000016005", text)

    browse(register, play)


def test_the_history_of_a_unit(register: sorparse.Register) -> None:
    async def play(app: Browser, pilot: Pilot[None]) -> None:
        app.select("9000041000016007")
        await settled(app, pilot)
        rows = cells(app.query_one("#history", DataTable))
        assert [row[:3] for row in rows] == [
            ["2007-01-01", "2014-04-30", "Nordhavet Universitetshospital"],
            ["2014-05-01", "", "Nordhavets Universitetshospital"],
        ]

    browse(register, play)


def test_the_tree_opens_down_to_the_unit_and_leads_on(register: sorparse.Register) -> None:
    async def play(app: Browser, pilot: Pilot[None]) -> None:
        app.select(MIDWIVES)
        app.query_one(TabbedContent).active = "tab-tree"
        await settled(app, pilot)
        tree = app.query_one("#tree", Tree)
        assert tree.root.data == "9000331000016003"
        hospital = next(node for node in tree.root.children if node.is_expanded)
        assert MIDWIVES in [node.data for node in hospital.children]
        other = next(node for node in hospital.children if node.data != MIDWIVES)
        assert not other.children  # grows only when it is opened
        other.expand()
        await settled(app, pilot)
        below = register.as_of(DAY).children(str(other.data))
        assert [node.data for node in other.children] == [unit.sor_id for unit in below]
        tree.select_node(other)
        tree.action_select_cursor()
        await settled(app, pilot)
        assert app.selected == other.data

    browse(register, play)


def test_another_day(register: sorparse.Register) -> None:
    async def play(app: Browser, pilot: Pilot[None]) -> None:
        app.select("9000041000016007")
        await pilot.press("ctrl+d")
        await settled(app, pilot)
        assert isinstance(app.screen, PickDay)
        await pilot.press("left", "up", "pageup", "shift+pageup", "down", "right", "enter")
        await settled(app, pilot)
        assert app.view.day == date(2025, 5, 15)
        assert app.sub_title == "Sor_complete.zip as of 2025-05-15"
        await pilot.press("ctrl+d")
        await settled(app, pilot)
        typed = app.screen.query_one("#typed", Input)
        typed.focus()
        typed.value = "30-04-2014"
        await pilot.press("enter")
        await settled(app, pilot)
        assert "invalid date" in str(app.screen.query_one("#wrong", Static).content)
        typed.value = "2014-04-30"
        await pilot.press("enter")
        await settled(app, pilot)
        assert app.view.day == date(2014, 4, 30)
        assert unit_text(app).startswith("Nordhavet Universitetshospital")
        assert "not" in str(app.query_one("#note", Static).content)  # what the source cannot know
        await pilot.press("ctrl+d", "escape")
        await settled(app, pilot)
        assert app.view.day == date(2014, 4, 30)

    browse(register, play)


def test_the_calendar_stays_within_the_days_there_are(register: sorparse.Register) -> None:
    async def play(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("ctrl+d")
        await settled(app, pilot)
        month = app.screen.query_one(Month)
        month.day = date(2024, 3, 31)
        month.action_turn(-1)
        assert month.day == date(2024, 2, 29)
        month.day = date.max
        month.action_move(1)
        month.action_turn(1)
        assert month.day == date.max
        month.day = date.min
        month.action_move(-7)
        month.action_turn(-12)
        assert month.day == date.min

    browse(register, play)


def test_closed_units_on_request(register: sorparse.Register) -> None:
    async def play(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("ctrl+s")
        await settled(app, pilot)
        assert set(hits(app)) == set(register)
        closed = next(register.as_of(DAY).closed())
        app.select(closed.sor_id)
        await settled(app, pilot)
        assert "CLOSED on 2026-06-15" in unit_text(app)
        app.query_one(TabbedContent).active = "tab-tree"
        await settled(app, pilot)
        await pilot.press("ctrl+s")
        await settled(app, pilot)
        assert closed.sor_id not in hits(app)

    browse(register, play)


def test_names_are_no_markup(tmp_path: Path) -> None:
    file = tmp_path / "SOREntity.csv"
    file.write_text(
        "SorId;EntityName;SorType;FromDate\r\n"
        '11000016002;"[bold red]x[/] \x1b[31m[@click=app.quit]y";IE;2020-01-01\r\n',
        "utf-8",
    )

    async def play(app: Browser, pilot: Pilot[None]) -> None:
        shown = "[bold red]x[/] \\x1b[31m[@click=app.quit]y"
        assert cells(app.query_one("#hits", DataTable))[0][1] == shown
        assert unit_text(app).startswith(shown)
        assert shown in str(app.query_one("#tree", Tree).root.label)

    browse(sorparse.load(file), play)


def on_screen(app: Browser) -> str:
    """Return the text that the terminal shows."""
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", app.export_screenshot())
    return html.unescape("\n".join(texts)).replace("\xa0", " ")


@pytest.mark.parametrize("width", [80, 120])
def test_ids_are_whole_beside_the_unit(register: sorparse.Register, width: int) -> None:
    async def play(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press(*"hjerte")
        await settled(app, pilot)
        text = on_screen(app)
        for sor_id in hits(app):
            assert sor_id in text
        assert "9000061000016008" in text  # a unit above the first hit

    browse(register, play, size=(width, 40))


def test_a_narrow_terminal_shows_one_pane(register: sorparse.Register) -> None:
    async def play(app: Browser, pilot: Pilot[None]) -> None:
        left, right = app.query_one("#left"), app.query_one("#right")
        await pilot.press(*"jordemoder", "enter")
        await settled(app, pilot)
        assert (left.display, right.display) == (True, False)
        assert MIDWIVES in on_screen(app)
        await pilot.press("enter")
        await settled(app, pilot)
        assert (left.display, right.display) == (False, True)
        assert "Hierarchy" in on_screen(app)
        await pilot.press("escape")
        await settled(app, pilot)
        assert (left.display, right.display) == (True, False)

    browse(register, play, size=(40, 24))
