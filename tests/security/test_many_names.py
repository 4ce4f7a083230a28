"""Documents with very many different names are refused: the parser never forgets a name."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

import sorparse
from sorparse.xml.name_watch import MOST_NAMES, NameWatch
from sorparse.xml.namespaces import until_long_namespace
from support import validation
from support.xml import document, owner
from support.xml_ways import READ, codes, read_all, records

KINDS: dict[str, Callable[[int], str]] = {
    "elements": lambda n: f"<n{n}/>",
    "elements in an element": lambda n: f"<n><n{n}/></n>",
    "attributes": lambda n: f'<n a{n}="1"/>',
    "namespaces": lambda n: f'<n xmlns="urn:{n}"/>',
    "prefixes": lambda n: f'<s:n xmlns:p{n}="urn:n"/>',
    "instructions": lambda n: f"<?n{n} x?>",
}


def with_names(kind: str, count: int) -> bytes:
    """Return a document with so many names, between owners so that no owner is large."""
    make = KINDS[kind]
    runs = (
        "".join(make(n) for n in range(start, min(start + 500, count)))
        for start in range(0, count, 500)
    )
    return document(*(owner() + run for run in runs))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("function", READ)
def test_very_many_names_are_refused(function: str, kind: str) -> None:
    content = with_names(kind, MOST_NAMES + 1_000)
    for source in (content, io.BytesIO(content)):
        with pytest.raises(sorparse.SorFileError, match="different"):
            READ[function](source)


@pytest.mark.parametrize("kind", KINDS)
def test_many_names_are_not(kind: str) -> None:
    content = with_names(kind, 3_000)
    for function in READ.values():
        for source in (content, io.BytesIO(content)):
            function(source)


def test_names_of_a_document_in_utf_16() -> None:
    text = with_names("elements", MOST_NAMES + 1_000).decode()
    content = text.replace('"utf-8"', '"utf-16"').encode("utf-16")
    with pytest.raises(sorparse.SorFileError, match="different names"):
        records(content)


def test_prefixes_of_a_document_in_utf_16() -> None:
    text = with_names("prefixes", MOST_NAMES + 1_000).decode()
    content = text.replace('"utf-8"', '"utf-16"').encode("utf-16")
    with pytest.raises(sorparse.SorFileError, match="different names"):
        codes(content)


PER_OWNER = {"prefixes": 80, "instructions": 600}  # around one element there may be 100 namespaces


@pytest.mark.parametrize("kind", PER_OWNER)
@pytest.mark.parametrize("function", ["validated", "validate", "validate, without places"])
def test_names_that_a_schema_accepts(function: str, kind: str) -> None:
    plain = validation.owner()

    def named(n: int) -> str:
        if kind == "instructions":
            return plain + "".join(f"<?n{n}-{i}?>" for i in range(PER_OWNER[kind]))
        prefixes = " ".join(f'xmlns:p{n}-{i}="urn:n"' for i in range(PER_OWNER[kind]))
        return plain.replace("<InstitutionOwner>", f"<InstitutionOwner {prefixes}>")

    few = validation.tree(*map(named, range(3)))
    assert sorparse.validate(few).valid
    READ[function](few)
    content = validation.tree(*map(named, range(MOST_NAMES // PER_OWNER[kind] + 2)))
    with pytest.raises(sorparse.SorFileError, match="different names"):
        READ[function](content)


def test_words_are_not_names() -> None:
    words = " ".join(f"word{n}" for n in range(MOST_NAMES * 2))
    watch = NameWatch("Sor.xml")
    watch.elements(f'<a b="1">{words}</a><c d = "2">{words}</c>'.encode(), attributes=True)
    watch.elements(f"<a>{words}</a>".encode(), attributes=False)
    attributes = " ".join(f"v{n} w{n} a=" for n in range(MOST_NAMES * 2))
    watch.elements(f"<a {attributes}>".encode(), attributes=True)
    watch.namespaces(f"<a xmlns='a'>{words.replace(' ', '=')}</a>".encode())
    watch.instructions(f"<?x?><a>{words.replace(' ', '?')}</a>".encode())


def test_prefixes_alone_in_utf_16() -> None:
    prefixes = " ".join(f'xmlns:p{n}="urn:n"' for n in range(MOST_NAMES + 1))
    for encoding in ("utf-8", "utf-16"):
        with pytest.raises(sorparse.SorFileError, match=r"^Sor\.xml: has more than"):
            list(until_long_namespace([f"<a {prefixes}/>".encode(encoding)], "Sor.xml"))


def test_as_many_names_as_are_allowed() -> None:
    watch = NameWatch("Sor.xml")
    watch.elements("".join(f"<n{n}/>" for n in range(MOST_NAMES)).encode(), attributes=False)
    with pytest.raises(sorparse.SorFileError):
        watch.elements(b"<another/>", attributes=False)


def test_the_error_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "Sor.xml"
    path.write_bytes(with_names("elements", MOST_NAMES + 1_000))
    with pytest.raises(sorparse.SorFileError) as error:
        records(path)
    assert str(error.value) == (
        f"{path}: has more than 50,000 different names of elements, attributes and namespaces"
    )


@pytest.mark.parametrize(
    ("name", "around"),
    [
        ("SorDataCodeTypes.xml", '<SorDataCodeTypes><c id="1"/>{}</SorDataCodeTypes>'),
        ("SHAKregion.xml", '<SHAKregion><r SHAKkode="1301"/>{}</SHAKregion>'),
    ],
)
@pytest.mark.parametrize("kind", ["prefixes", "instructions"])
def test_names_in_other_files(name: str, around: str, kind: str, tmp_path: Path) -> None:
    names = "".join(KINDS[kind](n).replace("s:n", "n") for n in range(MOST_NAMES + 1_000))
    (tmp_path / name).write_text(around.format(names), encoding="utf-8")
    with pytest.raises(sorparse.SorFileError, match="different names"):
        read_all(tmp_path / name)
