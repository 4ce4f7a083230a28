"""What the readers of Sor.xml have in common."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import attrs

from ...issues import Issue
from ...records import Coded
from ...sources import Member
from ..base import Format, GivesNames, ReadOptions
from ..cells import BadCell, to_date
from ..decode import CarefulDecoder, Complete, Leaf, make_plan
from .context import Context, Element
from .names import KINDS_OF_CODES
from .stream import Header, chunks_of, read_header
from .units import Careful, Layout

put = object.__setattr__
"""Sets a field of a frozen record, as long as it is not out of our hands."""


@attrs.define(eq=False)
class XmlReader:
    """What the two readers have in common."""

    member: Member
    options: ReadOptions
    format: Format = Format.SOR_XML
    _names: GivesNames | None = None

    def use_names_from(self, names: GivesNames | None) -> None:
        """Take the names of codes from ``names`` first, then from the bundled code tables.

        ``names`` is the reader of the SorDataCodeTypes.xml that stands in the same source (see
        :class:`~sorparse.formats.sor_xml.lists.ClassificationsReader`), or anything else with a
        ``name_of(kind, code)``. Without it only the bundled tables are asked. A name from a
        bundled table is marked with ``Coded.supplied == "name"``.
        """
        self._names = names

    def header(self) -> Header | None:
        """Read what stands before the first owner."""
        with self.member.open() as stream:
            return read_header(
                chunks_of(stream), file=self.member.name, encoding=self.options.encoding
            )[0]

    def snapshot_date(self) -> date | None:
        """Read the day that the data represent; only the file's beginning is read."""
        return snapshot_date_of(self.header(), self.member, self.options)

    def complete(self, field: str, coded: Coded) -> Coded:
        """Put the name beside a code: from the file beside, else from the bundled tables."""
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

    def context(self) -> Context:
        """What the telling of findings needs."""
        options = self.options
        return Context(self.member.name, options.log, options.limits, options.columns)


def decoder(
    layout: Layout, options: ReadOptions, complete: Complete, on_swap: Callable[[], object]
) -> CarefulDecoder:
    """What takes a row of texts cell by cell."""
    plan = make_plan(layout.spec, [column.name for column in layout.columns], layout.columns)
    return CarefulDecoder(plan, repair=options.repair, complete=complete, on_swap=on_swap)


def snapshot_date_of(header: Header | None, member: Member, options: ReadOptions) -> date | None:
    """The date in a header; a bad one is reported."""
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


def reporter(careful: Careful, context: Context, unit: Element) -> Callable[..., None]:
    """What tells of a bad cell of a unit, with the line of the element it was taken from."""

    def report(bad: BadCell, leaf: Leaf, text: str) -> None:
        context.issue(
            bad.severity,
            bad.code,
            str(bad),
            careful.lines.get(leaf.place, unit),
            leaf.header,
            value=text,
            sor_id=careful.sor_id,
        )

    return report
