"""No text that is to be masked remains, and no field is left undecided."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sorparse
from sorparse import Address, EntityRef, SOREntity, VirtualAddress
from sorparse.exports.mask import masked
from sorparse.records.tables import MASKS
from sorparse.tables.schema import steps_of

TOP = "11000016002"


@pytest.mark.parametrize("record", sorted(MASKS, key=str))
def test_every_field_is_declared(record: type[Any]) -> None:
    assert set(MASKS[record]) == set(attrs.fields_dict(record))
    for _, kind, _ in steps_of(record):
        if attrs.has(kind) and kind is not sorparse.Validity and kind is not sorparse.Coded:
            assert kind in MASKS


def test_a_field_that_is_not_declared_is_refused() -> None:
    @attrs.frozen
    class Unit:
        sor_id: str
        nickname: str

    with pytest.raises(LookupError, match=r"Unit\.sor_id has no rule for masking"):
        masked(Unit("1", "Bob"))


def test_an_address_keeps_only_where_in_the_country_it_is() -> None:
    texts: dict[str, Any] = {
        name: f"Tekst{place}"
        for place, name in enumerate(attrs.fields_dict(Address))
        if name not in ("easting", "northing")
    }
    address = Address(**texts, easting=Decimal("561234.5"), northing=Decimal(6212345))
    made_up = masked(address)
    same = {name for name, text in texts.items() if getattr(made_up, name) == text}
    assert same == {
        *("post_code", "country_code", "municipality_code", "municipality_name"),
        *("region_code", "region_name"),
    }
    assert (made_up.easting, made_up.northing) == (Decimal(560000), Decimal(6210000))


def test_a_name_beside_an_email_goes_too() -> None:
    found = masked(VirtualAddress(email="Anna Holm <anna@klinik.dk>")).email or ""
    assert found.endswith("@example.dk>")
    assert not {"anna", "holm", "klinik"} & set(found.casefold().replace("@", " ").split())


# no other text of an extract consists of these letters alone
private = st.text("qzxjw", min_size=12, max_size=20)
virtual = st.builds(
    VirtualAddress,
    email=st.builds("{} <{}@{}.dk>".format, private, private, private),
    website=st.builds("www.{}.dk/{}".format, private, private),
    telephone=private,
    fax=private,
)
_ADDRESS_TEXTS = [
    name
    for name in attrs.fields_dict(Address)
    if name not in ("easting", "northing", "post_code", "country_code")
    and not name.startswith(("municipality", "region"))
]
address = st.fixed_dictionaries(dict.fromkeys(_ADDRESS_TEXTS, private)).map(
    lambda texts: Address(**dict[str, Any](texts))
)
units = st.builds(
    SOREntity,
    sor_id=st.just(TOP),
    name=private,
    owner=st.builds(EntityRef, sor_id=st.just(TOP), name=private),
    health_institution=st.builds(EntityRef, sor_id=st.just(TOP), name=private),
    local_code=private,
    note=private,
    local_attributes=st.lists(private, min_size=5, max_size=5),
    postal_address=address,
    visiting_address=address,
    activity_address=address,
    virtual_address=virtual,
    extra=st.dictionaries(st.just("Ukendt"), private),
)


def texts_of(value: Any) -> set[str]:
    """Return every run of private letters in a record."""
    if isinstance(value, str):
        words = "".join(each if each in "qzxjw" else " " for each in value).split()
        return {word for word in words if len(word) >= 12}
    if attrs.has(type(value)):
        fields = attrs.fields(type(value))
        return set().union(*(texts_of(getattr(value, field.name)) for field in fields))
    if isinstance(value, tuple):
        return set().union(*map(texts_of, value))
    return set().union(*map(texts_of, value.values())) if isinstance(value, dict) else set()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(unit=units)
def test_no_private_text_remains_in_an_extract(unit: SOREntity, tmp_path: Path) -> None:
    feed: Any = SimpleNamespace(
        name="made up",
        format="SOR2",
        snapshot_date=None,
        tables=("entities",),
        entities=lambda: iter([unit]),
        records=lambda table: iter([unit]),
        issues=[],
    )
    target = tmp_path / "masked.zip"
    target.unlink(missing_ok=True)
    sorparse.extract(feed, target, ids=[TOP], mask=True)
    with zipfile.ZipFile(io.BytesIO(target.read_bytes())) as archive:
        written = "".join(archive.read(name).decode("utf-8-sig") for name in archive.namelist())
    found = texts_of(unit)
    assert found
    assert [text for text in found if text in written] == []
