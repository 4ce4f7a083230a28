"""The limits of one unit hold wherever Sor.xml is read, and bound the memory of any document."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sorparse
from support.hostile import bounded, read_bounded
from support.hostile_shapes import LIST_SHAPES, SHAPES
from support.xml import INNER, document, hospital, option, owner, unit


def inside(text: str) -> bytes:
    return document(owner(hospital(unit(more=(option(), text)), unit())))


def records(source: Any, limits: sorparse.Limits) -> list[Any]:
    with sorparse.open(source, limits=limits) as feed:
        return list(feed.entities())


def codes(source: Any, limits: sorparse.Limits) -> list[Any]:
    with sorparse.open(source, limits=limits) as feed:
        return list(feed.location_codes())


def validated(source: Any, limits: sorparse.Limits) -> list[Any]:
    with sorparse.open(source, limits=limits, validate=True) as feed:
        return list(feed.entities())


def described(source: Any, limits: sorparse.Limits) -> Any:
    with sorparse.open(source, limits=limits) as feed:
        return feed.describe()


READ: dict[str, Callable[[Any, sorparse.Limits], Any]] = {
    "records": records,
    "location codes": codes,
    "validated": validated,
    "describe": described,
}


@pytest.mark.parametrize("read", READ)
@pytest.mark.parametrize(
    ("limit", "text"),
    [
        ("max_unit_elements", "<n/>" * 300),
        ("max_unit_attributes", "<n " + " ".join(f'a{n}="1"' for n in range(300)) + "/>"),
    ],
)
def test_a_unit_beyond_a_limit_is_refused_everywhere(read: str, limit: str, text: str) -> None:
    content = inside(text)
    READ[read](content, sorparse.Limits(**{limit: 400}))
    for source in (content, io.BytesIO(content)):
        with pytest.raises(sorparse.SorFileError, match=rf"Limits\.{limit} \(200\)"):
            READ[read](source, sorparse.Limits(**{limit: 200}))


def test_the_units_before_the_one_that_is_refused_are_yielded() -> None:
    content = inside("<n/>" * 300)
    found: list[Any] = []
    with (
        sorparse.open(content, limits=sorparse.Limits(max_unit_elements=200)) as feed,
        pytest.raises(sorparse.SorFileError),
    ):
        found.extend(feed.entities())
    assert [record.sor_type.value for record in found] == ["IE", "SI"]


def test_a_unit_of_many_bytes_is_refused() -> None:
    content = inside("\n" * 300_000)
    assert len(records(content, sorparse.Limits())) == 4
    with pytest.raises(sorparse.SorFileError, match=r"Limits\.max_unit_bytes \(100000\)"):
        records(content, sorparse.Limits(max_unit_bytes=100_000))


def test_units_in_a_unit_are_part_of_it() -> None:
    """They are freed with it, so that they count for its limits."""
    inner = f"<OrganizationalUnit><s:SorIdentifier>{INNER}</s:SorIdentifier></OrganizationalUnit>"
    content = inside(inner * 10_000)
    with pytest.raises(sorparse.SorFileError, match="max_unit_elements"):
        records(content, sorparse.Limits(max_unit_elements=5_000))
    assert len(records(content, sorparse.Limits())) > 10_000


def test_units_in_one_container_are_freed_one_by_one(tmp_path: Path) -> None:
    shape = SHAPES["empty units in one container"]
    path = shape.write(tmp_path / "Sor.xml", 6_000_000)  # would take 60 MB in memory
    read_bounded(path, megabytes=60, limits="max_issues=0")


def test_a_stray_between_units_of_one_container_is_reported() -> None:
    """Also if the units before it were freed already."""
    inner = f"<OrganizationalUnit><s:SorIdentifier>{INNER}</s:SorIdentifier></OrganizationalUnit>"
    container = f"{inner * 5_000}<n>stray</n>{inner * 5_000}"
    content = document(
        owner(hospital(f"<OrganizationalUnitEntity>{container}</OrganizationalUnitEntity>"))
    )
    with sorparse.open(content, limits=sorparse.Limits(max_issues=1_000_000)) as feed:
        assert sum(1 for _ in feed.entities()) == 10_002
        (stray,) = [issue for issue in feed.issues if "stray" in (issue.raw or "")]
    assert (stray.code, stray.column) == ("unknown-element", "OrganizationalUnitEntity/n")


def test_many_different_unknown_elements_are_refused() -> None:
    content = inside("".join(f"<n{n}/>" for n in range(300)))
    limits = sorparse.Limits(max_columns=200)
    for read in (records, validated):
        with pytest.raises(sorparse.SorFileError, match=r"Limits\.max_columns"):
            read(content, limits)


SCRIPT = """
import sys
import sorparse
limits = sorparse.Limits(
    max_unit_elements=5_000, max_unit_attributes=500, max_unit_bytes=150_000, max_issues=500
)
for validate in (False, True):
    try:
        with sorparse.open(sys.argv[1], validate=validate, limits=limits) as feed:
            for table in feed.tables:
                for _ in feed.records(table):
                    pass
            feed.describe()
    except sorparse.SorError:
        pass
