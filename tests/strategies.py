"""Random small networks as YAML text: branches, tables, groups, windows of every kind.

    networks()    specs that fit together, input included
    specs()       the same with all that the language has: parameters, variants, defaults, blocks,
                  groups, loops, conditions, origins, heads

What is drawn is text, so that everything from the reader to the kernels is tried.
"""

from __future__ import annotations

from io import StringIO
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import strategies as st

import archcalc
from archcalc import ops
from archcalc.ops.op import Placewise, Weighted
from archcalc.ops.shape import sides

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import DrawFn, SearchStrategy


class Maps(NamedTuple):
    """What a layer gives: maps, and the sides of a map, of which there are one to three."""

    channels: int
    sides: tuple[int, ...]

    def __str__(self) -> str:
        return "x".join(map(str, (self.channels, *self.sides)))


class Layer(NamedTuple):
    """A line of a spec, and what comes out of it."""

    text: str
    output: Maps


ACTIVATIONS = (
    "relu", "relu6", "{leaky_relu: 0.2}", "prelu", "{prelu: shared}", "{elu: 0.5}", "selu", "gelu",
    "{gelu: tanh}", "silu", "mish", "softplus", "hard_sigmoid", "hard_swish",
    "{celu: 0.5}", "softsign", "log_sigmoid", "{threshold: 0.1}",
    "{op: hard_tanh, low: -2}", "tanh", "lecun_tanh", "sigmoid", "softmax",
)  # fmt: skip
WRITTEN = {
    "lrn": ("{lrn: 3}",),
    "scale": ("{scale: 0.5}",),
    "gelu": ("gelu", "{gelu: tanh}", "{gelu: sigmoid}"),
    "prelu": ("prelu", "{prelu: shared}", "{prelu: untied}"),
    "leaky_relu": ("leaky_relu", "{leaky_relu: 0.2}", "{leaky_relu: -1}"),
    "elu": ("elu", "{elu: 2}"),
    "celu": ("celu", "{celu: 2}"),
    "threshold": ("threshold", "{threshold: 0.5, value: -2}"),
    "layernorm": (
        "layernorm",
        "{layernorm: , over: all}",
        "{layernorm: , scale: false}",
        "{layernorm: , over: all, shift: false}",
    ),
    "groupnorm": ("{groupnorm: 1}", "{op: groupnorm, groups: =channels}"),
    "instancenorm": ("instancenorm", "{instancenorm: , scale: true, shift: true}"),
    "rmsnorm": ("rmsnorm", "{rmsnorm: , scale: false}", "{rmsnorm: , shift: true}"),
    "l2norm": ("l2norm", "{l2norm: , scale: true}", "{l2norm: , shift: true}"),
    "affine": ("affine", "{affine: , shift: false}", "{affine: , scale: false}"),
    "hard_tanh": ("hard_tanh", "{op: hard_tanh, low: -2, high: 0.5}"),
}
"""Ops that have fields; another that works on each place by itself is its word alone."""


LIMITS = ((9,), (9, 9), (9, 9), (9, 9), (4, 5, 5))
"""The largest sides of a sequence, an image, a volume."""


@st.composite
def maps(draw: DrawFn, limits: tuple[tuple[int, ...], ...] = LIMITS) -> Maps:
    """Draw what enters a network."""
    chosen = draw(st.sampled_from(limits))
    sides = tuple(draw(st.integers(1, limit)) for limit in chosen)
    return Maps(draw(st.integers(1, 4)), sides)


@st.composite
def networks(draw: DrawFn, largest: int = 5, *, wired: bool = True) -> str:
    """Draw a spec of up to `largest` layers, and perhaps a dense end.

    One that is `wired` may have several inputs and outputs, and weights that layers share.
    """
    entering = draw(maps())
    inputs, lines, here = str(entering), list[str](), entering
    if wired and draw(st.integers(0, 3)) == 0:
        inputs, first = draw(_entrances(entering))
        lines.append(first.text)
        here = first.output
    for _ in range(draw(st.integers(1, largest))):
        layer = draw(_layers(here, wired=wired))
        lines.append(layer.text)
        here = layer.output
    ends = st.sampled_from(["{linear: 3}", "{linear: 3, bias: false}", "{rbf: 2}", "globalavgpool"])
    lines += [draw(ends)] if draw(st.booleans()) else []
    if wired and draw(st.integers(0, 9)) == 0:  # what comes between is a dead end, or an output
        lines.append("{globalavgpool: , from: n0}")
    if "left: " in inputs and draw(st.booleans()):
        lines.append("{concat: [{globalmaxpool: , from: right}, globalavgpool]}")
    rows = [_named(text.replace("@", str(i)), f"n{i}") for i, text in enumerate(lines)]
    return "\n".join([
        f"input: {inputs}", "layers:", *(f"  - {row}" for row in rows),
        *(draw(_exits(len(rows))) if wired else []), "",
    ])  # fmt: skip


