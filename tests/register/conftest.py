"""Fixtures for the tests of the register."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

BOTH_STORES = frozenset(
    {
        *("test_asked", "test_closed_parents", "test_closings"),
        *("test_codes", "test_diff", "test_find"),
        *("test_hints", "test_shak_bridge", "test_terms", "test_tree"),
    }
)
"""Test modules whose registers are also saved and opened again."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of some modules on registers in memory and on saved ones."""
    if metafunc.definition.path.stem in BOTH_STORES:
        metafunc.fixturenames.insert(0, "stored")  # before the fixtures that make registers
        metafunc.parametrize("stored", ["memory", "saved"], indirect=True)


@pytest.fixture
def stored(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Let functions that make a register return one that was saved and opened again."""
    if request.param == "memory":
        return
    from sorparse import Register, load

    def saved(make: Callable[..., Register]) -> Callable[..., Register]:
        def make_and_save(*args: Any, **more: Any) -> Register:
            path = tmp_path_factory.mktemp("register") / "register.sor"
            make(*args, **more).save(path)
            return load(path)

        return make_and_save

    for name in ("from_records", "with_shak"):
        monkeypatch.setattr(Register, name, saved(getattr(Register, name)))
