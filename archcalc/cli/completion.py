"""What the shell offers for a half-written argument."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, get_args

from archcalc.errors import ArchcalcError
from archcalc.paths import layer_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Complete: TypeAlias = Callable[[str], list[str]]


def complete_networks(incomplete: str) -> list[str]:
    """Offer the networks of the library, their aliases, files and the variants in specs."""
    return [*complete_families(incomplete), *complete_files(incomplete)]


def complete_published(incomplete: str) -> list[str]:
    """Offer families, networks and files: all that figures are published of."""
    from archcalc.spec.library import families  # noqa: PLC0415 - only a completion needs it

    found = _starting([path.stem for path in families()], incomplete)
    return list(dict.fromkeys([*found, *complete_networks(incomplete)]))


def complete_files(incomplete: str) -> list[str]:
    """Offer files that are read, the folders on the way to them, and the variants of a spec."""
    from archcalc.files import SUFFIXES  # noqa: PLC0415

    path, hash_sign, _ = incomplete.partition("#")
    if hash_sign:
        return _starting([f"{path}#{name}" for name in _variants_of(path)], incomplete)
    folder = path[: path.rfind("/") + 1]
    try:
        entries = sorted(Path(folder or ".").iterdir())
    except OSError:
        return []
    found = [
        f"{folder}{entry.name}{'/' if entry.is_dir() else ''}"
        for entry in entries
        if not entry.name.startswith(".") and (entry.is_dir() or entry.suffix.lower() in SUFFIXES)
    ]
    return _starting(found, incomplete)


def complete_layers(ctx: Any, incomplete: str) -> list[str]:  # noqa: ANN401 - the parser's own class
    """Offer the layers of the network that was named before; no code is run for that."""
    from archcalc.live import is_name  # noqa: PLC0415
    from archcalc.readers import read  # noqa: PLC0415

    network = ctx.params.get("network") or ""
    try:
        graph = None if is_name(network) else read(network)
    except ArchcalcError:
        return []
    paths = [layer_of(node.path) for node in graph.nodes] if graph else ()
    return _starting(dict.fromkeys([*(graph.containers if graph else ()), *paths]), incomplete)


def complete_settings(ctx: Any, incomplete: str) -> list[str]:  # noqa: ANN401
    """Offer the parameters of the network that was named before, each with its `=`.

    An option that has no value yet ends the parser's work: what stands before it is not sorted.
    """
    from archcalc.spec.library import load  # noqa: PLC0415

    named = [ctx.params.get("network"), *(ctx.params.get("networks") or ()), *ctx.args]
    try:
        spec = load(next(filter(None, named), ""))
    except ArchcalcError:
        return []
    return _starting([f"{name}=" for name in spec.parameters], incomplete)


def complete_subjects(incomplete: str) -> list[str]:
    """Offer ops and networks."""
    return [*complete_ops(incomplete), *complete_networks(incomplete)]


def complete_families(incomplete: str) -> list[str]:
    """Offer the networks of the library alone."""
    from archcalc.spec.library import networks  # noqa: PLC0415

    return _starting([name for e in networks() for name in (e.id, *e.aliases)], incomplete)


def complete_limits(incomplete: str) -> list[str]:
    """Offer the limits."""
    from dataclasses import fields  # noqa: PLC0415

    from archcalc.limits import Limits  # noqa: PLC0415

    return _starting([f"{field.name}=" for field in fields(Limits)], incomplete)


def complete_conventions(incomplete: str) -> list[str]:
    """Offer the conventions."""
    folder = Path(__file__).parents[1] / "convention"
    return _starting(sorted(path.stem for path in folder.glob("*.yaml")), incomplete)


def _offer(
    home: str, of: Callable[[Any], Iterable[str]] = iter, *, several: bool = False
) -> Complete:
    """Make a completion of the words at `module:name`, which is imported when they are asked for.

    With `several` also the next one after a comma is offered, and one with a `+`.
    """

    def complete(incomplete: str) -> list[str]:
        module, _, name = home.partition(":")
        words = of(getattr(import_module(f"archcalc.{module}"), name))
        return (_listed if several else _starting)(words, incomplete)

    return complete


complete_ops = _offer("ops:names", lambda names: sorted(names()))
complete_columns = _offer("render.tables.columns:QUANTITIES", several=True)
complete_quantities = _offer("counts:QUANTITIES", several=True)
complete_lines = _offer("referee.comparisons.comparison:By", get_args)
complete_formats = _offer("render.export:FORMATS")
complete_drawings = _offer("cli.draw:DRAWINGS", lambda kinds: dict.fromkeys(kinds.values()))
complete_styles = _offer("cli.draw:STYLES")
complete_colors = _offer("cli.options:COLORS")
complete_error_formats = _offer("cli.options:ERROR_FORMATS")
complete_codes = _offer("cli.codes:codes", lambda codes: codes())


def _variants_of(path: str) -> Iterator[str]:
    from archcalc.spec.library import open_source  # noqa: PLC0415
    from archcalc.spec.reader import read  # noqa: PLC0415
    from archcalc.spec.variants import variants  # noqa: PLC0415

    try:
        yield from variants(read(open_source(Path(path))).tree)
    except ArchcalcError:
        return


def _listed(words: Iterable[str], incomplete: str) -> list[str]:
    """Complete the last word of a list with commas, with its `+` if it has one."""
    done, comma, last = incomplete.rpartition(",")
    plus = "+" if last.startswith("+") else ""
    return [f"{done}{comma}{plus}{word}" for word in _starting(words, last.removeprefix("+"))]


def _starting(words: Iterable[str], beginning: str) -> list[str]:
    return [word for word in words if word.startswith(beginning)]
