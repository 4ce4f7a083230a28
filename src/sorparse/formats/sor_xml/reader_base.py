"""Base classes and functions of the readers of the XML files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import attrs

from ...issues import Issue
from ...records import Coded
from ...sources import Member
from ...xml.elements import Element
from ...xml.growing import GrowingTree, Step
from ...xml.head import Header, read_header
from ...xml.parser import Meter, chunks_of
from ..base import Format, GivesNames, ReadOptions
from ..cells import BadCell, to_date
from ..decode import CarefulDecoder, Complete, Leaf, make_plan
from .names import KINDS_OF_CODES
from .reporting import Context
from .units import Layout

set_frozen = object.__setattr__
"""Sets a field of a frozen record that the caller has not received yet."""


@attrs.define(eq=False)
class XmlReader:
    """Base class of the two readers of Sor.xml."""

    member: Member
    options: ReadOptions
    format: Format = Format.SOR_XML
    _names: GivesNames | None = None

    def use_names_from(self, names: GivesNames | None) -> None:
        """Use the names of codes from ``names`` first, then from the bundled code tables.

        ``names`` is the reader of the SorDataCodeTypes.xml in the same source (see
        :class:`~sorparse.formats.sor_xml.lists.ClassificationsReader`), or anything else with a
        ``name_of(kind, code)``. Without it only the bundled tables are used. A name from a
        bundled table has ``Coded.supplied == "name"``.
        """
        self._names = names

    def header(self) -> Header | None:
        """Return the head of the document: what precedes the first owner."""
        return header_of(self.member, self.options)

    def snapshot_date(self) -> date | None:
        """Return the date that the data represent; only the file's beginning is read."""
        return snapshot_date_of(self.member, self.options)

    def complete(self, field: str, coded: Coded) -> Coded:
        """Return a code with its name: from the source's code file, else a bundled table."""
        if coded.code is None or coded.name is not None:
            return coded
        kind = KINDS_OF_CODES[field]
        if self._names is not None:
            name = self._names.name_of(kind, coded.code)
            if name is not None:
                return Coded(coded.code, name)
        from ... import codes

        name = codes.name_of(kind, coded.code)
        return coded if name is None else Coded(coded.code, name, supplied="name")


def context_of(member: Member, options: ReadOptions) -> Context:
    """Return the context in which issues of one pass are reported."""
    return Context(member.name, options.log, options.limits, options.columns)


def decoder(
    layout: Layout, options: ReadOptions, complete: Complete, on_swap: Callable[[], object]
) -> CarefulDecoder:
    """Return the decoder that decodes a row of texts cell by cell."""
    plan = make_plan(layout.spec, [column.name for column in layout.columns], layout.columns)
    return CarefulDecoder(plan, repair=options.repair, complete=complete, on_swap=on_swap)


def header_of(member: Member, options: ReadOptions) -> Header | None:
    """Return the head of a document: what precedes the first unit or entry."""
    with member.open() as stream:
        return read_header(
            chunks_of(stream, member.name),
            file=member.name,
            encoding=options.encoding,
            limits=options.limits,
        )[0]


def snapshot_date_of(member: Member, options: ReadOptions) -> date | None:
    """Return the date in the header of a file; an invalid one is reported."""
    header = header_of(member, options)
    if header is None or header.snapshot_date is None:
        return None
    try:
        return to_date(header.snapshot_date)
    except BadCell as bad:
        options.log.add(
            Issue(
                bad.severity,
                bad.code,
                str(bad),
                file=member.name,
                column="SnapshotDate",
                value=header.snapshot_date,
            )
        )
        return None


def growing(member: Member, options: ReadOptions, begin: Callable[[Element], bool]) -> GrowingTree:
    """Return the tree of a file, to be read with :func:`steps_of`."""
    meter = Meter(member.name, options.limits)
    return GrowingTree(begin, meter, file=member.name, limits=options.limits)


def steps_of(tree: GrowingTree, member: Member, options: ReadOptions) -> Iterator[Step]:
    """Yield what becomes complete while a file is parsed; see ``GrowingTree.steps``."""
    with member.open() as stream:
        yield from tree.steps(chunks_of(stream, member.name), options.encoding)


def cell_reporter(
    context: Context, lines: dict[int, Element], unit: Element, sor_id: str | None
) -> Callable[..., None]:
    """Return a function that reports a bad cell with the line of its element."""

    def report(bad: BadCell, leaf: Leaf, text: str) -> None:
        context.issue(
            bad.severity,
            bad.code,
            str(bad),
            lines.get(leaf.place, unit),
            leaf.header,
            value=text,
            sor_id=sor_id,
        )

    return report
