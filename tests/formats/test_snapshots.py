"""Two snapshots of one table are never merged: the newer one is read, or nothing is."""

from __future__ import annotations

from pathlib import Path

import pytest

import sorparse
from sorparse import examples
from support.csv_files import A, B, C, read, sor2, sor_id, zipped

HEADER = ("SorId", "EntityName", "FromDate", "UpdatedAt")


def night(day: str, name: str) -> bytes:
    """A SOREntity file with edits up to a date."""
    rows = (f"{A};{name};2007-01-01;{day}", f"{B};Enhed;2007-01-01;2020-01-01")
    return sor2(*rows, header=HEADER)


def xml(day: str, name: str) -> bytes:
    """A Sor.xml of one owner."""
    base = "urn:oio:sundhedsstyrelsen:organisation:1.0.0"
    return f"""<SorTree xmlns="urn:oio:nsi:2.0.0" xmlns:s="{base}">
<s:SnapshotDate>{day}</s:SnapshotDate><InstitutionOwnerEntity><InstitutionOwner>
<s:SorIdentifier>{A}</s:SorIdentifier><s:EntityName>{name}</s:EntityName>
<EntityTypeIdentifier>550881000005103</EntityTypeIdentifier>
<s:SorStatus><s:FromDate>2007-01-01</s:FromDate><s:FirstFromDate>2007-01-01</s:FirstFromDate>
</s:SorStatus></InstitutionOwner></InstitutionOwnerEntity></SorTree>""".encode()


MADE = {"xml": xml, "csv": night}


@pytest.mark.parametrize(
    ("made", "new", "old"),
    [
        ("xml", "Sor.xml", "Sor_old.xml"),
        ("xml", "Sor.xml", "Sor.xml.bak"),
        ("xml", "Sor_20260102.xml", "Sor_20260101.xml"),
        ("xml", "Sor (1).xml", "Sor.xml"),
        ("csv", "SorEntity_daily.csv", "SorEntity_daily (1).csv"),
        ("csv", "SorEntity_daily (1).csv", "SorEntity_daily.csv"),
        ("csv", "a.zip", "b.zip"),
        ("xml", "b.zip", "a.zip"),
    ],
)
def test_the_newer_one_is_read_alone(tmp_path: Path, made: str, new: str, old: str) -> None:
    for name, day, unit in ((new, "2026-01-02", "Ny"), (old, "2026-01-01", "Gammel")):
        data = MADE[made](day, unit)
        inside = {"Sor.xml" if made == "xml" else "SorEntity_daily.csv": data}
        (tmp_path / name).write_bytes(zipped(inside) if name.endswith("zip") else data)
    records, issues = read(tmp_path)
    assert [unit.name for unit in records if unit.sor_id == A] == ["Ny"]
    (reported,) = (issue for issue in issues if issue.code == "several-snapshots")
    assert reported.severity == "warning"
    assert reported.file is not None
    assert old in reported.file
    register = sorparse.load(tmp_path)
    assert register.as_of("2026-01-02")[A].name == "Ny"
    if made == "xml":
        assert str(register.snapshot_date) == "2026-01-02"


@pytest.mark.parametrize("made", ["xml", "csv"])
def test_equal_dates_are_refused(tmp_path: Path, made: str) -> None:
    (tmp_path / "first").write_bytes(MADE[made]("2026-01-01", "A"))
    (tmp_path / "second").write_bytes(MADE[made]("2026-01-01", "B"))
    with pytest.raises(sorparse.SorFileError, match=r"two snapshots.*2026-01-01.*first.*second"):
        sorparse.open(tmp_path)


def test_files_without_dates_are_refused(tmp_path: Path) -> None:
    for name in ("SOREntity.csv", "SOREntity2.csv"):
        (tmp_path / name).write_bytes(sor2(f"{A};x", header=("SorId", "EntityName")))
    with pytest.raises(sorparse.SorFileError, match="without a date"):
        sorparse.open(tmp_path)


def test_one_mistyped_date_does_not_make_a_file_the_newer_one(tmp_path: Path) -> None:
    old = night("2026-01-01", "Gammel") + f"{C};Fejl;2007-01-01;2062-01-01\r\n".encode()
    (tmp_path / "SOREntity.csv").write_bytes(night("2026-01-02", "Ny"))
    (tmp_path / "SOREntity (1).csv").write_bytes(old)
    records, _ = read(tmp_path)
    assert records[0].name == "Ny"


@pytest.mark.parametrize("ending", ["part", "tmp", "crdownload", "PART"])
def test_an_unfinished_download_is_not_read(tmp_path: Path, ending: str) -> None:
    (tmp_path / "SOREntity.csv").write_bytes(night("2026-01-01", "Hel"))
    (tmp_path / f"SOREntity.csv.{ending}").write_bytes(night("2026-01-02", "Halv")[:100])
    records, issues = read(tmp_path)
    assert records[0].name == "Hel"
    assert [issue.code for issue in issues] == ["several-snapshots"]


