"""Packages of the extras: loaded on first use, and one clear sentence where one is missing."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from .errors import MissingExtraError


def load_extra(module: str, extra: str, purpose: str) -> Any:
    """Import ``module``, which comes with the extra named.

    ``purpose`` says what needs it, as the beginning of the sentence: ``"Parquet files"``.
    Raises :class:`MissingExtraError` where it is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        # a package that is there but broken says why; that must not read as "not installed"
        missing = (
            isinstance(error, ModuleNotFoundError)
            and (error.name or "").split(".")[0] == module.split(".", maxsplit=1)[0]
        )
        state = "is not installed" if missing else f"cannot be loaded ({error})"
        package = module.split(".", maxsplit=1)[0]
        # in quotes: to the shell of macOS, bare brackets are a pattern
        raise MissingExtraError(
            f'{purpose} need the package {package}, which {state}: pip install "sorparse[{extra}]"'
        ) from error


def load_pyarrow() -> Any:
    """Import pyarrow, or say which extra brings it."""
    return load_extra("pyarrow", "arrow", "Arrow tables")


@cache
def load_numpy() -> Any:
    """Import numpy, or say which extra brings it."""
    return load_extra("numpy", "arrow", "Arrow tables")