def _exits(rows: int) -> SearchStrategy[list[str]]:
    """Draw which layers' outputs are the network's, beside that of the last."""
    names = st.lists(st.integers(0, rows - 1), min_size=1, max_size=2, unique=True)
    some = names.map(lambda found: [f"outputs: [{', '.join(f'n{i}' for i in found)}]"])
    return st.just([]) | st.just([]) | some


def _named(text: str, name: str) -> str:
    """Give a layer a name, however it is written."""
    flowing = _flow(text)
    return f"{{name: {name}, {flowing[1:] if flowing.startswith('{') else f'{flowing}: }}'}"


@st.composite
def _entrances(draw: DrawFn, left: Maps) -> tuple[str, Layer]:
    """Draw a second input, and the layer at which both come together."""
    of_one = st.sampled_from([left, left._replace(channels=1), Maps(left.channels, (1, 1))])
    products = ["scaled_dot_product"] + ["matmul"] * (len(left.sides) == 2)
    kind = draw(st.sampled_from(["concat", "legs", "attention", "unread", *products, *JOINS]))
    if kind in JOINS:
        right = draw(of_one)
        first = Layer(f"{{{kind}: , from: [left, right]}}", left)
    elif kind == "concat":
        right = left._replace(channels=draw(st.integers(1, 3)))
        total = left.channels + right.channels
        first = Layer("{concat: , from: [left, right]}", left._replace(channels=total))
    elif kind == "legs":
        right, first = left, draw(legs(left, "", "from: left, ", "from: right, "))
    elif kind == "scaled_dot_product":
        right = left._replace(sides=tuple(draw(st.integers(1, 4)) for _ in left.sides))
        first = Layer("{scaled_dot_product: 1, from: [left, right]}", left)
    elif kind == "matmul":
        columns = draw(st.integers(1, 4))
        right = left._replace(sides=(left.sides[1], columns))
        first = Layer(
            "{matmul: , from: [left, right]}", left._replace(sides=(left.sides[0], columns))
        )
    elif kind == "attention":
        right = draw(maps())
        first = Layer(f"{{attention: {left.channels}, from: [left, right]}}", left)
    else:
        right = draw(maps())
        first = Layer("{identity: , from: left}", left)
    return f"{{left: {left}, right: {right}}}", first


@st.composite
def legs(draw: DrawFn, here: Maps, op: str = "", one: str = "", other: str = "") -> Layer:
    """Draw a layer that is applied twice, with weights of which all or one array are the same."""
    layer = draw(st.sampled_from([op] if op else WEIGHTED).flatmap(lambda op: drawn(op, here)))
    names = _arrays(layer, here)
    texts = [_named(layer.text, name) for name in ("a@", "b@")]
    if names:
        single = [] if "layers:" in layer.text else [f"{{{name}: a@}}" for name in names]
        texts[1] = (
            f"{texts[1][:-1]}, weights: {draw(st.sampled_from(['a@', '{from: a@}', *single]))}}}"
        )
    both = [f"{{{more}{text[1:]}" for more, text in zip((one, other), texts, strict=True)]
    if not other and draw(st.booleans()):
        both[1] = f"[tanh, {both[1]}]"
    join = draw(st.sampled_from(["concat", "add", "subtract", "multiply"]))
    twice = 1 + (join == "concat")
    y = layer.output._replace(channels=layer.output.channels * twice)
    return Layer(f"{{{join}: [{', '.join(both)}]}}", y)


def _arrays(layer: Layer, here: Maps) -> list[str]:
    """Name the arrays of a layer."""
    spec = archcalc.load(StringIO(f"input: {here}\nlayers: [{_flow(layer.text)}]"))
    node = archcalc.expand(spec).nodes[-1]
    return [weight.name for weight in node.op.weights(node.xs[0], node.y)]


@st.composite
def _turned_back(draw: DrawFn, here: Maps) -> Layer:
    """Draw two layers of which the second has the weights of the first, turned round."""
    middle, kernel = draw(st.integers(1, 3)), draw(st.sampled_from([1, 3]))
    act, bias = (
        draw(st.sampled_from(ACTIVATIONS)),
        f"bias: {draw(st.sampled_from(['true', 'false']))}",
    )
    turned = "from: a@, transposed: true"
    own = f"kernel: {kernel}, {bias}"
    each, conv = f"flatten: false, {bias}", f"{own}, padding: half"
    pairs = {
        "linear": (f"linear: {middle}, {each}", f"linear: {here.channels}, {each}", turned),
        "conv": (f"conv: {middle}, {conv}", f"conv: {here.channels}, {conv}", turned),
        "deconv": (
            f"conv: {middle}, {conv}",
            f"deconv: {here.channels}, {own}, padding: {kernel // 2}",
            "from: a@",
        ),
    }
    first, second, source = pairs[draw(st.sampled_from(sorted(pairs)))]
    array = "weight" if first.startswith("linear") else "kernel"
    whole = bias.endswith("false") or "transposed" in source
    said = draw(st.sampled_from([f"{{{array}: {{{source}}}}}", *[f"{{{source}}}"] * whole]))
    text = f"{{layers: [{{name: a@, {first}}}, {act}, {{name: b@, {second}, weights: {said}}}]}}"
    return Layer(text, here)


