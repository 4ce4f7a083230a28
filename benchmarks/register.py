"""Time and memory of the register in time, at the size of ten Danish registers.

    python benchmarks/register.py [--units 300000] [--no-numpy]

Makes seeded records of realistic shape (five versions a unit, most changing two or three fields),
fills a register with them as ``sorparse.load`` does, and prints one line a measurement. Memory is
the growth of the process's resident set. Time is processor time, so that other work on the machine
counts little. Look-ups are random and so cache-cold.
"""

from __future__ import annotations

import argparse
import gc
import platform
import random
import resource
import sys
import time
from array import array
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import attrs

from sorparse import (
    Address,
    Coded,
    EntityRef,
    Register,
    SOREntity,
    SorType,
    Validity,
    VirtualAddress,
)
from sorparse.register.storage import timeindex

TYPES = [Coded(str(550000000005100 + n), f"enhedstype {n}") for n in range(74)]
SPECIALITIES = [Coded(str(394570000 + n), f"speciale {n}") for n in range(56)]
TOWNS = [(str(1000 + n), f"By {n}") for n in range(900)]
WORDS = (
    *("Hjerte", "Lunge", "Øre", "Næse", "Hals", "Afdeling", "Afsnit", "Klinik", "Team", "Center"),
    *("Ambulatorium", "Nord", "Syd", "Lægehus", "Tandlægerne", "Fysioterapi", "Apotek", "Hjem"),
    *("Sengeafsnit", "Skadestue", "Laboratorium"),
)
BEGIN = date(2000, 1, 1)


def address(rng: random.Random) -> Address:
    post_code, town = rng.choice(TOWNS)
    region = rng.randrange(5)
    return Address(
        street_name=f"Vej {rng.randrange(20000)}",
        street_building_id=str(rng.randrange(1, 200)),
        post_code=post_code,
        district_name=town,
        country_code="DK",
        municipality_code=f"0{101 + int(post_code) % 98}",
        municipality_name=f"Kommune {int(post_code) % 98}",
        street_code=f"{rng.randrange(10000):04}",
        region_code=str(1081 + region),
        region_name=f"Region {region}",
        easting=Decimal(rng.randrange(44000000, 86000000)) / 100,
        northing=Decimal(rng.randrange(607000000, 640000000)) / 100,
    )


def records(units: int, seed: int = 7) -> Iterator[SOREntity]:
    """Yield every version of every unit, oldest first within a unit."""
    rng = random.Random(seed)
    parents: list[str] = []
    for number in range(1, units + 1):
        sor_id = f"{number}1000016000"
        day = BEGIN + timedelta(days=rng.randrange(7000))
        opening = day
        if not parents or rng.random() < 0.02:
            parents = [sor_id]  # a new owner; the tree below it grows to some hundred units
            parent = None
        else:
            parent = rng.choice(parents[:12])
            parents.append(sor_id)
        is_owner = parent is None
        version = SOREntity(
            sor_id,
            name=" ".join(rng.sample(WORDS, 3)) + f" {number}",
            sor_type=SorType.IE if is_owner else SorType.OE,
            entity_type=rng.choice(TYPES),
            parent_id=parent,
            owner=EntityRef(f"{number % 500}1000016000", f"Ejer {number % 500}", TYPES[number % 4]),
            cvr=str(10000000 + number % 500),
            first_from_date=opening,
            shak_code=f"{rng.randrange(1000, 9999)}01" if rng.random() < 0.02 else None,
            provider_number=f"{rng.randrange(10000):06}" if rng.random() < 0.1 else None,
            location_code=f"579{rng.randrange(10**9):010}" if rng.random() < 0.3 else None,
            location_code_inherited=rng.random() < 0.5,
            postal_address=address(rng) if is_owner or rng.random() < 0.5 else None,
            visiting_address=address(rng) if rng.random() < 0.3 else None,
            virtual_address=VirtualAddress(
                f"enhed{number}@example.dk", telephone=str(20000000 + number)
            ),
            specialities=tuple(rng.sample(SPECIALITIES, rng.randrange(3))),
        )
        versions = rng.choice((1, 2, 4, 5, 6, 7, 10))
        for place in range(versions):
            last = place == versions - 1
            end = (
                (None if rng.random() < 0.8 else day + timedelta(days=rng.randrange(2000)))
                if last
                else day + timedelta(days=rng.randrange(1, 900))
            )
            version = attrs.evolve(
                version,
                validity=Validity(day, end),
                updated_at=day - timedelta(days=rng.randrange(5)),
            )
            yield version
            if not last:
                assert end is not None
                day = end + timedelta(days=1)
                what = rng.random()
                if what < 0.3:
                    version = attrs.evolve(version, name=f"{version.name} {place}")
                elif what < 0.4:
                    version = attrs.evolve(
                        version, parent_id=parents[0] if parents[0] != sor_id else None
                    )
                elif what < 0.5:
                    version = attrs.evolve(version, postal_address=address(rng))
                elif what < 0.7:
                    version = attrs.evolve(version, local_code=str(rng.randrange(10**6)))


