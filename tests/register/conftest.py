"""Fixtures for the tests of the register."""

from __future__ import annotations

from typing import Any

import pytest

BOTH_STORES = frozenset(
    {
        *("test_asked", "test_closed_parents", "test_closings"),
        *("test_codes", "test_diff", "test_find"),
        *("test_hints", "test_terms", "test_tree"),
    }
)
"""Test modules whose registers are also saved and opened again."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of some modules on registers in memory and on saved ones."""
    if metafunc.definition.path.stem in BOTH_STORES:
        metafunc.fixturenames.append("stored")
        metafunc.parametrize("stored", ["memory", "saved"], indirect=True)


@pytest.fixture
def stored(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Let ``Register.from_records`` return a register that was saved and opened again."""
    if request.param == "memory":
        return
    import sorparse

    in_memory = sorparse.Register.from_records

    def saved(*tables: Any, **more: Any) -> sorparse.Register:
        path = tmp_path_factory.mktemp("register") / "register.sor"
        in_memory(*tables, **more).save(path)
        return sorparse.load(path)

    monkeypatch.setattr(sorparse.Register, "from_records", saved)