"""


@pytest.mark.parametrize("shape", SHAPES)
def test_memory_is_bounded_for_every_shape(shape: str, tmp_path: Path) -> None:
    path = SHAPES[shape].write(tmp_path / "Sor.xml", 500_000)
    # an owner that is validated is held as a whole, up to a size of its own
    bounded(SCRIPT, path, megabytes=110, seconds=600)


@pytest.mark.parametrize("name", ["SorDataCodeTypes.xml", "SHAKregion.xml"])
@pytest.mark.parametrize("shape", LIST_SHAPES)
def test_memory_is_bounded_for_every_list(name: str, shape: str, tmp_path: Path) -> None:
    path = LIST_SHAPES[shape].write(tmp_path / name, 250_000)
    bounded(SCRIPT, path, megabytes=90, seconds=600)


def test_memory_does_not_grow_with_the_lines_of_empty_units(tmp_path: Path) -> None:
    path = SHAPES["empty units on lines of their own"].write(tmp_path / "Sor.xml", 16_000_000)
    read_bounded(path, megabytes=55, limits="max_issues=500")


# -- nothing is dropped


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("<SorTree ", '<SorTree version="2" ', "SorTree/@version"),
        ("<SorTree ", '<SorTree scheme="iso3166-alpha2" ', "SorTree/@scheme"),
        ("<s:SnapshotDate>", '<s:SnapshotDate a="1">', "SorTree/SnapshotDate"),
        ("<s:SnapshotDate>", '<s:SnapshotDate scheme="iso3166-alpha2">', "SorTree/SnapshotDate"),
        (
            "<s:SnapshotDate>",
            "<s:SnapshotDate>2001-01-01</s:SnapshotDate><s:SnapshotDate>",
            "SorTree/SnapshotDate",
        ),
        (
            "</InstitutionOwnerEntity>",
            '<HealthInstitutionEntity a="1"/></InstitutionOwnerEntity>',
            "InstitutionOwnerEntity/HealthInstitutionEntity",
        ),
        (
            "</InstitutionOwnerEntity>",
            '<HealthInstitutionEntity scheme="iso3166-alpha2"/></InstitutionOwnerEntity>',
            "InstitutionOwnerEntity/HealthInstitutionEntity",
        ),
        (
            "</InstitutionOwnerEntity>",
            "<HealthInstitutionEntity>x</HealthInstitutionEntity></InstitutionOwnerEntity>",
            "InstitutionOwnerEntity/HealthInstitutionEntity",
        ),
        ("<s:EntityName>", '<s:EntityName scheme="iso3166-alpha2">', "EntityName/@scheme"),
        ("<OrganizationalUnit>", '<OrganizationalUnit scheme="iso3166-alpha2">', "@scheme"),
        (
            "<OrganizationalUnitEntity>",
            '<OrganizationalUnitEntity scheme="iso3166-alpha2">',
            "../@scheme",
        ),
        ("</OrganizationalUnitEntity>", "<n/>x</OrganizationalUnitEntity>", None),
    ],
)
@pytest.mark.parametrize("validate", [False, True])
def test_nothing_is_dropped_without_an_issue(
    old: str, new: str, column: str | None, validate: bool
) -> None:
    plain = document(owner(hospital(unit(), unit())))
    content = plain.replace(old.encode(), new.encode(), 1)
    assert content != plain

    class Once(io.RawIOBase):
        """A stream that cannot go back has its elements read."""

        position = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            piece = content[self.position : self.position + len(buffer)]
            buffer[: len(piece)] = piece
            self.position += len(piece)
            return len(piece)

    found = []
    stream: Any = Once()
    for source in (content, stream):
        with sorparse.open(source, validate=validate) as feed:
            assert len(list(feed.entities())) == 4
            found.append([(i.code, i.column, i.value, i.raw) for i in feed.issues])
    assert found[0] == found[1]
    reported = [issue for issue in found[0] if not issue[0].startswith("xsd-")]
    assert reported
    if column is not None:
        assert column in [issue[1] for issue in reported]


def test_the_first_of_two_snapshot_dates_counts() -> None:
    second = b"<s:SnapshotDate>2001-01-01</s:SnapshotDate></InstitutionOwnerEntity>"
    content = document(owner()).replace(b"</InstitutionOwnerEntity>", second)
    with sorparse.open(content) as feed:
        assert str(feed.snapshot_date) == "2026-06-15"
