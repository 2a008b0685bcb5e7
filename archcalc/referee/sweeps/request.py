"""What is asked of a sweep, and the plan that follows from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, TypedDict

from archcalc.errors import Reason, UnknownName, UsageError, suggestion
from archcalc.graph import Graph
from archcalc.live import is_module, is_name
from archcalc.ops.fields import shown as said
from archcalc.ops.given import from_python
from archcalc.readers import find
from archcalc.referee.comparisons.amount import amount
from archcalc.referee.sweeps.axis import Axis, read_axis, read_vary
from archcalc.referee.sweeps.measures import BYTES, MEASURES, USUAL, known
from archcalc.referee.sweeps.plan import Plan
from archcalc.referee.sweeps.selection import TOP, Selection, read_aim
from archcalc.referee.sweeps.space import Space
from archcalc.referee.sweeps.subject import INPUT, Subject
from archcalc.spec.library import family
from archcalc.spec.spec import Spec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from archcalc.inputs import Input
    from archcalc.spec.values import Value

    Vary = Mapping[str, Value | Iterable[Value]] | Sequence[Axis | str] | str

NAMES, EXPRESSIONS = ("columns", "conventions", "pareto"), ("where", "quartiles")
"""Options that are lists; one text has names with commas between them, or is one expression."""
WHOLE = {"top": 1, "first": 1, "draws": 1, "batch": 1, "bytes_each": 1, "seed": None}
"""Options that are whole numbers, and the least that each may be."""


class Options(TypedDict, total=False):
    """What may be said of a sweep."""

    inputs: str | int | Sequence[object]
    """Shapes, or sides of a map: `224,256`, `["3x224x224"]`; they vary with the rest."""
    columns: str | Sequence[str]
    """The figures to show; those with a `+` beside the usual ones."""
    conventions: str | Sequence[str]
    """Operations by these, in the place of multiply-accumulates."""
    draws: int | None
    """So many of all combinations, at random."""
    seed: int
    """Which ones are drawn."""
    max_parameters: float | str | None
    """So many parameters fit, and no more: 5_000_000, 5e6, or `5M`."""
    max_macs: float | str | None
    """So many multiply-accumulates fit, and no more."""
    where: str | Sequence[str]
    """Expressions over what varies, all parameters and the figures, all true for what fits."""
    first: int | None
    """After so many that fit it ends."""
    pareto: str | Sequence[str]
    """Of what fits only what none beats: small in these figures, with a `-` large."""
    sort: str | None
    """A figure to sort by; with a `-` the largest comes first."""
    quartiles: str | Sequence[str]
    """Expressions over what varies, all parameters and the figures: how what fits is spread."""
    top: int
    """So many are kept of what fits."""
    batch: int
    """Samples at once."""
    heads: bool
    """Whether auxiliary heads count."""
    bytes_each: int
    """Bytes of a number in memory."""
    results: str | Path | None
    """A file for all that fits and all that cannot be, as it comes."""
    chart: bool
    """Whether the cloud of all that fits is kept, for a chart."""
    dask: object
    """Who counts: the address of a Dask scheduler, or a client of one."""
    tell: Callable[[int, int, int], None] | None
    """Called now and then with how many were counted, of how many, and how many fit."""


def tidy(options: Options) -> Options:
    """Give the options with lists of names and whole numbers, however they were written.

    Raises TypeError for what is no option, UsageError for another value than it takes.
    """
    found: dict[str, object] = {}
    for name, given in options.items():
        if name not in Options.__annotations__:
            raise TypeError(f"sweep() got an unexpected keyword argument {name!r}")
        if name in NAMES and isinstance(given, str):
            found[name] = [part.strip() for part in given.split(",") if part.strip()]
        elif name in EXPRESSIONS and isinstance(given, str):
            found[name] = [given]
        elif name in WHOLE:
            found[name] = None if given is None else _whole(name, given)
        else:
            found[name] = given
    return found  # type: ignore[return-value]


def _whole(name: str, given: object) -> int:
    least = WHOLE[name]
    with suppress(Reason):
        given = from_python(given)
    if isinstance(given, bool) or not isinstance(given, int) or given < (least or given):
        more = "" if least is None else f", {least} or more"
        message = f"`{name}` is a whole number{more}, not {said(given)}"
        raise UsageError.of("wrong-type", message)
    return given


def varied(
    net: str | Path,
    /,
    *,
    input: Input | None = None,  # noqa: A002
    **parameters: Value,
) -> Spec | Graph:
    """Find what is varied: the name of a family stands for it as its file is written.

    Raises what `load` raises.

    >>> varied("densenet").id, varied("densenet121").id
    ('densenet', 'densenet121')
    """
    try:
        return find(net, input=input, **parameters)
    except UnknownName:
        found = family(net) if isinstance(net, str) else None
        if found is None:
            raise
        return found.settle(**parameters)


def plan_of(net: Spec | Graph | str | Path, vary: Vary, options: Options) -> Plan:
    """Settle what is counted. Raises UsageError, UnknownName and what `load` raises."""
    limits = {name: options.get(f"max_{name}") for name in ("parameters", "macs")}
    most = {name: amount(limit) for name, limit in limits.items() if limit is not None}  # type: ignore[arg-type]
    where, conventions = tuple(options.get("where", ())), tuple(options.get("conventions", ()))
    ranked = _ranked(options)
    plan = Plan(
        Subject(
            net
            if isinstance(net, Spec | Graph)
            else varied(net, input=shape_for(net, options.get("inputs", ())))
        ),
        Space(_axes(vary, options.get("inputs", ())), options.get("draws"), options.get("seed", 0)),
        _measures([*shown(options), *ranked, *most], (*where, *options.get("quartiles", ()))),
        conventions,
        most,
        where,
        options.get("batch", 1),
        options.get("heads", False),
        options.get("bytes_each", BYTES),
    )
    for name in ranked:
        if name not in plan.columns:
            hint = suggestion(name, MEASURES) or f"the columns: {', '.join(MEASURES)}"
            raise UnknownName.of("unknown-column", f"a sweep has no column `{name[:80]}`", hint)
    _check_conventions(conventions)
    plan.check()
    return plan


def shown(options: Options) -> tuple[str, ...]:
    """Name the figures to show: conventions stand in the place of multiply-accumulates."""
    conventions = options.get("conventions", ())
    usual = USUAL[: 1 if conventions else 2]
    return (*known(options.get("columns") or usual), *conventions)


def selection_of(options: Options) -> Selection:
    """Settle what is kept: by default the first thousand that fit."""
    aims = tuple(map(read_aim, options.get("pareto", ())))
    sort = options.get("sort")
    across = (aims[0].name, aims[1].name) if len(aims) > 1 else USUAL
    axes = across if options.get("chart") else None
    return Selection(aims, read_aim(sort) if sort else None, options.get("top", TOP), axes)


def _check_conventions(names: Sequence[str]) -> None:
    """Read the conventions: what is wrong with one is no variant's. Raises what `find` raises."""
    if names:
        from archcalc.convention.library import find  # noqa: PLC0415 - most sweeps need none

        for name in names:
            find(name)