def test_the_tables_beside_come_from_the_same_snapshot(tmp_path: Path) -> None:
    types = b"EDITypeId;EDITypeName\r\n1;"
    for name, day in (("new", "2026-01-02"), ("old", "2026-01-01")):
        inside = {"SOREntity.csv": night(day, name), "EDITypes.csv": types + name.encode()}
        (tmp_path / f"{name}.zip").write_bytes(zipped(inside))
    for name, mark in (("new", " (1)"), ("old", "")):
        folder = tmp_path / "loose"
        folder.mkdir(exist_ok=True)
        day = "2026-01-02" if name == "new" else "2026-01-01"
        (folder / f"SOREntity{mark}.csv").write_bytes(night(day, name))
        (folder / f"EDITypes{mark}.csv").write_bytes(types + name.encode())
    for place in (tmp_path, tmp_path / "loose"):
        with sorparse.open(place) as feed:
            assert [each.name for each in feed.edi_types()] == ["new"]
            assert next(feed.entities()).name == "new"


def test_the_daily_file_beside_the_complete_set_is_no_second_snapshot(tmp_path: Path) -> None:
    (tmp_path / "Sor_complete.zip").write_bytes(examples.sor2_zip.read_bytes())
    (tmp_path / "SorEntity_daily.csv").write_bytes(examples.daily_csv.read_bytes())
    with sorparse.open(tmp_path) as feed:
        assert feed.format is sorparse.Format.SOR2
        assert [issue.code for issue in feed.issues] == ["table-passed-over"]


def test_the_changes_of_a_week_are_no_snapshot(tmp_path: Path) -> None:
    whole = examples.shak.read_bytes()
    (tmp_path / "SHAKCOMPLETE.TXT").write_bytes(whole)
    (tmp_path / "SHAKDELTA.TXT").write_bytes(whole.split(b"\n")[0] + b"\n")
    records, issues = read(tmp_path, "shak_units")
    assert records == read(examples.shak, "shak_units")[0]
    assert [issue.code for issue in issues] == ["several-snapshots"]


def started(*days: str) -> bytes:
    """A SOREntity file without edit dates."""
    rows = (f"{sor_id(200 + at)};Enhed;{day}" for at, day in enumerate(days))
    return sor2(*rows, header=HEADER[:3])


def types(name: str) -> bytes:
    """A file of message types, which has no date."""
    return f"EDITypeId;EDITypeName\r\n1;{name}".encode()


def replaced(day: str) -> bytes:
    """A file of replacements, whose records have no edit dates and no periods."""
    return f"SorId;ReplacedBySorId;FromDate\r\n{A};{B};{day}".encode()


OLD, NEW = night("2026-01-01", "a"), night("2026-01-02", "b")


