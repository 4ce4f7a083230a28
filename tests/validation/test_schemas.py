"""The caller's own schemas: found, completed, never outside their folder, and refused clearly."""

from __future__ import annotations

import re
import socket
import zipfile
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

import sorparse
from sorparse import SorFileError
from support.paths import DOCS
from support.validation import FULL_1, FULL_2, NSI, SOR1, owner, replaced, tree

XS = "http://www.w3.org/2001/XMLSchema"
XKOM = "http://rep.oio.dk/xkom.dk/xml/schemas/2006/01/06/"


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **options: Any) -> None:
        raise AssertionError("the network was asked for")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def published(folder: Path, version: str = "1.0.0") -> Path:
    """Write a set as the publisher lays it out, from the bundled schemas.

    One global declaration to a file, OIO components imported from addresses that are gone, the
    same namespace imported over and over, and files beside them that are not schemas.
    """
    base = files("sorparse") / "schemas"
    layouts: dict[str, list[tuple[str, str, tuple[str, ...]]]] = {
        "1.0.0": [("SOR", SOR1, ("sor_1_0_0.xsd", "sor_1_0_0_leaves.xsd"))],
        "2.0.0": [
            ("NSI", NSI, ("nsi_2_0_0.xsd",)),
            ("SOR", SOR1, ("sor_1_0_0_in_2_0_0.xsd", "sor_1_0_0_leaves.xsd")),
        ],
    }
    homes: dict[tuple[str, str], str] = {}
    parts: list[tuple[str, str, etree._Element]] = []
    for prefix, uri, sources in layouts[version]:
        for source in sources:
            root = etree.fromstring((base / source).read_bytes())
            for child in root.iterchildren(f"{{{XS}}}*"):
                name = child.get("name")
                if name is None:
                    continue
                file = f"{prefix}_{name}_{etree.QName(child).localname}.xsd"
                homes[uri, name] = homes.get((uri, name), file)
                parts.append((file, uri, child))
    for file, uri, child in parts:
        used = set()
        for element in child.iter(f"{{{XS}}}*"):
            for key in ("ref", "type", "base"):
                text = element.get(key, "")
                prefix, _, name = text.rpartition(":")
                space = element.nsmap.get(prefix or None, "")
                if text and space != XS:
                    used.add((str(space), name))
        links = ""
        for space, name in sorted(used):
            home = homes.get((space, name))
            kind = "include" if space == uri else "import"
            where = home or f"http://digitaliser.dk/resource/1081/artefact/XKOM_{name}.xsd"
            if where != file:
                attribute = "" if kind == "include" else f' namespace="{space}"'
                links += f'<xs:{kind}{attribute} schemaLocation="{where}"/>\n'
        own = "".join(
            f' xmlns{":" + p if p else ""}="{u}"' for p, u in child.nsmap.items() if u != XS
        )
        body = etree.tostring(child, with_tail=False).decode()
        (folder / file).write_text(
            f'<?xml version="1.0" encoding="UTF-8"?>\n<xs:schema xmlns:xs="{XS}"{own}\n'
            f'    targetNamespace="{uri}" elementFormDefault="qualified">\n{links}{body}\n'
            "</xs:schema>\n",
            encoding="utf-8",
        )
        (folder / f"{file}.meta.xml").write_text("<Metadata/>")
    return folder


def zipped(folder: Path, target: Path, inside: str = "") -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, inside + file.name)
    return target


# -- the publisher's layout -----------------------------------------------------------------------


@pytest.mark.parametrize(("version", "full"), [("1.0.0", FULL_1), ("2.0.0", FULL_2)])
def test_a_published_set_works_as_folder_zip_and_file(
    tmp_path: Path, version: str, full: bytes
) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    published(folder, version)
    assert len(list(folder.glob("*.xsd"))) > 50
    root = "SOR" if version == "1.0.0" else "NSI"
    sources = [
        folder,
        zipped(folder, tmp_path / "SorSchema.zip"),
        zipped(folder, tmp_path / "Deep.zip", "sor/xsd/v_2_0_0/"),
        folder / f"{root}_SorTree_element.xsd",
    ]
    for source in sources:
        report = sorparse.validate(full, schema=source)
        assert report.valid, str(report)
        assert str(source) in report.schema
        assert "bundled components for http://rep.oio.dk/" in report.schema
        bad = sorparse.validate(replaced(full, "2015-05-01", "2015"), schema=source)
        assert [issue.code for issue in bad.errors] == ["xsd-bad-value"]