@st.composite
def _spoken(draw: DrawFn, here: Maps) -> Layer:
    """Draw an embedding whose table, later, is the matrix of a linear layer."""
    bias = draw(st.sampled_from(["true", "false"]))
    last = f"{{name: b@, linear: 3, flatten: false, bias: {bias}, weights: {{weight: a@}}}}"
    table = f"{{name: a@, embedding: {draw(st.integers(1, 3))}, words: 3}}"
    text = f"{{layers: [{{conv: 1, kernel: 1}}, {table}, tanh, {last}]}}"
    return Layer(text, here._replace(channels=3))


@st.composite
def _turns(draw: DrawFn, here: Maps) -> Layer:
    """Draw a layer that is applied again and again."""
    kinds = [
        f"linear: {here.channels}, flatten: false",
        f"conv: {here.channels}, kernel: 1",
        "prelu: ",
    ]
    kind, times = draw(st.sampled_from(kinds)), draw(st.integers(2, 3))
    return Layer(f"{{layers: [{{name: a@, {kind}, repeat: {times}, weights: a@}}]}}", here)


def _ties(here: Maps) -> SearchStrategy[Layer]:
    """Draw layers that share weights."""
    return legs(here) | _turned_back(here) | _spoken(here) | _turns(here)


BLOCKS = """\
blocks:
  wide:
    parameters: {filters: , kernel: 3, more: =filters + 1}
    layers:
      - {conv: =filters, kernel: =kernel, padding: half, bias: false, after: [batchnorm, relu]}
      - {name: inner, conv: =more, kernel: 1}
  residual:
    parameters: {filters: =input.channels, kernel: 1}
    layers:
      - add:
          - {name: direct, conv: =filters, kernel: =kernel, padding: half}
          - [{name: projection, conv: =filters, kernel: 1, when: =channels != filters}]
      - relu
  tied:
    parameters: {filters: =input.channels, hidden: 2}
    layers:
      - {name: down, conv: =hidden, kernel: 1, bias: false}
      - {name: up, conv: =filters, kernel: 1, weights: {kernel: {from: down, transposed: true}}}
"""
PATTERNS = (
    "{{name: wide{i}, block: wide, filters: =p + {i}, kernel: {k}}}",
    "{{block: wide, repeat: {n}, filters: =index}}",
    "{{block: wide, for: [name, filters], in: [[a{i}, {k}], [b{i}, =p]]}}",
    "{{name: stage{i}, block: =word, repeat: =q, filters: =2 if first else p}}",
    "{{name: group{i}, repeat: {n}, layers: [{{conv: =p, kernel: 1}}, {{tanh: , when: =last}}]}}",
    "{{layers: [{{name: c{i}, conv: {k}, kernel: 3, padding: half}}, {{dropout: , when: =flag}}]}}",
    "{{name: for{i}, for: [k, on], in: [[1, true], [3, =flag]], conv: =k, kernel: 1, when: =on}}",
    "{{name: add{i}, add: [{{branch: [{{conv: =channels, kernel: 1}}], when: =flag}}, []]}}",
    "{{name: x{i}, concat: [[], {{conv: =p, kernel: 1}}], after: [relu]}}",
    "{{conv: =p, kernel: 1, before: [batchnorm, {{relu: , when: =flag}}], after: []}}",
    "{{name: u{i}, relu: }}, {{name: v{i}, tanh: , from: u{i}}}, {{add: , from: [u{i}, v{i}]}}",
    "{{name: g{i}, layers: [{{name: a, relu: }}, tanh]}}, {{concat: , from: [g{i}/a, g{i}]}}",
    "{{pad_channels: =channels + {n}}}",
    "{{avgpool: , output: {k}x{n}}}",
    "{{scale: =1 / {n}}}",
    "{{name: tied{i}, block: tied, hidden: {n}}}",
    "{{name: turn{i}, conv: =channels, kernel: {k}, padding: half, repeat: {n}, weights: turn{i}}}",
    "{{add: [{{name: l{i}, block: tied}}, {{name: r{i}, block: tied, weights: l{i}}}]}}",
)
"""Items that fit whatever reaches them; i numbers them, k is 1 or 3, n is 1 to 3."""
HEADS = "heads: {aux: {from: start, layers: [globalavgpool, {linear: =p}]}}\n"
DEFAULTS = "defaults: {conv: {after: [relu]}, linear: {bias: false, after: [softmax]}}\n"


