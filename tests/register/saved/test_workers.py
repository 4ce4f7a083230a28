"""Processes answer from one saved register while it is replaced under them."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

import sorparse
from sorparse import Register
from support.register import unit

WORKERS, REPLACEMENTS = 4, 50
IDS = [f"{number}1000016000" for number in range(100, 160)]


def register(version: int) -> Register:
    """Return a register whose every answer says which version it is of."""
    return Register.from_records(
        unit(
            sor_id,
            "2000-01-01",
            None if place % 2 else f"{2020 + version % 70}-01-01",
            name=f"Klinik {place} udgave v{version:03}",
            shak_code=f"{1000 + version}",
        )
        for place, sor_id in enumerate(IDS)
    )


def version_of(opened: Register) -> int:
    return int((opened.history(IDS[0])[0].name or "")[-3:])


def wrong_answers(opened: Register) -> list[str]:
    """Ask a register in every way, and return answers that are not those of its version."""
    view = opened.as_of("2010-01-01")
    version = version_of(opened)
    closing = f"{2020 + version % 70}-01-02"
    found = {
        "record": all(
            view[sor_id].name == f"Klinik {place} udgave v{version:03}"
            for place, sor_id in enumerate(IDS)
        ),
        "find": len(view.find(f"udgave v{version:03}")) == len(IDS),
        "code": len(view.by_shak(str(1000 + version))) == len(IDS),
        "status": [opened.as_of(closing).status(sor_id).value for sor_id in IDS[:2]]
        == ["CLOSED", "ACTIVE"],
        "others": not view.find(f"udgave v{version + 1:03}")
        and not view.by_shak(str(1001 + version)),
    }
    return [f"{name} of version {version}" for name, is_right in found.items() if not is_right]


def work(path: Path, done: Path) -> tuple[list[str], int]:
    """Run in a process of its own: answer, and open the register again if it was replaced."""
    opened, wrong, is_last = sorparse.load(path), [], False
    while not is_last:
        is_last = done.exists()
        if not opened.is_current():
            opened = sorparse.load(path)
        wrong += wrong_answers(opened)
    return wrong, version_of(opened)


def work_by_pointer(pointer: Path, done: Path) -> tuple[list[str], int]:
    """Do the same where a mapped file cannot be replaced: a small file names the current one."""
    name, wrong, is_last = "", [], False
    while not is_last:
        is_last = done.exists()
        current = pointer.read_text("utf-8")
        if current != name:
            name, opened = current, sorparse.load(pointer.with_name(current))
        wrong += wrong_answers(opened)
    return wrong, version_of(opened)


@pytest.mark.parametrize("by_pointer", [False, True], ids=["rename", "pointer"])
def test_no_answer_is_wrong_while_the_register_is_replaced(
    by_pointer: bool, tmp_path: Path
) -> None:
    path, pointer, done = (tmp_path / name for name in ("register.sor", "current", "done"))

    def replace(version: int) -> None:
        if not by_pointer:
            register(version).save(path)
            return
        name = f"register-{version}.sor"
        register(version).save(tmp_path / name)
        pointer.with_suffix(".new").write_text(name, encoding="utf-8")
        pointer.with_suffix(".new").replace(pointer)

    replace(0)
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        try:
            running = [
                pool.submit(
                    work_by_pointer if by_pointer else work, pointer if by_pointer else path, done
                )
                for _ in range(WORKERS)
            ]
            for version in range(1, REPLACEMENTS + 1):
                replace(version)
        finally:
            done.touch()
        results = [each.result(timeout=60) for each in running]
    assert results == [([], REPLACEMENTS)] * WORKERS
