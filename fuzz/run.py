"""Fuzz one target: ``python fuzz/run.py TARGET [SECONDS] [libFuzzer options]``; see README.md.

``python fuzz/run.py TARGET --merge`` adds inputs to the corpus in the repository: those that reach
code that no input of the corpus reaches.
"""

from __future__ import annotations

import pkgutil
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import atheris  # type: ignore[import-untyped] # has no types

HERE = Path(__file__).parent
CORPUS_BYTES = 2048
"""Longest input in the corpora of the repository; the first inputs of a run may be longer."""
INNER = "--inner"
PACKAGES = ("sources", "formats", "validation", "records", "register", "archive", "exports")
sys.path[:0] = [str(HERE), *(str(HERE.parent / folder) for folder in ("src", "tests"))]


def remember_decoders(module: Any) -> None:
    """Reuse generated decoders: most inputs have the header of an earlier one."""
    make = module.FastDecoder
    known: dict[Any, tuple[Any, list[Any]]] = {}

    def remembered(careful: Any, delimiter: str, row: Any = None) -> Any:
        key = (careful.plan.spec.title, careful.plan.header, careful.plan.columns, delimiter, row)
        on_swap = careful.on_swap
        if key not in known:
            if len(known) > 1000:
                known.clear()
            called: list[Any] = [on_swap]

            def swap(called: list[Any] = called) -> None:
                called[0]()

            careful.on_swap = swap
            known[key] = (make(careful, delimiter, row), called)
        decoder, called = known[key]
        called[0] = on_swap
        return decoder

    module.FastDecoder = remembered


def main() -> None:
    """Import the library with instrumentation, write the first inputs, and fuzz."""
    with atheris.instrument_imports(
        include=["sorparse", "targets", "ways"], enable_loader_override=False
    ):
        for package in PACKAGES:
            module = import_module(f"sorparse.{package}")
            for found in pkgutil.walk_packages(module.__path__, f"{module.__name__}."):
                import_module(found.name)
        from targets import TARGETS
    remember_decoders(import_module("sorparse.formats.csv.reader"))
    if sys.argv[1:] == ["--list"]:
        print(*TARGETS)
        return
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        raise SystemExit(f"usage: python fuzz/run.py {{--list|{'|'.join(TARGETS)}}} [SECONDS]")
    name, *rest = sys.argv[1:]
    target = TARGETS[name]
    # to merge, libFuzzer starts this command again with its own options
    command = f"{sys.executable} {Path(__file__).resolve()} {name} {INNER}"
    if rest[:1] == [INNER]:
        atheris.Setup([command, *rest[1:]], target.run)
        atheris.Fuzz()
        return
    found = HERE / "found" / name  # new inputs of this run
    found.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (found / f"seed{number:02}").write_bytes(seed)
    words = HERE / "found" / f"{name}.dict"
    words.write_text(
        "".join('"' + "".join(f"\\x{byte:02x}" for byte in word) + '"\n' for word in target.words)
    )
    corpus = HERE / "corpus" / name  # small, in the repository
    corpora = [found, *([corpus] if corpus.is_dir() else [])]
    if rest[:1] == ["--merge"]:
        corpus.mkdir(parents=True, exist_ok=True)
        corpora, rest = (
            [corpus, found],
            [f"-max_len={CORPUS_BYTES}", "-set_cover_merge=1", *rest[1:]],
        )
    if any(Path(each).is_file() for each in rest):  # to run again; libFuzzer takes no folder then
        corpora = []
    seconds = [f"-max_total_time={rest.pop(0)}"] if rest and rest[0].isdigit() else []
    options = [
        *map(str, corpora),
        f"-dict={words}",
        f"-max_len={target.max_len}",
        "-timeout=10",
        "-rss_limit_mb=1024",
        "-print_final_stats=1",
        f"-artifact_prefix={HERE / 'found'}/{name}-",
        *seconds,
        *rest,
    ]
    atheris.Setup([command, *options], target.run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