@st.composite
def specs(draw: DrawFn, largest: int = 4) -> str:
    """Draw a whole spec: up to `largest` plain layers and as many items of other kinds.

    Its variants are `plain`, `other` and `last`.
    """
    here = draw(maps(((9, 9),)))
    entering, start = str(here), "{name: start, identity: }"
    if draw(st.integers(0, 4)) == 0:
        entering = f"{{left: {here}, right: {here}}}"
        start = "{name: start, add: , from: [left, right]}"
    items = [start]
    for _ in range(draw(st.integers(0, largest))):
        layer = draw(_layers(here).filter(_lies_flat))
        items.append(_flow(layer.text))
        here = layer.output
    if draw(st.booleans()):
        items[1:] = [f"{{name: plain, layers: [{', '.join(items[1:])}]}}"]
    for i in range(draw(st.integers(0, largest))):
        k, n = draw(st.sampled_from([1, 3])), draw(st.integers(1, 3))
        items.append(draw(st.sampled_from(PATTERNS)).format(i=i, k=k, n=n))
    items += draw(st.sampled_from([[], ["{linear: =p}"], ["{rbf: 2}"], ["globalavgpool"]]))
    return "".join([
        f"name: drawn\ninput: {entering}\n",
        f"parameters: {{p: {draw(st.integers(1, 3))}, q: =p // 2 + 1, ",
        f"flag: {draw(st.sampled_from(['true', 'false']))}, word: wide}}\n",
        "choices: {word: [wide, residual]}\n",
        "variants: {plain: {}, other: {p: 2, word: residual, aliases: [another]}, ",
        f"last: {{like: other, flag: =q > 1, input: {entering}}}}}\n",
        draw(st.sampled_from(["", DEFAULTS])),
        BLOCKS,
        f"layers: [{', '.join(items)}]\n",
        draw(st.sampled_from(["", HEADS])),
        draw(st.sampled_from(["", "", "outputs: start\n"])),
    ])  # fmt: skip


def _lies_flat(layer: Layer) -> bool:
    """Tell whether a layer gives rows and columns, which `PATTERNS` want."""
    return len(layer.output.sides) == 2


def _flow(text: str) -> str:
    """Write a layer so that it may stand in brackets."""
    return text if text.startswith("{") or ":" not in text else f"{{{text}}}"


@st.composite
def _elementwise(draw: DrawFn, here: Maps, op: str) -> Layer:
    branches = [
        draw(keeping(here.channels, len(here.sides))) for _ in range(draw(st.integers(1, 2)))
    ]
    branches += draw(st.sampled_from([[], [], ["globalavgpool"], ["{conv: 1, kernel: 1}"]]))
    identity = ["[]"] if draw(st.booleans()) or len(branches) == 1 else []
    return Layer(f"{op}: [{', '.join(identity + branches)}]", here)


@st.composite
def _concatenations(draw: DrawFn, here: Maps) -> Layer:
    if draw(st.integers(0, 3)) == 0:
        along = draw(st.integers(0, len(here.sides) - 1))
        longer = tuple(n * (2 if i == along else 1) for i, n in enumerate(here.sides))
        axis = sides(len(longer))[along]
        return Layer(f"{{concat: [[], relu], axis: {axis}}}", Maps(here.channels, longer))
    counts = draw(st.lists(st.integers(1, 3), min_size=2, max_size=3))
    branches = [draw(keeping(count, len(here.sides))) for count in counts]
    identity = draw(st.booleans())
    total = sum(counts) + here.channels * identity
    text = f"concat: [{', '.join(branches + ['[]'] * identity)}]"
    return Layer(text, here._replace(channels=total))


@st.composite
def keeping(draw: DrawFn, filters: int, extents: int = 2) -> str:
    """Draw a branch that keeps the sides: one convolution, or a pool and one."""
    kernel = "x".join(str(draw(st.sampled_from([1, 3, 5]))) for _ in range(extents))
    dilation = draw(st.integers(1, 2))
    fields = f"kernel: {kernel}, padding: half, dilation: {dilation}"
    conv = f"{{conv: {filters}, {fields}, after: [{draw(st.sampled_from(ACTIVATIONS))}]}}"
    if draw(st.booleans()):
        return conv
    return f"[{{maxpool: 3, stride: 1, padding: half}}, {conv}]"


