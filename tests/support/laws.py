"""How many random examples a property test tries."""

from __future__ import annotations

import os


def law_examples(number: int) -> int:
    """Return the number of examples: that of the variable LAW_EXAMPLES if it is set."""
    return int(os.environ.get("LAW_EXAMPLES", number))
