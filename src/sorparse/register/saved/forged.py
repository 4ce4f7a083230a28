"""Errors of a saved register whose parts are inconsistent.

The checksums of such a file are right, so somebody forged it. Types and lengths of its parts are
checked when it is opened, values when they are read. Checking every number would take longer than
opening the file; instead, the error that a wrong number raises is translated here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from inspect import getattr_static
from types import FunctionType, GeneratorType
from typing import Any, NoReturn, TypeVar, cast

from ...errors import SorError
from .file import damaged

_BROKEN = (LookupError, UnicodeDecodeError, OverflowError)
"""Errors that inconsistent numbers and texts raise, but a wrong argument never does."""
_SPECIAL = frozenset(
    ("__contains__", "__getitem__", "__iter__", "__len__", "__repr__", "_repr_html_")
)
_ITERATORS = frozenset((GeneratorType, map, filter))


Asked = TypeVar("Asked", bound=type[Any])
Function = TypeVar("Function", bound=Callable[..., Any])


def reports_forged_files(asked: Asked) -> Asked:
    """Let methods and properties of a class that has a ``core`` report forged files."""
    for name in dir(asked):
        member = getattr_static(asked, name)
        if name == "core" or (name[0] == "_" and name not in _SPECIAL):
            continue
        if isinstance(member, FunctionType) and not hasattr(member, "__wrapped__"):
            setattr(asked, name, reports_forged_file(member))
        elif isinstance(member, property) and not hasattr(member.fget, "__wrapped__"):
            get: Any = reports_forged_file(member.fget)  # type: ignore[type-var] # not None
            setattr(asked, name, property(get, doc=member.__doc__))
    return asked


def reports_forged_file(function: Function) -> Function:
    """Let a function raise SorFileError if a saved register among its arguments is forged.

    If it returns an iterator, that raises it too.
    """

    @wraps(function)
    def answer(*args: Any, **options: Any) -> Any:
        try:
            result = function(*args, **options)
        except _BROKEN as error:
            _raise(error, args)
        return _each(result, args) if type(result) in _ITERATORS else result

    return cast("Function", answer)


def _each(answers: Iterator[Any], asked: Sequence[Any]) -> Iterator[Any]:
    try:
        yield from answers
    except _BROKEN as error:
        _raise(error, asked)


def _raise(error: Exception, asked: Sequence[Any]) -> NoReturn:
    cores = [getattr(each, "core", each) for each in asked]
    files = [core.store.file for core in cores if hasattr(getattr(core, "store", None), "file")]
    if not files or isinstance(error, SorError):
        raise error
    raise damaged(files, "its parts are inconsistent") from error