@pytest.mark.parametrize(
    ("files", "read_from", "refused"),
    [
        ({"a.csv": OLD, "b.csv": NEW}, ["b.csv"], [("a.csv", "of 2026-01-01", "b.csv")]),
        (
            {"a.csv": OLD, "b.csv": NEW, "c.csv": night("2025-01-02", "c")},
            ["b.csv"],
            [("a.csv", "of 2026-01-01", "b.csv"), ("c.csv", "of 2025-01-02", "b.csv")],
        ),
        (  # without edits the latest start counts
            {
                "a.csv": started("2026-01-01", "2026-01-01"),
                "b.csv": started("2026-01-02", "2025-01-01"),
            },
            ["b.csv"],
            [("a.csv", "of 2026-01-01", "b.csv")],
        ),
        (  # an edit counts before a start
            {
                "a.csv": OLD,
                "b.csv": sor2(f"{A};b;2026-01-03;2026-01-02", header=HEADER),
                "c.csv": sor2(f"{A};c;2026-01-04;2025-12-31", header=HEADER),
            },
            ["b.csv"],
            [("a.csv", "of 2026-01-01", "b.csv"), ("c.csv", "of 2025-12-31", "b.csv")],
        ),
        (
            {"a.csv": OLD, "b.csv.part": NEW, "c.csv.TMP": NEW, "~$d.csv": NEW},
            ["a.csv"],
            [
                (name, "an unfinished download", "a.csv")
                for name in ("b.csv.part", "c.csv.TMP", "~$d.csv")
            ],
        ),
        ({"a.csv.part": OLD}, ["a.csv.part"], []),
        (
            {"a.csv.part": OLD, "b.csv.tmp": NEW},
            ["b.csv.tmp"],
            [("a.csv.part", "of 2026-01-01", "b.csv.tmp")],
        ),
        (  # the other tables are read from the zip of the units
            {
                "a.zip": zipped({"e.csv": OLD, "t.csv": types("a")}),
                "b.zip": zipped({"e.csv": NEW, "t.csv": types("b")}),
                "c.zip": zipped({"e.csv": OLD, "t.csv": types("c")}),
            },
            ["b.zip/e.csv", "b.zip/t.csv"],
            [
                ("a.zip/e.csv", "of 2026-01-01", "b.zip/e.csv"),
                ("c.zip/e.csv", "of 2026-01-01", "b.zip/e.csv"),
            ],
        ),
        (  # or from the file whose name has the same marks, apart from letters
            {
                "a1.csv": OLD,
                "a2.csv": NEW,
                "t1.csv": types("x"),
                "t3.csv": types("y"),
                "t2.csv": types("z"),
            },
            ["a2.csv", "t2.csv"],
            [
                ("a1.csv", "of 2026-01-01", "a2.csv"),
                ("t1.csv", "another snapshot", "t2.csv"),
                ("t3.csv", "another snapshot", "t2.csv"),
            ],
        ),
        (  # letters beside digits change nothing
            {"e1.csv": OLD, "e2x.csv": NEW, "t1.csv": types("x"), "t2.csv": types("y")},
            ["e2x.csv", "t2.csv"],
            [
                ("e1.csv", "of 2026-01-01", "e2x.csv"),
                ("t1.csv", "another snapshot", "t2.csv"),
            ],
        ),
        (  # zips whose names differ in the last letter
            {
                "x1": zipped({"e.csv": OLD, "t.csv": types("a")}),
                "x2": zipped({"e.csv": NEW, "t.csv": types("b")}),
            },
            ["x2/e.csv", "x2/t.csv"],
            [("x1/e.csv", "of 2026-01-01", "x2/e.csv")],
        ),
        (  # a table that is there once, between
            {
                "e1.csv": OLD,
                "e2.csv": NEW,
                "t9.csv": types("x"),
                "r1.csv": replaced("2020-01-01"),
                "r2.csv": replaced("2020-01-02"),
            },
            ["e2.csv", "r2.csv", "t9.csv"],
            [("e1.csv", "of 2026-01-01", "e2.csv"), ("r1.csv", "another snapshot", "r2.csv")],
        ),
        (  # records with a from-date alone
            {
                "r1.csv": replaced("2026-01-01"),
                "r2.csv": replaced("2026-01-02"),
            },
            ["r2.csv"],
            [("r1.csv", "of 2026-01-01", "r2.csv")],
        ),
        (
            {"e_1.v2.csv": OLD, "t_1.v3.csv": types("x"), "t_2.v2.csv": types("y")},
            ["e_1.v2.csv", "t_1.v3.csv"],
            [("t_2.v2.csv", "another snapshot", "t_1.v3.csv")],
        ),
        (
            {
                "SHAK.TXT": examples.shak.read_bytes(),
                "A_Delta.TXT": examples.shak.read_bytes(),
            },
            ["SHAK.TXT"],
            [("A_Delta.TXT", "a file of changes", "SHAK.TXT")],
        ),
        ({"Delta.TXT": examples.shak.read_bytes()}, ["Delta.TXT"], []),
        (  # not a word of other formats
            {"Delta.csv": NEW, "e.csv": OLD},
            ["Delta.csv"],
            [("e.csv", "of 2026-01-01", "Delta.csv")],
        ),
    ],
)
def test_which_one_is_read_and_why_not_the_others(
    tmp_path: Path,
    files: dict[str, bytes],
    read_from: list[str],
    refused: list[tuple[str, str, str]],
) -> None:
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with sorparse.open(tmp_path) as feed:
        members = {one.member.name for table in feed.tables for one in feed.readers(table)}
        issues = [one for one in feed.issues if one.code == "several-snapshots"]
    assert members == {f"{tmp_path}/{name}" for name in read_from}
    table = {"t": "edi_types", "S": "shak_units", "r": "replaced_entities"}
    expected = []
    for name, why, newest in sorted(refused):
        if why.startswith("of "):
            latest = "2026-01-02"
            why = f"{why}, the other of {latest}"  # noqa: PLW2901
        of = table.get(newest[0], "entities")
        message = f"{tmp_path}/{name} is not read ({why}): {of} is read from {tmp_path}/{newest}"
        expected.append(
            sorparse.Issue("warning", "several-snapshots", message, file=f"{tmp_path}/{name}")
        )
    assert sorted(issues, key=lambda issue: str(issue.file)) == expected


@pytest.mark.parametrize(
    ("files", "table", "dates"),
    [
        ({"a.csv": NEW, "b.csv": NEW, "c.csv": OLD}, "entities", "both of 2026-01-02"),
        ({"a.csv": started(""), "b.csv": started("")}, "entities", "without a date"),
        ({"a.csv": NEW, "b.csv": started("")}, "entities", "without a date"),
        (
            {"c1.csv": NEW, "a.csv": types("x"), "b.csv": types("y")},
            "edi_types",
            "without a date",
        ),
    ],
)
def test_where_the_dates_do_not_decide_nothing_is_read(
    tmp_path: Path, files: dict[str, bytes], table: str, dates: str
) -> None:
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(sorparse.SorFileError) as refused:
        sorparse.open(tmp_path)
    assert str(refused.value) == (
        f"{tmp_path}: two snapshots of {table}, {dates}: {tmp_path}/a.csv and "
        f"{tmp_path}/b.csv; keep one of them"
    )
    assert refused.value.file == str(tmp_path)
