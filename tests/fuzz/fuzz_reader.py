"""Feed the reader bytes that look for paths not taken yet; only a declared error may come back.

    pip install -e '.[fuzz]'
    python tests/fuzz/fuzz_reader.py FOLDER -max_total_time=600 -timeout=5 -rss_limit_mb=500

FOLDER keeps what it found worth trying; the first run starts it with the library's specs.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports():
    from archcalc import limits
    from archcalc.errors import ArchcalcError
    from archcalc.report import count
    from archcalc.spec import library
    from archcalc.spec.family import interpret
    from archcalc.spec.reader import read
    from archcalc.spec.variants import variants

SMALL = {"values": 3_000, "layers": 500, "steps": 2_000, "items": 1_000}
"""Limits that let a second see thousands of texts."""


def try_one(data: bytes) -> None:
    """Read, count and report a text, as it stands and as its first variant."""
    try:
        with limits.raised(**SMALL):
            document = read(library.source_of(data, "fuzz.yaml"))
            for variant in (None, *list(variants(document.tree))[:1]):
                report = count(interpret(document, "fuzz", variant), heads=True)
                report.to_dict()
    except ArchcalcError as error:
        text = str(error)
        if not text or not all(line.isprintable() for line in text.split("\n")):
            raise AssertionError(text) from error


def sow(folder: Path) -> None:
    """Give the first run something to start from."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in (*library.families(), *Path("tests/wrong").glob("*.yaml")):
        (folder / path.name).write_bytes(path.read_bytes().partition(b"\n---\n")[0])


def main(arguments: list[str]) -> Any:  # noqa: ANN401 - never comes back
    """Fuzz until the time is over."""
    folders = [Path(word) for word in arguments[1:] if not word.startswith("-")]
    if folders and not folders[0].exists():
        sow(folders[0])
    atheris.Setup([*arguments, f"-dict={Path(__file__).with_name('words.dict')}"], try_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv)
