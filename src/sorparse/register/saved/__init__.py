"""A register in one file: written, mapped, cached."""
