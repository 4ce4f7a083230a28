"""The command line. It knows the library only by its public names."""

from .app import main

__all__ = ["main"]
