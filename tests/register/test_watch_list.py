"""The ids of a watch list, in the notations that such lists use."""

from __future__ import annotations

from pathlib import Path

import pytest

import sorparse
from sorparse import Diff, Register, examples
from support.cli import Run, run
from support.register import unit

__all__ = ["run"]

RENAMED, CLOSED = "9000041000016007", "9000681000016009"
DAYS = ("2014-01-01", "2026-06-15")
NOTATIONS = ["{}", '="{}"', "{}.0", "'{}", "\u00a0{}\u200b", "urn:oid:1.2.208.176.1.1|{}"]


@pytest.mark.parametrize("notation", NOTATIONS)
def test_a_diff_of_a_watch_list_reads_ids_in_any_notation(notation: str) -> None:
    found = examples_diff(notation.format(RENAMED), notation.format(CLOSED))
    assert [change.sor_id for change in found.renamed] == [RENAMED]
    assert [closed.sor_id for closed in found.closed] == [CLOSED]
    assert found.closed_or_closing == (CLOSED,)
    assert [pair.sor_id for pair in found.replaced] == [CLOSED]


def examples_diff(*watched: str) -> Diff:
    return sorparse.load(examples.sor2_zip).diff(*DAYS).only(watched)


def test_an_irregular_id_of_the_register_is_itself() -> None:
    irregular = f"{RENAMED}.0"
    register = Register.from_records([unit(one, "2020-01-01") for one in (irregular, RENAMED)])
    found = register.diff("2019-01-01", "2021-01-01").only([irregular])
    assert [opened.sor_id for opened in found.opened] == [irregular]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([int(RENAMED)], f"^SOR id: expected text, got int: {RENAMED}"),
        (RENAMED, rf"^sor_ids: expected several ids, as in only\(\['{RENAMED}'\]\)$"),
    ],
)
def test_a_watch_list_is_several_texts(wrong: object, message: str) -> None:
    diff = Register.from_records([unit("a")]).diff(*DAYS)
    with pytest.raises(TypeError, match=message):
        diff.only(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("notation", NOTATIONS)
def test_the_command_shows_the_differences_of_the_list(
    run: Run, tmp_path: Path, notation: str
) -> None:
    ids = tmp_path / "ids.txt"
    ids.write_text(notation.format(RENAMED) + "\n", encoding="utf-8")
    dates = ("--from", DAYS[0], "--to", DAYS[1])
    result = run("diff", examples.sor2_zip, *dates, "--ids", ids, "--csv")
    assert result.out.splitlines()[1].startswith(f"renamed,{RENAMED},")
    assert "1 renamed" in result.err
