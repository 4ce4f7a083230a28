"""Importing the library loads nothing heavy."""

from __future__ import annotations

import subprocess
import sys

HEAVY = (
    "lxml xmlschema dateutil stdnum pyarrow pandas polars duckdb narwhals numpy arro3 rich textual"
)
CHECK = f"""
import sys, attrs
before = set(sys.modules)
import sorparse
loaded = set(sys.modules) - before
print(sorted(loaded & set({HEAVY!r}.split())))
print(sorted(name for name in loaded if name.split(".")[0] == "sorparse"))
"""


def test_import_loads_only_the_package_itself() -> None:
    done = subprocess.run([sys.executable, "-c", CHECK], capture_output=True, text=True, check=True)
    heavy, own = done.stdout.splitlines()
    assert heavy == "[]"
    # every name is loaded when it is first used
    assert own == "['sorparse']"