def _axes(vary: Vary, inputs: str | int | Sequence[object]) -> tuple[Axis, ...]:
    """Read what varies; the inputs vary last. Raises UsageError if nothing does."""
    if isinstance(vary, Mapping):
        found = [read_axis(name, values) for name, values in vary.items()]
    else:
        texts = [vary] if isinstance(vary, str) else vary
        found = [axis if isinstance(axis, Axis) else read_vary(axis) for axis in texts]
    if inputs:
        found.append(_input_axis(inputs))
    if not found:
        hint = "`--vary growth=12..48..4`, or `--input 224,256,288`"
        raise UsageError.of("nothing-varies", "a sweep needs something that varies", hint)
    return tuple(found)


def _input_axis(inputs: str | int | Sequence[object]) -> Axis:
    if isinstance(inputs, str):
        return read_axis(INPUT, _by_name(inputs) if "=" in inputs else inputs)
    several = [inputs] if isinstance(inputs, int) else inputs
    return read_axis(INPUT, [_text(given) for given in several])


def shape_for(net: object, inputs: str | int | Sequence[object]) -> str | None:
    """Give the first input for a live module, which says none itself; a side alone is no shape.

    Raises UsageError for inputs that cannot be.
    """
    if not inputs or not (is_module(net) or is_name(net)):
        return None
    first = _input_axis(inputs).at(0)
    return first if isinstance(first, str) else None


def _by_name(text: str) -> list[str]:
    """Part the inputs of a network that has several: where a name comes again the next begin.

    >>> _by_name("left=1x8x8,right=1x8x8,left=1x9x9,right=1x9x9")
    ['left=1x8x8,right=1x8x8', 'left=1x9x9,right=1x9x9']
    """
    found: list[list[str]] = []
    names: set[str] = set()
    for part in text.split(","):
        name = part.partition("=")[0].strip()
        if not found or name in names:
            found.append([])
            names.clear()
        names.add(name)
        found[-1].append(part.strip())
    return [",".join(parts) for parts in found]


def _text(given: object) -> object:
    """Write a shape, or several by their names, as a text; a number stays what it is."""
    if isinstance(given, Mapping):
        return ",".join(f"{name}={_text(shape)}" for name, shape in given.items())
    return "x".join(map(str, given)) if isinstance(given, list | tuple) else given


def _ranked(options: Options) -> list[str]:
    """Name the figures that variants are ranked by."""
    sort = options.get("sort")
    return [read_aim(text).name for text in (*options.get("pareto", ()), *([sort] if sort else []))]


def _measures(names: Sequence[str], expressions: Sequence[str]) -> tuple[str, ...]:
    """List what has to be counted: what is shown, and what expressions read."""
    words = re.findall(r"[a-z_]+", " ".join(expressions))
    return tuple(dict.fromkeys(name for name in (*names, *words) if name in MEASURES))
