"""Errors of a saved register whose parts are inconsistent.

The checksums of such a file are right, so somebody forged it. Checking every number when the file
is opened would take longer than opening it; instead, the error that a wrong number raises is
translated.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import wraps
from types import FunctionType, GeneratorType
from typing import Any, NoReturn, Protocol, TypeVar

from ...errors import SorError
from ..core import Core

_BROKEN = (LookupError, UnicodeDecodeError, OverflowError)
"""Errors that inconsistent numbers and texts raise, but a wrong argument never does."""
_SPECIAL = ("__contains__", "__getitem__", "__iter__", "__len__")
_ITERATORS = frozenset((GeneratorType, map, filter))


class _HasCore(Protocol):
    @property
    def core(self) -> Core: ...


Asked = TypeVar("Asked", bound=type[_HasCore])


def reports_forged_files(asked: Asked) -> Asked:
    """Let the methods of a class raise SorFileError if the saved register is forged."""
    for name, method in list(vars(asked).items()):
        if isinstance(method, FunctionType) and (name[0] != "_" or name in _SPECIAL):
            setattr(asked, name, _translated(method))
    return asked


def _translated(method: Any) -> Any:
    @wraps(method)
    def answer(self: _HasCore, *args: Any, **options: Any) -> Any:
        try:
            result = method(self, *args, **options)
        except _BROKEN as error:
            _raise(self.core, error)
        return _each(self.core, result) if type(result) in _ITERATORS else result

    return answer


def _each(core: Core, answers: Iterator[Any]) -> Iterator[Any]:
    try:
        yield from answers
    except _BROKEN as error:
        _raise(core, error)


def _raise(core: Core, error: Exception) -> NoReturn:
    file = getattr(core.store, "file", None)
    if file is None or isinstance(error, SorError):
        raise error
    raise file.damaged("its parts are inconsistent") from error