def test_two_versions_in_one_folder_go_by_the_document(tmp_path: Path) -> None:
    for version in ("1.0.0", "2.0.0"):
        (tmp_path / version).mkdir()
        published(tmp_path / version, version)
    assert sorparse.validate(FULL_1, schema=tmp_path).valid
    assert sorparse.validate(FULL_2, schema=tmp_path).valid


def test_the_bundled_files_work_as_a_set_of_their_own() -> None:
    folder = Path(str(files("sorparse") / "schemas"))
    assert sorparse.validate(FULL_2, schema=folder).valid
    assert sorparse.validate(FULL_1, schema=folder / "sor_1_0_0.xsd").valid


def test_a_component_of_the_set_wins_over_the_bundled_one(tmp_path: Path) -> None:
    published(tmp_path, "2.0.0")
    uri = "http://rep.oio.dk/ebxml/xml/schemas/dkcc/2003/02/13/"
    (tmp_path / "DKCC_StreetBuildingIdentifier.xsd").write_text(
        f'<xs:schema xmlns:xs="{XS}" targetNamespace="{uri}" elementFormDefault="qualified">'
        '<xs:element name="StreetBuildingIdentifier" type="xs:string"/></xs:schema>'
    )
    document = replaced(FULL_2, "13B", "13-15")
    assert not sorparse.validate(document).valid
    assert sorparse.validate(document, schema=tmp_path).valid


def test_an_edited_set_loads_and_says_what_it_refuses(tmp_path: Path) -> None:
    """As one user left it: the address commented out, with its import."""
    published(tmp_path, "1.0.0")
    (file,) = tmp_path.glob("SOR_AddressInformationType_complexType.xsd")
    text = file.read_text()
    text, imports = re.subn(rf'(<xs:import namespace="{XKOM}"[^>]*/>)', r"<!-- \1 -->", text)
    text, uses = re.subn(r'(<xs:element ref="xkom:AddressPostal"/>)', r"<!-- \1 -->", text)
    assert imports == uses == 1
    file.write_text(text)
    report = sorparse.validate(FULL_1, schema=tmp_path)
    assert {issue.code for issue in report.errors} == {"xsd-unknown-element"}
    assert "AddressPostal" in report.errors[0].message


def test_an_import_alone_may_be_missing(tmp_path: Path) -> None:
    published(tmp_path, "1.0.0")
    for file in tmp_path.glob("*.xsd"):
        file.write_text(re.sub(r"<xs:import[^>]*/>", "", file.read_text()))
    assert sorparse.validate(FULL_1, schema=tmp_path).valid


def test_a_schema_with_local_owners(tmp_path: Path) -> None:
    """Owners declared inside the root cannot be validated on their own."""
    (tmp_path / "s.xsd").write_text(
        f"""<xs:schema xmlns:xs="{XS}" targetNamespace="{NSI}" elementFormDefault="qualified">
        <xs:element name="SorTree"><xs:complexType><xs:sequence>
        <xs:element name="InstitutionOwnerEntity" maxOccurs="unbounded">
        <xs:complexType><xs:sequence><xs:element name="Day" type="xs:date"/></xs:sequence>
        </xs:complexType></xs:element>
        </xs:sequence></xs:complexType></xs:element></xs:schema>"""
    )
    one = "<InstitutionOwnerEntity>\n<Day>{}</Day>\n</InstitutionOwnerEntity>\n"
    document = f'<SorTree xmlns="{NSI}">\n{one}{one}{one}</SorTree>'
    good = document.format("2020-01-01", "2020-01-02", "2020-01-03").encode()
    assert sorparse.validate(good, schema=tmp_path).valid
    bad = document.format("2020-01-01", "x", "y").encode()
    report = sorparse.validate(bad, schema=tmp_path / "s.xsd")
    assert [(issue.line, issue.value) for issue in report.occurrences] == [(6, "x"), (9, "y")]


