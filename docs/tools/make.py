"""Generate the pages and pictures of the docs that follow from the source.

    python docs/tools/make.py          write them
    python docs/tools/make.py --check  exit 1 where one is not current

They are in the repository, so that they can be read without building the site. A test compares
them with the source.
"""

from __future__ import annotations

import sys
from pathlib import Path

import command_line
import formats
import issue_codes
import pictures
import reference
import schemas
import tables

DOCS = Path(__file__).parent.parent


def generated() -> dict[str, str]:
    """Return the text of each page and picture by its path below docs."""
    return {
        **formats.pages(),
        **pictures.pages(),
        **schemas.pages(),
        **tables.pages(),
        **issue_codes.pages(),
        **command_line.pages(),
        **reference.pages(),
    }


def main(arguments: list[str]) -> int:
    """Write, or compare."""
    stale = []
    for name, text in generated().items():
        path = DOCS / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    for name in stale:
        print(("not current: " if "--check" in arguments else "written: ") + name)
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
