"""Searching: words, filters, rank."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sorparse
from sorparse import Address, Coded, EntityRef, Register, SorType, Status
from sorparse.register.folding import fold, fold_with_oe, words_of
from support.register import CLINICAL, HOSPITAL, REGION, unit

DAY = "2020-01-01"


def named(*names: str) -> sorparse.View:
    return Register.from_records([unit(str(n), name=name) for n, name in enumerate(names)]).as_of(
        DAY
    )


def names(view: sorparse.View, *args: object, **filters: object) -> list[str | None]:
    return [one.name for one in view.find(*args, **filters)]  # type: ignore[arg-type]


@pytest.mark.parametrize("asked", ["aero", "ærø", "ÆRØ", "aeroe", "Æroe", " ærø "])
def test_danish_letters_fold(asked: str) -> None:
    assert names(named("Ærø Sygehus", "Rødby"), asked) == ["Ærø Sygehus"]


@pytest.mark.parametrize("asked", ["arhus", "aarhus", "århus", "ÅRHUS", "A\u030arhus"])
@pytest.mark.parametrize("name", ["Århus", "Aarhus", "AARHUS"])
def test_aarhus_in_all_its_spellings(asked: str, name: str) -> None:
    assert names(named(f"{name} Sygehus"), asked) == [f"{name} Sygehus"]


def test_words_in_any_order() -> None:
    view = named("Hjertemedicinsk Afdeling, Skejby", "Afdeling for Lunger", "Skejby")
    assert names(view, "skej hjerte") == ["Hjertemedicinsk Afdeling, Skejby"]
    assert names(view, "ej") == []  # two letters have to begin a word
    assert names(view, "afdeling skejby lunger") == []


def test_the_closest_name_comes_first() -> None:
    view = named(
        "Klinik for Ørelidelser", "Øreklinik", "Øre", "Den Øre", "Ørelægerne", "Øre, Næse og Hals"
    )
    assert names(view, "øre") == [
        "Øre",
        "Øre, Næse og Hals",
        "Den Øre",
        "Øreklinik",
        "Ørelægerne",
        "Klinik for Ørelidelser",
    ]
    assert names(view, "øre", limit=2) == ["Øre", "Øre, Næse og Hals"]


owner_names = st.text("aeåøAE .-(\n\u0301", min_size=1, max_size=6) | st.sampled_from(
    ["Region Midt", "region  midt", "(Ejer)", "---", " ", "ooee", "ooe", "Å/S", "aa s"]
)


@given(owners=st.lists(owner_names, min_size=1, max_size=5), asked=owner_names)
def test_owners_are_found_by_their_whole_name(owners: list[str], asked: str) -> None:
    units = [unit(str(n), name=name, sor_type=SorType.IE) for n, name in enumerate(owners)]
    view = Register.from_records(units).as_of(DAY)
    expected = [name for name in owners if fold(name) in {fold(asked), asked.strip()}]
    if expected:
        assert names(view, owner=asked) == expected
    else:
        with pytest.raises(sorparse.UnknownTermError):
            view.find(owner=asked)


COMPOUNDS = named(
    "Prøvby Universitetshospital",
    "Regionssygehuset Prøvby",
    "Hospitalsenhed Vest",
    "Botilbuddet Skovbakken",
    "Børnetandplejen",
    "Hjertelungeklinikken",
    "Øjenafdelingen",
    "Sygehuset",
    "Prøvby Hospital",
    "Afsnit 1234",
)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("hospital", ["Prøvby Hospital", "Hospitalsenhed Vest", "Prøvby Universitetshospital"]),
        ("prøvby hospital", ["Prøvby Hospital", "Prøvby Universitetshospital"]),
        ("sygehus", ["Sygehuset", "Regionssygehuset Prøvby"]),
        ("sygehuset", ["Sygehuset", "Regionssygehuset Prøvby"]),
        ("enhed vest", ["Hospitalsenhed Vest"]),
        ("bakken", ["Botilbuddet Skovbakken"]),
        ("tandpleje", ["Børnetandplejen"]),
        ("lunge", ["Hjertelungeklinikken"]),
        ("afdeling øjen", ["Øjenafdelingen"]),
        ("klinik", ["Hjertelungeklinikken"]),
        ("ken", ["Hjertelungeklinikken", "Botilbuddet Skovbakken"]),
        ("vest hospitalx", []),
        ("234", []),
        ("123", ["Afsnit 1234"]),
    ],
)
def test_words_inside_and_at_the_end_of_words(asked: str, found: list[str]) -> None:
    assert names(COMPOUNDS, asked) == found


@given(st.text(st.sampled_from("bcdæø"), min_size=3, max_size=8), st.integers(0, 5))
def test_names_in_which_the_word_begins_come_first(word: str, before: int) -> None:
    inside = "x" * (before + 1) + word
    view = named(inside, f"en {word}", f"y{word}z", f"{word} to", f"{word}et")
    hits = names(view, word)
    assert len(hits) == 5
    assert set(hits[3:]) == {inside, f"y{word}z"}


def test_the_rank_does_not_depend_on_the_order_of_the_file() -> None:
    some = ["Øre A", "Øre B", "Øre A"]
    one = Register.from_records([unit(str(n), name=name) for n, name in enumerate(some)])
    other = Register.from_records([unit(str(n), name=name) for n, name in enumerate(some)][::-1])
    found = [[e.sor_id for e in r.as_of(DAY).find("øre")] for r in (one, other)]
    assert found == [["0", "2", "1"]] * 2


def test_a_unit_is_found_by_its_numbers_as_a_whole() -> None:
    record = unit(
        "698471000016005",
        name="Navn 5",
        shak_code="130101A",
        location_code="5790000000005",
        provider_number="000917",
        pharmacy_number="362,1",
        production_unit_number="1099000001",
        cvr="29190623",
        local_code="KIR-1",
    )
    view = Register.from_records([record, unit("1", name="Andet")]).as_of(DAY)
    for asked in (
        "698471000016005",
        "130101a",
        "5790000000005",
        "000917",
        "362,1",
        "1099000001",
        "29190623",
        "KIR-1",
        "kir-1",
    ):
        assert names(view, asked) == ["Navn 5"]
    for part in ("69847", "579000000000", "917"):
        assert names(view, part) == []


def test_the_name_is_that_of_the_day() -> None:
    register = Register.from_records(
        [
            unit("1", "2000-01-01", "2009-12-31", name="Gammelt Navn"),
            unit("1", "2010-01-01", name="Nyt Navn"),
        ]
    )
    assert names(register.as_of("2009-12-31"), "gammelt") == ["Gammelt Navn"]
    assert names(register.as_of("2010-01-01"), "gammelt") == []
    assert names(register.as_of("2010-01-01"), "nyt") == ["Nyt Navn"]


def test_the_number_is_that_of_the_day() -> None:
    register = Register.from_records(
        [
            unit("1", "2000-01-01", "2009-12-31", shak_code="1301"),
            unit("1", "2010-01-01", shak_code="1302"),
        ]
    )
    assert names(register.as_of("2009-12-31"), "1301") == ["Enhed 1"]
    assert names(register.as_of("2010-01-01"), "1301") == []
    assert names(register.as_of("2010-01-01"), "1302") == ["Enhed 1"]


def test_only_units_in_force_unless_asked_for_others() -> None:
    view = Register.from_records(
        [
            unit("1", name="Øre nu"),
            unit("2", end="2010-01-01", name="Øre før"),
            unit("3", "2030-01-01", name="Øre siden"),
        ]
    ).as_of(DAY)
    assert names(view, "øre") == ["Øre nu"]
    assert names(view, "øre", status=Status.CLOSED) == ["Øre før"]
    assert names(view, "øre", status="future") == ["Øre siden"]
    assert names(view, "øre", status=Status) == ["Øre før", "Øre nu", "Øre siden"]
    assert names(view, status="CLOSED") == ["Øre før"]
    with pytest.raises(ValueError, match="'lukket' is not one of ACTIVE, CLOSED, FUTURE"):
        view.find(status="lukket")
    with pytest.raises(ValueError, match="'XX' is not one of IE, SI, OE"):
        view.find(sor_type="XX")


AARHUS = Address(
    post_code="8000",
    municipality_code="0751",
    municipality_name="Aarhus",
    region_code="1082",
    region_name="Region Midtjylland",
)
ODENSE = Address(post_code="5000", municipality_code="0461", region_code="1083")
OWNED = EntityRef("ie", "Region Midtjylland", REGION)

FILTERED = Register.from_records(
    [
        unit(
            "ie",
            name="Region Midtjylland",
            sor_type=SorType.IE,
            entity_type=REGION,
            postal_address=AARHUS,
        ),
        unit(
            "si",
            name="Aarhus Universitetshospital",
            sor_type=SorType.SI,
            entity_type=HOSPITAL,
            parent_id="ie",
            owner=OWNED,
        ),
        unit(
            "oe",
            name="Hjerteafdelingen",
            entity_type=CLINICAL,
            parent_id="si",
            owner=OWNED,
            specialities=[Coded("408439002", "intern medicin"), Coded("394579002", "kardiologi")],
        ),
        unit("far", name="Hjerteafsnit Odense", parent_id="si", visiting_address=ODENSE),
    ]
).as_of(DAY)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"entity_type": "hospital"}, ["si"]),
        ({"entity_type": "22232009"}, ["si"]),
        ({"entity_type": Coded("22232009", "et andet navn")}, ["si"]),
        ({"entity_type": Coded(name="HOSPITAL")}, ["si"]),
        ({"sor_type": "si"}, ["si"]),
        ({"sor_type": SorType.OE}, ["oe", "far"]),
        ({"speciality": "kardiologi"}, ["oe"]),
        ({"speciality": "408439002"}, ["oe"]),
        ({"region": "1082"}, ["ie", "si", "oe", "far"]),
        ({"region": "Region Midtjylland"}, ["ie", "si", "oe", "far"]),
        ({"region": "midtjylland"}, ["ie", "si", "oe", "far"]),
        ({"region": "1083"}, ["far"]),
        ({"municipality": "Aarhus Kommune"}, ["ie", "si", "oe", "far"]),
        ({"municipality": "århus"}, ["ie", "si", "oe", "far"]),
        ({"municipality": "0461"}, ["far"]),
        ({"post_code": "8000"}, ["ie", "si", "oe", "far"]),
        ({"post_code": "5000"}, ["far"]),
        ({"owner": "ie"}, ["ie", "si", "oe"]),
        ({"owner": "region midtjylland"}, ["ie", "si", "oe"]),
        ({"owner": "region"}, ["ie", "si", "oe"]),
        ({"owner": REGION}, ["ie", "si", "oe"]),
        ({"text": "hjerte", "post_code": "5000"}, ["far"]),
        ({"text": "hjerte", "owner": "ie", "speciality": "kardiologi", "region": "1082"}, ["oe"]),
        ({"text": "hjerte", "sor_type": "SI"}, []),
        ({"region": "1081"}, []),
        ({}, ["ie", "si", "oe", "far"]),
        ({"text": "  "}, ["ie", "si", "oe", "far"]),
    ],
)
def test_every_filter_and_all_together(filters: dict[str, object], found: list[str]) -> None:
    assert [one.sor_id for one in FILTERED.find(**filters)] == found  # type: ignore[arg-type]


@pytest.mark.parametrize("asked", ["1081", "Region Nordjylland", "nordjylland"])
def test_a_region_is_known_by_the_half_that_a_format_leaves_out(asked: str) -> None:
    records = [
        unit("xml", postal_address=Address(region_code="1081")),
        unit("csv", postal_address=Address(region_name="Region Nordjylland")),
        unit("other", postal_address=Address(region_code="1082")),
    ]
    found = Register.from_records(records).as_of(DAY).find(region=asked)
    assert [one.sor_id for one in found] == ["xml", "csv"]


@pytest.mark.parametrize("asked", ["0825", "Læsø", "laeso", "Læsø Kommune"])
def test_a_municipality_is_known_by_its_code_alone_and_by_its_name_alone(asked: str) -> None:
    records = [
        unit("a", postal_address=Address(municipality_code="0825")),
        unit("b", postal_address=Address(municipality_name="Læsø Kommune")),
        unit("c", postal_address=Address(municipality_code="0751")),
    ]
    found = Register.from_records(records).as_of(DAY).find(municipality=asked)
    assert [one.sor_id for one in found] == ["a", "b"]


def test_a_code_that_the_library_does_not_know_is_found_by_itself() -> None:
    place = Address(region_code="1099", municipality_code="0999")
    view = Register.from_records([unit("a", postal_address=place), unit("b")]).as_of(DAY)
    assert [one.sor_id for one in view.find(region=" 1099")] == ["a"]
    assert [one.sor_id for one in view.find(municipality="0999 ")] == ["a"]


def test_an_address_that_is_no_longer_inherited_does_not_count() -> None:
    register = Register.from_records(
        [
            unit("a", postal_address=AARHUS),
            unit("x", "2000-01-01", "2009-12-31", parent_id="a"),
            unit("x", "2010-01-01", parent_id="a", postal_address=ODENSE),
        ]
    )
    before, after = register.as_of("2009-12-31"), register.as_of("2010-01-01")
    assert [one.sor_id for one in before.find(post_code="8000")] == ["a", "x"]
    assert [one.sor_id for one in after.find(post_code="8000")] == ["a"]


text = st.text(st.sampled_from("aeoåæøÅÆØ bBéü-"), max_size=8)


@given(text)
def test_folding_twice_changes_no_word_s_beginning(raw: str) -> None:
    assert fold(raw) == fold(raw.upper()) == fold(f"  {raw} ")
    assert fold(raw).isascii()


@given(st.text(st.sampled_from("aeoåæøst"), min_size=1, max_size=8), st.integers(1, 8))
def test_the_beginning_of_a_word_finds_the_word(word: str, length: int) -> None:
    assert fold(word).startswith(fold(word[:length]))


@given(st.lists(text, min_size=1, max_size=6), text)
def test_find_gives_what_looking_at_every_name_gives(some: list[str], asked: str) -> None:
    view = named(*some)
    wanted = words_of(fold(asked))
    if not wanted:
        return
    expected = {
        number
        for number, name in enumerate(some)
        if all(
            any(one.startswith(word) for one in words_of(fold(name)))
            or any(
                word in one and len(word) > 2 and not word.isdigit()
                for one in words_of(fold(name)) + words_of(fold_with_oe(name))
            )
            for word in wanted
        )
    }
    assert {int(one.sor_id) for one in view.find(asked)} == expected


@pytest.mark.parametrize(
    "name", ["Neuroenheden", "Miljøenhed Nord", "Klinisk Miljöenhed", "Ø-enhed"]
)
def test_oe_at_the_joint_of_a_compound_hides_no_word(name: str) -> None:
    view = named("Skønhedspleje", name, "Enhed Vest", "Afdeling")
    assert names(view, "enhed") == ["Enhed Vest", name]
    assert names(view, "enh") == ["Enhed Vest", name]


@pytest.mark.parametrize("asked", ["ønhed", "oenhed", "onhed"])
def test_letters_that_fold_alike_are_found_inside_words_as_before(asked: str) -> None:
    assert names(named("Skønhedspleje", "Neuroenhed"), asked) == ["Neuroenhed", "Skønhedspleje"]