@st.composite
def _convolutions(draw: DrawFn, here: Maps) -> Layer:
    fields, sides = draw(_windows(here, dilated=True, beyond=2))
    groups = draw(
        st.sampled_from([n for n in range(1, here.channels + 1) if here.channels % n == 0])
    )
    filters = groups * draw(st.integers(1, 3))
    fields["bias"] = draw(st.sampled_from(["true", "false", "untied"]))
    if draw(st.booleans()):
        fields["groups"] = groups
        return Layer(_line("conv", {"filters": filters, **fields}), Maps(filters, sides))
    rows = st.lists(
        st.integers(0, here.channels - 1), min_size=1, max_size=here.channels, unique=True
    )
    table = draw(st.lists(rows, min_size=1, max_size=4))
    return Layer(_line("conv", {"table": table, **fields}), Maps(len(table), sides))


@st.composite
def _pools(draw: DrawFn, here: Maps, op: str) -> Layer:
    fields, sides = draw(_windows(here, padded=op != "subsample"))
    if op == "avgpool":
        fields["count_padding"] = draw(st.sampled_from(["true", "false"]))
    return Layer(_line(op, fields), Maps(here.channels, sides))


@st.composite
def _averages(draw: DrawFn, here: Maps) -> Layer:
    """Draw an average of windows, or of as many as the output has."""
    if draw(st.booleans()):
        return draw(_pools(here, "avgpool"))
    sides = tuple(draw(st.integers(1, size)) for size in here.sides)
    return Layer(f"{{avgpool: , output: {_written(sides)}}}", Maps(here.channels, sides))


