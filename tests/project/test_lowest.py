"""The versions that CI tests as the lowest are those that pyproject.toml allows as the lowest."""

from __future__ import annotations

import re
import tomllib

from support.paths import ROOT


def versions(lines: list[str], sign: str) -> dict[str, str]:
    pattern = re.compile(rf"^([\w.-]+)(?:\[\w+\])?{sign}([\d.]+)")
    return {found[1]: found[2] for line in lines if (found := pattern.match(line))}


def test_the_lowest_versions_are_those_allowed() -> None:
    pinned = versions((ROOT / "constraints-lowest.txt").read_text().splitlines(), "==")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    required = project["project"]["dependencies"]
    allowed = versions([line for line in required if "win32" not in line], ">=")
    assert allowed
    for name, version in allowed.items():
        assert pinned[name].removesuffix(".0") == version.removesuffix(".0"), name
