"""Graph → a file of Python: the classes of its blocks, and `Net`."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, NamedTuple

from archcalc.errors import Reason, UsageError
from archcalc.exports.outline import ends_of, outline, unmoved
from archcalc.exports.pytorch.arrays import arrays, attribute
from archcalc.exports.pytorch.body import Body
from archcalc.exports.pytorch.classes import classify
from archcalc.exports.pytorch.layout import Value
from archcalc.exports.pytorch.settling import texts
from archcalc.exports.pytorch.text import WIDTH, fit, runs
from archcalc.exports.pytorch.writing import Call, Chain, Maybe, identifier, unique
from archcalc.graph import INPUT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archcalc.exports.pytorch.kinds import Kind
    from archcalc.exports.pytorch.layout import Layout
    from archcalc.exports.pytorch.writing import Made
    from archcalc.graph import Graph

HELPERS = Path(__file__).with_name("helpers.py")


class Module(NamedTuple):
    """A file, and where in `Net` the arrays of each layer lie: by path and name, as attributes."""

    text: str
    arrays: dict[str, dict[str, str]]
    inputs: tuple[Layout, ...]
    outputs: tuple[Layout, ...]


def module(graph: Graph) -> Module:
    """Write a network as a module of PyTorch, `Net`. Raises UsageError for what it cannot say.

    What it gives are the outputs, the main path's first, and behind them what each head says.

    >>> from archcalc.spec.library import load
    >>> from archcalc.spec.unroll import expand
    >>> print(module(expand(load("lenet5-textbook"))).text.splitlines()[9])
            self.C1 = nn.Sequential(nn.Conv2d(1, 6, 5), nn.ReLU())
    """
    try:
        return _module(graph)
    except Reason as reason:
        raise UsageError.because(reason) from None


def pytorch(graph: Graph) -> str:
    """Write a network as the text of a module of PyTorch."""
    return module(graph).text


def _module(graph: Graph) -> Module:
    for position in sorted(graph.moved):
        raise unmoved(graph.nodes[position].path)
    found = outline(graph)
    entering: dict[int, Value] = {}
    taken: set[str] = set()
    for number, (name, shape) in enumerate(graph.inputs.items()):
        own = unique("x" if len(graph.inputs) == 1 else identifier(name), taken)
        position = INPUT - number
        entering[position] = Value(
            own, shape, _lies(graph, position, found.readers.get(position, ()))
        )
    ends = ends_of(graph)
    body = Body(graph, found, "Net", entering, set(ends))
    body.write(found.in_order(graph))
    body.close(ends)
    where = {
        graph.nodes[at].path: arrays(graph.nodes[at], body.made[at], place)
        for at, place in body.places.items()
    }
    helpers = _helpers()
    more = [*_ties(graph, where), *_frozen(graph, body, where)]
    kinds = classify(body.instance, {*helpers, "Net"})
    *classes, net = kinds
    net.name = "Net"
    parts = [_class(kind, kinds) for kind in classes]
    parts.append(_class(net, kinds, _docstring(graph), more))
    written = "\n\n\n".join([*_used("\n".join(parts), helpers), *parts])
    main = _main(entering, several=len(ends) > 1, fixed="requires_grad" in written)
    text = f"{written}\n\n\n{main}"
    inputs = tuple(value.layout for value in entering.values())
    outputs = tuple(body.values[end].layout for end in ends)
    return Module(f"{_imports(text)}\n\n\n{text}\n", where, inputs, outputs)


def _lies(graph: Graph, position: int, readers: Sequence[int]) -> Layout:
    """Tell how an input lies: numbers of words, a row of features, tokens, or maps."""
    x = graph.shape_of(position)
    ops = {graph.nodes[reader].op.name for reader in readers}
    if x.rank == 1 and x.channels == 1 and ops == {"embedding"}:
        return "ids"
    if x.is_vector:
        return "flat"
    tokens = {"lstm", "gru", "rnn", "attention", "layernorm", "rmsnorm"}
    return "rows" if x.rank == 1 and ops and ops <= tokens else "maps"


def _ties(graph: Graph, where: dict[str, dict[str, str]]) -> list[str]:
    """Let modules share their arrays."""
    lines = []
    for node in graph.nodes:
        if node.path not in where:
            continue
        own = where[node.path]
        for tie in node.shared:
            owner = where.get(graph.nodes[tie.owner].path, {})
            if tie.transposed or tie.weight not in own or tie.weight not in owner:
                raise Reason(
                    "not-exported",
                    f"`{node.path}` takes its `{tie.weight}` from another: that is not written",
                )
            if own[tie.weight] != owner[tie.weight]:
                lines.append(f"{attribute(own[tie.weight])} = {attribute(owner[tie.weight])}")
    return lines


def _frozen(graph: Graph, body: Body, where: dict[str, dict[str, str]]) -> list[str]:
    """Freeze what is not trained: all modules of a class, or some of them one by one."""
    fixed = [
        at
        for at, node in enumerate(graph.nodes)
        if not getattr(node.op, "trainable", True)
        and node.op.name not in {"learned", "rbf"}
        and at in body.made
    ]
    trained = {name for at in body.made.keys() - fixed for name in _classes(body.made[at])}
    whole, lines = list[str](), list[str]()
    for at in fixed:
        own = _classes(body.made[at])
        if trained.isdisjoint(own):
            whole += own
        else:
            held = {path.rpartition(".")[0] for path in where[graph.nodes[at].path].values()}
            lines += [f"{attribute(path)}.requires_grad_(False)" for path in sorted(held)]
    for name in dict.fromkeys(whole):
        lines += ["for each in self.modules():", f"    if isinstance(each, {name}):"]
        lines += ["        each.requires_grad_(False)"]
    return lines


def _classes(made: Made) -> list[str]:
    modules = made.modules if isinstance(made, Chain) else (made,)
    return [each.name for each in modules if isinstance(each, Call)]


# -- Text


def _class(
    kind: Kind, kinds: Sequence[Kind], says: Sequence[str] = (), more: Sequence[str] = ()
) -> str:
    instance = kind.instances[0]
    given = [
        f"{name}={kind.defaults[name]}" if name in kind.defaults else name for name in kind.values
    ]
    lines = [f"class {kind.name}(nn.Module):"]
    lines += [f"    {line}".rstrip() for line in (*says, "")] if says else []
    lines += fit("def ", f"__init__({', '.join(['self', *given])})", 4, ":")
    lines.append("        super().__init__()")
    values = iter(kind.columns)
    if told := kind.conditions.get("residual", ""):
        lines.append(f"        self.residual = {told}")
    for name, made in instance.modules:
        written = _made(name, made, values, kinds, instance.label)
        lines += (
            _where(name, written, kind.conditions[name]) if isinstance(made, Maybe) else written
        )
    lines += [f"        {line}" for line in more]
    lines += ["", f"    def forward({', '.join(['self', *instance.inputs])}):"]
    for line in instance.lines:
        head, sign, text = line.partition("return " if line.startswith("return ") else " = ")
        lines += fit(head + sign, text, 8) if text else [f"        {line}"]
    return "\n".join(lines)


def _made(
    name: str, made: Made, values: Iterator[object], kinds: Sequence[Kind], label: str
) -> list[str]:
    if isinstance(made, Maybe):
        return _made(name, made.made, values, kinds, label)
    if isinstance(made, Chain):
        inner = ", ".join(runs(texts(made, values, label), kinds))
        if made.kind == "nn.ModuleList":
            inner = inner[1:] if inner.startswith("*") and "], " not in inner else f"[{inner}]"
        return fit(f"self.{name} = ", f"{made.kind}({inner})", 8)
    return fit(f"self.{name} = ", texts(made, values, label)[0], 8)


def _where(name: str, written: list[str], told: str) -> list[str]:
    """Make a module where a condition says so, and pass through what enters else."""
    short = f"{written[0]} if {told} else nn.Identity()"
    if len(written) == 1 and len(short) <= WIDTH:
        return [short]
    otherwise = ["        else:", f"            self.{name} = nn.Identity()"]
    return [f"        if {told}:", *(f"    {line}" for line in written), *otherwise]


def _docstring(graph: Graph) -> list[str]:
    """Say who the network is, and where it comes from."""
    name, source = (
        text.replace("\\", " ").replace('"', "'")
        for text in (graph.origin.name, graph.origin.source)
    )
    said = f"{name}: {source}" if source else name
    if len(said) < WIDTH - 12:
        return [f'"""{said}."""']
    return [f'"""{name}.', "", *wrap(f"{source}.", WIDTH - 4), '"""']


def _imports(text: str) -> str:
    found = ["import torch"]
    found += ["import torch.nn.functional as F"] * bool(re.search(r"\bF\.", text))
    return "\n".join([*found, "from torch import nn"])


def _main(entering: dict[int, Value], *, several: bool, fixed: bool) -> str:
    given = []
    for _, x, layout in entering.values():
        sizes = {"ids": x.extents, "rows": (*x.extents, x.channels), "flat": (x.channels,)}.get(
            layout, x
        )
        kind = ", dtype=torch.long" if layout == "ids" else ""
        given.append(f"torch.zeros({', '.join(map(str, (1, *sizes)))}{kind})")
    counted = "trained" if fixed else "net.parameters()"
    trained = "    trained = [each for each in net.parameters() if each.requires_grad]"
    lines = [
        'if __name__ == "__main__":',
        "    net = Net().eval()",
        *[trained] * fixed,
        f'    print(sum(each.numel() for each in {counted}), "parameters")',
    ]
    called = f"net({', '.join(given)})"
    if several:
        return "\n".join([*lines, *fit("for y in ", called, 4, ":"), "        print(y.shape)"])
    short = f"    print({called}.shape)"
    lines += [short] if len(short) <= WIDTH else [*fit("y = ", called, 4), "    print(y.shape)"]
    return "\n".join(lines)


def _helpers() -> dict[str, str]:
    """Read the modules that PyTorch has not, by their names."""
    parts = HELPERS.read_text("utf-8").rstrip().split("\n\n\n")[1:]
    return {re.split(r"\W", part, maxsplit=2)[1]: part for part in parts}


def _used(text: str, helpers: dict[str, str]) -> list[str]:
    """Give those that a text needs, and those that they need."""
    found: dict[str, str] = {}
    waiting = [text]
    while waiting:
        words = set(re.findall(r"\w+", waiting.pop()))
        for name in words & helpers.keys() - found.keys():
            found[name] = helpers[name]
            waiting.append(helpers[name])
    return [source for name, source in helpers.items() if name in found]
