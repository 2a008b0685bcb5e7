"""What the shell offers for a half-written argument."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from archcalc.errors import ArchcalcError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def complete_networks(incomplete: str) -> list[str]:
    """Offer the networks of the library, their aliases, spec files and the variants in them."""
    from archcalc.spec.library import networks  # noqa: PLC0415 - only a completion needs it

    names = [name for entry in networks() for name in (entry.id, *entry.aliases)]
    return [*_starting(names, incomplete), *complete_specs(incomplete)]


def complete_published(incomplete: str) -> list[str]:
    """Offer families, networks and files: all that figures are published of."""
    from archcalc.spec.library import families  # noqa: PLC0415

    found = _starting([path.stem for path in families()], incomplete)
    return list(dict.fromkeys([*found, *complete_networks(incomplete)]))


def complete_specs(incomplete: str) -> list[str]:
    """Offer spec files, the folders on the way to them, and the variants of a file."""
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
        if not entry.name.startswith(".") and (entry.is_dir() or entry.suffix in {".yaml", ".yml"})
    ]
    return _starting(found, incomplete)


def complete_layers(ctx: Any, incomplete: str) -> list[str]:  # noqa: ANN401 - the parser's own class
    """Offer the layers of the network that was named before."""
    from archcalc.report import count  # noqa: PLC0415

    network = ctx.params.get("network") or ""
    try:
        report = count(network[0] if isinstance(network, list) else network)
    except ArchcalcError:
        return []
    paths = [row.path for row in report.rows]
    return _starting(dict.fromkeys([*report.graph.containers, *paths]), incomplete)


def complete_settings(ctx: Any, incomplete: str) -> list[str]:  # noqa: ANN401
    """Offer the parameters of the network that was named before, each with its `=`."""
    from archcalc.spec.library import load  # noqa: PLC0415

    try:
        spec = load(ctx.params.get("network") or "")
    except ArchcalcError:
        return []
    return _starting([f"{name}=" for name in spec.parameters], incomplete)


def complete_ops(incomplete: str) -> list[str]:
    """Offer the ops."""
    from archcalc import ops  # noqa: PLC0415

    return _starting(sorted(ops.names()), incomplete)


def complete_subjects(incomplete: str) -> list[str]:
    """Offer ops and networks."""
    return [*complete_ops(incomplete), *complete_networks(incomplete)]


def complete_columns(incomplete: str) -> list[str]:
    """Offer columns, also the next one after a comma, and with a `+`."""
    from archcalc.render.tables.columns import QUANTITIES  # noqa: PLC0415

    return _listed(QUANTITIES, incomplete)


def complete_quantities(incomplete: str) -> list[str]:
    """Offer what networks are compared by, also the next one after a comma."""
    from archcalc.counts import QUANTITIES  # noqa: PLC0415

    return _listed(QUANTITIES, incomplete)


def complete_lines(incomplete: str) -> list[str]:
    """Offer the lines by which networks are compared."""
    from typing import get_args  # noqa: PLC0415

    from archcalc.referee.comparisons.comparison import By  # noqa: PLC0415

    return _starting(get_args(By), incomplete)


def complete_families(incomplete: str) -> list[str]:
    """Offer the networks of the library alone."""
    from archcalc.spec.library import networks  # noqa: PLC0415

    return _starting([name for e in networks() for name in (e.id, *e.aliases)], incomplete)


def complete_limits(incomplete: str) -> list[str]:
    """Offer the limits."""
    from dataclasses import fields  # noqa: PLC0415

    from archcalc.limits import Limits  # noqa: PLC0415

    return _starting([f"{field.name}=" for field in fields(Limits)], incomplete)


def complete_formats(incomplete: str) -> list[str]:
    """Offer the formats."""
    from archcalc.render.export import FORMATS  # noqa: PLC0415

    return _starting(FORMATS, incomplete)


def complete_drawings(incomplete: str) -> list[str]:
    """Offer the kinds of drawings."""
    from archcalc.cli.draw import DRAWINGS  # noqa: PLC0415

    return _starting(dict.fromkeys(DRAWINGS.values()), incomplete)


def complete_styles(incomplete: str) -> list[str]:
    """Offer the styles of drawings."""
    from archcalc.cli.draw import STYLES  # noqa: PLC0415

    return _starting(STYLES, incomplete)


def complete_colors(incomplete: str) -> list[str]:
    """Offer when to colour."""
    from archcalc.cli.options import COLORS  # noqa: PLC0415

    return _starting(COLORS, incomplete)


def complete_error_formats(incomplete: str) -> list[str]:
    """Offer the forms of a mistake."""
    from archcalc.cli.options import ERROR_FORMATS  # noqa: PLC0415

    return _starting(ERROR_FORMATS, incomplete)


def complete_codes(incomplete: str) -> list[str]:
    """Offer the codes of mistakes."""
    from archcalc.cli.codes import codes  # noqa: PLC0415

    return _starting(codes(), incomplete)


def complete_conventions(incomplete: str) -> list[str]:
    """Offer the conventions."""
    folder = Path(__file__).parents[1] / "convention"
    return _starting(sorted(path.stem for path in folder.glob("*.yaml")), incomplete)


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
