"""``Register.check``: contradictions in the content of a register."""
