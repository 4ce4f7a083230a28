"""The validating parser that reads along with the text of a document.

It builds nothing, and is not needed for making records; so it reads a block in a thread of its own
while records are made of the block before. A thread serves one block and has ended before anything
is handed out. So an iterator that is dropped leaves none behind, and the caller's code never runs
beside one: lxml sets the loader of external files for the whole process while it parses, and a
schema that the caller compiles meanwhile could get the wrong one.

Blocks, not the pieces they consist of, because the thread comes to the end of each only when it is
given the interpreter again, for which it may have to wait for some milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import Thread
from typing import Any

from lxml import etree

from ...xml.parser import ELEMENTS_ONLY, MOST_REFERENCES
from .text_scanner import NeedsElements

BLOCK_BYTES = 512 * 1024
"""Bytes that are worth a thread. The text of a block is in memory a few times."""


def blocks(chunks: Iterable[bytes]) -> Iterator[Sequence[bytes]]:
    """Join chunks to blocks; only the last may be shorter.

    An error of reading is raised after what precedes it was taken, and an empty block after that.
    """
    block: list[bytes] = []
    size = 0
    try:
        for chunk in chunks:
            block.append(chunk)
            size += len(chunk)
            if size >= BLOCK_BYTES:
                yield block
                block, size = [], 0
    except Exception:
        yield block
        yield ()
        raise
    yield block


class _Nothing:
    """A parser target that builds nothing: lxml then calls no Python while it parses."""

    def close(self) -> None:
        return None


class DocumentValidator:
    """The validating parser."""

    def __init__(self, schema: etree.XMLSchema) -> None:
        target: Any = _Nothing()  # the stubs ask for every method of a target
        # Limits.max_depth is checked where the units get their place in the tree
        self._parser = etree.XMLParser(
            target=target, schema=schema, huge_tree=True, **ELEMENTS_ONLY
        )
        self._may_thread = True
        self._error: Exception | None = None

    @contextmanager
    def reading(self, block: Sequence[bytes]) -> Iterator[None]:
        """Read a block while the body of the ``with`` runs, or before it if the block is short."""
        content = b"".join(block)
        thread = self._thread(content)
        if thread is None:
            self._read(content)
            yield
        else:
            try:
                yield
            finally:
                thread.join()

    def check(self) -> None:
        """Raise what was wrong with what has been read: NeedsElements for a fault."""
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """Take the end of the document, and check it."""
        self._read(None)
        self.check()

    def _thread(self, content: bytes) -> Thread | None:
        """Start a thread that reads this, if it is worth one and one is to be had."""
        if len(content) >= BLOCK_BYTES and self._may_thread:
            thread = Thread(target=self._read, args=(content,), name="sorparse validation")
            try:
                thread.start()
            except RuntimeError:  # none is left, or the platform has none
                pass
            else:
                return thread
        # From now on none at all: libxml2's dictionary of names is the one of the thread in which
        # the parser began, and no two threads may use one at once.
        self._may_thread = False
        return None

    def _read(self, content: bytes | None) -> None:
        parser = self._parser
        try:
            if content is None:
                parser.close()
            elif content.count(b"&") > MOST_REFERENCES:
                self._error = NeedsElements()
            else:
                parser.feed(content)
        except etree.XMLSyntaxError:
            self._error = NeedsElements()
        except Exception as exc:  # raised where the thread is waited for
            self._error = exc
        else:
            if parser.feed_error_log:
                self._error = NeedsElements()