def resident() -> float:
    """Resident memory in MB."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def timed(what: str, run: Callable[[], object], unit: str = "ms", times: int = 1) -> object:
    began = time.process_time()
    for _ in range(times):
        found = run()
    took = (time.process_time() - began) / times
    scale = {"s": 1, "ms": 1e3, "µs": 1e6}[unit]
    print(f"{what:<52}{took * scale:>12.2f} {unit}")
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--units", type=int, default=300_000)
    options.add_argument("--no-numpy", action="store_true")
    given = options.parse_args()
    if given.no_numpy:
        timeindex.find_numpy = lambda: None
    print(f"Python {platform.python_version()}, {platform.machine()}, {platform.system()}")

    gc.collect()
    before = resident()
    began = time.process_time()
    made = sum(1 for _ in records(given.units))
    spent = began - time.process_time()  # what making the records takes is not the store's
    gc.disable()  # as sorparse.load does
    began = time.process_time()
    register = Register.from_records(records(given.units))
    spent += time.process_time() - began
    gc.enable()
    gc.collect()
    store = register.core.store
    rows = len(store.unit)
    assert rows == made
    print(f"{len(store.ids):,} units, {rows:,} versions")
    print(f"{'store: memory':<52}{resident() - before:>12.0f} MB")
    print(f"{'store: adding a version':<52}{spent / rows * 1e6:>12.2f} µs")

    before = resident()
    timed("time index: build", lambda: register.core.index, "s")
    arrays = [one for one in vars(register.core.index).values() if isinstance(one, array)]
    held = sum(one.itemsize * len(one) for one in arrays) / 2**20
    print(f"{'time index: its arrays':<52}{held:>12.0f} MB")
    print(f"{'time index: growth, numpy and building included':<52}{resident() - before:>12.0f} MB")
    rng = random.Random(1)
    asked = [
        (rng.choice(store.ids), (BEGIN + timedelta(days=rng.randrange(9000))).toordinal())
        for _ in range(200_000)
    ]
    index, numbers = register.core.index, store.numbers

    def point() -> None:
        for sor_id, day in asked:
            index.row_on(numbers[sor_id], day)

    began = time.process_time()
    point()
    took = (time.process_time() - began) / len(asked)
    print(f"{'point look-up, index':<52}{took * 1e6:>12.2f} µs")
    view = register.as_of("2020-01-01")
    some = [sor_id for sor_id, _ in asked[:50_000]]
    began = time.process_time()
    for sor_id in some:
        view.get(sor_id)
    print(
        f"{'point look-up, record made':<52}"
        f"{(time.process_time() - began) / len(some) * 1e6:>12.2f} µs"
    )
    day = date(2020, 1, 1).toordinal()
    timed("status of all", lambda: index.statuses(day), "ms", 5)
    timed("row in force of all", lambda: index.snapshot(day), "ms", 5)
    timed("all active records", lambda: sum(1 for _ in view.active()), "s")

    timed("find, first (builds its index)", lambda: view.find("hjerte 1234"), "s")
    timed("find two words", lambda: view.find("hjerte 1234"), "ms", 5)
    timed("find a common word, 20 best", lambda: view.find("hjerte", limit=20), "ms")
    timed("find by number", lambda: view.find("20000123"), "ms")
    timed(
        "find by type and post code, first",
        lambda: view.find(entity_type=TYPES[3], post_code="1234"),
        "s",
    )
    timed(
        "find by type and post code",
        lambda: view.find(entity_type=TYPES[3], post_code="1234"),
        "ms",
        3,
    )
    timed("find by region and word", lambda: view.find("klinik", region="1081", limit=20), "ms")
    timed("find by region alone", lambda: view.find(region="1081"), "ms")
    timed(
        "effective",
        lambda: view.effective(store.ids[-1]) if store.ids[-1] in view else None,
        "µs",
        100,
    )
    timed("diff of two days", lambda: register.diff("2019-01-01", "2020-01-01"), "s")
    timed("check", lambda: len(register.check()), "s")


if __name__ == "__main__":
    main()
