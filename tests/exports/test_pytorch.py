"""Networks written as modules of PyTorch: how they read, what they hold, what comes out of them."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import archcalc
from archcalc.exports.onnx.model import onnx
from archcalc.exports.outline import ends_of
from archcalc.exports.pytorch.module import module, pytorch
from tests.exports.cases import FAMILIES, HEADS, JOINS, SMALL, read_spec

if TYPE_CHECKING:
    from pathlib import Path

    from archcalc import Graph
from archcalc.exports.pytorch.module import Module


def test_a_chain_is_what_a_lesson_shows() -> None:
    assert pytorch(archcalc.expand(archcalc.load("lenet5-textbook"))) == dedent(
        '''\
        import torch
        from torch import nn


        class Net(nn.Module):
            """LeNet-5 (textbook): lessons on convolutional networks."""

            def __init__(self):
                super().__init__()
                self.C1 = nn.Sequential(nn.Conv2d(1, 6, 5), nn.ReLU())
                self.S2 = nn.MaxPool2d(2)
                self.C3 = nn.Sequential(nn.Conv2d(6, 16, 5), nn.ReLU())
                self.S4 = nn.MaxPool2d(2)
                self.C5 = nn.Sequential(nn.Conv2d(16, 120, 5), nn.ReLU())
                self.F6 = nn.Sequential(nn.Linear(120, 84), nn.ReLU())
                self.OUTPUT = nn.Sequential(nn.Linear(84, 10), nn.Softmax(dim=1))

            def forward(self, x):
                x = self.C1(x)
                x = self.S2(x)
                x = self.C3(x)
                x = self.S4(x)
                x = self.C5(x)
                x = self.F6(x.flatten(1))
                return self.OUTPUT(x)


        if __name__ == "__main__":
            net = Net().eval()
            print(sum(each.numel() for each in net.parameters()), "parameters")
            print(net(torch.zeros(1, 1, 32, 32)).shape)
        '''
    )


def test_blocks_are_classes_and_repeats_are_rows() -> None:
    text = pytorch(
        read_spec(
            """
            input: 3x8x8
            defaults: {conv: {kernel: 3, padding: 1, bias: false, after: [batchnorm]}}
            blocks:
              residual:
                parameters: {filters: , stride: 1}
                layers:
                  - add:
                    - - {name: first, conv: =filters, stride: =stride, after: [batchnorm, relu]}
                      - {name: second, conv: =filters}
                    - {name: match, conv: =filters, kernel: 1, padding: 0, stride: =stride,
                       when: =stride > 1}
                  - relu
            layers:
              - {name: stem, conv: 8}
              - {name: stage, block: residual, filters: 8, repeat: 3}
              - {name: deeper, block: residual, for: stride, in: [2, 1], filters: 16}
              - {name: fc, linear: 5}
            """
        )
    )
    assert text.partition("\n\n\nif __name__")[0] == dedent(
        '''\
        import torch
        from torch import nn


        class Residual(nn.Module):
            def __init__(self, inputs, filters, stride=1):
                super().__init__()
                self.first = nn.Sequential(
                    nn.Conv2d(inputs, filters, 3, stride=stride, padding=1, bias=False),
                    nn.BatchNorm2d(filters),
                    nn.ReLU(),
                )
                self.second = nn.Sequential(
                    nn.Conv2d(filters, filters, 3, padding=1, bias=False),
                    nn.BatchNorm2d(filters),
                )
                if inputs != filters:
                    self.match = nn.Sequential(
                        nn.Conv2d(inputs, filters, 1, stride=stride, bias=False),
                        nn.BatchNorm2d(filters),
                    )
                else:
                    self.match = nn.Identity()
                self.relu1 = nn.ReLU()

            def forward(self, x):
                y = self.first(x)
                y = self.second(y)
                x = self.match(x)
                x = y + x
                return self.relu1(x)


        class Net(nn.Module):
            """small."""

            def __init__(self):
                super().__init__()
                self.stem = nn.Sequential(
                    nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8)
                )
                self.stage = nn.Sequential(*[Residual(8, 8) for _ in range(3)])
                self.deeper = nn.Sequential(Residual(8, 16, stride=2), Residual(16, 16))
                self.fc = nn.Linear(1024, 5)

            def forward(self, x):
                x = self.stem(x)
                x = self.stage(x)
                x = self.deeper(x)
                return self.fc(x.flatten(1))'''
    ).replace("1024, 5", "256, 5")


SEARCHED = """
    input: 4x8x8
    defaults: {conv: {kernel: 1, padding: half, bias: false}}
    blocks:
      gate:
        parameters: {filters: }
        layers:
          - multiply: [[], [globalavgpool, {conv: =filters}, {conv: =input.channels}, sigmoid]]
      mobile:
        parameters: {wide: , filters: , kernel: 3, stride: 1, gate: 0, plain: true}
        layers:
          - add:
              - - name: expand
                  conv: =wide
                  when: =wide != channels
                  after: [{op: relu, when: =plain}, {op: silu, when: =not plain}]
                - {name: middle, conv: =wide, kernel: =kernel, stride: =stride, groups: =wide}
                - {name: gated, block: gate, filters: =gate, when: =gate > 0}
                - {name: project, conv: =filters}
              - {branch: [], when: =stride == 1 and filters == input.channels}
    layers:
      - {name: a, block: mobile, wide: 4, filters: 4}
      - {name: b, block: mobile, wide: 8, filters: 6, stride: 2}
      - {name: c, block: mobile, wide: 18, filters: 6, kernel: 5, gate: 2}
      - {name: d, block: mobile, wide: 12, filters: 6, stride: 2, plain: false, gate: 3}
