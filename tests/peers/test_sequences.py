"""PyTorch's own modules of sequences have the parameters, and give the values, that ours do."""

from __future__ import annotations

from io import StringIO
from typing import Any

import numpy as np
import pytest

import archcalc
from tests.peers.test_torch import check_counts, check_values, expand

torch = pytest.importorskip(
    "torch", reason="PyTorch is not installed: pip install -e '.[peers]' to compare with it"
)

pytestmark = pytest.mark.peers


def spec(text: str) -> Any:  # noqa: ANN401 - what load gives
    return archcalc.load(StringIO(text))


def size(module: Any) -> int:  # noqa: ANN401 - a module
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize(
    ("layer", "x", "module"),
    [
        ("{attention: 8}", "128x9", ("MultiheadAttention", (128, 8), {})),
        ("{attention: 2, bias: false}", "6x9", ("MultiheadAttention", (6, 2), {"bias": False})),
        ("{lstm: 256, bias: double}", "4096", ("LSTM", (4096, 256), {})),
        ("{lstm: 256, bias: false}", "40x3", ("LSTM", (40, 256), {"bias": False})),
        (
            "{lstm: 7, bias: double, stack: 3, bidirectional: true}",
            "5x3",
            ("LSTM", (5, 7, 3), {"bidirectional": True}),
        ),
        ("{gru: 7, stack: 2}", "5x3", ("GRU", (5, 7, 2), {})),
        ("{rnn: 7, bias: double}", "5x3", ("RNN", (5, 7), {})),
        ("{embedding: 8, words: 50}", "1x20", ("Embedding", (50, 8), {})),
    ],
)
def test_parameters(layer: str, x: str, module: Any) -> None:  # noqa: ANN401 - its arguments
    name, positional, named = module
    made = getattr(torch.nn, name)(*positional, **named, device="meta")

    assert archcalc.count(spec(f"input: {x}\nlayers: [{layer}]")).total.parameters == size(made)


def test_an_encoder_layer() -> None:
    text = """
    input: 64x9
    defaults: {linear: {flatten: false}}
    layers:
      - add: [[], {attention: 4}]
      - add: [[], [{linear: 256, after: [relu]}, {linear: 64}]]
    """
    encoder = torch.nn.TransformerEncoderLayer(64, 4, 256, device="meta")
    norms = size(encoder.norm1) + size(encoder.norm2)

    assert archcalc.count(spec(text)).total.parameters == size(encoder) - norms


def test_attention_gives_what_the_module_gives() -> None:
    text = "input: {x: 6x5, keys: 6x7}\nlayers: [{name: a, attention: 2, from: [x, keys]}]"
    model = archcalc.build(spec(text), dtype="float64")
    module = torch.nn.MultiheadAttention(6, 2, batch_first=True, dtype=torch.float64)
    own = {name: torch.from_numpy(array) for name, array in model.parameters["a"].items()}
    names = ("query", "key", "value")
    state = {
        "in_proj_weight": torch.cat([own[name] for name in names]),
        "in_proj_bias": torch.cat([own[f"{name}_bias"] for name in names]),
        "out_proj.weight": own["output"],
        "out_proj.bias": own["output_bias"],
    }
    module.load_state_dict(state)
    rng = np.random.default_rng(0)
    x, keys = rng.standard_normal((3, 6, 5)), rng.standard_normal((3, 6, 7))
    asked, given = (torch.from_numpy(a).transpose(1, 2) for a in (x, keys))
    theirs, _ = module(asked, given, given)
    ours = model.forward({"x": x, "keys": keys})

    assert np.abs(ours - theirs.detach().numpy().swapaxes(1, 2)).max() < 1e-12


@pytest.mark.parametrize(
    "layer",
    [
        "{attention: 2, within: 2}",
        "{attention: 2, within: 2x4, positions: relative, causal: true}",
        "{attention: 2, positions: relative}",
        "{attention: 2, positions: rotary, kv_heads: 1}",
        "{attention: 2, positions: rotary, past: 3, causal: true}",
        "{attention: 2, past: 3, bias: false}",
    ],
)
def test_attention_among_places_gives_what_sorted_places_do(layer: str) -> None:
    graph = expand(f"input: 8x4x4\nlayers: [{layer}]")
    check_counts(archcalc.count(graph))
    check_values(graph)
