"""What a person sees on terminals of 40, 80 and 120 columns: it fits, and no id is broken."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import sorparse
from sorparse import examples
from support.cli import Run, run, terminal

__all__ = ["run", "terminal"]

pytest.importorskip("rich")

Show = Callable[..., str]
HOSPITAL = "9000041000016007"
WARD = "9000081000016001"
WIDTHS = [40, 80, 120]
DAY = ("--as-of", "2026-06-15")
OPTIONS: dict[str, tuple[str, ...]] = {
    "show": (WARD, *DAY),
    "tree": (HOSPITAL, "--all", *DAY),
    "find": DAY,
    "check": (),
    "diff": ("--from", "2018-01-01", "--to", "2026-01-01"),
    "map-shak": ("9901", "9901203", HOSPITAL, *DAY),
}
ID = re.compile(r"(?<!\d)\d{1,8}1000016\d{3}(?!\d)")
LONG = "Øre-næse-halsspecialistsygehusets Undersøgelsesafsnit for Søvnapnøbehandling, Ærøskøbing"


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example register as a file that opens at once."""
    path = tmp_path_factory.mktemp("saved") / "register"
    sorparse.load(examples.sor2_zip).save(path)
    return path


@pytest.fixture(scope="module")
def long_names(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hospital with five levels below it, each with a long Danish name."""
    rows = ["SorId;EntityName;SorType;EntityTypeName;FromDate;ShakCode;ParentSorId"]
    ids = ["11000016002", "21000016009", HOSPITAL, WARD, "9000091000016004", "9000071000016003"]
    for level, (sor_id, above) in enumerate(zip(ids, ["", *ids[:-1]], strict=True)):
        kind = "Undersøgelses- og behandlingsenhed"
        rows.append(f"{sor_id};{LONG} {level};OE;{kind};2010-01-01;99010{level};{above}")
    file = tmp_path_factory.mktemp("long") / "SOREntity.csv"
    file.write_text("\r\n".join(rows), "utf-8")
    return file


def widest(text: str) -> int:
    return max(map(len, text.splitlines()))


@pytest.mark.parametrize("command", OPTIONS)
def test_it_fits_and_no_id_is_broken_at_any_width(
    terminal: Show, run: Run, saved: Path, command: str
) -> None:
    argv = (command, saved, *OPTIONS[command])
    complete = set(ID.findall(run(*argv).out))
    for width in WIDTHS:
        shown = terminal(width, *argv, "--quiet")
        found = set(ID.findall(shown))
        assert found
        assert found <= complete, width
        assert widest(shown) <= width, width


@pytest.mark.parametrize("width", WIDTHS)
def test_long_names_are_whole_at_any_width(terminal: Show, long_names: Path, width: int) -> None:
    for argv in (("find", long_names), ("tree", long_names, HOSPITAL), ("show", long_names, WARD)):
        text = terminal(width, *argv, "--quiet")
        words = re.sub(r"[│├└─]", " ", text).split()
        for word in LONG.split():
            assert word in words, (argv, word)
        assert WARD in words
        assert widest(text) <= width, argv


def test_a_line_of_a_tree_continues_beside_the_branches(terminal: Show, long_names: Path) -> None:
    lines = terminal(80, "tree", long_names, "11000016002", "--quiet").splitlines()
    first = next(at for at, line in enumerate(lines) if line.startswith("└── "))
    second = next(at for at, line in enumerate(lines) if line.startswith("    └── "))
    assert second > first + 1
    assert all(line.startswith("    ") for line in lines[first + 1 : second])


def test_a_tree_shows_what_is_not_plainly_in_force(terminal: Show, saved: Path) -> None:
    argv = ("tree", saved, *OPTIONS["tree"])
    text = terminal(120, *argv)
    assert "CLOSED, last day 2021-03-31" in text
    assert "FUTURE, opens 2026-09-01" in text
    assert "last day 2026-12-31" in text
    assert "ACTIVE" not in text
    assert "ACTIVE  2010-01-01" in terminal(120, *argv, "--wide")


def test_ids_in_a_very_deep_tree_are_whole(terminal: Show, tmp_path: Path) -> None:
    ids = [f"{number}1000016000" for number in range(1, 40)]
    pairs = zip(ids, ["", *ids[:-1]], strict=True)
    rows = [f"{sor_id};Unit;OE;2010-01-01;{above}" for sor_id, above in pairs]
    file = tmp_path / "SOREntity.csv"
    file.write_text("\r\n".join(["SorId;EntityName;SorType;FromDate;ParentSorId", *rows]), "utf-8")
    shown = terminal(80, "tree", file, ids[0], "--quiet")
    assert set(ids) <= set(shown.split())


def test_find_shows_the_main_columns_and_all_with_wide(
    terminal: Show, run: Run, saved: Path
) -> None:
    argv = ("find", saved, "hjerte", *DAY)
    heading, rule, *rows = terminal(80, *argv).splitlines()
    assert re.split(r"\s{2,}", heading.strip()) == ["name", "type", "SOR id", "SHAK", "status"]
    assert set(rule) == {"─"}
    assert any(WARD in row and "9901011" in row and "ACTIVE" in row for row in rows)
    assert "Region Nordhavet" not in terminal(120, *argv)
    assert "Region Nordhavet" in terminal(200, *argv, "--wide")
    assert "Region Nordhavet" in run(*argv).out  # a pipe gets everything


def test_diff_shows_what_changed_in_one_column(terminal: Show, run: Run, saved: Path) -> None:
    argv = ("diff", saved, *OPTIONS["diff"])
    assert "SHAK code: 9901015 → 9901022" in " ".join(terminal(80, *argv).split())
    assert "shak_code" in run(*argv).out
    assert "shak_code" in terminal(120, *argv, "--wide")


def test_check_shows_code_line_and_id_beside_the_message(
    terminal: Show, run: Run, long_names: Path
) -> None:
    argv = ("check", long_names, "--quiet")
    heading = terminal(80, *argv).splitlines()[0]
    assert re.split(r"\s{2,}", heading.strip()) == ["severity", "code", "line", "SOR id", "message"]
    assert run(*argv).out.splitlines()[0].split()[:3] == ["severity", "code", "file"]


def test_show_has_groups_and_an_address_on_one_line(terminal: Show, saved: Path) -> None:
    lines = [line.strip() for line in terminal(80, "show", saved, *OPTIONS["show"]).splitlines()]
    assert lines[0] == f"Hjertesengeafsnit M1  {WARD}"
    for group in ("Type", "Hierarchy", "Dates", "Addresses", "Contacts", "Codes", "Specialities"):
        assert group in lines
    assert "postal      Mågevænget 95, 9000 Aalborg, from Nordhavets Universitetshospital" in lines
    assert "SHAK code      9901011" in lines
    assert f"in  Nordhavets Universitetshospital  {HOSPITAL}" in lines


def test_show_omits_no_field_that_has_a_value(terminal: Show, tmp_path: Path) -> None:
    file = tmp_path / "SOREntity.csv"
    file.write_text(
        "SorId;EntityName;SorType;EntityTypeName;FromDate;LocalCode;SorNote;Farve;"
        "PrioritizedEntitySpeciality1Name;PharmacyId;ReplacedByEntityCollection\r\n"
        f"{WARD};A;OE;klinik;2010-01-01;L7;En note;grøn;kardiologi;362,1;{HOSPITAL}\r\n",
        "utf-8",
    )
    shown = terminal(80, "show", file, WARD, "--quiet")
    for value in ("klinik", "L7", "En note", "Farve", "grøn", "kardiologi", "362,1", HOSPITAL):
        assert value in shown, value
    assert "entity_type.name" in terminal(80, "show", file, WARD, "--quiet", "--wide")


def test_a_long_table_fits_too(terminal: Show, tmp_path: Path) -> None:
    ids = [f"9{number:06d}1000016000" for number in range(1200)]
    rows = [f"{sor_id};{LONG};OE;klinik;2010-01-01" for sor_id in ids]
    file = tmp_path / "SOREntity.csv"
    header = "SorId;EntityName;SorType;EntityTypeName;FromDate"
    file.write_text("\r\n".join([header, *rows]), "utf-8")
    text = terminal(100, "find", file, "--quiet")
    assert widest(text) <= 100
    assert set(ids) <= set(text.split())


def test_numbers_are_aligned_to_the_right(terminal: Show, run: Run, saved: Path) -> None:
    argv = ("terms", saved, "entity_type")
    for text in (terminal(80, *argv), run(*argv).out):
        heading, _, *rows = text.splitlines()
        assert {len(row.rstrip()) for row in rows} == {len(heading.rstrip())}


def test_describe_is_a_table_with_whole_samples(terminal: Show, run: Run) -> None:
    complete = set(ID.findall(run("describe", examples.sor2_zip).out))
    for width in (80, 120):
        text = terminal(width, "describe", examples.sor2_zip, "--quiet")
        assert re.search(r"^column\s+field\s+filled\s+samples", text, re.MULTILINE)
        assert "\N{HORIZONTAL ELLIPSIS}" in text  # there are more samples
        assert set(ID.findall(text)) <= complete
        assert not re.search(r"\d\N{HORIZONTAL ELLIPSIS}", text)


def test_ids_have_one_colour_everywhere(terminal: Show, saved: Path) -> None:
    for command, options in OPTIONS.items():
        text = terminal(120, command, saved, *options, colours=True)
        assert re.search(r"\x1b\[(?:\d+;)?36m" + ID.pattern, text), command
        assert "\x1b" not in terminal(120, command, saved, *options)


@pytest.mark.parametrize("command", OPTIONS)
def test_what_is_piped_does_not_depend_on_the_terminal(
    run: Run, saved: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs = set()
    for columns in ("40", "200"):
        monkeypatch.setenv("COLUMNS", columns)
        outputs.add(run(command, saved, *OPTIONS[command]).out)
    assert len(outputs) == 1
    assert "\x1b" not in outputs.pop()
