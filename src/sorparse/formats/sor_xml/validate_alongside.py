"""Validate a document with an XML parser while its text is read.

The parser builds nothing, so it can run in a separate thread: it reads a block while the library
builds the records of the block before. Each thread reads one block, and ends before a record of
the block is yielded. So an abandoned iterator leaves no thread behind, and no thread runs while the
caller's code does. That matters because lxml sets the loader of external files for the whole
process while it parses: a schema that the caller compiles at that time could get the wrong loader.

The chunks are joined to blocks because at the end of each the thread has to wait for the
interpreter, which can take some milliseconds.
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
"""Smallest block that is read in a thread. Memory holds the text of a block a few times."""


def blocks(chunks: Iterable[bytes]) -> Iterator[Sequence[bytes]]:
    """Join chunks to blocks; only the last may be shorter.

    If reading fails, the chunks before the error and an empty block are yielded, then it is raised.
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
        # Limits.max_depth is checked when the units get their place in the tree
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
        """Raise the error of the text read so far: NeedsElements if it is not valid."""
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """End the document, and check it."""
        self._read(None)
        self.check()

    def _thread(self, content: bytes) -> Thread | None:
        """Return a thread that reads this content; ``None`` if it is short or none can start."""
        if len(content) >= BLOCK_BYTES and self._may_thread:
            thread = Thread(target=self._read, args=(content,), name="sorparse validation")
            try:
                thread.start()
            except RuntimeError:  # no thread is left, or the platform has no threads
                pass
            else:
                return thread
        # From now on no thread is started: libxml2 uses the dictionary of names of the thread in
        # which the parser began, and two threads must not use one dictionary at the same time.
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
        except Exception as exc:  # ``check`` raises it in the thread that waits
            self._error = exc
        else:
            if parser.feed_error_log:
                self._error = NeedsElements()
