"""``sorparse.extract``: a smaller set that stays whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

import attrs

from ..errors import SorError, UnknownUnitError
from ..records import Coded
from ..register.explain_id import spelled, why_unknown
from ..targets import writable
from .conversion import ConversionReport, opened, run
from .conversion_job import ConversionJob
from .mask import masked
from .sor2 import Sor2

if TYPE_CHECKING:
    from ..feed import Feed
    from ..records import SOREntity


def extract(
    source: str | os.PathLike[str] | bytes | BinaryIO | Feed,
    target: str | os.PathLike[str],
    *,
    below: str | Iterable[str] = (),
    ids: Iterable[str] = (),
    mask: bool = False,
    force: bool = False,
    **open_options: Any,
) -> ConversionReport:
    """Write a few units, with all that belongs to them, as a small SOR2 set.

    The set stays whole. With a unit come all its versions; the units above it (parents, owner,
    health institution, geographical parent, on any date); the units that it replaces or that
    replace it; the owner of its location code; and from the other tables what is about these
    units: the SHAK map, location codes and their message types, geographical locations,
    replacements, and the entries of the code lists that are used. Rows that cannot be read as
    records are not written; they are in the report's issues.

    Args:
        source: What :func:`sorparse.open` takes, or an open feed; it is read twice.
        target: A zip if the name ends so, else a folder, as with ``convert(to="sor2")``.
        below: A unit, or several, written with every unit that was ever below it.
        ids: Units that are written without those below.
        mask: Replace names, telephones, e-mails, addresses, remarks and unknown columns by made-up
            ones, always the same for the same text. Ids, codes, post codes, municipalities and
            regions stay.
        force: Also replace what the library did not write; never the source or a device.
        open_options: Those of :func:`sorparse.open`.

    Returns:
        What was written and replaced.

    Raises:
        UnknownUnitError: If the source does not have an id.
        ConversionError: If the target cannot be written.

    Example:
        >>> report = sorparse.extract("Sor_complete.zip", "small.zip", below="9000121000016003")
        >>> report.tables["entities"]
        10
    """
    tops = [below] if isinstance(below, str) else list(below)
    wanted = [ids] if isinstance(ids, str) else list(ids)
    if not tops and not wanted:
        raise SorError("nothing to extract: name units with below= or ids=")
    writer = Sor2()
    place = str(writable(target, writer.is_own, sources=[source], force=force))
    replaced = writer.rows(place)
    with opened(source, open_options) as feed:
        links = _Links.of(feed)
        tops, wanted = links.known(tops), links.known(wanted)
        chosen = links.whole({*wanted, *links.downwards(tops)})
        choice = _Choice(chosen, links.location_codes_of(chosen), masked if mask else None)
        job = ConversionJob(
            feed,
            # the code lists last: what is used of them is known once the others are written
            tables=tuple(sorted(feed.tables, key=lambda table: table in _CODE_LISTS)),
            force=force,
            read=lambda table: choice.of(table, feed.records(table)),
        )
        return run(job, writer, place, shown=os.fspath(target), replaced=replaced)


@attrs.define(eq=False)
class _Links:
    """Which unit needs which others, over all versions."""

    needed: dict[str, set[str]] = attrs.field(factory=dict)
    children: dict[str, set[str]] = attrs.field(factory=dict)
    location_codes: dict[str, set[str]] = attrs.field(factory=dict)
    """Location numbers by the unit that has them."""

    @classmethod
    def of(cls, feed: Any) -> _Links:
        """Read the links of a source."""
        links = cls()
        for entity in feed.records("entities"):
            links._add(entity)
        having: dict[str, set[str]] = {}
        for sor_id, codes in links.location_codes.items():
            for code in codes:
                having.setdefault(code, set()).add(sor_id)
        for record in _records(feed, "location_codes"):
            if record.sor_id in links.needed:
                links.location_codes.setdefault(record.sor_id, set()).add(record.location_code)
                for sor_id in having.get(record.location_code, ()):
                    links.needed[sor_id].add(record.sor_id)
        for record in _records(feed, "replaced_entities"):
            for one, other in (
                (record.sor_id, record.replaced_by_id),
                (record.replaced_by_id, record.sor_id),
            ):
                if one in links.needed:
                    links.needed[one].add(other)
        return links

    def _add(self, entity: SOREntity) -> None:
        above = (
            entity.parent_id,
            entity.geographical_parent_id,
            entity.owner.sor_id if entity.owner else None,
            entity.health_institution.sor_id if entity.health_institution else None,
            *entity.replaces,
            *entity.replaced_by,
        )
        self.needed.setdefault(entity.sor_id, set()).update(filter(None, above))
        if entity.parent_id is not None:
            self.children.setdefault(entity.parent_id, set()).add(entity.sor_id)
        if entity.location_code is not None:
            self.location_codes.setdefault(entity.sor_id, set()).add(entity.location_code)

    def known(self, texts: Iterable[str]) -> list[str]:
        """Return the ids that are written in any notation; UnknownUnitError if no unit has one."""
        sor_ids = [spelled(text, "sor_id", self.needed) for text in texts]
        for sor_id in sor_ids:
            if sor_id not in self.needed:
                raise UnknownUnitError(why_unknown(sor_id), sor_id=sor_id)
        return sor_ids

    def downwards(self, tops: Iterable[str]) -> set[str]:
        """Return units with all that were ever below them."""
        return _reached(tops, self.children)

    def whole(self, sor_ids: Iterable[str]) -> set[str]:
        """Return units with all that they need."""
        return _reached(sor_ids, self.needed)

    def location_codes_of(self, sor_ids: Iterable[str]) -> set[str]:
        """Return the location codes of units."""
        return {code for sor_id in sor_ids for code in self.location_codes.get(sor_id, ())}


def _reached(starts: Iterable[str], edges: Mapping[str, set[str]]) -> set[str]:
    reached = set(starts)
    waiting = list(reached)
    while waiting:
        new = edges.get(waiting.pop(), set()) - reached
        reached |= new
        waiting += new
    return reached


def _records(feed: Any, table: str) -> Iterator[Any]:
    return feed.records(table) if table in feed.tables else iter(())


_CODE_LISTS = frozenset({"edi_types", "classifications"})


@attrs.define(eq=False)
class _Choice:
    """Chooses the records about some units."""

    chosen: set[str]
    location_codes: set[str]
    change: Callable[[Any], Any] | None
    used: set[str] = attrs.field(factory=set)
    """Codes and names of codes in the records chosen so far."""

    def of(self, table: str, records: Iterable[Any]) -> Iterator[Any]:
        """Yield those of a table's records that belong to the choice."""
        keeps = getattr(self, f"_keeps_{table}", None)
        for record in records:
            if keeps is None or keeps(record):
                self.used.update(_codes(record))
                yield record if self.change is None else self.change(record)

    def _keeps_entities(self, record: Any) -> bool:
        return record.sor_id in self.chosen

    _keeps_shak_sor_map = _keeps_geo_locations = _keeps_entities

    def _keeps_location_codes(self, record: Any) -> bool:
        return record.sor_id in self.chosen or record.location_code in self.location_codes

    def _keeps_location_code_edi_types(self, record: Any) -> bool:
        return record.location_code in self.location_codes

    def _keeps_replaced_entities(self, record: Any) -> bool:
        return record.sor_id in self.chosen or record.replaced_by_id in self.chosen

    def _keeps_edi_types(self, record: Any) -> bool:
        return not self.used.isdisjoint((record.edi_type_id, record.code, record.name))

    def _keeps_classifications(self, record: Any) -> bool:
        entry = record.entry
        return entry is None or not self.used.isdisjoint((entry.code, entry.name))


def _codes(record: Any) -> Iterator[str]:
    """Yield every code in a record, and every name in the place of one."""
    for field in attrs.fields(type(record)):
        value = getattr(record, field.name)
        if isinstance(value, Coded):
            yield from filter(None, (value.code, value.name))
        elif isinstance(value, tuple):
            for each in value:
                if isinstance(each, Coded):
                    yield from filter(None, (each.code, each.name))
        elif attrs.has(type(value)):
            yield from _codes(value)
        elif isinstance(value, str) and field.name.endswith(("_code", "_relation")):
            yield value
