"""Feed a reader bytes that look for paths not taken yet; only a declared error may come back.

    pip install -e '.[fuzz]'
    python -m tests.fuzz.fuzz_reader FORMAT FOLDER -max_total_time=600 -timeout=5 -rss_limit_mb=500

FORMAT is `spec`, `caffe`, `darknet`, `keras`, `onnx`, `pt2` (the text within an archive) or
`archive` (of Keras or PyTorch). FOLDER keeps what it found worth trying; the first run starts it
with the library's specs, or with the small files of the tests; put others there to start from.
"""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import atheris

if TYPE_CHECKING:
    from collections.abc import Iterable

HERE = Path(__file__).parent
TESTS = HERE.parent

with atheris.instrument_imports(include=["archcalc"]):
    from archcalc import limits
    from archcalc.errors import ArchcalcError, UsageError
    from archcalc.files import File
    from archcalc.readers import caffe, darknet, keras, onnx, pt2
    from archcalc.report import count
    from archcalc.spec import library
    from archcalc.spec.family import interpret
    from archcalc.spec.reader import read
    from archcalc.spec.variants import variants
    from tests.fuzz import seeds
    from tests.readers.pt2_writer import archive

SMALL = {"values": 3_000, "layers": 500, "steps": 2_000, "items": 1_000}
"""Limits that let a second see thousands of texts."""
READERS = {
    "caffe": caffe, "darknet": darknet, "keras": keras, "onnx": onnx, "pt2": pt2, "archive": pt2,
}  # fmt: skip


def try_spec(data: bytes) -> None:
    """Read, count and report a text, as it stands and as its first variant."""
    document = read(library.source_of(data, "fuzz.yaml"))
    for variant in (None, *list(variants(document.tree))[:1]):
        report = count(interpret(document, "fuzz", variant), heads=True)
        report.to_dict()


def try_file(kind: str, data: bytes) -> None:
    """Read, count and report a file, at its own input or at one that is given."""
    reader = READERS[kind]
    if kind == "pt2":
        data = archive(data)
    if kind == "archive" and data[:1] == b"k":
        reader, data = keras, data[1:]
    file = File("fuzz", data)
    try:
        graph = reader.read(file, None)
    except UsageError:
        graph = reader.read(file, "3x32x32")
    report = count(graph)
    if report.total.parameters != sum(row.parameters for row in report.fold(1)):
        raise AssertionError("rows do not add up")
    report.to_dict()


def try_one(kind: str, data: bytes) -> None:
    """Try what the fuzzer made; a mistake must be one that can be shown."""
    try:
        with limits.raised(**SMALL):
            try_spec(data) if kind == "spec" else try_file(kind, data)
    except ArchcalcError as error:
        text = str(error)
        if not text or not all(line.isprintable() for line in text.split("\n")):
            raise AssertionError(text) from error


def sow(kind: str, folder: Path) -> None:
    """Give the first run something to start from."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(started(kind)):
        (folder / f"seed{number}").write_bytes(content)


def started(kind: str) -> Iterable[bytes]:
    """Give small files of a format."""
    if kind != "spec":
        return seeds.of(kind)
    paths = (*library.families(), *TESTS.glob("wrong/*.yaml"))
    return [path.read_bytes().partition(b"\n---\n")[0] for path in paths]


def words(kind: str, folder: Path) -> Path:
    """Write down the words of a format: those of what there is to start from."""
    if kind == "spec":
        return HERE / "words.dict"
    found: set[bytes] = set()
    for path in folder.iterdir():
        found.update(re.findall(rb"[A-Za-z_]\w{2,30}", path.read_bytes()[:1_000_000]))
    written = folder.with_suffix(".dict")
    written.write_text("".join(f'"{word.decode()}"\n' for word in sorted(found)[:2_000]), "ascii")
    return written


def main(arguments: list[str]) -> Any:  # noqa: ANN401 - never comes back
    """Fuzz until the time is over."""
    kind, folder = arguments[1], Path(arguments[2])
    if not folder.exists():
        sow(kind, folder)
    more = [f"-dict={words(kind, folder)}"]
    with suppress(KeyboardInterrupt):
        atheris.Setup([arguments[0], *arguments[2:], *more], partial(try_one, kind))
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv)