def test_a_rule_across_owners_is_not_lost(tmp_path: Path) -> None:
    unique = (
        '<xs:unique name="one"><xs:selector xpath="x:InstitutionOwnerEntity"/>'
        '<xs:field xpath="@id"/></xs:unique>'
    )
    (tmp_path / "s.xsd").write_text(
        f"""<xs:schema xmlns:xs="{XS}" xmlns:x="{NSI}" targetNamespace="{NSI}"
        elementFormDefault="qualified">
        <xs:element name="InstitutionOwnerEntity"><xs:complexType>
        <xs:attribute name="id" type="xs:int"/></xs:complexType></xs:element>
        <xs:element name="SorTree"><xs:complexType><xs:sequence>
        <xs:element ref="x:InstitutionOwnerEntity" maxOccurs="9"/>
        </xs:sequence></xs:complexType>{unique}</xs:element></xs:schema>"""
    )
    one = '<InstitutionOwnerEntity id="{}"/>'
    document = f'<SorTree xmlns="{NSI}">{one}{one}</SorTree>'
    assert sorparse.validate(document.format(1, 2).encode(), schema=tmp_path).valid
    report = sorparse.validate(document.format(1, 1).encode(), schema=tmp_path)
    assert [issue.code for issue in report.errors] == ["xsd-other"]
    assert "Duplicate key-sequence ['1']" in report.errors[0].message


def test_a_set_of_the_other_version_is_one_fault(tmp_path: Path) -> None:
    published(tmp_path, "1.0.0")
    report = sorparse.validate(FULL_2, schema=tmp_path)
    (issue,) = report.errors
    assert report.fault_count == 1
    assert issue.code == "xsd-unknown-root"
    assert NSI in issue.message
    assert SOR1 in issue.message


# -- what cannot be used --------------------------------------------------------------------------


def minimal(body: str, extra: str = "") -> str:
    return (
        f'<xs:schema xmlns:xs="{XS}" xmlns:o="urn:other" xmlns="{NSI}" targetNamespace="{NSI}"'
        f' elementFormDefault="qualified">\n{extra}\n<xs:element name="SorTree">{body}'
        "</xs:element></xs:schema>"
    )


ANY = "<xs:complexType><xs:sequence>{}</xs:sequence></xs:complexType>"


def refused(schema: Path) -> str:
    with pytest.raises(SorFileError) as caught:
        sorparse.validate(FULL_2, schema=schema)
    return str(caught.value)


def test_a_component_that_cannot_be_had_is_named(tmp_path: Path) -> None:
    extra = '<xs:import namespace="urn:other" schemaLocation="http://rep.oio.dk/x/OTHER.xsd"/>'
    file = tmp_path / "root.xsd"
    file.write_text(minimal(ANY.format('<xs:element ref="o:Thing"/>'), extra))
    assert refused(file) == (
        f"{file}:3: uses the element Thing of namespace urn:other, which it imports from "
        "http://rep.oio.dk/x/OTHER.xsd; it is neither in the set of schemas nor among the bundled "
        "components, and nothing is fetched"
    )
    # an import of which nothing is used does no harm
    file.write_text(minimal(ANY.format('<xs:any processContents="skip" maxOccurs="99"/>'), extra))
    assert sorparse.validate(tree(), schema=file).valid


@pytest.mark.parametrize(
    "location",
    [
        "../outside.xsd",
        "a/../../outside.xsd",
        "/etc/passwd",
        "file:///etc/passwd",
        "C:\\schemas\\x.xsd",
        "\\\\server\\share\\x.xsd",
        "//server/x.xsd",
        "%2e%2e/outside.xsd",
    ],
)
@pytest.mark.parametrize("kind", ["import", "include"])
def test_nothing_outside_the_set_is_read(tmp_path: Path, location: str, kind: str) -> None:
    inside = tmp_path / "set"
    inside.mkdir()
    (tmp_path / "outside.xsd").write_text(f'<xs:schema xmlns:xs="{XS}"/>')
    space = ' namespace="urn:other"' if kind == "import" else ""
    link = f'<xs:{kind}{space} schemaLocation="{location}"/>'
    (inside / "root.xsd").write_text(minimal(ANY.format(""), link))
    for schema in (inside, inside / "root.xsd", zipped(inside, tmp_path / "s.zip")):
        assert "points outside the set of schemas" in refused(schema)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    inside = tmp_path / "set"
    inside.mkdir()
    (tmp_path / "outside.xsd").write_text(minimal(ANY.format("")))
    (inside / "root.xsd").symlink_to(tmp_path / "outside.xsd")
    assert "holds no XML schema" in refused(inside)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("hej", "is not an XML schema"),
        ("<html/>", "is not an XML schema: its root element is html"),
        ('<!DOCTYPE x [<!ENTITY a "b">]>' + minimal(ANY.format("")), "DOCTYPE"),
        (f'<xs:schema xmlns:xs="{XS}"><xs:element name="A"/></xs:schema>', "not a schema of SOR"),
        (minimal("<xs:complexType><xs:foo/></xs:complexType>"), "the schema cannot be used"),
        (minimal(ANY.format(""), '<xs:redefine schemaLocation="x.xsd"/>'), "redefine is not supp"),
        (minimal(ANY.format('<xs:element ref="z:A"/>')), "prefix z:"),
    ],
)
def test_what_is_no_schema(tmp_path: Path, content: str, words: str) -> None:
    file = tmp_path / "root.xsd"
    file.write_text(content)
    message = refused(file)
    assert words in message
    assert message.startswith(str(file))


