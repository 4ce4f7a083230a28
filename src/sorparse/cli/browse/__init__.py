"""A full-screen browser of a register, for the terminal (extra ``[browse]``)."""
