"""Refuse documents with very long namespaces, or very many.

An element's name contains its namespace, and so do paths, issues and the messages of the parser: a
namespace of 50 kB that is declared once is repeated for each element that has it. An element from
a tree is written, or copied, with all namespaces that are declared around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..errors import SorFileError
from .elements import Element, line_of
from .name_watch import NameWatch

LONGEST = 300
"""Bytes of a namespace, of its prefix, and of each run of whitespace in the declaration.
Those of SOR have up to 80 characters."""
MOST = 100
"""Namespaces that are declared around an element. Files of SOR have up to 20."""
_LONG = re.compile(
    r"""
    xmlns (?:
        :[^\s=<>"':]{N}                                 # a long prefix
        | (?: :[^\s=<>"':]+ )? (?:
            \s{N} | \s*=\s{N}                           # much whitespace
            | \s*=\s* (?: "[^"<]{N} | '[^'<]{N} )       # a long namespace
        )
    )""".replace("N", str(LONGEST + 1)).encode(),
    re.VERBOSE,
)
"""Cannot try one byte more than a few hundred times: a prefix has no colon, so of the texts in it
that could begin another declaration, none continues."""
_OVERLAP = 5 * LONGEST
"""Bytes in which a declaration that is not too long is complete."""


class LongNamespaceError(SorFileError):
    """A document declares a namespace that is very long."""


def until_long_namespace(chunks: Iterable[bytes], file: str) -> Iterator[bytes]:
    """Yield the bytes of a document, whatever the chunks, up to a long namespace.

    Raises:
        LongNamespaceError: After what precedes the declaration.
        SorFileError: If there are very many different namespaces, prefixes or instructions.
    """
    names = NameWatch(file)
    before = b""
    lines = 1
    for chunk in chunks:
        plain = chunk.replace(b"\0", b"") if b"\0" in chunk else chunk  # UTF-16
        text = before + plain
        if b"?" in plain:
            names.instructions(plain)
        if b"xmlns" not in text:
            found = None
        else:
            names.namespaces(plain)
            found = _LONG.search(text)
        if found:
            place = found.start() - len(before)
            if place > 0:
                yield chunk[: place * len(chunk) // len(plain)]
            raise LongNamespaceError(
                f"declares a namespace of more than {LONGEST} bytes; those of SOR are shorter",
                file=file,
                line=lines + text.count(b"\n", 0, found.start()) - before.count(b"\n"),
            )
        yield chunk
        lines += plain.count(b"\n")
        before = text[-_OVERLAP:]


def refuse_many_namespaces(element: Element, file: str | None) -> None:
    """Raise SorFileError if very many namespaces are declared around an element."""
    count = len(element.nsmap)
    if count > MOST:
        raise SorFileError(
            f"has {count:,} namespaces that are declared around one element; more than {MOST} are "
            "not read",
            file=file,
            line=line_of(element),
        )
