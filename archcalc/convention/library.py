"""Finding a convention: by name or alias, or by the path of a file of one's own."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from archcalc.convention.convention import Convention
from archcalc.convention.reader import read_convention
from archcalc.errors import SpecError, UnknownName, suggestion
from archcalc.spec.library import SUFFIXES, open_source
from archcalc.spec.names import loose
from archcalc.spec.reader import Source

LEADING = ("macs", "parameters", "torch", "memory", "torchsummary-pass", "torchsummary-memory")
"""The conventions that stand for others of their kind that give the same figure."""
LAST = ("parameters", "memory")
"""What is counted by the conventions that are listed last."""
_FOLDER = Path(__file__).parent


def find(convention: str | Path | Convention) -> Convention:
    """Find a convention by a name that matches loosely, or read one from a file.

    Raises UnknownName if nothing answers to the name, SpecError with every mistake of a file.

    >>> find("resnet-paper")
    Convention('macs')
    """
    return convention if isinstance(convention, Convention) else _find(convention, ())


def conventions() -> tuple[Convention, ...]:
    """List the conventions: archcalc's own, then the tools'; last those of parameters, of memory.

    >>> [convention.name for convention in conventions()][:2]
    ['macs', 'flops']
    """
    return tuple(sorted(map(_read, _files()), key=_order))


def _find(convention: str | Path, readers: tuple[Path, ...]) -> Convention:
    """Find a convention; `readers` are the files that are being read, each like the next."""
    name = str(convention)
    if isinstance(convention, Path) or name.endswith(SUFFIXES) or "/" in name:
        path = Path(name)
        if path in readers:
            raise SpecError.of("endless", f"`{path}` is like itself")
        return read_convention(
            open_source(path), path.stem, lambda like: _find(like, (*readers, path))
        )
    known = _names()
    if loose(name) in known:
        return _read(known[loose(name)])
    raise _unknown(name)


def _order(convention: Convention) -> tuple[int, bool, bool, str]:
    kind = LAST.index(convention.figures) + 1 if convention.figures in LAST else 0
    return kind, bool(convention.tool), convention.name not in LEADING, convention.name


@cache
def _files() -> tuple[Path, ...]:
    return tuple(sorted(_FOLDER.glob("*.yaml")))


@cache
def _names() -> dict[str, Path]:
    """Map every name and alias to its file; the file's own name is the convention's."""
    found = {loose(path.stem): path for path in _files()}
    for path in _files():
        for alias in _read(path).aliases:
            found.setdefault(loose(alias), path)
    return found


@cache
def _read(path: Path) -> Convention:
    source = Source(f"conventions/{path.name}", path.read_text("utf-8"))
    return read_convention(source, path.stem, lambda name: _read(_FOLDER / f"{name}.yaml"))


def _unknown(name: str) -> UnknownName:
    known = [word for found in conventions() for word in (found.name, *found.aliases)]
    hint = (
        suggestion(name, known, key=loose)
        or "`archcalc conventions` lists them; a file needs its suffix .yaml"
    )
    return UnknownName.of("unknown-convention", f"there is no convention `{name[:80]}`", hint)