@st.composite
def _shortcuts(draw: DrawFn, here: Maps) -> Layer:
    filters = here.channels + draw(st.integers(0, 2))
    strides = tuple(draw(st.integers(1, 3)) for _ in here.sides)
    sides = tuple(-(-size // stride) for size, stride in zip(here.sides, strides, strict=True))
    text = f"{{pad_channels: {filters}, stride: {_written(strides)}}}"
    return Layer(text, Maps(filters, sides))


@st.composite
def _enlargements(draw: DrawFn, here: Maps) -> Layer:
    """Draw an upsampling by a scale, or to a size."""
    mode = draw(st.sampled_from(["nearest", "bilinear"]))
    if draw(st.booleans()):
        scale = tuple(draw(st.integers(1, 2 if n < 10 else 1)) for n in here.sides)
        larger = tuple(n * size for n, size in zip(scale, here.sides, strict=True))
        text = f"{{upsample: {_written(scale)}, mode: {mode}}}"
        return Layer(text, Maps(here.channels, larger))
    output = tuple(draw(st.integers(1, 6)) for _ in here.sides)
    text = f"{{upsample: , output: {_written(output)}, mode: {mode}}}"
    return Layer(text, Maps(here.channels, output))


@st.composite
def _turned(draw: DrawFn, here: Maps) -> Layer:
    """Draw a transposed convolution that is no larger than can be run."""
    groups = draw(st.sampled_from(_divisors(here.channels)))
    fields: dict[str, list[int]] = {name: [] for name in TURNED}
    extents = []
    for size in here.sides:
        kernel, dilation = draw(st.integers(1, 3)), draw(st.integers(1, 2))
        stride = draw(st.integers(1, 2 if size < 10 else 1))
        rest = draw(st.integers(0, stride - 1))
        whole = (size - 1) * stride + (kernel - 1) * dilation + 1 + rest
        padding = draw(st.integers(0, min(2, (whole - 1) // 2)))
        extents.append(whole - 2 * padding)
        for name, number in zip(TURNED, (kernel, stride, padding, rest, dilation), strict=True):
            fields[name].append(number)
    filters = groups * draw(st.integers(1, 2))
    said = {name: _written(tuple(numbers)) for name, numbers in fields.items()}
    said |= {"groups": str(groups), "bias": draw(st.sampled_from(["true", "false"]))}
    return Layer(_line("deconv", {"filters": filters, **said}), Maps(filters, tuple(extents)))


TURNED = ("kernel", "stride", "padding", "output_padding", "dilation")


@st.composite
def _untied(draw: DrawFn, here: Maps) -> Layer:
    fields, extents = draw(_windows(here, padded=False))
    if draw(st.booleans()):
        fields |= {"stride": 1, "kernel": 3, "padding": "half"}
        extents = here.sides
    fields["bias"] = draw(st.sampled_from(["true", "false"]))
    return Layer(_line("local", {"filters": 2, **fields}), Maps(2, extents))


def _folded(here: Maps, place: int) -> Layer:
    left = here.sides[:place] + here.sides[place + 1 :]
    text = f"{{fold: {sides(len(here.sides))[place]}}}"
    return Layer(text, Maps(here.channels * here.sides[place], left or (1, 1)))


@st.composite
def _rearranged(draw: DrawFn, here: Maps) -> Layer:
    shape = [here.channels, *here.sides]
    kept = draw(st.integers(0, len(shape) - 1))
    sizes = (*shape[:kept], prod(shape[kept:]))
    text = f"{{reshape: {_written(sizes)}}}"
    return Layer(text, Maps(sizes[0], sizes[1:] or (1, 1)))


@st.composite
def _turned_axes(draw: DrawFn, here: Maps) -> Layer:
    shape = [here.channels, *here.sides]
    order = draw(st.permutations(range(len(shape))))
    sizes = [shape[axis] for axis in order]
    return Layer(f"{{permute: {list(order)}}}", Maps(sizes[0], tuple(sizes[1:])))


@st.composite
def _means(draw: DrawFn, here: Maps) -> Layer:
    shape = [here.channels, *here.sides]
    place = draw(st.integers(-1, len(here.sides)))
    if place < 0:
        return Layer("mean", Maps(here.channels, (1, 1)))
    shape[place] = 1
    axis = ("channels", *sides(len(here.sides)))[place]
    return Layer(f"{{mean: {axis}}}", Maps(shape[0], tuple(shape[1:])))


@st.composite
def _scaled(draw: DrawFn, here: Maps, op: str) -> Layer:
    scale = tuple(draw(st.integers(1, 2 if size < 10 else 1)) for size in here.sides)
    larger = tuple(n * size for n, size in zip(scale, here.sides, strict=True))
    return Layer(f"{{{op}: {_written(scale)}}}", Maps(here.channels, larger))


@st.composite
def _woven(draw: DrawFn, here: Maps) -> Layer:
    """Draw blocks that are woven from as many maps."""
    last = draw(st.sampled_from([n for n in (1, 2, 3) if here.channels % n == 0]))
    scale = (*[1] * (len(here.sides) - 1), last)
    larger = (*here.sides[:-1], here.sides[-1] * last)
    return Layer(f"{{pixel_shuffle: {_written(scale)}}}", Maps(here.channels // last, larger))


@st.composite
def _blocks(draw: DrawFn, here: Maps) -> Layer:
    """Draw blocks whose cells are laid in maps."""
    scale = tuple(draw(st.sampled_from(_divisors(size)[:2])) for size in here.sides)
    smaller = tuple(size // n for n, size in zip(scale, here.sides, strict=True))
    return Layer(
        f"{{pixel_unshuffle: {_written(scale)}}}", Maps(here.channels * prod(scale), smaller)
    )


def _divisors(number: int) -> list[int]:
    return [n for n in range(1, number + 1) if number % n == 0]


@st.composite
def _ends(draw: DrawFn, here: Maps, op: str) -> Layer:
    """Draw cells that are put to the ends of a map, or taken away there."""
    cells, sides = [], []
    for size in here.sides:
        most = 3 if op == "pad" else size - 1
        before = draw(st.integers(0, most))
        after = draw(st.integers(0, most if op == "pad" else most - before))
        cells += [before, after]
        sides.append(size + (before + after) * (1 if op == "pad" else -1))
    if op == "crop" and draw(st.booleans()):
        text = f"{{crop: , output: {_written(tuple(sides))}}}"
    else:
        text = f"{{{op}: {cells}}}"
    return Layer(text, Maps(here.channels, tuple(sides)))


@st.composite
def _cuts(draw: DrawFn, here: Maps, op: str) -> Layer:
    """Draw a stretch of the maps, or of places, or a part of them."""
    shape = [here.channels, *here.sides]
    place = draw(st.integers(0, len(here.sides)))
    size, axis = shape[place], ("channels", *sides(len(here.sides)))[place]
    if op == "slice":
        start = draw(st.integers(0, size - 1))
        stop = draw(st.integers(start + 1, size))
        text, shape[place] = f"{{slice: [{start}, {stop}], axis: {axis}}}", stop - start
    else:
        parts = draw(st.sampled_from(_divisors(size)))
        part = draw(st.integers(1, parts))
        text = f"{{split: {parts}, part: {part}, axis: {axis}}}"
        shape[place] = size // parts
    return Layer(text, Maps(shape[0], tuple(shape[1:])))


@st.composite
def _gates(draw: DrawFn, here: Maps) -> Layer:
    """Draw a gated linear unit, behind what makes twice as many maps."""
    maps = draw(st.integers(1, 3))
    text = f"{{layers: [{{conv: {2 * maps}, kernel: 1}}, glu]}}"
    return Layer(text, here._replace(channels=maps))


def _probabilities(here: Maps, op: str) -> SearchStrategy[Layer]:
    axes = [axis for axis, n in zip(sides(len(here.sides)), here.sides, strict=True) if n > 1]
    return st.sampled_from(["channels", *axes]).map(lambda axis: Layer(f"{{{op}: {axis}}}", here))


@st.composite
def _attentions(draw: DrawFn, here: Maps) -> Layer:
    heads = draw(st.sampled_from([n for n in (1, 2, 4) if here.channels % n == 0]))
    fields: dict[str, Any] = {"heads": heads, "kv_heads": draw(st.sampled_from([1, heads]))}
    fields |= {name: str(draw(st.booleans())).lower() for name in ("bias", "causal")}
    if draw(st.booleans()):
        fields["inner"] = 2 * heads
    among = draw(st.sampled_from(["within", "relative", "rotary", "past", "all"]))
    if among == "within":
        fields["within"] = _written(tuple(draw(st.sampled_from(_divisors(n))) for n in here.sides))
    if among == "relative" or (among == "within" and draw(st.booleans())):
        fields["positions"] = "relative"
    if among == "rotary":
        fields |= {"positions": "rotary", "inner": 2 * heads}
    if among == "past" or (among == "rotary" and draw(st.booleans())):
        fields["past"] = draw(st.integers(1, 4))
    return Layer(_line("attention", fields), here)


@st.composite
def _scaled_dot_products(draw: DrawFn, here: Maps) -> Layer:
    heads = draw(st.sampled_from([n for n in (1, 2, 4) if here.channels % n == 0]))
    fields: dict[str, Any] = {"heads": heads, "causal": str(draw(st.booleans())).lower()}
    if draw(st.booleans()):
        fields["axis"] = draw(st.sampled_from(sides(len(here.sides))))
    return Layer(_line("scaled_dot_product", fields), here)


def _matrices(here: Maps) -> SearchStrategy[Layer]:
    """Multiply maps with themselves, square ones, else the one number that is left of each."""
    if len(here.sides) > 1 and here.sides[-1] == here.sides[-2]:
        return st.just(Layer("matmul", here))
    text = "{layers: [globalavgpool, matmul]}"
    return st.just(Layer(text, Maps(here.channels, (1, 1))))


@st.composite
def _embeddings(draw: DrawFn, here: Maps) -> Layer:
    """Draw an embedding of the only number at each place, or of those of a vector."""
    text = f"{{embedding: {draw(st.integers(1, 3))}, words: 3}}"
    features = int(text[12])
    if here.channels == 1:
        return Layer(text, Maps(features, here.sides))
    if prod(here.sides) == 1:
        return Layer(text, Maps(features, (here.channels,)))
    return Layer(f"{{layers: [{{conv: 1, kernel: 1}}, {text}]}}", Maps(features, here.sides))


@st.composite
def _recurrences(draw: DrawFn, here: Maps, op: str, field: str, values: tuple[str, ...]) -> Layer:
    ways, every = draw(st.integers(1, 2)), draw(st.booleans())
    fields = {
        "units": draw(st.integers(1, 2)),
        "bidirectional": str(ways == 2).lower(),
        "stack": draw(st.integers(1, 2)),
        "steps": "all" if every else "last",
        field: draw(st.sampled_from(values)),
    }
    channels = int(str(fields["units"])) * ways
    return Layer(_line(op, fields), Maps(channels, here.sides if every else (1, 1)))


def _vectors(text: str, units: int) -> SearchStrategy[Layer]:
    return st.just(Layer(text, Maps(units, (1, 1))))


JOINS = ("add", "multiply", "subtract", "maximum")
"""Joins that spread a branch of one map or one place."""
WEIGHTED = sorted(op for op in ops.runnable() if issubclass(ops.find(op), Weighted))
DRAWN: dict[str, Callable[[Maps], SearchStrategy[Layer]]] = {
    "add": lambda here: _elementwise(here, "add"),
    "attention": _attentions,
    "scaled_dot_product": _scaled_dot_products,
    "matmul": _matrices,
    "avgpool": _averages,
    "concat": _concatenations,
    "conv": _convolutions,
    "embedding": _embeddings,
    "flatten": lambda here: _vectors("flatten", here.channels * prod(here.sides)),
    "globalavgpool": lambda here: _vectors("globalavgpool", here.channels),
    "glu": _gates,
    "softmax": lambda here: _probabilities(here, "softmax"),
    "log_softmax": lambda here: _probabilities(here, "log_softmax"),
    "linear": lambda here: st.sampled_from(
        [
            Layer("{linear: 3}", Maps(3, (1, 1))),
            Layer("{linear: 2, flatten: false}", Maps(2, here.sides)),
            Layer("{linear: 2, over: places}", Maps(here.channels, (2,))),
        ]
    ),
    "globalmaxpool": lambda here: _vectors("globalmaxpool", here.channels),
    "maximum": lambda here: _elementwise(here, "maximum"),
    "gru": lambda here: _recurrences(here, "gru", "reset_after", ("true", "false")),
    "learned": lambda here: st.just(Layer("learned", here)),
    "lstm": lambda here: _recurrences(here, "lstm", "bias", ("true", "false", "double")),
    "maxpool": lambda here: _pools(here, "maxpool"),
    "multiply": lambda here: _elementwise(here, "multiply"),
    "pad_channels": _shortcuts,
    "rnn": lambda here: _recurrences(here, "rnn", "bias", ("true", "false", "double")),
    "rbf": lambda _: _vectors("{rbf: 2}", 2),
    "subsample": lambda here: _pools(here, "subsample"),
    "subtract": lambda here: _elementwise(here, "subtract"),
    "upsample": _enlargements,
    "deconv": _turned,
    "local": _untied,
    "fold": lambda here: st.integers(0, len(here.sides) - 1).map(lambda i: _folded(here, i)),
    "mean": _means,
    "permute": _turned_axes,
    "reshape": _rearranged,
    "pixel_shuffle": _woven,
    "pixel_unshuffle": _blocks,
    "tokens": lambda here: st.just(Layer("tokens", Maps(here.channels, (prod(here.sides),)))),
    "unpool": lambda here: _scaled(here, "unpool"),
    "crop": lambda here: _ends(here, "crop"),
    "pad": lambda here: _ends(here, "pad"),
    "shuffle": lambda here: st.sampled_from(_divisors(here.channels)).map(
        lambda groups: Layer(f"{{shuffle: {groups}}}", here)
    ),
    "slice": lambda here: _cuts(here, "slice"),
    "split": lambda here: _cuts(here, "split"),
}
"""How to draw an op that reads more than one place, or more than one input."""


def drawn(op: str, here: Maps) -> SearchStrategy[Layer]:
    """Draw an op, by its name, on these maps. Raises KeyError if nothing says how."""
    if op not in DRAWN and issubclass(ops.find(op), Placewise):
        return st.sampled_from(WRITTEN.get(op, (op,))).map(lambda text: Layer(text, here))
    return DRAWN[op](here)


def _layers(here: Maps, *, wired: bool = False) -> SearchStrategy[Layer]:
    """Draw any op, most often one that leaves maps to go on with, or layers that share weights."""
    often = ["conv", "conv", "maxpool", "avgpool", "subsample", "add", "concat"]
    kinds = [*often, *sorted(ops.runnable()), *[""] * 5 * wired]
    return st.sampled_from(kinds).flatmap(lambda op: drawn(op, here) if op else _ties(here))


@st.composite
def _windows(
    draw: DrawFn, here: Maps, *, padded: bool = True, dilated: bool = False, beyond: int = 0
) -> tuple[dict[str, Any], tuple[int, ...]]:
    """Draw a window that fits, and say how often it does along each side.

    It may lie wholly on padding if there may be so much `beyond` what it needs.
    """
    sides = [
        draw(_sides(size, padded=padded, dilated=dilated, beyond=beyond)) for size in here.sides
    ]
    ceil = padded and draw(st.booleans())
    kernel, stride, before, after, dilation, outputs = zip(*sides, strict=True)
    fields: dict[str, Any] = {"kernel": _written(kernel), "stride": _written(stride)}
    if padded:
        cells = [n for pads in zip(before, after, strict=True) for n in pads]
        fields |= {"padding": cells, "ceil": str(ceil).lower()}
    if dilated:
        fields["dilation"] = _written(dilation)
    return fields, tuple(windows[ceil] for windows in outputs)


def _written(size: tuple[int, ...]) -> str:
    return "x".join(map(str, size))


@st.composite
def _sides(
    draw: DrawFn, size: int, *, padded: bool, dilated: bool, beyond: int
) -> tuple[int, int, int, int, int, tuple[int, int]]:
    """Draw kernel, stride, padding before and after, dilation; count the windows, also by ceil."""
    kernel = draw(st.integers(1, min(3, size)))
    dilation = draw(st.integers(1, 2)) if dilated and 2 * (kernel - 1) < size else 1
    extent = dilation * (kernel - 1) + 1
    before, after = (draw(st.integers(0, kernel - 1 + beyond)) if padded else 0 for _ in range(2))
    stride = draw(st.integers(1, 3))
    starts = range(-before, size + after - extent + 1, stride)
    reached = starts[-1] + extent < size + after and starts[-1] + stride < size
    return kernel, stride, before, after, dilation, (len(starts), len(starts) + reached)


def _line(op: str, fields: dict[str, Any]) -> str:
    return "{" + ", ".join(f"{name}: {value}" for name, value in {"op": op, **fields}.items()) + "}"
