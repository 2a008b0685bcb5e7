"""What the search of a format starts from: the small files that its tests have."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from tests.readers.keras_writer import archive
from tests.readers.test_keras_hostile import FILES
from tests.readers.test_onnx import SMALL, written

READERS = Path(__file__).parent.parent / "readers"
TEXTS = {"caffe": ".prototxt", "darknet": ".cfg"}


def of(kind: str) -> list[bytes]:
    """Give small files of a format."""
    if kind in TEXTS:
        return [path.read_bytes() for path in sorted(READERS.glob(f"*{TEXTS[kind]}"))]
    if kind == "keras":
        return [text.encode() for text in FILES]
    if kind == "onnx":
        return [written(*SMALL)]
    programs = [path.read_bytes() for path in sorted(READERS.glob("*.pt2"))]
    if kind == "pt2":
        return [_text(program) for program in programs]
    return [*programs, *(b"k" + archive(("config.json", text)).head for text in FILES)]


def _text(program: bytes) -> bytes:
    with ZipFile(BytesIO(program)) as opened:
        return opened.read(next(name for name in opened.namelist() if "models/" in name))
