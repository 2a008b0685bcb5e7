r"""Files that may hold a network, and what kind each is: told by its content, then by its name.

>>> kind_of(File("net", b"[net]\nwidth=32\n")).name
'darknet cfg'
>>> kind_of(File("net", b'layer { name: "conv1" type: "Convolution" }')).module
'archcalc.readers.caffe'
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from archcalc import limits
from archcalc.errors import SpecError, UnknownName, UsageError, suggestion

if TYPE_CHECKING:
    from collections.abc import Callable

UNNAMED = ("<stdin>", "spec")
"""What files are called that have no name."""
SAVED = "saved_model.pb"
"""What lies in the folder of a SavedModel."""
HEAD = 65_536
"""Bytes by which a kind is told."""


@dataclass(frozen=True)
class File:
    """What begins with `head`; the rest of it, if there is more, is still at `path`."""

    name: str
    head: bytes
    path: Path | None = None

    @property
    def stem(self) -> str:
        """What to call a network that has no name of its own."""
        return "stdin" if self.name == "<stdin>" else Path(self.name).stem

    @property
    def suffix(self) -> str:
        """The end of the name, in small letters, with its dot."""
        return Path(self.name).suffix.lower()

    def content(self) -> bytes:
        """Give all of it. Raises SpecError beyond `limits.file_bytes`, or if it cannot be read."""
        most = limits.now().file_bytes
        content = self.head if self.path is None else _read(self.path, most + 1)
        if len(content) > most:
            reason = limits.too_large("file_bytes", f"{self.name} is larger than {most:,} bytes")
            raise SpecError.because(reason)
        return content


def open_file(path: Path) -> File:
    """Open a file; `-` is standard input. Raises UnknownName or SpecError if there is none."""
    if str(path) == "-":
        return File("<stdin>", sys.stdin.buffer.read(limits.now().file_bytes + 1))
    try:
        if not path.exists():
            beside = path.parent.iterdir() if path.parent.is_dir() else ()
            names = [p.name for p in beside if p.suffix.lower() in SUFFIXES]
            near = suggestion(path.name, sorted(names))
            raise UnknownName.of("no-such-file", f"there is no file `{path}`", near)
        if (path / SAVED).is_file():
            raise refuse(File(str(path), b""), _kind_called(SAVED))
        if not path.is_file():
            hint = "`-` reads from standard input"
            raise SpecError.of("not-a-file", f"`{path}` is not a regular file", hint)
    except OSError as error:
        raise _unreadable(path, error) from None
    head = _read(path, HEAD + 1)
    return File(str(path), head, path if len(head) > HEAD else None)


def is_there(path: str | Path) -> bool:
    """Tell whether there is a file of this name; a name that no file can have is none."""
    try:
        return Path(path).is_file()
    except OSError:
        return False


def is_file_name(network: str | Path) -> bool:
    """Tell whether a network is named by its file.

    >>> [is_file_name(name) for name in ("lenet5", "lenet.prototxt", "./lenet5", "mine.yaml#small")]
    [False, True, True, True]
    """
    path = str(network).partition("#")[0]
    named = path == "-" or "/" in path or path.lower().endswith(SUFFIXES)
    return named or isinstance(network, Path)


class Kind(NamedTuple):
    """A kind of files: the module that reads it, or why none does."""

    name: str
    suffixes: tuple[str, ...]
    fits: Callable[[bytes], object]
    module: str = ""
    why: str = ""
    hint: str = ""

    @property
    def one(self) -> str:
        """Name one file of this kind."""
        return f"{'an' if self.name.startswith('ONNX') else 'a'} {self.name}"


def _has(pattern: bytes) -> Callable[[bytes], object]:
    return partial(re.search, pattern)  # compiled where a file is at hand


_FIRST = rb"(?s)\APK\x03\x04.{26}"
"""A zip, up to the name of its first part."""
_TORCH = "reading it can run code of whoever wrote it"
_EXPORT = "`torch.export.save` writes a .pt2, `torch.onnx.export` an .onnx"
SPEC = Kind(
    "archcalc specs (YAML)", (".yaml", ".yml"), _has(rb"\b(?:input|layers|blocks)[\"']?[ \t]*:")
)
KINDS = (
    Kind(
        "Keras HDF5 file",
        (".h5", ".hdf5"),
        _has(rb"\A\x89HDF\r\n"),
        why="its network lies within a file of weights",
        hint="`model.to_json()` writes the network alone, `model.save` a .keras",
    ),
    Kind(
        "TensorFlow SavedModel",
        (".pb",),
        lambda _: None,
        why="its layers are those that TensorFlow made of them",
        hint="`model.to_json()` writes the network alone, `model.save` a .keras",
    ),
    Kind(
        "TensorFlow Lite model",
        (".tflite",),
        _has(rb"(?s)\A.{4}TFL3"),
        why="its layers are those of a compiler, without the names that they had",
        hint="read what it was made from: a .keras, an .onnx, a .pt2",
    ),
    Kind(
        "PyTorch exported program",
        (".pt2",),
        _has(_FIRST + rb"(?:[^/]{1,200}/)?(?:data/[a-z]|models/|archive_|serialized_)"),
        "archcalc.readers.pt2",
    ),
    Kind(
        "TorchScript program",
        (),
        _has(_FIRST + rb"[^/]{1,200}/(?:data/\d|(?s:.*)/code/__torch__)"),
        why=_TORCH,
        hint=_EXPORT,
    ),
    Kind(
        "PyTorch checkpoint",
        (".pt", ".pth", ".ckpt", ".pkl"),
        _has(rb"(?s)\A(?:\x80[\x02-\x05]|PK\x03\x04.*data\.pkl)"),
        why=_TORCH,
        hint=_EXPORT,
    ),
    Kind(
        "file of Caffe weights",
        (".caffemodel",),
        lambda _: None,
        why="it holds weights",
        hint="its network stands in a .prototxt",
    ),
    Kind(
        "file of darknet weights",
        (".weights",),
        lambda _: None,
        why="it holds weights",
        hint="its network stands in a .cfg",
    ),
    Kind(
        "ONNX model",
        (".onnx",),
        _has(rb"\A\x08[\x01-\x7f](?:[\x12\x1a\x22\x28\x32\x3a\x42\x72]|\xa2\x01)"),
        "archcalc.readers.onnx",
    ),
    Kind(
        "Keras model",
        (".keras", ".json"),
        _has(
            rb"(?s)\A(?:PK\x03\x04.*?(?:metadata|config)\.json"
            rb'|(?:\xef\xbb\xbf)?\s*\{.*"(?:class_name|keras_version)"\s*:)'
        ),
        "archcalc.readers.keras",
    ),
    Kind(
        "darknet cfg",
        (".cfg",),
        _has(
            rb"\A(?:\xef\xbb\xbf)?(?:[ \t\r]*(?:[#;][^\n]*)?\n)*[ \t]*\[[ \t]*[A-Za-z]\w*[ \t]*\]"
        ),
        "archcalc.readers.darknet",
    ),
    Kind(
        "Caffe prototxt",
        (".prototxt", ".pbtxt"),
        _has(rb"(?m)^(?:[^#\n]*[\s\"'}>;])?layers?\s*\{"),
        "archcalc.readers.caffe",
    ),
)
"""All but specs, in the order in which they are tried."""
SUFFIXES = tuple(suffix for kind in (SPEC, *KINDS) for suffix in kind.suffixes)


def kind_of(file: File) -> Kind:
    """Tell a file's kind. Raises UsageError if it is none of those that are known.

    What is text and fits nothing is taken for what its suffix says, or for a spec.
    """
    by_suffix = next((kind for kind in (SPEC, *KINDS) if file.suffix in kind.suffixes), None)
    if by_suffix is SPEC or not file.head.strip():
        return by_suffix or SPEC
    found = next((kind for kind in KINDS if kind.fits(file.head)), None)
    if found is None and file.suffix == ".json" and SPEC.fits(file.head):
        return SPEC  # JSON is YAML too
    if found or by_suffix:
        return found or by_suffix or SPEC
    if SPEC.fits(file.head) or file.name in UNNAMED:
        return SPEC
    message = f"`{file.name}` is no network of a kind that is read"
    raise UsageError.of("unknown-kind", message, f"what is read: {read_kinds()}")


def _kind_called(name: str) -> Kind:
    return next(kind for kind in KINDS if Path(name).suffix in kind.suffixes)


def read_kinds() -> str:
    """Name the kinds of files that are read."""
    return ", ".join([SPEC.name, *(kind.name for kind in KINDS if kind.module)])


def refuse(file: File, kind: Kind) -> UsageError:
    """Say why a file is not read."""
    message = f"`{file.name}` is {kind.one}, which is not read: {kind.why}"
    return UsageError.of("not-read", message, kind.hint)


def _read(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> SpecError:
    return SpecError.of("unreadable", f"`{path}` cannot be read: {error.strerror}")
