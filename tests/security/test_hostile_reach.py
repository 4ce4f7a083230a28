"""Nothing is opened, listed, started or asked for over the network but what the caller named."""

from __future__ import annotations

from pathlib import Path

import pytest

from sorparse import examples
from support.hostile import bounded

WATCHED = """
import os, socket, sys
import sorparse

def refused(*arguments, **more):
    raise AssertionError("the network was touched")

socket.socket.connect = socket.create_connection = socket.getaddrinfo = refused
path = sys.argv[1]

def everything():
    with sorparse.open(path) as feed:
        for table in feed.tables:
            list(feed.records(table))
        feed.describe()

everything()  # modules are loaded here
seen = []
def hook(event, arguments):
    if event in ("open", "os.listdir", "os.scandir", "subprocess.Popen", "os.exec", "os.system"):
        seen.append((event, str(arguments[0])))
    elif event.startswith(("socket.", "urllib.", "http.", "ftplib.", "tempfile.")):
        seen.append((event, str(arguments)))
sys.addaudithook(hook)
everything()
found = {name for _, name in seen}
allowed = {path} | {os.path.join(path, name) for name in sys.argv[2].split("|")}
print(sorted(name for name in found if name not in allowed))
"""


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        (examples.sor2_zip, ""),
        (examples.daily_csv, ""),
        (examples.sor_csv, ""),
        (examples.sor_csv_folder, "sor.csv|Edityper.csv"),
        (examples.shak, ""),
        (examples.sor_xml, ""),
        (examples.sor_xml_zip, ""),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_only_what_was_named_is_opened(path: Path, inside: str) -> None:
    assert bounded(WATCHED, path, inside, megabytes=150) == "[]"