"""


def test_what_some_blocks_lack_is_passed_through_there() -> None:
    graph = read_spec(SEARCHED)
    text = pytorch(graph)
    block = text.partition("class Mobile(nn.Module):\n")[2].partition("\n\n\n")[0]
    assert dedent(block) == dedent(
        """\
        def __init__(
            self,
            inputs,
            filters_expand,
            activation,
            kernel,
            filters_project,
            stride=1,
            filters_gated=None,
        ):
            super().__init__()
            self.residual = stride == 1 and inputs == filters_project
            if inputs != filters_expand:
                self.expand = nn.Sequential(
                    nn.Conv2d(inputs, filters_expand, 1, bias=False), activation()
                )
            else:
                self.expand = nn.Identity()
            self.middle = nn.Conv2d(
                filters_expand,
                filters_expand,
                kernel,
                stride=stride,
                padding=kernel // 2,
                groups=filters_expand,
                bias=False,
            )
            if filters_gated:
                self.gated = Gate(filters_expand, filters_gated)
            else:
                self.gated = nn.Identity()
            self.project = nn.Conv2d(filters_expand, filters_project, 1, bias=False)

        def forward(self, x):
            y = self.expand(x)
            y = self.middle(y)
            y = self.gated(y)
            y = self.project(y)
            return y + x if self.residual else y"""
    )
    assert "self.c = Mobile(6, 18, nn.ReLU, 5, 6, filters_gated=2)" in text
    assert "self.d = Mobile(6, 12, nn.SiLU, 3, 6, stride=2, filters_gated=3)" in text
    check_values(graph)


def test_calls_of_a_block_are_the_rows_of_the_paper() -> None:
    # Howard et al. 2019, Table 1: 24 channels, expanded to 72, 5x5 to 40 with a gate, stride 2; and
    # 80 channels expanded to 200, 3x3, hard swish
    text = pytorch(archcalc.expand(archcalc.load("mobilenet-v3-large")))
    assert text.count("class Bneck") == 1
    assert "self.bneck4 = Bneck(24, 72, nn.ReLU, 5, 40, stride=2, filters_se=24)" in text
    assert "self.bneck8 = Bneck(80, 200, nn.Hardswish, 3, 80)" in text


def test_a_join_that_is_repeated_is_a_class() -> None:
    graph = read_spec(
        """
        input: 4x5x5
        layers:
          - {name: first, conv: 4, kernel: 1}
          - name: around
            repeat: 3
            add: [[{name: thin, conv: 2, kernel: 1}, {name: wide, conv: 4, kernel: 1}], []]
        """
    )
    text = pytorch(graph)
    assert "self.around = nn.Sequential(*[Around() for _ in range(3)])" in text
    assert "self.thin = nn.Conv2d(4, 2, 1)" in text
    check_values(graph)
    assert "*[Residual(512) for _ in range(8)]," in pytorch(
        archcalc.expand(archcalc.load("yolo-v3"))
    )


def test_layers_that_repeat_together_are_said_once() -> None:
    pair = "{conv: 4, kernel: 1, after: [relu]}"
    graph = read_spec(f"{{input: 4x5x5, layers: [{{name: a, repeat: 3, layers: [{pair}]}}]}}")
    written = "*[layer for _ in range(3) for layer in (nn.Conv2d(4, 4, 1), nn.ReLU())]"
    assert written in pytorch(graph)
    check_values(graph)
    assert pytorch(archcalc.expand(archcalc.load("wavenet"))).count("Layer((512, 0)") == 1


def test_places_that_move_around_are_rolled() -> None:
    graph = read_spec(
        """
        input: 2x4x5
        layers:
          - {concat: [{slice: [1, 4], axis: height}, {slice: [0, 1], axis: height}], axis: height}
          - {concat: [{slice: [3, 5], axis: width}, {slice: [0, 3], axis: width}], axis: width}
        """
    )
    assert (
        pytorch(graph)
        .partition("def forward(self, x):\n")[2]
        .startswith("        x = torch.roll(x, -1, 2)\n        return torch.roll(x, 2, 3)\n")
    )
    check_values(graph)


def test_groups_that_are_alike_are_of_one_class() -> None:
    graph = read_spec(
        """
        input: 4x5x5
        layers:
          - name: 3a
            layers: [{add: [[], {name: in, conv: 4, kernel: 1}]}, {name: out, conv: 6, kernel: 1}]
          - name: 3b
            layers: [{add: [[], {name: in, conv: 6, kernel: 1}]}, {name: out, conv: 9, kernel: 1}]
          - {linear: 5}
          - {name: head1, layers: [{name: fc, linear: 8}, {add: [[], relu]}]}
          - {name: head2, layers: [{name: fc, linear: 7}, {add: [[], relu]}]}
        """
    )
    text = pytorch(graph)
    assert "self.stage_3b = Block(6, 9)" in text
    assert "self.head2 = Head(8, 7)" in text
    assert text.count("class ") == 3
    check_values(graph)


def test_stages_differ_in_their_depth() -> None:
    text = pytorch(archcalc.expand(archcalc.load("convnext-t")))
    assert "self.block = nn.Sequential(*[Block(2 * width) for _ in range(depth)])" in text
    assert "self.res4 = Stage(192, 9)" in text


def test_a_block_within_its_like_is_an_argument() -> None:
    text = pytorch(archcalc.expand(archcalc.load("unet")))
    assert "def __init__(self, inputs, filters, below):" in text
    assert "Level(1, 64, Level(" in "".join(text.replace("\n", "").split()).replace(",", ", ")


def test_what_grows_evenly_is_a_range() -> None:
    text = pytorch(archcalc.expand(archcalc.load("densenet121")))
    assert "nn.Sequential(*[Dense(inputs) for inputs in range(64, 256, 32)])" in text


@pytest.mark.parametrize("name", FAMILIES.values())
def test_a_network_of_each_family_is_written_neatly(name: str) -> None:
    text = pytorch(archcalc.expand(archcalc.load(name)))
    compile(text, "net.py", "exec")
    assert max(map(len, text.splitlines())) <= 88
    assert text.endswith(")\n")
    assert not any(line.endswith(" ") for line in text.splitlines())


# -- With PyTorch


def made(found: Module, device: str) -> Any:  # noqa: ANN401 - a module
    torch = pytest.importorskip("torch")
    names: dict[str, Any] = {"__name__": "net"}
    exec(compile(found.text, "net.py", "exec"), names)  # noqa: S102 - what is tried
    with torch.device(device):
        return names["Net"]().eval()


def laid(x: Any, layout: str) -> Any:  # noqa: ANN401 - an array, or a tensor
    """Lay an array of N x C x extents out as PyTorch has it."""
    if layout == "rows":
        return np.ascontiguousarray(np.moveaxis(x, 1, -1))
    return {"flat": x.reshape(len(x), -1), "ids": x[:, 0]}.get(layout, x)


def check_counts(name: str) -> None:
    """Compare what a network holds, puts out and multiplies: no number is ever computed."""
    torch = pytest.importorskip("torch")
    from torch.utils.flop_counter import FlopCounterMode  # noqa: PLC0415 - torch may be missing

    report = archcalc.count(name, heads=True)
    found = module(report.graph)
    net = made(found, "meta")
    held = sum(each.numel() for each in net.parameters())
    assert held == report.total.parameters + report.total.fixed
    kept = [each.numel() for path, each in net.named_buffers() if "running" in path]
    assert sum(kept) == report.total.statistics
    xs = [
        torch.empty(laid(np.empty((1, *shape), "b"), layout).shape, device="meta")
        for shape, layout in zip(report.inputs.values(), found.inputs, strict=True)
    ]
    xs = [x.long() if layout == "ids" else x for x, layout in zip(xs, found.inputs, strict=True)]
    with FlopCounterMode(display=False) as counter:
        ys = net(*xs)
    assert counter.get_total_flops() == 2 * report.total.macs
    ends = [report.graph.shape_of(end) for end in ends_of(report.graph)]
    for y, shape, layout in zip(
        ys if isinstance(ys, tuple) else [ys], ends, found.outputs, strict=True
    ):
        expected = laid(np.empty((1, *shape), "b"), layout).shape
        assert y.squeeze().shape == tuple(n for n in expected if n > 1)


def attribute(net: Any, path: str) -> Any:  # noqa: ANN401
    for name in path.split("."):
        net = net[int(name)] if name.isdecimal() else getattr(net, name)
    return net


def fill(net: Any, found: Module, model: archcalc.Model, rng: np.random.Generator) -> None:  # noqa: ANN401
    """Draw all arrays of a model, and put them in their places in the module."""
    torch = pytest.importorskip("torch")
    tokens = {layer.path for layer in model.layers if layer.op == "learned"}
    for kind in (model.parameters, model.fixed, model.statistics):
        for path, arrays in kind.items():
            for name, array in arrays.items():
                array[...] = rng.standard_normal(array.shape) / 4
                array[...] = np.abs(array) + 1 if name == "variance" else array
            if not found.arrays[path]:
                take_gates(attribute(net, path.replace("/", ".")), arrays)
            for name, place in found.arrays[path].items():
                if name in arrays:
                    array, held = arrays[name], attribute(net, place)
                    array = array.T if path in tokens and array.ndim == 2 else array
                    held.data.copy_(torch.from_numpy(array.reshape(held.shape)))


def take_gates(layer: Any, arrays: dict[str, Any]) -> None:  # noqa: ANN401
    """Take over the arrays of a recurrent layer, part by part."""
    torch = pytest.importorskip("torch")
    stack, ways = arrays["state"].shape[:2]
    for i in range(stack):
        for way in range(ways):
            end = f"l{i}{'_reverse' * way}"
            of = {"weight_ih": arrays["deeper"][i - 1, way] if i else arrays["weight"][way]}
            of["weight_hh"] = arrays["state"][i, way]
            for name, own in (("bias_ih", "bias"), ("bias_hh", "state_bias")):
                if own in arrays:
                    of[name] = arrays[own][i, way]
            for name, array in of.items():
                getattr(layer, f"{name}_{end}").data.copy_(torch.from_numpy(array))


def check_values(graph: Graph) -> None:
    """Compare the outputs of the module and of the NumPy model, which have the same weights."""
    torch = pytest.importorskip("torch")
    found, rng = module(graph), np.random.default_rng(len(graph.nodes))
    net, model = made(found, "cpu").double(), archcalc.build(graph, dtype="float64", heads=True)
    fill(net, found, model, rng)
    words = [getattr(node.op, "words", 2**30) for node in graph.nodes]
    xs = {
        name: rng.integers(min(words), size=(2, *shape)).astype(float)
        if min(words) < 2**30
        else rng.standard_normal((2, *shape))
        for name, shape in graph.inputs.items()
    }
    ys = model.forward(xs if len(xs) > 1 else next(iter(xs.values())))
    given = [
        torch.from_numpy(laid(x, how)) for x, how in zip(xs.values(), found.inputs, strict=True)
    ]
    given = [x.long() if how == "ids" else x for x, how in zip(given, found.inputs, strict=True)]
    with torch.no_grad():
        theirs = net(*given)
    theirs = theirs if isinstance(theirs, tuple) else (theirs,)
    ours = [*(ys.values() if isinstance(ys, dict) else [ys]), *model.heads.values()]
    for y, other, layout in zip(ours, theirs, found.outputs, strict=True):
        assert np.abs(y).max() > 1e-6  # zeros would agree with anything
        np.testing.assert_allclose(other.numpy(), laid(y, layout).reshape(other.shape), atol=1e-9)


@pytest.mark.parametrize("case", SMALL)
def test_what_each_op_is_gives_the_same_values(case: str) -> None:
    given, layer = SMALL[case]
    check_values(read_spec(f"input: {given}\nlayers: [{layer}]"))


@pytest.mark.parametrize("layers", JOINS)
def test_joins_and_layouts_give_the_same_values(layers: str) -> None:
    check_values(read_spec(f"input: 3x6x6\nlayers: {layers}"))


@pytest.mark.parametrize("case", HEADS)
def test_heads_give_the_same_values(case: str) -> None:
    check_values(read_spec(HEADS[case]))


def test_heads_stand_where_they_hang_and_are_given_behind_the_output() -> None:
    text = pytorch(archcalc.expand(archcalc.load("googlenet")))
    assert "        x = self.stage_4a(x)\n        aux1 = self.aux1(x)\n" in text
    assert "        return x, aux1, aux2\n" in text
    assert text.endswith("    for y in net(torch.zeros(1, 3, 224, 224)):\n        print(y.shape)\n")


def test_heads_of_a_file_that_says_nothing_of_heads_stand_there_too(tmp_path: Path) -> None:
    graph = archcalc.expand(archcalc.load("googlenet"))
    file = tmp_path / "googlenet.onnx"
    file.write_bytes(onnx(graph, values=False))
    again = archcalc.count(archcalc.read(file)).graph
    before, after = pytorch(graph), pytorch(again)
    assert "        x = self.stage_4a(x)\n        aux1 = self.aux1(x)\n" in after
    assert "        return x, aux1, aux2\n" in after
    written = "self.stage_4e = %s(528, 256, 160, 320, 32, 128, 128)"  # nine blocks of one class
    assert written % "Inception" in before
    assert written % "Block" in after


def test_a_head_with_the_weights_of_another_is_that_again() -> None:
    text = pytorch(read_spec(HEADS["alike, with the weights of one"]))
    forward = text.partition("def forward(self, image, region):\n")[2].partition("\n\n")[0]
    assert dedent(forward) == dedent(
        """\
        x = self.fine(image)
        coarse = self.coarse(x)
        x = self.above(x)
        below = self.above(coarse)
        beside = self.beside(region)
        return coarse, x, below, beside"""
    )


def test_a_layer_with_all_weights_of_another_is_that_again() -> None:
    graph = read_spec(
        """
        input: {left: 1x7, right: 1x7}
        layers:
          - {name: words, embedding: 6, words: 11, from: left}
          - {name: again, embedding: 6, words: 11, from: right, weights: words}
          - {name: both, add: , from: [words, again]}
        """
    )
    text = pytorch(graph)
    assert "right = self.words(right)" in text
    assert text.count("nn.Embedding") == 1
    check_values(graph)


def test_rows_of_places_have_no_number_of_their_own() -> None:
    graph = read_spec("{input: 8x3x4, layers: [{reshape: 2x48}]}")
    assert "return x.unflatten(1, (2, -1)).flatten(2)" in pytorch(graph)
    check_values(graph)


def test_what_is_not_trained_is_frozen_by_its_class_or_by_itself() -> None:
    norm = "{op: batchnorm, trainable: false}"
    every = pytorch(read_spec(f"{{input: 3x4x4, layers: [{norm}, {{conv: 2, kernel: 1}}]}}"))
    assert "            if isinstance(each, nn.BatchNorm2d):\n" in every
    one = read_spec(f"{{input: 3x4x4, layers: [{norm}, {{op: batchnorm}}]}}")
    assert "        self.batchnorm1.requires_grad_(False)\n\n" in pytorch(one)
    net = made(module(one), "cpu")
    assert [each.requires_grad for each in net.parameters()] == [False, False, True, True]


def test_what_a_loop_reads_beside_is_not_lost() -> None:
    graph = read_spec(
        """
        input: {said: 4x5, heard: 4x6}
        layers:
          - {name: memory, from: heard, attention: 2}
          - {name: start, from: said, op: layernorm}
          - name: decoder
            repeat: 3
            layers:
              - {name: inner, attention: 2, causal: true, before: [layernorm]}
              - {name: cross, from: [inner, memory], attention: 2}
        """
    )
    assert "        for layer in self.decoder:\n" in pytorch(graph)
    check_values(graph)


def test_a_layer_that_stands_there_again_is_said_once() -> None:
    graph = read_spec("{input: 4x5x5, layers: [{name: a, conv: 4, kernel: 1, repeat: 6}]}")
    assert "nn.Sequential(*[nn.Conv2d(4, 4, 1) for _ in range(6)])" in pytorch(graph)
    check_values(graph)


def test_the_norm_behind_a_layer_is_named_after_it() -> None:
    layer = "{name: self, add: [[], [linear: 4]], after: [layernorm]}"
    written = pytorch(read_spec(f"{{input: 4, layers: [{layer}]}}"))
    assert "self.self_layernorm = nn.LayerNorm(4)" in written


def test_shared_weights_are_shared() -> None:
    graph = read_spec(
        """
        input: 1x7
        layers:
          - {name: words, embedding: 6, words: 11}
          - {name: out, linear: 11, flatten: false, bias: false, weights: words}
        """
    )
    assert "self.out.weight = self.words.weight" in pytorch(graph)
    assert sum(each.numel() for each in made(module(graph), "cpu").parameters()) == 66  # 11·6
    check_values(graph)


def test_the_main_part_counts_what_is_trained(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("torch")
    layers = "[{linear: 3, flatten: false, bias: false}, {rbf: 2}]"
    for text, held in (
        (f"{{input: 5, layers: {layers}}}", 15),
        ("{input: 5, layers: [{linear: 3}]}", 18),
    ):
        exec(pytorch(read_spec(text)), {"__name__": "__main__"})  # noqa: S102 - what we wrote
        assert capsys.readouterr().out.startswith(f"{held} parameters\n")  # 5·3; 5·3 + 3


@pytest.mark.parametrize("name", ["lenet5", "zip1989", "resnet20", "lstm-tagger"])
def test_networks_give_the_same_values(name: str) -> None:
    check_values(archcalc.expand(archcalc.load(name)))


@pytest.mark.parametrize(
    "name",
    ["resnet18", "googlenet", "vit-b-16", "bert-base", "unet", "shufflenet-v2", "transformer-base"],
)
def test_networks_hold_and_multiply_as_much(name: str) -> None:
    check_counts(name)


@pytest.mark.parametrize(
    "name", ["lenet5-textbook", "resnet20", "squeezenet-1.1", "googlenet", "fcn-resnet50"]
)
def test_what_is_written_is_read_again_from_pytorch(name: str) -> None:
    report = archcalc.count(name, heads=True)
    again = archcalc.count(made(module(report.graph), "meta"), input=report.input)
    for figure in ("parameters", "macs", "connections", "neurons"):
        assert getattr(again.total, figure) == getattr(report.total, figure), figure


@pytest.mark.peers
@pytest.mark.parametrize("name", [entry.id for entry in archcalc.networks()])
def test_every_network_of_the_library_holds_and_multiplies_as_much(name: str) -> None:
    check_counts(name)


@pytest.mark.peers
@pytest.mark.parametrize(
    "name",
    [
        "resnet50",
        "densenet121",
        "googlenet",
        "mobilenet-v2",
        "efficientnet-b0",
        "deit-ti",
        "swin-t",
    ],
)
def test_larger_networks_give_the_same_values(name: str) -> None:
    check_values(archcalc.expand(archcalc.load(name)))
