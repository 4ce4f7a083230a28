"""The pages of the bundled schemas as trees."""

from __future__ import annotations

from schema_tree import schema_tree

VERSIONS = ("2.0.0", "1.0.0")


def pages() -> dict[str, str]:
    """Return each page by its path below docs."""
    return {f"reference/schema-{version}.md": schema_tree(version) for version in VERSIONS}
