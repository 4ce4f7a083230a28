"""The cases of the benchmark suite that read and validate Sor.xml."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from measure import case, count

import sorparse


@case("xml_floor")
def xml_floor(folder: Path) -> Callable[[], int]:
    from lxml import etree

    def run() -> int:
        number = 0
        for _, element in etree.iterparse(folder / "Sor.xml"):
            element.clear()
            number += 1
        return number

    return run


def warm_xml(*, validate: bool = False) -> Any:
    """As ``warm`` of the cases of CSV, for Sor.xml."""
    from sorparse import examples

    with sorparse.open(examples.sor_xml, validate=validate) as feed:
        count(feed.entities())
    return sorparse


@case("xml_floor")
def xml_sorparse_records(folder: Path) -> Callable[[], int]:
    sorparse = warm_xml()

    def run() -> int:
        with sorparse.open(folder / "Sor.xml") as feed:
            return count(feed.entities())

    return run


@case("xml_floor")
def xml_sorparse_validated_records(folder: Path) -> Callable[[], int]:
    sorparse = warm_xml(validate=True)

    def run() -> int:
        with sorparse.open(folder / "Sor.xml", validate=True) as feed:
            number = count(feed.entities())
            assert not feed.issues
            return number

    return run


PART = 10_000_000
SCHEMA = Path(__file__).parents[1] / "src" / "sorparse" / "schemas" / "nsi_2_0_0.xsd"


def part_of(folder: Path) -> Path:
    """The first 10 MB of Sor.xml, up to the end of an owner: for what would take minutes."""
    path = folder / "Sor_part.xml"
    if not path.exists():
        end = b"</InstitutionOwnerEntity>"
        with (folder / "Sor.xml").open("rb") as file:
            content = file.read(PART)
        path.write_bytes(content[: content.rindex(end)] + end + b"</SorTree>")
    return path


@case("xml_part_floor")
def xml_part_floor(folder: Path) -> Callable[[], int]:
    from lxml import etree

    path = part_of(folder)

    def run() -> int:
        number = 0
        for _, element in etree.iterparse(path):
            element.clear()
            number += 1
        return number

    return run


def _dataclass_of(elements: list[Any]) -> Any:
    """Make the class that xsdata would generate for elements like these; ``str`` for leaves."""
    import dataclasses
    from collections import Counter

    from lxml import etree

    children: dict[str, list[Any]] = {}
    several: set[str] = set()
    for element in elements:
        for tag, number in Counter(child.tag for child in element).items():
            children.setdefault(tag, []).extend(element.iterchildren(tag))
            if number > 1:
                several.add(tag)
    if not children:
        return str
    fields = []
    for tag, inner in children.items():
        name, kind = etree.QName(tag), _dataclass_of(inner)
        metadata = {"name": name.localname, "namespace": name.namespace, "type": "Element"}
        field: Any = dataclasses.field(default=None, metadata=metadata)
        hint = kind | None
        if tag in several:
            field = dataclasses.field(default_factory=list, metadata=metadata)
            hint = list[kind]
        fields.append((f"{name.localname}_{len(fields)}", hint, field))
    name = etree.QName(elements[0])
    made = dataclasses.make_dataclass(name.localname, fields)
    made.Meta = type("Meta", (), {"name": name.localname, "namespace": name.namespace})  # type: ignore[attr-defined] # xsdata looks for it there
    return made


@case("xml_part_floor")
def xml_xsdata(folder: Path) -> Callable[[], int]:
    from lxml import etree
    from xsdata.formats.dataclass.parsers import XmlParser

    path = part_of(folder)
    root = _dataclass_of([etree.parse(path).getroot()])
    parser = XmlParser()

    def run() -> int:
        tree = parser.parse(path, root)
        return len(next(value for value in vars(tree).values() if isinstance(value, list)))

    return run


@case("xml_part_floor")
def xml_xmlschema(folder: Path) -> Callable[[], int]:
    import xmlschema

    path = part_of(folder)
    schema = xmlschema.XMLSchema(SCHEMA)

    def run() -> int:
        resource = xmlschema.XMLResource(path, lazy=True)
        owner = "/SorTree/InstitutionOwnerEntity"
        return count(schema.iter_decode(resource, owner, namespaces={"": "urn:oio:nsi:2.0.0"}))

    return run


@case("xml_floor")
def xml_xmllint(folder: Path) -> Callable[[], int]:
    import shutil
    import subprocess

    program = shutil.which("xmllint")
    if program is None:
        raise SystemExit("xmllint is not installed")
    command = [program, "--stream", "--noout", "--schema", str(SCHEMA), str(folder / "Sor.xml")]
    # its faults are its output, and its way to end
    return lambda: subprocess.run(command, capture_output=True, check=False).stderr.count(b"\n")


@case("xml_floor")
def xml_xmltodict(folder: Path) -> Callable[[], int]:
    import xmltodict

    def run() -> int:
        found = []
        with (folder / "Sor.xml").open("rb") as file:
            xmltodict.parse(file, item_depth=2, item_callback=lambda *_: found.append(1) or True)
        return len(found)

    return run


def _validation(folder: Path, found: Callable[[Any], int], **options: bool) -> Callable[[], int]:
    from sorparse import examples

    sorparse.validate(examples.sor_xml, **options)  # loads what the first use loads
    return lambda: found(sorparse.validate(folder / "Sor.xml", **options))


@case("xml_floor")
def xml_sorparse_validate(folder: Path) -> Callable[[], int]:
    return _validation(folder, lambda report: len(report.errors))


@case("xml_floor")
def xml_sorparse_validate_count(folder: Path) -> Callable[[], int]:
    return _validation(folder, lambda report: report.fault_count, places=False)


@case("xml_floor")
def xml_lxml_validate_count(folder: Path) -> Callable[[], int]:
    from lxml import etree

    class Nothing:
        def close(self) -> None:
            return None

    schema = etree.XMLSchema(etree.parse(SCHEMA))

    def run() -> int:
        target: Any = Nothing()
        parser = etree.XMLParser(schema=schema, target=target)
        etree.parse(folder / "Sor.xml", parser)
        return len(parser.error_log)

    return run
