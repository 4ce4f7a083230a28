"""The command line. It knows the library by its public names, and what may be written."""

from .app import main

__all__ = ["main"]
