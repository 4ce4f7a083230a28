"""Reading and validating take time in proportion to the input, whatever its shape.

Each shape is made at one size and at four times that size. A quadratic step would take sixteen
times as long; eight times is refused, in the best of several attempts.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

import sorparse
from support.timing import assert_growth
from support.xml import OTHER, POSTAL, STATUS, UNIT, V2, document, hospital, option, owner, unit


def inside(text: str) -> bytes:
    return document(owner(hospital(unit(more=(option(), text)))))


def before_id(text: str) -> bytes:
    """Put elements before the one that holds the SOR id."""
    whole = document(owner(hospital(unit())))
    return whole.replace(b"<OrganizationalUnit>\n", b"<OrganizationalUnit>\n" + text.encode())


def counted(make: Callable[[int], str], n: int) -> str:
    return "".join(make(number) for number in range(n))


def attributes(n: int) -> str:
    return " ".join(f'a{number}="1"' for number in range(n))


LISTED = f"<s:SorIdentifier>{OTHER}</s:SorIdentifier>"
BARE_UNIT = f"<HealthInstitution><s:SorIdentifier>{UNIT}</s:SorIdentifier></HealthInstitution>"
INNER_UNIT = f"<OrganizationalUnit><s:SorIdentifier>{UNIT}</s:SorIdentifier></OrganizationalUnit>"
DEEP_END = "</OrganizationalUnitEntity>"
XML: dict[str, tuple[int, Callable[[int], bytes]]] = {
    "namespaces of children": (
        1_000,
        lambda n: inside(counted(lambda i: f'<x xmlns="urn:{i}"/>', n)),
    ),
    "namespaces before the id": (
        1_000,
        lambda n: before_id(counted(lambda i: f'<x xmlns="urn:{i}"/>', n)),
    ),
    "namespaces beyond line 65,535": (
        500,
        lambda n: before_id("\n" * 70_000 + counted(lambda i: f'<x xmlns="urn:{i}"/>', n)),
    ),
    "references": (100_000, lambda n: document(owner(hospital(unit(name="&#65;" * n))))),
    "attributes": (
        3_000,
        lambda n: inside(f"<s:LocalCode {attributes(n)}>x</s:LocalCode>"),
    ),
    "attributes of the root": (
        3_000,
        lambda n: document(owner(), root=V2.replace("<SorTree ", f"<SorTree {attributes(n)} ")),
    ),
    "unknown siblings": (1_000, lambda n: inside("<n>1</n>" * n)),
    "equal siblings": (1_000, lambda n: inside("<s:LocalCode>1</s:LocalCode>" * n)),
    "siblings out of order": (
        1_000,
        lambda n: inside("<s:LocalCode>x</s:LocalCode><s:SorIdentifier/>" * n),
    ),
    "addresses in reverse": (
        500,
        lambda n: inside("<PostalAddressInformation/><s:EntityName/><s:SorIdentifier/>" * n),
    ),
    "equal faults": (
        100,
        lambda n: document(owner(hospital(*[unit(status=STATUS.replace("2020", "MMXX"))] * n))),
    ),
    "empty containers": (1_000, lambda n: document(owner("<HealthInstitutionEntity/>" * n))),
    "units in one container": (
        300,
        lambda n: document(
            owner(f"<HealthInstitutionEntity>{BARE_UNIT * n}</HealthInstitutionEntity>")
        ),
    ),
    "stray text": (1_000, lambda n: inside("<n/>x" * n)),
    "strays between the owners": (1_000, lambda n: document(owner(), "<x/>" * n, owner())),
    "strays after the owners": (1_000, lambda n: document(owner(), "<x/>" * n)),
    "comments": (10_000, lambda n: inside("<!-- c -->" * n)),
    "CDATA": (
        10_000,
        lambda n: inside(f"<s:LocalCode>{'<![CDATA[a]]>' * n}</s:LocalCode>"),
    ),
    "replaced units": (
        1_000,
        lambda n: inside(f"<s:ReplacesEntityCollection>{LISTED * n}</s:ReplacesEntityCollection>"),
    ),
    "addresses": (300, lambda n: inside(POSTAL * n)),
    "small units": (
        300,
        lambda n: document(
            owner(f"<HealthInstitutionEntity>{BARE_UNIT}</HealthInstitutionEntity>" * n)
        ),
    ),
    "empty units in one container": (
        1_000,
        lambda n: document(
            owner(
                f"<HealthInstitutionEntity>{'<HealthInstitution/>' * n}</HealthInstitutionEntity>"
            )
        ),
    ),
    "units in a unit": (300, lambda n: inside(BARE_UNIT * n)),
    "units of a text": (
        1_000,
        lambda n: document(
            owner(
                f"<HealthInstitutionEntity>{'<HealthInstitution>x</HealthInstitution>' * n}"
                "</HealthInstitutionEntity>"
            )
        ),
    ),
    "units between strays": (
        1_000,
        lambda n: document(
            owner(
                f"<HealthInstitutionEntity>{'<HealthInstitution/><n/>' * n}"
                "</HealthInstitutionEntity>"
            )
        ),
    ),
    "strays between containers": (
        1_000,
        lambda n: document(owner("<n/><HealthInstitutionEntity/>" * n + hospital())),
    ),
    "empty units on lines beyond 65,535": (
        500,
        lambda n: document(
            owner(
                "\n" * 70_000
                + f"<HealthInstitutionEntity>{'<HealthInstitution/>' * n}</HealthInstitutionEntity>"
            )
        ),
    ),
    "invalid ids": (
        300,
        lambda n: document(
            owner(*[hospital(sor_id=str(number)) for number in range(n)]),
        ),
    ),
    "nested units": (
        30,  # a search of the whole tree for each unit takes more than eight times as long
        lambda n: document(
            owner(hospital((f"<OrganizationalUnitEntity>{INNER_UNIT}" * 100 + DEEP_END * 100) * n))
        ),
    ),
    "units of repeated elements": (
        60,  # the more elements, the more an element that is moved out of the tree costs
        lambda n: document(
            owner(
                "<HealthInstitutionEntity>"
                + f"<HealthInstitution>{LISTED}{'<s:LocalCode/>' * 900}</HealthInstitution>" * n
                + "</HealthInstitutionEntity>"
            )
        ),
    ),
    "location codes": (300, lambda n: inside("<EanLocationCodeEntity/>" * n)),
}


def read(data: bytes, *, validate: bool = False) -> None:
    with sorparse.open(data, validate=validate) as feed:
        for table in feed.tables:
            for _ in feed.records(table):
                pass


def described(data: bytes) -> None:
    with sorparse.open(data) as feed:
        feed.describe()


WORK: dict[str, Callable[[bytes], object]] = {
    "records": read,
    "records, validated": lambda data: read(data, validate=True),
    "describe": described,
    "validate": sorparse.validate,
    "validate, counted": lambda data: sorparse.validate(data, places=False),
}


@pytest.mark.parametrize("work", WORK)
@pytest.mark.parametrize("shape", XML)
def test_xml(shape: str, work: str) -> None:
    size, make = XML[shape]
    assert_linear(WORK[work], make(size), make(4 * size))


def code_list(text: str) -> bytes:
    return f"<SorDataCodeTypes><List>{text}</List></SorDataCodeTypes>".encode()


LISTS: dict[str, tuple[int, Callable[[int], bytes]]] = {
    "entries": (
        1_000,
        lambda n: code_list(counted(lambda i: f"<Code><Id>{i}</Id><Name>x</Name></Code>", n)),
    ),
    "entries in attributes": (
        1_000,
        lambda n: code_list(counted(lambda i: f'<c id="{i}" name="x"/>', n)),
    ),
    "lists": (
        1_000,
        lambda n: code_list(counted(lambda i: f'<L id="{i}"><c id="1"/></L>', n)),
    ),
    "values before the entries": (
        1_000,
        lambda n: code_list("<x>1</x>" * n + counted(lambda i: f'<c id="{i}"/>', n)),
    ),
    "values between the entries": (
        1_000,
        lambda n: code_list(counted(lambda i: f'<c id="{i}"/><x>1</x>', n)),
    ),
    "empty entries": (2_000, lambda n: code_list('<c id="1"/>' + "<c/>" * n)),
    "invalid dates": (
        500,
        lambda n: code_list(counted(lambda i: f'<c id="1" FromDate="{i}"/>', n)),
    ),
    "texts between the elements": (1_000, lambda n: code_list('<c id="1"/>' + "<n/>x" * n)),
    "blocks of an entry": (
        1_000,
        lambda n: code_list(f"<c><Id>1</Id>{'<b><n>1</n></b>' * n}</c>"),
    ),
}


@pytest.mark.parametrize("work", ["records", "describe"])
@pytest.mark.parametrize("shape", LISTS)
def test_lists(shape: str, work: str) -> None:
    size, make = LISTS[shape]
    assert_linear(WORK[work], make(size), make(4 * size))


def assert_linear(work: Callable[[bytes], object], small: bytes, large: bytes) -> None:
    assert_growth(work, small, large, below=8, attempts=4)