def test_a_billion_laughs_schema(tmp_path: Path) -> None:
    entities = '<!ENTITY a0 "aaaaaaaaaa">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 30)
    )
    bomb = f"<!DOCTYPE x [{entities}]>" + minimal(
        ANY.format('<xs:element name="A" default="&a29;"/>')
    )
    (tmp_path / "root.xsd").write_text(bomb)
    assert "root.xsd" in refused(tmp_path)


def test_an_include_loop_ends(tmp_path: Path) -> None:
    loop = '<xs:include schemaLocation="b.xsd"/>'
    (tmp_path / "a.xsd").write_text(minimal(ANY.format('<xs:any maxOccurs="9"/>'), loop))
    (tmp_path / "b.xsd").write_text(
        f'<xs:schema xmlns:xs="{XS}" targetNamespace="{NSI}"><xs:include schemaLocation="a.xsd"/>'
        "</xs:schema>"
    )
    assert "bundled" not in sorparse.validate(tree(), schema=tmp_path).schema


def test_a_place_without_schemas(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("hej")
    assert "holds no XML schema (.xsd); it holds: readme.txt" in refused(tmp_path)
    archive = zipped(tmp_path, tmp_path / "s.zip")
    assert "holds no XML schema (.xsd); it holds: readme.txt" in refused(archive)
    assert "no such file" in refused(tmp_path / "missing.xsd")
    (tmp_path / "other.xsd").write_text(f'<xs:schema xmlns:xs="{XS}"/>')
    assert "none of its 1 schemas declares SorTree" in refused(tmp_path)
    (tmp_path / "other.xsd").write_text("<broken")
    assert "other.xsd" in refused(tmp_path)
    with pytest.raises(TypeError, match="schema must be None or the path"):
        sorparse.validate(FULL_2, schema=b"<x/>")  # type: ignore[arg-type] # that is the test


def test_two_root_schemas_that_differ(tmp_path: Path) -> None:
    (tmp_path / "a.xsd").write_text(minimal(ANY.format("")))
    (tmp_path / "b.xsd").write_text(minimal(ANY.format('<xs:any maxOccurs="9"/>')))
    assert "several schemas declare SorTree: a.xsd and b.xsd" in refused(tmp_path)
    (tmp_path / "b.xsd").write_text(minimal(ANY.format("")) + "<!-- a copy -->")
    assert not sorparse.validate(FULL_2, schema=tmp_path).valid


def test_two_files_that_declare_one_element_differently(tmp_path: Path) -> None:
    links = "".join(f'<xs:include schemaLocation="{n}.xsd"/>' for n in "ab")
    (tmp_path / "root.xsd").write_text(minimal(ANY.format('<xs:element ref="A"/>'), links))
    for name, kind in (("a", "date"), ("b", "string")):
        (tmp_path / f"{name}.xsd").write_text(
            f'<xs:schema xmlns:xs="{XS}" targetNamespace="{NSI}">'
            f'<xs:element name="A" type="xs:{kind}"/></xs:schema>'
        )
    assert "declares the element A, which" in refused(tmp_path)


def test_a_bundled_document_is_never_changed_by_use() -> None:
    first = sorparse.validate(FULL_2)
    assert sorparse.validate(FULL_2) == first
    assert not sorparse.validate(tree(owner("<Foo/>"))).valid
    assert sorparse.validate(FULL_2) == first


# -- the docs -------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["2.0.0", "1.0.0"])
def test_the_tree_in_the_docs_has_every_element(version: str) -> None:
    page = DOCS / "reference" / f"schema-{version}.md"
    text = page.read_text(encoding="utf-8")
    assert "    HealthInstitutionEntity *\n" in text
    full = {"2.0.0": FULL_2, "1.0.0": FULL_1}[version]
    for element in etree.fromstring(full).iter("*"):
        assert etree.QName(element).localname in text
